#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Looks at the page of `camipc timeline -o report.html` in a browser without a screen.

usage: test_report.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import html.parser
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
from tool_runs import CAMIPC, SMALL, RunTest, run_text  # noqa: E402

WIDTH, HEIGHT = 1240, 1500
WHITE = (255, 255, 255)
# Of calls, events, asynchronous calls, and the IPA's part of them.
COLOURS = {(0x33, 0x66, 0xcc), (0xcc, 0x66, 0x33), (0x33, 0x99, 0x33),
           (0xff, 0xcc, 0x66)}

CHROMIUM = next((path for path in map(shutil.which, (
    "chromium-headless-shell", "chromium")) if path), None)
FIREFOX = shutil.which("firefox-esr")
MISSING = "neither chromium-headless-shell nor chromium is installed"


def chromium(home, *words):
    """stdout and stderr of one start. It has no network: no name resolves."""
    command = [CHROMIUM, "--headless", "--disable-gpu",
               "--user-data-dir=" + home, "--hide-scrollbars",
               "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
               "--window-size=%d,%d" % (WIDTH, HEIGHT)]
    # Its own sandbox refuses root.
    if os.geteuid() == 0:
        command.append("--no-sandbox")
    done = subprocess.run(command + list(words), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120,
                          env=dict(os.environ, HOME=home))
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(), done.stderr.decode(errors="replace")


def console(stderr):
    """What pages have said to the console: errors of scripts, what is not found."""
    return [line for line in stderr.split("\n") if "CONSOLE" in line]


def unfilter(kind, row, above, step):
    """One row of a PNG, whose pixels have @step bytes."""
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        up = above[i]
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 2:
            row[i] = (row[i] + up) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + up) // 2) & 255
        elif kind == 4:
            corner = above[i - step] if i >= step else 0
            guess = left + up - corner
            distances = (abs(guess - left), abs(guess - up), abs(guess - corner))
            row[i] = (row[i] + (left, up, corner)[
                distances.index(min(distances))]) & 255


def colours(path):
    """How often each colour is in a picture: RGB or RGBA, 8 bits."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, bits, model = struct.unpack_from(">IIBB", data, at + 8)
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    assert bits == 8 and model in (2, 6), (bits, model)
    step = 3 if model == 2 else 4
    raw = zlib.decompress(packed)
    above = bytearray(width * step)
    counts = {}
    for y in range(height):
        at = y * (width * step + 1)
        row = bytearray(raw[at + 1:at + 1 + width * step])
        unfilter(raw[at], row, above, step)
        for x in range(0, len(row), step):
            colour = tuple(row[x:x + 3])
            counts[colour] = counts.get(colour, 0) + 1
        above = row
    return counts


class Tables(html.parser.HTMLParser):
    """The cells of all tables, row by row."""

    def __init__(self, text):
        super().__init__()
        self.rows = []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        if self.in_cell:
            self.rows[-1][-1] += data


class Report(RunTest):
    def setUp(self):
        super().setUp()
        self.recording = self.path("recording")
        self.page = self.path("report.html")
        result = run_text("capture", "--frames", "12", "-q", "--isolation",
                          "process", "--record", self.recording, *SMALL)
        self.assertEqual(result.returncode, 0, result.stderr)
        subprocess.run((CAMIPC, "timeline", self.recording, "-o", self.page),
                       check=True)

    def items(self):
        text = subprocess.run((CAMIPC, "dump", self.recording, "--json"),
                              check=True, stdout=subprocess.PIPE).stdout
        return [json.loads(line) for line in text.splitlines()]

    def test_no_other_file(self):
        """Nothing that a browser would fetch."""
        text = self.read("report.html").decode()
        self.assertIsNone(re.search(r"https?:|//|\b(src|href|url|import)\b",
                                    re.sub(r"<td>[^<]*|<title>[^<]*", "", text)))

    @unittest.skipUnless(CHROMIUM, MISSING)
    def test_numbers(self):
        """What a browser has made of the page says what the recording has."""
        dom, errors = chromium(self.folder, "--dump-dom", "file://" + self.page)
        self.assertEqual(console(errors), [])
        rows = Tables(dom).rows
        self.assertEqual(rows[0][:3], ["name", "kind", "number"])
        shown = {(row[0], row[1]): int(row[2]) for row in rows
                 if len(row) == len(rows[0]) and row != rows[0]}
        there = {}
        for item in self.items():
            if item["kind"] in ("call", "async", "event"):
                key = item["method"], item["kind"]
                there[key] = there.get(key, 0) + 1
        self.assertEqual(shown, there)
        self.assertEqual(there["processStats", "async"], 12)
        slowest = max(item["took"] for item in self.items()
                      if item["kind"] == "reply")
        index = [row[:2] for row in rows].index(["name", "at, s"])
        self.assertAlmostEqual(float(rows[index + 1][2]), slowest * 1000,
                               delta=0.001)

    @unittest.skipUnless(CHROMIUM, MISSING)
    def test_the_console_is_heard(self):
        self.write("wrong.html", b"<script>nothing.at.all()</script>")
        _, errors = chromium(self.folder, "--dump-dom",
                             "file://" + self.path("wrong.html"))
        self.assertRegex("\n".join(console(errors)), "nothing is not defined")

    @unittest.skipUnless(CHROMIUM or FIREFOX, MISSING + ", nor firefox-esr")
    def test_picture(self):
        """The page is drawn, in all of its colours; an empty one is not."""
        self.write("empty.html", b"<!DOCTYPE html><title>empty</title>")
        seen = []
        for name in ("empty.html", "report.html"):
            picture = self.path("picture.png")
            if CHROMIUM:
                chromium(self.folder, "--screenshot=" + picture,
                         "file://" + self.path(name))
            else:
                subprocess.run((FIREFOX, "--headless", "--window-size=%d,%d" %
                                (WIDTH, HEIGHT), "--screenshot", picture,
                                "file://" + self.path(name)), check=True,
                               timeout=120, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               env=dict(os.environ, HOME=self.folder))
            seen.append(colours(picture))
        self.assertEqual(set(seen[0]), {WHITE})
        self.assertEqual(COLOURS - set(seen[1]), set())
        ink = sum(n for colour, n in seen[1].items() if colour != WHITE)
        self.assertGreater(ink, 5000)


if __name__ == "__main__":
    unittest.main(argv=["test_report.py"])
