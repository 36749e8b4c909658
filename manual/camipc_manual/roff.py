# SPDX-License-Identifier: MIT
"""The language of manual pages, man(7): escapes, paragraphs, lists, tables.

Functions that take "text" take plain text; those that take "inline" take what
text() and the font functions return.
"""

from __future__ import annotations

import re
from typing import Iterable, List, Sequence, Tuple

# Pages are the same whenever they are built; a release changes this.
DATE = "2026-11-28"

_ESCAPES = {
    "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha",
    "~": "\\(ti", "\"": "\\(dq", "…": "...", "–": "\\(en", "—": "\\(em",
    "×": "\\(mu", "≤": "\\(<=", "≥": "\\(>=", "→": "\\(->", "µ": "\\(mc",
    "é": "\\('e",
}


def text(plain: str) -> str:
    """Plain text in a line of text."""
    return "".join(_escape(char) for char in plain)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if ord(char) < 128 else "\\[u%04X]" % ord(char)


def bold(plain: str) -> str:
    return "\\fB%s\\fR" % text(plain)


def italic(plain: str) -> str:
    return "\\fI%s\\fR" % text(plain)


# Words that are names wherever they stand: options, variables, other pages.
_NAMES = re.compile(
    r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z](?![\w-])"
    r"|CAMIPC_[A-Z_]+|GLIBC_TUNABLES|camipc(?:[_-][a-z_-]+)?\([1-8]\))")


def prose(plain: str) -> str:
    """Plain text with its names in bold."""
    parts = []
    last = 0
    for match in _NAMES.finditer(plain):
        parts.append(text(plain[last:match.start()]))
        parts.append(bold(match.group(1)))
        last = match.end()
    return "".join(parts) + text(plain[last:])


def line(inline: str) -> str:
    """A line of text, which must not look like a request."""
    return "\\&" + inline if inline[:1] in (".", "'") else inline


def sentences(inline: str) -> List[str]:
    """Lines of text: one for each sentence, as roff wants them."""
    return [line(part) for part in
            re.split(r"(?<=[a-z0-9)\]}R][.:?!]) (?=[A-Z\\])", inline)]


class Page:
    """A page, as its lines."""

    def __init__(self, name: str, section: str, summary: str, version: str,
                 source: str, names: Sequence[str] = ()):
        """@names are other names under which the page is found."""
        self.name = name
        self.section = section
        self._lines = [
            "'\\\" t",
            ".\\\" SPDX-License-Identifier: MIT",
            ".\\\" Made by manual/build.py from %s." % source,
            # Without hyphens: names stay whole.
            ".nr HY 0",
            ".TH %s %s %s \"camipc %s\" \"camipc manual\"" % (
                name.upper(), section, DATE, version),
            ".ad l",
            ".SH NAME",
            "%s \\- %s" % (", ".join(text(one) for one in (name, *names)),
                           text(summary)),
        ]

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def heading(self, title: str) -> None:
        self._drop_paragraph()
        self._lines.append(".SH %s" % _quoted(text(title.upper())))

    def subheading(self, inline: str) -> None:
        self._drop_paragraph()
        self._lines.append(".SS %s" % _quoted(inline))

    def paragraph(self, inline: str) -> None:
        if not self._after_heading():
            self._lines.append(".PP")
        self._lines += sentences(inline)

    def item(self, tag: str, paragraphs: Iterable[str]) -> None:
        """An entry of a list; paragraphs after the first are indented, too."""
        self._lines += [".TP", line(tag)]
        paragraphs = list(paragraphs)
        for number, inline in enumerate(paragraphs):
            if number:
                self._lines.append(".IP")
            self._lines += sentences(inline)
        if not paragraphs:
            self._lines.append("\\&")

    def next_line(self, inline: str) -> None:
        """A line of its own in the entry of a list."""
        self._lines.append(".br")
        self._lines += sentences(inline)

    def bullet(self, inline: str) -> None:
        self._lines.append(".IP \\(bu 2")
        self._lines += sentences(inline)

    def numbered(self, number: int, inline: str) -> None:
        self._lines.append(".IP %d. 4" % number)
        self._lines += sentences(inline)

    def example(self, lines: Iterable[str], indent: int = 4,
                tab: int = 8) -> None:
        """Lines as they are."""
        if not self._after_heading():
            self._lines.append(".PP")
        self._lines += [".in +%dn" % indent, ".EX"]
        self._lines += [line(text(one.expandtabs(tab))) for one in lines]
        self._lines += [".EE", ".in"]

    def rows(self, head: Sequence[str], rows: Iterable[Sequence[str]],
             widths: Sequence[int]) -> None:
        """A table of inlines; columns of width 0 are as wide as needed."""
        if not self._after_heading():
            self._lines.append(".PP")
        self._lines += [".TS", "tab(@);"]
        self._lines.append(" ".join("lb" for _ in head))
        self._lines.append(" ".join(
            "lw(%dn)" % width if width else "l" for width in widths) + ".")
        self._lines.append("@".join(_cell(one, True) for one in head))
        for row in rows:
            self._lines.append("@".join(
                _cell(one, not width) for one, width in zip(row, widths)))
        self._lines.append(".TE")

    def _after_heading(self) -> bool:
        return self._lines[-1].startswith((".SH", ".SS"))

    def _drop_paragraph(self) -> None:
        while self._lines[-1] in (".PP", ".IP"):
            self._lines.pop()


def _quoted(inline: str) -> str:
    return "\"%s\"" % inline


def _cell(inline: str, short: bool) -> str:
    inline = inline.replace("@", "\\(at")
    return inline if short else "T{\n%s\nT}" % line(inline)


def alias(name: str, section: str) -> str:
    """The text of a page that is another name of page @name."""
    return ".so man%s/%s.%s\n" % (section[:1], name, section)


def references(names: Iterable[str]) -> List[Tuple[str, str]]:
    """("camipc", "7") of "camipc(7)"."""
    found = []
    for name in names:
        match = re.fullmatch(r"(.+)\((.+)\)", name)
        assert match, name
        found.append((match.group(1), match.group(2)))
    return found


def see_also(page: Page, names: Iterable[str]) -> None:
    page.heading("See also")
    page.paragraph(", ".join("%s(%s)" % (bold(name), section)
                             for name, section in references(names)))
