# SPDX-License-Identifier: MIT
"""Tests which files are installed, where, and which symbols they export."""

import glob
import os
import re
import shutil
import tempfile
import unittest

import installation

# Every installed file, but those of the generator.
LAYOUT = """
bin/camipc
bin/camipc-gen
include/camipc-glib.h
include/camipc-sd-event.h
include/camipc-uv.h
include/camipc/*.h
include/camipc/*.hpp
include/camipc/camera/cam_buffers.h
include/camipc/camera/cam_configuration.h
include/camipc/camera/cam_controls.h
include/camipc/camera/cam_fourcc.h
include/camipc/camera/cam_v4l2.h
include/camipc/camera/controls_ipa_serializer.h
include/camipc/camera/controls_ipa_types.h
include/camipc/camera/controls_ipa_types.hpp
include/camipc/camera/controls_ipa_values.hpp
include/camipc/camera/core_ipa_serializer.h
include/camipc/camera/core_ipa_types.h
include/camipc/camera/core_ipa_types.hpp
include/camipc/camera/core_ipa_values.hpp
lib/camipc/hostile/camipc-hostile-worker
lib/camipc/hostile/hostile.so
lib/camipc/ipa/softisp.so
lib/camipc/ipa/vimc.so
lib/camipc/worker/camipc-worker
lib/libcamipc-ipa.a
lib/libcamipc-mock.a
lib/libcamipc.so
lib/libcamipc.so.0
lib/libcamipc.so.0.*
lib/pkgconfig/camipc-ipa.pc
lib/pkgconfig/camipc-mock.pc
lib/pkgconfig/camipc.pc
share/bash-completion/completions/camipc
share/bash-completion/completions/camipc-gen
share/camipc/codegen/camipc-gen
share/camipc/idl/*.mojom
share/camipc/idl/*.proto
share/camipc/ipa/softisp/virtual-lens.yaml
share/camipc/ipa/softisp/virtual.yaml
share/man/man1/camipc*.1
share/man/man3/*.3
share/man/man5/camipc-*.5
share/man/man7/camipc*.7
share/zsh/site-functions/_camipc
share/zsh/site-functions/_camipc-gen
""".split()

GENERATOR = ("share/camipc/codegen/camipc_gen/",
             "share/camipc/codegen/templates/")


def expected():
    found = set()
    for pattern in LAYOUT:
        paths = glob.glob(os.path.join(installation.INSTALLED.prefix, pattern))
        found.update(os.path.relpath(path, installation.INSTALLED.prefix)
                     for path in paths)
        if not paths:
            found.add(pattern)
    return found


class Layout(unittest.TestCase):
    def setUp(self):
        self.installed = installation.INSTALLED

    def path(self, *names):
        return os.path.join(self.installed.prefix, *names)

    def test_files(self):
        files = {name for name in self.installed.files()
                 if not name.startswith(GENERATOR)}
        self.assertEqual(files, expected())

    def test_public_headers(self):
        public = os.path.join(installation.ROOT, "runtime/include/camipc")
        installed = [name for name in os.listdir(self.path("include/camipc"))
                     if name.endswith((".h", ".hpp"))]
        self.assertEqual(sorted(installed), sorted(os.listdir(public)))

    def test_generator_is_whole(self):
        for folder in ("camipc_gen", "templates"):
            source = os.path.join(installation.ROOT, "codegen", folder)
            wanted = [name for name in self.installed.files(source)
                      if "__pycache__" not in name]
            there = self.path("share/camipc/codegen", folder)
            self.assertEqual(self.installed.files(there), wanted)

    def test_manual_pages_are_found(self):
        """By name, by the name of a function, and by "man camipc capture"."""
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        for words, wanted in ((["camipc"], "SYNOPSIS"),
                              (["camipc", "capture"], "--isolation"),
                              (["camipc-gen-compile"], "--depfile"),
                              (["camipc_proxy_create"], "camipc_proxy_destroy"),
                              (["5", "camipc-idl"], "GRAMMAR")):
            text = self.installed.run("man", "-P", "cat", *words,
                                      MANPATH=self.path("share/man"),
                                      MANWIDTH="80", LC_ALL="C.UTF-8")
            self.assertIn(wanted, re.sub("-\n *", "", text), words)

    def test_generator_runs_from_anywhere(self):
        # Through the link, from another folder, by the Python of the build.
        self.assertTrue(os.path.islink(self.path("bin/camipc-gen")))
        with tempfile.TemporaryDirectory() as folder:
            idl = self.installed.variable("camipc", "idldir")
            self.installed.run(
                self.installed.variable("camipc", "generator"), "compile",
                "--out", folder, os.path.join(idl, "vimc.mojom"), cwd="/",
                PATH="/nowhere")
            self.assertIn("vimc_ipa_worker.c", os.listdir(folder))
        self.assertFalse(
            glob.glob(self.path("share/camipc/codegen/**/__pycache__"),
                      recursive=True))

    def test_destdir(self):
        # A package is made of a folder that nothing may name.
        with tempfile.TemporaryDirectory() as folder:
            self.installed.run("meson", "install", "--no-rebuild", "-C",
                               self.installed.build, "--destdir", folder)
            staged = folder + self.installed.prefix
            self.assertEqual(self.installed.files(staged),
                             self.installed.files())
            self.assertEqual(len(self.installed.files(folder)),
                             len(self.installed.files()))
            for name in self.installed.files(staged):
                with open(os.path.join(staged, name), "rb") as file:
                    self.assertNotIn(folder.encode(), file.read(), name)

    def test_modules_are_signed(self):
        """With -Dsign_key: the files as they were installed."""
        installed = self.installed

        def configure(key):
            installed.run("meson", "setup", "--reconfigure",
                          "-Dsign_key=" + key, installed.build,
                          installation.ROOT)
        with tempfile.TemporaryDirectory() as folder:
            key = os.path.join(folder, "key")
            installed.run("camipc", "keygen", key)
            configure(key)
            try:
                installed.run("meson", "install", "--no-rebuild", "-C",
                              installed.build, "--destdir", folder)
            finally:
                configure("")
            staged = folder + installed.prefix
            self.assertEqual(
                set(installed.files(staged)) - set(installed.files()),
                {"lib/camipc/ipa/softisp.so.sig", "lib/camipc/ipa/vimc.so.sig"})
            for name in ("softisp.so", "vimc.so"):
                path = os.path.join(staged, "lib/camipc/ipa", name)
                installed.run("strip", path)
                self.assertIn("is valid", installed.run(
                    "camipc", "verify", "--key", key + ".pub", path))

    def test_pkgconfig(self):
        for package in ("camipc", "camipc-ipa"):
            for name, wanted in (
                    ("generator", "bin/camipc-gen"),
                    ("idldir", "share/camipc/idl"),
                    ("moduledir", "lib/camipc/ipa"),
                    ("workerdir", "lib/camipc/worker")):
                self.assertEqual(self.installed.variable(package, name),
                                 self.path(wanted))
        libs = self.installed.run("pkg-config", "--libs", "camipc")
        self.assertIn("-lcamipc", libs.split())
        # What the library stands on is its own business.
        self.assertNotIn("protobuf", libs)

    def test_library(self):
        real = os.path.realpath(self.path("lib/libcamipc.so"))
        dynamic = self.installed.run("readelf", "--dynamic", real)
        self.assertIn("[libcamipc.so.0]", dynamic)
        self.assertNotIn("RUNPATH", dynamic)
        self.assertNotIn("RPATH", dynamic)
        symbols = os.path.join(installation.ROOT, "tests/lint/symbols.txt")
        self.installed.run(
            "/usr/bin/python3",
            os.path.join(installation.ROOT, "tests/lint/exported_symbols.py"),
            symbols, real)

    def test_modules_show_their_entry_only(self):
        for name in glob.glob(self.path("lib/camipc/ipa/*.so")):
            self.assertEqual(self.installed.exports(name),
                             ["camipc_module_entry"])

    def test_module_libraries_are_hidden(self):
        table = self.installed.run("readelf", "--symbols", "--wide",
                                   self.path("lib/libcamipc-ipa.a"),
                                   self.path("lib/libcamipc-mock.a"))
        seen = 0
        for line in table.split("\n"):
            match = re.match(r"\s*\d+: \S+\s+\S+ (?:FUNC|OBJECT)\s+"
                             r"(?:GLOBAL|WEAK)\s+(\S+)\s+(?!UND)\S+ (\S+)",
                             line)
            if match:
                seen += 1
                self.assertEqual(match.group(1), "HIDDEN", match.group(2))
        self.assertGreater(seen, 100)

    def test_tool(self):
        text = self.installed.run("camipc", "modules")
        self.assertIn("softisp", text)
        self.assertIn("vimc", text)
        self.assertIn(self.path("lib/camipc/ipa"), text)

    def test_tool_finds_the_installed_worker(self):
        text = self.installed.run("camipc", "capture", "--frames", "2",
                                  "--size", "64x64", "--isolation", "process")
        self.assertIn("2 frames", text)
        self.assertIn("isolation process", text)
