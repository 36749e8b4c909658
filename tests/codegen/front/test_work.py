# SPDX-License-Identifier: MIT
"""Tests that the work of every command grows with its input, and no faster.

Work is counted in lines of Python and rounds of loops, which are the same on
every machine. For linear work, the second hundred of fields costs as much as
the first.
"""

import contextlib
import functools
import io
import os
import sys
import tempfile
import unittest

import support
from camipc_gen import cli
from camipc_gen.output import render

STEP = 20
# How much more the third part may cost than the second. Square work costs up to
# 1.67 times as much; what differs otherwise is the length of the names.
MOST = 1.04
# Work that looks at all parts for each part costs 2 * STEP * STEP rounds more in
# the third step than in the second.
MOST_ROUNDS = 1.5 * STEP * STEP


def many(template, n, separator=" "):
    """@template n times, with % replaced by the index and $ by the one
    before."""
    return separator.join(
        template.replace("%", str(i)).replace("$", str(i - 1))
        for i in range(1, n + 1))


def chain(levels, body):
    return "struct S0 { string s; uint32 n; }; " + many(
        "struct S% { " + body + " };", levels)


# Ways to be large, each by the names of its parts and of its interface's.
WIDE = {
    "fields": lambda n: ("struct S { %s };" % many("uint32 fooBar%;", n),
                         "go(S s);"),
    "field comments": lambda n: (
        "struct S { %s };" % many("/** Like fooBar$. */ string fooBar%;\n", n),
        "go(S s);"),
    "default values": lambda n: (
        "enum E { Z, %s }; struct S { %s };" % (
            many("V%,", n), many("E e% = V%; E f% = %;", n)), "go(S s);"),
    "enumerators": lambda n: ("enum E { Z = 3, %s };" % many("fooV%,", n),
                              "go(E e);"),
    "flags": lambda n: ("[flags] enum E { Z = 3, %s };" % many("V%,", n),
                        "go([flags] E e);"),
    "constants": lambda n: ("const uint32 C0 = 1; " + many(
        "const uint32 C% = 2 * % + 1;", n), "go();"),
    "arms": lambda n: ("union U { %s }; struct S { [inline] U u; };" % many(
        "string f%;", n), "go(U u, S s);"),
    "structs": lambda n: (many("struct S% { uint32 a; string b; };", n),
                          "go(S1 s);"),
    "a ring": lambda n: (
        many("struct S% { array<S$> a; SharedFD fd; };", n) +
        " struct S0 { S%d? s; };" % n, "go(S1 s);"),
    "maps": lambda n: ("struct S { %s };" % many(
        "map<uint32, string> m%; array<array<uint32>> a%;", n), "go(S s);"),
    "limits": lambda n: ("struct S { %s };" % many(
        "[max_len=3] array<array<uint32>> a%;", n), "go(S s);"),
    "methods": lambda n: ("struct S { uint32 a; };", many(
        "m%(S s, uint32 t) => (int32 ret, S u);", n)),
    "events": lambda n: ("interface IPATEventInterface { %s };" % many(
        "e%(uint32 a, string s);", n), "[async] go();"),
    "parameters": lambda n: ("", "go(%s) => (int32 ret, %s);" % (
        many("uint32 p%", n, ", "), many("string o%", n, ", "))),
}

# Chains of nested types: the number of paths doubles with each level.
DEEP = {
    "two structs": "S$ a; S$ b;",
    "arrays": "array<S$> a; array<S$, 1> b; S$ c;",
    "pointers": "S$? a; S$? b; S$ c;",
    "maps": "map<uint32, S$> a; array<array<S$>> b; S$ c;",
}


class Counter:
    """Counts the lines that run of the generator's own code. A loop within a
    line counts once for each of its rounds."""

    def __init__(self):
        self.count = 0

    def _enter(self, frame, _event, _argument):
        if "camipc_gen" not in frame.f_code.co_filename and \
                not frame.f_code.co_filename.endswith(".j2"):
            return None
        return self._step

    def _step(self, _frame, _event, _argument):
        self.count += 1
        return self._step

    def of(self, work):
        before = sys.gettrace()
        self.count = 0
        sys.settrace(self._enter)
        try:
            work()
        finally:
            sys.settrace(before)
        return self.count


class Work(unittest.TestCase):
    COMMANDS = ("compile", "explain", "lint", "compat", "pin", "fmt")

    @classmethod
    def setUpClass(cls):
        # Templates are compiled once here, and not for each command.
        made = render._environment
        cls.addClassCleanup(setattr, render, "_environment", made)
        render._environment = functools.lru_cache(maxsize=None)(made)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "t.mojom")
        self.write("", "")
        self.run_command("compile")      # which keeps the templates

    def run_command(self, command):
        arguments = {
            "compile": ["--emit", "all", "--out", self.folder.name, self.path],
            "compat": [self.path, self.path],
        }.get(command, [self.path])
        with contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()) as errors:
            status = cli.main([command] + arguments)
        self.assertEqual(0 if command != "lint" else 1, status,
                         errors.getvalue())

    def write(self, body, methods):
        with open(self.path, "w", encoding="utf-8") as stream:
            stream.write("module t;\n%s\ninterface IPATInterface { init(); %s "
                         "};\n" % (body, methods))

    def grows_evenly(self, make, sizes, number):
        """Of three sizes at equal distances; with compile, and with one of the
        other commands for each shape, because they share the stages."""
        others = self.COMMANDS[1:]
        for command in (self.COMMANDS[0], others[number % len(others)]):
            costs = []
            for size in sizes:
                self.write(*make(size))
                costs.append(Counter().of(lambda: self.run_command(command)))
            second, third = costs[1] - costs[0], costs[2] - costs[1]
            self.assertLess(third, second * MOST, (command, costs))
            if sizes[0] == STEP:
                self.assertLess(third - second, MOST_ROUNDS, (command, costs))

    def test_wide(self):
        for number, (name, make) in enumerate(WIDE.items()):
            with self.subTest(name):
                self.grows_evenly(make, (STEP, 2 * STEP, 3 * STEP), number)

    def test_deep(self):
        for number, (name, body) in enumerate(DEEP.items()):
            with self.subTest(name):
                self.grows_evenly(lambda levels, body=body: (
                    chain(levels, body), "go(S%d s) => (S%d t);" % (
                        levels, levels)), (3, 6, 9), number)

    def test_the_deepest_legal_chain(self):
        """32 levels of structs end, in whichever way they contain others."""
        for name, body in DEEP.items():
            if name in ("two structs", "arrays"):
                continue                 # 2^31 of them are too large for C
            with self.subTest(name):
                self.write(chain(31, body), "go(S31 s) => (S31 t);")
                for command in self.COMMANDS:
                    self.run_command(command)


if __name__ == "__main__":
    unittest.main()
