# SPDX-License-Identifier: MIT
"""The number of each member of a declaration: by order, or by ordinals."""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Optional, Sequence

from ..text.diagnostics import Diagnostics
from ..text.source import Span
from .ir import Attribute

MAX_FIELD = (1 << 29) - 1
MAX_METHOD = 65535
RESERVED = range(19000, 20000)     # protobuf's own
MAX_RANGE = 65535                  # of [retired="LOW-HIGH"]


def parse_retired(attributes: Sequence[Attribute],
                  diagnostics: Diagnostics) -> FrozenSet[int]:
    """The numbers of [retired="3,5-7"]."""
    numbers: set = set()
    for attribute in attributes:
        if attribute.name != "retired":
            continue
        for part in attribute.value.split(","):
            low, _, high = part.strip().partition("-")
            if not _is_number(low) or (high and not _is_number(high)) or \
                    int(high or low) < int(low) or \
                    int(high or low) - int(low) > MAX_RANGE:
                diagnostics.error(
                    "bad-retired", attribute.span,
                    "invalid range '%s': expected a number, or two numbers "
                    "such as 5-7, at most %d apart" % (part.strip(),
                                                       MAX_RANGE),
                    hint='write, for example, retired="3,5-7"')
                break
            numbers.update(range(int(low), int(high or low) + 1))
    return frozenset(numbers)


def refuse_retired(span: Span, number: int, retired: FrozenSet[int],
                   diagnostics: Diagnostics) -> None:
    if number in retired:
        diagnostics.error(
            "retired-ordinal", span, "number %d is retired and cannot be "
            "used again" % number,
            hint="choose another number: old peers still know this one")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


class Numbering:
    """Numbers the members of one declaration."""

    def __init__(self, owner: str, maximum: int, retired: FrozenSet[int],
                 base: int, diagnostics: Diagnostics):
        self._owner = owner
        self._maximum = maximum
        self._retired = retired
        self._base = base
        self._diagnostics = diagnostics

    def number(self, members: Sequence, first: int = 1) -> List[int]:
        """@members have name, span and ordinal."""
        given = [m for m in members if m.ordinal is not None]
        if given and len(given) != len(members):
            missing = [m for m in members if m.ordinal is None]
            self._diagnostics.error(
                "some-ordinals", missing[0].span, "'%s' has no ordinal, but "
                "other members of '%s' have one" % (missing[0].name,
                                                    self._owner),
                [(given[0].ordinal.span, "this member has an ordinal")],
                hint="give every member an ordinal, or none")
        if given:
            return self._ordinals(members)
        return self._in_order(members, first)

    def _in_order(self, members: Sequence, first: int) -> List[int]:
        numbers: List[int] = []
        number = first
        for member in members:
            while number in self._retired or self._is_reserved(number):
                number += 1
            if number > self._maximum:
                self._diagnostics.error(
                    "too-many-members", member.span, "'%s' has too many "
                    "members: the largest number is %d"
                    % (self._owner, self._maximum))
                number = first
            numbers.append(number)
            number += 1
        return numbers

    def _is_reserved(self, number: int) -> bool:
        return self._maximum == MAX_FIELD and number in RESERVED

    def _ordinals(self, members: Sequence) -> List[int]:
        numbers: List[int] = []
        taken: Dict[int, object] = {}
        for member in members:
            if member.ordinal is None:
                numbers.append(1)
                continue
            number = member.ordinal.value + (1 - self._base)
            self._check(member.ordinal.span, number, taken.get(number))
            taken.setdefault(number, member)
            numbers.append(number)
        return numbers

    def _check(self, span: Span, number: int,
               other: Optional[object]) -> None:
        if number == 0:
            self._diagnostics.error(
                "ordinal-zero", span, "invalid ordinal 0: numbers start at 1",
                hint="Chromium's start at 0: use --ordinal-base=0 for its "
                     "files")
        elif number > self._maximum or self._is_reserved(number):
            self._diagnostics.error(
                "ordinal-range", span, "number %d is out of range: expected 1 "
                "to %d%s" % (number, self._maximum, ", except 19000 to 19999"
                             if self._maximum == MAX_FIELD else ""))
        elif other is not None:
            self._diagnostics.error(
                "duplicate-ordinal", span, "number %d already belongs to '%s'"
                % (number, other.name), [(other.span, "declared here")])
        else:
            refuse_retired(span, number, self._retired, self._diagnostics)
