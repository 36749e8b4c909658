# SPDX-License-Identifier: MIT
"""Reads a C file as a compiler does: trigraphs, joined lines, comments.

On purpose not the generator's own code: it says whether that is right.
"""

import re

_TRIGRAPHS = {"=": "#", "/": "\\", "'": "^", "(": "[", ")": "]", "!": "|",
              "<": "{", ">": "}", "-": "~"}
_TRIGRAPH = re.compile(r"\?\?([=/'()!<>-])")
# Comments and what can look like one; the first that fits wins.
_PIECE = re.compile(r"""
    (?P<block>/\*.*?\*/)
  | (?P<line>//[^\n]*)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)*')
  | (?P<open>/\*)
""", re.VERBOSE | re.DOTALL)


class CTextError(Exception):
    pass


def without_comments(text, is_c=True):
    """Code with one space where a comment was, and between all words."""
    if is_c:
        # Translation phases 1 and 2 of the standard.
        text = _TRIGRAPH.sub(lambda m: _TRIGRAPHS[m.group(1)], text)
        text = re.sub(r"\\[ \t]*\n", "", text)

    def shorten(match):
        if match.lastgroup == "open":
            raise CTextError("a comment that does not end")
        return " " if match.lastgroup in ("block", "line") else match.group()
    return re.sub(r"\s+", " ", _PIECE.sub(shorten, text))
