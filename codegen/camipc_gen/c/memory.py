# SPDX-License-Identifier: MIT
"""How much memory a C struct takes at most: what may be on a stack.

An upper bound for every machine, not sizeof: each member counts as if it were
aligned to 8 bytes.
"""

from __future__ import annotations

from .arrays import ArraySlot
from .composite import BytesValue, ExternalValue, MessageValue
from .fixed import FixedSlot
from .messages import Message
from .nullable import OptionalSlot, PointerSlot
from .slots import Slot
from .values import Value

# The largest struct, in bytes, that a generated function has on its stack.
# Camera processes run callbacks in threads with stacks of 64 KiB and less.
MAX_ON_STACK = 1024

_ALIGN = 8
_SCALARS = {"bool": 1, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2,
            "int32_t": 4, "uint32_t": 4, "float": 4, "int": 4}


def is_large(message: Message) -> bool:
    """Whether a struct of @message must not be on a stack."""
    return of_message(message, {}) > MAX_ON_STACK


def of_message(message: Message, known: dict) -> int:
    """Bytes of its struct, at most. @known has what was computed before."""
    if id(message) not in known:
        sizes = [_of_slot(slot, known) for slot in message.slots]
        most = max(sizes + [0]) if message.is_union else sum(sizes)
        known[id(message)] = most + (_ALIGN if message.is_union else 0) \
            + (2 * _ALIGN if message.unknown else 0)
    return known[id(message)]


def _of_slot(slot: Slot, known: dict) -> int:
    if isinstance(slot, (ArraySlot, PointerSlot)):
        return 2 * _ALIGN
    if isinstance(slot, FixedSlot):
        return _aligned(slot.count * _of_value(slot.value, known))
    size = _aligned(_of_value(slot.value, known))
    return size + _ALIGN if isinstance(slot, OptionalSlot) else size


def _of_value(value: Value, known: dict) -> int:
    if isinstance(value, MessageValue):
        return of_message(value.message, known)
    if isinstance(value, BytesValue):
        return of_message(value.wrapper, known)
    if isinstance(value, ExternalValue):
        return value.max_size
    if value.c_type.startswith("enum "):
        return 4
    return _SCALARS.get(value.c_type, 8)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
