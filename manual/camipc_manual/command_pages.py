# SPDX-License-Identifier: MIT
"""Section 1: a page for a program, and one for each of its commands, so that
"man camipc capture" and "man camipc-capture" find what "camipc capture" does.
"""

from __future__ import annotations

import re
from typing import Iterable, List

from . import roff
from .model import Command, Example, Group, Option, Program


def pages(program: Program, version: str, source: str) -> List[roff.Page]:
    """All pages of a program."""
    found = [_program_page(program, version, source)]
    found += [_command_page(program, command, version, source)
              for command in program.commands]
    return found


def page_name(program: Program, command: Command) -> str:
    return "%s-%s" % (program.name, command.name)


def _program_page(program: Program, version: str, source: str) -> roff.Page:
    page = roff.Page(program.name, "1", program.summary, version, source)
    page.heading("Synopsis")
    if program.commands:
        page.paragraph(roff.bold(program.name) + " " + roff.italic("COMMAND") +
                       " [" + roff.italic("OPTION") + "]...")
    for option in program.own or program.common[-2:]:
        page.paragraph(roff.bold(program.name + " " + option.flags[-1]))
    page.heading("Description")
    for text in program.description:
        page.paragraph(roff.prose(text))
    if program.commands:
        page.heading("Commands")
        for command in program.commands:
            page.item(roff.bold(command.name),
                      ["%s: see %s(1)." % (
                          roff.text(_capital(command.summary)),
                          roff.bold(page_name(program, command)))])
    if program.own:
        _options(page, Group("options", program.own))
    if program.common:
        _options(page, Group("options of every command", program.common))
    _ends(page, program.variables, program.statuses, program.examples,
          program.details)
    roff.see_also(page, [page_name(program, command) + "(1)"
                         for command in program.commands] +
                  list(program.see_also))
    return page


def _command_page(program: Program, command: Command, version: str,
                  source: str) -> roff.Page:
    page = roff.Page(page_name(program, command), "1", command.summary,
                     version, source)
    page.heading("Synopsis")
    words = [roff.bold(program.name + " " + command.name),
             "[" + roff.italic("OPTION") + "]..."]
    words += [argument.usage(roff.italic(argument.name)) for argument in command.arguments]
    page.paragraph(" ".join(words))
    page.heading("Description")
    for text in command.description + command.notes:
        page.paragraph(roff.prose(text))
    if command.arguments:
        page.heading("Arguments")
        for argument in command.arguments:
            page.item(roff.italic(argument.name), [roff.prose(
                _sentence(argument.text))])
    if command.groups:
        page.heading("Options")
    for group in command.groups:
        if len(command.groups) > 1:
            page.subheading(roff.text(_capital(group.title)))
        for option in group.options:
            _option(page, option)
    if program.common:
        _options(page, Group(program.common_title(command),
                             program.common_of(command)))
    _ends(page, command.variables or program.variables,
          program.statuses_of(command), command.examples, command.details)
    roff.see_also(page, ["%s(1)" % program.name] + list(program.see_also))
    return page


def _options(page: roff.Page, group: Group) -> None:
    page.heading(group.title)
    for option in group.options:
        _option(page, option)


def _option(page: roff.Page, option: Option) -> None:
    page.item(_tag(option), [roff.prose(_sentence(option.sentence))] +
              [roff.prose(text) for text in option.details])


def _tag(option: Option) -> str:
    """ "-q, --quiet" in bold, with the value in italics."""
    tag = ", ".join(roff.bold(flag) for flag in option.flags)
    return tag + (" " + roff.italic(option.value) if option.value else "")


def _ends(page: roff.Page, variables, statuses, examples: Iterable[Example],
          details) -> None:
    for title, texts in details:
        page.heading(title)
        for text in texts:
            page.paragraph(roff.prose(text))
    if variables:
        page.heading("Environment")
        for variable in variables:
            page.item(roff.bold(variable.name), [
                roff.prose(text) for text in variable.details or
                (_sentence(variable.text),)])
    page.heading("Exit status")
    for status in statuses:
        page.item(roff.bold(status.code), [roff.prose(
            _sentence(status.text))])
    if examples:
        page.heading("Examples")
    for example in examples:
        if example.text:
            page.paragraph(roff.prose(example.text))
        page.example(example.lines)


def _capital(text: str) -> str:
    """With a capital, unless the first word is a name."""
    first = text.split(" ")[0]
    return text if re.search(r"[^a-z,:]", first) else text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    text = _capital(text)
    return text if text.endswith((".", "?")) else text + "."
