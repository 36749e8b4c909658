# SPDX-License-Identifier: MIT
"""Values of constants, enum values, counts, defaults and attributes."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Dict, Optional, Set, Tuple, Union

from ..text.diagnostics import Diagnostics, list_of
from ..text.loader import Unit
from ..text.source import Span
from ..text.syntax import (Binary, ConstNode, EmptyList, EnumNode, Expression,
                           Literal, Name, NamedType, Unary)
from .ir import EnumRef, FlagsRef, Scalar, String
from .scope import Scope, Symbol

INTEGER_MIN, INTEGER_MAX = -(1 << 63), (1 << 64) - 1

_NAMED = {
    "INFINITY": math.inf, "NEGATIVE_INFINITY": -math.inf, "NAN": math.nan,
}


# Constants that refer to each other in a row before the value of the last one
# is computed by itself.
MAX_DEPTH = 20


class BadValue(Exception):
    """An invalid value, which was reported."""


class _TooDeep(Exception):
    """The value of @symbol must be computed first."""

    def __init__(self, symbol: Symbol):
        super().__init__()
        self.symbol = symbol


@dataclass(frozen=True)
class Value:
    """A value, and the enum that declares it, if one does."""
    value: Union[bool, int, float, str]
    enum: Optional[str] = None

    @property
    def kind(self) -> str:
        if isinstance(self.value, bool):
            return "a bool"
        if isinstance(self.value, int):
            return "a value of '%s'" % self.enum if self.enum \
                else "an integer"
        return "a float" if isinstance(self.value, float) else "a string"


@dataclass(frozen=True)
class Place:
    """Where an expression is, for looking up names."""
    unit: Unit
    outer: Tuple[str, ...] = ()
    enum: Optional[str] = None     # an enum whose values need no prefix


def integer_range(name: str) -> Tuple[int, int]:
    bits = int(name.lstrip("uint"))
    if name.startswith("u"):
        return 0, (1 << bits) - 1
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


class Evaluator:
    def __init__(self, scope: Scope, diagnostics: Diagnostics):
        self._scope = scope
        self._diagnostics = diagnostics
        self._known: Dict[str, Optional[Value]] = {}
        self._busy: Set[str] = set()     # being computed
        # Of each enum's values, by name; see _position().
        self._positions: Dict[str, Dict[str, Tuple[int, int]]] = {}
        # The numbers that each enum declares.
        self._values: Dict[str, Set[int]] = {}

    def _fail(self, id: str, span: Span, message: str, notes=(),
              hint=None) -> None:
        self._diagnostics.error(id, span, message, notes, hint)
        raise BadValue()

    # ---- expressions -------------------------------------------------------

    def evaluate(self, expression: Expression, place: Place) -> Value:
        """Raises BadValue after reporting."""
        if isinstance(expression, Literal):
            return Value(expression.value)
        if isinstance(expression, Name):
            return self._name(expression, place)
        if isinstance(expression, Unary):
            return self._unary(expression, place)
        if isinstance(expression, Binary):
            return self._binary(expression, place)
        assert isinstance(expression, EmptyList)
        self._fail("value-type", expression.span,
                   "unexpected []: expected a number, a string or a name")

    def _unary(self, node: Unary, place: Place) -> Value:
        value = self.evaluate(node.operand, place).value
        if isinstance(value, (bool, str)):
            self._fail("value-type", node.span,
                       "operator '%s' needs a number" % node.operator)
        if node.operator == "+":
            return Value(value)
        if node.operator == "-":
            return self._checked(-value, node.span)
        if isinstance(value, float):
            self._fail("value-type", node.span,
                       "operator '~' needs an integer")
        return self._checked(~value, node.span)

    def _binary(self, node: Binary, place: Place) -> Value:
        left = self.evaluate(node.left, place)
        right = self.evaluate(node.right, place)
        for side, value in ((node.left, left), (node.right, right)):
            if isinstance(value.value, (bool, float, str)):
                self._fail("value-type", side.span,
                           "operator '%s' needs integers, found %s"
                           % (node.operator, value.kind))
        enum = left.enum if left.enum == right.enum and \
            node.operator in "|&^" else None
        a, b = left.value, right.value
        if node.operator in ("/", "%"):
            return self._divide(node, a, b)
        if node.operator in ("<<", ">>"):
            if not 0 <= b <= 63:
                self._fail("bad-shift", node.right.span,
                           "invalid shift by %d: expected 0 to 63" % b)
            return self._checked(a << b if node.operator == "<<" else a >> b,
                                 node.span)
        result = {"|": a | b, "^": a ^ b, "&": a & b, "+": a + b,
                  "-": a - b, "*": a * b}[node.operator]
        return self._checked(result, node.span, enum)

    def _divide(self, node: Binary, a: int, b: int) -> Value:
        """As C does: towards zero."""
        if b == 0:
            self._fail("division-by-zero", node.right.span,
                       "division by zero: expected a divisor other than 0")
        quotient = abs(a) // abs(b)
        if (a < 0) != (b < 0):
            quotient = -quotient
        return self._checked(quotient if node.operator == "/"
                             else a - quotient * b, node.span)

    def _checked(self, value, span: Span, enum=None) -> Value:
        if isinstance(value, int) and not \
                INTEGER_MIN <= value <= INTEGER_MAX:
            self._fail("overflow", span, "the result is %s: expected %d to %d"
                       % (short(value), INTEGER_MIN, INTEGER_MAX))
        return Value(value, enum)

    # ---- names -------------------------------------------------------------

    def _name(self, node: Name, place: Place) -> Value:
        kind, _, last = node.name.partition(".")
        if kind in ("float", "double") and last in _NAMED:
            return Value(_NAMED[last])
        if place.enum and "." not in node.name:
            symbol = self._scope.symbols.get(place.enum + "." + node.name)
            if symbol is not None:
                return self.value_of(symbol, node.span)
        symbol = self._scope.find(node.name, place.unit, place.outer,
                                  node.span)
        if symbol is None:
            self._fail("unknown-name", node.span,
                       "unknown value '%s'" % node.name, (),
                       self._hint(node, place))
        if symbol.kind not in ("constant", "enum value"):
            self._fail("not-a-value", node.span, "'%s' is %s %s, not a value"
                       % (node.name, "an" if symbol.kind[0] in "aeiou"
                          else "a", symbol.kind),
                       [(symbol.node.span, "declared here")])
        return self.value_of(symbol, node.span)

    def _hint(self, node: Name, place: Place) -> Optional[str]:
        own = []
        enum = self._scope.symbols.get(place.enum or "")
        if enum is not None:
            own = [value.name for value in enum.node.enumerators]
        return self._scope.hint(node.name, place.unit,
                                ("constant", "enum value"), own)

    def value_of(self, symbol: Symbol, span: Span) -> Value:
        """The value of a constant or of an enum's value. A chain of constants
        may be longer than Python's stack: a part of it that is too deep is
        computed first, from the top."""
        if self._busy:
            return self._value_below(symbol, span)
        pending = [symbol]
        try:
            while True:
                try:
                    value = self._value_below(pending[-1], span)
                except _TooDeep as deep:
                    if deep.symbol in pending:
                        self._depends_on_itself(deep.symbol, span)
                    pending.append(deep.symbol)
                    continue
                pending.pop()
                if not pending:
                    return value
        except BadValue:
            self._known.update((one.qualified, None) for one in pending)
            raise

    def _depends_on_itself(self, symbol: Symbol, span: Span) -> None:
        self._fail("const-cycle", symbol.node.span, "the value of '%s' "
                   "depends on itself" % symbol.node.name,
                   [(span, "used here")])

    def _value_below(self, symbol: Symbol, span: Span) -> Value:
        name = symbol.qualified
        if name in self._busy:
            self._depends_on_itself(symbol, span)
        if name not in self._known:
            if len(self._busy) >= MAX_DEPTH:
                raise _TooDeep(symbol)
            self._busy.add(name)
            try:
                self._known[name] = self._compute(symbol)
            except BadValue:
                self._known[name] = None
            finally:
                self._busy.remove(name)
        value = self._known[name]
        if value is None:
            raise BadValue()
        return value

    def _compute(self, symbol: Symbol) -> Value:
        if isinstance(symbol.node, ConstNode):
            return self._constant(symbol)
        return self._enumerator(symbol)

    def _constant(self, symbol: Symbol) -> Value:
        node = symbol.node
        place = Place(symbol.unit, symbol.outer)
        value_type = self.const_type(node, place)
        return Value(self.typed(node.value, value_type, place),
                     getattr(value_type, "name", None)
                     if isinstance(value_type, EnumRef) else None)

    def const_type(self, node: ConstNode, place: Place):
        """Scalar, String or EnumRef."""
        if isinstance(node.type, NamedType):
            name = node.type.name
            if name == "string":
                return String()
            if name in ("bool", "float", "double") or \
                    name.lstrip("u")[:3] == "int" and \
                    name.lstrip("uint") in ("8", "16", "32", "64"):
                return Scalar(name)
            symbol = self._scope.find(name, place.unit, place.outer,
                                      node.type.span)
            if symbol is not None and symbol.kind == "enum":
                return EnumRef(symbol.qualified)
        self._fail("const-type", node.type.span, "invalid type of a "
                   "constant: expected a number, bool, string or an enum")

    def _enumerator(self, symbol: Symbol) -> Value:
        enum = self._scope.symbols[symbol.enum].node
        assert isinstance(enum, EnumNode)
        # Without recursion over implicit values: enums can be long.
        at, start = self._position(symbol, enum)
        expression = enum.enumerators[start].value
        if expression is None:
            return Value(at - start, symbol.enum)
        if start != at:
            first = self._scope.symbols[
                "%s.%s" % (symbol.enum, enum.enumerators[start].name)]
            value = self.value_of(first, symbol.node.span).value
            return Value(value + at - start, symbol.enum)
        value = self.evaluate(expression, Place(
            symbol.unit, symbol.outer[:-1], symbol.enum)).value
        if isinstance(value, bool) or not isinstance(value, int):
            self._fail("value-type", expression.span, "invalid enum value: "
                       "expected an integer, found %s" % Value(value).kind)
        return Value(value, symbol.enum)

    def _position(self, symbol: Symbol, enum: EnumNode) -> Tuple[int, int]:
        """The index of an enumerator, and of the nearest one before it, or
        itself, that has a value; 0 if none has."""
        if symbol.enum not in self._positions:
            found: Dict[str, Tuple[int, int]] = {}
            start = 0
            for at, one in enumerate(enum.enumerators):
                start = at if one.value is not None else start
                found.setdefault(one.name, (at, start))
            self._positions[symbol.enum] = found
        return self._positions[symbol.enum][symbol.node.name]

    # ---- values of a type --------------------------------------------------

    def typed(self, expression: Expression, value_type, place: Place):
        """The value of @expression as @value_type, or BadValue."""
        if isinstance(value_type, (EnumRef, FlagsRef)):
            return self._enum_value(expression, value_type, place)
        value = self.evaluate(expression, place)
        if isinstance(value_type, String):
            if not isinstance(value.value, str):
                self._wrong(expression, value, "a string")
            return value.value
        assert isinstance(value_type, Scalar)
        if value_type.name == "bool":
            if not isinstance(value.value, bool):
                self._wrong(expression, value, "true or false")
            return value.value
        if isinstance(value.value, (bool, str)):
            self._wrong(expression, value, "a number")
        if value_type.is_float:
            return self._float(expression, value.value, value_type.name)
        return self._integer(expression, value, value_type.name)

    def _wrong(self, expression: Expression, value: Value,
               wanted: str) -> None:
        self._fail("value-type", expression.span, "expected %s, found %s"
                   % (wanted, value.kind))

    def _integer(self, expression, value: Value, name: str) -> int:
        if isinstance(value.value, float):
            self._wrong(expression, value, "an integer")
        low, high = integer_range(name)
        if not low <= value.value <= high:
            self._fail("value-range", expression.span,
                       "value %s is out of range: %s holds %d to %d"
                       % (short(value.value), name, low, high))
        return value.value

    def _float(self, expression, value, name: str) -> float:
        result = float(value)
        if name == "float" and math.isfinite(result):
            try:
                struct.pack("<f", result)
            except OverflowError:
                self._fail("value-range", expression.span,
                           "value %r is out of range: float holds up to "
                           "3.4e38" % result)
        return result

    def _enum_value(self, expression, value_type, place: Place) -> int:
        place = Place(place.unit, place.outer, value_type.name)
        value = self.evaluate(expression, place)
        if isinstance(value.value, (bool, float, str)):
            self._wrong(expression, value, "a value of '%s'"
                        % value_type.name)
        if value.enum not in (None, value_type.name):
            self._wrong(expression, value, "a value of '%s'"
                        % value_type.name)
        if value.enum is None and isinstance(value_type, EnumRef):
            self._declared(expression, value.value, value_type.name)
        return value.value

    def _declared(self, expression, value: int, enum: str) -> None:
        """Reports a bare number that is neither 0 nor a value of the enum."""
        symbol = self._scope.symbols[enum]
        if enum not in self._values:
            try:
                self._values[enum] = {
                    self.value_of(self._scope.symbols[enum + "." + one.name],
                                  expression.span).value
                    for one in symbol.node.enumerators}
            except BadValue:
                return
        values = self._values[enum]
        if value != 0 and value not in values:
            self._fail("value-range", expression.span,
                       "enum '%s' has no value %d" % (enum, value),
                       [(symbol.node.span, "declared here")],
                       list_of(e.name for e in symbol.node.enumerators))


def short(value: int) -> str:
    text = "%d" % value
    return text if len(text) <= 24 else "about %.3e" % value \
        if abs(value) < 1 << 1000 else "a number of %d digits" % len(text)
