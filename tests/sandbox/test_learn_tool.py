# SPDX-License-Identifier: MIT
"""Tests the command camipc sandbox learn: its words, its output and its exit code.

test_learn_tool.py CAMIPC MODULE-FOLDER WORKER
"""

import os
import subprocess
import sys
import unittest

CAMIPC, FOLDER, WORKER = sys.argv[1:4]


def run(*words):
    return subprocess.run([CAMIPC, "sandbox", *words], capture_output=True,
                          text=True, check=False, timeout=60)


CAPTURE = ("capture", "--frames", "3", "--module-path", FOLDER, "--worker",
           WORKER)


class Learn(unittest.TestCase):
    """Each way to write the command, and each way to write it wrong."""

    def test_each_spelling(self):
        for words in (("learn", "--", "camipc"), ("learn", "--"), ("learn",),
                      ("learn", "camipc"), ("learn", "--", CAMIPC)):
            done = run(*words, *CAPTURE)
            self.assertEqual(done.returncode, 0, done.stderr)
            # softisp's tuning file comes as a descriptor: it needs nothing.
            self.assertTrue(done.stdout.startswith("# What the module needs"))
            for line in done.stdout.splitlines():
                self.assertTrue(line.startswith("#"), done.stdout)

    def test_wrong_words(self):
        for words in ((), ("learn",), ("learn", "--"), ("teach",),
                      ("learn", "--", "other", "capture"),
                      ("learn", "--", "camipc", "list")):
            done = run(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn("expected 'camipc", done.stderr)

    def test_only_a_worker_can_learn(self):
        done = run("learn", "--", "camipc", *CAPTURE, "--isolation", "thread")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected process", done.stderr)

    def test_help(self):
        for words in (("--help",), ("learn", "--", "camipc", "capture", "-h")):
            done = run(*words)
            self.assertEqual(done.returncode, 0)
            self.assertIn("learn -- camipc capture", done.stdout)


if __name__ == "__main__":
    os.environ.pop("CAMIPC_LOG", None)
    unittest.main(argv=sys.argv[:1])
