# SPDX-License-Identifier: MIT
"""The description of a program: what --help, the manual pages, the completions
and the program's own table of options are made of.

All texts are plain text. The one-line text of an option stands in --help and
in the manual; its details stand in the manual only.
"""

from __future__ import annotations

import dataclasses
from typing import Tuple

# What completes the value of an option, by the placeholder in its name.
_COMPLETE = {"FILE": "file", "DIR": "folder", "PATH": "file", "NAME|PATH": "file"}


@dataclasses.dataclass(frozen=True)
class Option:
    """An option. @names is what --help shows: "-q, --quiet", "--size WxH"."""
    names: str
    text: str
    default: str = ""
    values: Tuple[str, ...] = ()       # all values, if there are only a few
    offers: Tuple[str, ...] = ()       # for completions, if not all values
    repeats: bool = False              # every value counts, not one only
    suffixes: Tuple[str, ...] = ()     # file names that the value may have
    details: Tuple[str, ...] = ()      # paragraphs for the manual
    separator: str = ""                # between values that are given together

    @property
    def flags(self) -> Tuple[str, ...]:
        """("-q", "--quiet")"""
        return tuple(part.split(" ")[0] for part in self.names.split(", "))

    @property
    def long(self) -> str:
        """The name without dashes: "quiet"."""
        return self.flags[-1].lstrip("-")

    @property
    def letter(self) -> str:
        """ "q", or "" """
        first = self.flags[0]
        return first[1:] if not first.startswith("--") else ""

    @property
    def value(self) -> str:
        """The placeholder of the value, "WxH"; "" for an option without a value."""
        return self.names.split(", ")[-1].partition(" ")[2]

    @property
    def complete(self) -> str:
        """"file", "folder" or "": what completes the value."""
        if self.suffixes:
            return "file"
        return _COMPLETE.get(self.value, "")

    @property
    def sentence(self) -> str:
        """The text with values, default and repetition."""
        parts = [self.text]
        if self.values and not self.separator:
            parts.append(any_of(self.values))
        if self.default:
            parts.append("default: " + self.default)
        if self.repeats and self.value:
            parts.append("may be repeated")
        # "text: a, b or c; default: a"
        head, rest = parts[0], parts[1:]
        if self.values and not self.separator:
            head = head + ": " + rest.pop(0)
        return "; ".join([head] + rest)


@dataclasses.dataclass(frozen=True)
class Argument:
    """What a command takes beside its options."""
    name: str
    text: str
    complete: str = ""                 # "file" or ""
    suffixes: Tuple[str, ...] = ()
    several: bool = False
    optional: bool = False

    def usage(self, name: str) -> str:
        """The (decorated) name as it is in a line of usage."""
        name += "..." if self.several else ""
        return "[" + name + "]" if self.optional else name


@dataclasses.dataclass(frozen=True)
class Group:
    """Options below one title."""
    title: str
    options: Tuple[Option, ...]


@dataclasses.dataclass(frozen=True)
class Variable:
    """A variable of the environment; @details follow @text in the manual."""
    name: str
    text: str
    details: Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Status:
    code: str
    text: str


@dataclasses.dataclass(frozen=True)
class Example:
    text: str
    lines: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Command:
    """A command of a program. @summary is its line in the list of commands."""
    name: str
    summary: str
    description: Tuple[str, ...]
    groups: Tuple[Group, ...] = ()
    arguments: Tuple[Argument, ...] = ()
    variables: Tuple[Variable, ...] = ()
    statuses: Tuple[Status, ...] = ()  # instead of those of the program
    examples: Tuple[Example, ...] = ()
    notes: Tuple[str, ...] = ()        # after the options, in --help, too
    details: Tuple[Tuple[str, Tuple[str, ...]], ...] = ()  # title, paragraphs
    usage: str = ""                    # instead of "[OPTION]..."
    own_options: bool = False          # of the common ones only the basic ones

    @property
    def options(self) -> Tuple[Option, ...]:
        return tuple(option for group in self.groups
                     for option in group.options)


@dataclasses.dataclass(frozen=True)
class Program:
    """A program. @common are options of every command and of itself."""
    name: str
    summary: str
    description: Tuple[str, ...]
    commands: Tuple[Command, ...] = ()
    common: Tuple[Option, ...] = ()
    variables: Tuple[Variable, ...] = ()
    statuses: Tuple[Status, ...] = ()
    examples: Tuple[Example, ...] = ()
    details: Tuple[Tuple[str, Tuple[str, ...]], ...] = ()
    see_also: Tuple[str, ...] = ()
    # Options that the program takes without a command.
    own: Tuple[Option, ...] = ()

    @property
    def basic(self) -> Tuple[Option, ...]:
        """Those of the common options that make sense everywhere."""
        return tuple(option for option in self.common
                     if option.long in ("verbose", "help", "version"))

    def common_of(self, command: Command) -> Tuple[Option, ...]:
        return self.basic if command.own_options else self.common

    def common_title(self, command: Command) -> str:
        return ("other options" if command.own_options
                else "options of every command")

    def options_of(self, command: Command) -> Tuple[Option, ...]:
        return command.options + self.common_of(command)

    def statuses_of(self, command: Command) -> Tuple[Status, ...]:
        return command.statuses or self.statuses


def any_of(words: Tuple[str, ...]) -> str:
    """ "a, b or c" """
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " or " + words[-1]
