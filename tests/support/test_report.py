#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the report that ./dev test ends with."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import report  # noqa: E402


def entry(name, begin=0, duration=1, result="OK", out=""):
    return {"name": "camipc:" + name, "starttime": begin, "result": result,
            "duration": duration, "stdout": out, "stderr": ""}


class ReportTest(unittest.TestCase):
    def run_report(self, entries, *arguments,
                   steps="build 30 passed\nbuild 60 passed\n"):
        with tempfile.TemporaryDirectory() as folder:
            logs = os.path.join(folder, "build", "meson-logs")
            os.makedirs(logs)
            path = os.path.join(logs, "testlog.json")
            with open(path, "w", encoding="utf-8") as file:
                for one in entries:
                    file.write(json.dumps(one) + "\n")
            step_file = os.path.join(folder, "steps")
            with open(step_file, "w", encoding="utf-8") as file:
                file.write(steps)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = report.main(list(arguments)
                                     + ["--steps", step_file, path])
        return status, out.getvalue()

    def test_shares(self):
        self.assertEqual(
            report.shares([entry("a / 1", 10, 4), entry("b+tag / 2", 12, 4),
                           entry("b / 3", 20, 1)]),
            {"a": 3, "b": 4})

    def test_times_of_build(self):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "testlog.json")
            entries = [entry("a / 1", 130, 4), entry("a / 2", 132, 9)]
            self.assertEqual(report.times_of_build(log, entries), (11, 0))
            with open(os.path.join(folder, "testlog.began"), "w",
                      encoding="utf-8") as file:
                file.write("100\n")
            self.assertEqual(report.times_of_build(log, entries), (11, 30))
            self.assertEqual(report.times_of_build(log, []), (0, 0))

    def test_passed(self):
        status, text = self.run_report([entry("lint / a", 0, 600)])
        self.assertEqual(status, 0)
        self.assertRegex(text, r"\nbuild +1\.5 +[\d.]+\n")
        self.assertRegex(text, r"\nlint +10\.0 +[\d.]+  over its budget\n")
        self.assertRegex(text,
                         r"\nsum +11\.5\nbuild 10\.0\n1 passed, 0 failed")

    def test_failed(self):
        status, text = self.run_report([
            entry("lint / a", result="FAIL"), entry("lint / b"),
            entry("new / c", result="SKIP", out="skipped: no b")], "--full")
        self.assertEqual(status, 1)
        self.assertIn("build: camipc:lint / a: FAIL\n", text)
        self.assertIn("build: camipc:new / c: skipped: no b\n", text)
        self.assertRegex(text, r"\nnew +0\.0 +-\n")
        self.assertTrue(text.endswith("1 passed, 1 failed, 1 skipped\n"))

    def test_failed_step(self):
        status, text = self.run_report(
            [entry("lint / a")],
            steps="fuzz 60 passed\nfuzz 1 failed\nfuzz 9 passed\n")
        self.assertEqual(status, 1)
        self.assertIn("step fuzz: failed", text)
        self.assertTrue(text.endswith("1 passed, 1 failed, 0 skipped\n"))

    def test_nothing(self):
        self.assertEqual(self.run_report([])[0], 1)


if __name__ == "__main__":
    unittest.main()
