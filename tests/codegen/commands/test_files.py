#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The files that camipc-gen writes: every kind of output into every kind of
place. test_options.py and front/test_console.py have those that fail.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

import test_help

GOOD = "module t;\nstruct S { int32 a; };\ninterface IPATInterface { f(); };\n"
NOBODY = 65534

# Options before an output's folder or name, the name, and its first bytes.
# {} is replaced by the folder.
KINDS = {
    "compile": (["--emit", "types", "--out", "{}"], "good_ipa_types.h", b"/* "),
    "depfile": (["--emit", "proto", "--out", "other", "--depfile", "{}/d"], "d",
                b"other/good.proto: "),
    "mock": (["--out", "{}"], "good_ipa_mock.c", b"/* "),
}


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.mkdir(self.path("out"))
        self.write("good.mojom", GOOD.encode())

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as stream:
            stream.write(data)

    def read(self, name):
        with open(self.path(name), "rb") as stream:
            return stream.read()

    def run_it(self, *words, **more):
        return subprocess.run(
            [sys.executable, "-B", test_help.PROGRAM, *words],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=120, **more)

    def kinds(self):
        for kind, (options, name, start) in KINDS.items():
            command = "mock" if kind == "mock" else "compile"
            words = [command] + [option.replace("{}", "out")
                                 for option in options] + ["good.mojom"]

            def made(words=words, **more):
                done = self.run_it(*words, **more)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                return done.stdout
            yield "out/" + name, start, made

    def no_temporary_files(self):
        for _, _, names in os.walk(self.folder):
            for name in names:
                self.assertNotIn(".camipc", name)

    def test_links(self):
        for name, start, made in self.kinds():
            for old in (b"old", None):
                os.symlink("../real", self.path(name))
                if old:
                    self.write("real", old)
                made()
                self.assertEqual(os.readlink(self.path(name)), "../real")
                self.assertTrue(self.read("real").startswith(start))
                os.unlink(self.path(name))
                os.unlink(self.path("real"))
                self.no_temporary_files()

    def test_streams_devices_and_pipes(self):
        for name, start, made in self.kinds():
            os.symlink("/proc/self/fd/1", self.path(name))
            self.assertTrue(made().startswith(start))
            self.assertEqual(os.readlink(self.path(name)), "/proc/self/fd/1")
            os.unlink(self.path(name))
            os.symlink("/dev/null", self.path(name))
            made()
            self.assertEqual(os.readlink(self.path(name)), "/dev/null")
            os.unlink(self.path(name))
            os.mkfifo(self.path(name))
            data = []
            reader = threading.Thread(
                target=lambda name=name: data.append(self.read(name)))
            reader.start()
            made()
            reader.join()
            self.assertTrue(data[0].startswith(start))
            self.assertTrue(stat.S_ISFIFO(os.lstat(self.path(name)).st_mode))
            os.unlink(self.path(name))
            self.no_temporary_files()

    def test_owner_and_mode(self):
        for name, _, made in self.kinds():
            self.write(name, b"old")
            if os.geteuid() == 0:
                os.chown(self.path(name), 123, 456)
            os.chmod(self.path(name), 0o604)
            before = os.stat(self.path(name))
            made()
            after = os.stat(self.path(name))
            self.assertEqual(
                (after.st_mode, after.st_uid, after.st_gid),
                (before.st_mode, before.st_uid, before.st_gid))
            self.assertNotEqual(self.read(name), b"old")
            os.unlink(self.path(name))
            made(preexec_fn=lambda: os.umask(0o027))
            self.assertEqual(os.stat(self.path(name)).st_mode & 0o777, 0o640)

    def test_an_unchanged_file_stays(self):
        for name, _, made in self.kinds():
            made()
            before = os.stat(self.path(name))
            made()
            self.assertEqual(os.stat(self.path(name)).st_mtime_ns,
                             before.st_mtime_ns)

    def test_dash_is_standard_output(self):
        done = self.run_it("compile", "--emit", "proto", "--out", "out",
                           "--depfile", "-", "good.mojom")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.startswith(b"out/good.proto: "))
        self.assertFalse(os.path.exists(self.path("-")))

    def test_files_changed_in_place(self):
        os.mkdir(self.path("there"))
        for command in ("fmt", "pin"):
            self.write("there/real.mojom", GOOD.replace(" a;", "   a;").encode())
            if os.geteuid() == 0:
                os.chown(self.path("there/real.mojom"), 123, 456)
            os.chmod(self.path("there/real.mojom"), 0o604)
            before = os.stat(self.path("there/real.mojom"))
            os.symlink("there/real.mojom", self.path("link.mojom"))
            done = self.run_it(command, "link.mojom")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual(os.readlink(self.path("link.mojom")),
                             "there/real.mojom")
            after = os.stat(self.path("there/real.mojom"))
            self.assertNotEqual(after.st_ino, before.st_ino)
            self.assertEqual(
                (after.st_mode, after.st_uid, after.st_gid),
                (before.st_mode, before.st_uid, before.st_gid))
            os.unlink(self.path("link.mojom"))

    def test_a_pipe_is_not_changed_in_place(self):
        os.mkfifo(self.path("pipe"))

        def feed():
            with open(self.path("pipe"), "wb") as stream:
                stream.write(GOOD.replace(" a;", "   a;").encode())
        writer = threading.Thread(target=feed)
        writer.start()
        done = self.run_it("fmt", "pipe")
        writer.join()
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"it is not a regular file", done.stderr)
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.path("pipe")).st_mode))

    def test_a_pipe_without_a_name_is_read(self):
        reader, writer = os.pipe()
        os.write(writer, GOOD.encode())
        os.close(writer)
        done = self.run_it("compile", "--emit", "types", "--out", "out",
                           "/dev/fd/%d" % reader, pass_fds=[reader])
        os.close(reader)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_a_file_that_is_read_only(self):
        def drop():
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
        os.chmod(self.folder, 0o777)
        os.chmod(self.path("out"), 0o777)
        try:
            usable = self.run_it("--help", preexec_fn=drop).returncode == 0
        except (OSError, subprocess.SubprocessError):
            usable = False
        if not usable:
            self.skipTest("another user cannot run this program")
        self.write("out/good_ipa_mock.c", b"old")
        os.chmod(self.path("out/good_ipa_mock.c"), 0o444)
        done = self.run_it("mock", "--out", "out", "good.mojom",
                           preexec_fn=drop)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            done.stderr, b"camipc-gen: error: cannot write "
            b"'out/good_ipa_mock.c': Permission denied [unwritable]\n")
        self.assertEqual(self.read("out/good_ipa_mock.c"), b"old")


if __name__ == "__main__":
    unittest.main()
