#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Statistics pages of running processes, and the command monitor.

usage: test_monitor.py CAMIPC WORKER SOFTISP VIMC NOISE FAULTY
"""

import os
import pty
import random
import re
import signal
import struct
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
from crc32c import crc32c  # noqa: E402
from tool_runs import CAMIPC, LIMIT, SMALL, RunTest, command  # noqa: E402

SLOT = 1024
N_SLOTS = 64
LINE = 252
# Of a proxy's slot, after checksum and use: serial, time, name.
NAME_AT = 8 + 16


def sealed(slot):
    return struct.pack("<I", crc32c(slot[4:])) + slot[4:]


def start_of(pid):
    with open("/proc/%d/stat" % pid) as opened:
        return int(opened.read().rsplit(")", 1)[1].split()[19])


class MonitorTest(RunTest):
    def setUp(self):
        super().setUp()
        self.pages = self.path("camipc")
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder)

    def monitor(self, *words, code=0, **changes):
        result = subprocess.run(
            (CAMIPC, "monitor") + words, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=LIMIT,
            env=dict(self.environment, **changes))
        self.assertEqual(result.returncode, code, result.stderr)
        if code:
            self.one_line(result.stderr.decode())
            return result.stderr.decode()
        self.assertEqual(result.stderr, b"")
        return result.stdout

    def capture(self, *words, **changes):
        """A camera that runs until it is killed, and its page."""
        process = subprocess.Popen(
            command("capture", "--realtime", "--frames", "100000", "-q",
                    *SMALL, *words), stderr=subprocess.PIPE,
            env=dict(self.environment, CAMIPC_MONITOR="1", **changes))
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        page = os.path.join(self.pages, str(process.pid))
        end = time.monotonic() + LIMIT
        while not (os.path.exists(page) and self.state_of(page) == 3):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process, page

    @staticmethod
    def state_of(page):
        with open(page, "rb") as opened:
            data = opened.read()
        return struct.unpack_from("<I", data, SLOT + NAME_AT + 112)[0] \
            if len(data) == SLOT * N_SLOTS else None

    def write_page(self, slots, pid=None, start=None):
        """A page of this process, or of another one."""
        pid = pid or os.getpid()
        os.makedirs(self.pages, exist_ok=True)
        first = struct.pack("<II8sIIQ", 0, 1, b"CAMIPCMO", 1, pid,
                            start_of(pid) if start is None else start)
        data = sealed(first.ljust(SLOT, b"\0")) + b"".join(slots)
        page = os.path.join(self.pages, str(pid))
        with open(page, "wb") as opened:
            opened.write(data.ljust(SLOT * N_SLOTS, b"\0"))
        return page


class Monitor(MonitorTest):
    def test_a_camera(self):
        for isolation in ("process", "thread"):
            process, page = self.capture("--isolation", isolation)
            self.assertEqual(os.stat(page).st_mode & 0o777, 0o600)
            self.assertEqual(os.stat(page).st_size, 65536)
            self.assertEqual(os.stat(self.pages).st_mode & 0o777, 0o700)
            text = self.monitor(str(process.pid), "--count", "1").decode()
            title, row, end = text.split("\n", 2)
            self.assertEqual(end, "\n")
            self.assertEqual(len(title), len(row))
            row = row.split()
            self.assertEqual(row[:4], [str(process.pid), "softisp", isolation,
                                       "running"])
            # Two calls and two events of each frame.
            self.assertGreater(float(row[5]), 0)
            self.assertGreater(float(row[6]), 0)
            self.assertEqual(row[-2] == "-", isolation == "thread")
            # The page goes with its process.
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT)
            self.assertEqual(os.listdir(self.pages), [])

    def test_lines_of_the_log(self):
        """Of a worker that dies, in the next table and once."""
        process, page = self.capture("--isolation", "process",
                                     CAMIPC_LOG="info,error")
        with open(page, "rb") as opened:
            data = opened.read()
        worker, = struct.unpack_from("<i", data, SLOT + NAME_AT + 116)
        os.kill(worker, signal.SIGKILL)
        end = time.monotonic() + LIMIT
        text = ""
        while "died of signal 9" not in text:
            self.assertLess(time.monotonic(), end)
            text = self.monitor(str(process.pid), "--count", "1").decode()
        text = self.monitor(str(process.pid), "--count", "3").decode()
        died = [line for line in text.split("\n") if "died of signal 9" in line]
        self.assertEqual(len(died), 1, text)
        self.assertRegex(died[0], r"^ *%d (error|warning|info): proxy" %
                         process.pid)

    @staticmethod
    def log_slot(n, *lines):
        body = b"".join(struct.pack("<I248s", level, text)
                        for level, text in lines)
        return sealed(struct.pack("<IIQ", 0, 2, n) + body.ljust(4 * LINE, b"\0"))

    def test_order_of_lines(self):
        slots = [bytes(SLOT)] * (N_SLOTS - 2)
        self.write_page(slots + [self.log_slot(
            6, (0, b"x: fifth"), (1, b"x: sixth"), (2, b"x: third"),
            (3, b"x: fourth"))])
        lines = self.monitor("--count", "1").decode().split("\n")[2:6]
        self.assertEqual([line.split()[1:] for line in lines],
                         [["info:", "x:", "third"], ["debug:", "x:", "fourth"],
                          ["error:", "x:", "fifth"],
                          ["warning:", "x:", "sixth"]])
        # Lines elsewhere are no lines; a count of any size is a count.
        self.write_page([self.log_slot(1, (0, b"x: wrong place"))])
        self.assertNotIn("x:", self.monitor("--count", "1").decode())
        self.write_page(slots + [self.log_slot(
            2 ** 64 - 1, *[(9, b"\x1b[2J\xff")] * 4)])
        text = self.monitor("--count", "1").decode("ascii")
        self.assertEqual(text.count("debug: ?[2J?"), 4)

    def test_restart(self):
        process, page = self.capture("--isolation", "process")
        with open(page, "rb") as opened:
            data = opened.read()
        worker, = struct.unpack_from("<i", data, SLOT + NAME_AT + 116)
        os.kill(worker, signal.SIGKILL)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            row = self.monitor(str(process.pid), "--count", "1").decode() \
                .split("\n")[1].split()
            if row[-3] == "1" and row[3] == "running":
                return
        self.fail("no restart was shown")

    def test_stale(self):
        """Pages of processes that were killed are removed, and no others."""
        process, page = self.capture("--isolation", "thread")
        other = self.write_page([], start=start_of(os.getpid()) + 1)
        for name in ("text", "12x", "01", "99999999999"):
            with open(os.path.join(self.pages, name), "w"):
                pass
        process.kill()
        process.wait()
        self.assertTrue(os.path.exists(page))
        self.assertIn("no process shows statistics",
                      self.monitor(code=1))
        self.assertFalse(os.path.exists(page))
        self.assertFalse(os.path.exists(other))
        self.assertEqual(sorted(os.listdir(self.pages)),
                         ["01", "12x", "99999999999", "text"])

    def test_hostile_pages(self):
        """Whatever a page has, the table has lines of printable text."""
        draw = random.Random(20)
        slots = []
        for number in range(N_SLOTS - 1):
            slot = bytearray(draw.choice((0, 1, 127, 128, 255))
                             if draw.random() < 0.5 else draw.randrange(256)
                             for _ in range(SLOT))
            slot[4:8] = struct.pack("<I", 1)
            if number % 3 == 0:
                slot[NAME_AT:NAME_AT + 12] = b"\x1b[2J\n\r\x9b%s%n\xff"
            slots.append(bytes(slot) if number % 7 == 6 else sealed(slot))
        page = self.write_page(slots)
        lines = self.monitor("--count", "1").decode("ascii").split("\n")
        self.assertEqual(len(lines), 1 + N_SLOTS - 1 - 9 + 2)
        for line in lines:
            self.assertTrue(line.isprintable(), line)
        for size in (2 * SLOT + 1, SLOT - 1):
            os.truncate(page, size)
            code = 0 if size >= SLOT else 1
            self.monitor("--count", "1", code=code)

    def test_terminal(self):
        """One screen: no line is longer, and no table higher."""
        slot = struct.pack("<IIQQ96s16s", 0, 1, 1, 1, b"module", b"process")
        self.write_page([sealed(slot.ljust(SLOT, b"\0"))] * (N_SLOTS - 1))
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        with subprocess.Popen((CAMIPC, "monitor", "--count", "1"),
                              env=self.environment, stdout=theirs) as process:
            os.close(theirs)
            data = b""
            while True:
                try:
                    data += os.read(ours, 65536)
                except OSError:
                    break
            self.assertEqual(process.wait(LIMIT), 0)
        lines = data.decode().split("\r\n")
        self.assertTrue(lines[0].startswith("\x1b[H"))
        self.assertTrue(lines[-1].endswith("\x1b[J"))
        self.assertLessEqual(len(lines), 24)
        self.assertIn("more proxies", lines[-2])
        for line in lines:
            self.assertLessEqual(len(re.sub("\x1b\\[[HJK]", "", line)), 80)

    def test_refused(self):
        for words, code, text in (
                (["0"], 2, "invalid PID"), (["x"], 2, "invalid PID"),
                (["-1"], 2, "option"), ([str(2 ** 40)], 2, "invalid PID"),
                (["1"], 1, "process 1 shows no statistics"),
                (["1", "2"], 2, "unexpected argument"),
                (["--count", "0"], 2, "--count"),
                (["--interval", "0"], 2, "--interval")):
            self.assertIn(text, self.monitor(*words, code=code))
        os.mkdir(self.pages)
        os.chmod(self.pages, 0o777)
        self.assertIn("written by other users", self.monitor(code=1))
        del self.environment["XDG_RUNTIME_DIR"]
        self.assertIn("XDG_RUNTIME_DIR is not set", self.monitor(code=1))

    def short(self, **changes):
        result = subprocess.run(
            command("capture", "--frames", "1", "-q", *SMALL),
            stderr=subprocess.PIPE, universal_newlines=True, timeout=LIMIT,
            env=dict(self.environment, **changes))
        self.assertEqual(result.returncode, 0)
        return result.stderr

    def test_refused_by_the_library(self):
        """A line of the log, and the camera runs."""
        self.assertEqual(self.short(CAMIPC_MONITOR="0"), "")
        self.assertFalse(os.path.exists(self.pages))
        self.assertIn("expected 0 or 1", self.short(CAMIPC_MONITOR="yes"))
        self.assertIn("no statistics page: XDG_RUNTIME_DIR",
                      self.short(CAMIPC_MONITOR="1", XDG_RUNTIME_DIR="here"))
        os.mkdir(self.pages)
        os.chmod(self.pages, 0o770)
        self.assertIn("other users can write to the folder",
                      self.short(CAMIPC_MONITOR="1"))
        os.rmdir(self.pages)
        os.symlink(self.path("x"), self.pages)
        self.assertIn("no statistics page", self.short(CAMIPC_MONITOR="1"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[7:])
