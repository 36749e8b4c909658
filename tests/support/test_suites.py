#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the table of suites and builds, and how it is read."""

import contextlib
import io
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import suites  # noqa: E402

DEV = os.path.join(os.path.dirname(suites.TABLE), "..", "dev")


class SuitesTest(unittest.TestCase):
    def test_read(self):
        rows = suites.read_table(["# a comment\n", "\n",
                                  "suite test full asan tsan\n",
                                  "a  1.5  3  yes  no\n", "b - 2\n"])
        self.assertEqual(rows, {
            "a": {"test": 1.5, "full": 3, "asan": True, "tsan": False},
            "b": {"test": None, "full": 2}})
        self.assertEqual(suites.suites_of(rows, "asan"), ["a"])
        self.assertEqual(suites.suites_of(rows, "tsan"), [])
        for unknown in "full", "msan":
            with self.assertRaises(KeyError):
                suites.suites_of(rows, unknown)

    def test_incomplete(self):
        for row in "a 1 2 yes", "a 1 2 yes no no", "a 1", "a 1 2 yes -":
            with self.subTest(row), self.assertRaises(suites.TableError):
                suites.read_table(["suite test full asan tsan", row])

    def test_of_the_tree(self):
        rows = suites.read_suites()
        for column, limit in ("test", 10), ("full", 60):
            self.assertLessEqual(
                sum(row[column] or 0 for row in rows.values()), limit)
        with open(DEV, encoding="utf-8") as file:
            text = file.read()
        known = re.search(r"^suites='([^']*)'$", text, re.M).group(1).split()
        in_table = [name for name, row in rows.items() if len(row) > 2]
        self.assertEqual(sorted(in_table), sorted(known + ["cross"]))
        chosen = re.findall(r"\bchoose ([a-z-]+)", text)
        columns = [name for name in rows["lint"] if name not in suites.BUDGETS]
        self.assertEqual(sorted(chosen), sorted(columns))

    def run_main(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(out):
            status = suites.main(list(arguments))
        return status, out.getvalue()

    def test_main(self):
        self.assertEqual(self.run_main("asan", "runtime"), (0, "--suite runtime\n"))
        self.assertEqual(self.run_main("asan", "lint"), (0, "\n"))
        self.assertIn("--suite lint", self.run_main("clang")[1])
        self.assertEqual(self.run_main("msan")[0], 2)
        self.assertEqual(self.run_main()[0], 2)


if __name__ == "__main__":
    unittest.main()
