# SPDX-License-Identifier: MIT
"""Runs of camipc, for its tests: python files that are started with
CAMIPC WORKER SOFTISP VIMC NOISE as their first arguments.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

CAMIPC, WORKER, SOFTISP, VIMC, NOISE = (os.path.abspath(p)
                                        for p in sys.argv[1:6])
SMALL = ["--size", "96x64"]
LIMIT = 60  # seconds, for what ends by itself
# Its log takes the place of a standard stream that is closed.
UNDER_VALGRIND = "vgpreload" in os.environ.get("LD_PRELOAD", "")

with open(CAMIPC, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()
# A crash shall be the worker's, not a report of the sanitizer.
os.environ.setdefault("ASAN_OPTIONS", "handle_segv=0")


def command(*words):
    """A command that finds modules and worker of this build only."""
    return [CAMIPC, words[0], "--module-path", os.path.dirname(SOFTISP),
            "--worker", WORKER] + list(words[1:])


def run(*words, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(command(*words), timeout=LIMIT, **options)


def run_text(*words, **options):
    """The same with text instead of bytes."""
    return run(*words, universal_newlines=True, **options)


class RunTest(unittest.TestCase):
    """A test with an empty folder."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def names(self):
        """All names below the folder."""
        return sorted(os.path.relpath(os.path.join(path, name), self.folder)
                      for path, folders, files in os.walk(self.folder)
                      for name in folders + files)

    def one_line(self, text):
        """Exactly one line, and it says who speaks."""
        pattern = r"\Acamipc: [^\n]+\n\Z"
        self.assertRegex(text, pattern.encode() if isinstance(text, bytes)
                         else pattern)


class TextTest(RunTest):
    """A test of what is printed."""

    def fails(self, code, words, *parts, **options):
        """A run that fails with this code and one line with these parts."""
        result = run_text(*words, **options)
        self.assertEqual(result.returncode, code,
                         (words, result.stdout, result.stderr))
        self.one_line(result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(result.stdout, "")


def children(pid):
    """The child processes of a process, of all its threads."""
    found = []
    try:
        tasks = os.listdir("/proc/%d/task" % pid)
    except FileNotFoundError:
        return found
    for task in tasks:
        try:
            with open("/proc/%d/task/%s/children" % (pid, task)) as file:
                found += [int(word) for word in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def exists(pid):
    return os.path.exists("/proc/%d" % pid)


def state_of(pid):
    """One letter; None if there is no such process."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


class CaptureTest(TextTest):
    """A test that runs captures without end."""

    def wait_for(self, what, seconds=LIMIT):
        """Looks until @what() is true. Returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = what()
            if result:
                return result
            time.sleep(0.005)
        self.fail("waited in vain")

    def start(self, *words):
        """An endless capture into a folder of its own; its worker's pid."""
        self.folder = tempfile.mkdtemp(dir=self.folder)
        if "--frames" not in words:
            words += ("--frames", "100000000")
        if "--restart" not in words:
            words += ("--restart", "0")
        process = subprocess.Popen(
            command("capture", "--isolation", "process",
                    "--output", self.path("frame-%d.ppm"),
                    "--metadata", self.path("metadata"), *(SMALL + list(words))),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        # A frame was written: it runs.
        self.wait_for(lambda: os.path.exists(self.path("frame-2.ppm")) or
                      process.poll() is not None)
        self.assertIsNone(process.poll())
        workers = children(process.pid)
        self.assertEqual(len(workers), 1)
        return process, workers[0]
