# SPDX-License-Identifier: MIT
"""Lays out what --help prints: at most 79 columns, whatever the terminal has."""

from __future__ import annotations

import textwrap
from typing import Iterable, List, Tuple

from .model import Command, Example, Program

_WIDTH = 79
_TAB = 21              # where the texts of options begin
_STATUS_TAB = 11


def help_of_program(program: Program) -> str:
    """The text of "PROGRAM --help"."""
    lines = [_usage_of_program(program), ""]
    lines += _paragraphs(program.description)
    if program.commands:
        lines += _section("commands", ((command.name, command.summary)
                                       for command in program.commands), 12)
        lines += ["'%s COMMAND --help' lists the options of a command."
                  % program.name, ""]
    if program.own:
        lines += _options("options", program.own)
    if program.common:
        lines += _options("options of every command", program.common)
    lines += _examples(program.examples)
    lines += _ends(program.variables, program.statuses)
    lines += _page(program.name)
    return "\n".join(lines) + "\n"


def help_of_command(program: Program, command: Command) -> str:
    """The text of "PROGRAM COMMAND --help"."""
    lines = ["usage: " + usage(program, command), ""]
    lines += _paragraphs(command.description)
    if command.arguments:
        lines += _section("arguments", ((argument.name, argument.text)
                                        for argument in command.arguments),
                          _TAB)
    for group in command.groups:
        lines += _options(group.title, group.options)
    lines += _paragraphs(command.notes)
    if program.common:
        lines += _options(program.common_title(command),
                          program.common_of(command))
    lines += _examples(command.examples)
    lines += _ends(command.variables or program.variables,
                   program.statuses_of(command))
    lines += _page("%s-%s" % (program.name, command.name))
    return "\n".join(lines) + "\n"


def usage(program: Program, command: Command) -> str:
    """ "camipc list [OPTION]..." """
    words = [program.name, command.name, command.usage or "[OPTION]..."]
    if not command.usage:
        words += [argument.usage(argument.name) for argument in command.arguments]
    return " ".join(words)


def _usage_of_program(program: Program) -> str:
    if program.commands:
        return "usage: %s COMMAND [OPTION]..." % program.name
    return "usage: %s OPTION" % program.name


def _wrap(text: str, **indents) -> List[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False,
                         break_on_hyphens=False, **indents)


def _paragraphs(texts: Iterable[str]) -> List[str]:
    lines: List[str] = []
    for text in texts:
        lines += _wrap(text) + [""]
    return lines


def _section(title: str, rows: Iterable[Tuple[str, str]],
             tab: int) -> List[str]:
    """Rows of a name and a text; a long name has its text below."""
    lines = [title + ":"]
    for name, text in rows:
        first = "  %-*s" % (tab - 2, name)
        if len(name) > tab - 4:
            lines.append("  " + name)
            first = " " * tab
        lines += _wrap(text, initial_indent=first,
                       subsequent_indent=" " * tab)
    return lines + [""]


def _options(title: str, options) -> List[str]:
    return _section(title, ((option.names, option.sentence)
                            for option in options), _TAB)


def _examples(examples: Iterable[Example]) -> List[str]:
    lines: List[str] = []
    for example in examples:
        lines += ["  " + line for line in example.lines]
    return ["examples:"] + lines + [""] if lines else []


def _ends(variables, statuses) -> List[str]:
    lines: List[str] = []
    if variables:
        lines += _section("environment", ((variable.name, variable.text)
                                          for variable in variables), 26)
    lines += _section("exit codes", ((status.code, status.text)
                                     for status in statuses), _STATUS_TAB)
    return lines


def _page(name: str) -> List[str]:
    return ["'man %s' has more." % name]
