# SPDX-License-Identifier: MIT
"""What camipc-gen compat can say about a change; idl/README.md has the table.

An effect is what breaks: WIRE, what old and new peers read of each other's
bytes; API, source written for the old generated headers; ABI, binaries that
share generated structs. Without one of them a change is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Tuple

from ..text.source import Span

WIRE, API, ABI, BEHAVIOUR = "wire", "C API", "C ABI", "behaviour"
EFFECTS = (WIRE, API, ABI, BEHAVIOUR)

CHANGES: Dict[str, str] = {
    # members: fields, arms, parameters, outputs, methods, events
    "member-added": "something new, with a number of its own",
    "member-removed": "something is gone; safe if its number is retired",
    "number-changed": "something has another number",
    "number-reused": "a number means something else",
    "renamed": "the same number and type by another name",
    "order-changed": "the same numbers in another order",
    # fields
    "type-changed": "another type",
    "type-widened": "another type of number, in the same form",
    "form-changed": "another wire form",
    "packing-changed": "[unpacked] or not: everybody reads both",
    "presence-changed": "T? or T",
    "default-changed": "another default; breaks where one of them is zero",
    "limit-tightened": "the new side refuses more",
    "limit-loosened": "the new side sends what the old one refuses",
    "descriptors-added": "a message has descriptors and had none",
    # methods, interfaces
    "kind-changed": "[async] or not, or another role",
    "result-changed": "the leading int32 is the result, or is not",
    "attribute-changed": "deadlines, queues, states: no bytes differ",
    "interface-added": "a new interface",
    "interface-removed": "an interface is gone",
    # declarations
    "type-added": "a new type or constant",
    "type-removed": "a type or constant is gone",
    "type-renamed": "a type of the same form by another name",
    "value-added": "a value of an enum, a bit of a set",
    "value-removed": "a value of an enum is gone",
    "value-changed": "a value of an enum or constant is another number",
    "extensible-changed": "[Extensible] or not",
    "c-name-changed": "[cname] or [scopedEnum]",
    # versions
    "version-not-raised": "another interface by the old Version",
    "version-lowered": "a Version below the old one",
    "false-compatibility": "CompatibleSince covers a version that breaks",
    "needless-refusal": "CompatibleSince leaves out a version that works",
}


@dataclass(frozen=True)
class Change:
    """One change; @span is in the new file, the notes point to the old."""
    id: str
    effects: Tuple[str, ...]
    span: Optional[Span]
    message: str
    notes: Tuple[Tuple[Optional[Span], str], ...] = ()
    hint: Optional[str] = None

    @property
    def breaks_wire(self) -> bool:
        return WIRE in self.effects

    @property
    def verdict(self) -> str:
        """"breaks wire, C API", "behaviour" or "safe"."""
        broken = [e for e in self.effects if e != BEHAVIOUR]
        if broken:
            return "breaks " + ", ".join(broken)
        return BEHAVIOUR if self.effects else "safe"


class Changes:
    """What was found about one pair of declarations."""

    def __init__(self):
        self.found: List[Change] = []

    def add(self, id: str, effects: Iterable[str], span: Optional[Span],
            message: str, notes: Iterable = (),
            hint: Optional[str] = None) -> None:
        assert id in CHANGES, id
        ordered = tuple(e for e in EFFECTS if e in tuple(effects))
        self.found.append(Change(id, ordered, span, message, tuple(notes),
                                 hint))

    @property
    def break_wire(self) -> bool:
        return any(change.breaks_wire for change in self.found)
