# SPDX-License-Identifier: MIT
"""The command "pin FILE...": writes the current numbers into the files."""

from __future__ import annotations

import sys

from ..text.diagnostics import Diagnostics
from . import console, options


_DESCRIPTION = """\
Writes the number of each member into each FILE: ordinals (@n) for fields, arms,
parameters, outputs, methods and events, and the values of enums. From then on
members can be moved and inserted without changing their numbers. Run it when an
interface is released."""

_EPILOG = """\
Exit status: 0 if the command succeeded, 1 if a file has errors or cannot be
read or written, 2 if the command line is wrong."""


def add_to(commands) -> None:
    parser = options.add_command(
        commands, "pin", "write the current numbers into .mojom files",
        _DESCRIPTION, _EPILOG)
    options.add_reading(parser)
    options.add_files(parser)
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Imported here, because no other command needs it.
    from ..edit.rewrite import Unfaithful
    try:
        return max([_pin(path, arguments) for path in arguments.files])
    except Unfaithful as error:
        console.write(sys.stderr, "camipc-gen: error: %s: this is a bug in "
                      "camipc-gen; the file was not changed\n" % error)
        return 1


def _pin(path: str, arguments) -> int:
    from ..edit.pin import pinned
    from ..edit.rewrite import read, save
    diagnostics = Diagnostics()

    def work() -> bool:
        data = read(path, diagnostics)
        reading = options.reading_of(arguments, diagnostics)
        result = pinned(path, data, reading, diagnostics)
        if result != data:
            save(path, result, diagnostics)
        return True
    done = options.guarded(diagnostics, work)
    if not done and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    return 0 if done else 1
