# SPDX-License-Identifier: MIT
"""Types as the IDL has them."""

from __future__ import annotations

from functools import singledispatch

from . import ir


@singledispatch
def spell(value_type, module: str) -> str:
    raise TypeError("no IDL for %s" % type(value_type).__name__)


@spell.register
def _spell_scalar(value_type: ir.Scalar, module):
    return value_type.name


@spell.register
def _spell_string(value_type: ir.String, module):
    return "string"


@spell.register
def _spell_fd(value_type: ir.Fd, module):
    return "SharedFD"


@spell.register(ir.EnumRef)
@spell.register(ir.StructRef)
@spell.register(ir.UnionRef)
def _spell_name(value_type, module):
    name = value_type.name
    return name[len(module) + 1:] if name.startswith(module + ".") else name


@spell.register
def _spell_flags(value_type: ir.FlagsRef, module):
    return "[flags] " + _spell_name(value_type, module)


@spell.register
def _spell_array(value_type: ir.Array, module):
    count = "" if value_type.count is None else ", %d" % value_type.count
    return "array<%s%s>" % (spell(value_type.element, module), count)


@spell.register
def _spell_map(value_type: ir.Map, module):
    return "map<%s, %s>" % (spell(value_type.key, module),
                            spell(value_type.value, module))


@spell.register
def _spell_nullable(value_type: ir.Nullable, module):
    return spell(value_type.inner, module) + "?"
