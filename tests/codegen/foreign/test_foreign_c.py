# SPDX-License-Identifier: MIT
"""Compiles unmodified interface files, shaped like those of a C++ camera
stack, and the C that comes out.

tree/ is laid out as that stack's sources: imports are relative to its root.
What C comes out is in declarations/, one declaration a line: read a change of
these as a change of everybody's API. "test_foreign_c.py --update" writes them
anew.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from declarations import declarations

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COMMAND = os.path.join(ROOT, "codegen", "camipc-gen")
TREE = os.path.join(HERE, "tree")
FOLDER = os.path.join(TREE, "include", "libcamera", "ipa")
CORE = os.path.join(ROOT, "idl", "core.mojom")
MAPS = ("-I", TREE, "--import-map", "include/libcamera/ipa/core.mojom=" + CORE,
        "--module-map", "libcamera=cam")

# File, and the stem of what comes out.
FILES = {"raspberrypi.mojom": "raspberrypi", "vimc.mojom": "vimc",
         "mali-c55.mojom": "mali_c55", "software-only.mojom": "software_only"}
SHOWN = ("types", "proxy", "worker")
PARTS = ("types", "serializer", "interface", "proxy", "worker")

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
            "-Wundef", "-Werror", "-D_GNU_SOURCE", "-fsyntax-only"]
C_WARNINGS = ["-std=c11", "-Wstrict-prototypes", "-Wmissing-prototypes",
              "-Wvla"]


def run_gen(*arguments):
    return subprocess.run(
        [sys.executable, "-B", COMMAND] + list(arguments),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True, timeout=300)


def generate(out):
    """Everything, and what was printed meanwhile."""
    done = run_gen("compile", "--out", out, *MAPS, CORE,
                   *[os.path.join(FOLDER, name) for name in FILES])
    if done.returncode:
        raise AssertionError(done.stdout)
    return done.stdout


def listed(out, stem):
    """The text of a file in declarations/."""
    lines = []
    for part in SHOWN:
        name = "%s_ipa_%s.h" % (stem, part)
        with open(os.path.join(out, name), encoding="utf-8") as stream:
            found = declarations(stream.read())
        lines += ["# " + name] + found + [""]
    return "\n".join(lines)


def golden(stem):
    return os.path.join(HERE, "declarations", stem + ".txt")


class Foreign(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.out = tempfile.mkdtemp()
        cls.printed = generate(cls.out)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.out)


class Declared(Foreign):
    def test_declarations(self):
        for stem in FILES.values():
            with self.subTest(stem):
                with open(golden(stem), encoding="utf-8") as stream:
                    self.assertEqual(stream.read().splitlines(),
                                     listed(self.out, stem).splitlines())

    def test_nothing_is_complained_about(self):
        """Not even the copied comment of raspberrypi.mojom: nobody here can
        change it."""
        self.assertEqual(self.printed, "")

    def test_documentation_is_the_declarations_own(self):
        path = os.path.join(self.out, "raspberrypi_ipa_proxy.h")
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn("/**\n * Frames follow\n *\n * Starts the delivery of "
                      "events by dispatch().\n */\n"
                      "CAMIPC_MUST_CHECK int ipa_rpi_start(", text)
        self.assertIn(" * No more frames\n", text)


class Core(Foreign):
    """The file that all others import, and that ours stands for."""

    def compile(self, *options):
        with tempfile.TemporaryDirectory() as out:
            done = run_gen("compile", "--out", out, *MAPS, *options)
            found = {}
            for name in os.listdir(out):
                with open(os.path.join(out, name),
                          encoding="utf-8") as stream:
                    found[name] = stream.read()
        return done, found

    def test_as_an_input_it_is_a_check(self):
        done, found = self.compile(os.path.join(FOLDER, "core.mojom"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(declarations(found["core_ipa_types.h"]), [])
        self.assertNotIn("message", found["core.proto"])

    def test_a_field_that_ours_lacks_is_an_error(self):
        with open(os.path.join(FOLDER, "core.mojom"),
                  encoding="utf-8") as stream:
            text = stream.read()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "core.mojom")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text.replace("\tuint64 pixelRate;\n",
                                          "\tuint64 pixelRate;\n"
                                          "\tuint32 flickerPeriod;\n"))
            done, found = self.compile(path)
        self.assertEqual((done.returncode, found), (1, {}))
        self.assertIn("'IPACameraSensorInfo' has no field 'flickerPeriod'",
                      done.stdout)


class Compiles(Foreign):
    prefix = ""

    def compile(self, compiler, options, sources, **more):
        if not shutil.which(compiler):
            self.skipTest(compiler + " is not installed")
        done = subprocess.run(
            [compiler] + WARNINGS + options + ["-I", self.out, "-I",
             os.path.join(ROOT, "runtime", "include")] + sources,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True, timeout=300, **more)
        self.assertEqual(done.returncode, 0, done.stdout)

    def sources(self):
        found = [os.path.join(self.out, "%s%s_ipa_%s.c" % (self.prefix, stem,
                                                           part))
                 for stem in FILES.values() for part in PARTS]
        return found + [os.path.join(self.out, "core_ipa_%s.c" % part)
                        for part in ("types", "serializer")]

    def test_gcc(self):
        self.compile("gcc", C_WARNINGS, self.sources())

    def test_clang(self):
        self.compile("clang", C_WARNINGS, self.sources())

    def headers(self, compiler):
        """All pipeline sides in one file, and all module sides: names of
        several modules must not meet."""
        for part in ("proxy", "worker"):
            text = "".join('#include "%s%s_ipa_%s.h"\n' % (self.prefix, stem,
                                                            part)
                           for stem in FILES.values())
            self.compile(compiler, ["-x", "c++", "-std=c++17"], ["-"],
                         input=text)

    def test_gxx(self):
        self.headers("g++")

    def test_clangxx(self):
        self.headers("clang++")


class Imported(Compiles):
    """The same tree, with what camipc-gen import writes and a prefix."""
    prefix = "lc_"

    @classmethod
    def setUpClass(cls):
        cls.out = tempfile.mkdtemp()
        tree = os.path.join(cls.out, "tree")
        shutil.copytree(TREE, tree)
        files = [os.path.join(tree, os.path.relpath(FOLDER, TREE), name)
                 for name in FILES]
        config = os.path.join(cls.out, "c.yaml")
        for words in (["import", "--config", config, *files],
                      ["compile", "--config", config, "--out", cls.out, CORE,
                       *files]):
            done = run_gen(*words)
            if done.returncode:
                raise AssertionError(done.stdout)
            with open(config, "a", encoding="utf-8") as stream:
                if words[0] == "import":
                    stream.write("output-prefix: %s\n" % cls.prefix)

    def test_what_is_restored_is_in_the_tables(self):
        path = os.path.join(self.out, "lc_vimc_ipa_interface.c")
        with open(path, encoding="utf-8") as stream:
            table = stream.read().partition("methods_of_ipa_vimc[]")[2]
        self.assertIn(".undo = IPA_VIMC_METHOD_UNMAP_BUFFERS", table)
        self.assertIn(".key = { 1, 1 }", table)
        self.assertIn(".when = CAMIPC_WHEN_STOPPED", table)


def update():
    with tempfile.TemporaryDirectory() as out:
        generate(out)
        for stem in FILES.values():
            with open(golden(stem), "w", encoding="utf-8") as stream:
                stream.write(listed(out, stem))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
