# SPDX-License-Identifier: MIT
"""Tests that cameras hold against a worker that lies through shared memory: all
lies about the memory itself (threats 36 and 41), and a part of all others.

usage: test_kit_shm.py CAMIPC WORKER SOFTISP EVERY
"""

import os
import re
import subprocess
import sys
import unittest

CAMIPC, WORKER, SOFTISP = (os.path.abspath(path) for path in sys.argv[1:4])
EVERY = sys.argv[4]
LIMIT = 600


def run(*words):
    return subprocess.run([CAMIPC, "hostile"] + list(words),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=LIMIT, check=False)


def rows(done):
    """The rows of a table: name, and all that follows it."""
    return dict(re.findall(r"^ *\d+  (\S+) +(.*)$", done.stdout, re.M))


class BuiltInCamera(unittest.TestCase):
    def test_lies_in_shared_memory(self):
        done = run("--transport", "shm", "--only", "ring_*")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        found = rows(done)
        self.assertGreaterEqual(len(found), 24)
        for name, row in found.items():
            self.assertRegex(row, r" ok$", name)
            if row.startswith("the IPA is ended for its ring  "):
                self.assertIn("ended: ", row)

    def test_other_lies_through_shared_memory(self):
        done = run("--transport", "shm", "--failed", "--every", EVERY)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn(" 0 not held off,", done.stdout)

    def test_a_socket_has_no_ring(self):
        self.assertEqual(run("--list", "--only", "ring_*").returncode, 0)
        self.assertEqual(run("--transport", "socket", "--list", "--only",
                             "ring_*").returncode, 2)


class OwnProgram(unittest.TestCase):
    def capture(self, transport):
        return ["--", CAMIPC, "capture", "--frames", "2", "--size", "64x64",
                "--module-path", os.path.dirname(SOFTISP), "--worker", WORKER,
                "--transport", transport]

    def test_it_holds(self):
        for only in ("ring_head_back", "ring_bells", "ring_never_wakes"):
            done = run("--only", only, *self.capture("shm"))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, only + r" .* ok\n")

    def test_without_shared_memory_nothing_is_told(self):
        done = run("--only", "ring_head_back", *self.capture("socket"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"ring_head_back .* n/a\n")

    def test_its_transport_is_its_own(self):
        done = run("--transport", "shm", *self.capture("shm"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("built-in camera", done.stderr)


if __name__ == "__main__":
    if "vgpreload" in os.environ.get("LD_PRELOAD", ""):
        print("skipped: the camera and its workers take too long under valgrind")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
