# SPDX-License-Identifier: MIT
"""The parser's view of the tokens: peek, take, report and recover."""

from __future__ import annotations

from typing import Callable, List, Optional, Tuple

from .diagnostics import Diagnostics
from .lexer import Token
from .source import Span
from .syntax import Comment, Name

# Deeper than anything a person writes, and safe for Python's stack.
MAX_TYPE_DEPTH = 16
MAX_EXPRESSION_DEPTH = 32
MAX_OPERATORS = 200

# Words that start a top-level statement.
OPENERS = ("struct", "union", "interface", "module", "import", "feature")


class ParseError(Exception):
    """An error that was reported; caught where parsing can continue."""


class TokenStream:
    def __init__(self, tokens: List[Token], diagnostics: Diagnostics):
        self._tokens = tokens
        self._at = 0
        self.diagnostics = diagnostics

    # ---- looking -----------------------------------------------------------

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    @property
    def previous(self) -> Token:
        return self._tokens[max(0, self._at - 1)]

    def peek(self, distance: int = 1) -> Token:
        return self._tokens[min(self._at + distance, len(self._tokens) - 1)]

    def at(self, *kinds: str) -> bool:
        return self.token.kind in kinds

    def at_word(self, *words: str) -> bool:
        return self.token.kind == "name" and self.token.text in words

    # ---- taking ------------------------------------------------------------

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def take_if(self, kind: str) -> Optional[Token]:
        return self.take() if self.token.kind == kind else None

    def expect(self, kind: str, what: str) -> Token:
        """Takes a token of this kind. @what describes it for the error message,
        for example "';' after the field"."""
        if self.token.kind == kind:
            return self.take()
        if kind in (";", ",", ")", "}", "]", ">"):
            # The missing token belongs after the previous one.
            before = self.previous.span
            span = Span(before.path, before.line,
                        before.column + before.length)
            if self._at == 0:
                span = self.token.span
            self.fail("syntax", span, "expected %s, found %s"
                      % (what, self.token))
        self.fail("syntax", self.token.span,
                  "expected %s, found %s" % (what, self.token))

    def expect_name(self, what: str) -> Token:
        return self.expect("name", what)

    def dotted_name(self, what: str) -> Name:
        first = self.expect_name(what)
        name, span = first.text, first.span
        while self.at(".") and self.peek().kind == "name":
            self.take()
            part = self.take()
            name += "." + part.text
            span = span.to(part.span)
        return Name(span, name)

    def fail(self, id: str, span: Span, message: str, notes=(),
             hint: Optional[str] = None):
        if id not in ("syntax", "unclosed-body") or \
                not self._is_consequence():
            self.diagnostics.error(id, span, message, notes, hint)
        raise ParseError()

    def _is_consequence(self) -> bool:
        """Whether an invalid word on this line caused the error."""
        return self.diagnostics.has_bad_word(self.previous.span,
                                             self.token.span)

    # ---- comments ----------------------------------------------------------

    def comments_since(self, start: int) -> Tuple[Comment, ...]:
        """Doc comments before the first token of a declaration, inside its
        attributes, and after its last token."""
        comments = []
        for token in self._tokens[start:start + 1]:
            comments += token.comments
        comments += self.previous.after
        return tuple(comments)

    @property
    def position(self) -> int:
        return self._at

    # ---- recovering --------------------------------------------------------

    def guarded(self, parse: Callable, recover: Callable):
        """Returns the result of @parse. After an error runs @recover, and
        returns None."""
        start = self._at
        try:
            return parse()
        except ParseError:
            recover()
            if self._at == start and not self.at("}", "end"):
                self.take()
            return None

    def skip_member(self) -> None:
        """Skips past the next ';' of this body, or up to its '}'."""
        depth = 0
        while not self.at("end"):
            if depth == 0 and (self.at("}") or self.at_opener()):
                return
            kind = self.take().kind
            if kind == "{":
                depth += 1
            elif kind == "}":
                depth -= 1
            elif kind == ";" and depth <= 0:
                return

    def skip_element(self) -> None:
        """Skips past the next ',' of an enum's body, or up to its '}'."""
        while not self.at("end", "}") and not self.at_opener():
            if self.take().kind == ",":
                return

    def skip_block(self) -> None:
        """Skips {...}; as a whole."""
        depth = 0
        while not self.at("end"):
            kind = self.take().kind
            depth += {"{": 1, "}": -1}.get(kind, 0)
            if depth <= 0:
                self.take_if(";")
                return

    def skip_declaration(self) -> None:
        """Skips to the next declaration of the file."""
        depth = 0
        while not self.at("end"):
            if depth <= 0 and self.at_opener("enum", "const"):
                return
            kind = self.take().kind
            if kind == "{":
                depth += 1
            elif kind == "}":
                depth -= 1
                if depth <= 0:
                    self.take_if(";")
                    return
            elif kind == ";" and depth == 0:
                return

    def at_opener(self, *more: str) -> bool:
        """Whether a declaration starts here, at the start of a line."""
        if not self.at_word(*OPENERS, *more):
            return False
        before = self.previous.span
        return (self._at == 0 or before.line < self.token.span.line) and \
            self.peek().kind in ("name", "string") and \
            self.peek(2).kind in ("{", ";", ".")
