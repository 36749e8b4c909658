# SPDX-License-Identifier: MIT
"""How many bytes structs and unions take in C."""

from __future__ import annotations

from typing import Dict, Iterable

from . import ir
from .order import by_value, components, members

# Bytes of a pointer and of a size_t, as on 64-bit machines.
_WORD = 8


class Extents:
    """Sizes of structs in C, in bytes. They are those of a 64-bit machine,
    with enough padding for any order of members."""

    def __init__(self, program: ir.Program):
        self._program = program
        self._known: Dict[str, int] = {}
        declared = [*program.structs.values(), *program.unions.values()]
        by_name = {d.qualified: d for d in declared}
        graph = {name: [inner for field in members(declaration)
                        for inner in by_value(field.type)]
                 for name, declaration in by_name.items()}
        for component in components(graph):
            for name in component:
                self._known[name] = self._declared(by_name[name])

    def __getitem__(self, qualified: str) -> int:
        return self._known[qualified]

    def of(self, fields: Iterable[ir.Field]) -> int:
        return sum(padded(self.value(field.type)) for field in fields)

    def _declared(self, declaration) -> int:
        if isinstance(declaration, ir.Union):
            return _WORD + max((padded(self.value(arm.type))
                                for arm in declaration.arms), default=0)
        if declaration.external:
            return declaration.external.max_size
        return self.of(declaration.fields) + 2 * _WORD

    def value(self, value_type: ir.Type) -> int:
        """One value where it stands."""
        if isinstance(value_type, ir.Scalar):
            return value_type.bits // 8
        if isinstance(value_type, ir.Array) and value_type.count is not None:
            return value_type.count * self.value(value_type.element)
        if isinstance(value_type, (ir.StructRef, ir.UnionRef)):
            # 0 for a type inside itself, which is another error.
            return self._known.get(value_type.name, 0)
        if isinstance(value_type, (ir.EnumRef, ir.FlagsRef, ir.Fd)):
            return 4
        return 2 * _WORD        # a pointer and a number, or a flag and a value


def padded(size: int) -> int:
    return (size + _WORD - 1) // _WORD * _WORD
