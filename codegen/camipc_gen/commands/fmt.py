# SPDX-License-Identifier: MIT
"""The command "fmt FILE...": lays files out, or says which are not.

Exit status: 0 done, or nothing to do; 1 with --check a file would change, or
a file has errors or cannot be written; 2 a wrong command line.
"""

from __future__ import annotations

import sys

from ..text.diagnostics import Diagnostics
from . import console, options


def add_to(commands) -> None:
    parser = commands.add_parser(
        "fmt", help="lay out .mojom files", allow_abbrev=False)
    parser.add_argument("--check", action="store_true",
                        help="change nothing; name the files that would")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    # Not at the top: compiling needs nothing of it.
    from ..edit.rewrite import Unfaithful
    try:
        return max([_format(path, arguments.check) for path in arguments.files])
    except Unfaithful as error:
        console.write(sys.stderr, "camipc-gen: error: %s; that is a mistake "
                      "in camipc-gen, and nothing was written\n" % error)
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
        console.write(sys.stdout, "%s: not laid out as camipc-gen fmt does\n"
                      % path)
    return 1 if same is None or check and not same else 0
