# SPDX-License-Identifier: MIT
"""The command "lint FILE...": warns about choices that are hard to change
later."""

from __future__ import annotations

import sys

from ..text.diagnostic_ids import LINTS, WARNINGS
from . import console, options


_DESCRIPTION = """\
Warns about choices that are hard to change later, such as messages without a
limit of their length, or calls that can block a running camera. Imported files
are not checked."""

_EPILOG = """\
Exit status: 0 if there are no warnings, 1 if there are warnings or errors, 2 if
the command line is wrong."""


def add_to(commands) -> None:
    parser = options.add_command(
        commands, "lint", "warn about choices that are hard to change later",
        _DESCRIPTION, _EPILOG)
    options.add_reading(parser)
    options.add_warnings(parser)
    parser.add_argument("--json", action="store_true",
                        help="print warnings as JSON on standard output")
    options.add_files(parser)
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Imported here, because no other command needs it.
    from ..compiler import compile_files
    from .lint_rules import lint
    diagnostics = options.diagnostics_of(arguments, {**WARNINGS, **LINTS})

    def work() -> bool:
        reading = options.reading_of(arguments, diagnostics)
        lint(compile_files(arguments.files, reading, diagnostics), diagnostics)
        return True
    options.guarded(diagnostics, work)
    if arguments.json:
        console.write(sys.stdout, diagnostics.to_json())
    elif diagnostics.found and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    return 1 if diagnostics.found else 0
