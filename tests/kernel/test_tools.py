#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the tools that make machines: dropped options, caches, initramfs."""

import io
import os
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import choose  # noqa: E402
import cpio  # noqa: E402
import make_qemu  # noqa: E402
import make_uml  # noqa: E402
import places  # noqa: E402


class Options(unittest.TestCase):
    def setUp(self):
        self.wanted = {"CONFIG_A": "y", "CONFIG_B": '"x"', "CONFIG_C": "n"}

    def test_all_there(self):
        got = {"CONFIG_A": "y", "CONFIG_B": '"x"', "CONFIG_D": "y"}
        self.assertEqual(make_uml.dropped(self.wanted, got), [])

    def test_each_way_to_lose_one(self):
        got = {"CONFIG_B": '"y"', "CONFIG_C": "y"}
        self.assertEqual(make_uml.dropped(self.wanted, got),
                         ["CONFIG_A=y", 'CONFIG_B="x"', "CONFIG_C=n"])

    def test_as_module_is_lost(self):
        self.assertEqual(make_uml.dropped({"CONFIG_A": "y"},
                                          {"CONFIG_A": "m"}), ["CONFIG_A=y"])

    def test_only_an_old_kernel_may_lack_some(self):
        missing = ["CONFIG_A=y", "CONFIG_UDMABUF=y"]
        self.assertEqual(make_uml.judge(missing, False), missing)
        self.assertEqual(make_uml.judge(missing, True), ["CONFIG_A=y"])

    def test_ours_can_be_read(self):
        wanted = make_uml.read_options(places.UML_CONFIG)
        for name in ("CONFIG_SECURITY_LANDLOCK", "CONFIG_SECCOMP_FILTER",
                     "CONFIG_VIDEO_VIMC"):
            self.assertEqual(wanted[name], "y")


class Cache(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "deep", "kernel")

    def test_is_complete_or_not_there(self):
        with self.assertRaises(ValueError):
            with places.Making(self.path) as new:
                self.assertTrue(os.path.isdir(new))
                self.assertFalse(os.path.exists(self.path))
                raise ValueError()
        self.assertFalse(os.path.exists(self.path))
        self.assertFalse(os.path.exists(new))

    def test_is_made_once(self):
        with places.Making(self.path) as new:
            self.assertIsNotNone(new)
        self.assertTrue(os.path.isdir(self.path))
        with places.Making(self.path) as new:
            self.assertIsNone(new)
        self.assertTrue(os.path.isdir(self.path))

    def test_another_version_is_another_folder(self):
        self.assertNotEqual(places.uml_folder("6.12-1"),
                            places.uml_folder("6.12-2"))
        self.assertNotEqual(places.debian_folder("6.1-1"),
                            places.debian_folder("6.1-2"))

    def test_another_recipe_is_another_folder(self):
        before = places.debian_folder("6.1-1")
        recipe = os.path.join(self.folder.name, "recipe")
        with open(recipe, "w", encoding="utf-8") as file:
            file.write("another")
        with mock.patch.object(places, "QEMU_RECIPE", recipe):
            self.assertNotEqual(places.debian_folder("6.1-1"), before)


class Initramfs(unittest.TestCase):
    def test_modules_come_after_what_they_need(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {}
            for name, needs in (("a", "b,c"), ("b", "c"), ("c", "")):
                files[name] = os.path.join(folder, name + ".ko")
                with open(files[name], "wb") as file:
                    file.write(b"\0license=GPL\0depends=%s\0"
                               % needs.encode())
            self.assertEqual(make_qemu.in_order(("a", "built-in"), files),
                             [files["c"], files["b"], files["a"]])

    def test_sources_of_another_version_are_noticed(self):
        names = ["linux-image-6.1.0-57-amd64", "linux-source-6.1"]
        self.assertEqual(make_qemu.source_of(names[0]), names[1])
        for versions, other in (({names[0]: "1", names[1]: "1"}, None),
                                ({names[0]: "1", names[1]: "2"}, names[1]),
                                ({names[0]: "1"}, names[1])):
            with mock.patch.object(make_qemu, "package_version",
                                   versions.get):
                self.assertEqual(make_qemu.of_another_version(names), other)

    def test_archive_is_aligned(self):
        file = io.BytesIO()
        archive = cpio.Archive(file)
        archive.add_folder("bin")
        archive.add_file("bin/x", b"12345", 0o755)
        archive.end()
        self.assertEqual(len(file.getvalue()) % 4, 0)
        self.assertIn(b"TRAILER!!!\0", file.getvalue())


class Choice(unittest.TestCase):
    names = ["a@uml", "b@uml", "a@qemu", "test_tools"]

    def test_names(self):
        self.assertEqual(choose.choose(self.names, "uml", []),
                         ["a@uml", "b@uml"])
        self.assertEqual(choose.choose(self.names, "qemu", ["a"]), ["a@qemu"])
        self.assertEqual(choose.choose(self.names, "uml", ["a@qemu"]),
                         ["a@qemu"])
        with self.assertRaises(KeyError):
            choose.choose(self.names, "uml", ["c"])


if __name__ == "__main__":
    unittest.main()
