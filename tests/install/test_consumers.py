# SPDX-License-Identifier: MIT
"""Builds and runs users of an installed camipc; each folder is an example."""

import json
import os
import shutil
import unittest

import installation

HERE = installation.HERE


class Consumers(unittest.TestCase):
    def setUp(self):
        self.installed = installation.INSTALLED

    def folder(self, name):
        """An empty one, where a build goes."""
        path = os.path.join(self.installed.work, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def needs(self, *packages):
        for package in packages:
            try:
                self.installed.run("pkg-config", "--exists", package)
            except installation.Failed:
                self.skipTest("no " + package)

    def assert_stands_alone(self, module):
        """It needs no library of ours, and shows nothing but its entry."""
        dynamic = self.installed.run("readelf", "--dynamic", module)
        self.assertNotIn("libcamipc", dynamic)
        self.assertEqual(self.installed.exports(module),
                         ["camipc_module_entry"])

    def test_stack_with_its_own_interface(self):
        self.needs("glib-2.0", "libuv")
        build = self.folder("focus")
        run = self.installed.run
        run("meson", "setup", build, os.path.join(HERE, "focus"))
        run("meson", "test", "-C", build)
        self.assert_stands_alone(os.path.join(build, "focus.so"))
        for loop in ("poll", "glib", "libuv"):
            said = [run(os.path.join(build, "focus-" + loop), build, isolation)
                    for isolation in ("thread", "process")]
            self.assertRegex(said[0], r"^thread: in focus at 61[5-9] after")
            # The same, wherever the module runs.
            self.assertEqual(said[1], said[0].replace("thread", "process"))

    def test_stack_builds_again_when_the_interface_changes(self):
        self.needs("glib-2.0", "libuv")
        source = self.folder("changing")
        for name in os.listdir(os.path.join(HERE, "focus")):
            shutil.copy(os.path.join(HERE, "focus", name), source)
        build = os.path.join(source, "build")
        self.installed.run("meson", "setup", build, source)
        self.installed.run("ninja", "-C", build, "focus.so")
        with open(os.path.join(source, "focus.mojom"), "r+",
                  encoding="utf-8") as file:
            text = file.read().replace("float contrast", "float sharpness")
            file.seek(0)
            file.write(text)
        self.installed.run("ninja", "-C", build, "focus.so")
        with open(os.path.join(build, "focus_ipa_worker.h"),
                  encoding="utf-8") as file:
            self.assertIn("float sharpness", file.read())

    def test_cpp_stack(self):
        if not shutil.which("cmake"):
            self.skipTest("no cmake")
        build = self.folder("vimc-cpp")
        run = self.installed.run
        run("cmake", "-G", "Ninja", "-S", os.path.join(HERE, "vimc-cpp"), "-B",
            build)
        run("cmake", "--build", build)
        run("ctest", "--output-on-failure", cwd=build)
        program = os.path.join(build, "vimc-cpp")
        self.assertEqual(run(program, "thread"), "thread: 20 frames\n")
        self.assertEqual(run(program, "process"), "process: 20 frames\n")
        with self.assertRaisesRegex(installation.Failed,
                                    r"(?s)create: no such.*exit status 1"):
            run(program, "nowhere")

    def test_vendor_module(self):
        # It drives the camera that camipc comes with, stripped as it is.
        out = self.folder("vendor")
        run = self.installed.run
        run("sh", os.path.join(HERE, "vendor/build.sh"), out)
        self.assert_stands_alone(os.path.join(out, "steady.so"))
        listed = run("camipc", "modules", "--module-path", out)
        self.assertIn("steady version 1: interface ipa.softisp version 3, "
                      "licence Proprietary", listed)
        frames = {}
        for isolation in ("thread", "process"):
            metadata = os.path.join(out, isolation + ".jsonl")
            said = run("camipc", "capture", "--module-path", out, "--ipa",
                       "steady", "--frames", "10", "--size", "64x64",
                       "--isolation", isolation, "--metadata", metadata,
                       "--output", os.path.join(out, isolation + ".y4m"))
            self.assertIn("isolation " + isolation, said)
            with open(metadata, encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            self.assertEqual(len(rows), 10)
            # The sensor takes two frames to follow.
            self.assertTrue(all(row["sensor"] == {"lines": 100, "gain": 32}
                                for row in rows[2:]), rows)
            with open(os.path.join(out, isolation + ".y4m"), "rb") as file:
                frames[isolation] = file.read()
        self.assertEqual(frames["thread"], frames["process"])
        # Nobody has to say so: what nobody trusts gets a process.
        said = run("camipc", "capture", "--module-path", out, "--ipa",
                   "steady", "--frames", "1", "--size", "64x64")
        self.assertIn("isolation process", said)

    def test_mock(self):
        out = self.folder("mock")
        module = os.path.join(out, "fake.so")
        idl = self.installed.variable("camipc", "idldir")
        source = os.path.join(idl, "softisp.mojom")
        for command in ("compile", "mock"):
            self.installed.run("camipc-gen", command, "-I", idl, "--out", out,
                               source)
        flags = self.installed.run("pkg-config", "--cflags", "--libs",
                                   "camipc-mock")
        parts = ("types", "serializer", "interface", "mock")
        self.installed.run(
            self.installed.compiler, "-shared", "-fPIC", "-Wl,-z,defs", "-o",
            module, "-I", out, *("softisp_ipa_%s.c" % part for part in parts),
            *flags.split(), cwd=out)
        self.assert_stands_alone(module)
        with open(os.path.join(out, "fake.script"), "w",
                  encoding="utf-8") as file:
            file.write("on init return ret: -5;\n")
        with self.assertRaisesRegex(installation.Failed,
                                    r"(?s)[Ii]nput/output.*exit status [12]"):
            # It reads and writes files beside itself.
            self.installed.run("camipc", "capture", "--ipa", module,
                               "--isolation", "process", "--sandbox", "off")
        with open(os.path.join(out, "fake.calls"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"^init\(settings: ")
