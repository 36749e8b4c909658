# SPDX-License-Identifier: MIT
"""Tests that the output of camipc-gen mock compiles, and what it refuses."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import support

WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
            "-Wshadow", "-Werror", "-fsyntax-only"]


class Mock(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def mock(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", support.COMMAND, "mock", "--out",
             self.folder] + list(arguments), encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def refused(self, *arguments):
        result = self.mock(*arguments)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stderr.count("error: "), 1, result.stderr)
        self.assertEqual(os.listdir(self.folder), [])
        return result.stderr

    def compiles(self, folder, name, *arguments):
        result = self.mock(*arguments, os.path.join(folder, name))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        support.generate(self.folder, folder, support.SOURCES[folder])
        for compiler in filter(shutil.which, ("gcc", "clang")):
            done = subprocess.run(
                [compiler] + WARNINGS + [
                    "-I", support.INCLUDE, "-I", self.folder,
                    os.path.join(self.folder, name.replace(
                        ".mojom", "_ipa_mock.c"))],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                encoding="utf-8", check=False)
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_an_interface(self):
        self.compiles(support.IDL, "softisp.mojom")

    def test_one_of_several_interfaces(self):
        self.compiles(support.HERE, "everything.mojom", "--interface",
                      "IPASecondInterface", "--name", "second")
        with open(os.path.join(self.folder, "everything_ipa_mock.c"),
                  encoding="utf-8") as stream:
            self.assertIn('CAMIPC_MODULE("second", ', stream.read())

    def test_which_interface_has_to_be_clear(self):
        path = os.path.join(support.HERE, "everything.mojom")
        message = self.refused(path)
        self.assertIn("choose one with --interface: IPAEverythingInterface, "
                      "IPASecondInterface", message)
        self.assertRegex(message, r"\A%s:[0-9]+:" % re.escape(path))
        self.assertIn("declares no interface 'IPAThird'",
                      self.refused("--interface", "IPAThird", path))
        core = os.path.join(support.IDL, "core.mojom")
        self.assertIn("%s:1:1: error: the file declares no interface" % core,
                      self.refused(core))

    def test_a_name_fits_into_a_module(self):
        path = os.path.join(support.IDL, "vimc.mojom")
        for name in ('a"b', "x" * 64, "../x", "\u00e4", " "):
            self.assertIn("invalid module name",
                          self.refused("--name", name, path))


if __name__ == "__main__":
    unittest.main()
