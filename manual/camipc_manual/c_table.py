# SPDX-License-Identifier: MIT
"""Writes the description of a program as C: numbers of its commands and options,
and the table that the program reads its command line with."""

from __future__ import annotations

import re
from typing import Iterable, List

from .help_text import help_of_command, help_of_program
from .model import Option, Program

_BANNER = ("/* SPDX-License-Identifier: MIT */\n"
           "/* %s Made by manual/build.py from\n"
           " * %s. */\n")


def word(name: str) -> str:
    """ "MODULE_PATH" """
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def literal(text: str) -> str:
    """A string literal of C."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def all_options(program: Program) -> List[Option]:
    """Each option once, in the order of the help texts."""
    found = {}
    for command in program.commands:
        for option in program.options_of(command):
            found.setdefault(option.long, option)
    for option in program.common + program.own:
        found.setdefault(option.long, option)
    return list(found.values())


def ids(program: Program, source: str) -> str:
    """The header with the numbers."""
    lines = [_BANNER % ("The numbers of commands and options.", source)]
    for kind, names in (
            ("command", [command.name for command in program.commands]),
            ("option", [option.long for option in all_options(program)])):
        lines.append("enum %s_id {" % kind)
        lines += ["\t%s_%s," % (kind.upper(), word(name)) for name in names]
        lines += ["};", "", "#define N_%sS %d" % (kind.upper(), len(names)),
                  ""]
    return "\n".join(lines)


def table(program: Program, source: str, version: str) -> str:
    """The source file with the tables that command_table.h declares."""
    lines = [_BANNER % ("The commands and options.", source),
             "#include <stddef.h>", "", '#include "command_table.h"', "",
             "const char program_version[] = %s;" % literal(
                 "%s %s" % (program.name, version)), ""]
    lines += _strings("program_help", help_of_program(program).split("\n"))
    for command in program.commands:
        lines += _strings("help_of_" + word(command.name).lower(),
                          help_of_command(program, command).split("\n"))
    options = all_options(program)
    for option in options:
        if option.values:
            lines += _strings("values_of_" + word(option.long).lower(),
                              option.values, end=True)
    lines.append("const struct command_row command_rows[N_COMMANDS] = {")
    for command in program.commands:
        lines += ["\t[COMMAND_%s] = {" % word(command.name),
                  "\t\t.name = %s," % literal(command.name),
                  "\t\t.help = help_of_%s," % word(command.name).lower(),
                  "\t\t.n_arguments = %d," % len(command.arguments),
                  "\t\t.is_optional = %s," % str(any(
                      argument.optional
                      for argument in command.arguments)).lower(),
                  "\t\t.arguments = %s," % literal(" ".join(
                      argument.name for argument in command.arguments)),
                  "\t},"]
    lines += ["};", "", "const struct option_row option_rows[N_OPTIONS] = {"]
    for option in options:
        lines += _option_row(program, option)
    lines += ["};", ""]
    text = "\n".join(lines)
    return text.replace("static const char *const program_help",
                        "const char *const program_help")


def _option_row(program: Program, option: Option) -> List[str]:
    of = [command for command in program.commands
          if option.long in {other.long
                             for other in program.options_of(command)}]
    lines = ["\t[OPTION_%s] = {" % word(option.long),
             "\t\t.name = %s," % literal(option.long)]
    if option.letter:
        lines.append("\t\t.letter = '%s'," % option.letter)
    if option.value:
        lines.append("\t\t.takes_value = true,")
    if option.repeats or not option.value:
        lines.append("\t\t.repeats = true,")
    if option.values:
        lines.append("\t\t.values = values_of_%s,"
                     % word(option.long).lower())
    lines.append("\t\t.commands = %s," % " | ".join(
        "1u << COMMAND_" + word(command.name) for command in of))
    return lines + ["\t},"]


def _strings(name: str, texts: Iterable[str], end: bool = False) -> List[str]:
    """An array of strings, which ends with NULL."""
    texts = list(texts)
    if not end and texts and not texts[-1]:
        texts.pop()        # after the last newline
    return (["static const char *const %s[] = {" % name] +
            ["\t%s," % literal(text) for text in texts] +
            ["\tNULL,", "};", ""])


def help_header(program: Program, source: str, version: str) -> str:
    """A header with what a program without commands prints."""
    name = word(program.name).lower()
    lines = [_BANNER % ("What %s prints about itself." % program.name, source)]
    lines.append('static const char %s_version[] = "%s %s\\n";' % (
        name, program.name, version))
    lines.append("static const char %s_help[] =" % name)
    lines += ["\t" + literal(line)[:-1] + '\\n"'
              for line in help_of_program(program).rstrip("\n").split("\n")]
    return "\n".join(lines) + ";\n"
