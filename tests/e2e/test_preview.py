#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests camipc capture --preview on terminals of all kinds.

usage: test_preview.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import signal
import time
import unittest

from preview_terminal import BLOCK, COLOURS, Terminal, drawings
from tool_runs import LIMIT, RunTest, SMALL, VIMC, run_text


class PreviewTest(RunTest):
    def test_drawings_have_the_terminals_size(self):
        """96 x 64 pixels, in 79 x 22 characters of two pixels each."""
        for columns, lines, wide, rows in ((80, 24, 66, 22),
                                           (31, 50, 30, 10),
                                           (200, 70, 96, 32)):
            terminal = Terminal(self, "--frames", "40", "--pace", "10",
                                lines=lines, columns=columns)
            status, text = terminal.wait()
            self.assertEqual(status, 0, text[-500:])
            found = drawings(text)
            self.assertGreater(len(found), 1)
            # Fifteen per second, the first and the last one.
            self.assertLess(len(found), 40)
            for drawing in found:
                self.assertEqual(drawing, [wide] * rows)
            terminal.is_restored(self)
            self.assertIn("frame 40 of 40, ", text)
            self.assertIn("\x1b[%dA" % rows, text)

    def test_a_terminal_that_changes_its_size(self):
        terminal = Terminal(self, "--frames", "0", "--pace", "5")
        terminal.read_until(BLOCK)
        terminal.resize(10, 40)
        terminal.read_until("\x1b[H\x1b[2J", *[BLOCK + "\x1b[0m"] * 8)
        terminal.process.send_signal(signal.SIGTERM)
        status, text = terminal.wait()
        self.assertEqual(status, 0, text[-500:])
        self.assertEqual(drawings(text)[-1], [24] * 8)
        terminal.is_restored(self)

    def test_terminals_without_room(self):
        for lines, columns in ((1, 1), (2, 80), (24, 1)):
            terminal = Terminal(self, "--frames", "3", lines=lines,
                                columns=columns)
            status, text = terminal.wait()
            self.assertEqual(status, 0, text)
            self.assertNotIn(BLOCK, text)

    def test_one_frame_and_standard_output(self):
        terminal = Terminal(self, "--frames", "1", on_stdout=True)
        status, text = terminal.wait()
        self.assertEqual((status, terminal.process.stderr.read()), (0, b"\n"))
        self.assertEqual(len(drawings(text)), 1)
        self.assertIn("1 frame in ", text)

    def test_ends(self):
        """Ctrl-C, and an IPA that crashes: what the terminal has is complete."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            terminal = Terminal(self, "--frames", "1000000", "--pace", "5")
            terminal.read_until(BLOCK)
            terminal.process.send_signal(number)
            status, _ = terminal.wait()
            self.assertEqual(status, 128 + number)
            terminal.is_restored(self)
        terminal = Terminal(self, "--frames", "0", "--pace", "5",
                            "--isolation", "process", "--restart", "0")
        terminal.read_until(BLOCK)
        os.kill(self.worker_of(terminal.process.pid), signal.SIGSEGV)
        status, text = terminal.wait()
        self.assertEqual(status, 1)
        self.assertRegex(text, r"\r\ncamipc: frame \d+: ")
        terminal.is_restored(self)

    def worker_of(self, parent):
        with open("/proc/%d/task/%d/children" % (parent, parent),
                  encoding="ascii") as file:
            children = file.read().split()
        self.assertEqual(len(children), 1)
        return int(children[0])

    def test_a_restarted_ipa(self):
        """The message stays, and the next drawing is below."""
        terminal = Terminal(self, "--frames", "0", "--pace", "5",
                            "--isolation", "process")
        terminal.read_until(BLOCK)
        os.kill(self.worker_of(terminal.process.pid), signal.SIGKILL)
        # The terminal sends a return before each new line.
        terminal.read_until("camipc: restarted the IPA", "\r\n", "\r\x1b[38;2;")
        terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(terminal.wait()[0], 0)
        terminal.is_restored(self)

    def test_a_terminal_that_takes_nothing(self):
        """The camera does not wait: frames are captured while nobody reads."""
        terminal = Terminal(self, "--frames", "300", "--output",
                            self.path("%d.ppm"), lines=160, columns=240)
        end = time.monotonic() + LIMIT
        while not os.path.exists(self.path("298.ppm")):
            self.assertIsNone(terminal.process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        status, _ = terminal.wait()
        self.assertEqual(status, 0)
        terminal.is_restored(self)

    def test_no_terminal(self):
        done = run_text("capture", "--preview", "--frames", "1", *SMALL,
                        env=COLOURS)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (
            2, "", "camipc: --preview: neither standard error nor standard "
            "output is a terminal\n"))

    def test_terminals_without_colours(self):
        for variables in ({"TERM": "xterm"}, {"TERM": "dumb"},
                          {"COLORTERM": "truecolor"},
                          {"TERM": "dumb", "COLORTERM": "truecolor"},
                          {"TERM": "xterm", "COLORTERM": "yes"}):
            env = {name: value for name, value in COLOURS.items()
                   if name not in ("TERM", "COLORTERM")}
            env.update(variables)
            terminal = Terminal(self, "--frames", "1", env=env)
            status, text = terminal.wait()
            self.assertEqual(status, 2)
            self.assertEqual(text.count("\n"), 1)
            self.assertIn("set COLORTERM=truecolor if it has them", text)
        for variables in ({"TERM": "xterm-direct"},
                          {"TERM": "x", "COLORTERM": "24bit"}):
            env = dict(COLOURS, COLORTERM="")
            env.update(variables)
            terminal = Terminal(self, "--frames", "1", env=env)
            self.assertEqual(terminal.wait()[0], 0)

    def test_an_output_on_standard_output(self):
        """The drawing is never in an output."""
        with open(self.path("movie"), "wb") as file:
            terminal = Terminal(self, "--frames", "2", "--output", "-",
                                stdout=file)
            status, text = terminal.wait()
        self.assertEqual(status, 0)
        movie = self.read("movie")
        self.assertTrue(movie.startswith(b"YUV4MPEG2 "))
        self.assertEqual(movie.count(b"FRAME\n"), 2)
        self.assertIn(BLOCK, text)

    def test_quiet(self):
        terminal = Terminal(self, "--frames", "2", "--quiet")
        status, text = terminal.wait()
        self.assertEqual(status, 0)
        self.assertNotIn("frame ", text)
        self.assertIn(BLOCK, text)
        terminal.is_restored(self)

    def test_other_ipas(self):
        """An IPA that fails before the first frame leaves one line."""
        terminal = Terminal(self, "--ipa", VIMC)
        status, text = terminal.wait()
        self.assertNotEqual(status, 0)
        self.assertNotIn("\x1b", text)


if __name__ == "__main__":
    unittest.main(argv=["test_preview.py"], verbosity=2)
