#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the figures and the errors of bench/many.py; draws if matplotlib is
there."""

import importlib.util
import json
import os
import sys
import tempfile
import unittest

SCRIPT = sys.argv.pop(1)
SPEC = importlib.util.spec_from_file_location("many", SCRIPT)
many = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(many)

RUN = {"cameras": 2, "rate": 60, "width": 64, "height": 64, "seconds": 2,
       "killed": 1, "kill_s": 0.8, "unplugged": 1, "unplug_s": 1.6,
       "frames": [[0, 0.1, 3.0], [0, 0.2, 5.0], [1, 0.3, 9.0], [0, 0.5, 4.0],
                  [0, 1.99, 1.0]]}


class ManyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, text):
        path = os.path.join(self.folder, "many.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_percentile(self):
        self.assertEqual(many.percentile([7.0], 99), 7.0)
        self.assertEqual(many.percentile(range(1, 101), 99), 99)
        self.assertEqual(many.percentile([3, 1, 2], 50), 2)

    def test_windows_of_one_camera(self):
        self.assertEqual(many.windows(RUN, 0),
                         [(0.25, 5.0), (0.75, 4.0), (1.75, 1.0)])
        self.assertEqual(many.windows(RUN, 1), [(0.25, 9.0)])

    def test_wrong_files(self):
        for text in ("", "[]", "{}", "{\"frames\": []}"):
            path = self.write(text)
            with self.assertRaisesRegex(many.PlotError,
                                        "is not what camipc-many --json"):
                many.read(path)
        with self.assertRaisesRegex(many.PlotError, "cannot read .*none: No "):
            many.read(os.path.join(self.folder, "none"))

    def test_draws(self):
        if importlib.util.find_spec("matplotlib") is None:
            self.skipTest("the Python module matplotlib is missing")
        picture = os.path.join(self.folder, "many.png")
        self.assertEqual(many.main([self.write(json.dumps(RUN)), picture]), 0)
        with open(picture, "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        self.assertEqual(many.main([self.write(json.dumps(RUN)),
                                    "/nonexistent/many.png"]), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
