# SPDX-License-Identifier: MIT
"""The command "lint FILE...": what compiles, and is likely to be regretted.

Exit status: 0 nothing found, 1 something found, or a file has errors, 2 a
wrong command line.
"""

from __future__ import annotations

import sys

from ..text.diagnostic_ids import LINTS, WARNINGS
from . import console, options


def add_to(commands) -> None:
    parser = commands.add_parser(
        "lint", help="find what will be regretted", allow_abbrev=False)
    options.add_reading(parser)
    options.add_warnings(parser)
    parser.add_argument("--json", action="store_true",
                        help="findings as JSON on standard output")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Not at the top: compiling needs nothing of it.
    from ..compiler import compile_files
    from .lint_rules import lint
    diagnostics = options.diagnostics_of(arguments, {**WARNINGS, **LINTS})

    def work() -> bool:
        lint(compile_files(arguments.files, options.reading_of(arguments),
                           diagnostics), diagnostics)
        return True
    options.guarded(diagnostics, work)
    if arguments.json:
        console.write(sys.stdout, diagnostics.to_json())
    elif diagnostics.found and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    return 1 if diagnostics.found else 0
