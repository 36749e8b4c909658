# SPDX-License-Identifier: MIT
"""Names of types that the IDL does not name: boxes of arrays, map entries.

uint32_stream_entry for an entry of map<uint32, Stream>, int16_array for an
array<int16> that protobuf needs a message for.
"""

import dataclasses
from functools import singledispatch

from ..model import ir
from . import names as c_names


@dataclasses.dataclass(frozen=True)
class Item:
    """A field of a message that represents an array or a map entry."""
    name: str
    type: ir.Type
    number: int
    source: ir.Field
    wire: object = None
    unpacked: bool = False
    doc: object = None
    default: object = None
    required: bool = False
    min: object = None
    max: object = None
    max_len: object = None
    path: str = ""           # for the names of boxes in a box with limits


def declared(field):
    """The field of the IDL to which a part of it belongs."""
    while isinstance(field, Item):
        field = field.source
    return field


def key_form(field):
    """The wire form of keys, also of maps in maps."""
    return declared(field).wire_key or declared(field).wire


def value_form(field):
    return declared(field).wire_value or declared(field).wire


@singledispatch
def _stem(type_, program, field) -> str:
    raise TypeError("no name for %s" % type(type_).__name__)


@_stem.register
def _scalar_stem(type_: ir.Scalar, program, field):
    form = field.wire
    wide = type_.name[-2:] in ("32", "64")
    usual = (None, "fixed" if wide else "varint")
    if form in usual or type_.name == "bool" or type_.is_float:
        return type_.name
    return "%s_%s" % (type_.name, form)


@_stem.register
def _string_stem(type_: ir.String, program, field):
    return "string"


@_stem.register
def _fd_stem(type_: ir.Fd, program, field):
    return "fd"


@_stem.register(ir.EnumRef)
@_stem.register(ir.FlagsRef)
def _enum_stem(type_, program, field):
    return c_names.stem_words(program.enums[type_.name])


@_stem.register
def _struct_stem(type_: ir.StructRef, program, field):
    return c_names.stem_words(program.structs[type_.name])


@_stem.register
def _union_stem(type_: ir.UnionRef, program, field):
    return c_names.stem_words(program.unions[type_.name])


@_stem.register
def _array_stem(type_: ir.Array, program, field):
    parts = [_stem(type_.element, program, field)]
    if type_.count is not None:
        parts.append(str(type_.count))
    if field.unpacked:
        parts.append("unpacked")
    return "_".join(parts + ["array"])


@_stem.register
def _map_stem(type_: ir.Map, program, field):
    return map_stem(program, type_, field) + "_map"


def type_stem(program: ir.Program, type_, field) -> str:
    return _stem(type_, program, field)


def map_stem(program: ir.Program, type_: ir.Map, field) -> str:
    """uint32_stream for map<uint32, Stream>."""
    key = dataclasses.replace(_as_item(field),
                              wire=key_form(field))
    value = dataclasses.replace(_as_item(field),
                                wire=value_form(field))
    return "%s_%s" % (_map_part(type_.key, program, key),
                      _map_part(type_.value, program, value))


def _map_part(type_, program, item) -> str:
    """Single numbers are varints by themselves, unlike those of arrays."""
    if isinstance(type_, ir.Scalar) and item.wire not in (None, "varint"):
        return "%s_%s" % (type_.name, item.wire)
    if isinstance(type_, ir.Scalar):
        return type_.name
    return _stem(type_, program, item)


def _as_item(field) -> Item:
    if isinstance(field, Item):
        return field
    return Item(field.name, field.type, field.number, field, field.wire,
                 field.unpacked)


def camel(stem: str) -> str:
    """uint32_stream_entry -> Uint32StreamEntry, for names in the .proto."""
    return "".join(word[:1].upper() + word[1:] for word in stem.split("_"))


@singledispatch
def idl_text(type_) -> str:
    """A type as it is written in the IDL, for comments."""
    raise TypeError("no IDL for %s" % type(type_).__name__)


@idl_text.register
def _scalar_text(type_: ir.Scalar):
    return type_.name


@idl_text.register
def _string_text(type_: ir.String):
    return "string"


@idl_text.register
def _fd_text(type_: ir.Fd):
    return "SharedFD"


@idl_text.register(ir.EnumRef)
@idl_text.register(ir.FlagsRef)
@idl_text.register(ir.StructRef)
@idl_text.register(ir.UnionRef)
def _name_text(type_):
    return type_.name.rsplit(".", 1)[-1]


@idl_text.register
def _array_text(type_: ir.Array):
    count = "" if type_.count is None else ", %d" % type_.count
    return "array<%s%s>" % (idl_text(type_.element), count)


@idl_text.register
def _map_text(type_: ir.Map):
    return "map<%s, %s>" % (idl_text(type_.key), idl_text(type_.value))


@idl_text.register
def _nullable_text(type_: ir.Nullable):
    return idl_text(type_.inner) + "?"
