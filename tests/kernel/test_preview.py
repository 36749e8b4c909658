#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests camipc capture --preview on the kernel's cameras: what a terminal shows is
the frame that is written, and has the bars of the drivers' test pattern.

usage: test_preview.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
# The machine has one processor, and may share it with much else. A terminal's
# process gets this variable, too.
os.environ["CAMIPC_DEADLINE_SCALE"] = "20"

from preview_terminal import Terminal, last_picture  # noqa: E402
from tool_runs import RunTest  # noqa: E402

WIDTH, HEIGHT = 320, 180
FRAMES = 30  # exposure has settled
# The pattern "75% Colorbar", from left to right: which of red, green and blue.
BARS = ["rgb", "rg", "gb", "g", "rb", "r", "b", ""]


def bar_of(colour):
    """A colour in these words; "?" where a value is neither high nor low."""
    words = ""
    for name, value in zip("rgb", colour):
        if 64 < value < 128:
            return "?"
        words += name if value >= 128 else ""
    return words


class KernelPreviewTest(RunTest):
    def draw(self, camera, *words):
        """Captures on a terminal of 80 x 24 characters. Returns what it shows in
        the end, and the pixels of the last frame."""
        output = self.path(camera + "-%d.ppm")
        terminal = Terminal(
            self, "--camera", camera, "--frames", str(FRAMES), "--isolation",
            "process", "--sandbox", "required", "--output", output, *words,
            size=["--size", "%dx%d" % (WIDTH, HEIGHT)])
        status, text = terminal.wait()
        self.assertEqual(status, 0, text[-500:])
        terminal.is_restored(self)
        self.assertIn("frame %d of %d, " % (FRAMES, FRAMES), text)
        frame = self.read(output % (FRAMES - 1))[-3 * WIDTH * HEIGHT:]
        return last_picture(text), frame

    def is_picture_of(self, picture, frame):
        """Each pixel of a drawing is one of the colours of its part of the frame,
        or between them."""
        columns, rows = len(picture[0]), len(picture)
        self.assertEqual((columns, rows), (79, 44))
        for y, row in enumerate(picture):
            lines = range(y * HEIGHT // rows, -(-(y + 1) * HEIGHT // rows))
            for x, drawn in enumerate(row):
                left = x * WIDTH // columns
                right = -(-(x + 1) * WIDTH // columns)
                for i, value in enumerate(drawn):
                    part = b"".join(
                        frame[3 * (line * WIDTH + left) + i:
                              3 * (line * WIDTH + right):3] for line in lines)
                    self.assertTrue(min(part) <= value <= max(part),
                                    (x, y, i, value, part))

    def bars_of(self, picture):
        """The colours in the middle of each bar, in the row before the last: the
        drivers write their texts above."""
        row = picture[-2]
        return [bar_of(row[(2 * i + 1) * len(row) // (2 * len(BARS))])
                for i in range(len(BARS))]

    def check(self, camera, mirrored):
        for words, bars in (([], BARS), (mirrored, BARS[::-1])):
            picture, frame = self.draw(camera, *words)
            self.is_picture_of(picture, frame)
            self.assertEqual(self.bars_of(picture), bars, picture[-2])

    def test_vivid(self):
        self.check("vivid", ["--control", "Horizontal Flip=on"])

    def test_vimc(self):
        self.check("vimc-b", ["--control", "Horizontal Flip=on"])


if __name__ == "__main__":
    unittest.main(argv=["test_preview.py"], verbosity=2)
