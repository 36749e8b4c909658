# SPDX-License-Identifier: MIT
"""Tests that any input ends in diagnostics or output, and in no exception."""

import glob
import os
import random
import time
import unittest

import support
from camipc_gen import compiler
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.loader import Options

WORDS = ("module import struct union enum interface const feature overlay "
         "array map handle result associated int8 int32 uint64 float string "
         "SharedFD S E t x y async flags min max role start true false "
         "default 0 1 -1 0x7f 1.5 1e9 18446744073709551615 \"a\" { } { } ; ; "
         ", ( ) [ ] < > = => @ ? & | << + * % ~ . /* */ // /** \n").split(" ")


def survives(text):
    """Compiles; every diagnostic lies inside of the text."""
    sources = support.TextSources({"t.mojom": text})
    diagnostics = Diagnostics(sources)
    options = Options(import_map=(("t.mojom", "t.mojom"),))
    try:
        compiler.compile_files(["t.mojom"], options, diagnostics)
    except compiler.CompileError:
        pass
    lines = text.split("\n")
    for found in diagnostics.sorted():
        span = found.span
        assert span is None or span.line <= len(lines), found
        assert span is None or span.column <= len(
            lines[span.line - 1]) + 2, found
    diagnostics.format()
    diagnostics.to_json()
    return diagnostics


def seeds():
    paths = glob.glob(os.path.join(support.IDL, "*.mojom")) + \
        glob.glob(os.path.join(support.HERE, "bad", "*.mojom"))
    texts = []
    for path in sorted(paths):
        with open(path, encoding="utf-8") as stream:
            texts.append(stream.read())
    return texts


class Fuzz(unittest.TestCase):
    SECONDS = 2

    def for_a_while(self, make):
        """The seed is fixed, the number of rounds the machine's."""
        end = time.monotonic() + self.SECONDS
        rounds = 0
        while time.monotonic() < end or rounds < 50:
            text = make(random.Random(rounds))
            rounds += 1
            try:
                survives(text)
            except Exception:
                print("\nseed %d:\n%s" % (rounds - 1, text[:2000]))
                raise

    def test_words_in_any_order(self):
        self.for_a_while(lambda r: "module t;" + " ".join(
            r.choice(WORDS) for _ in range(r.randrange(80))))

    def test_files_with_pieces_changed(self):
        texts = seeds()

        def mutate(r):
            words = r.choice(texts).split(" ")
            for _ in range(r.randrange(1, 6)):
                at = r.randrange(len(words))
                action = r.randrange(4)
                if action == 0:
                    words[at] = r.choice(WORDS)
                elif action == 1:
                    del words[at:at + r.randrange(1, 4)]
                    words.append("")
                elif action == 2:
                    words.insert(at, r.choice(WORDS))
                else:
                    words[at] = words[r.randrange(len(words))]
            return " ".join(words)
        self.for_a_while(mutate)

    def test_files_cut_off_anywhere(self):
        texts = seeds()

        def cut(r):
            text = r.choice(texts)
            return text[:r.randrange(len(text) + 1)]
        self.for_a_while(cut)

    def test_arbitrary_characters(self):
        alphabet = "aé\t\n\r\x0b\x7f\u2028\U0001f600\\\"'{}[]()<>;=/*@0.-"
        self.for_a_while(lambda r: "".join(
            r.choice(alphabet) for _ in range(r.randrange(200))))


class Depth(unittest.TestCase):
    N = 10000

    def test_nesting(self):
        for text in ("const int8 A = " + "(" * self.N + "1;",
                     "const int8 A = " + "-" * self.N + "1;",
                     "const int8 A = 1" + " + 1" * self.N + ";",
                     "struct S { " + "array<" * self.N + "int8> x; };",
                     "struct S { int8" + "?" * self.N + " x; };",
                     "struct S { " + "associated " * self.N + "x; };",
                     "struct S " + "{" * self.N, "[" * self.N,
                     "enum E {" * self.N, "struct S { " * self.N,
                     "}" * self.N, "[a=" * self.N,
                     "interface I { f(" + "[a] " * self.N + "int8 x); };"):
            with self.subTest(text[:30]):
                started = time.monotonic()
                found = survives("module t;\n" + text)
                self.assertTrue(found.has_errors)
                self.assertLess(time.monotonic() - started, 20)

    def test_dotted_names(self):
        survives("module t;\nstruct S { " + "a." * self.N + "b x; };")

    def test_chains_of_constants(self):
        """In whichever order they are declared."""
        lines = ["const uint32 C%d = C%d + 1;\n" % (i, i - 1)
                 for i in range(1, 3000)]
        enum = "enum E {%s};\n" % ", ".join(
            "V%d = V%d + 1" % (i, i - 1) for i in range(2999, 0, -1))
        for some in (lines, lines[::-1]):
            text = "module t;\nconst uint32 C0 = 0;\n" + "".join(some)
            self.assertEqual([], survives(text).found)
        self.assertEqual([], survives("module t;\n" + enum.replace(
            "};", ", V0 = 0};")).found)

    def test_chains_without_an_end(self):
        for n in (1, 2, 19, 20, 21, 40, 1000):
            text = "module t;\n" + "".join(
                "const uint32 C%d = C%d;\n" % (i, (i + 1) % n)
                for i in range(n))
            with self.subTest(n):
                found = survives(text).found
                self.assertEqual({"const-cycle"}, {d.id for d in found})
                self.assertTrue(all(d.span for d in found))

    def test_chains_of_imports(self):
        texts = {"f%d.mojom" % i: "module m%d;\nimport \"f%d.mojom\";\n" % (
            i, i + 1) for i in range(600)}
        names = tuple((name, name) for name in texts)
        diagnostics = Diagnostics(support.TextSources(texts))
        with self.assertRaises(compiler.CompileError):
            compiler.compile_files(["f0.mojom"], Options(import_map=names),
                                   diagnostics)
        self.assertEqual(["too-deep"], [d.id for d in diagnostics.found])
        self.assertEqual("f200.mojom", diagnostics.found[0].span.path)

    def test_many_declarations(self):
        started = time.monotonic()
        found = survives("module t;\n" + "".join(
            "struct S%d { int32 a; S%d? b; };\n" % (i, (i + 1) % 3000)
            for i in range(3000)))
        self.assertFalse(found.found)
        self.assertLess(time.monotonic() - started, 20)

    def test_many_errors(self):
        found = survives("module t;\n" + "struct S { X y = };\n" * 3000)
        self.assertLess(len(found.format()), 20000)


if __name__ == "__main__":
    unittest.main()
