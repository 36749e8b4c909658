# SPDX-License-Identifier: MIT
"""The declarations that a message can carry, and the side that reads it."""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Sequence, Tuple

from . import ir
from .parts import innermost, names

MODULE, PIPELINE = "module", "pipeline"


def named(value_type) -> List[str]:
    """The declarations that a type refers to."""
    return names(value_type, ir.StructRef, ir.UnionRef, ir.EnumRef,
                 ir.FlagsRef)


def members(program: ir.Program, name: str) -> Tuple[ir.Field, ...]:
    if name in program.structs:
        return program.structs[name].fields
    if name in program.unions:
        return program.unions[name].arms
    assert name in program.enums, name
    return ()


def closure(program: ir.Program, fields: Sequence[ir.Field]) -> List[str]:
    """The declarations that a message of these fields can contain."""
    seen: Dict[str, None] = {}
    pending = [name for field in fields for name in named(field.type)]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen[name] = None
            pending += [inner for field in members(program, name)
                        for inner in named(field.type)]
    return list(seen)


def receivers(program: ir.Program) -> Dict[str, FrozenSet[str]]:
    """For each declaration, the sides that read messages containing it."""
    found: Dict[str, set] = {}
    for module in program.modules:
        for interface in module.interfaces:
            for method in interface.methods + interface.events:
                to = PIPELINE if method.role == "event" else MODULE
                for fields, receiver in ((method.params, to),
                                         (method.outs, PIPELINE)):
                    for name in closure(program, fields):
                        found.setdefault(name, set()).add(receiver)
    return {name: frozenset(who) for name, who in found.items()}


def holds_fd(program: ir.Program, fields: Sequence[ir.Field]) -> bool:
    """Whether a descriptor can be in a message of these fields."""
    everything = list(fields)
    for name in closure(program, fields):
        everything += members(program, name)
    return any(isinstance(innermost(field.type), ir.Fd)
               for field in everything)
