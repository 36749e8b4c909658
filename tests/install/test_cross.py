# SPDX-License-Identifier: MIT
"""Tests modules for another machine: built with this machine's generator
and run by qemu, they put the same bytes on the wire as here."""

import glob
import os
import shutil
import unittest

import installation

CROSS_FILE = os.path.join(installation.ROOT, "tests", "cross", "aarch64.ini")
TARGET = "aarch64-linux-gnu"
COMPILER = TARGET + "-gcc"
QEMU = ("qemu-aarch64-static", "-L", "/usr/" + TARGET)


class Cross(unittest.TestCase):
    def setUp(self):
        for tool in (COMPILER, QEMU[0]):
            if not shutil.which(tool, path="/usr/bin:/bin"):
                self.skipTest("no " + tool)
        self.installed = installation.INSTALLED
        self.work = os.path.join(self.installed.work, "cross")
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        self.sysroot = os.path.join(self.work, "sysroot")

    def path(self, *names):
        return os.path.join(self.work, *names)

    def install(self):
        run = self.installed.run
        run("meson", "setup", "--cross-file", CROSS_FILE, "-Dlibrary=false",
            "--prefix", "/usr", "--libdir", "lib", self.path("build"),
            installation.ROOT)
        run("meson", "compile", "-C", self.path("build"))
        run("meson", "install", "--no-rebuild", "-C", self.path("build"),
            "--destdir", self.sysroot)

    def env(self, machine):
        """For pkg-config and build.sh; what generates is this machine's."""
        if machine == "here":
            return {}
        return {
            "CC": COMPILER,
            "STRIP": TARGET + "-strip",
            "PKG_CONFIG_SYSROOT_DIR": self.sysroot,
            "PKG_CONFIG_PATH": "",
            "PKG_CONFIG_LIBDIR": self.sysroot + "/usr/lib/pkgconfig",
            "CAMIPC_GENERATOR": self.installed.variable("camipc-ipa",
                                                        "generator"),
            "CAMIPC_IDL": self.installed.variable("camipc-ipa", "idldir"),
        }

    def build(self, machine):
        """A vendor's module, and the program that runs modules."""
        os.makedirs(self.path(machine))
        env = self.env(machine)
        self.installed.run(
            "sh", os.path.join(installation.HERE, "vendor", "build.sh"),
            self.path(machine), **env)
        flags = self.installed.run("pkg-config", "--cflags", "--libs",
                                   "camipc-ipa", **env).split()
        self.installed.run(
            env.get("CC", self.installed.compiler), "-std=c11", "-Wall",
            "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-o",
            self.path(machine, "run_module"),
            os.path.join(installation.HERE, "run_module.c"), *flags, "-ldl")

    def run_module(self, machine, module):
        # qemu finds the other machine's loader, and must not find our
        # libraries first.
        return self.installed.run(
            *(QEMU if machine == "there" else ()),
            self.path(machine, "run_module"), module, LD_LIBRARY_PATH="")

    def check_what_is_installed(self):
        """Only what modules need, though there is nothing but a C library."""
        names = {os.path.basename(path) for path in glob.glob(
            self.sysroot + "/usr/lib/**/*", recursive=True)}
        self.assertIn("libcamipc-ipa.a", names)
        self.assertFalse(names & {"libcamipc.so", "camipc.pc", "worker"})

    def test_same_bytes_on_aarch64(self):
        self.install()
        self.check_what_is_installed()
        self.build("here")
        self.build("there")
        here = os.path.join(self.installed.prefix, "lib/camipc/ipa")
        there = self.sysroot + "/usr/lib/camipc/ipa"
        modules = {name: (os.path.join(here, name), os.path.join(there, name))
                   for name in ("softisp.so", "vimc.so")}
        modules["steady.so"] = (self.path("here", "steady.so"),
                                self.path("there", "steady.so"))
        for name, (ours, theirs) in modules.items():
            machine = self.installed.run("readelf", "--file-header", theirs)
            self.assertIn("AArch64", machine)
            said = self.run_module("here", ours)
            self.assertEqual(self.run_module("there", theirs), said, name)
            # It said something, for it called every method.
            self.assertGreater(said.count("\n"), 8, said)
        self.assertIn("setSensorControls: 12", said)
