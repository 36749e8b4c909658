#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Wrong values of every option of camipc. The options come from --help: one
without a row in ROWS is an error.

usage: test_options.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import re
import resource
import socket
import subprocess
import tempfile
import unittest

from tool_runs import (CAMIPC, LIMIT, RunTest, SMALL, SOFTISP, UNDER_VALGRIND,
                       VIMC, WORKER)

COMMANDS = ("list", "modules", "capture")
FLAG = "flag"       # takes no value, may be repeated
LONG = "x" * 5000
ODD = "a\nb\x1b[31m\u202e"
RAW = "\udcff\udc9b31m"

# Values, each with a part of the message; {} is the folder with the odd files.
NO_FILES = [("{}/none", "no such file"), ("{}/" + ODD, "no such file"),
            ("{}/" + RAW, "no such file"), ("{}/" + LONG, "too long"),
            ("{}/text/x", "not a directory"), ("{}/loop", "symbolic links")]
NO_READABLE_FILES = NO_FILES + [
    ("{}", "it is a folder"), ("/dev/zero", "device"), ("{}/pipe", "a pipe"),
    ("{}/socket", "a pipe, socket"), ("/dev/full", "device"),
    ("/dev/null", "device")]
NUMBERS = [("x", "a number from"), ("-1", "a number from"),
           ("1.5", "a number from"), (" 1", "a number from"),
           ("1x", "a number from"), ("0x1", "a number from"),
           ("9" * 30, "a number from"), (ODD, "a number from"),
           (RAW, "a number from"), (LONG, "a number from")]
OUTPUTS = [("{}", "folder"), ("{}/none/x.png", "its folder does not exist"),
           ("{}/text/x.png", "not a folder"), ("{}/loop", "symbolic links"),
           ("{}/socket.png", "neither a regular file"),
           ("{}/pipe.png", "no program reads"),
           ("{}/full.png", "no space left"),
           ("{}/" + LONG + ".png", ""), ("{}/none/" + ODD + ".png", "folder"),
           ("{}/none/" + RAW + ".png", "folder")]

# By option: bad values, or FLAG; a good value; and whether it may be repeated.
ROWS = {
    "-h, --help": (FLAG, "", True),
    "-v, --verbose": (FLAG, "", True),
    "-q, --quiet": (FLAG, "", True),
    "--version": (FLAG, "", True),
    "--realtime": (FLAG, "", True),
    "--stats": (FLAG, "", True),
    "--preview": (FLAG, "", True),
    "--module-path DIR": (NO_FILES + [
        ("{}/text", "it is not a folder"), ("{}/pipe", "not a folder"),
        ("/dev/null", "not a folder")], "{}", True),
    "--worker FILE": (NO_FILES + [
        ("{}", "it is a folder"), ("{}/text", "permission denied"),
        ("{}/pipe", "a pipe"), ("/dev/null", "device")], WORKER, True),
    "--trust PATH": (NO_FILES + [("{}/pipe", "a pipe"),
                                 ("/dev/null", "device")], "{}", True),
    "--keys DIR": (NO_FILES + [
        ("{}/text", "it is not a folder"), ("{}/pipe", "not a folder"),
        ("/dev/null", "not a folder")], "/", False),
    "--policy DIR": (NO_FILES + [
        ("{}/text", "it is not a folder"), ("{}/pipe", "not a folder"),
        ("/dev/null", "not a folder")], "/", False),
    "--sandbox MODE": ([(value, "required, best-effort or off")
                        for value in ("x", "on", "Required", ODD, RAW,
                                      LONG)], "off", False),
    "--transport HOW": ([(value, "shm or socket")
                         for value in ("x", "pipe", "SHM", ODD, RAW, LONG)],
                        "shm", False),
    "--camera NAME": ([("x", "expected virtual"),
                       ("virtual2", "mean 'virtual'"),
                       (ODD, "expected virtual"), (RAW, "expected virtual"),
                       (LONG, "expected virtual")], "virtual", False),
    "--sensor NAME": ([("x", "expected virtual, virtual-lens or imx219"),
                       ("imx291", "mean 'imx219'"),
                       (ODD, "expected virtual"), (RAW, "expected virtual"),
                       (LONG, "expected virtual")], "virtual", False),
    "--pace MS": (NUMBERS + [("60001", "from 0 to 60000")], "1", False),
    "--frames N": (NUMBERS + [("1000000001", "from 0 to 1000000000")],
                   "1", False),
    "--format FOURCC": ([(value, "a name such as SRGGB10")
                         for value in ("x", "RGB", "SRGGB", ODD, RAW, LONG)] +
                        [(value, "choose SRGGB10")
                         for value in ("YUYV", "SBGGR8", "    ", "abcd")],
                        "SRGGB10", False),
    "--fps N": ([(value, "expected frames per second")
                 for value in ("x", "0", "-1", "1.5.5", "30/0", "30/x",
                               "/30", "1.2345", "1e2", " 30", "30 ", "nan",
                               "1234567", "9" * 30, ODD, RAW, LONG)] +
                [(value, "its sensor takes 30")
                 for value in ("29.97", "60", "30000/1001", "999999/1")],
                "30", False),
    "--list-formats": (FLAG, "", True),
    "--list-controls": (FLAG, "", True),
    "--seed N": (NUMBERS + [(str(2 ** 64), "from 0 to")], "1", False),
    "--timeout MS": (NUMBERS + [("0", "from 1 to"), ("3600001", "from 1 to")],
                     "1000", False),
    "--restart N": (NUMBERS + [("65", "from 0 to")], "0", False),
    "--size WxH": ([(value, "even numbers from") for value in (
        "x", "96", "96x", "x64", "97x64", "96x65", "0x0", "-96x64", "96x64x2",
        "99999x64", "9" * 30 + "x64", "96 x 64", ODD, RAW, LONG)],
        "96x64", False),
    "--scene FILE": (NO_READABLE_FILES + [
        ("{}/empty", "empty"), ("{}/text", "too short"),
        ("{}/binary", "PNG nor"), ("{}/huge", ""),
        ("{}/bad.png", ""), ("{}/bad.jpg", "")], None, False),
    "--light SCRIPT": ([(value, "expected") for value in (
        "x", "0", "0=", "0=1", "0=1@", "0=1@5000,", "1=1@5000",
        "0=1@5000,0=1@5000", "0=1@1", "0=0@5000", "0=1@5000;9=1@5000",
        "0=nan@5000", "0=1@inf", "-1=1@5000", "9" * 30 + "=1@5000", ODD, RAW,
        LONG)], "0=1@5000", False),
    "--ipa NAME|PATH": (NO_READABLE_FILES + [
        ("{}/empty", "empty"), ("{}/text", "not an ELF file"),
        ("{}/binary", "not an ELF file"), ("{}/huge", "not an ELF file"),
        ("{}/short.so", "truncated"), (VIMC, "interface"),
        ("x", "no module"), (ODD, "no module"), (RAW, "no module"),
        ("x" * 64, "at most 63"), (LONG, "at most 63")], "softisp", False),
    "--isolation HOW": ([(value, "auto, thread, process or loopback")
                         for value in ("x", "threads", "Thread", ODD, RAW,
                                       LONG)], "auto", False),
    "--tuning FILE": (NO_READABLE_FILES + [
        ("{}/text", "line 1"), ("{}/binary", ""), ("{}/huge", ""),
        ("{}/bad.yaml", "line 2")], None, False),
    "--ipa-argument ARG": ([
        ("x", "takes no argument"), (LONG, "at most 4096")],
        "x", False),
    "--control NAME=V": ([
        ("x", "NAME=VALUE"), ("=1", "unknown control"),
        ("x=1", "unknown control"), ("gamma=1", "Gamma"),
        ("Gamma=", "float"), ("Gamma=x", "float"), ("Gamma=1,2", "float"),
        ("Gamma=nan", "float"), ("Gamma=inf", "float"),
        ("Gamma=1e99", "float"), ("Gamma=99", "1 to 4"),
        ("ColourGains=1", "2 values"), ("ColourGains=1,2,3", "2 values"),
        ("ScalerCrop=1,2,3", "X,Y,WIDTH,HEIGHT"),
        ("ScalerCrop=0,0,-1,2", "X,Y,WIDTH,HEIGHT"),
        ("ScalerCrop=0,0,4294967295,2", "cannot be set"),
        ("FrameDurationLimits=1", "2 values of type int64"),
        ("FrameDurationLimits=1,99999999999", "cannot be set"),
        ("ExposureTime=1.5", "int32"), ("ExposureTime=99999999999", "int32"),
        ("ExposureTime=0", "out of range"), ("AeEnable=2", "true or false"),
        ("AeLocked=1", "cannot be set"), ("SensorTimestamp=1", "cannot be set"),
        (ODD, "NAME=VALUE"), (RAW + "=1", "unknown control"),
        (LONG, "NAME=VALUE"), (LONG + "=1", "unknown control"),
        ("Gamma=" + LONG, "float")], "Gamma=2", False),
    "--record FILE": ([("{}", "it is a folder"),
                       ("{}/none/x", "its folder does not exist"),
                       ("{}/text", "the file exists"),
                       ("{}/pipe", "expected a regular file"),
                       ("{}/loop", "symbolic links"),
                       ("-", "expected a regular file"),
                       ("/dev/null", "expected a regular file"),
                       (LONG, "too long")], None, False),
    "--record-ring SECONDS": ([(value, "expected 1 to 3600 seconds")
                               for value in ("x", "-1", "0", "1.5", "3601",
                                             "9" * 30, ODD, RAW, LONG)],
                              "2", False),
    "--force": (FLAG, "", True),
    "--no-buffers": (FLAG, "", True),
    # Whether a field exists is known when the IPA is: test_commands.py.
    "--redact FIELD": ([], "frame", True),
    "-o, --output NAME": (OUTPUTS + [
        ("x", ".png, .ppm or .y4m"), ("x.jpg", ".png, .ppm or .y4m"),
        ("%s.png", "%d"), ("%d%d.png", "%d"), ("%.png", "%d"),
        ("%99999999999d.png", "%d"), ("%d.y4m", "%d")], "none", False),
    "--metadata FILE": (OUTPUTS, None, False),
    "--plot FILE.png": ([row for row in OUTPUTS if row[0] != "{}"] + [
        ("x", ".png"), ("x.jpg", ".png")], None, False),
}

_ENTRY = re.compile(r"^ {2}(-\S+(?:, --\S+)?(?: [A-Z]\S*)?)(?: {2,}|$)",
                    re.MULTILINE)


def help_of(command):
    return subprocess.run([CAMIPC, command, "--help"], stdout=subprocess.PIPE,
                          timeout=LIMIT, check=True).stdout.decode()


def options_of(command):
    return _ENTRY.findall(help_of(command))


class RefusedTest(RunTest):
    """A test of runs that are refused, in a folder with odd files."""

    def setUp(self):
        super().setUp()
        png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
        jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 100
        with open(SOFTISP, "rb") as file:
            short = file.read(4000)
        for name, data in (("empty", b""), ("text", b"text\n"),
                           ("binary", bytes(range(256))), ("bad.png", png),
                           ("bad.jpg", jpeg), ("short.so", short),
                           ("bad.yaml", b"version: 1\ngama: 2\n")):
            self.write(name, data)
        with open(self.path("huge"), "wb") as file:
            file.truncate(1 << 34)
        for name in ("pipe", "pipe.png"):
            os.mkfifo(self.path(name))
        for name in ("socket", "socket.png"):
            server = socket.socket(socket.AF_UNIX)
            self.addCleanup(server.close)
            server.bind(self.path(name))
        os.symlink("loop", self.path("loop"))
        os.symlink("/dev/full", self.path("full.png"))

    def state(self):
        """Kind and size of each file, by its name."""
        found = {}
        for name in self.names():
            info = os.lstat(self.path(name))
            found[name] = (info.st_mode, info.st_size)
        return found

    def start_words(self, words, shown):
        """Starts a run in the folder. Returns @shown, its streams and it."""
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.addCleanup(out.close)
        self.addCleanup(err.close)
        return shown, out, err, subprocess.Popen(
            [word.replace("{}", self.folder) for word in words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            cwd=self.folder)

    def start(self, command, words):
        given = {word.split("=")[0] for word in words}
        base = [CAMIPC, command]
        for pair in (["--module-path", os.path.dirname(SOFTISP)],
                     ["--worker", WORKER], SMALL, ["--frames", "1"]):
            if pair[0] not in given and (command == "capture" or
                                         pair[0] in ("--module-path",
                                                     "--worker")):
                base += pair
        return self.start_words(base + words, words)

    def check(self, command, parts, words, out, err, process):
        try:
            status = process.wait(LIMIT)
        finally:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        said = err.read()
        where = (command, [word[:100] for word in words], said)
        self.assertIn(status, (1, 2), where)
        self.assertEqual(out.read(), b"", where)
        self.one_line(said)
        said = said.decode("utf-8")
        self.assertNotRegex(said, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", where)
        for part in parts:
            self.assertIn(part, said, where)

    def refused(self, *cases):
        """Status 1 or 2, one printable line with these parts, and nothing
        changed; of runs at the same time. A case is command, words, parts.
        Under valgrind it is one case of seven."""
        before = self.state()
        if UNDER_VALGRIND:
            cases = cases[::7]
        for at in range(0, len(cases), 8):
            some = cases[at:at + 8]
            running = [self.start(*case[:2]) for case in some]
            for (command, _, *parts), run in zip(some, running):
                with self.subTest(command=command, words=run[0]):
                    self.check(command, parts, *run)
        self.assertEqual(self.state(), before)

class OptionTest(RefusedTest):
    def each(self):
        for command in COMMANDS:
            for entry in options_of(command):
                self.assertIn(entry, ROWS, "ROWS has no row for '%s'" % entry)
                yield command, entry.split(", ")[-1].split()[0], *ROWS[entry]

    def test_each_option_has_rows_and_each_row_an_option(self):
        self.assertEqual({entry for command in COMMANDS
                          for entry in options_of(command)}, set(ROWS))
        # Every option that is mentioned anywhere is in a list.
        for command in COMMANDS:
            self.assertEqual(
                set(re.findall(r"(?<![\w-])--[a-z-]+", help_of(command))),
                {entry.split(", ")[-1].split()[0]
                 for entry in options_of(command)}, command)

    def test_bad_values(self):
        cases = []
        for command, option, values, *_ in self.each():
            if values == FLAG:
                cases.append((command, [option + "=1"], option + "=1",
                              "takes no value"))
                continue
            for value, part in values:
                shown = re.split("[\n\udcff]", value.replace(
                    "{}", self.folder))[0][:150]
                cases += [(command, [option, value], option[2:], shown, part)]
                if command == "capture" and "/" not in value:
                    cases.append((command, [option + "=" + value], option,
                                  shown, part))
        self.refused(*cases)

    def test_missing_and_empty_values(self):
        cases = []
        for command, option, values, *_ in self.each():
            if values != FLAG:
                cases += [
                    (command, [option, ""], option, "''", "not empty"),
                    (command, [option + "="], option, "''", "not empty"),
                    (command, [option], option, "needs a value", command)]
        self.refused(*cases)

    def test_values_that_are_given_twice(self):
        cases = []
        for command, option, values, good, repeats in self.each():
            if values != FLAG and not repeats:
                good = self.path("text") if good is None else good
                part = "already" if option == "--control" else "twice"
                cases.append((command, [option, good, option, good], option,
                              good, part))
        self.refused(*cases)
        self.refused(*(("list", 17 * [option, good], option, "16 times")
                       for option, good in (("--worker", WORKER),
                                            ("--module-path", "."),
                                            ("--trust", "."))))

    def test_options_of_another_command(self):
        common = set(options_of("list"))
        self.assertEqual(common, set(options_of("modules")))
        cases = []
        for entry in options_of("capture"):
            option = entry.split(", ")[-1].split()[0]
            if entry not in common:
                for command in ("list", "modules"):
                    for words in ([option], [option, "3"], [option + "=3"]):
                        cases.append((command, words, option,
                                      "'camipc capture", "' only",
                                      "'camipc %s --help'" % command))
        self.refused(*cases)

    def test_wrong_words(self):
        cases = []
        for command in COMMANDS:
            cases += [(command, ["--nonsense"], "--nonsense",
                       "'camipc %s --help'" % command),
                      (command, ["--nonsense=x"], "--nonsense=x", "--help"),
                      (command, ["-x"], "-x", "--help"),
                      (command, ["-vx"], "-x", "--help"),
                      (command, ["--" + ODD], "--a\\nb", "--help"),
                      (command, ["word"], "'word'", "--help"),
                      (command, ["--", "--frames"], "'--frames'", "--help"),
                      (command, [""], "''", "--help"),
                      (command, [LONG], "xxx", "--help"),
                      (command, ["--" + LONG], "xxx", "--help")]
        self.refused(*cases)
        for words in (["recrd"], [""], [ODD], [LONG]):
            done = subprocess.run([CAMIPC] + words, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=LIMIT)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.one_line(done.stderr)
            for part in (b"unknown command", b"list, modules"):
                self.assertIn(part, done.stderr)
        for word, part in (("--nonsense", b"before any option"),
                           ("-x", b"before any option"),
                           ("--frames", b"before any option"),
                           ("--" + LONG, b"before any option"),
                           ("--versio", b"did you mean --version?"),
                           ("-help", b"did you mean --help?")):
            done = subprocess.run([CAMIPC, word], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=LIMIT)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.one_line(done.stderr)
            self.assertIn(part, done.stderr)

    def test_every_command_has_help_and_version(self):
        version = self.run_tool("--version")
        self.assertRegex(version, rb"\Acamipc \d+\.\d+\.\d+\n\Z")
        commands = re.findall(rb"^  ([a-z]+) {2,}", self.run_tool("--help"),
                              re.MULTILINE)
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertEqual(self.run_tool(command, "--version"), version)
            for option in ("-h", "--help"):
                text = self.run_tool(command, option)
                self.assertTrue(text.startswith(b"usage: camipc " + command))
                self.assertIn(b"\nenvironment:\n", text)

    def run_tool(self, *words):
        """What the program prints, which must succeed without a message."""
        done = subprocess.run([CAMIPC, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=LIMIT)
        self.assertEqual((done.returncode, done.stderr), (0, b""), words)
        return done.stdout

    @staticmethod
    def lists():
        """Options whose values are a list, as their message says. Those that
        name an output file write it, into a folder that goes away."""
        found = {}
        for entry in options_of("capture"):
            option = entry.split(", ")[-1].split()[0]
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([CAMIPC, "capture", option, "zebra"],
                                      cwd=folder, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, timeout=LIMIT,
                                      universal_newlines=True)
            match = re.search(r": expected ((?:[\w-]+, )*[\w-]+ or [\w-]+)$",
                              done.stderr.strip())
            if match:
                found[option] = re.split(", | or ", match.group(1))
        return found

    def test_near_words(self):
        """A word that is nearly a known one: of commands, options, and each
        list of values."""
        def change(word):
            found = {word[:1] + word[2:],                     # one less
                     word[:2] + "x" + word[2:],               # one more
                     word[0] + word[2] + word[1] + word[3:],  # exchanged
                     word.upper(),
                     word[:-2]}                               # not finished
            return sorted(one for one in found - {word} if len(one) > 1)

        for name in COMMANDS:
            for wrong in change(name):
                done = subprocess.run([CAMIPC, wrong], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, timeout=LIMIT)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.one_line(done.stderr)
                self.assertIn(b"; did you mean '%s'?" % name.encode(),
                              done.stderr)
        cases = []
        for command, option, *_ in self.each():
            for wrong in change(option[2:]):
                # getopt_long() accepts the beginning of one name.
                if option.startswith("--" + wrong):
                    continue
                cases.append((command, ["--" + wrong],
                              "; did you mean %s?" % option))
        found = self.lists()
        self.assertIn("--isolation", found)
        for option, values in found.items():
            for value in values:
                cases += [("capture", [option, wrong],
                           "; did you mean '%s'?" % value)
                          for wrong in change(value)
                          if not any(other.startswith(wrong) for other in
                                     values if other != value)]
        cases += [("capture", ["--control", wrong + "=1"],
                   "; did you mean '%s'?" % name)
                  for name in ("Gamma", "ExposureTime", "ColourGains")
                  for wrong in change(name)]
        cases += [("capture", ["--ipa", wrong], "; did you mean 'softisp'?")
                  for wrong in change("softisp")]
        self.refused(*cases)

    def test_far_words(self):
        """Nothing is suggested for a word that is like no known one."""
        for words in (["x"], ["zebra"], ["capture", "--zebra"],
                      ["capture", "--isolation", "zebra"],
                      ["capture", "--control", "zebra=1"]):
            done = subprocess.run([CAMIPC] + words, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=LIMIT)
            self.assertEqual(done.returncode, 2)
            self.assertNotIn(b"did you mean", done.stderr)

    def test_huge_files_are_not_read(self):
        """A limit of memory far below their size does not matter."""
        def little():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        for option in ("--scene", "--tuning", "--ipa"):
            done = subprocess.run(
                [CAMIPC, "capture", "--module-path", os.path.dirname(SOFTISP),
                 "--worker", WORKER, option, self.path("huge")],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT,
                preexec_fn=little)
            self.assertEqual(done.returncode, 2)
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertLess(usage.ru_maxrss, 1 << 20)       # 1 GiB


if __name__ == "__main__":
    unittest.main(argv=["test_options.py"], verbosity=2)
