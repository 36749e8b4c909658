# SPDX-License-Identifier: MIT
"""Terminals on which camipc capture --preview draws, and what was drawn, for
tests that are started as those with tool_runs are.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from tool_runs import LIMIT, SMALL, command

COLOURS = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor")
BLOCK = "\u2580"
# Everything that a drawing or the line below may contain.
TEXT = re.compile(r"(?:\x1b\[(?:[34]8;2;\d+;\d+;\d+m|0m|K|\d+A|H|2J)|"
                  + BLOCK + r"|[\x20-\x7e]|[\r\n])*\Z")


class Terminal:
    """A terminal with a capture on it."""

    def __init__(self, test, *words, size=SMALL, lines=24, columns=80,
                 env=None, stdout=subprocess.DEVNULL, on_stdout=False):
        self.master, slave = pty.openpty()
        test.addCleanup(os.close, self.master)
        self.slave = slave
        test.addCleanup(os.close, slave)
        self.resize(lines, columns)
        self.before = termios.tcgetattr(slave)
        self.flags = fcntl.fcntl(slave, fcntl.F_GETFL)
        streams = {"stdout": stdout, "stderr": slave}
        if on_stdout:
            streams = {"stdout": slave, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(
            command("capture", "--preview", *size, *words),
            env=COLOURS if env is None else env, **streams)
        test.addCleanup(self.end)
        self.text = b""

    def end(self):
        self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()

    def resize(self, lines, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))

    def read(self):
        """What is there, or nothing after a while."""
        if select.select([self.master], [], [], 0.05)[0]:
            self.text += os.read(self.master, 65536)
            return True
        return False

    def read_until(self, *parts):
        """Until these parts have come, one after the other."""
        end = time.monotonic() + LIMIT
        while True:
            at = 0
            for part in parts:
                at = self.text.find(part.encode(), at) if at >= 0 else -1
            if at >= 0:
                return
            if time.monotonic() > end or (not self.read() and
                                          self.process.poll() is not None):
                raise AssertionError("%r is missing in %r" % (
                    parts, self.text[-2000:]))

    def wait(self):
        """Reads to the end. Returns status and text."""
        end = time.monotonic() + LIMIT
        while self.read() or self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError("it does not end: %r" % self.text[-2000:])
        while self.read():
            pass
        return self.process.wait(LIMIT), self.text.decode("utf-8")

    def is_restored(self, test):
        """Nothing of the terminal has changed."""
        test.assertEqual(termios.tcgetattr(self.slave), self.before)
        test.assertEqual(fcntl.fcntl(self.slave, fcntl.F_GETFL), self.flags)
        text = self.text.decode("utf-8")
        test.assertRegex(text, TEXT)
        # Own colours after the last colour, and a line that has ended.
        test.assertGreater(text.rfind("\x1b[0m"), text.rfind("\x1b[48;2"))
        test.assertTrue(text.endswith("\n"), text[-200:])


def rows_of_drawings(text):
    """The text of each row of each drawing."""
    parts = re.split(r"\r(?:\x1b\[\d+A)?(?=\x1b\[38)|\x1b\[2J", text)
    found = [[row for row in part.split("\r\n") if BLOCK in row]
             for part in parts]
    return [rows for rows in found if rows]


def drawings(text):
    """Characters of each drawing, by row."""
    return [[row.count(BLOCK) for row in rows]
            for rows in rows_of_drawings(text)]


def last_picture(text):
    """The colours of the last drawing: rows of (red, green, blue)."""
    picture = []
    for row in rows_of_drawings(text)[-1]:
        colours = {}
        pair = {"3": [], "4": []}
        for which, *values in re.findall(
                r"\x1b\[([34])8;2;(\d+);(\d+);(\d+)m|" + BLOCK, row):
            if which:
                colours[which] = tuple(map(int, values))
                continue
            for layer, half in pair.items():
                half.append(colours[layer])
        picture += pair.values()
    return picture
