# SPDX-License-Identifier: MIT
"""Tokens to a syntax tree: a recursive descent over declarations.

After an error the parser continues, so that one run reports several errors.
"""

from __future__ import annotations

from typing import Callable, List, Optional, Tuple

from .diagnostics import Diagnostics
from .expressions import ExpressionParser
from .lexer import lex
from .source import Source, Span
from .syntax import (AttributeNode, Comment, ConstNode, EnumeratorNode,
                     EnumNode, FieldNode, File, ImportNode, InterfaceNode,
                     Literal, MethodNode, Name, StructNode, UnionNode)

# Hint about [EnableIf] and the like.
NO_CONDITIONS = "remove it: an interface must be the same in every build"


class Parser(ExpressionParser):
    """One file."""

    def __init__(self, source: Source, diagnostics: Diagnostics):
        tokens = lex(source, diagnostics)
        super().__init__(tokens.tokens, diagnostics)
        self._path = source.path
        self._license = tokens.license
        self._module: Optional[Name] = None
        self._module_attributes: Tuple[AttributeNode, ...] = ()
        self._module_comments: Tuple[Comment, ...] = ()
        self._imports: List[ImportNode] = []
        self._declarations: list = []

    def run(self) -> File:
        while not self.at("end"):
            self.guarded(self._statement, self.skip_declaration)
        return File(self._path, self._module, self._module_attributes,
                    self._module_comments, tuple(self._imports),
                    tuple(self._declarations), self._license,
                    tuple(self.token.comments))

    # ---- statements of a file ----------------------------------------------

    def _statement(self) -> None:
        start = self.position
        if self.at(";", "}"):
            self.fail("syntax", self.token.span,
                      "unexpected %s outside a declaration" % self.token)
        attributes = self.attribute_list()
        word = self.token
        parse = {
            "module": self._module_statement, "import": self._import,
            "const": self._const, "enum": self._enum, "struct": self._struct,
            "union": self._union, "interface": self._interface,
            "feature": self._feature,
        }.get(word.text if word.kind == "name" else "")
        if parse is None:
            self.fail("syntax", word.span,
                      "expected a declaration, found %s" % word,
                      hint="a declaration starts with module, import, const, "
                           "enum, struct, union or interface")
        node = parse(start, attributes)
        if node is not None:
            self._declarations.append(node)

    def _module_statement(self, start: int, attributes) -> None:
        word = self.take()
        name = self.dotted_name("the name of the module")
        self.expect(";", "';' after the module statement")
        if self._module is not None:
            self.fail("duplicate-module", word.span,
                      "second module statement: a file has exactly one",
                      [(self._module.span, "the first one is here")])
        if self._imports or self._declarations:
            self.diagnostics.error(
                "module-order", word.span,
                "the module statement must come before imports and "
                "declarations")
        self._module = name
        self._module_attributes = attributes
        self._module_comments = self.comments_since(start)

    def _import(self, start: int, attributes) -> None:
        word = self.take()
        path = self.expect("string", "the file to import, in quotes")
        self.expect(";", "';' after the import")
        if self._declarations:
            self.diagnostics.error("module-order", word.span,
                                   "imports must come before declarations")
        self._refuse_attributes(attributes, "an import")
        self._imports.append(ImportNode(path.span, path.value))

    def _refuse_attributes(self, attributes, what: str) -> None:
        for attribute in attributes:
            if attribute.name == "EnableIf":
                self.diagnostics.error(
                    "build-condition", attribute.span, "build condition "
                    "'EnableIf' is not supported", hint=NO_CONDITIONS)
            else:
                self.diagnostics.error(
                    "attribute-place", attribute.span, "attribute '%s' is "
                    "not allowed on %s" % (attribute.name, what))

    def _feature(self, start: int, attributes) -> None:
        word = self.take()
        self.fail("build-condition", word.span, "build condition 'feature' "
                  "is not supported", hint=NO_CONDITIONS)

    # ---- const, enum -------------------------------------------------------

    def _const(self, start: int, attributes) -> ConstNode:
        self.take()
        type = self.type()
        name = self.expect_name("the name of the constant")
        self.expect("=", "'=' and the constant's value")
        value = self.expression()
        self.expect(";", "';' after the constant")
        return ConstNode(name.span, name.text, attributes,
                         self.comments_since(start), type, value)

    def _enum(self, start: int, attributes) -> Optional[EnumNode]:
        self.take()
        name = self.expect_name("the name of the enum")
        if self._forward(name.span, attributes):
            return None
        opening = self.expect("{", "'{' and the enum's values")
        comments = self.comments_since(start)
        values: List[EnumeratorNode] = []
        while not self._body_ended(opening.span):
            value = self.guarded(self._enumerator, self.skip_element)
            if value is not None:
                values.append(value)
        self._close("enum")
        return EnumNode(name.span, name.text, attributes, comments,
                        tuple(values))

    def _enumerator(self) -> EnumeratorNode:
        start = self.position
        attributes = self.attribute_list()
        name = self.expect_name("the name of a value")
        value = self.expression() if self.take_if("=") else None
        if not self.at("}"):
            self.expect(",", "',' between the values")
        return EnumeratorNode(name.span, name.text, attributes,
                              self.comments_since(start), value)

    # ---- struct, union -----------------------------------------------------

    def _struct(self, start: int, attributes) -> Optional[StructNode]:
        self.take()
        name = self.expect_name("the name of the struct")
        if any(a.name == "external" for a in attributes):
            return self._external(start, name, attributes)
        if self._forward(name.span, attributes):
            return None
        opening = self.expect("{", "'{' and the struct's fields")
        comments = self.comments_since(start)
        fields, enums, consts = self._body(opening.span, self._field)
        return StructNode(name.span, name.text, attributes, comments,
                          fields, enums, consts)

    def _union(self, start: int, attributes) -> Optional[UnionNode]:
        self.take()
        name = self.expect_name("the name of the union")
        if self._forward(name.span, attributes):
            return None
        opening = self.expect("{", "'{' and the union's arms")
        comments = self.comments_since(start)
        arms, enums, consts = self._body(opening.span, self._field)
        for nested in enums + consts:
            self.diagnostics.error(
                "syntax", nested.span, "'%s' is not allowed in a union"
                % nested.name, hint="declare it outside: a union contains "
                "only arms")
        return UnionNode(name.span, name.text, attributes, comments, arms)

    def _external(self, start: int, name, attributes) -> StructNode:
        """A struct of another library, whose header declares the fields."""
        if self.at("{"):
            self.fail("external-body", self.token.span, "an [external] "
                      "struct has no fields here: its header declares them",
                      hint="write ';' after '%s'" % name.text)
        self.expect(";", "';' after the [external] struct")
        return StructNode(name.span, name.text, attributes,
                          self.comments_since(start), (), (), ())

    def _forward(self, span: Span, attributes) -> bool:
        """Refuses Chromium's "struct X;", which is not an empty struct."""
        if not self.at(";"):
            return False
        native = any(a.name == "Native" for a in attributes)
        if native:
            self.fail("native-type", span, "native types are not supported",
                      hint="declare the type elsewhere, and mark it "
                           "[skipHeader]")
        self.fail("forward-declaration", span, "forward declarations are not "
                  "supported", hint="remove it: declarations may be in any "
                  "order. [external] is for structs of other libraries")

    def _body(self, opening: Span, member: Callable):
        """Members of a struct, union or interface, up to and with its '};'."""
        members: list = []
        enums: list = []
        consts: list = []
        lists = {EnumNode: enums, ConstNode: consts}
        while not self._body_ended(opening):
            node = self.guarded(lambda: self._member(member),
                                self.skip_member)
            if node is not None:
                lists.get(type(node), members).append(node)
        self._close("declaration")
        return tuple(members), tuple(enums), tuple(consts)

    def _member(self, member: Callable):
        start = self.position
        attributes = self.attribute_list()
        if self.at_word("enum") and self.peek(2).kind in ("{", ";"):
            return self._enum(start, attributes)
        if self.at_word("const") and self.peek().kind == "name" and \
                self.peek(2).kind in ("name", ".", "<"):
            return self._const(start, attributes)
        if self.at_word("struct", "union", "interface") and \
                self.peek(2).kind == "{":
            return self._nested(self.take())
        return member(start, attributes)

    def _nested(self, word) -> None:
        self.diagnostics.error(
            "nested-declaration", word.span, "'%s' is not allowed inside "
            "another declaration" % word.text,
            hint="declare it at the top level of the file")
        self.take()
        self.skip_block()

    def _body_ended(self, opening: Span) -> bool:
        if self.at("}"):
            return True
        if self.at("end") or (self.at_opener() and
                              self.peek(2).kind == "{" and
                              self.token.span.column == 1):
            self.fail("unclosed-body", self.token.span,
                      "expected '}', found %s" % self.token,
                      [(opening, "to close this '{'")])
        return False

    def _close(self, what: str) -> None:
        self.take()
        if not self.take_if(";"):
            before = self.previous.span
            self.diagnostics.error(
                "syntax", Span(before.path, before.line, before.column + 1),
                "expected ';' after the %s, found %s" % (what, self.token))

    def _ordinal(self) -> Optional[Literal]:
        if not self.take_if("@"):
            return None
        number = self.expect("int", "a number after '@'")
        return Literal(number.span, number.value)

    def _field(self, start: int, attributes) -> FieldNode:
        field_type = self.type()
        name = self.expect_name("the name of the field")
        ordinal = self._ordinal()
        default = self.expression() if self.take_if("=") else None
        self.expect(";", "';' after '%s'" % name.text)
        return FieldNode(name.span, name.text, attributes,
                         self.comments_since(start), field_type, ordinal,
                         default)

    # ---- interface ---------------------------------------------------------

    def _interface(self, start: int, attributes) -> Optional[InterfaceNode]:
        self.take()
        name = self.expect_name("the name of the interface")
        if self._forward(name.span, attributes):
            return None
        opening = self.expect("{", "'{' and the interface's methods")
        comments = self.comments_since(start)
        methods, enums, consts = self._body(opening.span, self._method)
        return InterfaceNode(name.span, name.text, attributes, comments,
                             methods, enums, consts)

    def _method(self, start: int, attributes) -> MethodNode:
        name = self.expect_name("the name of a method")
        ordinal = self._ordinal()
        params = self._parameters("'(' after the name of the method")
        outs = None
        arrow = self.take_if("=>")
        if arrow is not None:
            if self.at_word("result") and self.peek().kind == "<":
                self.fail("result-type", self.token.span,
                          "result<T, E> is not supported",
                          hint="write '=> (int32 ret, T value)'")
            outs = self._parameters("'(' and the outputs after '=>'")
        self.expect(";", "';' after '%s'" % name.text)
        return MethodNode(name.span, name.text, attributes,
                          self.comments_since(start), ordinal, params, outs)

    def _parameters(self, what: str) -> Tuple[FieldNode, ...]:
        self.expect("(", what)
        found: List[FieldNode] = []
        if not self.at(")"):
            found.append(self._parameter())
        while self.take_if(","):
            found.append(self._parameter())
        self.expect(")", "')' after the parameters")
        return tuple(found)

    def _parameter(self) -> FieldNode:
        start = self.position
        attributes = self.attribute_list()
        parameter_type = self.type()
        name = self.expect_name("the name of the parameter")
        ordinal = self._ordinal()
        if self.at("="):
            self.diagnostics.error(
                "parameter-default", self.token.span, "parameter '%s' cannot "
                "have a default" % name.text,
                hint="put '%s' in a struct" % name.text)
            self.take()
            self.expression()
        return FieldNode(name.span, name.text, attributes,
                         self.comments_since(start), parameter_type, ordinal,
                         None)


def parse(source: Source, diagnostics: Diagnostics) -> File:
    return Parser(source, diagnostics).run()
