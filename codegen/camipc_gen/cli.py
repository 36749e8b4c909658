# SPDX-License-Identifier: MIT
"""camipc-gen's command line.

    camipc-gen compile [options] --out DIR FILE...
    camipc-gen explain [options] FILE...
    camipc-gen compat [options] OLD NEW
    camipc-gen mock [options] --out DIR FILE...
    camipc-gen pin [options] FILE...
    camipc-gen fmt [--check] FILE...
    camipc-gen lint [options] FILE...
    camipc-gen new NAME [--dir DIR]

Exit status: 0 done, 1 errors in what was read, 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import sys
from typing import List, Tuple

from .commands import compat, console, fmt, lint, new, options, pin
from .compiler import compile_files
from .text.diagnostics import Diagnostics

# Those with a file of their own: add_to(commands) sets run(arguments).
COMMANDS = (compat, fmt, lint, new, pin)

EMIT = ("types", "serializer", "interface", "proxy", "worker", "proto")


def _emit(text: str) -> Tuple[str, ...]:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    if not wanted or wanted == ["all"]:
        return EMIT
    for word in wanted:
        if word not in EMIT:
            raise argparse.ArgumentTypeError(
                "'%s' is none of %s, all" % (word, ", ".join(EMIT)))
    return tuple(word for word in EMIT if word in wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camipc-gen", description="Generates C from interface "
        "definitions.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    compile_ = commands.add_parser(
        "compile", help="generate C from .mojom files", allow_abbrev=False)
    _add_files(compile_)
    add = compile_.add_argument
    add("--emit", type=_emit, default=EMIT, metavar="LIST",
        help="of %s; default all" % ", ".join(EMIT))
    add("--depfile", metavar="FILE", help="write what was read, for make")
    add("--out", required=True, metavar="DIR", help="where files go")
    add("--json", action="store_true",
        help="diagnostics as JSON on standard output")
    compile_.set_defaults(run=_run, work=_render)
    explain = commands.add_parser(
        "explain", help="print each message of .mojom files: numbers, C "
        "names, wire forms, sizes", allow_abbrev=False)
    _add_files(explain)
    explain.set_defaults(run=_run, work=_explain, json=False)
    mock = commands.add_parser(
        "mock", help="generate a fake IPA, which records its calls and "
        "answers as a script says", allow_abbrev=False)
    _add_files(mock)
    add = mock.add_argument
    add("--interface", metavar="NAME", help="where a file has several")
    add("--name", help="of the module; default the file's, without .mojom")
    add("--out", required=True, metavar="DIR", help="where the file goes")
    mock.set_defaults(run=_run, work=_mock, json=False)
    for command in COMMANDS:
        command.add_to(commands)
    return parser


def _add_files(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_warnings(parser)
    parser.add_argument("files", nargs="+", metavar="FILE")


def _run(arguments) -> int:
    diagnostics = options.diagnostics_of(arguments)

    def work() -> bool:
        compiled = compile_files(arguments.files,
                                 options.reading_of(arguments), diagnostics)
        _back_end(compiled, arguments, diagnostics)
        return True
    done = options.guarded(diagnostics, work)
    _print(diagnostics, arguments.json)
    return 0 if done else 1


def _back_end(compiled, arguments, diagnostics: Diagnostics) -> None:
    try:
        arguments.work(compiled, arguments, diagnostics)
    except OSError as error:
        if error.filename is None:
            raise                      # about standard output
        diagnostics.error("unwritable", None, "cannot write '%s': %s" % (
            error.filename, error.strerror))
        diagnostics.stop_on_errors()


def _render(compiled, arguments, _diagnostics) -> None:
    from .output.render import render
    render(compiled.program, compiled.inputs, arguments.out, arguments.emit,
           arguments.depfile, compiled.read_files)


def _explain(compiled, arguments, _diagnostics) -> None:
    from .commands.explain import text_of
    console.write(sys.stdout, "\n".join(text_of(compiled.program, module)
                                        for module in compiled.inputs))


def _mock(compiled, arguments, diagnostics: Diagnostics) -> None:
    from .commands.mock import Choice, write_mock
    try:
        for module in compiled.inputs:
            write_mock(compiled.program, module, arguments.out,
                       arguments.interface, arguments.name)
    except Choice as error:
        diagnostics.error("bad-option", None, str(error))
        diagnostics.stop_on_errors()


def _print(diagnostics: Diagnostics, as_json: bool) -> None:
    if as_json:
        console.write(sys.stdout, diagnostics.to_json())
    elif diagnostics.found and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())


def main(arguments: List[str]) -> int:
    return console.guarded(lambda: _command(arguments))


def _command(arguments: List[str]) -> int:
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is None:
        parser.print_usage(sys.stderr)
        return 2
    return parsed.run(parsed)
