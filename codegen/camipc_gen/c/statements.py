# SPDX-License-Identifier: MIT
"""Statements that contain other statements. Lists have one line of C in each
item, indented relative to the statement around them."""

from typing import List, NamedTuple, Sequence


def indented(lines: Sequence[str], tabs: int = 1) -> List[str]:
    return ["\t" * tabs + line for line in lines]


def branch(condition: str, yes: List[str], no: Sequence[str] = ()
           ) -> List[str]:
    """if and else, with braces where a branch is more than one line."""
    if len(yes) <= 1 and len(no) <= 1:
        return ["if (%s)" % condition] + indented(yes) + (
            ["else"] + indented(no) if no else [])
    lines = ["if (%s) {" % condition] + indented(yes)
    if no:
        lines += ["} else {"] + indented(no)
    return lines + ["}"]


def for_each(lines: List[str], count) -> List[str]:
    """A loop over elements, with braces if its body is more than a line."""
    head = "for (size_t i = 0; i < %s; i++)" % count
    if len(lines) == 1:
        return [head] + indented(lines)
    return [head + " {"] + indented(lines) + ["}"]


class Case(NamedTuple):
    """One case of a switch."""

    tags: Sequence[str]         # its labels; none: the default
    body: Sequence[str]
    follows: str = ""           # the tag of the field that mostly comes next

    def lines(self) -> List[str]:
        lines = ["case %s:" % tag for tag in self.tags] or ["default:"]
        lines += indented(self.body)
        if not self.follows:
            return lines + ["\tbreak;"]
        # Looks for that field before it goes back to the switch.
        return lines + ["\tif (!camipc_next(&p, end, &tag, %s))"
                        % self.follows, "\t\tbreak;",
                        "\tCAMIPC_FALLTHROUGH;"]


def cases(found: Sequence[Case]) -> List[str]:
    return [line for case in found for line in case.lines()]


def switch(value, found: Sequence[Case]) -> List[str]:
    return ["switch (%s) {" % value] + cases(found) + ["}"]
