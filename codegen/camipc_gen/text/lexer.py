# SPDX-License-Identifier: MIT
"""Text to tokens. A doc comment is kept with the token beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import List, Optional, Union

from .diagnostics import Diagnostics
from .source import Source, Span
from .syntax import Comment

_TOKEN = re.compile(r"""
    (?P<newline>\n)
  | (?P<space>[ \t\f\v]+)
  | (?P<line>//[^\n]*)
  | (?P<block>/\*)
  | (?P<float>(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.])
      | [0-9]+[eE][+-]?[0-9]+(?![A-Za-z0-9_.]))
  | (?P<int>0[xX][0-9a-fA-F]+(?![A-Za-z0-9_])|[0-9]+(?![A-Za-z0-9_.]))
  | (?P<number>\.?[0-9](?:[eE][+-]|[A-Za-z0-9_.])*)
  | (?P<name>[^\W\d]\w*)
  | (?P<string>"(?:[^"\\\n]|\\[^\n])*")
  | (?P<arrow>=>)
  | (?P<shift><<)
  | (?P<punct>[][{}()<>;,=?@.&|^~+*/%-])
""", re.VERBOSE)

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
_LICENSE = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n*]*[^\n* \t])")
# Characters of a licence expression; others are kept out of banners.
_LICENSE_TEXT = re.compile(r"[A-Za-z0-9.+() -]{1,120}\Z")


@dataclass
class Token:
    """kind is name, int, float, string, end, or the punctuation itself."""
    kind: str
    text: str
    span: Span
    value: Union[None, int, float, str] = None
    comments: List[Comment] = field(default_factory=list)   # before it
    after: List[Comment] = field(default_factory=list)      # after it

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the file"
        if self.kind == "string":
            return "a string"
        return "'%s'" % self.text


@dataclass
class Tokens:
    tokens: List[Token]
    license: Optional[str]


class Lexer:
    """Reads one source. Reports and skips invalid characters."""

    def __init__(self, source: Source, diagnostics: Diagnostics):
        self._source = source
        self._diagnostics = diagnostics
        self._line = 1
        self._start = 0            # offset of the line's first character
        self._tokens: List[Token] = []
        self._comments: List[Comment] = []
        self._license: Optional[str] = None

    def run(self) -> Tokens:
        text = self._source.text
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                at = self._invalid_character(at)
            elif match.lastgroup == "newline":
                at = match.end()
                self._next_line(at)
            elif match.lastgroup == "block":
                at = self._block_comment(at)
            else:
                self._add_token(match.lastgroup, match.group(), at)
                at = match.end()
        if not self._tokens or self._tokens[-1].kind != "end":
            self._push("end", "", self._span(at, 1))
        return Tokens(self._tokens, self._license)

    # ---- pieces ------------------------------------------------------------

    def _span(self, at: int, length: int) -> Span:
        return Span(self._source.path, self._line, at - self._start + 1,
                    max(1, length))

    def _next_line(self, at: int) -> None:
        self._line += 1
        self._start = at

    def _push(self, kind, text, span, value=None) -> None:
        self._tokens.append(Token(kind, text, span, value, self._comments))
        self._comments = []

    def _add_token(self, group: str, text: str, at: int) -> None:
        span = self._span(at, len(text))
        if group == "space":
            return
        if group == "line":
            self._line_comment(text, span)
        elif group == "int":
            self._push("int", text, span, self._integer(text, span))
        elif group == "float":
            self._push("float", text, span, self._float(text, span))
        elif group == "number":
            self._diagnostics.error(
                "bad-number", span, "invalid number '%s'" % text[:40],
                hint="numbers are written 12, 0x1f, 1.5 or 1e6")
            self._push("int", text, span, 0)
        elif group == "string":
            self._push("string", text, span, self._string(text, at))
        elif group == "name":
            if not text.isascii():
                self._diagnostics.error(
                    "bad-character", span, "invalid name '%s': use only A to "
                    "Z, a to z, 0 to 9 and '_'" % text[:40])
                text = "x"
            self._push("name", text, span)
        else:
            self._push(text, text, span)

    def _integer(self, text: str, span: Span) -> int:
        if text[:2] in ("0x", "0X"):
            value = int(text[2:50], 16)
        elif text[0] == "0" and len(text) > 1:
            self._diagnostics.error(
                "octal-literal", span, "invalid number '%s': octal numbers are "
                "not supported" % text[:40], hint="write '%s', or a "
                "hexadecimal number" % (text.lstrip("0") or "0"))
            return 0
        else:
            # A longer number is out of range whatever its digits are, and
            # Python refuses to convert thousands of digits.
            value = int(text[:50])
        if value >= 1 << 64:
            self._diagnostics.error(
                "number-range", span, "number '%s' is too large: the maximum "
                "is %d" % (text[:40], (1 << 64) - 1))
            return 0
        return value

    def _float(self, text: str, span: Span) -> float:
        value = float(text)
        if value in (float("inf"), float("-inf")):
            self._diagnostics.error(
                "number-range", span, "number '%s' is too large for a double"
                % text[:40], hint="write double.INFINITY for infinity")
        return value

    def _string(self, text: str, at: int) -> str:
        def replace(match) -> str:
            escape = match.group(1)
            if escape in _ESCAPES:
                return _ESCAPES[escape]
            if len(escape) == 3 and 1 <= int(escape[1:], 16) < 0x80:
                return chr(int(escape[1:], 16))
            self._diagnostics.error(
                "bad-escape", self._span(at + 1 + match.start(),
                                         len(escape) + 1),
                "invalid escape sequence '\\%s'" % escape,
                hint="the escape sequences are \\n \\t \\r \\\" \\' \\\\ and "
                     "\\x01 to \\x7f")
            return ""
        return _ESCAPE.sub(replace, text[1:-1])

    def _invalid_character(self, at: int) -> int:
        text = self._source.text
        char = text[at]
        if char == '"':
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            span = self._span(at, end - at)
            self._diagnostics.error(
                "unclosed-string", span, "the string is not closed: expected "
                "'\"' before the end of the line")
            self._push("string", text[at:end], span, "")
            return end
        shown = "'%s'" % char if char.isprintable() else "U+%04X" % ord(char)
        self._diagnostics.error("bad-character", self._span(at, 1),
                                "unexpected character %s" % shown)
        return at + 1

    # ---- comments ----------------------------------------------------------

    def _line_comment(self, text: str, span: Span) -> None:
        self._find_license(text)
        for marker in ("///<", "//!<"):
            if text.startswith(marker) and self._tokens:
                self._tokens[-1].after.append(
                    Comment(span, (text[len(marker):].strip(),)))
                return
        if text.startswith(("///", "//!")) and not text.startswith("////"):
            line = text[3:].rstrip()
            self._append_line(line[1:] if line[:1] == " " else line, span)

    def _append_line(self, line: str, span: Span) -> None:
        """Consecutive lines of /// are one comment."""
        last = self._comments[-1] if self._comments else None
        if last is not None and last.span.length == 0 and \
                last.span.line + len(last.lines) == span.line:
            self._comments[-1] = Comment(last.span, last.lines + (line,))
            return
        start = Span(span.path, span.line, span.column, 0)
        self._comments.append(Comment(start, (line,)))

    def _block_comment(self, at: int) -> int:
        text = self._source.text
        span = self._span(at, 2)
        end = text.find("*/", at + 2)
        if end < 0:
            self._diagnostics.error("unclosed-comment", span,
                                    "the comment is not closed: expected '*/'")
            # The end of the file is placed here: an error at its real place
            # would only repeat this one.
            self._tokens.append(Token("end", "", span))
            return len(text)
        body = text[at + 2:end]
        self._find_license(body)
        newlines = body.count("\n")
        if newlines:
            self._line += newlines
            self._start = at + 2 + body.rfind("\n") + 1
        if body[:2] in ("*<", "!<") and self._tokens:
            self._tokens[-1].after.append(
                Comment(span, comment_lines(body[2:])))
        elif body[:1] in ("*", "!") and body[1:2] != "*" and len(body) > 1:
            self._comments.append(Comment(span, comment_lines(body[1:])))
        return end + 2

    def _find_license(self, text: str) -> None:
        match = None if self._license else _LICENSE.search(text)
        if match and _LICENSE_TEXT.match(match.group(1)):
            self._license = match.group(1)


def comment_lines(body: str):
    """The lines of a block comment without stars and common indentation."""
    lines = []
    for line in body.split("\n"):
        stripped = line.strip()
        if stripped[:1] == "*":
            stripped = stripped[1:]
            stripped = stripped[1:] if stripped[:1] == " " else stripped
        lines.append(stripped.rstrip())
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def lex(source: Source, diagnostics: Diagnostics) -> Tokens:
    return Lexer(source, diagnostics).run()
