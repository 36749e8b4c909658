# SPDX-License-Identifier: MIT
"""The command "compat OLD NEW": judges the next version of an interface.

Exit status: 0 old and new peers understand each other, 1 they do not, or the
versions say something untrue, 2 a file or the command line is wrong.
"""

from __future__ import annotations

import dataclasses
import os
import sys

from ..compiler import compile_files
from ..text.diagnostics import Diagnostics
from ..text.source import Sources
from . import console, options

ALLOW = ("widen", "break")


def add_to(commands) -> None:
    parser = commands.add_parser(
        "compat", help="say what a new version of an interface breaks",
        allow_abbrev=False)
    options.add_reading(parser)
    add = parser.add_argument
    add("--old-include", action="append", default=[], metavar="DIR",
        help="look here for what OLD imports; default: beside OLD, then -I")
    add("--allow", action="append", default=[], choices=ALLOW,
        help="widen: numbers of another type in the same form; break: what "
        "CompatibleSince refuses")
    add("--json", action="store_true", help="one object on standard output")
    add("old", metavar="OLD")
    add("new", metavar="NEW")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Not at the top: compiling needs nothing of it.
    from ..compat.compare import compare
    from ..compat.report import BREAKS, json_of, text_of, verdict
    allowed = frozenset(arguments.allow)
    sources = Sources()
    old = _compile(arguments, arguments.old, _old_include(arguments), sources)
    new = _compile(arguments, arguments.new, arguments.include, sources)
    if old is None or new is None:
        return 2
    report = compare(old, new, allowed)
    console.write(sys.stdout, json_of(report, allowed) if arguments.json
                  else text_of(report, sources))
    return 1 if verdict(report, allowed) == BREAKS else 0


def _old_include(arguments):
    return arguments.old_include or \
        [os.path.dirname(arguments.old) or "."] + arguments.include


def _compile(arguments, path: str, include, sources: Sources):
    """None after errors, which are printed; warnings are not: they are
    compile's business."""
    reading = dataclasses.replace(options.reading_of(arguments),
                                  include_dirs=tuple(include))
    diagnostics = Diagnostics()
    compiled = options.guarded(diagnostics, lambda: compile_files(
        [path], reading, diagnostics))
    sources.files.update(diagnostics.sources.files)
    if compiled is None and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    return compiled
