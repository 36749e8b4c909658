# SPDX-License-Identifier: MIT
"""Reads a public header: its opening comment, and each documented declaration
with its comment. It knows the style of our headers, not all of C."""

from __future__ import annotations

import dataclasses
import re
from typing import Iterator, List, Optional, Tuple

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ATTRIBUTES = re.compile(
    r"\b(?:CAMIPC_API|CAMIPC_MUST_CHECK|CAMIPC_EXPORT|static inline"
    r"|CAMIPC_PRINTF\([^)]*\))\s*")


@dataclasses.dataclass(frozen=True)
class Comment:
    """A comment in parts: (name, text) of parameters, and paragraphs."""
    summary: str                       # "open a file"; "" if it has none
    parameters: Tuple[Tuple[str, str], ...]
    paragraphs: Tuple[str, ...]        # lines keep their ends in examples


@dataclasses.dataclass(frozen=True)
class Entry:
    """Declarations below one comment."""
    kind: str                          # "function", "type" or "macro"
    names: Tuple[str, ...]
    declarations: Tuple[str, ...]
    comment: Comment


@dataclasses.dataclass(frozen=True)
class Header:
    paragraphs: Tuple[str, ...]        # of the opening comment
    entries: Tuple[Entry, ...]


def read(text: str) -> Header:
    """The contents of a header."""
    opening, rest = "", text
    for match in _COMMENT.finditer(text):
        if "SPDX" not in match.group():
            opening, rest = match.group(), text[match.end():]
            break
    entries: List[Entry] = []
    for raw, code in _documented(rest):
        for kind, names, declarations in _groups(code):
            entries.append(Entry(kind, tuple(names), tuple(declarations),
                                 comment(raw)))
    return Header(comment(opening).paragraphs, tuple(entries))


def _documented(text: str) -> Iterator[Tuple[str, str]]:
    """Each comment at the start of a line, and the code up to the next one."""
    starts = [match for match in re.finditer(
        r"^/\*.*?\*/", text, re.DOTALL | re.MULTILINE)]
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) \
            else len(text)
        yield match.group(), text[match.end():end]


def _groups(code: str) -> Iterator[Tuple[str, List[str], List[str]]]:
    """Declarations of one kind that stand together."""
    kind, names, declarations = "", [], []
    for found in _declarations(code):
        if kind and found[0] != kind:
            yield kind, names, declarations
            names, declarations = [], []
        kind = found[0]
        if found[1] not in names:
            names.append(found[1])
            declarations.append(found[2])
    if kind:
        yield kind, names, declarations


def _declarations(code: str) -> Iterator[Tuple[str, str, str]]:
    """(kind, name, text) of each declaration after a comment.

    A paragraph without comment belongs to the comment before it only if it
    exports a function."""
    rest = code.lstrip("\n")
    first = True
    while rest.strip():
        if rest.startswith("\n"):
            rest, first = rest.lstrip("\n"), False
            continue
        if rest.startswith("#"):
            found, rest = _directive(rest)
            if found and first:
                yield ("macro", *found)
            continue
        text, rest = _statement(rest)
        found_statement = _described(text)
        if found_statement and (first or text.startswith("CAMIPC_API")):
            yield found_statement


def _directive(text: str) -> Tuple[Optional[Tuple[str, str]], str]:
    """A line of the preprocessor, and what follows it."""
    match = re.match(r"(?:[^\n]*\\\n)*[^\n]*(?:\n|\Z)", text)
    assert match
    line = match.group()
    define = re.match(r"#define\s+(\w+)(\([^)]*\))?", line)
    rest = text[match.end():]
    if not define or define.group(1).endswith("_H"):
        return None, rest
    if define.group(2):
        # What it expands to is of no interest.
        return (define.group(1), define.group(0)), rest
    return (define.group(1), re.sub(r"\s*/\*.*", "", line.rstrip(),
                                    flags=re.DOTALL)), rest


def _statement(text: str) -> Tuple[str, str]:
    """Up to the ";" or "}" that ends a declaration, comments skipped over."""
    depth = 0
    position = 0
    while position < len(text):
        comment_here = _COMMENT.match(text, position)
        if comment_here:
            position = comment_here.end()
            continue
        char = text[position]
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(char, 0)
        position += 1
        if depth == 0 and (char == ";" or char == "}" and
                           _is_body(text[:position])):
            break
        # CAMIPC_BEGIN_DECLS and the like have lines of their own.
        if depth == 0 and char == "\n" and re.fullmatch(
                r"\s*[A-Z_]+\s*", text[:position]):
            return "", text[position:]
    return text[:position].strip(), text[position:].lstrip(" \t")


def _is_body(text: str) -> bool:
    """Whether a "}" ends a function, and not a struct."""
    return re.search(r"\)\s*\{", _COMMENT.sub("", text)) is not None and \
        not re.match(r"\s*(?:struct|enum|union|typedef)\b[^(]*\{", text)


def _described(text: str) -> Optional[Tuple[str, str, str]]:
    bare = _COMMENT.sub(" ", text)
    if not bare.strip() or bare.startswith(("CAMIPC_STATIC_ASSERT",
                                            "CAMIPC_DEFINE", "#")):
        return None
    match = re.match(r"(struct|enum|union)\s+(\w+)\s*(?:\{|;)", bare)
    if match:
        return "type", "%s %s" % match.groups(), text
    match = re.match(r"typedef\b.*?\(\s*\*\s*(\w+)\s*\)", bare, re.DOTALL) or \
        re.match(r"typedef\b.*?(\w+)\s*;", bare, re.DOTALL)
    if match:
        return "type", match.group(1), text
    head = re.sub(r"\{.*", "", bare, flags=re.DOTALL)
    head = _ATTRIBUTES.sub("", head).strip().rstrip(";").strip()
    match = re.match(r"[\w\s*]*?\b(\w+)\s*\(", head)
    if match and not match.group(1).isupper():
        return "function", match.group(1), prototype(head)
    match = re.match(r"extern\b.*?(\w+)(?:\[[^]]*\])?$", head, re.DOTALL)
    if match:
        return "type", match.group(1), head + ";"
    return None


def prototype(head: str, width: int = 66) -> str:
    """A prototype, laid out again without its attributes."""
    flat = " ".join(head.split())
    if len(flat) < width:
        return flat + ";"
    name, _, parameters = flat.partition("(")
    parts = re.split(r", (?![^()]*\))", parameters.rsplit(")", 1)[0])
    return "%s(\n%s);" % (name, ",\n".join("    " + part for part in parts))


# --- comments ----------------------------------------------------------------


def comment(raw: str) -> Comment:
    """A comment of the form that our headers have."""
    body = re.sub(r"^/\*\*?|\*/$", "", raw)
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip()
             for line in body.strip("\n").split("\n")]
    lines = "\n".join(lines).strip().split("\n")
    summary = ""
    match = re.match(r"(\w+)\(\) - (.*)", lines[0])
    if match:
        summary = match.group(2)
        lines = lines[1:]
        # The summary ends at the first empty line or parameter.
        while lines and lines[0] and not lines[0].startswith("@"):
            summary += " " + lines.pop(0).strip()
    parameters: List[Tuple[str, str]] = []
    paragraphs: List[str] = []
    for block in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        match = re.match(r"@\w+:", block)
        if match:
            parameters += _parameters(block)
        elif block.strip():
            paragraphs.append(block)
    return Comment(summary, tuple(parameters), tuple(paragraphs))


def _parameters(block: str) -> List[Tuple[str, str]]:
    found: List[Tuple[str, str]] = []
    for line in block.split("\n"):
        match = re.match(r"@(\w+):\s*(.*)", line)
        if match:
            found.append((match.group(1), match.group(2)))
        else:
            name, text = found[-1]
            found[-1] = (name, (text + " " + line.strip()).strip())
    return found
