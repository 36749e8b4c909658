# SPDX-License-Identifier: MIT
"""Tests `camipc hostile`: that the built-in camera holds against a part of the
attacks (threats 1 to 8, 11, 19 to 31, 33 to 35, 37, 38, 40 to 42 and 44 to 54),
that somebody's own program is attacked, and that the judge sees what is wrong.

usage: test_kit.py CAMIPC WORKER SOFTISP SANITIZERS [EVERY]
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

CAMIPC, WORKER, SOFTISP = (os.path.abspath(path) for path in sys.argv[1:4])
SANITIZED = sys.argv[4] != "none"
EVERY = sys.argv[5]
LIMIT = 600

# A program that starts no worker, but says that it did, and what became of it.
PRETENDER = """#!%s
import os, struct, subprocess, sys
report = os.path.join(os.path.dirname(os.environ["CAMIPC_WORKER_PROGRAM"]),
                      "report")
pid = 0
if sys.argv[1] == "leave":
    pid = subprocess.Popen([sys.argv[2], "60"]).pid
with open(report, "r+b") as file:
    file.write(struct.pack("=IIIii", 1, 1, 0, 0, pid))
if sys.argv[1] == "crash":
    os.kill(os.getpid(), 11)
if sys.argv[1] == "hang":
    while True:
        os.read(os.pipe()[0], 1)
"""


def run(*words, env=None):
    return subprocess.run([CAMIPC, "hostile"] + list(words),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=LIMIT, check=False,
                          env=dict(os.environ, **(env or {})))


class BuiltInCamera(unittest.TestCase):
    def test_it_holds(self):
        # The others go through shared memory: the default, and test_kit_shm.py.
        done = run("--failed", "--every", EVERY, "--transport", "socket")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn(" 0 not held off,", done.stdout)

    def test_a_recorded_camera(self):
        done = run("--only", "asked_*")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("7 attacks: 0 not held off, 0 not applicable",
                      done.stdout)

    def test_each_row_is_printed(self):
        for field, threat in (("cookie", 20), ("epoch", 25), ("version", 4)):
            done = run("--only", "reply.%s.*" % field)
            self.assertEqual(done.returncode, 0, done.stdout)
            rows = [line for line in done.stdout.split("\n")
                    if "reply." + field in line]
            self.assertEqual(len(rows), 6)
            for row in rows:
                self.assertRegex(row, r"^ *%d .* the IPA is ended +("
                                 r"ended: .* ok|this is the honest value .*n/a)$"
                                 % threat)

    @unittest.skipIf(SANITIZED, "sanitizers turn the sandbox off")
    def test_without_a_sandbox_an_attack_proves_nothing(self):
        done = run("--sandbox", "off", "--only", "unix_socket")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("there is no sandbox", done.stdout)
        done = run("--sandbox", "required", "--only", "unix_socket")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"unix_socket .* ok\n")


class List(unittest.TestCase):
    def test_names_are_different(self):
        done = run("--list")
        names = [line[3:].split()[0] for line in done.stdout.split("\n") if line]
        self.assertEqual(done.returncode, 0)
        self.assertGreater(len(names), 1000)
        self.assertEqual(len(set(names)), len(names))

    def test_unknown_names_are_refused(self):
        for words in (["--list"], []):
            done = run("--only", "nobody", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no attack has this name", done.stderr)

    def test_wrong_options_are_refused(self):
        for words in (["--every", "0"], ["--limit", "x"], ["--lst"]):
            self.assertEqual(run(*words).returncode, 2, words)


class OwnProgram(unittest.TestCase):
    """The camera of this tree stands for anybody's."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.pretender = os.path.join(self.folder, "pretender")
        with open(self.pretender, "w", encoding="utf-8") as file:
            file.write(PRETENDER % sys.executable)
        os.chmod(self.pretender, stat.S_IRWXU)

    def attack(self, only, *program, limit="60"):
        return run("--only", only, "--limit", limit, "--", *program)

    def capture(self):
        # Its own worker and a thread are what the variables must overrule.
        return [CAMIPC, "capture", "--frames", "2", "--size", "64x64",
                "--module-path", os.path.dirname(SOFTISP), "--worker", WORKER]

    def test_a_camera_holds(self):
        for only in ("reply.epoch.*", "event.body.c*", "exit_in_start",
                     "run_something_else"):
            done = self.attack(only, *self.capture())
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn("no such message", done.stdout)
            self.assertIn(" ok\n", done.stdout)

    @unittest.skipIf(SANITIZED, "sanitizers turn the sandbox off")
    def test_its_sandbox_holds(self):
        done = self.attack("kill_*", *self.capture())
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("operation not permitted", done.stdout)

    def test_options_of_the_program_are_its_own(self):
        done = run("--only", "reply.epoch.more", CAMIPC, "--version")
        self.assertEqual(done.returncode, 1)
        self.assertIn("it started no worker", done.stdout)

    def expect(self, text, *program, limit="60"):
        done = self.attack("reply.cookie.more", *program, limit=limit)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(text, done.stdout)
        self.assertIn("1 not held off", done.stdout)

    def test_a_program_that_is_not_there(self):
        for name, why in (("none", "no such file or directory"),
                          ("", "permission denied")):
            path = os.path.join(self.folder, name)
            done = run("--", path)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr, "camipc: %s: the program cannot be "
                             "run: %s\n" % (path, why))

    def test_a_crash(self):
        self.expect("signal 11", self.pretender, "crash")

    def test_a_hang(self):
        self.expect("it did not end in 1 s", self.pretender, "hang", limit="1")

    def test_a_worker_that_is_left(self):
        sleeper = os.path.join(self.folder, "camipc-sleep")
        shutil.copy(shutil.which("sleep"), sleeper)
        self.expect("is still there", self.pretender, "leave", sleeper)

    def test_a_program_that_ends(self):
        done = self.attack("reply.cookie.more", self.pretender, "end")
        self.assertEqual(done.returncode, 0, done.stdout)


class Variables(unittest.TestCase):
    """What the kit sets for a program, and what others might set wrong."""

    def capture(self, **env):
        return subprocess.run(
            [CAMIPC, "capture", "--frames", "1", "--size", "64x64", "--ipa",
             SOFTISP, "--worker", WORKER, "--verbose"],
            env=dict(os.environ, **env), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True, timeout=LIMIT,
            check=False)

    def test_another_worker(self):
        done = self.capture(CAMIPC_WORKER_PROGRAM="/nonexistent",
                            CAMIPC_ISOLATION="process")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nonexistent", done.stderr)
        done = self.capture(CAMIPC_WORKER_PROGRAM="worker",
                            CAMIPC_ISOLATION="process")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("absolute path", done.stderr)
        done = self.capture(CAMIPC_WORKER_PROGRAM=WORKER,
                            CAMIPC_ISOLATION="process")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("CAMIPC_WORKER_PROGRAM", done.stderr)

    def test_isolation(self):
        done = self.capture(CAMIPC_ISOLATION="process")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("in a process", done.stderr)
        done = subprocess.run(
            [CAMIPC, "capture", "--frames", "1", "--size", "64x64", "--ipa",
             SOFTISP, "--isolation", "thread"],
            env=dict(os.environ, CAMIPC_ISOLATION="process"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, timeout=LIMIT, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CAMIPC_ISOLATION", done.stderr)


if __name__ == "__main__":
    if "vgpreload" in os.environ.get("LD_PRELOAD", ""):
        print("skipped: the camera and its workers take too long under valgrind")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
