#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Wrong values of every option and argument of the commands of camipc that
test_options.py leaves out. Both come from --help: one without a row is an error.

usage: test_command_options.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import re
import shutil
import subprocess
import unittest

import test_options as capture
from test_options import FLAG, LONG, NO_FILES, NUMBERS, ODD, RAW
from tool_runs import CAMIPC, LIMIT, SMALL, SOFTISP, WORKER, run

# Each command with what it needs beside the option that is tested.
BASE = {
    "dump": ["{}/good.rec"],
    "replay": ["{}/good.rec"],
    "minimise": ["--output", "{}/small.rec", "{}/good.rec"],
    "timeline": ["--output", "{}/out.json", "{}/good.rec"],
    "monitor": [],
    "keygen": ["{}/new"],
    "sign": ["--key", "{}/key", "{}/module.so"],
    "verify": ["--key", "{}/key.pub", "{}/module.so"],
    "hostile": ["--list"],
}
# These have another form of their own: test_learn_tool.py.
OTHERS = {"sandbox"}

WORDS = ["x", ODD, RAW, LONG]
NO_OUTPUTS = [("{}/none/x", "its folder does not exist"),
              ("{}/text/x", "not a folder"), ("{}/loop", "symbolic links")]


def places(*more):
    """Files that are not regular ones, each with a part of the message."""
    return NO_FILES + [(name, "regular file") for name in (
        "{}", "{}/pipe", "/dev/zero", "/dev/null")] + [
            ("{}/socket", "no such device")] + list(more)


def content(part):
    return [("{}/" + name, part)
            for name in ("empty", "text", "binary")]


MODULES = [("{}/none", "cannot find the module"), ("x", 'no module called "x"'),
           ("{}/text", "not an ELF file"), ("{}", "not a regular file"),
           ("/dev/zero", "not a regular file"), (ODD, "no module called"),
           (RAW, "no module called")]
TOLERANCES = [(word, "FIELD=NUMBER") for word in WORDS] + [
    ("x=", "FIELD=NUMBER"), ("=1", "FIELD=NUMBER"), ("x=-1", "FIELD=NUMBER"),
    ("x=nan", "FIELD=NUMBER")]

# By option, or by command and option: bad values, or FLAG, and whether it may be
# repeated. Others are those of test_options.py.
ROWS = {
    "--json": (FLAG, True),
    "--follow": (FLAG, True),
    "--expect": (FLAG, True),
    "--list": (FLAG, True),
    "--failed": (FLAG, True),
    "--filter EXPR": ([(word, "at character") for word in
                       WORDS + ["time>", "time>x", "(time>1", "kind==x &&"]],
                      False),
    "--module FILE|NAME": (MODULES, False),
    "--ipa-argument ARG": ([("x", "takes no argument"),
                            (LONG, "at most 4096")], False),
    "--speed HOW": ([(word, "max or recorded") for word in WORDS], False),
    "--tolerance FIELD=X": (TOLERANCES, True),
    "--pipeline MODULE.so": (NO_OUTPUTS + [
        ("{}", "it is a folder"), ("{}/good.rec", "it is the recording"),
        ("{}/link.json", "it is the recording"),
        ("{}/socket", "neither a regular file")], False),
    ("minimise", "-o, --output NAME"): (NO_OUTPUTS + [
        ("{}", "it is a folder"), ("{}/text", "the file exists"),
        ("{}/good.rec", "it is the recording"), ("-", "regular file"),
        ("/dev/null", "regular file"), ("none", "missing")], False),
    ("timeline", "-o, --output NAME"): ([
        ("x", "ends in .json"), ("-", "ends in .json"), (ODD, "ends in .json"),
        ("{}/none/x.html", "its folder does not exist"),
        ("{}/link.json", "it is the recording"),
        ("none", "missing")], False),
    "--trials N": (NUMBERS + [("0", "from 1 to")], False),
    "--limit SECONDS": (NUMBERS + [("0", "from 1 to 3600"),
                                   ("3601", "from 1 to 3600")], False),
    "--interval SECONDS": (NUMBERS + [("0", "from 1 to 3600")], False),
    "--count N": (NUMBERS + [("0", "from 1 to")], False),
    "--key FILE": (places(*content("line 1"), ("{}/huge", "more than")), False),
    "--only PATTERN": ([(word, "no attack has this name") for word in WORDS],
                       False),
    "--every N": (NUMBERS + [("0", "from 1 to 1000")], False),
}

# By command and argument: bad values.
NO_RECORDINGS = places(*content("not a recording"),
                       ("{}/huge", "not a recording"))
NO_MODULES = places(*content("not an ELF file"), ("{}/short.so", "truncated"))
ARGUMENTS = {
    ("dump", "FILE"): NO_RECORDINGS,
    ("replay", "FILE"): NO_RECORDINGS,
    ("minimise", "FILE"): NO_RECORDINGS,
    ("timeline", "FILE"): NO_RECORDINGS,
    ("monitor", "PID"): [(word, "the number of a process") for word in
                         WORDS + ["0", "1.5", " 1", "1x", "9" * 30, ""]],
    ("keygen", "NAME"): [("{}/text", "already exists"), ("-", "name of a file"),
                         ("{}", "already exists"), ("{}/loop", "already exists"),
                         ("{}/none/x", "no such file"), (LONG, "too long")],
    ("sign", "MODULE"): NO_MODULES,
    ("verify", "MODULE"): NO_MODULES,
}

_ARGUMENT = re.compile(r"^ {2}([A-Z]+)(?: {2,}|$)", re.MULTILINE)


def arguments_of(command):
    """What the section 'arguments' of its help lists."""
    section = re.search(r"^arguments:\n(.*?)^\S", capture.help_of(command),
                        re.MULTILINE | re.DOTALL)
    return _ARGUMENT.findall(section.group(1)) if section else []


def row_of(command, entry):
    row = ROWS.get((command, entry)) or ROWS.get(entry)
    if not row and entry in capture.ROWS:
        values, _, repeats = capture.ROWS[entry]
        row = values, repeats
    return row


def without(words, option):
    """The words of a command without an option and its value."""
    if option not in words:
        return words
    at = words.index(option)
    return words[:at] + words[at + 2:]


class CommandOptions(capture.RefusedTest):
    def setUp(self):
        super().setUp()
        done = run("capture", "--frames", "2", "--record",
                   self.path("good.rec"), *SMALL)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("keygen", self.path("key"))
        self.has_keys = done.returncode == 0
        shutil.copy(SOFTISP, self.path("module.so"))
        os.symlink("good.rec", self.path("link.json"))

    def start(self, command, words):
        if command in ("replay", "minimise"):
            given = {word.split("=")[0] for word in words}
            for pair in (["--module-path", os.path.dirname(SOFTISP)],
                         ["--worker", WORKER]):
                if pair[0] not in given:
                    words = pair + words
        return self.start_words([CAMIPC, command] + words, words)

    def commands(self):
        return [command for command in BASE
                if self.has_keys or command not in ("keygen", "sign", "verify")]

    def each(self):
        for command in self.commands():
            for entry in capture.options_of(command):
                row = row_of(command, entry)
                self.assertTrue(row, "no row for '%s' of %s" % (entry, command))
                yield command, entry.split(", ")[-1].split()[0], *row

    def test_every_command_and_argument_has_rows(self):
        listed = re.search(r"^commands:\n(.*?)\n\n", subprocess.run(
            [CAMIPC, "--help"], stdout=subprocess.PIPE, timeout=LIMIT,
            check=True).stdout.decode(), re.MULTILINE | re.DOTALL)
        self.assertEqual(
            set(re.findall(r"^ +(\w+)", listed.group(1), re.MULTILINE)),
            set(BASE) | OTHERS | set(capture.COMMANDS))
        self.assertEqual({(command, name) for command in BASE
                          for name in arguments_of(command)}, set(ARGUMENTS))

    def test_bad_values(self):
        cases = []
        for command, option, values, _ in self.each():
            base = without(BASE[command], option)
            if values == FLAG:
                cases.append((command, [option + "=1"] + base, option + "=1",
                              "takes no value"))
                continue
            for value, part in values:
                cases.append((command, [option, value] + base, part))
        self.refused(*cases)

    def test_missing_empty_and_second_values(self):
        cases = []
        for command, option, values, repeats in self.each():
            if values == FLAG:
                continue
            base = without(BASE[command], option)
            cases += [(command, base + [option], option, "needs a value"),
                      (command, [option, ""] + base, option, "not empty")]
            good = {"--output": "{}/small.json", "--key": "{}/key",
                    "--isolation": "auto",
                    "--filter": "time>1", "--speed": "max", "--only": "nothing",
                    "--sandbox": "off", "--transport": "shm", "--keys": "/",
                    "--policy": "/"}.get(option, "1")
            if not repeats:
                cases.append((command, [option, good, option, good] + base,
                              option, "twice"))
        self.refused(*cases)

    def test_arguments(self):
        cases = []
        for (command, name), values in ARGUMENTS.items():
            if command not in self.commands():
                continue
            base = BASE[command]
            rest = base[:-1] if base else []
            cases += [(command, rest + [value], part)
                      for value, part in values]
            if base:
                cases.append((command, rest, name, "missing"))
            cases.append((command, rest + ["1", "2"], "'2'", "--help"))
        self.refused(*cases)

    def test_wrong_words(self):
        self.refused(*((command, BASE[command] + [word], word, "--help")
                       for command in self.commands()
                       for word in ("--nonsense", "-x")))


if __name__ == "__main__":
    unittest.main(argv=["test_command_options.py"], verbosity=2)
