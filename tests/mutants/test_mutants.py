#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests that mutants are read, applied wherever their lines are, and
undone."""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from mutant import Mutant, MutantError, load_all, restore  # noqa: E402
from run import copy_tree  # noqa: E402

HEAD = "Breaks: requirement 1\nTest: test_x a_filter\n"
DIFF = """--- a/x.c
+++ b/x.c
@@ -%d,3 +%d,2 @@
 	before
-	guard
 	after
"""


class MutantTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def mutant(self, line=1, head=HEAD):
        self.write("m.patch", head + DIFF % (line, line))
        return Mutant(self.path("m.patch"))

    def test_headers(self):
        mutant = self.mutant()
        self.assertEqual(mutant.name, "m")
        self.assertEqual(mutant.test, ["test_x", "a_filter"])
        with self.assertRaisesRegex(MutantError, "no line \"Test: ...\""):
            self.mutant(head="Breaks: it\n")
        os.unlink(self.path("m.patch"))
        self.write("n.patch", HEAD)
        with self.assertRaisesRegex(MutantError, "n: no diff"):
            load_all(self.folder.name)

    def test_found_by_text(self):
        source = "new\nlines\n\tbefore\n\tguard\n\tafter\n"
        self.write("x.c", source)
        before = self.mutant().apply(self.folder.name)
        self.assertEqual(self.read("x.c"),
                         "new\nlines\n\tbefore\n\tafter\n")
        restore(before)
        self.assertEqual(self.read("x.c"), source)

    def test_the_nearest_is_meant(self):
        block = "\tbefore\n\tguard\n\tafter\n"
        self.write("x.c", block + "\n" * 20 + block)
        self.mutant(line=22).apply(self.folder.name)
        self.assertEqual(self.read("x.c"),
                         block + "\n" * 20 + "\tbefore\n\tafter\n")

    def test_gone(self):
        self.write("x.c", "\tbefore\n\tafter\n")
        for act in (self.mutant().apply, self.mutant().check):
            with self.assertRaisesRegex(MutantError, "m no longer applies"):
                act(self.folder.name)
        os.unlink(self.path("x.c"))
        with self.assertRaisesRegex(MutantError, "no file x.c"):
            self.mutant().check(self.folder.name)

    def test_copy(self):
        source = self.path("source")
        copy = self.path("copy")
        os.makedirs(source)
        self.write("source/a.c", "a")
        self.write("source/b.c", "b")
        copy_tree(source, copy)
        written = os.stat(os.path.join(copy, "a.c")).st_mtime_ns
        os.unlink(os.path.join(source, "b.c"))
        self.write("source/c.c", "c")
        copy_tree(source, copy)
        self.assertEqual(sorted(os.listdir(copy)), ["a.c", "c.c"])
        # What did not change is not built again.
        self.assertEqual(os.stat(os.path.join(copy, "a.c")).st_mtime_ns,
                         written)


if __name__ == "__main__":
    unittest.main()
