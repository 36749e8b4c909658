# SPDX-License-Identifier: MIT
"""What a message can carry, and who reads it."""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Sequence, Tuple

from . import ir

MODULE, PIPELINE = "module", "pipeline"


def named(value_type) -> List[str]:
    """The declarations that a type names."""
    if isinstance(value_type, ir.Array):
        return named(value_type.element)
    if isinstance(value_type, ir.Map):
        return named(value_type.key) + named(value_type.value)
    if isinstance(value_type, ir.Nullable):
        return named(value_type.inner)
    if isinstance(value_type, (ir.StructRef, ir.UnionRef, ir.EnumRef,
                               ir.FlagsRef)):
        return [value_type.name]
    return []


def members(program: ir.Program, name: str) -> Tuple[ir.Field, ...]:
    if name in program.structs:
        return program.structs[name].fields
    if name in program.unions:
        return program.unions[name].arms
    return ()


def closure(program: ir.Program, fields: Sequence[ir.Field]) -> List[str]:
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
    """Who reads messages with a declaration in them."""
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


def is_fd(value_type) -> bool:
    while isinstance(value_type, (ir.Array, ir.Map, ir.Nullable)):
        value_type = value_type.element \
            if isinstance(value_type, ir.Array) else value_type.value \
            if isinstance(value_type, ir.Map) else value_type.inner
    return isinstance(value_type, ir.Fd)


def holds_fd(program: ir.Program, fields: Sequence[ir.Field]) -> bool:
    """Whether a descriptor can be in a message of these fields."""
    everything = list(fields)
    for name in closure(program, fields):
        everything += members(program, name)
    return any(is_fd(field.type) for field in everything)
