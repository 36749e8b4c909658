# SPDX-License-Identifier: MIT
"""Rules about the attributes of fields, arms, parameters and outputs."""

from __future__ import annotations

from typing import List, Optional

from ..model import ir
from ..model.constants import integer_range
from ..model.parts import innermost
from ..model.spelling import spell
from ..model.wire import is_byte_array
from .checking import Checking, Place

_NUMBERS = (ir.Scalar, ir.EnumRef, ir.FlagsRef)
_FD_FACTS = ("fd", "access", "sealed", "min_size")


def _not_nullable(value_type: ir.Type) -> ir.Type:
    return value_type.inner if isinstance(value_type, ir.Nullable) \
        else value_type


def _is_integer(value_type: ir.Type) -> bool:
    return isinstance(value_type, ir.Scalar) and \
        value_type.name != "bool" and not value_type.is_float


def _report_type(checking: Checking, place: Place, name: str,
                 needs: str) -> None:
    attribute = checking.attribute(place.declaration, name)
    checking.error("attribute-type", attribute.span, "attribute '%s' needs "
                   "%s, but '%s' has type '%s'" % (
                       name, needs, place.declaration.name,
                       spell(place.declaration.type, "")))


def flags_are_enums(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        mark = checking.attribute(field, "flags")
        value_type = _not_nullable(field.type)
        found = [innermost(field.type)]
        if isinstance(value_type, ir.Map):
            found.append(value_type.key)
        if mark is not None and not any(isinstance(inner, ir.FlagsRef)
                                        for inner in found):
            checking.error("flags-type", mark.span, "attribute 'flags' needs "
                           "an enum, but '%s' has type '%s'"
                           % (field.name, spell(field.type, "")))


def limits_fit(checking: Checking) -> None:
    """[min] and [max] belong to numbers, are in their range, and in order."""
    for place in checking.fields():
        field = place.declaration
        limits = [(name, getattr(field, name)) for name in ("min", "max")
                  if getattr(field, name) is not None]
        inner = innermost(field.type)
        if limits and (not isinstance(inner, ir.Scalar) or
                       inner.name == "bool" or
                       isinstance(_not_nullable(field.type), ir.Map)):
            _report_type(checking, place, limits[0][0], "a number")
            continue
        if limits and _holds_signed_bytes(field.type):
            _report_type(checking, place, limits[0][0], "a number "
                         "(array<int8> is unsigned bytes in C)")
            continue
        if limits and _holds_inner_bytes(place):
            checking.error(
                "attribute-type",
                checking.attribute(field, limits[0][0]).span, "attribute "
                "'%s' cannot apply to bytes inside another type; '%s' has "
                "type '%s'" % (limits[0][0], field.name, spell(field.type, "")),
                hint="put the array<uint8> in a struct of its own")
            continue
        for name, value in limits:
            _limit_in_range(checking, place, name, value, inner)
        if len(limits) == 2 and field.min > field.max:
            checking.error(
                "limit-order", checking.attribute(field, "min").span,
                "min %s is above max %s: no value of '%s' would be accepted"
                % (field.min, field.max, field.name))


def _holds_signed_bytes(value_type: ir.Type) -> bool:
    """Whether array<int8> is inside, which is const uint8_t * in C (unlike
    array<int8, N>)."""
    value_type = _not_nullable(value_type)
    while isinstance(value_type, ir.Array):
        if value_type.count is None and \
                value_type.element == ir.Scalar("int8"):
            return True
        value_type = value_type.element
    return False


def _holds_inner_bytes(place: Place) -> bool:
    """Whether array<uint8> is an arm, an element or T?: there, limits of
    single bytes cannot be checked."""
    value_type = place.declaration.type
    if place.kind != "arm" and isinstance(value_type, ir.Array):
        value_type = value_type.element
    value_type = _not_nullable(value_type)
    while isinstance(value_type, ir.Array):
        if value_type.count is None and \
                value_type.element == ir.Scalar("uint8"):
            return True
        value_type = value_type.element
    return False


def _limit_in_range(checking: Checking, place: Place, name: str, value,
                    inner: ir.Scalar) -> None:
    span = checking.attribute(place.declaration, name).span
    if inner.is_float:
        return
    low, high = integer_range(inner.name)
    if isinstance(value, float):
        checking.error("limit-range", span, "value %s of '%s' is not an "
                       "integer: '%s' has type %s" % (
                           value, name, place.declaration.name, inner.name))
    elif not low <= value <= high:
        checking.error("limit-range", span, "value %d of '%s' is out of "
                       "range: %s holds %d to %d" % (value, name, inner.name,
                                                     low, high))


def default_in_limits(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        value = field.default
        if isinstance(value, str) and field.max_len is not None and \
                len(value.encode()) > field.max_len:
            checking.error("default-limit", field.span, "the default of '%s' "
                           "has %d bytes, more than max_len %d" % (
                               field.name, len(value.encode()),
                               field.max_len))
        if isinstance(value, (bool, str)) or value is None:
            continue
        if (field.min is not None and value < field.min) or \
                (field.max is not None and value > field.max):
            checking.error("default-limit", field.span, "the default %s of "
                           "'%s' is out of range: expected %s" % (
                               value, field.name, _range(field)))


def _range(field: ir.Field) -> str:
    """The limits of a field that has any, in words."""
    if field.max is None:
        return "at least %s" % field.min
    if field.min is None:
        return "at most %s" % field.max
    return "%s to %s" % (field.min, field.max)


def max_len_has_length(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        value_type = _not_nullable(field.type)
        if field.max_len is not None and not (
                isinstance(value_type, (ir.String, ir.Map)) or
                isinstance(value_type, ir.Array) and
                value_type.count is None):
            _report_type(checking, place, "max_len", "a string, array or map")


def required_can_be_missing(checking: Checking) -> None:
    """[required] needs a type that can be empty."""
    for place in checking.fields():
        field = place.declaration
        if checking.attribute(field, "required") is None:
            continue
        fits = isinstance(field.type, (ir.String, ir.Fd, ir.UnionRef,
                                       ir.EnumRef, ir.FlagsRef, ir.Map)) or \
            isinstance(field.type, ir.Array) and field.type.count is None
        if not fits or place.kind == "arm":
            _report_type(checking, place, "required", "a type that can be "
                         "empty (string, array, map, union, enum, "
                         "descriptor)")


def wire_forms_fit(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        value_type = _not_nullable(field.type)
        is_map = isinstance(value_type, ir.Map)
        for name in ("wire_key", "wire_value"):
            if getattr(field, name) is not None and not is_map:
                _report_type(checking, place, name, "a map")
        if is_map or field.wire is not None:
            _number_forms(checking, place, value_type)


def _number_forms(checking: Checking, place: Place,
                  value_type: ir.Type) -> None:
    """[wire_key] applies to the keys of nested maps, too."""
    keys, value = _keys_and_value(value_type)
    both = [part for part in keys + [value] if _is_integer(part)]
    for name, parts in (("wire", both or [value]), ("wire_key", keys),
                        ("wire_value", [value])):
        if getattr(place.declaration, name) is not None:
            _form_fits(checking, place, name, parts)


def _keys_and_value(value_type: ir.Type):
    keys = []
    while isinstance(value_type, (ir.Array, ir.Map)) and \
            not is_byte_array(value_type):
        if isinstance(value_type, ir.Map):
            keys.append(value_type.key)
            value_type = value_type.value
        else:
            value_type = value_type.element
    return keys, value_type


def _form_fits(checking: Checking, place: Place, name: str,
               parts: List[ir.Type]) -> None:
    form = getattr(place.declaration, name)
    for part in parts:
        problem = _form_problem(form, part)
        if problem is not None:
            span = checking.attribute(place.declaration, name).span
            checking.error("wire-form", span, "%s, but '%s' has type '%s'" % (
                problem, place.declaration.name,
                spell(place.declaration.type, "")))
            return


def _form_problem(form: str, part: ir.Type) -> Optional[str]:
    if is_byte_array(part):
        return "bytes have only one wire form"
    if not _is_integer(part):
        return "only integers have a choice of wire forms"
    if form == "zigzag" and not part.is_signed:
        return "wire form zigzag needs a signed integer"
    if form == "fixed" and part.bits < 32:
        return "wire form fixed needs an integer of 32 or 64 bits"
    return None


def unpacked_fits(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        if not field.unpacked:
            continue
        value_type = _not_nullable(field.type)
        element = value_type
        while isinstance(element, ir.Array) and not is_byte_array(element):
            element = element.element
        if not isinstance(value_type, ir.Array) or \
                not isinstance(element, _NUMBERS):
            _report_type(checking, place, "unpacked", "an array of numbers")


def inline_fits(checking: Checking) -> None:
    """Arms of an [inline] union are numbered among their parent's fields."""
    for struct in checking.structs():
        for field in struct.fields:
            if not field.inline:
                continue
            if not isinstance(field.type, ir.UnionRef):
                checking.error(
                    "inline-union", checking.attribute(field, "inline").span,
                    "attribute 'inline' needs a union, but '%s' has type '%s'"
                    % (field.name, spell(field.type, "")))
            else:
                _inline_numbers(checking, struct, field)


def _inline_numbers(checking: Checking, struct: ir.Struct,
                    field: ir.Field) -> None:
    union = checking.program.unions[field.type.name]
    taken = {}
    for other in struct.fields:
        if other is field:
            continue
        numbered = [other]
        if other.inline and isinstance(other.type, ir.UnionRef):
            numbered = list(checking.program.unions[other.type.name].arms)
        taken.update({member.number: member for member in numbered})
    for arm in union.arms:
        if arm.number in taken:
            checking.error(
                "inline-clash", field.span, "arm '%s' of '%s' has number %d, "
                "which '%s' has, too" % (arm.name, union.name, arm.number,
                                         taken[arm.number].name),
                [(arm.span, "the arm is here"),
                 (taken[arm.number].span, "the other member is here")],
                hint="give them different ordinals")
            return


def fd_facts_fit(checking: Checking) -> None:
    for place in checking.fields():
        field = place.declaration
        inner = innermost(field.type)
        for name in _FD_FACTS:
            mark = checking.attribute(field, name)
            if mark is None:
                continue
            if not isinstance(inner, ir.Fd):
                _report_type(checking, place, name, "a SharedFD")
            elif name == "sealed" and inner.kind != "memfd":
                checking.error("attribute-type", mark.span, "attribute "
                               "'sealed' needs a memfd", hint="add fd=memfd")
            elif name == "min_size" and inner.kind not in (
                    "memfd", "dmabuf", "file"):
                checking.error("attribute-type", mark.span, "attribute "
                               "'min_size' needs a memfd, dmabuf or file",
                               hint="add fd=memfd")


FIELD_RULES = (flags_are_enums, limits_fit, default_in_limits,
               max_len_has_length, required_can_be_missing, wire_forms_fit,
               unpacked_fits, inline_fits, fd_facts_fit)
