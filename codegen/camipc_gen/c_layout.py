# SPDX-License-Identifier: MIT
"""Breaks long lines of C where clang-format would break them.

The generator writes each statement and each prototype as one line. layout()
turns it into lines of at most 80 columns, so that the output passes our
.clang-format without the build ever running it. Like clang-format it looks
for the cheapest set of breaks; the prices are those of .clang-format plus the
constants of clang-format 14 that matter for the code we write.
"""

import heapq
import re
from typing import List, NamedTuple, Tuple

COLUMNS = 80
TAB = 8

_EXCESS = 100           # PenaltyExcessCharacter
_ASSIGNMENT = 10        # PenaltyBreakAssignment
_FIRST_ARGUMENT = 30    # PenaltyBreakBeforeFirstCallParameter
_RETURN_TYPE = 60       # PenaltyReturnTypeOnItsOwnLine
_FIRST_PARAMETER = 100
_ONLY_ARGUMENT = 19
_FIRST_BREAK = 15       # of each level of parentheses
_LEVEL = 20             # more for each level
_OPERATORS = {"||": 4, "&&": 5, "|": 6, "&": 8, "==": 9, "!=": 9, "<": 10,
              "<=": 10, ">": 10, ">=": 10, "<<": 12, "+": 13, "-": 13,
              "*": 14, "/": 14}


class _Piece(NamedTuple):
    """Text without a place to break, and what a break before it costs."""
    text: str
    price: int          # -1: cannot break here
    opens: int          # parentheses that this piece leaves open
    closes: int         # and closes of those that earlier ones opened
    joint: str          # "", "name", "=", "operator", "comma", "open"


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[A-Za-z_0-9]+|->|<<|[<>=!&|]=|&&|\|\|'
                    r'|\s+|.')


def width(text: str) -> int:
    """Columns that a line takes, tabs being eight wide."""
    return len(text.expandtabs(TAB))


def indent(columns: int) -> str:
    """White space up to a column: tabs, then spaces."""
    return "\t" * (columns // TAB) + " " * (columns % TAB)


def layout(line: str, is_prototype: bool = False) -> str:
    """@line, which starts with its tabs, broken if it is too long."""
    if width(line) <= COLUMNS:
        return line
    body = line.lstrip("\t")
    start = (len(line) - len(body)) * TAB
    pieces = _split(body, is_prototype)
    return _cheapest(pieces, start)


def layout_block(text: str) -> str:
    """layout() for each line of a block; macros and comments stay."""
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip()
        keep = bare.startswith(("#", "/*", "*", "//"))
        lines.append(line if keep else layout(line))
    return "\n".join(lines)


def _split(body: str, is_prototype: bool) -> List[_Piece]:
    tokens = [t for t in _TOKEN.findall(body)]
    pieces: List[_Piece] = []
    text, price, joint = "", -1, ""
    opens = closes = depth = 0
    name_at = _function_name(tokens) if is_prototype else -1
    for i, token in enumerate(tokens):
        if i == name_at and text.strip():
            pieces.append(_Piece(text.strip(), price, opens, closes, joint))
            text, price, joint = "", _RETURN_TYPE + _LEVEL, "name"
            opens = closes = 0
        text += token
        if token in "([{" and not _is_index(token):
            opens += 1
            depth += 1
        elif token in ")}":
            depth -= 1
            if opens:
                opens -= 1
            else:
                closes += 1
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        cost = _price(tokens, i, depth, is_prototype)
        if cost is None or not following:
            continue
        pieces.append(_Piece(text.strip(), price, opens, closes, joint))
        text, price = "", cost[0]
        joint = cost[1]
        opens = closes = 0
    pieces.append(_Piece(text.strip(), price, opens, closes, joint))
    return [p for p in pieces if p.text or p.opens or p.closes]


def _is_index(token: str) -> bool:
    return token == "["


def _function_name(tokens: List[str]) -> int:
    """Index of the name of the function that a prototype declares."""
    for i, token in enumerate(tokens):
        if token == "(" and i:
            return i - 1
    return -1


def _price(tokens, i, depth, is_prototype):
    """(price, joint) of a break after token @i, or None."""
    token = tokens[i]
    level = _LEVEL * (1 + depth)
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if token == "(":
        if following == ")":
            return None
        before = tokens[i - 1] if i else ""
        if before.isspace():
            before = tokens[i - 2] if i > 1 else ""
        if before in ("if", "for", "while", "switch", "sizeof") or \
                following == "*" or not (before[-1:].isalnum()
                                         or before[-1:] in "_)"):
            return None
        if is_prototype:
            return level + _FIRST_PARAMETER, "open"
        several = _has_comma(tokens, i)
        return level + (_FIRST_ARGUMENT if several else _ONLY_ARGUMENT), "open"
    if token == ",":
        return level + (1 if depth else 3), "comma"
    if not following.isspace():
        return None
    if token == "=":
        return level + _ASSIGNMENT, "="
    if token in _OPERATORS and i and tokens[i - 1].isspace() and \
            not _is_pointer(tokens, i):
        return level + _OPERATORS[token], "operator"
    return None


def _is_pointer(tokens, i) -> bool:
    return tokens[i] in ("*", "&") and not tokens[i + 1].isspace()


def _has_comma(tokens, start) -> bool:
    depth = 0
    for token in tokens[start:]:
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
            if not depth:
                return False
        elif token == "," and depth == 1:
            return True
    return False


class _Level(NamedTuple):
    indent: int         # where a line starts after a break on this level
    broken: bool


def _cheapest(pieces: List[_Piece], start: int) -> str:
    """Dijkstra over "break or not" before each piece."""
    base = _Level(start + TAB, False)
    count = 0
    first = pieces[0]
    column = start + len(first.text)
    stack = _after((base,), first, start, column)
    queue: List[Tuple] = [(_excess(column), count, 1, column, stack,
                           ((start, 0),))]
    seen = set()
    while queue:
        price, _, i, column, stack, breaks = heapq.heappop(queue)
        if i == len(pieces):
            return _render(pieces, breaks)
        state = (i, column, stack)
        if state in seen:
            continue
        seen.add(state)
        piece = pieces[i]
        gap = 0 if piece.joint == "open" or (
            piece.joint == "name" and pieces[i - 1].text.endswith("*")) else 1
        options = [(0, column + gap, stack, breaks)]
        if piece.price >= 0:
            top = stack[-1]
            cost = piece.price + (0 if top.broken else _FIRST_BREAK)
            at = start if piece.joint == "name" else top.indent
            options.append((cost, at,
                            stack[:-1] + (_Level(top.indent, True),),
                            breaks + ((at, i),)))
        for extra, at, levels, marks in options:
            if not extra and piece.joint == "open":
                # Arguments line up with the first one.
                levels = levels[:-1] + (_Level(at, levels[-1].broken),)
            end = at + len(piece.text)
            count += 1
            heapq.heappush(queue, (price + extra + _excess(end), count, i + 1,
                                   end, _after(levels, piece, at, end), marks))
    raise AssertionError("a line has no layout")


def _excess(column: int) -> int:
    return _EXCESS * max(0, column - COLUMNS)


def _after(stack, piece: _Piece, at: int, end: int):
    """The levels of parentheses after a piece."""
    if piece.closes:
        stack = stack[:max(1, len(stack) - piece.closes)]
    if piece.opens:
        opened = end
        if piece.text[-1:] != "(":
            # "if (x" keeps the condition in line with its start.
            opened = at + piece.text.rindex("(") + 1
            stack += tuple(_Level(opened, False)
                           for _ in range(piece.opens))
            return stack
        for _ in range(piece.opens):
            stack += (_Level(stack[-1].indent + (
                TAB if len(stack) > 1 else 0), False),)
    return stack


def _render(pieces: List[_Piece], breaks) -> str:
    starts = {i: column for column, i in breaks}
    out = ""
    for i, piece in enumerate(pieces):
        if i in starts:
            out = out.rstrip() + ("\n" if i else "") + indent(starts[i])
        elif piece.joint == "open" or (
                piece.joint == "name" and pieces[i - 1].text.endswith("*")):
            pass
        else:
            out += " "
        out += piece.text
    return out
