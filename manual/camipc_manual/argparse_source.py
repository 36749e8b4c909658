# SPDX-License-Identifier: MIT
"""Reads the description of camipc-gen from its own parser of the command line,
which is where its help texts are written."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from typing import List, Tuple

from .model import (Argument, Command, Example, Group, Option, Program,
                    Status)


def program_of(folder: str) -> Program:
    """The program in @folder, which has the package camipc_gen."""
    sys.path.insert(0, folder)
    parser = importlib.import_module("camipc_gen.cli").parser()
    description, statuses, examples, rest = _texts(parser)
    commands = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or ""
                         for choice in action._choices_actions}
            commands = [_command(name, summaries[name], sub)
                        for name, sub in action.choices.items()]
    common = tuple(_option(action) for action in parser._actions
                   if action.option_strings)
    own = {option.names for option in common}
    return Program(
        name=parser.prog,
        summary="generate C from interface definitions",
        description=description,
        commands=tuple(_without(command, own) for command in commands),
        common=common,
        statuses=statuses,
        examples=examples,
        details=(("ENVIRONMENT", tuple(
            text for text in rest if "environment" in text)),),
        see_also=("camipc(1)", "camipc-idl(5)", "camipc(7)"))


def _without(command: Command, names) -> Command:
    """The command without options that every command has."""
    options = tuple(option for group in command.groups
                    for option in group.options if option.names not in names)
    return Command(command.name, command.summary, command.description,
                   (Group("options", options),) if options else (),
                   command.arguments, statuses=command.statuses,
                   examples=command.examples)


def _command(name: str, summary: str,
             parser: argparse.ArgumentParser) -> Command:
    description, statuses, examples, _ = _texts(parser)
    options = tuple(_option(action) for action in parser._actions
                    if action.option_strings)
    arguments = tuple(
        Argument(str(action.metavar), _help(action), complete="file",
                 suffixes=(".mojom",), several=action.nargs == "+")
        if action.metavar != "NAME" else
        Argument(str(action.metavar), _help(action))
        for action in parser._actions if not action.option_strings)
    return Command(name, summary, description, (Group("options", options),),
                   arguments, statuses=statuses, examples=examples)


def _help(action: argparse.Action) -> str:
    return " ".join((action.help or "").replace("%%", "%").split())


def _option(action: argparse.Action) -> Option:
    names = list(action.option_strings)
    value = "" if action.nargs == 0 else str(action.metavar or "")
    values: Tuple[str, ...] = tuple(getattr(action, "values", ()))
    separator = "," if values and value == "LIST" else ""
    if value.startswith("{"):
        values = tuple(value.strip("{}").split(","))
    text = _help(action)
    if names == ["-h", "--help"]:
        text = "print the help text"
    return _Texted(", ".join(names) + (" " + value if value else ""), text,
                   values=values, separator=separator or " ")


class _Texted(Option):
    """An option whose text says everything already."""
    @property
    def sentence(self) -> str:
        return self.text


def _texts(parser: argparse.ArgumentParser):
    """Description, statuses, examples and the rest of the texts."""
    description = tuple(" ".join(part.split()) for part in
                        (parser.description or "").split("\n\n"))
    statuses: Tuple[Status, ...] = ()
    examples: List[Example] = []
    rest: List[str] = []
    for part in (parser.epilog or "").split("\n\n"):
        if part.startswith("Exit status: "):
            statuses = _statuses(" ".join(part.split())[len("Exit status: "):])
        elif part.startswith("Example"):
            title, *lines = part.split("\n")
            title = title.partition(",")[2].strip(" :")
            indent = min(len(line) - len(line.lstrip()) for line in lines)
            examples.append(Example(title[:1].upper() + title[1:] + ":"
                                    if title else "",
                                    tuple(line[indent:] for line in lines)))
        else:
            rest.append(" ".join(part.split()))
    return description, statuses, tuple(examples), tuple(rest)


def _statuses(text: str) -> Tuple[Status, ...]:
    """ "0 if it worked, 1 if not; 2 if the command line is wrong." """
    parts = re.split(r"[,;.] (?:and )?(?=\d if )", text)
    found = []
    for part in parts:
        code, _, meaning = part.partition(" if ")
        found.append(Status(code, "if " + meaning.rstrip(".")))
    return tuple(found)
