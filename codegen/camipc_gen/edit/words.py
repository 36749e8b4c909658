# SPDX-License-Identifier: MIT
"""A file as words and comments, with the space between them.

Unlike the lexer, it keeps all comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List

_WORD = re.compile(r"""
    (?P<space>[ \t\f\v\n]+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<string>"(?:[^"\\\n]|\\[^\n])*")
  | (?P<word>=>|<<|(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+
      |[A-Za-z0-9_.]+|.)
""", re.VERBOSE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_0-9.]")


@dataclass
class Word:
    """A token, or a comment of one or several lines."""
    text: str
    newlines: int          # in the space before it
    space: str             # before it, if it is on the same line
    is_comment: bool = False

    @property
    def is_line_comment(self) -> bool:
        return self.is_comment and self.text.startswith("//")

    @property
    def is_operand(self) -> bool:
        """Whether an operand ends here, so that a binary operator follows."""
        return not self.is_comment and (
            _NAME.match(self.text) is not None or self.text[0] in '")')


def words_of(text: str) -> List[Word]:
    """The words of @text, which was parsed before."""
    found: List[Word] = []
    newlines, space = 0, ""
    for match in _WORD.finditer(text):
        if match.lastgroup == "space":
            newlines = match.group().count("\n")
            space = match.group() if not newlines else ""
            continue
        is_comment = match.lastgroup == "comment"
        shown = match.group().rstrip() if is_comment else match.group()
        found.append(Word(shown, newlines, space, is_comment))
        newlines, space = 0, ""
    return found
