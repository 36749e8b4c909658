# SPDX-License-Identifier: MIT
"""camipc-gen's command line.

    camipc-gen compile [options] --out DIR FILE...
    camipc-gen explain [options] FILE...

Exit status: 0 done, 1 errors in what was read, 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import sys
from typing import List, Sequence, Tuple

from . import console
from .compiler import CompileError, compile_files
from .diagnostics import Diagnostics
from .loader import Options
from .messages import WARNINGS

EMIT = ("types", "serializer", "interface", "proxy", "worker", "proto")


def _mapping(text: str) -> Tuple[str, str]:
    source, equals, target = text.partition("=")
    if not (source and equals and target):
        raise argparse.ArgumentTypeError("'%s' is not FROM=TO" % text)
    return source, target


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
    _add_reading(compile_)
    add = compile_.add_argument
    add("--emit", type=_emit, default=EMIT, metavar="LIST",
        help="of %s; default all" % ", ".join(EMIT))
    add("--depfile", metavar="FILE", help="write what was read, for make")
    add("--out", required=True, metavar="DIR", help="where files go")
    add("--json", action="store_true",
        help="diagnostics as JSON on standard output")
    compile_.set_defaults(work=_render)
    explain = commands.add_parser(
        "explain", help="print each message of .mojom files: numbers, C "
        "names, wire forms, sizes", allow_abbrev=False)
    _add_reading(explain)
    explain.set_defaults(work=_explain, json=False)
    return parser


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """What every command that reads files takes."""
    add = parser.add_argument
    add("-I", dest="include", action="append", default=[], metavar="DIR",
        help="look for imports here, too")
    add("--import-map", action="append", default=[], type=_mapping,
        metavar="FROM=TO", help="for 'import \"FROM\"' read the file TO")
    add("--module-map", action="append", default=[], type=_mapping,
        metavar="FROM=TO", help="references to module FROM mean TO")
    add("--overlay", action="append", default=[], metavar="FILE",
        help="add the attributes in FILE")
    add("--ordinal-base", type=int, choices=(0, 1), default=1,
        help="0: ordinals start at 0, as Chromium's do")
    add("-W", dest="warnings", action="append", default=[], metavar="NAME",
        help="no-NAME disables a warning, error=NAME or error makes one (or "
        "all) an error")
    add("files", nargs="+", metavar="FILE")


def _warning_options(words: Sequence[str]):
    """-W words as (disabled, fatal, the first unknown one)."""
    disabled, fatal = set(), set()
    for word in words:
        if word == "error":
            fatal.add("*")
        elif word.startswith("error=") and word[6:] in WARNINGS:
            fatal.add(word[6:])
        elif word.startswith("no-") and word[3:] in WARNINGS:
            disabled.add(word[3:])
        else:
            return disabled, fatal, word
    return disabled, fatal, None


def _run(arguments) -> int:
    disabled, fatal, unknown = _warning_options(arguments.warnings)
    diagnostics = Diagnostics(disabled=disabled, fatal=fatal)
    if unknown is not None:
        diagnostics.error("bad-option", None, "-W%s: warnings are %s"
                          % (unknown, ", ".join(sorted(WARNINGS))))
    options = Options(tuple(arguments.include), tuple(arguments.import_map),
                      tuple(arguments.module_map), tuple(arguments.overlay),
                      arguments.ordinal_base)
    status = 0
    try:
        diagnostics.stop_on_errors()
        compiled = compile_files(arguments.files, options, diagnostics)
        _back_end(compiled, arguments, diagnostics)
    except CompileError:
        status = 1
    except RecursionError:
        diagnostics.error("too-deep", None, "a chain of imports, constants "
                          "or types is too long")
        status = 1
    _print(diagnostics, arguments.json)
    return status


def _back_end(compiled, arguments, diagnostics: Diagnostics) -> None:
    # Not at the top: checking a file needs no templates.
    from .c_model import Unsupported
    try:
        arguments.work(compiled, arguments)
    except Unsupported as error:
        diagnostics.error("unsupported", error.span, str(error))
        diagnostics.stop_on_errors()
    except OSError as error:
        if error.filename is None:
            raise                      # about standard output
        diagnostics.error("unwritable", None, "cannot write '%s': %s" % (
            error.filename, error.strerror))
        diagnostics.stop_on_errors()


def _render(compiled, arguments) -> None:
    from .render import render
    render(compiled.program, compiled.inputs, arguments.out, arguments.emit,
           arguments.depfile, compiled.read_files)


def _explain(compiled, arguments) -> None:
    from .explain import text_of
    console.write(sys.stdout, "\n".join(text_of(compiled.program, module)
                                        for module in compiled.inputs))


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
    return _run(parsed)
