#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The tests of captures without a number of frames, of lists, and of the line on
a terminal.

usage: test_capture.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
import unittest

from tool_runs import (CaptureTest, LIMIT, SMALL, command, exists,
                       run_text as run)

FRAME = 96 * 64 * 3


class EndlessTest(CaptureTest):
    def test_a_signal_completes_everything(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process, worker = self.start("--frames", "0")
            process.send_signal(number)
            out, err = process.communicate(timeout=LIMIT)
            self.assertEqual((process.returncode, err), (0, ""))
            n = int(re.match(r"(\d+) frames in ", out).group(1))
            self.assertFalse(exists(worker))
            frames = [name for name in os.listdir(self.folder)
                      if name.startswith("frame-")]
            # Numbers in a row, whole files, and a line for each of them.
            self.assertEqual(set(frames),
                             {"frame-%d.ppm" % i for i in range(n)})
            for name in frames:
                self.assertEqual(os.path.getsize(self.path(name)),
                                 len("P6\n96 64\n255\n") + FRAME)
            with open(self.path("metadata")) as file:
                self.assertEqual([json.loads(line)["frame"] for line in file],
                                 list(range(n)))
            self.assertEqual(set(os.listdir(self.folder)),
                             set(frames) | {"metadata"})

    def begin_movie(self):
        """A movie into a pipe that is full."""
        process = subprocess.Popen(
            command("capture", "--frames", "0", "--output", "-", "--quiet",
                    *SMALL), bufsize=0, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        head = process.stdout.read(10)
        self.assertEqual(head, b"YUV4MPEG2 ")

        def is_full():
            size = struct.unpack("i", fcntl.ioctl(
                process.stdout, termios.FIONREAD, b"\0" * 4))[0]
            return size >= 60000
        self.wait_for(is_full)
        time.sleep(0.2)  # until it waits in write()
        return process, head

    def test_a_write_that_waits_is_finished(self):
        process, head = self.begin_movie()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.assertIsNone(process.poll())
        movie, err = process.communicate(timeout=LIMIT)
        movie = head + movie
        self.assertEqual((process.returncode, err), (0, b""))
        header, _, frames = movie.partition(b"\n")
        self.assertIn(b"W96 H64", header[:80])
        self.assertGreater(len(frames), 0)
        self.assertEqual(len(frames) % (len("FRAME\n") + FRAME), 0)

    def test_a_second_signal_ends_it(self):
        process, _ = self.begin_movie()
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(LIMIT), 128 + signal.SIGINT)
        self.assertEqual(process.stderr.read(), b"")

    def test_names_of_files(self):
        self.fails(2, ["capture", "--frames", "0", "--output",
                       self.path("one.png")], "overwrite", "--frames 1")
        # A frame with any number would overwrite it.
        name = self.path("frame-123456789.ppm")
        self.fails(2, ["capture", "--frames", "0", "--output",
                       self.path("frame-%d.ppm"), "--metadata", name],
                   name, "same file")
        self.assertEqual(self.names(), [])

    def test_the_ipa_dies(self):
        process, worker = self.start("--frames", "0")
        os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 1)
        self.one_line(err)
        self.assertNotIn("metadata", os.listdir(self.folder))


class ListTest(CaptureTest):
    def test_formats(self):
        out = run("capture", "--list-formats")
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertEqual(out.stdout, "SRGGB10 (default): 64x64 to 8192x8192 in "
                         "steps of 2x2, 30 frames per second\n")
        # It needs no IPA.
        out = run("capture", "--list-formats", "--ipa", "nothing",
                  "--camera", "virtual-rkisp1")
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        self.assertIn("64x64 to 3280x2464", out.stdout)

    def test_the_format(self):
        small = ["capture", "--frames", "1"] + SMALL
        for name in ("SRGGB10", "RG10"):
            self.assertEqual(run(*small, "--format", name).returncode, 0)
        self.fails(2, small + ["--format", "YUYV"], "--format YUYV",
                   "choose SRGGB10")
        self.fails(2, small + ["--format", "RAW"], "--format RAW",
                   "a name such as SRGGB10", "--list-formats")

    def test_controls(self):
        out = run("capture", "--list-controls", *SMALL)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        lines = dict(line.split(" ", 1) for line in out.stdout.splitlines())
        self.assertEqual(lines["AeEnable"],
                         "bool: true or false, default true")
        self.assertEqual(lines["Gamma"], "float: 1 to 4, default 2.4")
        self.assertRegex(lines["ColourGains"],
                         r"^float\[2\]: 0\.25 to 8, default ")
        self.assertNotIn("AeLocked", lines)
        # What is listed can be set, and the ends of the range are right.
        for name, text in lines.items():
            match = re.match(r"(int32|float)(?:\[(\d+)\])?: (\S+) to ([^,]+),",
                             text)
            if not match:
                continue
            kind, n, low, high = match.groups()
            for value in (low, high):
                words = ",".join([value] * int(n or 1))
                out = run("capture", "--frames", "1", "--control",
                          "%s=%s" % (name, words), *SMALL)
                self.assertEqual((out.returncode, out.stderr), (0, ""))
            if kind == "int32":
                self.fails(2, ["capture", "--control", "%s=%d" %
                               (name, int(high) + 1)] + SMALL, "out of range",
                           "%s to %s" % (low, high))

    def test_names_of_values(self):
        out = run("capture", "--list-controls", *SMALL)
        self.assertIn("AeMeteringMode int32: Centre (0), Spot (1) or Whole "
                      "(2), default Whole (2)\n", out.stdout)
        for value in ("Spot", "spot", "1"):
            out = run("capture", "--quiet", "--frames", "1", "--metadata", "-",
                      "--control", "AeMeteringMode=" + value, *SMALL)
            self.assertEqual((out.returncode, out.stderr), (0, ""))
            self.assertRegex(out.stdout, r'"AeMeteringMode": ?1\b')
        self.fails(2, ["capture", "--control", "AeMeteringMode=spo"] + SMALL,
                   "expected Centre (0), Spot (1), Whole (2) or Custom (3)")
        # Custom has a name, and this camera does not offer it.
        for value in ("custom", "3"):
            self.fails(2, ["capture", "--control", "AeMeteringMode=" + value] +
                       SMALL, "does not accept the value",
                       "expected Centre (0), Spot (1) or Whole (2)")

    def test_both_and_nothing_else(self):
        out = run("capture", "--list-controls", "--list-formats",
                  "--output", self.path("frame-%d.ppm"), "--quiet", *SMALL)
        self.assertEqual((out.returncode, out.stderr), (0, ""))
        first, second = out.stdout.splitlines()[:2]
        self.assertIn("SRGGB10", first)
        self.assertIn("AeEnable", second)
        self.assertEqual(self.names(), [])
        self.fails(2, ["capture", "--list-controls", "--ipa", "nothing"],
                   "--ipa nothing")


class LineTest(CaptureTest):
    def on_terminal(self, *words, columns=120):
        """Runs a capture whose stderr is a terminal. Returns its status and
        what the terminal got."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(command("capture", *SMALL, *words),
                                   stdout=subprocess.DEVNULL, stderr=slave)
        self.addCleanup(process.kill)
        os.close(slave)
        text = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end was closed
                break
            if not part:
                break
            text += part
        os.close(master)
        return process.wait(LIMIT), text.decode()

    def test_the_line(self):
        status, text = self.on_terminal("--frames", "300", "--pace", "2")
        self.assertEqual(status, 0)
        lines = text.rstrip("\r\n").split("\r")[1:]
        self.assertTrue(text.endswith("\n"))
        self.assertEqual(text.count("\n"), 1)
        # More than one, far fewer than frames, and the last frame's.
        self.assertGreater(len(lines), 2)
        self.assertLess(len(lines), 100)
        for line in lines:
            self.assertRegex(line, r"^frame \d+ of 300, \d+\.\d frames/s, 0 "
                             r"dropped, gain \d+\.\d\d, exposure \d+\.\d\d ms "
                             r"*$")
        self.assertTrue(lines[-1].startswith("frame 300 of 300, "))
        rates = [float(re.search(r"([\d.]+) frames/s", line).group(1))
                 for line in lines]
        self.assertLess(max(rates[1:]), 520)
        self.assertGreater(min(rates), 0)

    def test_a_narrow_terminal(self):
        status, text = self.on_terminal("--frames", "3", columns=20)
        self.assertEqual(status, 0)
        for line in text.rstrip("\r\n").split("\r"):
            self.assertLess(len(line.rstrip("\n")), 20)

    def test_no_line(self):
        self.assertEqual(self.on_terminal("--frames", "3", "--quiet"), (0, ""))
        out = run("capture", "--frames", "3", *SMALL)
        self.assertEqual(out.stderr, "")

    def test_messages_begin_a_line(self):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            command("capture", "--frames", "0", "--output", "-", *SMALL),
            bufsize=0, stdout=subprocess.PIPE, stderr=slave)
        self.addCleanup(process.kill)
        os.close(slave)
        self.assertTrue(os.read(master, 1))  # a line was begun
        process.stdout.read(1)
        process.stdout.close()
        text = b""
        try:
            while True:
                text += os.read(master, 65536)
        except OSError:  # the other end was closed
            os.close(master)
        self.assertEqual(process.wait(LIMIT), 1)
        lines = text.decode().replace("\r\n", "\n").splitlines()
        self.assertTrue(any(line.startswith("camipc: --output -: cannot write")
                            for line in lines), lines)


if __name__ == "__main__":
    unittest.main(argv=["test_capture.py"], verbosity=2)
