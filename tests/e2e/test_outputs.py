#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The files that camipc capture writes: every kind of output into every kind of
place, and what is left when it cannot be written.

usage: test_outputs.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import resource
import shutil
import socket
import stat
import subprocess
import threading
import unittest

from tool_runs import NOISE, RunTest, SMALL, SOFTISP, UNDER_VALGRIND, run

# The kinds of outputs: options before the name, ending, first bytes.
KINDS = {
    "png": (["--output"], ".png", b"\x89PNG\r\n\x1a\n"),
    "ppm": (["--output"], ".ppm", b"P6\n96 64\n255\n"),
    "y4m": (["--output"], ".y4m", b"YUV4MPEG2 W96 H64 "),
    "metadata": (["--metadata"], ".jsonl", b'{"frame":0,'),
    "plot": (["--plot"], ".png", b"\x89PNG\r\n\x1a\n"),
}
NOBODY = 65534
PLOTS = b"without cairo" not in run("capture", "--plot", "/dev/null",
                                    "--frames", "1", *SMALL).stderr


class OutputTest(RunTest):
    def kinds(self):
        """All kinds; under valgrind each test has one, and all of them have
        all."""
        kinds = [(option, "out" + ending, start)
                 for kind, (option, ending, start) in KINDS.items()
                 if kind != "plot" or PLOTS]
        if not UNDER_VALGRIND:
            return kinds
        tests = unittest.defaultTestLoader.getTestCaseNames(type(self))
        turn = tests.index(self.id().rpartition(".")[2]) % len(kinds)
        return kinds[turn:turn + 1]

    def capture(self, words, code=0, **options):
        result = run("capture", "--frames", "1", *(SMALL + words), **options)
        self.assertEqual(result.returncode, code, result)
        if code and result.stderr is not None:
            self.one_line(result.stderr)
        return result

    def fails(self, words, *parts, **options):
        """An output that cannot be written; nothing is left or changed."""
        before = self.names()
        result = self.capture(words, 1, **options)
        for part in parts:
            self.assertIn(part.encode(), result.stderr)
        self.assertEqual(self.names(), before)

    # ---- links --------------------------------------------------------------

    def test_link_to_a_file(self):
        for option, name, start in self.kinds():
            os.makedirs(self.path("there"), exist_ok=True)
            self.write("there/real" + name, b"old")
            os.symlink("there/real" + name, self.path(name))
            self.capture(option + [self.path(name)])
            self.assertEqual(os.readlink(self.path(name)),
                             "there/real" + name)
            self.assertTrue(self.read("there/real" + name).startswith(start))
            self.assertEqual(self.names(),
                             [name, "there", "there/real" + name])
            os.unlink(self.path(name))
            os.unlink(self.path("there/real" + name))

    def test_links_to_a_file_that_does_not_exist(self):
        os.mkdir(self.path("a"))
        os.mkdir(self.path("b"))
        for option, name, start in self.kinds():
            os.symlink("../b/next", self.path("a/" + name))
            os.symlink(self.path("a", "new"), self.path("b/next"))
            self.capture(option + [self.path("a/" + name)])
            self.assertTrue(self.read("a/new").startswith(start))
            self.assertEqual(self.names(),
                             ["a", "a/new", "a/" + name, "b", "b/next"])
            self.assertTrue(os.path.islink(self.path("a/" + name)))
            self.assertTrue(os.path.islink(self.path("b/next")))
            for gone in ("a/" + name, "a/new", "b/next"):
                os.unlink(self.path(gone))

    def test_link_to_standard_output(self):
        """As /dev/stdout is one; a link of our own is safe to lose."""
        for option, name, start in self.kinds():
            os.symlink("/proc/self/fd/1", self.path(name))
            for words in (option + [self.path(name)], option + ["-"]):
                if name.endswith(".ppm") and words[-1] == "-":
                    continue
                # Into a pipe, and into a file that has a line already.
                result = self.capture(words + ["--stats"])
                self.check_stream(result.stdout, name, words, start)
                self.assertIn(b"1 frame in ", result.stderr)
                self.assertIn(b"init", result.stderr)
                with open(self.path("file"), "wb") as file:
                    file.write(b"a line\n")
                    file.flush()
                    self.capture(words, stdout=file)
                data = self.read("file")
                self.assertEqual(data[:7], b"a line\n")
                self.check_stream(data[7:], name, words, start)
                self.assertEqual(self.names(), ["file", name])
            self.assertEqual(os.readlink(self.path(name)), "/proc/self/fd/1")
            os.unlink(self.path(name))
            os.unlink(self.path("file"))

    def check_stream(self, data, name, words, start):
        # One frame is a picture, unless the name says otherwise.
        if name.endswith(".y4m") and words[-1] == "-":
            start = KINDS["png"][2]
        self.assertTrue(data.startswith(start), data[:20])
        self.assertNotIn(b"1 frame in", data)

    def test_a_movie_on_standard_output(self):
        result = run("capture", "--frames", "3", "--output", "-", *SMALL)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stdout.startswith(KINDS["y4m"][2]))
        self.assertEqual(result.stdout.count(b"FRAME\n"), 3)

    def test_what_others_print_is_not_in_the_output(self):
        environment = dict(os.environ, LD_PRELOAD=NOISE)
        plain = self.capture(["--output", "-"])
        noisy = run("capture", "--frames", "1", "--output", "-", "--isolation",
                    "thread", *SMALL, env=environment)
        if b"ASan" in noisy.stderr or b"Sanitizer" in noisy.stderr:
            self.skipTest("a sanitizer must be loaded first")
        self.assertEqual((noisy.returncode, noisy.stdout), (0, plain.stdout))
        self.assertIn(b"noise", noisy.stderr)

    def test_link_in_a_circle(self):
        for option, name, _ in self.kinds():
            os.symlink(name, self.path(name))
            self.fails(option + [self.path(name)], option[0], name,
                       "symbolic links")
            os.unlink(self.path(name))

    # ---- what is no regular file --------------------------------------------

    def test_devices_and_pipes_stay(self):
        for option, name, start in self.kinds():
            os.symlink("/dev/null", self.path(name))
            self.capture(option + [self.path(name)])
            self.assertEqual(os.readlink(self.path(name)), "/dev/null")
            os.unlink(self.path(name))
            os.mkfifo(self.path(name))
            data = []
            reader = threading.Thread(
                target=lambda: data.append(self.read(name)))
            reader.start()
            self.capture(option + [self.path(name)])
            reader.join()
            self.assertTrue(data[0].startswith(start))
            self.assertTrue(stat.S_ISFIFO(os.lstat(self.path(name)).st_mode))
            self.assertEqual(self.names(), [name])
            os.unlink(self.path(name))

    def test_pipe_without_a_reader(self):
        os.mkfifo(self.path("out.y4m"))
        self.fails(["--output", self.path("out.y4m")], "--output", "out.y4m",
                   "no program reads from the pipe")

    def test_folders_and_sockets(self):
        for option, name, _ in self.kinds():
            os.mkdir(self.path(name))
            os.symlink(name, self.path("link" + name))
            paths = [self.path(name), self.path("link" + name)]
            if option != ["--plot"]:
                paths += [self.folder, self.folder + "/", "/", ".", ".."]
            for path in paths:
                self.fails(option + [path], option[0], path, "folder")
            os.unlink(self.path("link" + name))
            os.rmdir(self.path(name))
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(self.path(name))
                self.fails(option + [self.path(name)], name,
                           "neither a regular file")
            os.unlink(self.path(name))

    # ---- what cannot be written ---------------------------------------------

    def test_missing_folders(self):
        self.write("file", b"")
        for option, name, _ in self.kinds():
            self.fails(option + [self.path("no", name)], option[0], "no/",
                       "its folder does not exist")
            os.symlink("no/" + name, self.path(name))
            self.fails(option + [self.path(name)], "folder does not exist")
            os.unlink(self.path(name))
            self.fails(option + [self.path("file", name)], "file/" + name,
                       "not a folder")
            self.fails(option + [self.path("x" * 256 + name)], option[0],
                       "too long")

    def test_closed_and_full_streams(self):
        for option, name, _ in self.kinds():
            if not UNDER_VALGRIND:
                self.fails(option + ["-"], option[0] + " -", "closed",
                           preexec_fn=lambda: os.close(1), stdout=None)
            with open("/dev/null", "rb") as reading:
                self.fails(option + ["-"], "closed", stdout=reading)
            with open("/dev/full", "wb") as full:
                self.fails(option + ["-"], "no space left", stdout=full)
            os.symlink("/dev/full", self.path(name))
            self.fails(option + [self.path(name)], name, "no space left")
            os.unlink(self.path(name))
            reader, writer = os.pipe()
            os.close(reader)
            self.fails(option + ["-"], "broken pipe", stdout=writer)
            os.close(writer)

    @unittest.skipIf(UNDER_VALGRIND, "valgrind opens a log in their place")
    def test_closed_stderr(self):
        for option, name, start in self.kinds():
            result = run("capture", "--frames", "1", "-q", *(
                SMALL + option + [self.path(name)]), stdout=None, stderr=None,
                preexec_fn=lambda: os.closerange(0, 3))
            self.assertEqual(result.returncode, 0)
            self.assertTrue(self.read(name).startswith(start))
            os.unlink(self.path(name))
            with open("/dev/full", "wb") as full:
                self.capture(option + [self.path("no", name)], 1, stderr=full)

    def test_messages_that_nobody_gets(self):
        capture = ["capture", "--frames", "1"] + SMALL
        all_words = (capture, capture + ["--stats"], ["list"], ["modules"],
                     capture + ["--stats", "-q"], ["modules", "--help"],
                     ["capture", "--help"])
        for words in all_words[1:3] if UNDER_VALGRIND else all_words:
            with open("/dev/full", "wb") as full:
                result = run(*words, stdout=full)
                self.assertEqual(result.returncode, 1, words)
                self.one_line(result.stderr)
                self.assertIn(b"no space left", result.stderr)
            if not UNDER_VALGRIND:
                result = run(*words, stdout=None,
                             preexec_fn=lambda: os.close(1))
                self.assertEqual(result.returncode, 1, words)
                self.one_line(result.stderr)
            reader, writer = os.pipe()
            os.close(reader)
            result = run(*words, stdout=writer)
            os.close(writer)
            self.assertEqual(result.returncode, 1, words)
            self.one_line(result.stderr)
            self.assertIn(b"broken pipe", result.stderr)

    def test_full_disk_leaves_the_old_file(self):
        def small_files():
            # A shared buffer, which counts too, has 8 KiB.
            resource.setrlimit(resource.RLIMIT_FSIZE, (8300, 8300))

        for option, name, _ in self.kinds():
            self.write(name, b"old")
            words = option + [self.path(name), "--transport", "socket"]
            if option == ["--metadata"]:
                words += ["--frames", "60"]
            result = run("capture", *(SMALL + (words if "--frames" in words
                                               else words + ["--frames", "1"])),
                         preexec_fn=small_files)
            self.assertEqual(result.returncode, 1, result)
            self.one_line(result.stderr)
            self.assertIn(b"file too large", result.stderr)
            self.assertEqual(self.read(name), b"old")
            self.assertEqual(self.names(), [name])
            os.unlink(self.path(name))

    def as_nobody(self):
        """Arguments of run() that drop root's rights; skips where the build
        folder is private."""
        if os.geteuid() != 0:
            return {}

        def drop():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        os.chown(self.folder, NOBODY, NOBODY)
        try:
            if run("capture", "--frames", "1", *SMALL,
                   preexec_fn=drop).returncode == 0:
                return {"preexec_fn": drop}
        except (OSError, subprocess.SubprocessError):
            pass
        return self.skipTest("another user cannot run this build")

    def test_read_only(self):
        options = self.as_nobody()
        os.mkdir(self.path("shut"))
        os.chmod(self.path("shut"), 0o555)
        for option, name, _ in self.kinds():
            self.write(name, b"old")
            os.chmod(self.path(name), 0o444)
            self.fails(option + [self.path(name)], name, "permission denied",
                       **options)
            self.assertEqual(self.read(name), b"old")
            os.chmod(self.path(name), 0o644)
            os.unlink(self.path(name))
            self.fails(option + [self.path("shut", name)], "shut/" + name,
                       "permission denied", **options)

    def test_owner_and_mode(self):
        for option, name, start in self.kinds():
            self.write(name, b"old")
            os.chmod(self.path(name), 0o4604)
            if os.geteuid() == 0:
                os.chown(self.path(name), 123, 456)
                os.chmod(self.path(name), 0o4604)
            before = os.stat(self.path(name))
            self.capture(option + [self.path(name)])
            after = os.stat(self.path(name))
            self.assertTrue(self.read(name).startswith(start))
            self.assertEqual(after.st_mode & 0o7777, 0o604)
            self.assertEqual((after.st_uid, after.st_gid),
                             (before.st_uid, before.st_gid))
            os.unlink(self.path(name))
            self.capture(option + [self.path(name)],
                         preexec_fn=lambda: os.umask(0o027))
            self.assertEqual(os.stat(self.path(name)).st_mode & 0o7777, 0o640)
            os.unlink(self.path(name))

    def test_longest_names(self):
        """A temporary name is no longer than the file's own."""
        for option, name, start in self.kinds():
            name = "x" * (255 - len(name)) + name
            self.capture(option + [self.path(name)])
            self.assertTrue(self.read(name).startswith(start))
            os.unlink(self.path(name))

    # ---- one file for two outputs -------------------------------------------

    def test_the_same_file_twice(self):
        os.symlink("m.png", self.path("l.png"))
        self.write("real.png", b"old")
        os.link(self.path("real.png"), self.path("hard.png"))
        os.mkfifo(self.path("pipe.png"))
        shutil.copy(SOFTISP, self.path("module.so"))
        # Not /dev/stdout: a tool that replaces links must not harm it.
        os.symlink("/proc/self/fd/1", self.path("stdout"))
        movie = ["--frames", "12", "--output"]
        pairs = [
            (["--output", "-"], ["--metadata", "-"]),
            (["--output", "-"], ["--metadata", "stdout"]),
            (["--output", self.path("m.png")], ["--metadata", "m.png"]),
            (["--output", "m.png"], ["--metadata", "./../%s/m.png" %
                                     os.path.basename(self.folder)]),
            (["--output", "l.png"], ["--metadata", "m.png"]),
            (["--output", "hard.png"], ["--metadata", "real.png"]),
            (["--output", "pipe.png"], ["--metadata", "pipe.png"]),
            (movie + ["f-%d.png"], ["--metadata", "f-11.png"]),
            (movie + ["./f-%04d.png"], ["--metadata", "f-0003.png"]),
            (["--metadata", "real.png"], ["--scene", "hard.png"]),
            (["--metadata", "l.png"], ["--metadata", "m.png"]),
            (["--metadata", "real.png"], ["--tuning", "real.png"]),
            (["--metadata", "m"], ["--record", "m"]),
            (["--output", "l.png"], ["--record", "m.png"]),
            (["--metadata", "module.so"], ["--ipa", "./module.so"]),
        ]
        if PLOTS:
            pairs += [(["--plot", "-"], ["--metadata", "-"]),
                      (["--plot", "m.png"], ["--output", "l.png"]),
                      (movie + ["f-%d.png"], ["--plot", "f-0.png"])]
        before = self.names()
        for first, second in pairs[::4] if UNDER_VALGRIND else pairs:
            for words in (first + second, second + first):
                result = run("capture", *(SMALL + (
                    [] if "--frames" in words else ["--frames", "1"]) + words),
                    cwd=self.folder)
                self.assertEqual(result.returncode, 2, (words, result))
                self.one_line(result.stderr)
                self.assertIn(first[-2].encode(), result.stderr)
                self.assertEqual(self.names(), before, words)
        self.assertEqual(self.read("real.png"), b"old")
        # These are different files.
        for words in (["--output", "/dev/null", "--metadata", "/dev/null"],
                      movie + ["f-%d.ppm", "--metadata", "f-12.ppm"],
                      movie + ["f-%d.ppm", "--metadata", "f-01.ppm"]):
            result = run("capture", *(SMALL + words), cwd=self.folder)
            self.assertEqual(result.returncode, 0, (words, result))

    def test_unknown_endings(self):
        for option, names in (
                ("--output", ("x.jpg", "x.jpeg", "x", "x.png.gz",
                              "x-%d.tiff", "x-%d", "png")),
                ("--plot", ("x.svg", "x", "x.ppm") if PLOTS else ())):
            for name in names:
                result = run("capture", "--frames", "1", option,
                             self.path(name), *SMALL)
                self.assertEqual(result.returncode, 2, (name, result))
                self.one_line(result.stderr)
                for part in (option, name, ".png"):
                    self.assertIn(part.encode(), result.stderr)
                self.assertEqual(self.names(), [])
        self.capture(["--output", self.path("X.PNG")])
        self.assertTrue(self.read("X.PNG").startswith(KINDS["png"][2]))


if __name__ == "__main__":
    unittest.main(argv=["test_outputs.py"], verbosity=2)
