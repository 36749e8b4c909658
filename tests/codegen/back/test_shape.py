# SPDX-License-Identifier: MIT
"""Tests that the output reads as if written by hand: short functions and
lines, nothing unused, and nothing that needs 64 bits."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from support import GOLDEN, HERE, IDL, INCLUDE, ROOT, SOURCES, generate

_ECHO = os.path.join(ROOT, "tests", "echo")
# Real interfaces; what is in HERE has every field that there can be, and its
# names are long.
_REAL = dict({source: files for source, files in SOURCES.items()
              if source != HERE}, **{_ECHO: ["echo.mojom"]})

_MOST_LINES = 60
_MOST_COLUMNS = 80
# Neither a parameter nor a name is broken, where IDL names are long.
_UNBROKEN = re.compile(r"\t*(?:(const )?\w+ \w+ \**\w+(,|\);)|p = \w+\()$")

_WARNINGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic",
             "-Wconversion", "-Wshadow", "-Wundef", "-Wunused-macros",
             "-Werror", "-fsyntax-only"]
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_FUNCTION = re.compile(r"^(\w[^\n;{}]*\([^;{}]*\))\n\{\n(.*?)^\}$",
                       re.M | re.S)
_PROTOTYPE = re.compile(
    r"^(static inline )?(?:void|uint8_t \*|const uint8_t \*)\s*((\w+?)_(?:check|"
    r"put|put_fields|get|get_fields|copy_in|clear|init))\(", re.M)


def functions(text):
    """(prototype, lines of the body) of each function."""
    return [(" ".join(match.group(1).split()),
             match.group(2).rstrip("\n").split("\n"))
            for match in _FUNCTION.finditer(text)]


class Shape(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.texts = {}
        for i, (source, files) in enumerate(
                list(_REAL.items()) + [(HERE, SOURCES[HERE])]):
            out = os.path.join(cls.folder, str(i))
            generate(out, source, files, extra=["-I", IDL])
            cls.texts[source] = {}
            for name in sorted(os.listdir(out)):
                with open(os.path.join(out, name),
                          encoding="utf-8") as stream:
                    cls.texts[source][name] = stream.read()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def real(self):
        for source in _REAL:
            for name, text in self.texts[source].items():
                yield name, text

    def test_functions_are_short(self):
        """Switches have a case for each field, and a test for missing ops has
        two lines for each."""
        count = 0
        for name, text in self.real():
            for prototype, body in functions(text):
                count += 1
                if "_missing_op(" in prototype or any(
                        "switch (" in line for line in body):
                    continue
                self.assertLessEqual(len(body), _MOST_LINES,
                                     "%s: %s" % (name, prototype))
        self.assertGreater(count, 300)

    def test_lines_are_short(self):
        for name, text in self.real():
            if name.endswith(".proto"):
                continue
            for line in text.split("\n"):
                if not _UNBROKEN.match(line):
                    self.assertLessEqual(len(line.expandtabs(8)),
                                         _MOST_COLUMNS,
                                         "%s: %s" % (name, line))

    def test_what_is_made_is_used(self):
        """Functions of what the IDL does not name: they serve this file only,
        unlike those of declared structs and enums."""
        count = 0
        for texts in self.texts.values():
            code = {name: _COMMENT.sub("", text)
                    for name, text in texts.items() if name[-2:] in (
                        ".c", ".h")}
            everything = "\n".join(code.values())
            for name, text in code.items():
                if not name.endswith("_ipa_serializer.h"):
                    continue
                types = code[name.replace("serializer", "types")]
                for inline, function, owner in _PROTOTYPE.findall(text):
                    if owner + "_copy(" in types or "enum " + owner in types:
                        continue
                    count += 1
                    uses = len(re.findall(r"\b%s\b" % function, everything))
                    # Declared and defined, or both at once; and called.
                    self.assertGreater(uses, 1 if inline else 2, function)
        self.assertGreater(count, 100)

    def test_all_compiles_for_32_bits(self):
        compiler = shutil.which("i686-linux-gnu-gcc")
        if compiler is None:
            self.skipTest("i686-linux-gnu-gcc is not installed")
        for i in range(len(self.texts)):
            out = os.path.join(self.folder, str(i))
            for name in sorted(os.listdir(out)):
                if not name.endswith(".c"):
                    continue
                done = subprocess.run(
                    [compiler] + _WARNINGS + ["-I", INCLUDE, name], cwd=out,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    universal_newlines=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_is_written_without_a_look_has_room(self):
        """CAMIPC_WRITE_ROOM is 64, and six are for what is in front."""
        with open(os.path.join(INCLUDE, "camipc", "wire_format.h"),
                  encoding="utf-8") as stream:
            self.assertIn("#define CAMIPC_WRITE_ROOM 64\n", stream.read())
        # Five numbers of eleven bytes each, and then three more, or more.
        text = "module t;\nstruct S { array<int64, 1> x; };\n" + "".join(
            "struct S%d { int64 a; int64 b; int64 c; int64 d; int64 e; "
            "%s f; };\n" % (i, last)
            for i, last in enumerate(("uint8", "uint16", "uint32")))
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "t.mojom"), "w",
                      encoding="utf-8") as stream:
                stream.write(text)
            generate(folder, folder, ["t.mojom"])
            with open(os.path.join(folder, "t_ipa_serializer.c"),
                      encoding="utf-8") as stream:
                bodies = dict(functions(stream.read()))
        looks = {prototype.split("*")[1].split("_put")[0]:
                 not any("camipc_add_" in line for line in body)
                 for prototype, body in bodies.items()
                 if "_put_fields(" in prototype}
        self.assertEqual(looks, {"t_s": True, "t_s0": False, "t_s1": True,
                                 "t_s2": True})


if __name__ == "__main__":
    unittest.main()
