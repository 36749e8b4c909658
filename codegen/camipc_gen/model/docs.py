# SPDX-License-Identifier: MIT
"""Assigns doc comments to declarations.

A comment documents the declaration that it precedes or follows. A comment
elsewhere with "\\struct Name" or "\\fn name()" documents the named declaration.
"""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Tuple

from ..text.diagnostics import Diagnostics
from ..text.loader import Unit
from ..text.syntax import (Comment, ConstNode, EnumeratorNode, EnumNode,
                           FieldNode, InterfaceNode, MethodNode, StructNode,
                           UnionNode)
from .ir import Doc

_COMMAND = re.compile(r"\s*[\\@](struct|var|fn|enum|union|class|file|def|"
                      r"typedef|namespace)\b\s*([^\s(]*)")
_WORDS = {StructNode: ("struct", "class", "typedef"),
          UnionNode: ("union", "class", "typedef"), EnumNode: ("enum",),
          InterfaceNode: ("class", "struct"), MethodNode: ("fn",),
          **dict.fromkeys((FieldNode, EnumeratorNode, ConstNode),
                          ("var", "def"))}


class Docs:
    """The documentation of one file, by declaration."""

    def __init__(self, unit: Unit, diagnostics: Diagnostics):
        self._diagnostics = diagnostics
        self._is_foreign = unit.is_foreign
        self._docs: Dict[int, List[Doc]] = {}
        self._nodes = list(_declared(unit.file.declarations, ()))
        self.module: Optional[Doc] = None
        stray: List[Tuple[str, str, Comment]] = [
            (*command, comment) for comment in
            unit.file.loose_comments + unit.file.comments
            for command in [_command(comment)] if command]
        for comment in unit.file.comments:
            if _command(comment) is None or _command(comment)[0] == "file":
                self.module = _doc(comment)
        for path, node in self._nodes:
            self._own(path, node, stray)
        for word, name, comment in stray:
            self._detached(word, name, comment)

    def of(self, node) -> Optional[Doc]:
        docs = self._docs.get(id(node))
        return docs[-1] if docs else None

    # ---- inside ------------------------------------------------------------

    def _own(self, path: str, node, stray) -> None:
        """The last comment belongs to the declaration, unless it names one of
        another kind. All others belong to the declaration that they name."""
        for comment in node.comments:
            command = _command(comment)
            last = comment is node.comments[-1]
            if command is None:
                if last:
                    self._add(node, comment)
                continue
            word, name = command
            if not _fits(word, node):
                stray.append((word, name, comment))
            elif _names(name, path):
                self._add(node, comment)
            elif last and self._is_foreign:
                self._add(node, comment)
            elif last:
                self._diagnostics.warning(
                    "doc-mismatch", comment.span, "the comment names '%s' but "
                    "stands before '%s'" % (name, node.name),
                    [(node.span, "the comment is used for this declaration")])
                self._add(node, comment)
            else:
                stray.append((word, name, comment))

    def _detached(self, word: str, name: str, comment: Comment) -> None:
        for path, node in self._nodes:
            if name and _names(name, path) and _fits(word, node) and \
                    id(node) not in self._docs:
                self._add(node, comment)
                return

    def _add(self, node, comment: Comment) -> None:
        self._docs.setdefault(id(node), []).append(_doc(comment))


def _fits(word: str, node) -> bool:
    """Whether a command such as \\struct can document @node. A
    constructor's comment (\\fn) does not document the struct."""
    return word in _WORDS[type(node)]


def _names(name: str, path: str) -> bool:
    name = name.replace("::", ".").strip(".")
    return path == name or path.endswith("." + name) or \
        name.endswith("." + path)


def _command(comment: Comment) -> Optional[Tuple[str, str]]:
    for line in comment.lines:
        match = _COMMAND.match(line)
        if match:
            return match.group(1), match.group(2)
    return None


def _doc(comment: Comment) -> Doc:
    """The comment without the line that names the declaration, and without
    \\brief."""
    lines = [re.sub(r"^\s*[\\@]brief\s+", "", line)
             for line in comment.lines if not _COMMAND.match(line)]
    while lines and not lines[0].strip():
        lines.pop(0)
    return Doc(tuple(lines))


def _declared(nodes, outer: Tuple[str, ...]):
    """Every declaration and member, with its path."""
    for node in nodes:
        path = outer + (node.name,)
        yield ".".join(path), node
        for attribute in ("fields", "arms", "enumerators", "methods",
                          "enums", "consts"):
            yield from _declared(getattr(node, attribute, ()), path)
