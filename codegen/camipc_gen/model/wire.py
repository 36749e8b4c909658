# SPDX-License-Identifier: MIT
"""Facts about the wire: forms, tags, and the fingerprint.

The wire format is protobuf's; idl/README.md has the form of each type.
"""

from __future__ import annotations

import hashlib
from functools import singledispatch
from typing import Dict, Iterable, List, Optional, Tuple

from . import ir

# Descriptors of one message at most; their wire value is an index from 1.
MAX_FDS = 252


# Elements that are written side by side, without a tag before each.
PACKED = (ir.Scalar, ir.EnumRef, ir.FlagsRef, ir.Fd)


def varint_size(value: int) -> int:
    """Bytes of an unsigned number; a negative one takes all ten."""
    if value < 0:
        return 10
    return max(1, (value.bit_length() + 6) // 7)


def tag_size(number: int) -> int:
    return varint_size(number << 3)


# ---- forms of numbers -------------------------------------------------------

def is_wide(value_type: ir.Type) -> bool:
    """A number whose packed array is fixed by itself: 32 and 64 bits."""
    return isinstance(value_type, ir.Scalar) and value_type.name != "bool" \
        and value_type.bits >= 32


def is_byte_array(value_type: ir.Type) -> bool:
    """Written as bytes: array<uint8>, array<uint8, N>, rows of the latter."""
    if not isinstance(value_type, ir.Array):
        return False
    element = value_type.element
    if value_type.count is not None and isinstance(element, ir.Array):
        return element.count is not None and is_byte_array(element)
    return isinstance(element, ir.Scalar) and \
        element.name in ("int8", "uint8")


def encoding_of(value_type: ir.Type, wire: Optional[str],
                is_element: bool) -> str:
    """The form of a number (varint, zigzag, fixed): @wire, or its type's."""
    if isinstance(value_type, ir.Scalar) and value_type.is_float:
        return "fixed"
    if wire is not None and isinstance(value_type, ir.Scalar) and \
            value_type.name != "bool":
        return wire
    return "fixed" if is_element and is_wide(value_type) else "varint"


def is_packed(field: ir.Field) -> bool:
    """One length and all elements, instead of a tag before each."""
    if not isinstance(field.type, ir.Array) or field.unpacked or \
            is_byte_array(field.type):
        return False
    element = field.type.element
    while isinstance(element, ir.Array) and element.count is not None:
        element = element.element
    return isinstance(element, PACKED)


def has_presence(field: ir.Field) -> bool:
    """Whether a zero is written: of T?, and if the default is not zero."""
    return field.default is not None or isinstance(field.type, ir.Nullable)


def mask_of(enum: ir.Enum) -> int:
    """All flags of an enum."""
    mask = 0
    for enumerator in enum.enumerators:
        mask |= enumerator.value
    return mask


# ---- fingerprint ------------------------------------------------------------

def fingerprint(program: ir.Program, interface: ir.Interface) -> int:
    """64 bits that differ if two sides would read bytes differently.

    They cover numbers, names, types, wire forms and validation limits of
    everything that the interface can carry. Comments, formatting, files and
    the order of declarations don't matter, nor do [timeout_ms], [queue],
    [overflow], [restore], [when] and [max_message], nor whether attributes come from an
    overlay.
    """
    text = "\n".join(canonical(program, interface)) + "\n"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def canonical(program: ir.Program, interface: ir.Interface) -> List[str]:
    """The lines that the fingerprint is made of."""
    used: Dict[str, None] = {}
    lines = ["interface " + interface.qualified]
    for kind, methods in (("method", interface.methods),
                          ("event", interface.events)):
        for method in sorted(methods, key=lambda m: m.id):
            lines.append("%s %d %s %s%s" % (
                kind, method.id, method.name, method.role,
                " sint32 1" if method.returns_int32 else ""))
            lines += _fields("  in", method.params, used)
            lines += _fields("  out", method.outs, used)
    return lines + _declarations(program, used)


def _declarations(program: ir.Program, used: Dict[str, None]) -> List[str]:
    """All declarations used directly or indirectly, sorted by name."""
    described: Dict[str, List[str]] = {}
    pending = list(used)
    while pending:
        name = pending.pop()
        if name in described:
            continue
        inner: Dict[str, None] = {}
        described[name] = _describe(program, name, inner)
        pending += inner
    return [line for name in sorted(described) for line in described[name]]


def describe(program: ir.Program, name: str) -> List[str]:
    """The lines of one declaration, without those that it uses."""
    return _describe(program, name, {})


def _describe(program: ir.Program, name: str,
              used: Dict[str, None]) -> List[str]:
    if name in program.structs:
        external = program.structs[name].external
        if external:
            return ["external %s Version=%d max_len=%d" % (
                name, external.version, external.max_len)]
        return ["struct " + name] + _fields(
            " ", program.structs[name].fields, used)
    if name in program.unions:
        union = program.unions[name]
        return ["union %s%s" % (name, " extensible" * union.extensible)] + \
            _fields(" ", union.arms, used)
    enum = program.enums[name]
    values = sorted((e.value, e.name) for e in enum.enumerators)
    return ["enum %s%s" % (name, " extensible" * enum.extensible)] + \
        ["  %d %s" % value for value in values]


def _fields(label: str, fields: Iterable[ir.Field],
            used: Dict[str, None]) -> List[str]:
    return ["%s %d %s %s%s" % (label, _number(field), field.name,
                               _spell(field, used), _facts(field))
            for field in sorted(fields, key=lambda f: (_number(f), f.name))]


def _number(field: ir.Field) -> int:
    """0 for an [inline] union: only its arms have numbers on the wire."""
    return 0 if field.inline else field.number


def _facts(field: ir.Field) -> str:
    """The other properties that decide how bytes are read or refused."""
    facts: List[Tuple[str, object]] = [
        ("required", field.required), ("inline", field.inline),
        ("present", field.default is not None)]
    text = "".join(" " + name for name, value in facts if value)
    for name in ("min", "max", "max_len"):
        limit = getattr(field, name)
        if limit is not None:
            text += " %s=%s" % (name, limit.hex() if isinstance(limit, float)
                                else limit)
    return text


def _spell(field: ir.Field, used: Dict[str, None]) -> str:
    spell = _Speller(field, used)
    return spell(field.type, field.wire, False)


class _Speller:
    """A type with its wire forms written out."""

    def __init__(self, field: ir.Field, used: Dict[str, None]):
        self.field = field
        self.used = used

    def __call__(self, value_type, wire, is_element) -> str:
        return _spell_type(value_type, self, wire, is_element)


@singledispatch
def _spell_type(value_type, say, wire, is_element) -> str:
    raise TypeError("no spelling of %s" % type(value_type).__name__)


@_spell_type.register
def _(value_type: ir.Scalar, say, wire, is_element) -> str:
    return "%s:%s" % (value_type.name,
                      encoding_of(value_type, wire, is_element))


@_spell_type.register
def _(value_type: ir.String, say, wire, is_element) -> str:
    return "string"


@_spell_type.register
def _(value_type: ir.Fd, say, wire, is_element) -> str:
    return "fd(%s %s %s %s)" % (value_type.kind, value_type.access,
                                value_type.sealed, value_type.min_size)


@_spell_type.register(ir.EnumRef)
@_spell_type.register(ir.StructRef)
@_spell_type.register(ir.UnionRef)
def _(value_type, say, wire, is_element) -> str:
    say.used[value_type.name] = None
    return value_type.name


@_spell_type.register
def _(value_type: ir.FlagsRef, say, wire, is_element) -> str:
    say.used[value_type.name] = None
    return "flags %s" % value_type.name


@_spell_type.register
def _(value_type: ir.Array, say, wire, is_element) -> str:
    count = "" if value_type.count is None else ",%d" % value_type.count
    unpacked = " unpacked" if say.field.unpacked else ""
    return "array<%s%s>%s" % (say(value_type.element, wire, True), count,
                              unpacked)


@_spell_type.register
def _(value_type: ir.Map, say, wire, is_element) -> str:
    return "map<%s,%s>" % (
        say(value_type.key, say.field.wire_key or say.field.wire, False),
        say(value_type.value, say.field.wire_value or wire, False))


@_spell_type.register
def _(value_type: ir.Nullable, say, wire, is_element) -> str:
    return say(value_type.inner, wire, False) + "?"
