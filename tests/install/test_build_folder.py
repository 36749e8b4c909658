# SPDX-License-Identifier: MIT
"""Tests camipc where it is not installed: in its build folder, in `meson
devenv`, and as the subproject of a camera stack."""

import json
import os
import shutil
import unittest

import installation

# What makes an environment find the installation.
INSTALLED = ("PKG_CONFIG_PATH", "LD_LIBRARY_PATH")
CAPTURE = ("capture", "--frames", "2", "--output", "none")


class BuildFolder(unittest.TestCase):
    def setUp(self):
        self.build = installation.INSTALLED.build

    def run_bare(self, *command):
        """A command that knows nothing of the installation, from /."""
        return installation.run(command, "/", {"PATH": "/usr/bin:/bin"})

    def check_finds_its_own(self, *tool):
        said = self.run_bare(*tool, "modules")
        self.assertIn(os.path.join(self.build, "proxy/camipc/ipa/softisp.so"), said)
        self.assertNotIn(installation.INSTALLED.prefix + "/", said)
        for isolation in ("thread", "process"):
            self.run_bare(*tool, *CAPTURE, "--isolation", isolation)

    def test_tool(self):
        self.check_finds_its_own(os.path.join(self.build, "tools/camipc"))

    def test_devenv(self):
        devenv = ("meson", "devenv", "-C", self.build)
        self.check_finds_its_own(*devenv, "camipc")
        self.assertIn("usage: camipc-gen",
                      self.run_bare(*devenv, "camipc-gen", "--help"))


class Subproject(unittest.TestCase):
    def setUp(self):
        self.installed = installation.INSTALLED
        self.folder = os.path.join(self.installed.work, self.id())
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(os.path.join(self.folder, "subprojects"))
        os.symlink(installation.ROOT,
                   os.path.join(self.folder, "subprojects", "camipc"))

    def run_it(self, *command):
        env = {name: value for name, value in self.installed.env().items()
               if name not in INSTALLED}
        return installation.run(command, self.folder, env)

    def introspect(self, what):
        return json.loads(self.run_it("meson", "introspect", what, "build"))

    def test_of_a_stack(self):
        build = os.path.join(self.folder, "meson.build")
        with open(build, "w", encoding="utf-8") as stream:
            stream.write("project('stack', 'c', default_options: "
                         "['werror=true'])\n")
        said = self.run_it("camipc-gen", "new", "one")
        with open(build, "a", encoding="utf-8") as stream:
            stream.write(said.splitlines()[-1].split(": ", 1)[1] + "\n")
        self.run_it("meson", "setup", "build")
        self.assertRegex(self.run_it("meson", "test", "-C", "build"),
                         r"Ok:\s+3")
        # No test, bench or test library of camipc entered the stack.
        self.assertEqual(len(self.introspect("--tests")), 3)
        self.assertNotIn("cmocka", [one["name"] for one in
                                    self.introspect("--dependencies")])
        ours = os.path.join("subprojects", "camipc")
        for target in self.introspect("--targets"):
            folder = os.path.dirname(target["defined_in"])
            for name in ("tests", "bench"):
                self.assertNotIn(os.path.join(ours, name), folder)
