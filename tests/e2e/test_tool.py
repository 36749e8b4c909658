#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The tool camipc: options, files, Ctrl-C, and workers that die. Its modules
are in test_modules.py, its outputs in test_outputs.py.

usage: test_tool.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest
import zlib

from tool_runs import (CAMIPC, CaptureTest, LIMIT, SMALL, SOFTISP,
                       UNDER_VALGRIND, WORKER, children, exists,
                       run_text as run, state_of)


class ToolTest(CaptureTest):
    def only_whole_frames(self):
        names = os.listdir(self.folder)
        self.assertTrue(names)
        for name in names:
            self.assertRegex(name, r"\Aframe-\d+\.ppm\Z")
            self.assertEqual(os.path.getsize(self.path(name)),
                             len("P6\n96 64\n255\n") + 96 * 64 * 3)

    # ---- what it shows ------------------------------------------------------

    def test_help(self):
        for words in (["--help"], ["-h"], ["help"], ["capture", "--help"],
                      ["list", "-h"], ["modules", "--help"],
                      ["help", "capture"]):
            result = subprocess.run([CAMIPC] + words, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE,
                                    universal_newlines=True, timeout=LIMIT)
            self.assertEqual(result.returncode, 0)
            self.assertEqual(result.stderr, "")
            usage = "usage: camipc " + (
                (set(words) - {"help", "--help", "-h"} or {"COMMAND"}).pop())
            self.assertTrue(result.stdout.startswith(usage), result.stdout)
            self.assertIn("exit codes", result.stdout)
            self.assertLessEqual(
                max(map(len, result.stdout.splitlines())), 80)

    def test_version(self):
        shown = set()
        for words in ([CAMIPC], [CAMIPC, "list"], [CAMIPC, "modules"],
                      [CAMIPC, "capture", "--frames", "3"], [WORKER]):
            result = subprocess.run(words + ["--version"],
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE,
                                    universal_newlines=True, timeout=LIMIT)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            name, number = result.stdout.split()
            self.assertEqual(name, os.path.basename(words[0]))
            shown.add(number)
        self.assertEqual(len(shown), 1)
        self.assertRegex(shown.pop(), r"\A\d+\.\d+\.\d+\Z")

    def test_worker_by_hand(self):
        for words, status, stream in ((["--help"], 0, "stdout"),
                                      (["-h"], 0, "stdout"),
                                      ([], 64, "stderr"),
                                      (["--hepl"], 64, "stderr"),
                                      (["x", "y"], 64, "stderr")):
            result = subprocess.run([WORKER] + words, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE,
                                    universal_newlines=True, timeout=LIMIT)
            self.assertEqual(result.returncode, status, words)
            said = " ".join(getattr(result, stream).split()).lower()
            self.assertIn("a camera process", said)
            self.assertIn("cannot be run by hand", said)

    def test_the_log_that_the_user_chose(self):
        for words in (["list"], ["modules"], ["capture", "--frames", "1"] +
                      SMALL):
            result = run(*words, "--module-path", self.folder,
                         env=dict(os.environ, CAMIPC_LOG="debug"))
            self.assertEqual(result.returncode, 0)
            self.assertIn("camipc: debug: ", result.stderr)
            result = run(*words, env=dict(os.environ, CAMIPC_LOG="error"))
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            result = run(*words, env=dict(os.environ, CAMIPC_LOG="loud"))
            self.assertEqual(result.returncode, 0)
            self.one_line(result.stderr)
            self.assertIn("CAMIPC_LOG is ignored: 'loud'", result.stderr)
        result = run("capture", "--frames", "1", *SMALL,
                     env=dict(os.environ, CAMIPC_LOG="manager:info,error"))
        self.one_line(result.stderr)
        self.assertIn("info: manager: softisp 1", result.stderr)

    # ---- what it makes ------------------------------------------------------

    def capture(self, name, *words, **options):
        folder = self.path(name)
        os.mkdir(folder)
        result = run("capture", "--frames", "8", "--light", "0=1@4000,3=3@6000",
                     "--output", os.path.join(folder, "frame-%04d.png"),
                     "--metadata", os.path.join(folder, "metadata.jsonl"),
                     *(SMALL + list(words)), **options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        files = {}
        for file_name in os.listdir(folder):
            with open(os.path.join(folder, file_name), "rb") as file:
                files[file_name] = file.read()
        self.assertEqual(len(files), 9)
        return files

    def test_same_files_however_the_ipa_runs(self):
        for seed in ("1",) if UNDER_VALGRIND else ("1", "2"):
            expected = None
            for isolation in ("thread", "process", "loopback", "auto"):
                files = self.capture(isolation + seed, "--seed", seed,
                                     "--isolation", isolation)
                expected = expected or files
                self.assertEqual(files, expected, isolation)

    def test_metadata_is_json_in_any_locale(self):
        environment = dict(os.environ, LC_ALL="de_DE.UTF-8", LANG="de_DE")
        plain = self.capture("plain")
        german = self.capture("german", env=environment)
        self.assertEqual(plain, german)
        lines = plain["metadata.jsonl"].decode().splitlines()
        self.assertEqual(len(lines), 8)
        for number, line in enumerate(lines):
            frame = json.loads(line)
            self.assertEqual(frame["frame"], number)
            self.assertEqual(len(frame["ColourGains"]), 2)
            self.assertGreaterEqual(frame["AnalogueGain"], 1)
            self.assertEqual(frame["light"]["kelvin"],
                             4000 if number < 3 else 6000)

    def test_controls(self):
        files = self.capture("manual", "--control", "AeEnable=off",
                             "--control", "ExposureTime=5000",
                             "--control", "AnalogueGain=2",
                             "--control", "AwbEnable=false",
                             "--control", "ColourGains=1.5,2.5")
        last = json.loads(files["metadata.jsonl"].splitlines()[-1].decode())
        self.assertIs(last["AeEnable"], False)
        self.assertEqual(last["AnalogueGain"], 2)
        self.assertEqual(last["ColourGains"], [1.5, 2.5])
        self.assertAlmostEqual(last["ExposureTime"], 5000, delta=300)

    def movie(self, name, *words):
        """A .y4m of 3 frames; its header and planes."""
        path = self.path(name)
        result = run("capture", "--frames", "3", "--output", path, *words)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(path, "rb") as file:
            header = file.readline()
            frames = []
            for mark in iter(file.readline, b""):
                self.assertEqual(mark, b"FRAME\n")
                width, height = (int(word[1:]) for word in header.split()[1:3])
                frames.append(file.read(3 * width * height))
        self.assertEqual({len(f) for f in frames}, {3 * width * height})
        self.assertEqual(len(frames), 3)
        return header, frames

    def test_movie(self):
        header, frames = self.movie("thread.y4m", "--isolation", "thread",
                                    *SMALL)
        self.assertEqual(header, b"YUV4MPEG2 W96 H64 F30:1 Ip A1:1 C444\n")
        self.assertEqual((header, frames),
                         self.movie("process.y4m", "--isolation", "process",
                                    *SMALL))
        # Against the definition, in floating point.
        self.check_matrix(frames[0], 96, 64, 0.299, 0.114)
        _, frames = self.movie("large.y4m", "--size", "64x720")
        self.check_matrix(frames[0], 64, 720, 0.2126, 0.0722)

    def check_matrix(self, planes, width, height, red, blue):
        size = "%dx%d" % (width, height)
        result = run("capture", "--frames", "1", "--size", size, "--output",
                     self.path("frame.ppm"))
        self.assertEqual(result.returncode, 0)
        with open(self.path("frame.ppm"), "rb") as file:
            rgb = file.read()[-3 * width * height:]
        n = width * height
        # Python runs under valgrind, too.
        for i in range(0, n, 97 if UNDER_VALGRIND else 1):
            r, g, b = (value / 255 for value in rgb[3 * i:3 * i + 3])
            y = red * r + (1 - red - blue) * g + blue * b
            for plane, value in ((0, 16 + 219 * y),
                                 (1, 128 + 112 * (b - y) / (1 - blue)),
                                 (2, 128 + 112 * (r - y) / (1 - red))):
                self.assertLess(abs(planes[plane * n + i] - value), 0.51)

    def test_plot(self):
        path = self.path("converge.png")
        result = run("capture", "--frames", "9", "--light",
                     "0=1@5000,3=4@3000,5~1@4000", "--plot", path, *SMALL)
        if "without cairo" in result.stderr:
            self.one_line(result.stderr)
            self.assertEqual(result.returncode, 2)
            self.skipTest("camipc was built without cairo")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(path, "rb") as file:
            data = file.read()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", data[16:24])
        # Each chunk, and all rows, by their checksums.
        at, rows, names = 8, b"", []
        while at < len(data):
            size, name = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            crc, = struct.unpack(">I", data[at + 8 + size:at + 12 + size])
            self.assertEqual(crc, zlib.crc32(name + body) & 0xffffffff)
            names.append(name)
            rows += body if name == b"IDAT" else b""
            at += 12 + size
        self.assertEqual((names[0], names[-1]), (b"IHDR", b"IEND"))
        self.assertEqual(len(zlib.decompress(rows)), (3 * width + 1) * height)
        self.assertEqual(os.listdir(self.folder), ["converge.png"])
        capture = ["capture", "--frames", "3"] + SMALL
        self.fails(1, capture + ["--plot", "/dev/full"], "/dev/full",
                   "no space left")
        self.fails(1, capture + ["--plot", self.path("no/plot.png")],
                   "no/plot.png", "its folder does not exist")

    def test_stats(self):
        for isolation in ("thread", "process", "loopback"):
            done = run("capture", "--frames", "5", "--stats", "--isolation",
                       isolation, *SMALL)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            calls, stages = done.stdout.split("stage of a frame")
            rows = [line.split() for line in calls.splitlines()[1:]]
            self.assertEqual(rows[0][:3], ["calls", "errors", "timeouts"])
            table = {" ".join(row[:-8]): row[-8:] for row in rows[1:]}
            self.assertEqual(table["init"][:3], ["1", "0", "0"])
            self.assertRegex(table["init"][6], "^<[0-9]+$")
            self.assertEqual(table["event paramsReady"][0], "5")
            self.assertNotIn("unmapBuffers", table)
            self.assertGreater(int(table["all"][3]), 0)
            self.check_stages(stages.splitlines(), isolation)

    def check_stages(self, lines, isolation):
        rows = {line.split()[0]: line.split()[1:] for line in lines[1:7]}
        self.assertEqual(list(rows), ["sensor", "statistics", "IPC", "IPA",
                                      "develop", "write"])
        for name, (mean, _, longest) in rows.items():
            self.assertLessEqual(float(mean), float(longest) + 0.001, name)
        # All are rounded.
        self.assertAlmostEqual(sum(float(row[1]) for row in rows.values()),
                               100, delta=0.5)
        self.assertEqual(["the worker's main thread used" in line
                          for line in lines[7:]],
                         [True] if isolation == "process" else [])

    def test_traced(self):
        done = run("capture", "--frames", "1", *SMALL,
                   env=dict(os.environ, CAMIPC_TRACE="1"))
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr,
                         r"softisp: \d+\.\d{6} -> call #\d+ init\(")
        self.assertRegex(done.stderr, r"<- event paramsReady\(frame: 0, ")

    def test_worker_wrapper(self):
        seen = self.path("seen")
        script = self.write("wrapper.sh", b"""#!/bin/sh
echo "$@" >"$1"
shift
exec "$@"
""")
        # Deadlines of microseconds would fail, if they were not off.
        done = run("capture", "--frames", "2", "--isolation", "process", *SMALL,
                   env=dict(os.environ, CAMIPC_DEADLINE_SCALE="0.001",
                            CAMIPC_WORKER_WRAPPER="sh  %s %s" % (script, seen)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.one_line(done.stderr)
        self.assertIn("THE WORKER RUNS UNDER 'sh  ", done.stderr)
        with open(seen) as file:
            self.assertEqual(file.read().split(), [seen, WORKER, SOFTISP])
        # Nothing is wrapped where nothing is isolated.
        done = run("capture", "--frames", "2", "--isolation", "thread", *SMALL,
                   env=dict(os.environ, CAMIPC_WORKER_WRAPPER="/bin/false"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_broken_wrapper(self):
        capture = ["capture", "--frames", "2", "--isolation", "process"] + SMALL
        for wrapper, complaint in (
                ("there-is-no-such-thing x", "no such file"),
                ("/etc/passwd", "permission denied"),
                ("a " * 40, "argument list too long"),
                ("/bin/false", "exit code 1")):
            self.fails(2 if wrapper != "/bin/false" else 1, capture, "softisp",
                       complaint,
                       env=dict(os.environ, CAMIPC_WORKER_WRAPPER=wrapper))
        done = run(*capture, env=dict(os.environ, CAMIPC_WORKER_WRAPPER=" ",
                                      CAMIPC_DEADLINE_SCALE="fast"))
        self.assertEqual(done.returncode, 0)
        self.one_line(done.stderr)
        self.assertIn("CAMIPC_DEADLINE_SCALE is ignored: 'fast'", done.stderr)

    def test_real_time(self):
        """Late frames are counted, whoever is slow, and waited for by none."""
        for who in ("IPA", "host"):
            process, worker = self.start("--realtime", "--frames", "40",
                                         "--timeout", "60000")
            stopped = worker if who == "IPA" else process.pid
            os.kill(stopped, signal.SIGSTOP)
            if who == "IPA":
                self.wait_for(lambda: os.path.exists(
                    self.path("frame-12.ppm")))
            else:
                self.wait_for(lambda: state_of(stopped) == "T")
                end = time.monotonic() + 0.2
                self.wait_for(lambda: time.monotonic() > end)
            os.kill(stopped, signal.SIGCONT)
            out, err = process.communicate(timeout=LIMIT)
            self.assertEqual((process.returncode, err), (0, ""))
            with open(self.path("metadata")) as file:
                frames = [json.loads(line) for line in file]
            self.assertEqual(len(frames), 40)
            late = [frame for frame in frames if frame["late"]]
            self.assertIn(", %d late (" % len(late), out)
            times = [frame["SensorTimestamp"] for frame in frames]
            self.assertEqual(times, sorted(set(times)))
            for frame in frames:
                self.assertLessEqual(frame["parametersFrame"], frame["frame"])
            if who == "IPA":
                self.assertGreaterEqual(max(
                    frame["frame"] - frame["parametersFrame"]
                    for frame in frames), 5)
            else:
                self.assertGreater(max(b - a for a, b in
                                       zip(times, times[1:])), 100000000)

    def test_real_time_ends(self):
        process, worker = self.start("--realtime")
        os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 1)
        self.one_line(err)
        self.assertIn("signal 9", err)
        # Nobody answers: it does not go on for ever with old parameters.
        process, worker = self.start("--realtime", "--timeout", "300")
        os.kill(worker, signal.SIGSTOP)
        _, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 1)
        self.assertIn("no parameters", err)
        self.assertFalse(exists(worker))

    # ---- what ends it -------------------------------------------------------

    def test_worker_killed(self):
        # Not SIGSEGV: sanitizers have a great deal to say about it.
        for number, words in ((signal.SIGKILL, "signal 9"),
                              (signal.SIGABRT, "signal 6")):
            # It ends because of the death, not because nobody answered.
            process, worker = self.start("--timeout", "1000000")
            os.kill(worker, number)
            out, err = process.communicate(timeout=LIMIT)
            self.assertEqual(process.returncode, 1, err)
            # Who is killed has no last word.
            lines = err.splitlines()
            self.one_line(lines[0] + "\n")
            if number == signal.SIGKILL:
                self.assertEqual(len(lines), 1, err)
            else:
                self.assertRegex(lines[1], r"^  #0  [^ ]+\+0x[0-9a-f]+")
                with open(WORKER, "rb") as file:
                    has_lines = b".debug_line\0" in file.read()
                if has_lines and shutil.which("addr2line") and \
                        not UNDER_VALGRIND:
                    # The program itself is known, too.
                    self.assertRegex(err, r"(?m)^  #\d+ +camipc-worker"
                                     r"\+0x[0-9a-f]+  \w+ at \S+\.c:\d+")
            for part in ("softisp", str(worker), words, "last call", "used "):
                self.assertIn(part, err)
            self.assertEqual(out, "")
            self.assertFalse(exists(worker))
            self.only_whole_frames()

    def test_restart(self):
        process, worker = self.start("--restart", "3", "--frames", "400")
        workers = [worker]
        for _ in range(3):
            os.kill(workers[-1], signal.SIGKILL)
            workers += self.wait_for(
                lambda: [pid for pid in children(process.pid)
                         if pid not in workers and state_of(pid) != "Z"])
            # One frame may be made without an IPA; the next ones need one.
            done = len(os.listdir(self.folder))
            self.wait_for(lambda: len(os.listdir(self.folder)) > done + 2)
        out, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, err)
        lines = err.splitlines()
        self.assertEqual(len(lines), 3, err)
        for pid, line in zip(workers, lines):
            self.assertRegex(
                line, r"\Acamipc: restarted the IPA in [\d.]+ ms: .*signal 9")
            self.assertIn(str(pid), line)
        self.assertIn(", 3 restarts (", out)
        self.assertEqual(len(os.listdir(self.folder)), 401)
        with open(self.path("metadata"), encoding="utf-8") as file:
            frames = [json.loads(line) for line in file]
        self.assertEqual([frame["frame"] for frame in frames],
                         list(range(400)))
        lost = [frame for frame in frames
                if frame["parametersReason"] == "noIpa"]
        self.assertIn("(%d frame" % len(lost), out)
        for frame in frames:
            self.assertEqual(frame["parametersFrame"],
                             frame["frame"] - (frame in lost))

    def test_no_restart_in_a_thread(self):
        done = run("capture", "--isolation", "thread", "--restart", "2",
                   "--frames", "2", *SMALL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.one_line(done.stderr)
        self.assertIn("--restart 2: the IPA runs in this process", done.stderr)

    def test_shared_memory(self):
        for how in "socket", "shm":
            done = run("capture", "--isolation", "process", "--transport", how,
                       "--frames", "20", "--metadata", self.path(how), *SMALL)
            self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("socket"), "rb") as one, \
                open(self.path("shm"), "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_too_many_restarts(self):
        process, worker = self.start("--restart", "1")
        os.kill(worker, signal.SIGKILL)
        second = self.wait_for(
            lambda: [pid for pid in children(process.pid)
                     if pid != worker and state_of(pid) != "Z"])[0]
        # One frame may be made without an IPA; the next ones need one.
        done = len(os.listdir(self.folder))
        self.wait_for(lambda: len(os.listdir(self.folder)) > done + 2)
        os.kill(second, signal.SIGKILL)
        out, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("restarted the IPA", err.splitlines()[0])
        self.assertIn(str(second), err.splitlines()[-1])
        self.assertEqual(out, "")

    def test_ctrl_c(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process, worker = self.start()
            process.send_signal(number)
            out, err = process.communicate(timeout=LIMIT)
            self.assertEqual(process.returncode, 128 + number, err)
            self.assertEqual((out, err), ("", ""))
            self.assertFalse(exists(worker))
            self.only_whole_frames()

    def test_tool_killed(self):
        process, worker = self.start()
        process.kill()
        process.communicate(timeout=LIMIT)
        # Its life-line ends it, and the process that adopted it reaps it.
        self.wait_for(lambda: state_of(worker) in (None, "Z", "X"), 1)

    # ---- what it refuses ----------------------------------------------------

    def test_wrong_words(self):
        capture = ["capture"] + SMALL
        for words, parts in (
                (["record"], ["unknown command 'record'", "capture"]),
                (["list", "--nonsense"], ["--nonsense", "--help"]),
                (["list", "--frames", "3"], ["'camipc capture' only"]),
                (["list", "twice"], ["unexpected argument 'twice'"]),
                (capture + ["--frames"], ["--frames needs a value"]),
                (capture + ["--format", "YUYV"], ["--format YUYV",
                                                  "SRGGB10"]),
                (capture + ["--frames", "-1"], ["--frames -1"]),
                (capture + ["--frames", "9" * 30], ["--frames 99"]),
                (capture + ["--seed", "1.5"], ["--seed 1.5"]),
                (["capture", "--size", "97x64"], ["--size 97x64", "even"]),
                (["capture", "--size", "96"], ["--size 96"]),
                (["capture", "--size", "99999x64"], ["--size"]),
                (capture + ["--isolation", "jail"], ["--isolation jail",
                                                     "loopback"]),
                (capture + ["--camera", "none"], ["--camera none",
                                                  "virtual"]),
                (capture + ["--camera", "virtual-rpi"],
                 ["libcamera-rpi", "packages"]),
                (capture + ["--pace", "5", "--realtime"],
                 ["--pace", "--realtime"]),
                (capture + ["--light", "noon"], ["--light noon",
                                                 "BRIGHTNESS@KELVIN"]),
                (capture + ["--light", "0=1@5000,9=1@99999"],
                 ["character 10", "2000 to 12000"]),
                (capture + ["--light", ",".join(
                    "%d=1@5000" % i for i in range(65))], ["64 points"]),
                (capture + ["--output", "%s.png"], ["--output %s.png", "%d"]),
                (capture + ["--output", "%d%d.png"], ["%d%d.png"]),
                (capture + ["--output", "one.png"], ["overwrite", "%d"]),
                (capture + ["--output", "x" * 5000], ["4063"]),
                (capture + ["--control", "Vividness=1"], ["unknown control",
                                                          "AeEnable"]),
                (capture + ["--control", "Gamma"], ["NAME=VALUE"]),
                (capture + ["--control", "Gamma=x"], ["float"]),
                (capture + ["--control", "ColourGains=1"], ["2 values",
                                                            "float"]),
                (capture + ["--control", "AeEnable=2"], ["true or false"]),
                (capture + 17 * ["--trust", "/x"], ["16 times"]),
                (capture + 2 * ["--control", "Gamma=1"], ["set already"]),
                (capture + ["--control", "Gamma=99"], ["out of range",
                                                       "1 to 4"]),
                (capture + ["--control", "AeLocked=1"], ["cannot be set",
                                                         "AeEnable"])):
            self.fails(2, words, *parts)
        result = subprocess.run([CAMIPC], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, timeout=LIMIT)
        self.assertEqual(result.returncode, 2)

    def test_broken_scene(self):
        capture = ["capture"] + SMALL + ["--scene"]
        png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
        jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 100
        for path, part in ((self.path("missing.png"), "no such file"),
                           (self.folder, "it is a folder"),
                           (self.write("empty.png", b""), "empty"),
                           (self.write("text.png", b"text " * 9), "neither"),
                           (self.write("bad.png", png), "scene"),
                           (self.write("bad.jpg", jpeg), "scene")):
            self.fails(2, capture + [path], path, part)

    def test_broken_tuning(self):
        tuning = self.write("tuning.yaml", b"version: 1\ngama: 2\n")
        for isolation in ("thread", "process"):
            self.fails(2, ["capture", "--isolation", isolation, "--tuning",
                           tuning] + SMALL, "init", tuning, "line 2")
        self.fails(2, ["capture", "--tuning", self.path("none.yaml")] + SMALL,
                   "none.yaml", "no such file")

    def test_tuning_in_another_folder(self):
        """The file is opened where the tool runs, on every backend."""
        self.write("dim.yaml", b"version: 1\nexposure:\n  target: 0.05\n")
        seen = set()
        for isolation in ("thread", "process", "loopback"):
            for name in ("dim.yaml", "./dim.yaml", self.path("dim.yaml")):
                run("capture", "--isolation", isolation, "--tuning", name,
                    "--metadata", self.path("m.json"), *SMALL,
                    cwd=self.folder)
                with open(self.path("m.json"), "rb") as file:
                    seen.add(file.read())
            self.fails(2, ["capture", "--isolation", isolation, "--tuning",
                           "no/such.yaml"] + SMALL, "no/such.yaml",
                       cwd=self.folder)
        self.assertEqual(len(seen), 1)
        run("capture", "--metadata", self.path("m.json"), *SMALL)
        with open(self.path("m.json"), "rb") as file:
            self.assertNotIn(file.read(), seen)

    def test_unwritable_output(self):
        """All kinds of them are in test_outputs.py."""
        capture = ["capture", "--frames", "3"] + SMALL
        missing = self.path("no/such/folder/frame-%d.png")
        self.fails(1, capture + ["--output", missing], "frame-0.png",
                   "its folder does not exist")
        self.fails(2, capture + ["--output", self.path("%d.y4m")], "%d")
        self.assertEqual(os.listdir(self.folder), [])

    def test_full_disk(self):
        # A frame has 18 kilobytes; a shared buffer, which counts too, has 8, and
        # shared memory for messages 132.
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (12000, 12000))

        capture = ["capture", "--frames", "3", "--isolation", "process",
                   "--transport", "socket"] + SMALL
        self.fails(1, capture + ["--output", self.path("frame-%d.ppm")],
                   "frame-0.ppm", "file too large", preexec_fn=small_files)
        self.fails(1, capture + ["--output", self.path("out.y4m")],
                   "out.y4m", "file too large", preexec_fn=small_files)
        self.assertEqual(os.listdir(self.folder), [])

    def test_files_get_usual_modes(self):
        result = run("capture", "--frames", "1", "--output",
                     self.path("frame.ppm"), *SMALL,
                     preexec_fn=lambda: os.umask(0o027))
        self.assertEqual(result.returncode, 0)
        self.assertEqual(os.stat(self.path("frame.ppm")).st_mode & 0o777,
                         0o640)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
