#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Wrong values of every option and argument of camipc-gen. The options come from
--help: one without a row in ROWS is an error.
"""

import os
import re
import shutil
import socket
import sys
import tempfile
import traceback
import unittest

import test_help

sys.path.insert(0, os.path.dirname(test_help.PROGRAM))

from camipc_gen import cli  # noqa: E402

GOOD = "module t;\nstruct S { int32 a; };\ninterface IPATInterface { f(); };\n"

# What each command needs beside the option that is tested.
BASE = {
    "compile": ["--out", "out", "good.mojom"],
    "outputs": ["good.mojom"],
    "explain": ["good.mojom"],
    "mock": ["--out", "out", "good.mojom"],
    "compat": ["good.mojom", "good.mojom"],
    "fmt": ["good.mojom"],
    "import": ["good.mojom"],
    "lint": ["good.mojom"],
    "new": ["blink"],
    "pin": ["good.mojom"],
}

FLAG = "flag"       # takes no value, may be repeated
# Value, and a part of the message beside the value.
FILES = [("none.mojom", "No such file"), (".", "Is a directory"),
         ("pipe", "no program writes"), ("socket", "No such device"),
         ("empty", ""), ("binary", ""), ("/dev/zero", "limit"),
         ("/dev/null", ""), ("good.mojom/x", "Not a directory"),
         ("x" * 300, "too long"), ("\udcff.mojom", "No such file"),
         ("a\nb\x1b[31m", "No such file")]
FOLDERS = [("none", "a folder that exists"),
           ("good.mojom", "a folder that exists"),
           ("pipe", "a folder that exists"),
           ("a\nb\x1b[31m", "a folder that exists")]
OUT = [("good.mojom", "not a folder"), ("pipe", "not a folder"),
       ("good.mojom/x", ""), ("/proc/none", ""), ("x" * 300, "too long")]
MAPS = [("a", "FROM=TO"), ("=b", "FROM=TO"), ("a=", "FROM=TO")]

# By option or argument: bad values, or FLAG; and whether it may be repeated.
ROWS = {
    "-h, --help": (FLAG, True),
    "--version": (FLAG, True),
    "-I DIR": (FOLDERS, True),
    "--import-map FROM=TO": (MAPS + [("a=none", "a file TO that exists")],
                             True),
    "--module-map FROM=TO": (MAPS, True),
    "--overlay FILE": ([row for row in FILES if row[0] not in
                        ("empty", "/dev/null")], True),
    "--ordinal-base {0,1}": ([("2", "0 or 1"), ("x", "0 or 1"),
                              ("-1", "expected")], False),
    "--config FILE": ([row for row in FILES if row[0] not in
                       ("empty", "/dev/null")] +
                      [("good.mojom", "such as")], False),
    "-W NAME": ([("x", "no-NAME"), ("no-x", "no-NAME"),
                 ("error=x", "no-NAME")], True),
    "--emit LIST": ([("x", "none, or some of"), ("types,", "none, or some of"),
                     ("types;proto", "none, or some of"),
                     ("none", "add --template DIR")], False),
    "--template DIR": (FOLDERS + [(".", "has no template")], False),
    "--define-core-types": (FLAG, True),
    "--depfile FILE": ([(".", "a folder"), ("none/x", "No such file"),
                        ("good.mojom", "the same file"),
                        ("out/good.proto", "the same file"),
                        ("socket", "neither a regular file"),
                        ("write-pipe", "no program reads"),
                        ("/dev/full", "No space left"),
                        ("x" * 300, "too long")], False),
    "--out DIR": (OUT, False),
    "--dir DIR": (OUT, False),
    "--json": (FLAG, True),
    "--check": (FLAG, True),
    "--interface NAME": ([("x", "IPATInterface")], False),
    "--name NAME": ([("/", "letters"), ("a\nb", "letters"),
                     ("x" * 64, "letters")], False),
    "--old-include DIR": (FOLDERS, True),
    "--allow {widen,break}": ([("x", "widen or break")], True),
    "FILE": (FILES, True),
    "OLD": (FILES, False),
    "NEW": (FILES, False),
    "NAME": ([("X", "lower-case"), ("a/b", "lower-case"), ("test", "another"),
              ("x" * 21, "at most 20")], False),
}


class Options(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name, data in (("good.mojom", GOOD.encode()), ("empty", b""),
                           ("binary", bytes(range(256)))):
            with open(os.path.join(self.folder, name), "wb") as stream:
                stream.write(data)
        # All cases run at once: nobody may write what another one reads.
        for name in ("pipe", "write-pipe"):
            os.mkfifo(os.path.join(self.folder, name))
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(os.path.join(self.folder, "socket"))

    def state(self):
        found = {}
        for path, folders, names in os.walk(self.folder):
            for name in folders + names:
                full = os.path.join(path, name)
                data = b""
                if os.path.isfile(full):
                    with open(full, "rb") as stream:
                        data = stream.read()
                found[full] = (os.lstat(full).st_mode, data)
        return found

    def start(self, command, words):
        """A child with the modules of this process; its output goes to files.
        """
        files = [tempfile.TemporaryFile() for _ in range(2)]
        for file in files:
            self.addCleanup(file.close)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            status = 99
            try:
                os.chdir(self.folder)
                for number, file in enumerate(files):
                    os.dup2(file.fileno(), number + 1)
                sys.stdout = open(1, "w", closefd=False)
                sys.stderr = open(2, "w", closefd=False,
                                  errors="backslashreplace")
                status = cli.main([command, *words])
            except SystemExit as end:
                status = end.code
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        return pid, files

    def refused(self, *cases):
        """Status 1 or 2, one line with these parts, and nothing changed; of
        runs at the same time. A case is command, words, parts."""
        before = self.state()
        children = [self.start(*case[:2]) for case in cases]
        for (command, words, *parts), (pid, files) in zip(cases, children):
            status = os.waitpid(pid, 0)[1]
            self.assertTrue(os.WIFEXITED(status), (command, words))
            status = os.WEXITSTATUS(status)
            for file in files:
                file.seek(0)
            out, said = (file.read().decode("utf-8", "backslashreplace")
                         for file in files)
            where = (command, words, said)
            self.assertIn(status, (1, 2), where)
            self.assertEqual(out, "", where)
            self.assertNotIn("Traceback", said)
            self.assertNotRegex(said, "[\x00-\x09\x0b-\x1f\x7f]", where)
            # Errors in a file show the wrong line of it, too.
            first = said.split("\n")[0]
            self.assertIn("error: ", first, where)
            for part in parts:
                self.assertIn(part, first, where)
            if not re.match(r"[^\n]*:\d+:\d+: ", said):
                self.assertEqual(said, first + "\n", where)
        out = os.path.join(self.folder, "out")
        self.assertEqual({path: data for path, data in self.state().items()
                          if not path.startswith(out)}, before)
        shutil.rmtree(out, ignore_errors=True)

    def each(self):
        """For each command: the rows of its options and arguments."""
        for command in test_help.commands():
            rows = []
            for entry in test_help.entries(test_help.help_of(command)):
                self.assertIn(entry, ROWS, "ROWS has no row for '%s' of the "
                              "command %s" % (entry, command))
                rows.append((entry, *ROWS[entry]))
            yield command, rows

    @staticmethod
    def with_value(command, entry, value):
        """The command's words with @value for an option or argument."""
        base = list(BASE[command])
        if not entry.startswith("-"):
            at = {"OLD": 0, "NEW": 1}.get(entry, len(base) - 1)
            base[at] = value
            return (["--"] if value.startswith("-") else []) + base
        option = entry.split()[-2]
        if option in base:
            base[base.index(option) + 1] = value
            return base
        # An option of one letter has its value attached, or not.
        return [option, value] + base

    def test_each_option_has_rows_and_each_row_an_option(self):
        entries = {entry for command in test_help.commands()
                   for entry in test_help.entries(test_help.help_of(command))}
        self.assertEqual(entries, set(ROWS))
        self.assertEqual(set(test_help.commands()), set(BASE))

    def test_bad_values(self):
        for command, rows in self.each():
            cases = []
            for entry, values, _ in rows:
                if values == FLAG:
                    option = entry.split()[-1]
                    cases.append((command, [option + "=1"] + BASE[command],
                                  option))
                    continue
                for value, part in values:
                    if command == "fmt" and value in ("empty", "/dev/null"):
                        continue      # nothing to format
                    if command == "import" and entry == "--config FILE" and \
                            part in ("No such file", "Not a directory"):
                        continue      # written: test_import
                    start = re.split("[\n\udcff]", value)[0]
                    cases.append((
                        command, self.with_value(command, entry, value),
                        start, part))
            self.refused(*cases)

    def test_near_words(self):
        """A command, option or listed value that is nearly a known one."""
        def change(word):
            return [word[:1] + word[2:], word[:2] + "x" + word[2:],
                    word[0] + word[2] + word[1] + word[3:], word.upper()]

        cases = []
        seen = set()
        for command, rows in self.each():
            for wrong in change(command):
                if wrong != command:
                    cases.append((wrong, BASE[command],
                                  "did you mean '%s'?" % command))
            for entry, *_ in rows:
                name = re.findall(r"--([a-z-]+)", entry)
                if entry in seen:
                    continue
                seen.add(entry)
                cases += [(command, ["--" + wrong] + BASE[command],
                           "did you mean '--%s'?" % name[0])
                          for wrong in (change(name[0]) if name else ())
                          if wrong != name[0]]
        for option, values in (("--emit=", ("types", "proto", "worker")),
                               ("-Wno-", ("unused-overlay", "has-fd"))):
            cases += [("compile", [option + wrong] + BASE["compile"],
                       value + "'?")
                      for value in values for wrong in change(value)]
        cases += [("compat", ["--allow=" + wrong] + BASE["compat"],
                   "did you mean '%s'?" % value)
                  for value in ("widen", "break") for wrong in change(value)]
        for at in range(0, len(cases), 40):
            self.refused(*cases[at:at + 40])

    def test_far_words(self):
        for words in (["zebra"], ["compile", "--zebra"],
                      ["compile", "--emit=zebra"] + BASE["compile"]):
            said = test_help.run(*words)
            self.assertEqual(said.returncode, 2)
            self.assertNotIn("did you mean", said.stderr)

    def test_missing_and_empty_values(self):
        for command, rows in self.each():
            cases = []
            for entry, values, _ in rows:
                if values == FLAG:
                    continue
                cases.append((command, self.with_value(command, entry, ""),
                              entry.split()[0], "expected"))
                if entry.startswith("-"):
                    option = entry.split()[-2]
                    cases.append((command, [
                        word for word in BASE[command] if word != option] + [
                            option], option, "expected one argument"))
            self.refused(*cases)

    def test_values_that_are_given_twice(self):
        for command, rows in self.each():
            cases = []
            for entry, values, repeats in rows:
                if values == FLAG or repeats or not entry.startswith("-"):
                    continue
                option = entry.split()[-2]
                good = {"--ordinal-base": "1", "--emit": "types",
                        "--template": "."}.get(option, "x")
                base = [word for word in BASE[command]
                        if word not in (option, "out")]
                cases.append((command, [option, good, option, good] + base,
                              option, "twice"))
            self.refused(*cases)
        self.refused(*(("compile", [option, "a=good.mojom", option, "a=empty"] +
                        BASE["compile"], option, "already")
                       for option in ("--module-map", "--import-map")))

    def test_wrong_words(self):
        self.refused(*((command, words + BASE[command], what)
                       for words, what in (
                           (["--nonsense"], "unknown option '--nonsense'"),
                           (["-X"], "unrecognized"),
                           (["--o=x"], "unknown option '--o'"),
                           (["--ou", "x"], "unknown option '--ou'"))
                       for command in test_help.commands()))
        self.refused(("frobnicate", [], "frobnicate", "compile"),
                     ("new", ["a", "b"], "unrecognized"),
                     ("compat", ["good.mojom"], "NEW"))


if __name__ == "__main__":
    unittest.main()
