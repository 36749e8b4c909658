# SPDX-License-Identifier: MIT
"""The command line of camipc-gen, with the commands that read whole programs:
compile, outputs, explain and mock.

The other commands have files of their own in commands/.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import List, Tuple

from .commands import (compat, console, fmt, import_command, lint, new,
                       options, pin)
from .compiler import compile_files
from .output.files import own_descriptor
from .output.table import DEFAULT, OUTPUTS, outputs_of
from .text.diagnostics import Diagnostics, did_you_mean

# Commands with a file of their own: add_to(commands) sets run(arguments).
COMMANDS = (compat, fmt, import_command, lint, new, pin)

_DESCRIPTION = """\
camipc-gen generates C from interface definitions, which are .mojom files, and
helps to write and change them."""

_EPILOG = """\
'camipc-gen COMMAND --help' describes a command.

Exit status: 0 if the command succeeded, 1 if a file has errors or cannot be
read or written, 2 if the command line is wrong. Some commands give 1 another
meaning; see their help.

No variable of the environment changes what camipc-gen does."""

# Of the commands that give it no other meaning.
STATUS = """\
Exit status: 0 if the command succeeded, 1 if a file has errors or cannot be
read or written, 2 if the command line is wrong."""

_COMPILE = """\
Generates C code and a .proto file for each FILE. Imported files are read, but
no code is generated for them. With --template, it also fills in templates of
yours, once for each interface of each FILE."""

_COMPILE_EPILOG = STATUS + """

Example:
  camipc-gen compile -I "$(pkg-config --variable=idldir camipc)" \\
      --out generated blink.mojom"""

_OUTPUTS = """\
Prints the names of the files that compile generates from each FILE, one per
line, without folders. A build asks for the list instead of repeating it."""

_OUTPUTS_EPILOG = STATUS + """

Example, in meson.build:
  outputs = run_command(generator, 'outputs', files('blink.mojom'),
                        check: true).stdout().split()"""

_EXPLAIN = """\
Prints a table for each struct, union and message of each FILE: the number, C
name, wire form and size in bytes of every field."""

_MOCK = """\
Generates FILE_ipa_mock.c, the source of a fake IPA module. The module records
its calls and answers them as a script says."""

_MOCK_EPILOG = STATUS + """

Example:
  camipc-gen mock --name fake --out generated blink.mojom"""

EMIT = tuple(OUTPUTS)


def _emit(text: str) -> Tuple[str, ...]:
    wanted = [word.strip() for word in text.split(",")]
    if wanted == ["all"]:
        return EMIT
    if wanted == ["none"]:
        return ()
    for word in wanted:
        if word not in EMIT:
            hint = did_you_mean(word, EMIT)
            raise argparse.ArgumentTypeError(
                "unknown output '%s': expected all, none, or some of %s%s"
                % (word, ",".join(EMIT), "; " + hint if hint else ""))
    if "cxx-values" in wanted:
        wanted.append("cxx")
    return tuple(word for word in EMIT if word in wanted)


def parser() -> argparse.ArgumentParser:
    parser = options.parser_of(options.Parser, _DESCRIPTION, _EPILOG,
                               prog="camipc-gen")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND",
                                     title="commands")
    compile_ = options.add_command(
        commands, "compile", "generate C and .proto files", _COMPILE,
        _COMPILE_EPILOG)
    _add_files(compile_)
    add = compile_.add_argument
    _add_emit(compile_, "generate")
    _add_template(compile_, "fill in")
    add("--define-core-types", action="store_true",
        help="define the symbols that code which imports module cam refers "
        "to; for programs and libraries that contain the code of that module")
    add("--depfile", metavar="FILE",
        help="write the list of files that were read, in make's syntax; - is "
        "standard output")
    add("--out", required=True, metavar="DIR",
        help="write the output files to DIR; required")
    add("--json", action="store_true",
        help="print errors and warnings as JSON on standard output")
    compile_.set_defaults(run=_run, work=_render)
    outputs = options.add_command(
        commands, "outputs", "print the names of the files that compile writes",
        _OUTPUTS, _OUTPUTS_EPILOG)
    _add_files(outputs)
    _add_emit(outputs, "print")
    _add_template(outputs, "print outputs of")
    outputs.set_defaults(run=_run, work=_print_outputs, json=False)
    explain = options.add_command(
        commands, "explain", "print the messages of an interface", _EXPLAIN,
        STATUS)
    _add_files(explain)
    explain.set_defaults(run=_run, work=_explain, json=False)
    mock = options.add_command(
        commands, "mock", "generate a fake IPA module for tests", _MOCK,
        _MOCK_EPILOG)
    _add_files(mock)
    add = mock.add_argument
    add("--interface", metavar="NAME",
        help="the interface to mock; required if a file declares several")
    add("--name", metavar="NAME",
        help="name of the module; default: the file name without .mojom")
    add("--out", required=True, metavar="DIR",
        help="write the output file to DIR; required")
    mock.set_defaults(run=_run, work=_mock, json=False)
    for command in COMMANDS:
        command.add_to(commands)
    return parser


def _add_files(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_warnings(parser)
    options.add_files(parser)


def _add_emit(parser: argparse.ArgumentParser, what: str) -> None:
    action = parser.add_argument(
        "--emit", type=_emit, default=DEFAULT, metavar="LIST",
        help="%s only these, separated by commas: %s; all; none, with "
        "--template; default %s" % (what, ", ".join(EMIT),
                                    "all but cxx, which is "
                                    "C++, and cxx-values, its values that own "
                                    "their memory"))
    # For the completions.
    action.values = ("all", "none") + EMIT  # type: ignore[attr-defined]


def _add_template(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--template", type=options.folder, metavar="DIR",
        help="%s the templates NAME.j2 in DIR, too, for each interface; "
        "camipc-templates(5) describes them" % what)


def _templates(compiled, arguments, diagnostics: Diagnostics):
    """The user's templates and their outputs; (None, []) without any."""
    if not arguments.template:
        if not arguments.emit:
            diagnostics.error("bad-option", None, "--emit none: nothing would "
                              "be generated; add --template DIR")
            diagnostics.stop_on_errors()
        return None, []
    from .output.user_templates import UserTemplates
    templates = UserTemplates(arguments.template, diagnostics)
    return templates, templates.outputs(compiled.inputs, [
        name for module in compiled.inputs
        for name, _ in outputs_of(module, arguments.emit)])


def _run(arguments) -> int:
    diagnostics = options.diagnostics_of(arguments)

    def work() -> bool:
        compiled = compile_files(arguments.files,
                                 options.reading_of(arguments, diagnostics),
                                 diagnostics)
        _back_end(compiled, arguments, diagnostics)
        return True
    done = options.guarded(diagnostics, work)
    _print(diagnostics, arguments.json)
    return 0 if done else 1


def _back_end(compiled, arguments, diagnostics: Diagnostics) -> None:
    try:
        arguments.work(compiled, arguments, diagnostics)
    except OSError as error:
        if error.filename is None or arguments.json and \
                own_descriptor(error.filename) == 1:
            raise                      # of standard output
        diagnostics.error("unwritable", None, "cannot write '%s': %s" % (
            error.filename, error.strerror))
        diagnostics.stop_on_errors()


def _render(compiled, arguments, diagnostics) -> None:
    from .output.render import render
    templates, wanted = _templates(compiled, arguments, diagnostics)
    texts = templates.texts(compiled.program, wanted) if templates else []
    read = list(dict.fromkeys(diagnostics.sources.read))
    _check_depfile(read, [name for name, _ in texts] + [
        name for module in compiled.inputs
        for name, _ in outputs_of(module, arguments.emit)], arguments,
        diagnostics)
    render(compiled.program, compiled.inputs, arguments.out, arguments.emit,
           arguments.depfile, read, arguments.define_core_types, texts)


def _check_depfile(read, outputs, arguments, diagnostics: Diagnostics) -> None:
    """The list of files must not replace what it lists."""
    if not arguments.depfile:
        return
    reason = ""
    if arguments.json and own_descriptor(arguments.depfile) == 1:
        reason = "--json prints on standard output, too"
    others = read + [os.path.join(arguments.out, name) for name in outputs]
    real = os.path.realpath(arguments.depfile)
    for other in others:
        if os.path.realpath(other) == real:
            reason = "'%s' is the same file" % other
    if reason:
        diagnostics.error("bad-option", None, "--depfile %s: %s; choose "
                          "another file" % (arguments.depfile, reason))
        diagnostics.stop_on_errors()


def _print_outputs(compiled, arguments, diagnostics) -> None:
    _, wanted = _templates(compiled, arguments, diagnostics)
    names = [name for module in compiled.inputs
             for name, _ in outputs_of(module, arguments.emit)]
    names += [one.name for one in wanted]
    console.write(sys.stdout, "".join(name + "\n" for name in names))


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
        diagnostics.error("bad-option", error.span, str(error))
        diagnostics.stop_on_errors()


def _print(diagnostics: Diagnostics, as_json: bool) -> None:
    if as_json:
        console.write(sys.stdout, diagnostics.to_json())
    elif diagnostics.found and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())


def main(arguments: List[str]) -> int:
    return console.guarded(lambda: _command(arguments))


def _command(arguments: List[str]) -> int:
    parsing = parser()
    if arguments[:1] == ["help"]:         # "help", "help COMMAND"
        arguments = arguments[1:] + ["--help"]
    parsed = parsing.parse_args(arguments)
    if parsed.command is None:
        parsing.print_usage(sys.stderr)
        return 2
    return parsed.run(parsed)
