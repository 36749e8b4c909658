# SPDX-License-Identifier: MIT
"""The command "fmt FILE...": formats files, or lists unformatted ones."""

from __future__ import annotations

import sys

from ..text.diagnostics import Diagnostics
from ..text.printable import one_line
from . import console, options


_DESCRIPTION = """\
Formats each FILE in place: indentation, spaces and line breaks. Comments, blank
lines and the meaning of the file stay the same."""

_EPILOG = """\
Exit status: 0 if all files are formatted; 1 if --check lists a file, or if a
file has errors or cannot be read or written; 2 if the command line is
wrong."""


def add_to(commands) -> None:
    parser = options.add_command(commands, "fmt", "format .mojom files",
                                 _DESCRIPTION, _EPILOG)
    parser.add_argument("--check", action="store_true",
                        help="change nothing; list the files that are not "
                        "formatted")
    options.add_files(parser)
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Imported here, because no other command needs it.
    from ..edit.rewrite import Unfaithful
    try:
        return max([_format(path, arguments.check) for path in arguments.files])
    except Unfaithful as error:
        console.write(sys.stderr, "camipc-gen: error: %s: this is a bug in "
                      "camipc-gen; the file was not changed\n" % error)
        return 1


def _format(path: str, check: bool) -> int:
    from ..edit.fmt import formatted
    from ..edit.rewrite import read, save
    diagnostics = Diagnostics()

    def work() -> bool:
        data = read(path, diagnostics)
        result = formatted(path, data, diagnostics)
        if result != data and not check:
            save(path, result, diagnostics)
        return result == data
    same = options.guarded(diagnostics, work)
    if same is None and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    if same is False and check:
        console.write(sys.stdout, "%s: not formatted; run 'camipc-gen fmt'\n"
                      % one_line(path))
    return 1 if same is None or check and not same else 0
