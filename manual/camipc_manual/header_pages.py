# SPDX-License-Identifier: MIT
"""Section 3: a page for each public header, made of its comments. Functions and
macros are other names of the page that describes them."""

from __future__ import annotations

import re
from typing import Dict, List, Tuple

from . import members, roff
from .headers import Comment, Entry, Header

_WORDS = re.compile(r"@(\w+)|\b((?:camipc|cam)_\w+(?:\(\)|\.h\b)?|_\w+\(\)"
                    r"|\w+\(\)|-E[A-Z0-9]+\b|\b(?:CAMIPC|CAM)_[A-Z0-9_]+\b"
                    r"|<?camipc/[\w/]+\.h>?)|`(\w+)`")

_TITLES = (("function", "Functions"), ("type", "Types"), ("macro", "Macros"))


# The package of pkg-config that a header belongs to, if not "camipc".
_PACKAGES = {"module.h": "camipc-ipa", "mock.h": "camipc-mock"}


def pages(headers: Dict[str, Header], prefix: str, version: str,
          folder: str) -> Tuple[List[roff.Page], Dict[str, str]]:
    """Pages of headers, by file name, and other names with their page.

    @prefix is what #include has before the name, "camipc/"."""
    found = []
    aliases: Dict[str, str] = {}
    for name, header in sorted(headers.items()):
        page_name = name if name.startswith("cam_") else "camipc_" + name
        names = [one for entry in header.entries
                 if entry.kind in ("function", "macro")
                 for one in entry.names]
        functions = [one for entry in header.entries
                     if entry.kind == "function" for one in entry.names]
        for one in names:
            aliases.setdefault(one, page_name)
        found.append(_page(page_name, prefix + name,
                           _PACKAGES.get(name, "camipc"), version, header,
                           functions, "%s/%s" % (folder, name)))
    _add_references(found)
    return found, aliases


def _page(name: str, include: str, package: str, version: str, header: Header,
          functions: List[str], source: str) -> roff.Page:
    summary = _first_sentence(" ".join(header.paragraphs[0].split()))
    page = roff.Page(name, "3", summary, version, source, functions)
    page.heading("Synopsis")
    page.example(["#include <%s>" % include, "",
                  "cc ... $(pkg-config --cflags --libs %s)" % package])
    page.heading("Description")
    for text in header.paragraphs:
        _paragraph(page, text)
    for kind, title in _TITLES:
        entries = [entry for entry in header.entries if entry.kind == kind]
        if entries:
            page.heading(title)
        for entry in entries:
            _entry(page, entry)
    return page


def _first_sentence(text: str) -> str:
    """A summary for the heading, without its full stop."""
    sentence = re.split(r"(?<=\w)\. ", text + " ")[0].strip().rstrip(".")
    return sentence[:1].lower() + sentence[1:] \
        if re.match(r"[A-Z][a-z]", sentence) else sentence


def _entry(page: roff.Page, entry: Entry) -> None:
    suffix = "()" if entry.kind == "function" else ""
    page.subheading(", ".join(roff.text(name + suffix)
                              for name in entry.names))
    found: List[members.Member] = []
    for declaration in entry.declarations:
        parts = members.split(declaration)
        if parts:
            page.example(parts[0].split("\n"))
            found += parts[1]
        else:
            # Comments in it need nearly the whole width.
            narrow = entry.kind == "type"
            page.example(declaration.split("\n"), 0 if narrow else 4,
                         2 if narrow else 8)
    _comment(page, entry.comment)
    for declarations, text in found:
        if text:
            page.item(", ".join(roff.bold(one) for one in declarations),
                      [_inline(text)])


def _comment(page: roff.Page, comment: Comment) -> None:
    if comment.summary:
        page.paragraph(_inline(comment.summary[:1].upper() +
                               comment.summary[1:] + "."))
    for name, text in comment.parameters:
        page.item(roff.italic(name), [_inline(text)] if text else [])
    for text in comment.paragraphs:
        _paragraph(page, text)


def _paragraph(page: roff.Page, text: str) -> None:
    """A paragraph; indented lines are a table or an example."""
    lines = text.split("\n")
    indented = [line for line in lines if line.startswith(("  ", "\t"))]
    if len(lines) > 1 and len(indented) == len(lines):
        page.example(_unindented(lines))
    elif lines[0].startswith("- "):
        for item in re.split(r"\n- ", text[2:]):
            page.bullet(_inline(" ".join(item.split())))
    else:
        page.paragraph(_inline(" ".join(text.split())))


def _unindented(lines: List[str]) -> List[str]:
    depth = min(len(line) - len(line.lstrip()) for line in lines)
    return [line[depth:] for line in lines]


def _inline(text: str) -> str:
    """Text with parameters in italics, and names in bold."""
    parts = []
    last = 0
    for match in _WORDS.finditer(text):
        parts.append(roff.text(text[last:match.start()]))
        parts.append(roff.italic(match.group(1)) if match.group(1)
                     else roff.bold(match.group(2) or match.group(3)))
        last = match.end()
    return "".join(parts) + roff.text(text[last:])


def _add_references(pages_: List[roff.Page]) -> None:
    for page in pages_:
        others = [other.name for other in pages_ if other is not page]
        mentioned = [name for name in others
                     if re.search(r"\b%s\b" % re.escape(
                         name.replace("camipc_", "camipc/")), page.text())]
        roff.see_also(page, ["%s(3)" % name for name in sorted(mentioned)] +
                      ["camipc(7)"])
