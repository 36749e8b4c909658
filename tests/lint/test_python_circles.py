#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests that python_circles.py finds the circles of a small tree."""

import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import python_circles  # noqa: E402


class CircleTest(unittest.TestCase):
    def find(self, **files):
        """Exit status and output; "__" in a name separates folders."""
        with tempfile.TemporaryDirectory() as parent:
            root = os.path.join(parent, "pack")
            for name, text in files.items():
                path = os.path.join(root, name.replace("__", os.sep) + ".py")
                os.makedirs(os.path.dirname(path), exist_ok=True)
                init = os.path.join(os.path.dirname(path), "__init__.py")
                for path, text in ((init, ""), (path, text)):
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(text)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = python_circles.main([root])
        return status, out.getvalue()

    def test_a_tree(self):
        self.assertEqual(self.find(
            a="import os\nfrom . import b, c\nfrom .inner.d import x\n",
            b="from .c import y\n", c="from .inner import d\n",
            inner__d="x = y = 1\n"), (0, ""))

    def test_loop_of_modules(self):
        status, text = self.find(a="from .b import x\n",
                                 b="from . import c\n",
                                 c="def f():\n    from pack.a import x\n")
        self.assertEqual(status, 1)
        self.assertIn("a.py -> b.py -> c.py -> a.py", text)

    def test_loop_across_packages(self):
        status, text = self.find(one__a="from ..two import b\n",
                                 two__b="import pack.one.a\n")
        self.assertEqual(status, 1)
        self.assertIn("one/a.py -> two/b.py -> one/a.py", text)

    def test_loop_of_packages_only(self):
        """No module sees itself again, yet neither package comes first."""
        status, text = self.find(one__a="from ..two.b import x\n",
                                 one__c="x = 1\n",
                                 two__b="x = 1\n",
                                 two__d="from ..one.c import x\n")
        self.assertEqual(status, 1)
        self.assertIn("one -> two -> one", text)

    def test_no_files(self):
        with tempfile.TemporaryDirectory() as root, \
                contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(python_circles.main([root]), 2)


if __name__ == "__main__":
    unittest.main()
