# SPDX-License-Identifier: MIT
"""Tests an installation that was moved, as AppImages, snaps and copies are."""

import os
import shutil
import tempfile
import unittest

import installation


class Moved(unittest.TestCase):
    def setUp(self):
        self.installed = installation.INSTALLED
        folder = os.path.realpath(tempfile.mkdtemp(prefix="camipc-moved-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.installed.run("meson", "install", "--no-rebuild", "-C",
                           self.installed.build, "--destdir",
                           os.path.join(folder, "staged"))
        self.prefix = os.path.join(folder, "elsewhere")
        os.rename(os.path.join(folder, "staged") + self.installed.prefix,
                  self.prefix)

    def path(self, *names):
        return os.path.join(self.prefix, *names)

    def run_moved(self, *command, **env):
        """With nothing in the environment, from another folder."""
        return installation.run(command, "/", env)

    def test_modules_are_those_beside_it(self):
        text = self.run_moved(self.path("bin/camipc"), "modules")
        self.assertIn(self.path("lib/camipc/ipa/softisp.so"), text)
        self.assertNotIn(self.installed.prefix + "/", text)

    def test_worker_is_the_one_beside_it(self):
        text = self.run_moved(self.path("bin/camipc"), "capture", "--frames",
                              "2", "--size", "64x64", "--isolation", "process")
        self.assertIn("isolation process", text)
        # The one that was installed first may not be what ran.
        os.rename(self.path("lib/camipc/worker"), self.path("away"))
        os.mkdir(self.path("lib/camipc/worker"))
        with self.assertRaises(installation.Failed) as caught:
            self.run_moved(self.path("bin/camipc"), "capture", "--frames", "2",
                           "--size", "64x64", "--isolation", "process")
        self.assertIn(self.path("lib/camipc/worker"), str(caught.exception))

    def test_attacks_on_a_camera(self):
        text = self.run_moved(self.path("bin/camipc"), "hostile", "--only",
                              "reply.cookie.*")
        self.assertIn("6 attacks: 0 not held off, 0 not applicable", text)
        # Somebody's program, which was installed, too.
        text = self.run_moved(
            self.path("bin/camipc"), "hostile", "--only", "reply.cookie.*",
            "--", self.path("bin/camipc"), "capture", "--frames", "2", "--size",
            "64x64")
        self.assertIn("6 attacks: 0 not held off, 0 not applicable", text)

    def test_folders_of_the_variable(self):
        os.rename(self.path("lib/camipc/ipa"), self.path("modules"))
        os.mkdir(self.path("lib/camipc/ipa"))
        with self.assertRaises(installation.Failed) as caught:
            self.run_moved(self.path("bin/camipc"), "capture", "--frames", "2",
                           "--size", "64x64", CAMIPC_IPA_MODULE_PATH="/none")
        text = str(caught.exception)
        self.assertIn("/none (does not exist)", text)
        self.assertIn(self.path("lib/camipc/ipa"), text)
        text = self.run_moved(
            self.path("bin/camipc"), "modules",
            CAMIPC_IPA_MODULE_PATH="/none:" + self.path("modules"))
        self.assertIn(self.path("modules/softisp.so"), text)

    def test_pkgconfig(self):
        def ask(*words):
            return self.installed.run(
                "pkg-config", "--define-prefix", *words,
                PKG_CONFIG_PATH=self.path("lib/pkgconfig")).strip()

        for package in ("camipc", "camipc-ipa"):
            for name in ("generator", "idldir", "moduledir", "workerdir"):
                found = ask("--variable=" + name, package)
                self.assertTrue(found.startswith(self.prefix + "/"), found)
                self.assertTrue(os.path.exists(found), found)
            self.assertNotIn(self.installed.prefix + "/",
                             ask("--cflags", "--libs", package))
