# SPDX-License-Identifier: MIT
"""Tests that no text of an interface file leaves its comment or string in the
output: the code is the same whatever the comments contain.

CAMIPC_TEST_EFFORT=10 takes ten times as long.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from c_text import CTextError, without_comments
from mutate import ROOT

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))

from camipc_gen import compiler  # noqa: E402
from camipc_gen.output import render  # noqa: E402
from camipc_gen.output.table import OUTPUTS  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402
from camipc_gen.text.source import Source, Sources  # noqa: E402

SECONDS = 6
COMPILED = 2
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic",
         "-Wcomment", "-Wtrigraphs", "-Werror", "-fsyntax-only",
         "-I" + os.path.join(ROOT, "runtime", "include")]

# A comment, or nothing, goes where an @ is.
TEMPLATE = """@
module ipa.quiet;
@
const uint32 Length = 3;
@
enum Mode {
	@
	Off,
	@
	On,
};
@
[scopedEnum] enum Bits { @ One = 1, @ Two = 2 };
@
struct Part {
	@
	uint32 width;
	@
	[flags] Bits bits;
	@
	array<string> names;
	@
};
@
union Choice {
	@
	Part part;
	@
	float number;
};
@
interface IPAQuietInterface {
	@
	init(Part part) => (int32 ret, Choice choice);
	@
	[async] push(map<uint32, Part> parts, Mode mode);
	@
	stop();
};
@
interface IPAQuietEventInterface {
	@
	done(Choice choice);
};
@
"""

PIECES = ["*/", "/*", "*", "/", "\\", "\\\n", "??/", "??/\n", "?", "??", "\n",
          "\r", "\t", "\v", "\f", "\x00", "\x01", "\x07", "\x1b[31m", "\x7f",
          "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\ufeff",
          "é", "\U0001f4f7", "//", "///", "/**", "#define X", "#error",
          "\n#error\n", "%:error", "int stolen;", "}", "{", ";", "\"", "'",
          "\\struct Part", "\\fn push()", "\\var Part::width",
          "\\fn nothing()", "\\brief", "@part", "Part", "width", "Length",
          "Mode", "ipa.quiet.Part", "IPAQuietInterface", "On", "a " * 50,
          "x" * 120, " ", " ", " ", "word"]
STRINGS = ["*/", "/*", "//", "\\\\", "\\\"", "??/", "\\x01", "\\n", "\\x7f",
           "é", "%s", "a", "7", "\u202e", "'", "?", "#"]
PATHS = ["t.mojom", "\udcff/t.mojom", "odd */ int stolen; /*/t.mojom", "odd\\\n/t.mojom",
         "odd??/\nint x;/t.mojom", "odd\u202e/t.mojom", "odd\x01\n/t.mojom"]


class TextSources(Sources):
    def __init__(self, texts):
        super().__init__()
        self.texts = texts

    def read_file(self, path):
        if path not in self.texts:
            return super().read_file(path)
        return self.add(Source(path, self.texts[path]))


def outputs(text, path="t.mojom"):
    result = compiler.compile_files(
        [path], Options(), Diagnostics(TextSources({path: text})))
    return dict(render.render_texts(result.program, result.inputs,
                                    OUTPUTS))


class Writer:
    """Comments that want out."""

    def __init__(self, seed):
        self.r = random.Random("comment %d" % seed)

    def text(self):
        return "".join(self.r.choice(PIECES)
                       for _ in range(self.r.randint(0, 12)))

    def comment(self):
        kind = self.r.randrange(4)
        # The lexer refuses NUL and carriage return.
        text = self.text().replace("\x00", "\x02").replace("\r", "\n")
        if kind == 0:
            return ""
        if kind == 1:
            return "/// %s\n" % text.replace("\n", "\n/// ")
        if kind == 2:
            return "/** %s */" % text.replace("*/", "* /").rstrip("*/")
        return "/**\n%s\n */" % "\n".join(
            " * " + line.replace("*/", "* /")
            for line in text.rstrip("/").split("\n"))

    def file(self):
        parts = TEMPLATE.split("@")
        return "".join(part + self.comment() for part in parts[:-1]) + \
            parts[-1]


class Comments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.effort = int(os.environ.get("CAMIPC_TEST_EFFORT", "1"))
        cls.expected = {
            name: without_comments(text, not name.endswith(".proto"))
            for name, text in outputs(TEMPLATE.replace("@", "")).items()}

    def expect_same_code(self, found, why):
        self.assertEqual(sorted(found), sorted(self.expected))
        for name, text in found.items():
            with self.subTest(name, why=why):
                for character in text:
                    if character < " " and character not in "\n\t":
                        self.fail("%r in %s" % (character, name))
                try:
                    code = without_comments(text,
                                            not name.endswith(".proto"))
                except CTextError as error:
                    self.fail("%s: %s" % (name, error))
                self.assertEqual(code, self.expected[name])

    def compile(self, found):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in found.items():
                with open(os.path.join(folder, name), "w",
                          encoding="utf-8") as stream:
                    stream.write(text)
            sources = [os.path.join(folder, name) for name in found
                       if name.endswith((".c"))]
            for compiler_name in ("gcc", "clang"):
                if shutil.which(compiler_name):
                    self.run_it(compiler_name, *FLAGS, "-I" + folder,
                                *sources)
            self.run_it("protoc-c", "--c_out=" + folder,
                        "--proto_path=" + folder,
                        os.path.join(folder, "t.proto"))

    def run_it(self, *command):
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
        self.assertEqual(done.returncode, 0,
                         done.stdout.decode("utf-8", "replace"))

    def test_code_does_not_depend_on_comments(self):
        end = time.monotonic() + SECONDS * self.effort
        number = 0
        while number < 3 or time.monotonic() < end:
            found = outputs(Writer(number).file())
            self.expect_same_code(found, "round %d" % number)
            if number < COMPILED * self.effort:
                self.compile(found)
            number += 1

    def test_names_of_files(self):
        for path in PATHS:
            found = outputs(TEMPLATE.replace("@", ""), path)
            self.expect_same_code(found, path)
            if path != PATHS[0]:
                self.compile({"t_ipa_types.h": found["t_ipa_types.h"],
                              "t_ipa_types.c": found["t_ipa_types.c"],
                              "t_ipa_serializer.h":
                              found["t_ipa_serializer.h"],
                              "t.proto": found["t.proto"]})

    def test_licences(self):
        for text in ("MIT */ int stolen; /*", "MIT\\", "MIT ??/", "\u202e"):
            found = outputs("// SPDX-License-Identifier: %s\n" % text
                            + TEMPLATE.replace("@", ""))
            self.expect_same_code(found, text)

    def test_the_judge(self):
        """It sees what escapes."""
        self.assertEqual(without_comments("// a ??/\nint b;\nint c;"),
                         " int c;")
        self.assertEqual(without_comments("/* *\\\n/ int b;"), " int b;")
        self.assertEqual(without_comments('"/*" /* " */ x'), '"/*" x')
        with self.assertRaises(CTextError):
            without_comments("int a; /* b")


class Strings(unittest.TestCase):
    """Text that becomes a C string says in C what it said."""

    def test_values(self):
        r = random.Random(1)
        texts = ["".join(r.choice(STRINGS) for _ in range(r.randint(0, 9)))
                 for _ in range(200)]
        idl = "module t;\n" + "".join(
            'const string C%d = "%s";\n' % pair
            for pair in enumerate(texts))
        found = outputs(idl + 'struct S { string s = "%s"; };' % texts[3])
        wanted = [eval_idl(text) for text in texts]
        program = '#include <stdio.h>\n#include "t_ipa_types.h"\n' \
            "int main(void)\n{\n" + "".join(
                "\tfwrite(T_C%d, 1, sizeof(T_C%d), stdout);\n" % (i, i)
                for i in range(len(texts))) + "\treturn 0;\n}\n"
        with tempfile.TemporaryDirectory() as folder:
            for name, text in list(found.items()) + [("main.c", program)]:
                with open(os.path.join(folder, name), "w",
                          encoding="utf-8") as stream:
                    stream.write(text)
            binary = os.path.join(folder, "main")
            subprocess.run(
                ["gcc"] + [f for f in FLAGS if f != "-fsyntax-only"] +
                ["-I" + folder, "-o", binary, os.path.join(folder, "main.c")],
                check=True, timeout=300)
            printed = subprocess.run([binary], stdout=subprocess.PIPE,
                                     check=True, timeout=60).stdout
        self.assertEqual(printed.split(b"\0")[:-1], wanted)


def eval_idl(text):
    for escape, meaning in (("\\x01", "\1"), ("\\x7f", "\x7f"),
                            ("\\n", "\n"), ("\\\"", "\""), ("\\\\", "\\")):
        text = text.replace(escape, "\0" + str(len(escape)) + meaning)
    out = ""
    while text:
        if text[0] == "\0":
            out += text[2]
            text = text[3:]
        else:
            out += text[0]
            text = text[1:]
    return out.encode("utf-8")


if __name__ == "__main__":
    unittest.main()
