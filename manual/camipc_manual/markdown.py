# SPDX-License-Identifier: MIT
"""Makes a manual page of a document in Markdown, of the kind that this
repository has: headings, paragraphs, lists, tables, examples."""

from __future__ import annotations

import re
from typing import List, Optional, Sequence

from . import roff

_INLINE = re.compile(r"``(.+?)``|`([^`]+)`|\*\*(.+?)\*\*|\*([^*\s][^*]*)\*"
                     r"|\[([^]]+)\]\([^)]*\)")
# A column of a table on one line has at most this many characters.
_SHORT = 24
_MAX_TABLE = 70


def append(page: roff.Page, text: str) -> None:
    """Adds a document to a page; its first heading is left out."""
    blocks = _Blocks(text)
    for block in blocks.all():
        _append_block(page, block)


def inline(text: str) -> str:
    """A text with code and bold words in bold, and emphasis in italics."""
    parts: List[str] = []
    last = 0
    for match in _INLINE.finditer(text):
        parts.append(roff.text(text[last:match.start()]))
        code = match.group(1) or match.group(2)
        if code is not None:
            parts.append(roff.bold(code))
        elif match.group(3) is not None:
            parts.append(roff.bold(match.group(3).replace("`", "")))
        elif match.group(4) is not None:
            parts.append(roff.italic(match.group(4).replace("`", "")))
        else:
            parts.append(inline(match.group(5)))
        last = match.end()
    return "".join(parts) + roff.text(text[last:])


def _append_block(page: roff.Page, lines: List[str]) -> None:
    first = lines[0]
    if first.startswith("# ") or first.startswith("<!--"):
        return
    if first.startswith("## "):
        page.heading(first[3:])
    elif first.startswith("###"):
        page.subheading(inline(first.lstrip("# ")))
    elif first.startswith("```"):
        page.example(lines[1:-1])
    elif first.startswith("    "):
        page.example([line[4:] for line in lines])
    elif first.startswith("|"):
        _append_table(page, lines)
    elif re.match(r"- |\d+\. ", first):
        for item in _items(lines):
            number = re.match(r"(\d+)\. ", item)
            if number:
                page.numbered(int(number.group(1)), inline(item[number.end():]))
            else:
                page.bullet(inline(item[2:]))
    elif re.match(r": ", lines[-1]) and len(lines) > 1:
        page.item(inline(first), [inline(_joined(lines[1:])[2:])])
    else:
        page.paragraph(inline(_joined(lines)))


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _items(lines: Sequence[str]) -> List[str]:
    items: List[str] = []
    for line in lines:
        if re.match(r"- |\d+\. ", line):
            items.append(line)
        else:
            items[-1] += " " + line.strip()
    return items


def _append_table(page: roff.Page, lines: Sequence[str]) -> None:
    head, rows = _cells(lines[0]), [_cells(line) for line in lines[2:]]
    widths = [max(len(row[column]) for row in [head] + rows)
              for column in range(len(head))]
    if sum(widths) + 3 * len(widths) <= _MAX_TABLE and len(head) > 2:
        page.rows([inline(one) for one in head],
                  [[inline(one) for one in row] for row in rows],
                  [0] * len(head))
        return
    # A list reads better than narrow columns.
    for row in rows:
        texts = [inline(one) for one in row[1:]]
        if len(texts) > 1:
            texts = ["%s: %s" % (roff.italic(_label(title)), one)
                     for title, one in zip(head[1:], texts)]
        page.item(inline(row[0]) if "`" in row[0] or "*" in row[0]
                  else roff.bold(row[0]), texts[:1])
        for one in texts[1:]:
            page.next_line(one)


def _label(title: str) -> str:
    return title[:1].upper() + title[1:] if title[:1].islower() else title


def _cells(line: str) -> List[str]:
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]


class _Blocks:
    """The blocks of a document, as lists of lines."""

    def __init__(self, text: str):
        self._lines = text.split("\n")
        self._at = 0

    def all(self):
        while self._at < len(self._lines):
            block = self._next()
            if block:
                yield block

    def _next(self) -> Optional[List[str]]:
        line = self._lines[self._at]
        start = self._at
        self._at += 1
        if not line.strip():
            return None
        if line.startswith("#"):
            return [line]
        if line.startswith("```"):
            while not self._lines[self._at].startswith("```"):
                self._at += 1
            self._at += 1
            return self._lines[start:self._at]
        is_code = line.startswith("    ")
        while self._at < len(self._lines) and self._continues(is_code):
            self._at += 1
        end = self._at
        while not self._lines[end - 1].strip():
            end -= 1
        return self._lines[start:end]

    def _continues(self, is_code: bool) -> bool:
        line = self._lines[self._at]
        if is_code:
            # Empty lines belong to code that goes on after them.
            later = [one for one in self._lines[self._at:] if one.strip()]
            return bool(later) and later[0].startswith("    ") and \
                (not line.strip() or line.startswith("    "))
        return bool(line.strip()) and not line.startswith(("#", "```"))
