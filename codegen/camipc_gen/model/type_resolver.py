# SPDX-License-Identifier: MIT
"""Type syntax to types of the IR."""

from __future__ import annotations

from typing import Dict, Optional

from ..text.diagnostics import Diagnostics
from ..text.syntax import (GenericType, NamedType, NullableType, RefusedType,
                           TypeNode)
from .constants import BadValue, Evaluator, Place
from .ir import (Array, EnumRef, Fd, FlagsRef, Map, Nullable, Scalar, String,
                 StructRef, Type, UnionRef)
from .scope import BUILTINS, SCALARS, Scope, has_attribute
from .spelling import spell

# Elements of a fixed array are stored in the struct itself, and all of them are
# encoded: as many as bytes in the largest message that the library can carry.
MAX_COUNT = 16 << 20

_HANDLES = ("handle", "shared_buffer", "data_pipe_consumer",
            "data_pipe_producer", "message_pipe")
_INTERFACES = ("pending_remote", "pending_receiver",
               "pending_associated_remote", "pending_associated_receiver",
               "associated", "remote", "receiver")
_REFERENCES = {"struct": StructRef, "union": UnionRef, "enum": EnumRef}


class TypeResolver:
    """Resolves types. Raises BadValue after reporting an invalid one."""

    def __init__(self, scope: Scope, evaluator: Evaluator,
                 diagnostics: Diagnostics):
        self._scope = scope
        self._evaluator = evaluator
        self._diagnostics = diagnostics

    def resolve(self, node: TypeNode, place: Place, flags: bool = False,
                fd: Optional[Dict[str, object]] = None) -> Type:
        """@flags and @fd come from attributes, and apply to the innermost
        type."""
        if isinstance(node, NullableType):
            return self._nullable(node, place, flags, fd)
        if isinstance(node, GenericType):
            return self._generic(node, place, flags, fd)
        if isinstance(node, NamedType):
            return self._named(node, place, flags, fd)
        assert isinstance(node, RefusedType)
        self._refuse_interface(node)

    def _fail(self, id: str, node: TypeNode, message: str, notes=(),
              hint=None) -> None:
        self._diagnostics.error(id, node.span, message, notes, hint)
        raise BadValue()

    def _refuse_interface(self, node: TypeNode) -> None:
        self._fail("interface-value", node, "interfaces cannot be passed as "
                   "values", hint="declare an event interface for messages "
                   "in the other direction")

    # ---- names -------------------------------------------------------------

    def _named(self, node: NamedType, place: Place, flags, fd) -> Type:
        name = node.name
        if name in SCALARS:
            return Scalar(name)
        if name == "string":
            return String()
        symbol = self._scope.find(name, place.unit, place.outer, node.span)
        if symbol is None:
            if self._scope.is_fd(name, place.unit):
                return self._fd(fd)
            self._unknown(node, place)
        if symbol.node.name in ("SharedFD", "FileDescriptor") and \
                has_attribute(symbol.node, "skipHeader", "skipSerdes"):
            return self._fd(fd)
        if symbol.kind == "interface":
            self._refuse_interface(node)
        if symbol.kind not in _REFERENCES:
            self._fail("not-a-type", node, "'%s' is %s %s, not a type" % (
                name, "an" if symbol.kind[0] in "aeiou" else "a",
                symbol.kind), [(symbol.node.span, "declared here")])
        if symbol.kind == "enum" and (flags or
                                      has_attribute(symbol.node, "flags")):
            return FlagsRef(symbol.qualified)
        return _REFERENCES[symbol.kind](symbol.qualified)

    @staticmethod
    def _fd(facts: Optional[Dict[str, object]]) -> Fd:
        facts = facts or {}
        return Fd(facts.get("fd"), facts.get("access"),
                  bool(facts.get("sealed")), facts.get("min_size"))

    def _unknown(self, node: NamedType, place: Place) -> None:
        if node.name in _HANDLES:
            self._refuse_handle(node)
        if node.name == "array":
            self._fail("array-arity", node, "an array needs its element "
                       "type: write array<uint32>, for example")
        if node.name == "map":
            self._fail("map-arity", node, "a map needs the types of key and "
                       "value: write map<uint32, string>, for example")
        spelled = {"int": "int32", "uint": "uint32", "char": "uint8",
                   "byte": "uint8", "size_t": "uint64", "String": "string",
                   "str": "string", "boolean": "bool", "float32": "float",
                   "float64": "double", "long": "int64", "short": "int16",
                   "fd": "SharedFD", "FD": "SharedFD"}.get(node.name)
        hint = "did you mean '%s'?" % spelled if spelled else \
            self._scope.hint(node.name, place.unit,
                             ("struct", "union", "enum"), BUILTINS)
        self._fail("unknown-type", node, "unknown type '%s'" % node.name, (),
                   hint)

    def _refuse_handle(self, node: TypeNode) -> None:
        self._fail("handle-type", node, "type '%s' is not supported"
                   % node.name, hint="use SharedFD with [fd=memfd]")

    # ---- arrays, maps, T? --------------------------------------------------

    def _generic(self, node: GenericType, place: Place, flags, fd) -> Type:
        if node.name == "array":
            return self._array(node, place, flags, fd)
        if node.name == "map":
            return self._map(node, place, flags, fd)
        if node.name == "handle" and len(node.arguments) == 1 and \
                getattr(node.arguments[0], "name", "") == "platform":
            return self._fd(fd)
        if node.name in _HANDLES:
            self._refuse_handle(node)
        if node.name in _INTERFACES:
            self._refuse_interface(node)
        if node.name == "result":
            self._fail("result-type", node, "result<T, E> is not supported",
                       hint="write '=> (int32 ret, T value)'")
        self._fail("unknown-generic", node, "unknown type '%s<…>'"
                   % node.name, hint="expected array<T>, array<T, N> or "
                   "map<K, V>")

    def element(self, node: TypeNode, place: Place, flags: bool,
                fd: Optional[Dict[str, object]]) -> Type:
        """The type of an element, key, value or arm, which cannot be null."""
        if isinstance(node, NullableType):
            name = getattr(node.inner, "name", "T")
            self._fail("null-element", node, "elements, keys, values and "
                       "arms cannot be null",
                       hint="wrap '%s' in a struct" % name)
        return self.resolve(node, place, flags, fd)

    def _array(self, node: GenericType, place: Place, flags, fd) -> Type:
        if len(node.arguments) != 1:
            self._fail("array-arity", node, "an array needs exactly one "
                       "element type: write array<uint32>, for example")
        element = self.element(node.arguments[0], place, flags, fd)
        count = None
        if node.count is not None:
            value = self._evaluator.evaluate(node.count, place).value
            if isinstance(value, bool) or not isinstance(value, int) or \
                    not 1 <= value <= MAX_COUNT // _count_of(element):
                self._diagnostics.error(
                    "array-count", node.count.span, "invalid number of "
                    "elements: expected an integer of 1 to %d%s" % (
                        MAX_COUNT // _count_of(element),
                        ", because each element is an array of %d"
                        % _count_of(element) if _count_of(element) > 1
                        else ""))
                raise BadValue()
            count = value
        return Array(element, count)

    def _map(self, node: GenericType, place: Place, flags, fd) -> Type:
        if len(node.arguments) != 2:
            self._fail("map-arity", node, "a map needs exactly two types, "
                       "key and value: write map<uint32, string>, for example")
        key = self.element(node.arguments[0], place, flags, fd)
        if isinstance(key, Scalar) and not key.is_float or \
                isinstance(key, (String, EnumRef, FlagsRef)):
            return Map(key, self.element(node.arguments[1], place, flags,
                                          fd))
        self._fail("map-key", node.arguments[0], "invalid key type '%s': "
                   "expected an integer, bool, string or an enum"
                   % spell(key, ""))

    def _nullable(self, node: NullableType, place: Place, flags, fd) -> Type:
        inner = self.resolve(node.inner, place, flags, fd)
        if isinstance(inner, UnionRef):
            self._fail("nullable-type", node, "a union cannot be nullable",
                       hint="remove the '?': a union without an arm has the "
                            "tag NONE")
        if isinstance(inner, Fd):
            return inner
        return Nullable(inner)


def _count_of(value_type: Type) -> int:
    """The number of elements of a fixed array, nested ones multiplied."""
    count = 1
    while isinstance(value_type, Array) and value_type.count is not None:
        count *= value_type.count
        value_type = value_type.element
    return count
