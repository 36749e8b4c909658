# SPDX-License-Identifier: MIT
"""Command-line options that several commands have."""

from __future__ import annotations

import argparse
import functools
from typing import Callable, Iterable, Tuple

from ..text.diagnostic_ids import WARNINGS
from ..text.diagnostics import CompileError, Diagnostics
from ..text.loader import Options


# Help texts are laid out by hand for 79 columns, whatever the terminal has.
_FORMATTER = functools.partial(argparse.RawDescriptionHelpFormatter,
                               width=79, max_help_position=28)


def parser_of(make: Callable, description: str, epilog: str,
              **arguments) -> argparse.ArgumentParser:
    """A parser made by @make. @description and @epilog are printed as they
    are, before and after the options."""
    return make(description=description, epilog=epilog,
                formatter_class=_FORMATTER, allow_abbrev=False, **arguments)


def add_command(commands, name: str, summary: str, description: str,
                epilog: str) -> argparse.ArgumentParser:
    """A command; @summary is its line in the list of commands."""
    return parser_of(functools.partial(commands.add_parser, name),
                     description, epilog, help=summary)


def add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE",
                        help="a .mojom file")


def mapping(text: str) -> Tuple[str, str]:
    source, equals, target = text.partition("=")
    if not (source and equals and target):
        raise argparse.ArgumentTypeError(
            "invalid value '%s': expected FROM=TO" % text)
    return source, target


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Options of all commands that compile files."""
    add = parser.add_argument
    add("-I", dest="include", action="append", default=[], metavar="DIR",
        help="search imports in DIR, too; may be given several times")
    add("--import-map", action="append", default=[], type=mapping,
        metavar="FROM=TO", help="read the file TO for 'import \"FROM\"'")
    add("--module-map", action="append", default=[], type=mapping,
        metavar="FROM=TO", help="make references to module FROM mean TO")
    add("--overlay", action="append", default=[], metavar="FILE",
        help="add the attributes in the overlay FILE")
    add("--ordinal-base", type=int, choices=(0, 1), default=1,
        help="first ordinal: 1 (default), or 0 for Chromium's files")


def add_warnings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-W", dest="warnings", action="append", default=[], metavar="NAME",
        help="no-NAME disables a warning, error=NAME makes it an error, "
        "error makes all warnings errors; may be given several times")


def reading_of(arguments) -> Options:
    return Options(tuple(arguments.include), tuple(arguments.import_map),
                   tuple(arguments.module_map), tuple(arguments.overlay),
                   arguments.ordinal_base)


def diagnostics_of(arguments, known: Iterable[str] = WARNINGS) -> Diagnostics:
    """Diagnostics with the settings of -W for the warnings in @known."""
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
        diagnostics.error("bad-option", None, "unknown warning '-W%s': "
                          "expected no-NAME, error=NAME or error; NAME is one "
                          "of %s" % (unknown, ", ".join(sorted(known))))
    return diagnostics


def guarded(diagnostics: Diagnostics, work: Callable):
    """The result of @work, or None if @diagnostics has errors."""
    try:
        diagnostics.stop_on_errors()
        return work()
    except CompileError:
        return None
    except RecursionError:
        diagnostics.error("too-deep", None, "cannot follow a chain of imports, "
                          "constants or types: it is too long")
        return None
