# SPDX-License-Identifier: MIT
"""How much memory decoded messages take besides their own structs.

The bounds hold for a 64-bit machine and are never too small: they count each
value that may stand in memory of its own as if it did.
"""

from __future__ import annotations

from typing import Dict, Iterable, Optional

from . import ir
from .extents import Extents, padded
from .order import components, containment
from .wire import is_byte_array


class Decoded:
    """Bytes of a receiver's arena at most; None if they are unbounded."""

    def __init__(self, program: ir.Program):
        self._program = program
        self._extents = Extents(program)
        self._known: Dict[str, Optional[int]] = {}
        for component in components(containment(program)):
            for name in component:
                # A type inside itself is unbounded.
                self._known[name] = None
            self._known.update([(name, self._declared(name))
                                for name in component])

    def message(self, fields: Iterable[ir.Field]) -> Optional[int]:
        return _sum(self._value(field.type, field.max_len)
                    for field in fields)

    def _declared(self, name: str) -> Optional[int]:
        struct = self._program.structs.get(name)
        if struct is not None:
            # Only its functions know what memory an external one takes.
            return None if struct.keep_unknown or struct.external else \
                self.message(struct.fields)
        arms = [_sum((self._apart(arm.type, 1),
                      self._value(arm.type, arm.max_len)))
                for arm in self._program.unions[name].arms]
        return None if None in arms else max(arms, default=0)

    def _apart(self, value_type: ir.Type, n: int) -> int:
        """@n values in memory of their own."""
        return padded(n * self._extents.value(value_type))

    def _value(self, value_type: ir.Type,
               max_len: Optional[int]) -> Optional[int]:
        """What one value points to, directly or indirectly."""
        if isinstance(value_type, ir.Nullable):
            return _sum((self._apart(value_type.inner, 1),
                         self._value(value_type.inner, max_len)))
        if isinstance(value_type, ir.String):
            return None if max_len is None else padded(max_len + 1)
        if isinstance(value_type, ir.Array):
            return self._array(value_type, max_len)
        if isinstance(value_type, ir.Map):
            return _times(max_len, _sum(
                part for inner in (value_type.key, value_type.value)
                for part in (self._apart(inner, 1),
                             self._value(inner, None))))
        if isinstance(value_type, (ir.StructRef, ir.UnionRef)):
            return self._known[value_type.name]
        return 0

    def _array(self, array: ir.Array, max_len: Optional[int]) -> Optional[int]:
        if is_byte_array(array):
            return 0            # in place, or left in the message
        one = self._value(array.element, None)
        if array.count is not None:
            return _times(array.count, one)
        if max_len is None:
            return None
        return _sum((self._apart(array.element, max_len),
                     _times(max_len, one)))


def _sum(parts: Iterable[Optional[int]]) -> Optional[int]:
    total = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _times(n: Optional[int], one: Optional[int]) -> Optional[int]:
    return None if n is None or one is None else n * one
