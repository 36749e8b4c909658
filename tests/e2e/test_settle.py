#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests bench/settle.py: its figures, and a run of the command with softisp.

usage: test_settle.py CAMIPC WORKER SOFTISP SETTLE.PY
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

CAMIPC, WORKER, SOFTISP, SCRIPT = (os.path.abspath(p) for p in sys.argv[1:5])
SPEC = importlib.util.spec_from_file_location("settle", SCRIPT)
settle = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(settle)

LIMIT = 120  # seconds, for what ends by itself
SVG = "{http://www.w3.org/2000/svg}"


class SettleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="camipc-test-")
        self.addCleanup(folder.cleanup)
        self.plot = os.path.join(folder.name, "settle.svg")

    def run_command(self, *words, camipc=CAMIPC):
        return subprocess.run(
            [sys.executable, "-B", SCRIPT, "--camipc", camipc,
             "--module-path", os.path.dirname(SOFTISP), "--worker", WORKER,
             *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", timeout=LIMIT, check=False)

    def fails(self, line, *words, **options):
        done = self.run_command(*words, **options)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\Asettle\.py: %s[^\n]*\n\Z" % line)
        self.assertFalse(os.path.exists(self.plot))

    def test_figures(self):
        rising = [0.0, 0.2, 0.6, 0.5] + [0.5] * 20
        self.assertEqual(settle.settled_after(rising, 0, settle.near), 3)
        self.assertEqual(settle.settled_after(rising, 1, settle.near), 2)
        self.assertAlmostEqual(settle.overshoot(rising, 0), 20.0)
        self.assertEqual(settle.settled_after([0.5] * 20, 5, settle.near), 0)
        self.assertEqual(settle.overshoot([0.5] * 20, 5), 0.0)

    def test_table_and_plot(self):
        """Other IPAs are not in this folder: they are left out, and named."""
        done = self.run_command("--plot", self.plot)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split(": ")[:2] for line in
                          done.stderr.splitlines()],
                         [["rkisp1", "skipped"], ["rpi", "skipped"]])
        lights = [label for label, _, _ in settle.lights_of()]
        rows = re.findall(r"^softisp +(.+?) {2,}(\d+) +([\d.]+) +(\d+) +"
                          r"([\d.]+)$", done.stdout, re.MULTILINE)
        self.assertEqual([row[0] for row in rows], lights)
        for light, exposure, overshoot, balance, greys in rows:
            self.assertLess(int(exposure), 10, light)
            self.assertLess(float(overshoot), 5, light)
            self.assertLess(int(balance), 10, light)
            self.assertLess(float(greys), 2, light)
        # After a step of light there is something to settle.
        self.assertGreater(int(rows[lights.index("8 x light")][1]), 0)
        self.check_plot(lights)

    def check_plot(self, lights):
        """Two panels for each light, with one line of softisp in each."""
        root = xml.etree.ElementTree.parse(self.plot).getroot()
        width, height = (float(root.get(key)) for key in ("width", "height"))
        lines = root.findall(SVG + "polyline")
        self.assertEqual(len(lines), 2 * len(lights))
        for line in lines:
            points = [tuple(map(float, point.split(",")))
                      for point in line.get("points").split()]
            self.assertEqual(len(points), settle.FRAMES)
            for x, y in points:
                self.assertTrue(0 < x < width and 0 < y < height, (x, y))
        text = "\n".join(one.text for one in root.findall(SVG + "text"))
        for light in lights:
            self.assertEqual(text.count(light + ": "), 2)
        # A step of light is seen: the grey is brighter at once.
        step = lines[2 * lights.index("8 x light")].get("points").split()
        y = [float(point.split(",")[1]) for point in step]
        self.assertLess(y[settle.STEP + 1], y[settle.STEP - 1] - 20)

    def test_wrong_words(self):
        nowhere = os.path.join(self.plot, "x.svg")
        expected = "expected the name of a file in a folder that can be written"
        self.fails("--plot %s: %s" % (re.escape(nowhere), expected),
                   "--plot", nowhere, camipc="/nonexistent")
        self.fails("cannot run /nonexistent: ", "--plot", self.plot,
                   camipc="/nonexistent")
        self.fails("softisp: camipc: --scene /nonexistent: ",
                   "--scene", "/nonexistent", "--plot", self.plot)
        self.fails("softisp: camipc: --isolation nowhere: expected auto, ",
                   "--isolation", "nowhere")


if __name__ == "__main__":
    unittest.main(argv=["test_settle.py"], verbosity=2)
