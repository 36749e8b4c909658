# SPDX-License-Identifier: MIT
"""Tests that camipc-gen fmt changes the layout and nothing else."""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import repository
from camipc_gen import cli
from camipc_gen.edit import fmt
from camipc_gen.text.diagnostics import CompileError
from camipc_gen.text.source import SourceError

sys.path.insert(0, os.path.join(os.path.dirname(repository.HERE), "fuzz"))
import mutate  # noqa: E402

RANDOM = 15
MUTANTS = 150
RENDERED = ("idl/softisp.mojom", "tests/echo/echo.mojom")


class Layout(unittest.TestCase):
    def format(self, case, data=None):
        """Formatted; once more is the same."""
        data = case.data if data is None else data
        result = fmt.formatted(case.path, data, case.diagnostics(data))
        self.assertEqual(fmt.formatted(case.path, result,
                                       case.diagnostics(result)), result)
        return result

    def check(self, case, data=None):
        result = self.format(case, data)
        self.assertTrue(case.facts(result) == case.facts(data))
        return result

    def test_the_files_of_this_repository(self):
        for case in repository.repository_cases():
            with self.subTest(case.name):
                result = self.check(case)
                if case.name in RENDERED:
                    self.assertEqual(case.outputs(result), case.outputs())

    def test_files_without_any_layout(self):
        """Whatever stood between words: the same comes out, all comments in
        their places."""
        for case in repository.repository_cases()[::4]:
            with self.subTest(case.name):
                for spoil in (_stretched, _indented):
                    self.check(case, spoil(case.data))

    def test_random_interfaces(self):
        for case in repository.random_cases(RANDOM):
            with self.subTest(case.name):
                self.check(case)

    def test_mutants(self):
        """What can be parsed can be laid out, whatever else is wrong."""
        mutator = mutate.Mutator(mutate.corpus())
        tried = 0
        for seed in repository.seeds.some(MUTANTS):
            data = mutator.mutate(seed)
            case = repository.Case(str(seed), "t.mojom", {"t.mojom": data})
            with self.subTest(seed=seed):
                try:
                    fmt.formatted("t.mojom", data, case.diagnostics())
                except (CompileError, SourceError):
                    continue
                self.format(case)
                tried += 1
        self.assertGreater(tried, MUTANTS // 20)


def _stretched(data):
    """Two more newlines wherever there is one."""
    return data.replace(b"\n", b"\n\n\n")


def _indented(data):
    """Other indentation; the lines of comments are their author's."""
    return re.sub(rb"(?m)^[ \t]+(?=[A-Za-z\[}])", b"      ", data)


UGLY = """// SPDX-License-Identifier: MIT


/* plain */
module   t ;
import "core.mojom" ;
[ scopedEnum ,Extensible ]
enum E {A,B=1<<(2+1), // second
  C = -1
  // last
};
struct Empty { } ;

struct S {

   [min = -5,max=1e-5]float   x@ 3= - 1.5e+3 ;   // kept
\t/**
   * Said of y.
     */
   array< map<string ,core . X>, 3 > y@1 ;
\tuint32 ? z @2;


   string w@4 = "a  b" ; };
interface IPATInterface{
 init ( core.Settings settings, SharedFD descriptor, [ flags ]E flags)=>(int32 ret,E e);
 [async]
 go( uint32 a // first
   , uint32 b );
 stop ( ) ;
} ;
"""


class Repository(unittest.TestCase):
    def test_every_file_is_laid_out(self):
        """Others' files come as they are."""
        paths = repository.paths(foreign=False)
        self.assertGreater(len(paths), 100)
        for path in paths:
            with self.subTest(path):
                data = repository.read(path)
                self.assertEqual(fmt.layout(data.decode()), data.decode(),
                                 "camipc-gen fmt %s" % path)


class Style(unittest.TestCase):
    maxDiff = None

    def format(self, text):
        return fmt.layout(text)

    def test_everything_at_once(self):
        self.assertEqual(self.format(UGLY), """// SPDX-License-Identifier: MIT

/* plain */
module t;
import "core.mojom";
[scopedEnum, Extensible]
enum E {
\tA,
\tB = 1 << (2 + 1), // second
\tC = -1
\t// last
};
struct Empty {};

struct S {
\t[min=-5, max=1e-5] float x@3 = -1.5e+3;   // kept
\t/**
\t * Said of y.
\t */
\tarray<map<string, core.X>, 3> y@1;
\tuint32? z@2;

\tstring w@4 = "a  b";
};
interface IPATInterface {
\tinit(core.Settings settings, SharedFD descriptor, [flags] E flags)
\t\t=> (int32 ret, E e);
\t[async]
\tgo(uint32 a // first
\t   , uint32 b);
\tstop();
};
""")

    def test_shifts_and_brackets(self):
        self.assertEqual(
            self.format("module t; const int32 A = (7>>1)|(~2^3)&-4%5;\n"),
            "module t;\nconst int32 A = (7 >> 1) | (~2 ^ 3) & -4 % 5;\n")

    def test_long_lists_are_filled(self):
        lines = self.format("interface I { call(%s) => (int32 ret); };"
                            % ", ".join("uint32 parameter%d" % i
                                        for i in range(9))).splitlines()
        self.assertEqual(lines[1][:6], "\tcall(")
        self.assertTrue(lines[2].startswith("\t     uint32 "), lines[2])
        self.assertEqual(lines[-2], "\t\t=> (int32 ret);")
        self.assertTrue(all(fmt.width(line) <= 80 for line in lines))


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "t.mojom")

    def write(self, data):
        with open(self.path, "wb") as stream:
            stream.write(data)

    def read(self):
        with open(self.path, "rb") as stream:
            return stream.read()

    def fmt(self, *arguments):
        return subprocess.run(
            [sys.executable, repository.COMMAND, "fmt"] + list(arguments),
            stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def test_check_changes_nothing(self):
        data = b"module t ;\r\n"
        self.write(data)
        result = self.fmt("--check", self.path)
        self.assertEqual((result.returncode, self.read()), (1, data))
        self.assertIn("t.mojom: not formatted", result.stdout)
        self.assertEqual(self.fmt(self.path).returncode, 0)
        self.assertEqual(self.read(), b"module t;\n")
        before = os.stat(self.path).st_mtime_ns
        self.assertEqual(self.fmt("--check", self.path).returncode, 0)
        self.assertEqual(self.fmt(self.path).returncode, 0)
        self.assertEqual(os.stat(self.path).st_mtime_ns, before)

    def test_files_with_errors_stay(self):
        for data in (b"module t", b"module t; struct S { int32 ; };",
                     b"\xff", b"module t; /* open"):
            self.write(data)
            result = self.fmt(self.path)
            self.assertEqual((result.returncode, self.read()), (1, data))
            self.assertIn("t.mojom:1:", result.stderr)
            self.assertNotIn("Traceback", result.stderr)

    def test_a_mistake_of_ours_changes_nothing(self):
        data = b"module t ;\n"
        self.write(data)
        with unittest.mock.patch.object(fmt, "layout", lambda text: "module "
                                        "other;\n"), \
                contextlib.redirect_stderr(io.StringIO()) as errors:
            self.assertEqual(cli.main(["fmt", self.path]), 1)
        self.assertIn("bug in camipc-gen", errors.getvalue())
        self.assertEqual(self.read(), data)

    def test_imports_are_not_needed(self):
        self.write(b'module t;\nimport "nowhere.mojom";\n')
        self.assertEqual(self.fmt("--check", self.path).returncode, 0)


if __name__ == "__main__":
    unittest.main()
