# SPDX-License-Identifier: MIT
"""Code that imported another core.mojom than the library's does not link.

usage: test_core_types.py COMPILER SANITIZERS LIBCAMIPC LIBCAMIPC_IPA
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import support
from camipc_gen import compiler
from camipc_gen.c import core_types
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.loader import Options

COMPILER, SANITIZERS, LIBCAMIPC, LIBCAMIPC_IPA = sys.argv[1:5]

FIELD = "\tuint64 step;\n};"
DEFINED = re.compile(r"^const char (cam_types_[0-9a-f]{8}) = 0;$", re.M)


def symbol_of(folder, stem):
    """The symbol that the code of a file of module cam defines."""
    with open(os.path.join(folder, stem + "_ipa_types.c"),
              encoding="utf-8") as file:
        return DEFINED.findall(file.read())


class CoreTypes(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.idl = os.path.join(self._folder.name, "idl")
        self.out = os.path.join(self._folder.name, "out")
        os.mkdir(self.idl)
        for name in ("core.mojom", "controls.mojom", "vimc.mojom"):
            shutil.copy(os.path.join(support.IDL, name), self.idl)

    def change(self, before, after):
        path = os.path.join(self.idl, "core.mojom")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count(before), 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))

    def change_field(self):
        """Generates with another field, and returns the symbol."""
        self.change(FIELD, FIELD.replace("};", "\tuint32 more;\n};"))
        self.generate()
        with open(os.path.join(self.out, "core_ipa_types.h"),
                  encoding="utf-8") as file:
            return re.search(r"\((cam_types_[0-9a-f]{8}),",
                             file.read()).group(1)

    def generate(self, *extra):
        support.generate(self.out, self.idl, ["core.mojom", "vimc.mojom"],
                         extra=["-I", self.idl] + list(extra))

    def link(self, library, *more):
        """Links vimc's code, and @more, into a shared object."""
        sources = ["vimc_ipa_types.c", "vimc_ipa_serializer.c",
                   "vimc_ipa_interface.c"] + list(more)
        command = COMPILER.split() + ["-std=c11", "-shared", "-fPIC"]
        if SANITIZERS == "none":
            command.append("-Wl,-z,defs")
        else:
            # Sanitizers leave symbols to the program: ask for ours alone.
            command.append("-fsanitize=" + SANITIZERS)
        command += ["-I" + support.INCLUDE, "-o", "x.so"] + sources
        return subprocess.run(command + [library], cwd=self.out,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              universal_newlines=True, check=False)

    def check_links(self, library, *more):
        done = self.link(library, *more)
        self.assertEqual(done.returncode, 0, done.stdout)

    def check_fails(self, library, symbol):
        done = self.link(library)
        if SANITIZERS == "none":
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("undefined reference to `%s'" % symbol, done.stdout)
            return
        self.assertEqual(done.returncode, 0, done.stdout)
        undefined = subprocess.run(
            ["nm", "-u", "x.so"], cwd=self.out, stdout=subprocess.PIPE,
            universal_newlines=True, check=True).stdout
        self.assertIn(symbol, undefined)

    def test_the_libraries_own(self):
        self.generate()
        self.assertEqual(symbol_of(self.out, "core"), [])
        for library in (LIBCAMIPC, LIBCAMIPC_IPA):
            self.check_links(library)

    def test_another_field(self):
        symbol = self.change_field()
        for library in (LIBCAMIPC, LIBCAMIPC_IPA):
            self.check_fails(library, symbol)

    def program(self, text, flags, library):
        """Builds a program of its own, @text, with the generated code."""
        with open(os.path.join(self.out, "program.c"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        return subprocess.run(
            COMPILER.split()
            + ["-std=c11", "-I" + support.INCLUDE, "-o", "program",
               "program.c"]
            + flags + [library, "-lm", "-ldl", "-lpthread"],
            cwd=self.out, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True, check=False)

    # Programs that share structs with the library, each through other files.
    PROGRAMS = {
        "a header only": ('#include "core_ipa_types.h"\n'
                          "int main(void) { return 0; }\n"),
        "one function": ('#include "core_ipa_types.h"\n'
                         "int main(void) { struct cam_control_info info;\n"
                         "cam_control_info_init(&info);\n"
                         "return sizeof(info) == 1; }\n"),
        "an importer's header": ('#include "vimc_ipa_types.h"\n'
                                 "int main(void) { return 0; }\n"),
        "one unit": ('#include "vimc_ipa_types.c"\n'
                     '#include "vimc_ipa_serializer.c"\n'
                     '#include "vimc_ipa_interface.c"\n'
                     "int main(void) { return 0; }\n"),
    }
    WAYS = {
        "plain": ["-O0"],
        "optimised": ["-O2"],
        "collected": ["-O2", "-ffunction-sections", "-fdata-sections",
                      "-Wl,--gc-sections"],
        "at link time": ["-O2", "-flto"],
        "both": ["-O2", "-flto", "-fdata-sections", "-Wl,--gc-sections"],
        "hidden": ["-O2", "-fvisibility=hidden"],
    }

    @unittest.skipUnless(SANITIZERS == "none", "libraries need a sanitizer")
    def test_every_way_to_link(self):
        self.generate()
        for library in (LIBCAMIPC, LIBCAMIPC_IPA):
            done = self.program(self.PROGRAMS["one unit"], [], library)
            self.assertEqual(done.returncode, 0, done.stdout)
        symbol = self.change_field()
        for library in (LIBCAMIPC, LIBCAMIPC_IPA):
            for what, text in self.PROGRAMS.items():
                for way, flags in self.WAYS.items():
                    with self.subTest(what=what, way=way, library=library):
                        done = self.program(text, flags, library)
                        self.assertNotEqual(done.returncode, 0)
                        self.assertIn(symbol, done.stdout)

    def test_comments_do_not_matter(self):
        self.change(FIELD, "\t// Said anew.\n\n" + FIELD)
        self.generate()
        self.check_links(LIBCAMIPC_IPA)

    def test_own_ones(self):
        """With their code in the program, and the option that says so."""
        self.change(FIELD, FIELD.replace("};", "\tuint32 more;\n};"))
        self.generate("--define-core-types")
        self.assertEqual(len(symbol_of(self.out, "core")), 1)
        self.check_links(LIBCAMIPC_IPA, "core_ipa_types.c",
                         "core_ipa_serializer.c")


class Hash(unittest.TestCase):
    """Whatever changes the C or the bytes of a declaration."""

    TEXT = ("module cam;\nconst uint32 Most = 4;\n"
            "enum Mode { Off, On };\n"
            "struct Size { uint32 width@1; uint32 height@2 = 5; };\n"
            "union Any { Size size; float number; };\n")

    def symbol(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "core.mojom")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            compiled = compiler.compile_files([path], Options(),
                                              Diagnostics())
            return core_types.symbol(compiled.program, compiled.inputs[0])

    def test_changes(self):
        seen = {self.symbol(self.TEXT)}
        for before, after in (
                ("Most = 4", "Most = 5"), ("Off, On", "On, Off"),
                ("Off, On", "Off, On, Auto"), ("uint32 width", "int32 width"),
                ("width", "breadth"), ("height@2 = 5", "height@2"),
                ("uint32 width@1; uint32 height@2 = 5;",
                 "uint32 height@2 = 5; uint32 width@1;"),
                ("height@2", "height@3"), ("struct Size {",
                                           "[keep_unknown] struct Size {"),
                ("uint32 width", "[cname=\"w\"] uint32 width"),
                ("float number", "[max=5] float number")):
            symbol = self.symbol(self.TEXT.replace(before, after))
            self.assertNotIn(symbol, seen, "%s -> %s" % (before, after))
            seen.add(symbol)

    def test_what_does_not_matter(self):
        self.assertEqual(self.symbol(self.TEXT), self.symbol(
            "/** The core. */\n" + self.TEXT.replace("; ", ";\n\t")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
