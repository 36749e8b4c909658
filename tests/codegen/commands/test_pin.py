# SPDX-License-Identifier: MIT
"""Tests that camipc-gen pin writes numbers and changes nothing else."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import repository
from camipc_gen.edit import pin, rewrite
from camipc_gen.edit.rewrite import Insertion

RANDOM = 15
# What is made of the facts, too: the same bytes.
RENDERED = ("idl/softisp.mojom", "tests/echo/echo.mojom",
            "tests/codegen/back/everything.mojom")
_ADDED = re.compile(rb"@[0-9]+| = -?[0-9]+")


class Pinned(unittest.TestCase):
    def pin(self, case, data=None):
        data = case.data if data is None else data
        return pin.pinned(case.path, data, case.options,
                          case.diagnostics(data))

    def check(self, case):
        result = self.pin(case)
        # Nothing but numbers came in.
        self.assertEqual(_ADDED.sub(b"", result),
                         _ADDED.sub(b"", case.data))
        self.assertEqual(self.pin(case, result), result)
        self.assertTrue(case.facts(result) == case.facts())
        return result

    def test_the_files_of_this_repository(self):
        cases = repository.repository_cases()
        self.assertGreater(len(cases), 100)
        for case in cases:
            with self.subTest(case.name):
                result = self.check(case)
                if case.name in RENDERED:
                    self.assertEqual(case.outputs(result), case.outputs())

    def test_random_interfaces(self):
        for case in repository.random_cases(RANDOM):
            with self.subTest(case.name):
                self.check(case)


TEXT = b"""// SPDX-License-Identifier: MIT
module t;\t// said \xc3\xa9

enum E { A, B = 7, C /* eight */ };
[retired="2"] struct S { uint32 a;   string b = "x@1"; };
struct Pinned { uint32 z@9; };
union U { uint32 a; };
interface IPATInterface {
\tinit(S s,
\t     U u) => (int32 ret, E e);
\t[async] go();
};
"""
PINNED = b"""// SPDX-License-Identifier: MIT
module t;\t// said \xc3\xa9

enum E { A = 0, B = 7, C = 8 /* eight */ };
[retired="2"] struct S { uint32 a@1;   string b@3 = "x@1"; };
struct Pinned { uint32 z@9; };
union U { uint32 a@1; };
interface IPATInterface {
\tinit@1(S s@1,
\t     U u@2) => (int32 ret@1, E e@2);
\t[async] go@2();
};
"""


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, data, name="t.mojom"):
        with open(self.path(name), "wb") as stream:
            stream.write(data)

    def read(self, name="t.mojom"):
        with open(self.path(name), "rb") as stream:
            return stream.read()

    def pin(self, *arguments):
        return subprocess.run(
            [sys.executable, repository.COMMAND, "pin"] + list(arguments),
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def test_every_kind_of_number(self):
        self.write(TEXT)
        os.chmod(self.path("t.mojom"), 0o640)
        result = self.pin("t.mojom")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", ""))
        self.assertEqual(self.read(), PINNED)
        self.assertEqual(os.stat(self.path("t.mojom")).st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(self.folder), ["t.mojom"])

    def test_line_ends_and_a_byte_order_mark_stay(self):
        for data in (b"\xef\xbb\xbfmodule t; struct S { int32 a; };",
                     b"module t;\r\nstruct S {\r\n\tint32 a;\r\n};\r\n",
                     b"module t;\rstruct S {\r\tint32 a;\r};\r"):
            self.write(data)
            self.assertEqual(self.pin("t.mojom").returncode, 0)
            self.assertEqual(self.read(), data.replace(b" a;", b" a@1;"))

    def test_a_pinned_file_is_not_touched(self):
        self.write(PINNED)
        before = os.stat(self.path("t.mojom"))
        self.assertEqual(self.pin("t.mojom").returncode, 0)
        after = os.stat(self.path("t.mojom"))
        self.assertEqual((before.st_mtime_ns, before.st_ino),
                         (after.st_mtime_ns, after.st_ino))

    def test_ordinals_from_zero(self):
        self.write(b"module t; struct S { int32 a; int32 b; };")
        self.assertEqual(self.pin("--ordinal-base=0", "t.mojom").returncode,
                         0)
        self.assertIn(b"a@0; int32 b@1;", self.read())

    def test_what_a_link_points_to_is_written(self):
        self.write(TEXT)
        os.symlink("t.mojom", self.path("link.mojom"))
        self.assertEqual(self.pin("link.mojom").returncode, 0)
        self.assertTrue(os.path.islink(self.path("link.mojom")))
        self.assertEqual(self.read(), PINNED)

    def test_files_with_errors_stay(self):
        for data in (b"module t; struct S { X x; };", b"\xff", b"module"):
            self.write(data)
            result = self.pin("t.mojom")
            self.assertEqual(result.returncode, 1)
            self.assertTrue(result.stderr.startswith("t.mojom:1:"),
                            result.stderr)
            self.assertEqual(self.read(), data)
        self.assertEqual(self.pin("missing.mojom").returncode, 1)
        self.assertEqual(self.pin().returncode, 2)

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_folder_that_cannot_be_written(self):
        self.write(TEXT)
        os.chmod(self.folder, 0o500)
        self.addCleanup(os.chmod, self.folder, 0o700)
        result = self.pin("t.mojom")
        self.assertEqual(result.returncode, 1)
        self.assertIn("[unwritable]", result.stderr)
        self.assertEqual(self.read(), TEXT)


class Insertions(unittest.TestCase):
    def test_columns_are_characters(self):
        self.assertEqual(
            rewrite.insert("é\U0001f4f7x\r\ny".encode(),
                           [Insertion(2, 2, "2"), Insertion(1, 3, "1")]),
            "é\U0001f4f71x\r\ny2".encode())


if __name__ == "__main__":
    unittest.main()
