#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the probes for tracers: what the library says of them is what camipc-probes(7)
says, and bpftrace sees a session.

usage: test_probes.py CAMIPC WORKER SOFTISP VIMC NOISE FAULTY LIBRARY DOCUMENT
       (yes|no: whether the library was built with them)
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
from tool_runs import SMALL, RunTest, run_text  # noqa: E402

FAULTY, LIBRARY, DOCUMENT = (os.path.abspath(path) for path in sys.argv[6:9])
HAS_PROBES = sys.argv[9] == "yes"
# Seconds for what depends on bpftrace, which says nothing while it works.
PATIENCE = 40
# How notes describe arguments of these types: bytes, negative if signed.
SIZES = {"str": 8, "u32": 4, "s32": -4, "u64": 8}


def table():
    """The probes as the document has them: name -> types of arguments."""
    with open(DOCUMENT, encoding="utf-8") as file:
        rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", file.read(),
                          re.MULTILINE)
    return {name: re.findall(r"`(\w+)`", arguments)
            for name, arguments in rows}


def notes():
    """The probes as the library has them: (name, sizes of arguments)."""
    text = subprocess.run(("readelf", "--notes", "--wide", LIBRARY), check=True,
                          stdout=subprocess.PIPE, universal_newlines=True).stdout
    return [(name, [int(size) for size in re.findall(r"(-?\d+)@", arguments)])
            for name, arguments in re.findall(
                r"Provider: camipc\n\s*Name: (\w+)\n.*\n\s*Arguments: (.*)",
                text)]


class Notes(unittest.TestCase):
    def test_the_table_is_read(self):
        self.assertEqual(sorted(table()),
                         ["call", "death", "event", "reply", "stall"])
        for types in table().values():
            self.assertEqual(types[0], "str")

    @unittest.skipUnless(HAS_PROBES, "the library was built without sys/sdt.h")
    def test_library_and_table_agree(self):
        expected = {name: [SIZES[one] for one in types]
                    for name, types in table().items()}
        there = notes()
        self.assertEqual({name for name, _ in there}, set(expected))
        for name, sizes in there:
            self.assertEqual(sizes, expected[name], name)

    @unittest.skipIf(HAS_PROBES, "the library was built with sys/sdt.h")
    def test_without_probes(self):
        self.assertEqual(notes(), [])


def why_not():
    """Why bpftrace cannot work here; "" if it can."""
    if not HAS_PROBES:
        return "the library was built without sys/sdt.h"
    if not shutil.which("bpftrace"):
        return "bpftrace is not installed"
    if os.geteuid() != 0:
        return "bpftrace needs root"
    # Its own probes are uprobes, too.
    try:
        tried = subprocess.run(
            ("bpftrace", "-e", 'BEGIN { printf("ready\\n"); exit(); }'),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "bpftrace was not ready within %d s" % PATIENCE
    if tried.returncode != 0 or "ready" not in tried.stdout:
        return "bpftrace does not work here: " + (
            tried.stderr.strip().split("\n")[-1] or "it printed nothing")
    return ""


class Live(RunTest):
    def watch(self):
        """bpftrace beside this test; its output is a file."""
        programs = {
            "call": 'printf("call %s %s %d %d\\n", str(arg0), str(arg1), '
                    "arg2, arg3)",
            "reply": 'printf("reply %s %s %d %d %d\\n", str(arg0), str(arg1), '
                     "arg2, arg3, nsecs >= arg4)",
            "event": 'printf("event %s %s\\n", str(arg0), str(arg1))',
            "death": 'printf("death %s %d %d %d\\n", str(arg0), arg1, '
                     "arg2 > 0, arg3)",
        }
        text = " ".join("usdt:%s:camipc:%s { %s; }" % (LIBRARY, name, program)
                        for name, program in programs.items())
        output = open(self.path("output"), "wb")
        self.addCleanup(output.close)
        tracer = subprocess.Popen(("bpftrace", "-B", "line", "-e", text),
                                  stdout=output, stderr=subprocess.PIPE)
        self.addCleanup(tracer.stderr.close)
        self.addCleanup(tracer.wait)
        self.addCleanup(tracer.kill)
        return tracer

    def seen(self):
        return self.read("output").decode()

    def test_bpftrace(self):
        reason = why_not()
        if reason:
            self.skipTest(reason)
        tracer = self.watch()
        # Nothing says when it has attached: until then it misses sessions.
        end = time.monotonic() + PATIENCE
        while "stop" not in self.seen():
            self.assertIsNone(tracer.poll())
            self.assertLess(time.monotonic(), end, "bpftrace saw no session")
            self.assertEqual(run_text("capture", "--frames", "2", "-q",
                                      *SMALL).returncode, 0)
        # It may have attached in the middle of that one.
        self.assertEqual(run_text("capture", "--frames", "2", "-q",
                                  *SMALL).returncode, 0)
        result = run_text("capture", "--frames", "4", "-q", *SMALL,
                          "--isolation", "process", "--ipa", FAULTY,
                          "--ipa-argument", "crash@2")
        self.assertIn("died of signal 11", result.stderr)
        tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=PATIENCE)
        seen = self.seen()
        for line in (r"call softisp init \d+ 0", r"reply softisp init \d+ 0 1",
                     r"call softisp processStats 0 1",
                     r"event softisp paramsReady",
                     r"reply softisp stop \d+ 0 1",
                     r"death \S*faulty\S* \d+ 1 \d+"):
            self.assertRegex(seen, "(?m)^%s$" % line)


if __name__ == "__main__":
    unittest.main(argv=["test_probes.py"])
