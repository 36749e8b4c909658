# SPDX-License-Identifier: MIT
"""What the commands share: how files are read, and what is printed."""

from __future__ import annotations

import argparse
from typing import Callable, Iterable, Tuple

from ..text.diagnostic_ids import WARNINGS
from ..text.diagnostics import CompileError, Diagnostics
from ..text.loader import Options


def mapping(text: str) -> Tuple[str, str]:
    source, equals, target = text.partition("=")
    if not (source and equals and target):
        raise argparse.ArgumentTypeError("'%s' is not FROM=TO" % text)
    return source, target


def add_reading(parser: argparse.ArgumentParser) -> None:
    """What every command that reads files takes."""
    add = parser.add_argument
    add("-I", dest="include", action="append", default=[], metavar="DIR",
        help="look for imports here, too")
    add("--import-map", action="append", default=[], type=mapping,
        metavar="FROM=TO", help="for 'import \"FROM\"' read the file TO")
    add("--module-map", action="append", default=[], type=mapping,
        metavar="FROM=TO", help="references to module FROM mean TO")
    add("--overlay", action="append", default=[], metavar="FILE",
        help="add the attributes in FILE")
    add("--ordinal-base", type=int, choices=(0, 1), default=1,
        help="0: ordinals start at 0, as Chromium's do")


def add_warnings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-W", dest="warnings", action="append", default=[], metavar="NAME",
        help="no-NAME disables a warning, error=NAME or error makes one (or "
        "all) an error")


def reading_of(arguments) -> Options:
    return Options(tuple(arguments.include), tuple(arguments.import_map),
                   tuple(arguments.module_map), tuple(arguments.overlay),
                   arguments.ordinal_base)


def diagnostics_of(arguments, known: Iterable[str] = WARNINGS) -> Diagnostics:
    """With what -W says about the warnings in @known."""
    disabled, fatal, unknown = set(), set(), None
    for word in arguments.warnings:
        if word == "error":
            fatal.add("*")
        elif word.startswith("error=") and word[6:] in known:
            fatal.add(word[6:])
        elif word.startswith("no-") and word[3:] in known:
            disabled.add(word[3:])
        elif unknown is None:
            unknown = word
    diagnostics = Diagnostics(disabled=disabled, fatal=fatal)
    if unknown is not None:
        diagnostics.error("bad-option", None, "-W%s: warnings are %s"
                          % (unknown, ", ".join(sorted(known))))
    return diagnostics


def guarded(diagnostics: Diagnostics, work: Callable):
    """What @work gives, or None if there are errors in @diagnostics."""
    try:
        diagnostics.stop_on_errors()
        return work()
    except CompileError:
        return None
    except RecursionError:
        diagnostics.error("too-deep", None, "a chain of imports, constants "
                          "or types is too long")
        return None
