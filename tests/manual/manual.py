# SPDX-License-Identifier: MIT
"""What the tests of this folder share: the programs, what they print, and the
pages and completions of the build. Each test is started with
SOURCE MANUAL CAMIPC WORKER.
"""

import functools
import glob
import os
import re
import subprocess
import sys

SOURCE, MANUAL, CAMIPC, WORKER = (os.path.abspath(p) for p in sys.argv[1:5])
GENERATOR = os.path.join(SOURCE, "codegen", "camipc-gen")
PROGRAMS = {
    "camipc": [CAMIPC],
    "camipc-gen": [sys.executable, "-B", GENERATOR],
    "camipc-worker": [WORKER],
}
LIMIT = 60  # seconds, for what ends by itself

# "-v, --verbose", "--size WxH", "-I DIR" at the start of a help line.
_ENTRY = re.compile(r"^ {2}(-\S+(?: \S+)?(?:, --?\S+(?: \S+)?)*)(?: {2,}|$)",
                    re.MULTILINE)
FLAG = re.compile(r"(?<![\w-])(?:--[a-z][a-z-]*|-[A-Za-z])(?![\w-])")


@functools.lru_cache(maxsize=None)
def help_of(program, *command):
    """What "PROGRAM COMMAND --help" prints."""
    done = subprocess.run(PROGRAMS[program] + list(command) + ["--help"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=LIMIT, check=True,
                          env=dict(os.environ, COLUMNS="80"))
    return done.stdout


def commands(program):
    """The commands that --help lists."""
    text = help_of(program)
    found = re.search(r"^commands:\n(.*?)(?:\n\n|\Z)", text,
                      re.DOTALL | re.MULTILINE)
    return re.findall(r"^ {2,4}([a-z][a-z-]*) {2,}\S", found.group(1),
                      re.MULTILINE) if found else []


def flags(text):
    """The options that a help text has entries for."""
    return {flag for entry in _ENTRY.findall(text)
            for flag in FLAG.findall(entry)}


def everything():
    """(program, command or ()) of all that has a --help and a page."""
    for program in PROGRAMS:
        yield program, ()
        for command in commands(program):
            yield program, (command,)


def page_of(program, command):
    """The lines of a page of section 1, as they are written."""
    return source_of("-".join((program, *command)), "1")


@functools.lru_cache(maxsize=None)
def source_of(name, section):
    path = os.path.join(MANUAL, "man" + section, "%s.%s" % (name, section))
    with open(path, encoding="utf-8") as file:
        return file.read()


def plain(roff):
    """The text of a page without fonts and escapes."""
    text = re.sub(r"\\f[BIR]", "", roff)
    for escape, char in ((r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'),
                         (r"\(ti", "~"), (r"\(ha", "^"), (r"\&", ""),
                         (r"\e", "\\")):
        text = text.replace(escape, char)
    return text


def pages():
    """Paths of all pages that are no other name of one."""
    for path in sorted(glob.glob(os.path.join(MANUAL, "man?", "*"))):
        with open(path, encoding="utf-8") as file:
            if not file.readline().startswith(".so "):
                yield path
