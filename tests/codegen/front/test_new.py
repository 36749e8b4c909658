# SPDX-License-Identifier: MIT
"""Tests camipc-gen new; tests/install builds what it writes."""

import os
import shlex
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import support

from camipc_gen.commands import new as command_new


class New(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_it(self, *arguments):
        return subprocess.run(
            [sys.executable, support.COMMAND] + list(arguments),
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
            check=False)

    def new(self, *arguments):
        done = self.run_it("new", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def refused(self, *arguments):
        """One line on stderr, and nothing else changed."""
        before = self.tree()
        done = self.run_it("new", *arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(self.tree(), before)
        return done.stderr

    def tree(self):
        return sorted((folder, tuple(sorted(names)))
                      for folder, _, names in os.walk(self.folder))

    def read(self, *names):
        with open(os.path.join(self.folder, *names),
                  encoding="utf-8") as stream:
            return stream.read()

    def test_writes_a_project(self):
        said = self.new("my_isp")
        files = ["my_isp.mojom", "my_isp_module.c", "my_isp_pipeline.c",
                 "test_my_isp.c", "meson.build"]
        self.assertEqual(said[:-1], ["my_isp/" + name for name in files])
        self.assertEqual(sorted(os.listdir(os.path.join(
            self.folder, "my_isp"))), sorted(files))
        self.assertIn("project('my_isp'", self.read("my_isp", "meson.build"))
        self.assertIn("interface IPAMyIspInterface",
                      self.read("my_isp", "my_isp.mojom"))
        self.assertIn("IPA_MY_ISP_MODULE(", self.read(
            "my_isp", "my_isp_module.c"))

    def test_the_interface_has_no_warnings(self):
        for name in ("a", "my_isp", "v4l2_x2"):
            self.new(name)
            done = self.run_it("compile", "-W", "error", "-I", support.IDL,
                               "--out", "out", "%s/%s.mojom" % (name, name))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = self.run_it("fmt", "--check", "%s/%s.mojom" % (name, name))
            self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_joins_a_project(self):
        with open(os.path.join(self.folder, "meson.build"), "w") as stream:
            stream.write("project('stack', 'c')\n")
        said = self.new("blink")
        self.assertEqual(said[-1], "to build it, add to meson.build: "
                         "subdir('blink')")
        self.assertNotIn("project(", self.read("blink", "meson.build"))

    def test_goes_where_it_is_told(self):
        self.new("blink", "--dir", "some/where/else")
        self.assertIn("module ipa.blink;",
                      self.read("some/where/else", "blink.mojom"))

    def test_the_next_command_can_be_pasted(self):
        """Whatever is in the name of a folder, a shell or meson reads it."""
        for folder in ("a b", "it's", "$x;y", "-x"):
            said = self.new("blink", "--dir=" + folder)[-1]
            words = shlex.split(said.split(": ", 1)[1])
            self.assertEqual(words[:2], ["meson", "setup"])
            self.assertFalse(words[2].startswith("-"))
            self.assertEqual(os.path.normpath(words[2]), folder + "/build")
            self.assertEqual(os.path.normpath(words[3]), folder)
            self.assertEqual(words[-1], words[2])
        with open(os.path.join(self.folder, "meson.build"), "w") as stream:
            stream.write("project('stack', 'c')\n")
        self.assertIn(r"subdir('isn\'t')",
                      self.new("blink", "--dir", "isn't")[-1])

    def test_no_lines_are_too_long(self):
        for name, text in command_new.render("a_name_of_20_letters", True):
            if name.endswith(".c"):
                for line in text.splitlines():
                    self.assertLessEqual(len(line.expandtabs(8)), 80, line)

    def test_names(self):
        for name in ("Blink", "9x", "a-b", "a b", "_a", "a_", "a__b",
                     "../a", "a/b", "blink.mojom", "a\n", "ä", "a" * 21):
            self.assertIn("invalid name", self.refused("--", name), name)
        for name in ("core", "controls", "test", "install"):
            self.assertIn("is reserved", self.refused(name))

    def test_what_is_there_stays(self):
        self.new("blink")
        path = os.path.join(self.folder, "blink", "test_blink.c")
        with open(path, "w") as stream:
            stream.write("mine")
        os.unlink(os.path.join(self.folder, "blink", "meson.build"))
        self.assertIn("test_blink.c", self.refused("blink"))
        self.assertEqual(self.read("blink", "test_blink.c"), "mine")

    def test_a_link_to_nowhere_is_there_too(self):
        os.symlink("nowhere", os.path.join(self.folder, "meson.build"))
        self.assertIn("meson.build already exists",
                      self.refused("blink", "--dir", "."))

    def test_a_file_in_place_of_the_folder(self):
        with open(os.path.join(self.folder, "blink"), "w"):
            pass
        self.assertIn("cannot write", self.refused("blink"))
        self.assertIn("cannot write", self.refused("x", "--dir", "blink/x/y"))

    def test_nothing_is_left_when_the_disk_is_full(self):
        target = os.path.join(self.folder, "deep", "blink")
        texts = command_new.render("blink", True)
        real = open

        def full(path, *arguments, **more):
            if path.endswith("meson.build"):
                raise OSError(28, "No space left on device", path)
            return real(path, *arguments, **more)

        with mock.patch("builtins.open", full):
            with self.assertRaisesRegex(command_new.Refused, "No space left"):
                command_new.write_all(target, texts)
        self.assertEqual(os.listdir(self.folder), [])

    def test_command_line(self):
        for arguments in ((), ("a", "b"), ("a", "--force")):
            self.assertEqual(self.run_it("new", *arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
