# SPDX-License-Identifier: MIT
"""The types inside a type. Every walk through types goes through parts(), which
raises on a kind that it does not know: a new kind is never overlooked."""

from __future__ import annotations

from functools import singledispatch
from typing import Iterator, List, Tuple

from . import ir


@singledispatch
def parts(value_type) -> Tuple[ir.Type, ...]:
    """The types that @value_type directly contains; of a map, the key first."""
    raise TypeError("no parts of %s" % type(value_type).__name__)


@parts.register(ir.Scalar)
@parts.register(ir.String)
@parts.register(ir.Fd)
@parts.register(ir.EnumRef)
@parts.register(ir.FlagsRef)
@parts.register(ir.StructRef)
@parts.register(ir.UnionRef)
def _no_parts(value_type):
    return ()


@parts.register
def _parts_of_array(value_type: ir.Array):
    return (value_type.element,)


@parts.register
def _parts_of_map(value_type: ir.Map):
    return (value_type.key, value_type.value)


@parts.register
def _parts_of_nullable(value_type: ir.Nullable):
    return (value_type.inner,)


def leaves(value_type: ir.Type) -> Iterator[ir.Type]:
    """The types without parts in @value_type, which may be itself."""
    inner = parts(value_type)
    if not inner:
        yield value_type
    for part in inner:
        yield from leaves(part)


def innermost(value_type: ir.Type) -> ir.Type:
    """The type inside arrays and T?; of a map, the value's."""
    while parts(value_type):
        value_type = parts(value_type)[-1]
    return value_type


def names(value_type: ir.Type, *kinds: type) -> List[str]:
    """The declarations of these @kinds that a type refers to."""
    return [leaf.name for leaf in leaves(value_type)
            if isinstance(leaf, kinds)]
