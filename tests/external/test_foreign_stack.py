#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs examples/foreign-stack, and compares the lines that its README counts.

usage: test_foreign_stack.py FOLDER PROGRAM MODULES WORKER
"""

import os
import re
import subprocess
import sys
import unittest

FOLDER, PROGRAM, MODULES, WORKER = sys.argv[1:5]
ROW = re.compile(r"^\| `([^`]+)` \| (\d+) \|", re.M)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False,
                          encoding="utf-8")


class ForeignStackTest(unittest.TestCase):
    def test_both_ways(self):
        done = run(MODULES, WORKER)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("threaded: parameters of frame 0 are in buffer 7\n",
                      done.stdout)
        self.assertIn("isolated: parameters of frame 0 are in buffer 7\n",
                      done.stdout)
        self.assertRegex(done.stdout, r"(?m)^isolated: .*died of signal 9")

    def test_wrong_arguments(self):
        done = run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: stack-camera", done.stderr)
        done = run(MODULES, "/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("isolated: no IPA: ", done.stderr)

    def test_counted_lines(self):
        with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as file:
            counted = dict(ROW.findall(file.read()))
        found = {}
        for folder, _, names in os.walk(FOLDER):
            for name in names:
                path = os.path.join(folder, name)
                if name != "README.md":
                    with open(path, encoding="utf-8") as file:
                        found[os.path.relpath(path, FOLDER)] = \
                            str(len(file.readlines()))
        self.assertEqual(counted, found)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
