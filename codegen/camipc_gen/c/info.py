# SPDX-License-Identifier: MIT
"""Tables that describe generated structs."""

from typing import List

from .arrays import BytesSlot
from .fixed import FixedSlot
from .messages import Message
from .slots import Slot
from .values import ScalarValue


def field_row(message: Message, slot: Slot) -> str:
    """The row of a field in a table of struct camipc_field_info."""
    owner = "struct " + message.c_name
    kind = slot.value.kind
    type_ = _type(slot)
    basics = '"%s", %d, %s, %s, %s, %s, %s, %s' % (
        slot.idl, 0 if slot.is_inline else slot.number, kind, slot.shape,
        slot.info_form, type_, owner, slot.name)
    aux = slot.aux_member()
    extras = _extras(slot)
    if extras:
        if aux:
            return "CAMIPC_FIELD_COUNTED_WITH(%s, %s, %s)," % (
                basics, aux, ", ".join(extras))
        return "CAMIPC_FIELD_WITH(%s, %s)," % (basics, ", ".join(extras))
    if aux:
        return "CAMIPC_FIELD_COUNTED(%s, %s)," % (basics, aux)
    return "CAMIPC_FIELD(%s)," % basics


def _type(slot: Slot) -> str:
    if isinstance(slot, BytesSlot) or slot.value.info is None:
        return "NULL"
    return "&" + slot.value.info


def _extras(slot: Slot) -> List[str]:
    extras = []
    flags = []
    if slot.required:
        flags.append("CAMIPC_FIELD_REQUIRED")
    if getattr(slot, "unpacked", False):
        flags.append("CAMIPC_FIELD_UNPACKED")
    if slot.min is not None:
        flags.append("CAMIPC_FIELD_HAS_MIN")
    if slot.max is not None:
        flags.append("CAMIPC_FIELD_HAS_MAX")
    if slot.max_len is not None:
        flags.append("CAMIPC_FIELD_HAS_MAX_LEN")
    if slot.initial is not None:
        flags.append("CAMIPC_FIELD_HAS_DEFAULT")
    if slot.is_inline:
        flags.append("CAMIPC_FIELD_INLINE")
    if flags:
        extras.append(".flags = " + " | ".join(flags))
    if isinstance(slot, FixedSlot):
        extras.append(".count = %d" % slot.count)
    if slot.max_len is not None:
        extras.append(".max_len = %d" % slot.max_len)
    if slot.min is not None:
        extras.append(".min = " + _bound(slot, slot.min))
    if slot.max is not None:
        extras.append(".max = " + _bound(slot, slot.max))
    return extras


def _bound(slot: Slot, number) -> str:
    value = slot.value
    assert isinstance(value, ScalarValue)
    if value.is_float:
        return "{ .f = %r }" % float(number)
    if value.name.startswith("u"):
        return "{ .u = UINT64_C(%d) }" % number
    if number == -(1 << 63):
        return "{ .i = INT64_MIN }"
    return "{ .i = INT64_C(%d) }" % number
