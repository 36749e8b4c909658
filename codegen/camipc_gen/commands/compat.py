# SPDX-License-Identifier: MIT
"""The command "compat OLD NEW": compares two versions of an interface."""

from __future__ import annotations

import os
import sys
from typing import List

from ..compiler import compile_files
from ..text.diagnostics import Diagnostics
from ..text.source import Sources
from . import console, options

ALLOW = ("widen", "break")


_DESCRIPTION = """\
Lists every change between two versions of an interface, with its effect on old
and new peers, and checks whether Version and CompatibleSince match the
changes."""

_EPILOG = """\
Exit status: 0 if old and new peers accept and understand each other, 1 if they
do not or if the versions are wrong, 2 if a file has errors or the command line
is wrong.

Example:
  camipc-gen compat released/blink.mojom blink.mojom"""


def add_to(commands) -> None:
    parser = options.add_command(
        commands, "compat", "report what a new version of an interface breaks",
        _DESCRIPTION, _EPILOG)
    options.add_reading(parser)
    add = parser.add_argument
    add("--old-include", action="append", default=[], type=options.folder,
        metavar="DIR", help="search the imports of OLD in DIR; default: beside OLD, then in "
        "-I")
    add("--allow", action="append", default=[], type=options.one_of(*ALLOW),
        metavar="{%s}" % ",".join(ALLOW), help="accept some changes. widen: another type of number in the same "
        "wire form. break: changes that CompatibleSince excludes")
    add("--json", action="store_true",
        help="print the report as a JSON object on standard output")
    add("old", metavar="OLD", help="the .mojom file of the old version")
    add("new", metavar="NEW", help="the .mojom file of the new version")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Imported here, because no other command needs it.
    from ..compat.compare import compare
    from ..compat.report import BREAKS, json_of, text_of, verdict
    allowed = frozenset(arguments.allow)
    sources = Sources()
    printed = [""]
    old = _compile(arguments, arguments.old, _old_include(arguments), sources,
                   printed)
    new = _compile(arguments, arguments.new, arguments.include, sources,
                   printed)
    if old is None or new is None:
        return 2
    report = compare(old, new, allowed)
    console.write(sys.stdout, json_of(report, allowed) if arguments.json
                  else text_of(report, sources))
    return 1 if verdict(report, allowed) == BREAKS else 0


def _old_include(arguments):
    return arguments.old_include or \
        [os.path.dirname(arguments.old) or "."] + arguments.include


def _compile(arguments, path: str, include, sources: Sources,
             printed: List[str]):
    """The compiled file, or None after printing its errors, unless they are in
    @printed. Warnings are not printed: compile does that."""
    diagnostics = Diagnostics()
    compiled = options.guarded(diagnostics, lambda: compile_files(
        [path], options.reading_of(arguments, diagnostics, include),
        diagnostics))
    sources.files.update(diagnostics.sources.files)
    text = "" if compiled is not None else diagnostics.format()
    # An overlay is read for each of the two files.
    if text not in printed and sys.stderr is not None:
        console.write(sys.stderr, text)
    printed.append(text)
    return compiled
