# SPDX-License-Identifier: MIT
"""Tests that no name of an IDL can break the generated C: every identifier of
generated code, and every word of the table of reserved words, becomes the name
of everything that an IDL can name. Without CAMIPC_TEST_NAMES=all it is one word
of six, which takes seconds instead of minutes.

A name is either refused by the generator, which says where, or the C compiles:
each file, all files of a role as one, the headers as C++, and generated C++.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import support
from camipc_gen.c import names as c_names

# One of each kind of value and message; in every role, generated code has all
# that it may contain.
BODY = "struct Part { uint32 a; string b = \"x\"; SharedFD fd; " \
    "array<Part> parts; array<uint32, 2> fixed; uint32? maybe; Part? next; };"
MEMBERS = "[flags] Bit aa, Part bb, array<Part> cc, map<uint32, Part> dd, " \
    "string ee, array<uint32, 3> ff, SharedFD gg, uint32? hh"
# The second line of each file, which stays.
FRAME = "enum Bit { A = 1 }; " + BODY + "\n"

_TEXT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', re.S)
_WORD = re.compile(r"\b[A-Za-z_]\w*")

FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
         "-Werror", "-fsyntax-only", "-I", support.INCLUDE]
C, CPP = ["-std=c11", "-D_GNU_SOURCE"], ["-x", "c++", "-std=c++17"]

# Refusals that are as good as C that compiles.
REFUSED = {"c-name-clash", "reserved-name", "bad-name", "duplicate-name"}


def identifiers():
    """The words of generated C that the IDL can spell. Names in C are in lower
    case, or in upper case behind the module's name. Of the library's names,
    which share a prefix, a few represent all."""
    found = set(c_names.RESERVED_PARAMETERS) | {"event", "refuse", "to_proxy",
                                                "client"}
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "t.mojom"), "w",
                  encoding="utf-8") as stream:
            stream.write("module t;\n%s\ninterface IPATInterface {\n"
                         "\tinit(%s) => (int32 ret, %s);\n\tgo();\n"
                         "\t[async] send(%s); };\n"
                         "interface IPATEventInterface { told(%s); };\n" % (
                             FRAME, MEMBERS, MEMBERS, MEMBERS, MEMBERS))
        support.generate(folder, folder, ["t.mojom"])
        for text in support.read_all(folder).values():
            found.update(_WORD.findall(_TEXT.sub(" ", text.decode())))
    library = sorted(word for word in found if word.startswith("camipc_"))
    found = {word for word in found if word.startswith("T_")
             or word in c_names.RESERVED
             or word.islower() and not word.startswith("camipc_")}
    found.update(library[::8] + ["camipc_empty_string", "camipc_invoke_fn",
                                 "camipc_copy_array", "camipc_clear_array"])
    # What follows the module's name: the IDL's names get that before them.
    found.update(word[2:] for word in list(found)
                 if word.lower().startswith("t_"))
    # Several spellings may become one name in C.
    by_name = {c_names.snake(word): word.strip("_") for word in sorted(found)}
    every = 1 if os.environ.get("CAMIPC_TEST_NAMES") == "all" else 6
    return sorted(by_name.values())[::every]


WORDS = identifiers()


# Names of the frame, which are used beside the words.
OWN = ("part", "bit")


def many(template, separator="\n"):
    return separator.join(template.replace("~", word) for word in WORDS
                          if word.lower() not in OWN)


def numbered(template):
    return "\n".join(template.replace("~", word).replace("$", str(i))
                     for i, word in enumerate(WORDS))


# By role: files that are compiled together, by module; each line has one name.
ROLES = {
    "method": FRAME + "interface IPATInterface {\n" + many(
        "~(Part a) => (int32 ret, Part b, string c);") + "\n};",
    "async method": FRAME + "interface IPATInterface {\n" + many(
        "[async] ~(Part a);") + "\n};",
    "event": FRAME + "interface IPATInterface { init(); };\n"
    "interface IPATEventInterface {\n" + many("~(Part a);") + "\n};",
    "parameter": FRAME + "interface IPATInterface {\n" + numbered(
        "m$(uint32 ~, Part a, map<uint32, Part> b, array<uint32, 2> c) => "
        "(int32 ret, Part d, string e, uint32? f);") + "\n};",
    "struct parameter": FRAME + "interface IPATInterface {\n" + numbered(
        "m$(Part ~, uint32 u) => (int32 ret, Part p);") + "\n};",
    "array parameter": FRAME + "interface IPATInterface {\n" + numbered(
        "m$(array<uint32, 2> ~, array<Part> x) => (int32 ret, Part p);") +
    "\n};",
    "output": FRAME + "interface IPATInterface {\n" + numbered(
        "m$(Part p) => (int32 ret, Part ~, uint32 u);") + "\n};",
    "array output": FRAME + "interface IPATInterface {\n" + numbered(
        "m$(Part p) => (array<Part> ~, array<uint32, 2> x);") + "\n};",
    "event parameter": FRAME + "interface IPATInterface { init(); };\n"
    "interface IPATEventInterface {\n" + numbered(
        "m$(Part ~, array<uint32, 2> x);") + "\n};",
    "field": FRAME + numbered("struct S$ { uint32 ~; uint32 u; };"),
    "struct field": FRAME + numbered("struct S$ { Part ~; Part? p; };"),
    "array field": FRAME + numbered("struct S$ { array<Part> ~; uint32 u; };"),
    "fixed field": FRAME + numbered("struct S$ { array<Part, 2> ~; };"),
    "optional field": FRAME + numbered("struct S$ { uint32? ~; string s; };"),
    "arm": FRAME + numbered("union U$ { Part ~; uint32 u; };"),
    "struct": FRAME + many("struct ~ { uint32 u; Part p; };"),
    "union": FRAME + many("union ~ { uint32 u; Part p; };"),
    "enum": FRAME + many("[scopedEnum] enum ~ { Z, Y };"),
    "flags": FRAME + many("[scopedEnum, flags] enum ~ { Z = 1 };"),
    "enumerator": FRAME + "enum E {\n" + many("~,") + "\n};",
    "constant": FRAME + many("const uint32 ~ = 1;"),
    "interface": FRAME + "\n".join(
        "interface IPA%sInterface { init(Part p) => (int32 ret, Part q);"
        " [async] go(Part p); }; "
        "interface IPA%sEventInterface { told(Part p); };" % (word, word)
        for word in WORDS),
}


class Identifiers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(self.folder, "out")

    def generate(self, files):
        """Generates code, without the lines that are refused."""
        for _ in range(50):
            paths = [os.path.join(self.folder, name) for name in files]
            for path, name in zip(paths, files):
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write("\n".join(files[name]) + "\n")
            done = subprocess.run(
                [sys.executable, "-B", support.COMMAND, "compile", "--json",
                 "--emit", "all", "--out", self.out] + paths,
                encoding="utf-8",
                stdout=subprocess.PIPE, check=False)
            errors = [one for one in json.loads(done.stdout)
                      if one["severity"] == "error"]
            if not errors:
                self.assertEqual(done.returncode, 0)
                return
            for error in errors:
                self.assertIn(error["id"], REFUSED, error)
                place = error["position"]
                if place["line"] == 2:
                    place = error["notes"][0]["position"]
                name = os.path.basename(place["file"])
                # Without its frame a module has no types.
                if place["line"] == 1 or place["line"] == 2 and \
                        len(files) > 1:
                    files.pop(name, None)
                elif name in files:
                    files[name][place["line"] - 1] = ""
        self.fail("the generator refuses whatever is left")

    def compiles(self, name, flags, text):
        path = os.path.join(self.out, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        # Of clang and gcc, only gcc sees names that change their meaning.
        done = subprocess.run(
            [shutil.which("gcc") or "cc"] + flags + FLAGS + [
                "-I", self.out, path], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stdout[:3000])

    def all_compile(self):
        """One translation unit of everything, and all headers as C++."""
        names = sorted(os.listdir(self.out))
        self.compiles("all.c", C, "".join(
            '#include "%s"\n' % name for name in names
            if name.endswith(".c")))
        self.compiles("all.cpp", CPP, "".join(
            '#include "%s"\n' % name for name in names
            if name.endswith((".h", ".hpp"))))

    def test_every_role(self):
        for role, text in ROLES.items():
            with self.subTest(role):
                shutil.rmtree(self.out, ignore_errors=True)
                lines = ("module t;\n" + text).split("\n")
                kept = len(lines)
                self.generate({"t.mojom": lines})
                self.all_compile()
                # What is refused is the exception.
                self.assertGreater(len([x for x in lines if x]), kept / 2)

    def test_every_word_as_a_module(self):
        """All of these modules as one translation unit."""
        words = sorted({word.lower() for word in WORDS})[::4]
        files = {"m%d.mojom" % i: ["module %s;" % word] + (
            FRAME + "interface IPA%sInterface { init(Part p) => (int32 ret, "
            "Part q, array<uint32> max); [async] go(Part p); }; "
            "interface IPA%sEventInterface { told(Part p); };\n"
            "const uint32 Max = 1;\nenum Inval { kMin };" % (
                word, word)).split("\n") for i, word in enumerate(words)}
        self.generate(files)
        self.assertGreater(len(files), len(words) / 2)
        self.all_compile()


class Stems(Identifiers):
    """Files of one name in several folders."""

    test_every_role = test_every_word_as_a_module = None

    FILES = {
        "a/types.mojom": "%smodule a; struct A { uint32 x; };",
        "b/types.mojom": "%smodule b; struct B { array<array<uint32>> y; };",
        "mine/core.mojom": '%smodule ipa.mine; import "core.mojom"; struct C {'
                           " cam.Size size; };",
        "t.mojom": 'module ipa.t; import "a/types.mojom"; import '
                   '"b/types.mojom"; import "mine/core.mojom"; '
                   "interface IPATInterface { init(a.A a, b.B b, "
                   "ipa.mine.C c) => (int32 ret); };",
    }

    def compile(self, names, own_stem):
        for name, text in self.FILES.items():
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            stem = '[cname="%s"] ' % name[:-6].replace("/", "_")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text.replace("%s", stem if own_stem else ""))
        return subprocess.run(
            [sys.executable, "-B", support.COMMAND, "compile", "-I",
             support.IDL, "-I", ".", "--out", "out"] + names,
            cwd=self.folder, encoding="utf-8", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)

    def test_equal_stems_are_refused(self):
        for names, place in ((["t.mojom"], "t.mojom:1:46: "),
                             (["mine/core.mojom"], "mine/core.mojom:1:25: "),
                             (["a/types.mojom", "b/types.mojom"],
                              "b/types.mojom:1:1: ")):
            with self.subTest(names):
                done = self.compile(names, False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("[duplicate-stem]", done.stdout)
                self.assertIn("\n" + place, "\n" + done.stdout)

    def test_stems_of_their_own(self):
        names = list(self.FILES) + [os.path.join(support.IDL, "core.mojom")]
        done = self.compile(names, True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("a_types_ipa_types.h", os.listdir(self.out))
        self.all_compile()

    def test_all_files_of_the_tree_as_one(self):
        for folder, files in support.SOURCES.items():
            support.generate(self.out, folder, files)
        self.all_compile()


if __name__ == "__main__":
    unittest.main()
