# SPDX-License-Identifier: MIT
"""Breaks long lines of C where clang-format would break them.

The generator writes each statement and each prototype as one line. layout()
turns it into lines of at most 80 columns, so that the output passes our
.clang-format without the build ever running it. Like clang-format it looks
for the cheapest set of breaks; the prices are those of .clang-format plus the
constants of clang-format 14 that matter for the code we write.
"""

import functools
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
_FIRST_BREAK = 15       # of each level
_LEVEL = 20             # more for each pair of parentheses
_STAR = 190             # between a type and the star of a parameter
_CAST = 100             # between a cast and what it converts
_SHORT_TYPE = 6         # no break behind "void" and "int"
_OPERATORS = {"||": 4, "&&": 5, "|": 6, "&": 8, "==": 9, "!=": 9, "<": 10,
              "<=": 10, ">": 10, ">=": 10, "<<": 12, "+": 13, "-": 13,
              "*": 14, "/": 14}
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class _Piece(NamedTuple):
    """Text without a place to break, and what a break before it costs."""
    text: str
    price: int          # -1: cannot break here
    opens: Tuple[int, ...]   # parentheses left open: commas in each
    closes: int         # and closes of those that earlier ones opened
    joint: str          # what a break would separate it from
    gap: int            # columns before it if there is no break


_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[A-Za-z_0-9]+|->|<<|[<>=!&|]=|&&|\|\|'
                    r'|\s+|.')


def width(text: str) -> int:
    """Columns that a line takes, tabs being eight wide."""
    return len(text.expandtabs(TAB))


def indent(columns: int) -> str:
    """White space up to a column: tabs, then spaces."""
    return "\t" * (columns // TAB) + " " * (columns % TAB)


def layout_macro(head: str, body: str) -> str:
    """A macro of one statement, its backslashes in one column."""
    lines = layout("\t" + body, columns=COLUMNS - 2).split("\n")
    return _with_backslashes(_macro_head(head) + lines)


def _macro_head(head: str) -> List[str]:
    """Its parameters, on as many lines as they need."""
    column = head.index("(") + 1
    words = head.split(" ")
    lines = [" ".join(words[:2])]
    for word in words[2:]:
        # A backslash has to follow.
        if width("%s %s" % (lines[-1], word)) > COLUMNS - 2:
            lines.append(indent(column) + word)
        else:
            lines[-1] += " " + word
    return lines


def layout_list_macro(head: str, items: List[str]) -> str:
    """A macro that is an initialiser in braces."""
    lines = []
    line = "\t\t" + items[0]
    for item in items[1:]:
        # A backslash has to follow, and the comma unless it is the last.
        comma = "" if item is items[-1] else ","
        if width("%s, %s%s" % (line, item, comma)) > COLUMNS - 2:
            lines.append(line + ",")
            line = "\t\t\t" + item
        else:
            line += ", " + item
    return _with_backslashes([head, "\t{"] + lines + [line, "\t}"])


def _with_backslashes(lines: List[str]) -> str:
    column = max(width(line) for line in lines[:-1]) + 1
    return "\n".join([line + " " * (column - width(line)) + "\\"
                      for line in lines[:-1]] + [lines[-1]])


def layout(line: str, is_prototype: bool = False, columns: int = COLUMNS,
           reserve: int = 0, depth: int = 0) -> str:
    """@line, which starts with its tabs, broken if it is too long.

    @reserve columns stay free at the end, for what a template writes there;
    @depth is how many braces of an initialiser are around.
    """
    if width(line) <= columns - reserve:
        return line
    body = line.lstrip("\t")
    start = (len(line) - len(body)) * TAB
    pieces = _split(body, is_prototype, depth)
    breaks = _cheapest(tuple(_shape(piece) for piece in pieces), start,
                       columns, reserve)
    return _render(pieces, breaks)


def layout_block(text: str) -> str:
    """layout() for each line of a block; macros and comments stay."""
    lines = []
    for line in text.split("\n"):
        keep = line.lstrip().startswith(("#", "/*", "*", "//"))
        lines.append(line if keep else layout(line))
    return "\n".join(lines)


# ---- from text to pieces -----------------------------------------------------

def _split(body: str, is_prototype: bool, outside: int) -> List[_Piece]:
    tokens = _TOKEN.findall(body)
    name_at = tokens.index("(") - 1 if is_prototype else -1
    if is_prototype and tokens[name_at + 2] == "*":
        name_at = -1            # a pointer to a function
    pieces: List[_Piece] = []
    text, price, joint = "", -1, "start"
    opens: List[int] = []
    closes = depth = 0

    def finish() -> None:
        gap = 1 if text.startswith(" ") else 0
        pieces.append(_Piece(text.strip(), price, tuple(opens), closes, joint,
                             gap))

    for i, token in enumerate(tokens):
        if i == name_at and text.strip():
            star = len(text) - len(text.rstrip("*"))
            if star:
                # The star stays with the type, without a space behind it.
                finish()
                text = ""
            else:
                finish()
                text = " "
            price, joint = _RETURN_TYPE + _LEVEL, "name"
            opens, closes = [], 0
        text += token
        if token in "({":
            opens.append(_commas(tokens, i))
            depth += 1
        elif token in ")}":
            depth -= 1
            if opens:
                opens.pop()
            else:
                closes += 1
        cost = _price(tokens, i, depth + outside, is_prototype)
        if cost is None or i + 1 == len(tokens):
            continue
        finish()
        text, (price, joint) = "", cost
        opens, closes = [], 0
    finish()
    return pieces


def _price(tokens, i, depth, is_prototype):
    """(price, joint) of a break after token @i, or None."""
    token = tokens[i]
    level = _LEVEL * (1 + depth)
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if token == "(":
        return _price_of_open(tokens, i, level, is_prototype)
    if token == ",":
        return level + (1 if depth else 3), "comma"
    if token == ")" and tokens[i - 1] == "*" and following.isidentifier():
        return level + _CAST, "cast"
    if not following.isspace():
        return None
    if is_prototype and depth and i + 3 < len(tokens) and \
            tokens[i + 2] == "*" and tokens[i + 3][0].isalpha():
        return level + _STAR, "star"
    if token == "=" and not depth:
        return level + _ASSIGNMENT, "="
    if token in _OPERATORS and i and tokens[i - 1].isspace():
        inner = token in _COMPARISONS and _is_among_conditions(tokens, i)
        return level + _OPERATORS[token], "inner" if inner else "operator"
    return None


def _is_among_conditions(tokens, at) -> bool:
    """Whether the comparison at @at is one of several, with && between."""
    return "&&" in _run(tokens[at + 1:], ")}", "({") or \
        "&&" in _run(tokens[at - 1::-1], "({", ")}")


def _run(tokens, ends, begins) -> List[str]:
    """Tokens up to the end of an argument, those in parentheses left out."""
    found: List[str] = []
    depth = 0
    for token in tokens:
        if not depth and (token in ends or token in ",;="):
            break
        depth += (token in begins) - (token in ends)
        if not depth:
            found.append(token)
    return found


def _price_of_open(tokens, i, level, is_prototype):
    before = tokens[i - 1] if i else ""
    following = tokens[i + 1]
    if following in (")", "*") or before == "" or \
            not (before[-1].isalnum() or before[-1] in "_)"):
        return None
    if is_prototype:
        if before == ")" and level > 2 * _LEVEL:
            return None         # a pointer to a function among parameters
        return level + _FIRST_PARAMETER, "open"
    several = _commas(tokens, i) > 0
    return level + (_FIRST_ARGUMENT if several else _ONLY_ARGUMENT), "open"


def _commas(tokens, start) -> int:
    """Commas right inside the parenthesis at @start."""
    depth = found = 0
    for token in tokens[start:]:
        if token in "({":
            depth += 1
        elif token in ")}":
            depth -= 1
            if not depth:
                break
        elif token == "," and depth == 1:
            found += 1
    return found


# ---- from pieces to the cheapest lines -----------------------------------------

class _Level(NamedTuple):
    """A pair of parentheses while we are inside; the first is the line."""
    indent: int         # where a line starts after a break between arguments
    broken: bool        # such a break has been paid for
    operand: int        # column where the current argument starts
    operand_broken: bool
    must_break: bool    # an argument was broken: the next starts a line
    commas: int         # between its arguments; with two or more
    whole: bool         # one that does not start a line stays whole
    hangs: int          # columns that its operands are set in by


class _Shape(NamedTuple):
    """What of a piece decides about breaks: not its letters."""
    width: int
    price: int
    commas: Tuple[int, ...]     # in each parenthesis that it leaves open
    opened: Tuple[int, ...]     # and where what is in them starts
    closes: int
    joint: str
    gap: int
    value: int          # where the value starts in ".member = value"
    operand: int        # where what follows "return" starts


def _shape(piece: _Piece) -> _Shape:
    text = piece.text
    value = text.index(" = ") + 3 if text.startswith(".") and " = " in text \
        else 0
    operand = len("return ") if text.startswith("return ") else 0
    return _Shape(len(text), piece.price, piece.opens, _open_at(text),
                  piece.closes, piece.joint, piece.gap, value, operand)


def _open_at(text: str) -> Tuple[int, ...]:
    """Where what is in each parenthesis starts that a piece leaves open."""
    found: List[int] = []
    for i, char in enumerate(text):
        if char in "({":
            found.append(i + (2 if text[i:i + 2] == "{ " else 1))
        elif char in ")}" and found:
            found.pop()
    return tuple(found)


@functools.lru_cache(maxsize=None)
def _cheapest(shapes: Tuple[_Shape, ...], start: int, columns: int,
              reserve: int) -> Tuple[Tuple[int, int], ...]:
    """(piece, column) of each break. Most lines look like others."""
    return _Search(shapes, start, columns, reserve).cheapest()


def _render(pieces: List[_Piece], breaks) -> str:
    starts = dict(breaks)
    out = ""
    for i, piece in enumerate(pieces):
        if i in starts:
            out += ("\n" if i else "") + indent(starts[i])
        else:
            out += " " * piece.gap
        out += piece.text
    return out


def _unlinked(breaks):
    """(piece, column, those before) as a sequence of pairs."""
    while breaks is not None:
        i, column, breaks = breaks
        yield i, column


class _Search:
    """Dijkstra over "break or not" before each piece."""

    def __init__(self, pieces: Tuple[_Shape, ...], start: int, columns: int,
                 reserve: int):
        self._pieces = pieces
        self._start = start
        self._columns = columns
        self._reserve = reserve
        self._queue: List[Tuple] = []
        self._count = 0

    def cheapest(self) -> Tuple[Tuple[int, int], ...]:
        first = self._pieces[0]
        base = _Level(self._start + TAB, False, self._start + first.operand,
                      False, False, 0, False, 0)
        self._push(0, 1, self._start + first.width,
                   self._enter((base,), first, self._start),
                   (0, self._start, None))
        seen = set()
        while True:
            price, _, i, column, stack, breaks = heapq.heappop(self._queue)
            if i == len(self._pieces):
                return tuple(_unlinked(breaks))
            if (i, column, stack) in seen:
                continue
            seen.add((i, column, stack))
            self._advance(price, i, column, stack, breaks)

    def _push(self, price, i, column, stack, breaks) -> None:
        room = self._columns - (self._reserve if i == len(self._pieces) else 0)
        price += _EXCESS * max(0, column - room)
        self._count += 1
        heapq.heappush(self._queue, (price, self._count, i, column, stack,
                                     breaks))

    def _advance(self, price, i, column, stack, breaks) -> None:
        piece = self._pieces[i]
        top = stack[-1]
        if not (piece.joint == "comma" and top.must_break):
            at = column + piece.gap
            levels = stack[:-1] + (self._joined(top, piece, at),)
            self._push(price, i + 1, at + piece.width,
                       self._enter(levels, piece, at), breaks)
        if piece.price < 0 or (piece.joint == "name" and
                               column + piece.gap - self._start < _SHORT_TYPE):
            return
        if any(level.whole for level in stack[:-1]) or (
                piece.joint in ("operator", "inner") and top.whole):
            return
        cost, at, level = self._broken(top, piece)
        # Whatever is around an argument that was broken is broken, too.
        outer = tuple(one._replace(must_break=True) for one in stack[:-1])
        if piece.joint in ("operator", "inner") and len(stack) > 1:
            level = level._replace(must_break=True)
        self._push(price + piece.price + cost, i + 1, at + piece.width,
                   self._enter(outer + (level,), piece, at),
                   (i, at, breaks))

    def _joined(self, top: _Level, piece: _Shape, at: int) -> _Level:
        operand = at + piece.value
        if piece.joint == "open":
            return top._replace(indent=at, operand=operand)
        if piece.joint in ("comma", "="):
            return top._replace(operand=operand, operand_broken=False,
                                whole=top.commas > 1,
                                hangs=self._hang(top, piece))
        return top

    @staticmethod
    def _hang(top: _Level, piece: _Shape) -> int:
        """Operands of one argument among several stand out from it."""
        return TAB if top.commas and not piece.value else 0

    def _broken(self, top: _Level, piece: _Shape):
        """(price beside the piece's own, column, level) of a break."""
        operand = top.indent + piece.value
        if piece.joint == "inner":
            return (_FIRST_BREAK, top.operand + top.hangs + TAB, top)
        if piece.joint == "operator":
            return (0 if top.operand_broken else _FIRST_BREAK,
                    top.operand + top.hangs, top._replace(operand_broken=True))
        if piece.joint == "name":
            return (_FIRST_BREAK, self._start, top)
        if piece.joint == "cast":
            at = top.indent + (TAB if top.broken else 0)
            return (0 if top.broken else _FIRST_BREAK, at, top)
        if piece.joint == "star":
            return (_FIRST_BREAK, top.indent + TAB,
                    top._replace(must_break=True))
        if piece.joint == "open":
            return (_FIRST_BREAK, top.indent, top._replace(
                operand=operand, hangs=self._hang(top, piece)))
        return (0 if top.broken else _FIRST_BREAK, top.indent, top._replace(
            broken=True, operand=operand, operand_broken=False, whole=False,
            must_break=False, hangs=self._hang(top, piece)))

    def _enter(self, stack, piece: _Shape, at: int):
        """The levels after a piece that starts in column @at."""
        if piece.closes:
            stack = stack[:max(1, len(stack) - piece.closes)]
        for commas, opened in zip(piece.commas, piece.opened):
            if opened == piece.width:
                # Unless an argument follows at once: eight columns more.
                column = stack[-1].indent + (TAB if len(stack) > 1 else 0)
            else:
                column = at + opened
            stack += (_Level(column, False, column, False, False, commas,
                             False, 0),)
        return stack
