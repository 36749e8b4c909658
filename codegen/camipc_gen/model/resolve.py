# SPDX-License-Identifier: MIT
"""Syntax trees to the IR: names, numbers, values, types.

Errors that only the lookup itself can detect are reported here; all others are
found in the finished program, by check/rules.py.
"""

from __future__ import annotations

import math
from typing import Dict, List, Optional, Sequence, Tuple, Union as Either

from ..text.diagnostics import Diagnostics
from ..text.loader import Options, Unit
from ..text.syntax import (ConstNode, EmptyList, EnumNode, FieldNode, Name,
                           NullableType, StructNode, UnionNode)
from . import ir
from .attribute_reader import AttributeReader
from .attributes import EXTERNAL_SIZE
from .constants import BadValue, Evaluator, Place, integer_range
from .docs import Docs
from .numbering import MAX_FIELD, Numbering, parse_retired, refuse_retired
from .parts import innermost
from .scope import Scope, has_attribute, join
from .type_resolver import TypeResolver

_FD_FACTS = ("fd", "access", "sealed", "min_size")


class Resolver:
    """Resolves the declarations of all files of a run."""

    def __init__(self, scope: Scope, options: Options,
                 diagnostics: Diagnostics):
        self.scope = scope
        self.options = options
        self.diagnostics = diagnostics
        self.evaluator = Evaluator(scope, diagnostics)
        self.attributes = AttributeReader(self.evaluator, diagnostics)
        self.types = TypeResolver(scope, self.evaluator, diagnostics)
        # Enums that their own file uses as flags. Uses in importing files do
        # not count: output must not depend on who imports a file.
        self.flag_enums: set = set()
        self._docs: Dict[int, Docs] = {}

    def docs(self, unit: Unit) -> Docs:
        if id(unit) not in self._docs:
            self._docs[id(unit)] = Docs(unit, self.diagnostics)
        return self._docs[id(unit)]

    def declared(self, node, target: str, place: Place) -> dict:
        """The members that all declarations of the IR have."""
        return {
            "name": node.name, "span": node.span,
            "doc": self.docs(place.unit).of(node),
            "attributes": self.attributes.read(node.attributes, target,
                                               place),
        }

    # ---- constants, enums --------------------------------------------------

    def const(self, node: ConstNode, place: Place) -> Optional[ir.Const]:
        qualified = join(place.unit.module, *place.outer, node.name)
        common = self.declared(node, "const", place)
        try:
            value = self.evaluator.value_of(self.scope.symbols[qualified],
                                            node.span)
            value_type = self.evaluator.const_type(node, place)
        except BadValue:
            return None
        return ir.Const(qualified=qualified, type=value_type,
                        value=value.value, **common)

    def enum(self, node: EnumNode, place: Place) -> ir.Enum:
        qualified = join(place.unit.module, *place.outer, node.name)
        inner = Place(place.unit, place.outer + (node.name,), qualified)
        values: List[ir.Enumerator] = []
        declared = self.declared(node, "enum", place)
        retired = parse_retired(declared["attributes"], self.diagnostics)
        for value in node.enumerators:
            symbol = self.scope.symbols[join(qualified, value.name)]
            common = self.declared(value, "enumerator", inner)
            try:
                number = self.evaluator.value_of(symbol, value.span).value
            except BadValue:
                continue
            refuse_retired(value.span, number, retired, self.diagnostics)
            values.append(ir.Enumerator(value=number, **common))
        return ir.Enum(
            qualified=qualified, module=place.unit.module, outer=place.outer,
            enumerators=tuple(values),
            extensible=has_attribute(node, "Extensible"),
            scoped=has_attribute(node, "scopedEnum"),
            used_as_flags=has_attribute(node, "flags") or
            qualified in self.flag_enums, **declared)

    # ---- fields ------------------------------------------------------------

    def fields(self, owner: str, nodes: Sequence[FieldNode], target: str,
               place: Place, retired=frozenset(),
               first: int = 1) -> Tuple[ir.Field, ...]:
        """Members of a struct or union, parameters or outputs."""
        numbering = Numbering(owner, MAX_FIELD, retired,
                              self.options.ordinal_base, self.diagnostics)
        numbers = numbering.number(nodes, first)
        seen: Dict[str, FieldNode] = {}
        found: List[ir.Field] = []
        for node, number in zip(nodes, numbers):
            other = seen.setdefault(node.name, node)
            if other is not node:
                self.diagnostics.error(
                    "duplicate-name", node.span, "'%s' is declared twice in "
                    "'%s'" % (node.name, owner),
                    [(other.span, "the first declaration is here")])
                continue
            field = self._field(node, number, target, place)
            if field is not None:
                found.append(field)
        return tuple(found)

    def _field(self, node: FieldNode, number: int, target: str,
               place: Place) -> Optional[ir.Field]:
        common = self.declared(node, target, place)
        values = {a.name: True if a.value is None else a.value
                for a in common["attributes"]}
        facts = {name: values[name] for name in _FD_FACTS if name in values}
        try:
            resolve = self.types.element if target == "arm" \
                else self.types.resolve
            value_type = resolve(node.type, place, "flags" in values, facts)
            default = self._default(node, value_type, place)
        except BadValue:
            return None
        self._note_flags(value_type, place)
        # [fd=…] demands a descriptor, unless the type is "SharedFD?".
        required = "required" in values or (
            isinstance(value_type, ir.Fd) and value_type.kind is not None
            and not isinstance(node.type, NullableType))
        if node.default is not None and default is None:
            self._zero_is_allowed(node, values)
        return ir.Field(
            type=value_type, number=number, default=default,
            required=required, min=_limit(values.get("min"), value_type, 0),
            max=_limit(values.get("max"), value_type, 1),
            max_len=values.get("max_len"), wire=values.get("wire"),
            wire_key=values.get("wire_key"),
            wire_value=values.get("wire_value"),
            unpacked="unpacked" in values, inline="inline" in values, **common)

    def _zero_is_allowed(self, node: FieldNode, values: dict) -> None:
        """Reports a zero default that the field's attributes refuse. Such a
        default is not stored: zero is the default of the type."""
        of_elements = isinstance(node.default, EmptyList)
        if not of_elements and (values.get("min", 0) > 0 or
                                values.get("max", 0) < 0) or \
                "required" in values:
            self.diagnostics.error(
                "default-limit", node.default.span, "the default of '%s' is "
                "refused by its own attributes" % node.name,
                hint="remove the default: senders must then set the field")

    def _note_flags(self, value_type: ir.Type, place: Place) -> None:
        inner = innermost(value_type)
        if isinstance(inner, ir.FlagsRef) and \
                self.scope.symbols[inner.name].unit is place.unit:
            self.flag_enums.add(inner.name)

    def _default(self, node: FieldNode, value_type: ir.Type, place: Place):
        """The default, or None if zeroed memory means the same."""
        expression = node.default
        if expression is None:
            return None
        if isinstance(value_type, ir.Nullable):
            self._refuse_default("nullable-default", node, "'%s' cannot have "
                                 "a default: it can be null, which is the "
                                 "default" % node.name)
        if isinstance(value_type, (ir.Array, ir.Map)):
            if isinstance(expression, EmptyList) and \
                    getattr(value_type, "count", None) is None:
                return None
            self._refuse_default(
                "default-type", node, "invalid default for '%s': expected []"
                % node.name if getattr(value_type, "count", None) is None else
                "'%s' cannot have a default: a fixed array defaults to zeros"
                % node.name)
        if isinstance(value_type, ir.StructRef) and \
                isinstance(expression, Name) and expression.name == "default":
            return None
        if isinstance(value_type, ir.StructRef):
            self._refuse_default("default-type", node, "invalid default for "
                                 "'%s': expected 'default'" % node.name)
        if isinstance(value_type, (ir.UnionRef, ir.Fd)):
            self._refuse_default("default-type", node, "'%s' cannot have a "
                                 "default: unions and descriptors start empty"
                                 % node.name)
        value = self.evaluator.typed(expression, value_type, place)
        return None if is_zero(value) else value

    def _refuse_default(self, id: str, node: FieldNode, message: str):
        self.diagnostics.error(id, node.default.span, message)
        raise BadValue()

    # ---- structs, unions ---------------------------------------------------

    def struct(self, node: StructNode, place: Place) -> ir.Struct:
        common = self.declared(node, "struct", place)
        retired = parse_retired(common["attributes"], self.diagnostics)
        inner = Place(place.unit, place.outer + (node.name,))
        return ir.Struct(
            qualified=join(place.unit.module, node.name),
            module=place.unit.module, outer=place.outer,
            fields=self.fields(node.name, node.fields, "field", inner,
                               retired),
            keep_unknown=has_attribute(node, "keep_unknown"),
            external=_external(common["attributes"]), **common)

    def union(self, node: UnionNode, place: Place) -> ir.Union:
        common = self.declared(node, "union", place)
        retired = parse_retired(common["attributes"], self.diagnostics)
        return ir.Union(
            qualified=join(place.unit.module, node.name),
            module=place.unit.module, outer=place.outer,
            arms=self.fields(node.name, node.arms, "arm", place, retired),
            extensible=has_attribute(node, "Extensible"), **common)


def _external(attributes) -> Optional[ir.External]:
    """What [external] and the attributes beside it say. check/external.py
    reports those that are missing."""
    values = {a.name: a.value for a in attributes}
    if "external" not in values:
        return None
    return ir.External(
        header=values.get("header") or "", c_type=values.get("cname") or "",
        functions=values.get("functions") or "",
        max_len=values.get("max_len") or 0,
        max_size=values.get("max_size") or EXTERNAL_SIZE,
        version=values.get("Version") or 1)


def is_zero(value) -> bool:
    """Whether zeroed memory means @value; -0.0 differs in its bits."""
    if isinstance(value, float):
        return value == 0.0 and math.copysign(1.0, value) > 0
    return value in (0, "", False)


def _limit(value: Either[None, int, float], value_type: ir.Type, end: int):
    """The limit in the type's own form; None if the type implies it."""
    inner = innermost(value_type)
    if value is None or not isinstance(inner, ir.Scalar) or \
            inner.name == "bool":
        return value
    if inner.is_float:
        return float(value)
    return None if value == integer_range(inner.name)[end] else value
