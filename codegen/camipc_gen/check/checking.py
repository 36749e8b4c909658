# SPDX-License-Identifier: MIT
"""The program as rules see it, and their access to diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

from ..model import ir, reach
from ..model.order import members
from ..model.resolve import Resolver
from ..model.scope import is_skipped
from ..text.loader import Loader, Unit
from ..text.source import Span
from ..text.syntax import (EnumNode, InterfaceNode, Literal, StructNode,
                           UnionNode)


@dataclass(frozen=True)
class Place:
    """A field, arm, parameter or output, with its kind and owner."""
    declaration: ir.Field
    kind: str
    owner: ir.Declaration


class Checking:
    def __init__(self, program: ir.Program, units: Sequence[Unit],
                 loader: Loader, resolver: Resolver):
        self.program = program
        self.units = units
        self.loader = loader
        self.resolver = resolver
        self.diagnostics = resolver.diagnostics
        self.error = resolver.diagnostics.error
        self.warning = resolver.diagnostics.warning
        self.clashes: Set[Tuple[Span, Span]] = set()   # of C names, reported

    # ---- declarations ------------------------------------------------------

    def structs(self) -> List[ir.Struct]:
        return [s for module in self.program.modules for s in module.structs]

    def unions(self) -> List[ir.Union]:
        return [u for module in self.program.modules for u in module.unions]

    def enums(self) -> List[ir.Enum]:
        return [e for module in self.program.modules for e in module.enums]

    def interfaces(self) -> List[ir.Interface]:
        return [i for module in self.program.modules
                for i in module.interfaces]

    def methods(self) -> Iterator[Tuple[ir.Interface, ir.Method]]:
        for interface in self.interfaces():
            for method in interface.methods + interface.events:
                yield interface, method

    def fields(self) -> List[Place]:
        found = [Place(field, "field", struct)
                 for struct in self.structs() for field in struct.fields]
        found += [Place(arm, "arm", union)
                  for union in self.unions() for arm in union.arms]
        for _, method in self.methods():
            found += [Place(p, "parameter", method) for p in method.params]
            found += [Place(o, "output", method) for o in method.outs]
        return found

    def everything(self) -> Iterator[ir.Declaration]:
        for module in self.program.modules:
            yield from module.consts
            for enum in module.enums:
                yield enum
                yield from enum.enumerators
            for composite in module.structs + module.unions:
                yield composite
                yield from members(composite)
            for interface in module.interfaces:
                yield interface
                for method in interface.methods + interface.events:
                    yield method
                    yield from method.params
                    yield from method.outs

    def numbered_nodes(self) -> Iterator[Sequence]:
        """The lists of members that are numbered by their order."""
        for unit in self.units:
            for node in unit.file.declarations:
                if isinstance(node, StructNode):
                    yield node.fields
                elif isinstance(node, UnionNode):
                    yield node.arms
                elif isinstance(node, InterfaceNode):
                    yield node.methods
                    for method in node.methods:
                        yield method.params
                        yield method.outs or ()
                elif isinstance(node, EnumNode) and not any(
                        value.value for value in node.enumerators):
                    yield node.enumerators

    # ---- questions ---------------------------------------------------------

    def is_foreign(self, interface: ir.Interface) -> bool:
        """Whether nobody can change the file that declares @interface."""
        return self.program.module_of[interface.qualified].is_foreign

    @staticmethod
    def attribute(declaration: ir.Declaration,
                  name: str) -> Optional[ir.Attribute]:
        for attribute in declaration.attributes:
            if attribute.name == name:
                return attribute
        return None

    @staticmethod
    def node_version(node) -> int:
        for attribute in node.attributes:
            if attribute.name == "MinVersion" and \
                    isinstance(attribute.value, Literal) and \
                    isinstance(attribute.value.value, int):
                return attribute.value.value
        return 0

    def unique(self, declarations: Sequence[ir.Declaration],
               owner: str) -> None:
        seen: Dict[str, ir.Declaration] = {}
        for declaration in declarations:
            other = seen.setdefault(declaration.name, declaration)
            if other is not declaration:
                self.error("duplicate-name", declaration.span,
                           "'%s' is declared twice in '%s'"
                           % (declaration.name, owner),
                           [(other.span, "the first declaration is here")])

    def can_hold_fd(self, fields: Sequence[ir.Field]) -> bool:
        return reach.holds_fd(self.program, fields)

    def skipped_nodes(self) -> Iterator[Tuple[Unit, object]]:
        for unit in self.units:
            for node in unit.file.declarations:
                if is_skipped(node):
                    yield unit, node
