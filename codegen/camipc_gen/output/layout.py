# SPDX-License-Identifier: MIT
"""Breaks lines of C that are longer than 80 columns.

Statements and templates write a prototype or a call on one line; layout() adds
the breaks:

- after commas, or after operators where one argument alone is too long;
- the next line is aligned to the open bracket; where that leaves too little
  room, it stands one tab further in than the line that it continues;
- after "=", or before the name that is declared, if that saves breaks.

Strings, comments and preprocessor lines are never broken.
"""

import re
from typing import List, Tuple

COLUMNS = 80
TAB = 8

_SEPARATORS = (", ", " || ", " && ", " | ", " == ", " >= ", " <= ")
# What matters in a line: strings, casts, brackets and separators.
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\([\w ]+\*+\)|\(\)|[([{]|[])}]|'
                    # of templates: operators have blanks around them
                    r'(?<=\w)<|(?<![- ])>|'
                    + "|".join(re.escape(one) for one in _SEPARATORS))
# What continued lines are aligned behind, or broken after.
_HEAD = re.compile(r'return |[^()"]* = (?!\{)')
# A declaration's type: of a function, and of an object.
_RESULT = re.compile(r"[\w *]+[ *](?=\w+\()")
_TYPE = re.compile(r"[^()=]* (?=[\w\[\]]+(?:;| = \{)$)")

# A column, and what begins there.
_Line = Tuple[int, str]


def width(text: str) -> int:
    """Columns that a line takes, tabs being eight wide."""
    return len(text.expandtabs(TAB))


def layout(text: str, columns: int = COLUMNS) -> str:
    """@text with its long lines broken."""
    return "\n".join(_layout_line(line, columns) if width(line) > columns
                     else line for line in text.split("\n"))


def _layout_line(line: str, columns: int) -> str:
    code = line.lstrip("\t")
    tabs = line[:len(line) - len(code)]
    # A macro's lines were broken by layout_macro().
    if code.startswith((" *", "/*", "#")) or code.endswith("\\"):
        return line
    if code.endswith("*/"):
        code, comment = code.rsplit(" /*", 1)
        return "%s/*%s\n%s" % (tabs, comment, layout(tabs + code, columns))
    return "\n".join(_lines(line, columns))


def layout_macro(text: str) -> str:
    """The lines of a macro, with backslashes in one column."""
    lines = [part for line in text.rstrip("\n").split("\n")
             for part in _lines(line, COLUMNS - 2)]
    column = max(width(line) for line in lines[:-1]) + 1
    return "\n".join([line + " " * (column - width(line)) + "\\"
                      for line in lines[:-1]] + lines[-1:]) + "\n"


def _lines(line: str, columns: int) -> List[str]:
    code = line.lstrip("\t")
    return ["\t" * (column // TAB) + " " * (column % TAB) + part
            for column, part in _broken(
                code, TAB * (len(line) - len(code)), columns)]


def _broken(text: str, column: int, columns: int) -> List[_Line]:
    """@text from @column on, in as many lines as it needs."""
    if column + len(text) <= columns:
        return [(column, text)]
    found = _HEAD.match(text) or _TYPE.match(text)
    head = found.end() if found else 0
    if len(_pieces(text[head:])) > 1:
        return _aligned(text, head, column, columns)
    at = _bracket(text)
    has_commas = len(_pieces(text[at:])) > 1
    ways = [_aligned(text, at, column, columns)] if has_commas else []
    result = None if column else _RESULT.match(text)
    if result and result.end() > TAB:
        name = result.end()
        ways.append([(0, text[:name].rstrip())] + _aligned(
            text[name:], at - name, 0, columns))
    deeper: List[List[_Line]] = []
    if head and (not has_commas or
                 column + TAB + len(text) - head <= columns):
        deeper.append(_deeper(text, head, column, columns))
    if at:
        deeper.append(_deeper(text, at, column, columns))
    # A lone "return" reads worse than a bracket at the end of its line.
    ways += reversed(deeper) if text.startswith("return ") else deeper
    if not ways:
        return [(column, text)]
    # The first that fits, unless another takes two lines less.
    fewest = min(len(way) for way in ways)
    return min(ways, key=lambda way: (_excess(way, columns),
                                      len(way) > fewest + 1))


def _excess(lines: List[_Line], columns: int) -> int:
    return max(0, max(at + len(part) for at, part in lines) - columns)


def _aligned(text: str, at: int, column: int, columns: int) -> List[_Line]:
    """What follows @at is aligned to it."""
    (_, first), *others = _filled(text[at:], column + at, columns)
    return [(column, text[:at] + first)] + others


def _deeper(text: str, at: int, column: int, columns: int) -> List[_Line]:
    return [(column, text[:at].rstrip())] + _filled(text[at:], column + TAB,
                                                    columns)


def _filled(text: str, column: int, columns: int) -> List[_Line]:
    """As many pieces in a line as fit; a broken one has its lines alone."""
    lines: List[_Line] = []
    is_open = False
    for piece in _pieces(text):
        if is_open and column + len(lines[-1][1]) + 1 + len(piece) <= columns:
            lines[-1] = (column, lines[-1][1] + " " + piece)
            continue
        broken = _broken(piece, column, columns)
        is_open = len(broken) == 1
        lines += broken
    return lines


def _pieces(text: str) -> List[str]:
    """@text after each of its separators that is in no bracket."""
    depth, ends = 0, {}
    for token in _TOKEN.finditer(text):
        one = token.group()
        depth += (one in "([{<") - (one in ")]}>")
        if depth < 0:
            break
        if depth == 0 and one in _SEPARATORS:
            ends.setdefault(one, []).append(token)
    for separator in _SEPARATORS:
        if separator in ends:
            starts = [0] + [token.end() for token in ends[separator]]
            return [text[start:end].rstrip()
                    for start, end in zip(starts, starts[1:] + [None])]
    return [text]


def _bracket(text: str) -> int:
    """Behind the bracket to align to: the first with something to break."""
    opened = [token.end() + text.startswith("{ ", token.start())
              for token in _TOKEN.finditer(text[:-1]) if token.group() in "({"]
    for at in opened:
        if len(_pieces(text[at:])) > 1:
            return at
    return opened[-1] if opened else 0
