# SPDX-License-Identifier: MIT
"""Tests closed, full and unread streams and full disks: camipc-gen prints
no traceback and leaves no half-written file."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

import support

GOOD = "module t;\nstruct S { int32 a; };\ninterface IPATInterface { f(); };\n"
WARNED = "module t;\n[Stable] struct S { int32 a; };\n"
BAD = "module t;\nstruct S { Nope a; };\n"

EXPLAIN = ("explain", "good.mojom")
COMPILE = ("compile", "--out", "out", "good.mojom")
WARN = ("compile", "--out", "out", "warned.mojom")
REFUSE = ("compile", "--out", "out", "bad.mojom")
JSON = ("compile", "--json", "--out", "out", "bad.mojom")


class Console(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name, text in (("good", GOOD), ("warned", WARNED), ("bad", BAD)):
            with open(self.path(name + ".mojom"), "w") as stream:
                stream.write(text)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run_it(self, arguments, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        done = subprocess.run(
            [sys.executable, "-B", support.COMMAND] + list(arguments),
            cwd=self.folder, encoding="utf-8", timeout=120, **more)
        self.assertNotIn("Traceback", (done.stderr or "") +
                         (done.stdout or ""))
        self.assertNotIn("Exception", done.stderr or "")
        return done

    # ---- streams -----------------------------------------------------------

    def test_standard_output_that_is_full(self):
        # Newer versions of argparse do not mind for "--help".
        for arguments in (EXPLAIN, JSON):
            with self.subTest(arguments), open("/dev/full", "w") as full:
                self.run_it(("--help",), stdout=full)
                done = self.run_it(arguments, stdout=full)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(
                    done.stderr,
                    "camipc-gen: error: cannot write to standard output: "
                    "No space left on device\n")

    def test_standard_error_that_is_full(self):
        for arguments in (REFUSE, (), ("frobnicate",)):
            with self.subTest(arguments), open("/dev/full", "w") as full:
                self.assertNotEqual(
                    self.run_it(arguments, stderr=full).returncode, 0)

    def test_a_pipe_that_nobody_reads(self):
        for arguments in (EXPLAIN, JSON):
            with self.subTest(arguments):
                reader, writer = os.pipe()
                os.close(reader)
                with os.fdopen(writer, "w") as stream:
                    done = self.run_it(arguments, stdout=stream)
                self.assertEqual(
                    (done.returncode, done.stderr),
                    (1, "camipc-gen: error: cannot write to standard output: "
                     "Broken pipe\n"))

    def test_streams_that_are_closed(self):
        for closed in ((1,), (2,), (0, 1, 2)):
            def close(these=closed):
                for number in these:
                    os.close(number)
            for arguments, status in ((COMPILE, 0), (WARN, 0), (REFUSE, 1),
                                      (JSON, 1)):
                with self.subTest((closed, arguments)):
                    done = self.run_it(arguments, preexec_fn=close)
                    self.assertEqual(done.returncode, status, done.stderr)
            done = self.run_it(EXPLAIN, preexec_fn=close)
            self.assertEqual(done.returncode, int(1 in closed))

    def test_an_interrupt(self):
        """As Ctrl-C gives it; it waits for a pipe that nobody writes."""
        os.mkfifo(self.path("pipe.mojom"))
        child = subprocess.Popen(
            [sys.executable, "-B", support.COMMAND, "compile", "--out", "out",
             "pipe.mojom"], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        # Opens once the child has: then it is inside of the command. It must
        # come to an end before the child does: a signal just before a read is
        # seen by Python only when the read returns.
        with open(self.path("pipe.mojom"), "w"):
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=120)
        self.assertEqual((child.returncode, out, err), (130, "", ""))

    # ---- files -------------------------------------------------------------

    def too_large(self, arguments, limit):
        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        done = self.run_it(arguments, preexec_fn=small)
        self.assertEqual(done.returncode, 1)
        self.assertIn("[unwritable]", done.stderr)
        self.assertIn("File too large", done.stderr)
        return done

    def test_no_file_is_written_in_part(self):
        self.too_large(COMPILE, 600)
        for name in os.listdir(self.path("out")):
            with open(self.path("out", name)) as stream:
                self.assertTrue(stream.read().endswith("\n"), name)
            self.assertNotIn(".new", name)

    def test_what_was_there_stays_where_the_disk_is_full(self):
        os.mkdir(self.path("out"))
        with open(self.path("out", "good_ipa_types.h"), "w") as stream:
            stream.write("old\n")
        self.too_large(COMPILE, 100)
        self.assertEqual(os.listdir(self.path("out")), ["good_ipa_types.h"])
        with open(self.path("out", "good_ipa_types.h")) as stream:
            self.assertEqual(stream.read(), "old\n")

    def test_folders_where_files_should_be(self):
        os.makedirs(self.path("out", "good_ipa_types.h"))
        done = self.run_it(COMPILE)
        self.assertEqual(
            (done.returncode, done.stderr),
            (1, "camipc-gen: error: cannot write 'out/good_ipa_types.h': it "
             "is a folder [unwritable]\n"))
        done = self.run_it(("compile", "--depfile", ".", "--out", "fresh",
                            "good.mojom"))
        self.assertIn("cannot write '.': it is a folder", done.stderr)

    def test_memory_that_is_short(self):
        done = subprocess.run(
            [sys.executable, "-B", "-c", "import sys\n"
             "from camipc_gen.commands.console import guarded\n"
             "def work():\n    raise MemoryError()\n"
             "sys.exit(guarded(work))"], cwd=support.CODEGEN,
            stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "camipc-gen: error: out of memory\n"))


if __name__ == "__main__":
    unittest.main()
