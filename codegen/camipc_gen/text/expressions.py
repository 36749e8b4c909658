# SPDX-License-Identifier: MIT
"""Parsing of expressions, types and attribute lists."""

from __future__ import annotations

from typing import List, Optional, Tuple

from .stream import (MAX_EXPRESSION_DEPTH, MAX_OPERATORS, MAX_TYPE_DEPTH,
                     TokenStream)
from .syntax import (AttributeNode, Binary, EmptyList, Expression, GenericType,
                     Literal, Name, NamedType, NullableType, RefusedType,
                     TypeNode, Unary)

# Weakest binding first. ">>" is two tokens, because array<array<T>> has both.
_PRECEDENCE = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"),
               ("*", "/", "%"))


class ExpressionParser(TokenStream):
    """Parses expressions, types and attributes."""

    # ---- expressions -------------------------------------------------------

    def expression(self, in_angle: bool = False) -> Expression:
        """Inside of <>, ">>" closes instead of shifting."""
        return self._operators(0, 0, in_angle)

    def _operators(self, level: int, depth: int, in_angle: bool):
        if level == len(_PRECEDENCE):
            return self._unary(depth, in_angle)
        left = self._operators(level + 1, depth, in_angle)
        count = 0
        while True:
            operator = self._operator(_PRECEDENCE[level], in_angle)
            if operator is None:
                return left
            count += 1
            if count > MAX_OPERATORS:
                self._fail_expression("more than %d operators in a row"
                                      % MAX_OPERATORS)
            right = self._operators(level + 1, depth, in_angle)
            left = Binary(left.span.to(right.span), operator, left, right)

    def _operator(self, operators, in_angle: bool) -> Optional[str]:
        kind = self.token.kind
        if kind in operators:
            return self.take().kind
        if ">>" in operators and kind == ">" and not in_angle:
            first, second = self.token.span, self.peek().span
            if self.peek().kind == ">" and second.line == first.line and \
                    second.column == first.column + 1:
                self.take()
                self.take()
                return ">>"
        return None

    def _unary(self, depth: int, in_angle: bool) -> Expression:
        if depth > MAX_EXPRESSION_DEPTH:
            self._fail_expression("nested more than %d levels deep"
                                  % MAX_EXPRESSION_DEPTH)
        if self.at("-", "+", "~"):
            operator = self.take()
            operand = self._unary(depth + 1, in_angle)
            return Unary(operator.span.to(operand.span), operator.kind,
                         operand)
        if self.at("("):
            self.take()
            inner = self._operators(0, depth + 1, False)
            self.expect(")", "')'")
            return inner
        return self._primary()

    def _primary(self) -> Expression:
        token = self.token
        if self.at("int", "float", "string"):
            self.take()
            return Literal(token.span, token.value)
        if self.at_word("true", "false"):
            self.take()
            return Literal(token.span, token.text == "true")
        if self.at("name"):
            name = self.dotted_name("a value")
            return name
        if self.at("["):
            self.take()
            end = self.expect("]", "']': [] is the only array literal")
            return EmptyList(token.span.to(end.span))
        self.fail("syntax", token.span, "expected a value, found %s" % token)

    def _fail_expression(self, why: str) -> None:
        self.fail("too-deep", self.token.span, "the expression is too "
                  "complex: " + why, hint="define parts of it as constants")

    # ---- types -------------------------------------------------------------

    def type(self, depth: int = 0) -> TypeNode:
        if depth > MAX_TYPE_DEPTH:
            self.fail("too-deep", self.token.span, "the type is nested more "
                      "than %d levels deep" % MAX_TYPE_DEPTH,
                      hint="put parts of it in structs")
        if self.at_word("associated") and self.peek().kind == "name":
            word = self.take()
            inner = self.type(depth + 1)
            return RefusedType(word.span.to(inner.span), "associated")
        name = self.dotted_name("a type")
        result: TypeNode = NamedType(name.span, name.name)
        if self.at("<"):
            result = self._generic(name, depth)
        if self.at("&"):
            end = self.take()
            result = RefusedType(name.span.to(end.span), "&")
        elif self.at("[") and self.peek().kind in ("]", "int"):
            self.fail("syntax", self.token.span,
                      "invalid array type '%s[…]': write array<%s>"
                      % (name.name, name.name))
        if self.at("?"):
            end = self.take()
            result = NullableType(name.span.to(end.span), result)
        return result

    def _generic(self, name: Name, depth: int) -> TypeNode:
        self.take()
        arguments: List[TypeNode] = [self.type(depth + 1)]
        count = None
        while self.take_if(","):
            if name.name == "array":
                count = self.expression(in_angle=True)
                break
            arguments.append(self.type(depth + 1))
        end = self.expect(">", "'>' after the type")
        return GenericType(name.span.to(end.span), name.name,
                           tuple(arguments), count)

    # ---- attributes --------------------------------------------------------

    def attribute_list(self) -> Tuple[AttributeNode, ...]:
        """[a, b=1], several lists in a row, or nothing."""
        found: List[AttributeNode] = []
        while self.at("["):
            self.take()
            while not self.at("]"):
                found.append(self._attribute())
                if not self.take_if(","):
                    break
            self.expect("]", "']' after the attributes")
        return tuple(found)

    def _attribute(self) -> AttributeNode:
        name = self.expect_name("the name of an attribute")
        value = None
        if self.take_if("="):
            value = self.expression()
        return AttributeNode(name.span, name.text, value)
