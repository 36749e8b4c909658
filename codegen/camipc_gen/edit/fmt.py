# SPDX-License-Identifier: MIT
"""Formats files: camipc-gen fmt.

A statement stays on one line if it fits. Otherwise its parameters are aligned
under the first one, and the outputs get their own line. The author decides
about blank lines (at most one), comments, and whether attributes have their own
line.
"""

from __future__ import annotations

from typing import List, Optional

from ..text.diagnostics import Diagnostics
from ..text.parser import parse
from ..text.source import Source, decode
from ..text.syntax import Node
from .rewrite import Unfaithful
from .words import Word, words_of

COLUMNS = 80
TAB = 8

_OPEN, _CLOSE = "([<", ")]>"
_TIGHT_BEFORE = (",", ";", ")", "]", ".", "?", "@", "&")
_TIGHT_AFTER = ("(", "[", ".", "@", "~")
_BINARY = ("|", "^", "&", "<<", ">>", "+", "-", "*", "/", "%")


def formatted(path: str, data: bytes, diagnostics: Diagnostics) -> bytes:
    """@data, the contents of @path, formatted. Raises CompileError and
    Unfaithful."""
    before = parse(Source(path, decode(data)), diagnostics)
    diagnostics.stop_on_errors()
    text = layout(decode(data))
    after = parse(Source(path, text), diagnostics)
    if diagnostics.has_errors or \
            _without_places(before) != _without_places(after) or \
            _comments(decode(data)) != _comments(text):
        raise Unfaithful("'%s' would mean something else" % path)
    return text.encode("utf-8")


def _comments(text: str) -> List[str]:
    """All comments, without the space around lines, which may change."""
    return ["\n".join(line.strip() for line in word.text.split("\n"))
            for word in words_of(text) if word.is_comment]


def _without_places(value):
    """A syntax tree without the places of its nodes."""
    if isinstance(value, tuple):
        return tuple(_without_places(item) for item in value)
    if isinstance(value, Node) or hasattr(value, "__dataclass_fields__"):
        return (type(value).__name__,) + tuple(
            _without_places(getattr(value, name))
            for name in value.__dataclass_fields__ if name != "span")
    return repr(value)


def layout(text: str) -> str:
    """The formatted text of a file that was parsed."""
    return _Layout(words_of(text)).run()


def width(text: str, start: int = 0) -> int:
    """The column after @text."""
    column = start
    for char in text:
        column = column // TAB * TAB + TAB if char == "\t" else column + 1
    return column


def indent_to(column: int) -> str:
    return "\t" * (column // TAB) + " " * (column % TAB)


class _Layout:
    def __init__(self, words: List[Word]):
        self._words = words
        self._at = 0
        self._depth = 0
        self._enums: List[bool] = []
        self._opened = False       # the last line begins a body
        self._lines: List[str] = []

    def run(self) -> str:
        while self._at < len(self._words):
            word = self._words[self._at]
            if word.is_comment:
                self._comment(word)
            elif word.text == "}":
                self._close()
            else:
                self._statement()
        return "".join(line + "\n" for line in self._lines)

    # ---- lines -------------------------------------------------------------

    def _put(self, lines: List[str], first: Word) -> None:
        if first.newlines > 1 and self._lines and not self._opened and \
                first.text != "}":
            self._lines.append("")
        self._lines += lines
        self._opened = False

    def _comment(self, word: Word) -> None:
        """Adds a comment, as a line of its own or after the last line."""
        self._at += 1
        if word.newlines == 0 and self._lines and self._lines[-1] and \
                not self._lines[-1].endswith("*/"):
            tail = comment_lines(word.text, self._depth * TAB)
            self._lines[-1] += (word.space or " ") + tail[0]
            self._lines += tail[1:]
            self._opened = False
            return
        lines = comment_lines(word.text, self._depth * TAB)
        lines[0] = indent_to(self._depth * TAB) + lines[0]
        self._put(lines, word)

    def _close(self) -> None:
        first = self._words[self._at]
        self._depth = max(0, self._depth - 1)
        if self._enums:
            self._enums.pop()
        self._at += 1
        text = "}"
        if self._next_is(";"):
            self._at += 1
            text += ";"
        if self._opened:
            self._lines[-1] += text
            self._opened = False
            return
        self._put([indent_to(self._depth * TAB) + text], first)

    def _next_is(self, text: str) -> bool:
        return self._at < len(self._words) and \
            self._words[self._at].text == text

    # ---- statements --------------------------------------------------------

    def _statement(self) -> None:
        """Up to its ';', to the '{' of its body, or to the ',' of a value."""
        start = self._at
        words: List[Word] = []
        nesting = 0
        in_enum = bool(self._enums) and self._enums[-1]
        while self._at < len(self._words):
            word = self._words[self._at]
            if nesting <= 0 and self._ends_body():
                break
            words.append(word)
            self._at += 1
            if word.is_comment:
                continue
            if word.text in "([":
                nesting += 1
            elif word.text in ")]":
                nesting -= 1
            elif nesting <= 0 and (word.text in (";", "{") or
                                   in_enum and word.text == ","):
                break
            if word.text == "]" and nesting == 0 and self._begins(words) \
                    and self._at < len(self._words) and \
                    self._words[self._at].newlines:
                break              # attributes on a line of their own
        self._put(_Statement(words, self._depth * TAB).lines(),
                  self._words[start])
        if words and words[-1].text == "{":
            self._depth += 1
            self._opened = True
            self._enums.append(any(
                word.text == "enum" for word in words[-3:-1]))

    def _ends_body(self) -> bool:
        """Only comments up to the '}'."""
        at = self._at
        while at < len(self._words) and self._words[at].is_comment:
            at += 1
        return at < len(self._words) and self._words[at].text == "}"

    @staticmethod
    def _begins(words: List[Word]) -> bool:
        """Nothing but lists of attributes so far."""
        nesting = 0
        for word in words:
            if word.is_comment:
                continue
            if word.text == "[":
                nesting += 1
            elif nesting == 0:
                return False
            elif word.text == "]":
                nesting -= 1
        return True


class _Statement:
    """Words of one statement, and where its lines may break."""

    def __init__(self, words: List[Word], column: int):
        self._words = words
        self._column = column
        self._pieces = self._space()

    def lines(self) -> List[str]:
        has_comment = any(word.is_comment for word in self._words)
        one = indent_to(self._column) + "".join(
            space + word.text for space, word in zip(self._pieces,
                                                     self._words))
        if not has_comment and width(one) <= COLUMNS:
            return [one]
        return self._broken()

    def _broken(self) -> List[str]:
        """Outputs begin a line; parameters go under the first one."""
        lines: List[str] = []
        line = indent_to(self._column)
        opens: List[int] = []          # columns behind brackets
        fresh = True                   # nothing but indentation so far
        must = False                   # a comment ended the line
        for i, word in enumerate(self._words):
            space = "" if fresh else self._pieces[i]
            want = self._want(i, word, opens, must)
            if want is None and not fresh and self._may_break(i) and \
                    width(line + space) + self._chunk(i) > COLUMNS:
                want = opens[-1] if opens else self._column + TAB
            if want is not None and not fresh:
                lines.append(line)
                line, space = indent_to(want), ""
            if word.is_comment:
                tail = comment_lines(word.text, width(line + space))
                line += (word.space or " ") + tail[0] \
                    if not fresh and want is None else tail[0]
                lines += [line] + tail[1:-1] if len(tail) > 1 else []
                line = tail[-1] if len(tail) > 1 else line
            else:
                line += space + word.text
            fresh = False
            must = word.is_line_comment
            if word.is_comment:
                continue
            if self._is_open(i):
                opens.append(width(line))
            elif self._is_close(i) and opens:
                opens.pop()
        return lines + [line]

    def _want(self, i: int, word: Word, opens: List[int],
              must: bool) -> Optional[int]:
        """The column of a line that has to begin here."""
        if word.text == "=>" and not word.is_comment:
            return self._column + TAB
        after_comment = i and self._words[i - 1].is_comment
        if must or word.is_comment and word.newlines and i or \
                after_comment and word.newlines:
            return opens[-1] if opens else self._column + (TAB if i else 0)
        return None

    def _may_break(self, i: int) -> bool:
        """Whether a line may end before this word: after an outer comma."""
        return i > 0 and self._words[i - 1].text == "," and \
            self._nesting[i] <= 1

    def _chunk(self, i: int) -> int:
        """Columns up to the next place where the line may break."""
        size = len(self._words[i].text)
        for k in range(i + 1, len(self._words)):
            word = self._words[k]
            if self._may_break(k) or word.text == "=>" or word.is_comment:
                break
            size += len(self._pieces[k]) + len(word.text)
        return size

    # ---- spaces ------------------------------------------------------------

    def _is_open(self, i: int) -> bool:
        return self._kinds[i] == "open"

    def _is_close(self, i: int) -> bool:
        return self._kinds[i] == "close"

    def _space(self) -> List[str]:
        """The space before each word."""
        self._kinds = [""] * len(self._words)
        self._nesting = [0] * len(self._words)
        spaces: List[str] = []
        stack: List[str] = []
        previous: Optional[int] = None
        for i, word in enumerate(self._words):
            if word.is_comment:
                spaces.append(" " if i else "")
                self._nesting[i] = len(stack)
                continue
            self._classify(i, word, previous, stack)
            self._nesting[i] = len(stack)
            spaces.append(self._between(previous, i, stack)
                          if previous is not None else "")
            if self._kinds[i] == "open":
                stack.append(word.text)
            elif self._kinds[i] == "close" and stack:
                stack.pop()
            previous = i
        return spaces

    def _classify(self, i: int, word: Word, previous: Optional[int],
                  stack: List[str]) -> None:
        before = self._words[previous] if previous is not None else None
        kind = ""
        if word.text in ("(", "["):
            kind = "open"
        elif word.text in (")", "]"):
            kind = "close"
        elif word.text == "<":
            kind = "open"
        elif word.text == ">":
            kind = "close" if stack and stack[-1] == "<" else "shift"
        elif word.text in _BINARY:
            kind = "binary" if before is not None and (
                before.is_operand and self._kinds[previous] != "close"
                or before.text == ")") else "unary"
        self._kinds[i] = kind

    def _between(self, previous: int, i: int, stack: List[str]) -> str:
        before, word = self._words[previous], self._words[i]
        kinds = self._kinds[previous], self._kinds[i]
        in_attributes = "[" in stack and "<" not in stack
        if kinds[1] == "shift":
            return "" if kinds[0] == "shift" else " "
        if kinds[0] == "unary" or before.text in _TIGHT_AFTER:
            return ""
        if word.text in _TIGHT_BEFORE and kinds[1] != "binary" or \
                kinds[1] == "close":
            return ""
        if word.text == "<" or before.text == "<":
            return ""
        if word.text == "=" or before.text == "=":
            return "" if in_attributes else " "
        if word.text == "(":
            return "" if before.is_operand and before.text != ")" else " "
        return " "


def comment_lines(text: str, column: int) -> List[str]:
    """The lines of a comment that starts at @column. Lines with a star are
    aligned with it, others are unchanged."""
    lines = [line.rstrip() for line in text.split("\n")]
    return lines[:1] + [
        indent_to(column) + " " + line.strip()
        if line.lstrip().startswith("*") else line for line in lines[1:]]
