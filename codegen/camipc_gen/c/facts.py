# SPDX-License-Identifier: MIT
"""Limits and defaults of a value in the words of a header. A reader of the C
should not need the .mojom to know why a call fails with -EINVAL.
"""

from __future__ import annotations

import math
from typing import Iterable, List

from ..model import ir
from .slots import Slot
from .values import FlagsValue, ScalarValue

_FD_KINDS = {"memfd": "a memfd", "dmabuf": "a dma-buf",
             "eventfd": "an eventfd", "pipe": "a pipe", "file": "a file"}
_UNITS = {ir.String: ("byte", "bytes"), ir.Map: ("entry", "entries")}
_ACCESS = {"ro": "read-only", "rw": "for reading and writing"}


def facts(slot: Slot, field: ir.Field) -> str:
    """Limits, default and age of a field, or ""."""
    said = _limits(field) + _length(field) + _descriptor(field) + \
        _presence(field)
    if slot.initial is not None:
        said.append("%s by default" % _default(slot, field))
    return _sentence("; ".join(said + _age(field)))


def since(declaration: ir.Declaration) -> str:
    """"Since version 3.", or ""."""
    return _sentence("; ".join(_age(declaration)))


def of_parameters(slots: Iterable[Slot], prefix: str = "") -> List[str]:
    """A line for each value of a call that has facts."""
    return ["@%s%s: %s" % (prefix, slot.name, slot.facts) for slot in slots
            if slot.facts]


def _sentence(text: str) -> str:
    return text and text[0].upper() + text[1:] + "."


def _age(declaration: ir.Declaration) -> List[str]:
    version = declaration.attribute("MinVersion")
    return ["since version %d" % version] if version else []


def _limits(field: ir.Field) -> List[str]:
    low, high = field.min, field.max
    if low is None and high is None:
        return []
    each = "each " if isinstance(_bare(field.type), ir.Array) else ""
    if high is None:
        return ["%sat least %s" % (each, low)]
    if low is None:
        return ["%sat most %s" % (each, high)]
    return ["%s%s to %s" % (each, low, high)]


def _length(field: ir.Field) -> List[str]:
    if field.max_len is None:
        return []
    one, many = _UNITS.get(type(_bare(field.type)), ("element", "elements"))
    return ["at most %d %s" % (field.max_len,
                               one if field.max_len == 1 else many)]


def _descriptor(field: ir.Field) -> List[str]:
    """Requirements on each descriptor in it."""
    inner = field.type
    while not isinstance(inner, ir.Fd):
        inner = getattr(inner, "element", getattr(inner, "value", None))
        if inner is None:
            return []
    said = [_FD_KINDS[inner.kind]] if inner.kind in _FD_KINDS else []
    said += [_ACCESS[inner.access]] if inner.access else []
    said += ["sealed"] if inner.sealed else []
    said += ["%d bytes or more" % inner.min_size] if inner.min_size else []
    text = ", ".join(said)
    if text and inner is field.type and not field.required:
        text += ", or -1"
    return [text] if text else []


_MISSING = {ir.EnumRef: "not 0", ir.FlagsRef: "not 0", ir.Fd: "not -1",
            ir.UnionRef: "an arm must be set"}


def _presence(field: ir.Field) -> List[str]:
    return [_MISSING.get(type(field.type), "not empty")] \
        if field.required else []


def _default(slot: Slot, field: ir.Field) -> str:
    number = field.default
    if isinstance(number, float) and not math.isfinite(number):
        return "not a number" if math.isnan(number) else \
            "infinite" if number > 0 else "minus infinite"
    if isinstance(slot.value, FlagsValue):
        return "0x%x" % number
    if isinstance(slot.value, ScalarValue) and not isinstance(number, bool):
        return str(number)
    return slot.initial


def _bare(value_type: ir.Type) -> ir.Type:
    return value_type.inner if isinstance(value_type, ir.Nullable) \
        else value_type
