#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The lint against circles of files finds those that are put in its way.

usage: test_circles.py COMPILER...
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import circles  # noqa: E402

COMPILER = ["cc"]

LOOP = {
    "runtime/base/a.c": "int b_do(void);\n"
                        "int a_do(void) { return b_do(); }\n"
                        "int a_other(void) { return 1; }\n",
    "runtime/base/b.c": "int a_other(void);\n"
                        "int b_do(void) { return a_other(); }\n",
}
LINE = {
    "runtime/base/a.c": "int b_do(void);\n"
                        "int a_do(void) { return b_do(); }\n",
    "runtime/base/b.c": "int b_do(void) { return 1; }\n",
}


class Tree:
    """A source tree, built as meson builds: object files and their list."""

    def __init__(self, folder, files, built=True):
        self.source = os.path.join(folder, "source")
        self.build = os.path.join(folder, "build")
        os.makedirs(self.build)
        commands = []
        for name, text in files.items():
            path = os.path.join(self.source, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            if not name.endswith(".c"):
                continue
            output = name.replace("/", "_") + ".o"
            commands.append({"directory": self.build, "output": output,
                             "file": os.path.relpath(path, self.build)})
            if built:
                subprocess.run(COMPILER + ["-c", path, "-o", output],
                               cwd=self.build, check=True)
        with open(os.path.join(self.build, "compile_commands.json"), "w",
                  encoding="utf-8") as file:
            json.dump(commands, file)


class Circles(unittest.TestCase):
    def check(self, files, known=(), built=True):
        with tempfile.TemporaryDirectory() as folder:
            tree = Tree(folder, files, built)
            return circles.check(tree.source, tree.build, known)

    def test_loop_of_two_files(self):
        self.assertEqual(
            self.check(LOOP),
            ["a circle of files: runtime/base/a.c -> runtime/base/b.c (b_do)"
             " -> runtime/base/a.c (a_other)"])

    def test_no_loop(self):
        self.assertEqual(self.check(LINE), [])

    def test_loop_across_folders(self):
        found = self.check({
            "runtime/base/a.c": LOOP["runtime/base/a.c"],
            "proxy/b.c": LOOP["runtime/base/b.c"],
        })
        self.assertEqual(len(found), 1)
        self.assertIn("proxy/b.c -> runtime/base/a.c (a_other)", found[0])

    def test_shortest_way_of_a_larger_circle(self):
        found = self.check({
            "runtime/base/a.c": "int b(void); int c(void);\n"
                                "int a(void) { return b() + c(); }\n",
            "runtime/base/b.c": "int c(void); int b(void) { return c(); }\n",
            "runtime/base/c.c": "int a(void); int c(void) { return a(); }\n",
            "runtime/base/d.c": "int a(void); int d(void) { return a(); }\n",
        })
        self.assertEqual(found, [
            "a circle of files: runtime/base/a.c -> runtime/base/c.c (c) -> "
            "runtime/base/a.c (a); in a circle of 3 files: runtime/base/a.c, "
            "runtime/base/b.c, runtime/base/c.c"])

    def test_tables_and_statics_do_not_count(self):
        self.assertEqual(self.check({
            "proxy/a.c": "static int helper(void) { return 1; }\n"
                         "int (*const a_table[])(void) = { helper };\n",
            "proxy/b.c": "extern int (*const a_table[])(void);\n"
                         "static int helper(void) { return 2; }\n"
                         "int b(void) { return helper() + a_table[0](); }\n",
        }), [])

    def test_data_counts(self):
        self.assertEqual(len(self.check({
            "proxy/a.c": "extern int b; int a(void) { return b; }\n",
            "proxy/b.c": "int a(void); int b = 1;\n"
                         "int c(void) { return a(); }\n",
        })), 1)

    def test_programs_with_the_same_names(self):
        """Of two definitions the one in the same folder is meant."""
        one = "int help(void); int main(void) { return help(); }\n"
        two = "int main(void); int help(void) { return 1; }\n"
        self.assertEqual(self.check({
            "tools/main.c": one, "tools/help.c": two,
            "bench/main.c": one, "bench/help.c": two,
        }), [])
        self.assertEqual(len(self.check({
            "tools/main.c": one, "tools/help.c": two,
            "bench/main.c": one,
            "bench/help.c": "int main(void);\n"
                            "int help(void) { return main(); }\n",
        })), 1)

    def test_known_loops(self):
        known = (tuple(sorted(LOOP)),)
        self.assertEqual(self.check(LOOP, known), [])
        self.assertEqual(len(self.check(LOOP, (known[0][:1],))), 2)
        self.assertIn("no loop any more", self.check(LINE, known)[0])
        gone = self.check(LOOP, known + (("proxy/x.c", "proxy/y.c"),))
        self.assertEqual(len(gone), 2)
        self.assertIn("not there: proxy/x.c", gone[0])

    def test_files_of_no_target(self):
        """A file that no target needs is an error, compiled or not."""
        with tempfile.TemporaryDirectory() as folder:
            tree = Tree(folder, LINE)
            with open(os.path.join(tree.build, "build.ninja"), "w",
                      encoding="utf-8") as file:
                file.write("rule link\n  command = true\n"
                           "build a: link runtime_base_a.c.o\n"
                           "build all: link a runtime_base_b.c.o\n")
            for target, sees_all in (("all", True), ("a", False)):
                inputs = circles.read_inputs(
                    tree.build, [os.path.join(tree.build, target)])
                if sees_all:
                    self.assertEqual(
                        circles.check(tree.source, tree.build, (), inputs), [])
                    continue
                with self.assertRaisesRegex(circles.CannotCheck,
                                            "runtime/base/b.c belongs to no"):
                    circles.check(tree.source, tree.build, (), inputs)

    def test_files_that_are_not_compiled(self):
        with self.assertRaises(circles.CannotCheck):
            self.check(LINE, built=False)


if __name__ == "__main__":
    COMPILER = sys.argv[1:] or COMPILER
    unittest.main(argv=sys.argv[:1])
