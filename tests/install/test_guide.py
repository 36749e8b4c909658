# SPDX-License-Identifier: MIT
"""Runs every command of the guide in HACKING.md."""

import os
import shutil
import unittest

import installation


class Guide(unittest.TestCase):
    def test_commands(self):
        installed = installation.INSTALLED
        folder = os.path.join(installed.work, "guide")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        # The first block has made the installation, and nothing else exists.
        env = {"PATH": "/usr/bin:/bin", "HOME": installed.home,
               "CC": installed.compiler,
               # To be added to by the guide's own exports.
               "PKG_CONFIG_PATH": "", "LD_LIBRARY_PATH": ""}
        before = set(installed.files())
        blocks = installation.guide()
        self.assertEqual(len(blocks), 3)
        said = installation.run(
            ["/bin/sh", "-euc", "\n".join(blocks[1:])], folder, env)
        result = "8 frames, isolation process: brightness 0.40"
        # What root installs is trusted.
        installed_in = "thread" if os.geteuid() == 0 else "process"
        self.assertIn(result, said)
        self.assertTrue(said.rstrip().endswith(
            result.replace("process", installed_in)), said)
        self.assertIn("blink version 1: interface ipa.blink version 1, "
                      "licence MIT\n"
                      "    %s/lib/camipc/ipa/blink.so\n"
                      "    in a %s: " % (installed.prefix, installed_in), said)
        with open(os.path.join(installation.ROOT, "HACKING.md"),
                  encoding="utf-8") as file:
            self.assertIn("`%s`" % result, file.read())
        # For the other tests, and for the next run in this folder.
        added = set(installed.files()) - before
        self.assertIn("lib/camipc/ipa/blink.so", added)
        for name in added:
            os.unlink(os.path.join(installed.prefix, name))
