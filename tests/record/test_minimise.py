#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests camipc minimise: smaller recordings that fail in the same way.

usage: test_minimise.py CAMIPC WORKER SOFTISP VIMC NOISE FAULTY SEQUENCE
"""

import os
import resource
import signal
import subprocess
import sys
import time
import unittest

from recordings import (FAULTY, RecordTest, change_exposure, has_hashes,
                        items)
from tool_runs import LIMIT, SOFTISP, children, command, exists, run_text

SEQUENCE = os.path.abspath(sys.argv[7])
CRASH = ["--module", FAULTY, "--ipa-argument", "crash@3"]


def calls(file):
    """The methods that are called, with their frames."""
    return [(item["method"], item["args"].get("frame"))
            for item in items(file, "--filter", "kind==call || kind==async")]


class MinimiseTest(RecordTest):
    def setUp(self):
        super().setUp()
        if not has_hashes(self.record("contents", frames=1)):
            self.skipTest("camipc was built without libcrypto")

    def minimise(self, file, *words, code=0, **options):
        """Returns the path of the smaller recording, or what is reported."""
        out = self.path("small")
        result = run_text("minimise", file, "-o", out, *words, **options)
        self.assertEqual(result.returncode, code,
                         (result.stdout, result.stderr))
        if code == 0:
            self.assertEqual(result.stderr, "")
            self.assertRegex(result.stdout.splitlines()[-1],
                             r"small: \d+ of \d+ calls, \d+ of \d+ bytes, \d+ "
                             r"replays; fails in the same way: ")
            return out
        self.one_line(result.stderr)
        self.assertFalse(os.path.exists(out))
        self.assertEqual([name for name in self.names()
                          if name.startswith(".")], [])
        return result.stderr


class Failures(MinimiseTest):
    def test_crash(self):
        """A crash for a certain value: nothing else is needed."""
        file = self.record("a")
        before = self.read("a")
        small = self.minimise(file, *CRASH)
        self.assertEqual(self.read("a"), before)
        self.assertEqual(calls(small), [("init", None), ("start", None),
                                        ("processStats", 3)])
        self.assertLess(os.path.getsize(small), len(before) / 2)
        result = run_text("replay", small, *CRASH)
        self.assertEqual(result.returncode, 1)
        self.assertIn("the IPA has ended now", result.stderr)
        self.assertIn("signal 11", result.stderr)
        # Without the fault, the smaller recording replays to its end.
        self.assertEqual(run_text("replay", small).returncode, 0)

    def test_recorded_crash(self):
        """The crash is in the recording, which replays to it."""
        file = self.record("a", "--ipa", FAULTY, "--ipa-argument", "crash@3",
                           "--isolation", "process", "--restart", "0", code=1)
        small = self.minimise(file)
        self.assertEqual(calls(small), [("init", None), ("start", None),
                                        ("processStats", 3)])
        self.assertEqual(len(items(small, "--filter", "kind==ended")), 1)
        result = run_text("replay", small)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("equal: 3 calls", result.stdout)
        # A module without the fault goes on: that is a failure, too.
        small = self.path("goes-on")
        result = run_text("minimise", file, "-o", small, "--module", SOFTISP,
                          "--limit", "2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("and now the IPA goes on", result.stdout)

    def test_sequence(self):
        """A difference after two calls, in this order."""
        file = self.record("a", frames=10)
        small = self.minimise(file, "--module", SEQUENCE)
        found = calls(small)
        self.assertLess(len(found), len(calls(file)) / 2)
        self.assertLess(found.index(("processStats", 2)),
                        found.index(("processStats", 5)))
        self.assertIn(("start", None), found)
        failing = [found.index(call) for call in found
                   if call[0] == "computeParams" and
                   found.index(call) > found.index(("processStats", 5))]
        self.assertEqual(failing, [len(found) - 1])
        result = run_text("replay", small, "--module", SEQUENCE)
        self.assertEqual(result.returncode, 1)
        self.assertIn("event paramsReady: status: recorded 0, now -5",
                      result.stderr)
        self.assertEqual(run_text("replay", small).returncode, 0)
        # It is as small as it gets.
        again = self.path("again")
        result = run_text("minimise", small, "-o", again, "--module", SEQUENCE)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(calls(again), found)

    def test_no_failure(self):
        text = self.minimise(self.record("a", frames=2), code=3)
        self.assertIn("a: the recording does not fail with this module", text)

    def test_tolerance(self):
        """A difference that is tolerated is no failure."""
        changed = self.path("changed")
        change_exposure(self.record("a"), changed)
        small = self.minimise(changed)
        self.assertLess(len(calls(small)), len(calls(changed)))
        result = run_text("replay", small)
        self.assertIn("event setSensorControls: controls.controls[0].value."
                      "integer32: recorded ", result.stderr)
        os.remove(small)
        self.minimise(changed, "--tolerance", "integer32=1", code=3)
        self.minimise(self.record("b", frames=5), "--module", SEQUENCE, code=3)


class Limits(MinimiseTest):
    def test_trials(self):
        """The best recording that so many replays find."""
        file = self.record("a")
        small = self.minimise(file, "--trials", "3", *CRASH)
        self.assertGreater(len(calls(small)), 3)
        result = run_text("minimise", file, "-o", small, "--force", "--trials",
                          "3", *CRASH)
        self.assertIn("ended after 3 replays: --trials allows no more",
                      result.stdout)
        os.remove(small)
        for value in ("0", "-1", "x", "1x", "1000001", "9" * 30):
            text = self.minimise(file, "--trials", value, code=2)
            self.assertIn("expected a number from 1 to 1000000", text)

    def test_hang(self):
        """A module that hangs is waited for half of the limit."""
        file = self.record("a", frames=3)
        begin = time.monotonic()
        small = self.minimise(file, "--module", FAULTY, "--ipa-argument",
                              "hang@1", "--limit", "2", "--trials", "3")
        self.assertLess(time.monotonic() - begin, 30)
        self.assertIn(("processStats", 1), calls(small))

    def test_early_interrupt(self):
        """Before anything is known, nothing is written."""
        file = self.record("a", frames=3000)
        process = subprocess.Popen(
            command("minimise", file, "-o", self.path("small"), "--module",
                    SEQUENCE, "--trials", "1"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, start_new_session=True)
        end = time.monotonic() + LIMIT
        while not children(process.pid) and time.monotonic() < end:
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LIMIT)
        if process.returncode == 0:
            self.skipTest("the replay was faster than the signal")
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, err)
        if out:
            self.assertIn("interrupted: ", out)
        else:
            self.one_line(err)
            self.assertIn("interrupted: no smaller recording was written", err)
            self.assertFalse(os.path.exists(self.path("small")))

    def wait_for_workers(self, process):
        """Waits for the second worker and a few more: it searches."""
        seen = set()
        end = time.monotonic() + LIMIT
        while len(seen) < 6 and time.monotonic() < end:
            seen.update(children(process.pid))
        self.assertEqual(len(seen), 6)
        return seen

    def test_interrupt(self):
        """Ctrl-C keeps the best recording so far; no worker is left."""
        file = self.record("a", frames=60)
        small = self.path("small")
        process = subprocess.Popen(
            command("minimise", file, "-o", small, "--module", SEQUENCE),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, start_new_session=True)
        workers = self.wait_for_workers(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 128 + signal.SIGINT, err)
        self.assertEqual(err, "")
        self.assertIn("interrupted: the smallest recording so far is written",
                      out)
        self.assertIn("fails in the same way: ", out.splitlines()[-1])
        self.assertEqual([pid for pid in workers if exists(pid)], [])
        result = run_text("replay", small, "--module", SEQUENCE)
        self.assertIn("status: recorded 0, now -5", result.stderr)


class Files(MinimiseTest):
    def test_outputs(self):
        file = self.record("a")
        before = self.read("a")
        os.link(file, self.path("link"))
        os.symlink(file, self.path("symlink"))
        for name, why in (("a", "it is the recording"),
                          ("link", "it is the recording"),
                          ("symlink", "it is the recording"),
                          ("none/x", "its folder does not exist"),
                          ("", "folder")):
            for words in ([], ["--force"]):
                result = run_text("minimise", file, "-o", self.path(name),
                                  *(CRASH + words))
                self.assertEqual(result.returncode, 2)
                self.one_line(result.stderr)
                self.assertIn(why, result.stderr)
        other = self.write("other", b"precious")
        result = run_text("minimise", file, "-o", other, *CRASH)
        self.assertEqual(result.returncode, 2)
        self.assertIn("the file exists; --force replaces it", result.stderr)
        self.assertEqual(self.read("other"), b"precious")
        result = run_text("minimise", file, "-o", other, "--force", *CRASH)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(calls(other)), 3)
        self.assertEqual(self.read("a"), before)
        result = run_text("minimise", file, *CRASH)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--output is missing", result.stderr)
        result = run_text("minimise", file, "-o", self.path("new"),
                          "--module", "unheard-of")
        self.assertEqual(result.returncode, 2)
        self.one_line(result.stderr)
        self.assertIn('no module called "unheard-of"', result.stderr)

    def test_damage(self):
        """Damage behind the failure does not matter; before it, it does."""
        file = self.record("a")
        data = self.read("a")
        self.write("late", data[:-20] + b"\xff" * 8 + data[-12:])
        small = self.minimise(self.path("late"), *CRASH)
        self.assertEqual(len(calls(small)), 3)
        os.remove(small)
        self.write("early", data[:9000] + b"\xff" * 8 + data[9008:])
        text = self.minimise(self.path("early"), *CRASH, code=1)
        self.assertRegex(text, r"early: damaged at byte \d+ \(chunk \d+\): ")
        for n in (0, 10, 21, 500):
            self.write("cut", data[:n])
            self.minimise(self.path("cut"), *CRASH, code=2 if n < 20 else 1)
        self.minimise(self.path("none"), code=2)

    def test_every_damage(self):
        """One changed byte here and there: no crash, one line or a success."""
        data = self.read(os.path.basename(self.record("a", "--no-buffers",
                                                      frames=5)))
        for at in range(0, len(data), len(data) // 12):
            changed = self.write("changed", data[:at] +
                                 bytes([data[at] ^ 0xff]) + data[at + 1:])
            result = run_text("minimise", changed, "-o", self.path("small"),
                              "--force", "--trials", "3", *CRASH)
            self.assertIn(result.returncode, (0, 1, 2, 3), result.stderr)
            if result.returncode:
                self.one_line(result.stderr)

    def test_full_disk(self):
        """The new file is removed."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (12000, 12000))
        text = self.minimise(self.record("a"), *CRASH, code=1,
                             preexec_fn=limit)
        self.assertIn("cannot write the smaller recording: file too large",
                      text)

    def test_other_interface(self):
        text = self.minimise(self.record("a", frames=1), "--module",
                             os.path.abspath(sys.argv[4]), code=2)
        self.assertIn("the module is for another one (EPROTOTYPE)", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[8:])
