# SPDX-License-Identifier: MIT
"""The command "pin FILE...": writes today's numbers into the files.

Exit status: 0 done, 1 a file has errors or cannot be written, 2 a wrong
command line.
"""

from __future__ import annotations

import sys

from ..text.diagnostics import Diagnostics
from . import console, options


def add_to(commands) -> None:
    parser = commands.add_parser(
        "pin", help="write today's numbers into .mojom files",
        allow_abbrev=False)
    options.add_reading(parser)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Not at the top: compiling needs nothing of it.
    from ..edit.rewrite import Unfaithful
    try:
        return max([_pin(path, arguments) for path in arguments.files])
    except Unfaithful as error:
        console.write(sys.stderr, "camipc-gen: error: %s; that is a mistake "
                      "in camipc-gen, and nothing was written\n" % error)
        return 1


def _pin(path: str, arguments) -> int:
    from ..edit.pin import pinned
    from ..edit.rewrite import read, save
    diagnostics = Diagnostics()

    def work() -> bool:
        data = read(path, diagnostics)
        result = pinned(path, data, options.reading_of(arguments),
                        diagnostics)
        if result != data:
            save(path, result, diagnostics)
        return True
    done = options.guarded(diagnostics, work)
    if not done and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    return 0 if done else 1
