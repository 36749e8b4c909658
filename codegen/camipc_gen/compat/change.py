# SPDX-License-Identifier: MIT
"""Changes that camipc-gen compat reports; idl/README.md has the table.

An effect names what breaks: WIRE, the messages between old and new peers; API,
source code written for the old generated headers; ABI, binaries that share
generated structs. A change without any of these effects is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Tuple

from ..text.source import Span

WIRE, API, ABI, BEHAVIOUR = "wire", "C API", "C ABI", "behaviour"
EFFECTS = (WIRE, API, ABI, BEHAVIOUR)

# Changes of Version and CompatibleSince themselves.
VERSION_CHANGES: Dict[str, str] = {
    "version-not-raised": "a changed interface with an unchanged Version",
    "version-lowered": "a Version below the old one",
    "false-compatibility": "CompatibleSince includes a version that breaks",
    "needless-refusal": "CompatibleSince excludes a version that works",
}

CHANGES: Dict[str, str] = {
    # members: fields, arms, parameters, outputs, methods, events
    "member-added": "a new member, with a new number",
    "member-removed": "a removed member; safe if its number is retired",
    "number-changed": "members with other numbers than before",
    "number-reused": "a number that now means something else",
    "renamed": "a member with the same number and type but another name",
    "order-changed": "members in another order, with the same numbers",
    # fields
    "type-changed": "another type",
    "type-widened": "another type of number, in the same wire form",
    "form-changed": "another wire form",
    "packing-changed": "[unpacked] added or removed; every peer reads both "
                       "forms",
    "presence-changed": "T? instead of T, or T instead of T?",
    "default-changed": "another default; breaks if one of them is zero",
    "limit-tightened": "the new side refuses more than the old one",
    "limit-loosened": "the new side may send what the old one refuses",
    "descriptors-added": "descriptors in a message that had none",
    # methods, interfaces
    "kind-changed": "[async] added or removed, or another role",
    "result-changed": "a leading int32 became the return value, or ceased to "
                      "be it",
    "attribute-changed": "other deadlines, queues or states; no effect on "
                         "the wire",
    "interface-added": "a new interface",
    "interface-removed": "a removed interface",
    # declarations
    "type-added": "a new type or constant",
    "type-removed": "a removed type or constant",
    "type-renamed": "a type with the same wire form but another name",
    "value-added": "a new value of an enum, or a new flag",
    "value-removed": "a removed value of an enum",
    "value-changed": "an enum value or a constant with another number",
    "extensible-changed": "[Extensible] added or removed",
    "external-changed": "an [external] struct with another version or C type",
    "c-name-changed": "[cname] or [scopedEnum] added, changed or removed",
    **VERSION_CHANGES,
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
    """The changes between two versions of a declaration."""

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
