# SPDX-License-Identifier: MIT
"""Overlays: attributes for interface files that cannot be changed.

    overlay module ipa.vimc;
    interface IPAVimcInterface {
            [restore, undo=unmapBuffers] mapBuffers;
            [timeout_ms=5000] init;
            configure([max_len=8] streamConfig) => ([value] ret);
    };

An overlay is merged into the syntax tree before anything is resolved, so its
attributes mean exactly the same as attributes in the file.
"""

from __future__ import annotations

import dataclasses
from typing import Dict, List, Optional, Tuple

from .diagnostics import Diagnostics, did_you_mean, list_of
from .expressions import ExpressionParser
from .lexer import lex
from .loader import Loader, Options, Unit
from .source import Source, SourceError, Span
from .syntax import (AttributeNode, EnumNode, InterfaceNode, Name, StructNode,
                     UnionNode)

_KINDS = {"interface": InterfaceNode, "struct": StructNode,
          "union": UnionNode, "enum": EnumNode}
_MEMBERS = ("fields", "arms", "enumerators", "methods", "enums", "consts")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A name, and the attributes for it and for its members."""
    name: str
    span: Span
    attributes: Tuple[AttributeNode, ...]
    kind: Optional[str] = None
    members: Tuple["Entry", ...] = ()
    params: Tuple["Entry", ...] = ()
    outs: Tuple["Entry", ...] = ()


@dataclasses.dataclass(frozen=True)
class Overlay:
    path: str
    module: Name
    entries: Tuple[Entry, ...]


class OverlayParser(ExpressionParser):
    def __init__(self, source: Source, diagnostics: Diagnostics):
        super().__init__(lex(source, diagnostics).tokens, diagnostics)
        self._path = source.path

    def run(self) -> List[Overlay]:
        found: List[Overlay] = []
        while not self.at("end"):
            overlay = self.guarded(self._overlay, self._skip_overlay)
            if overlay is not None:
                found.append(overlay)
        return found

    def _skip_overlay(self) -> None:
        while not self.at("end") and not self.at_word("overlay"):
            self.take()

    def _overlay(self) -> Overlay:
        if not (self.at_word("overlay") and self.peek().text == "module"):
            self.fail("syntax", self.token.span, "expected 'overlay module "
                      "…;', found %s" % self.token)
        self.take()
        self.take()
        module = self.dotted_name("the name of the module")
        self.expect(";", "';' after the module's name")
        entries: List[Entry] = []
        while not self.at("end") and not self.at_word("overlay"):
            entry = self.guarded(self._declaration, self.skip_declaration)
            if entry is not None:
                entries.append(entry)
        return Overlay(self._path, module, tuple(entries))

    def _declaration(self) -> Entry:
        attributes = self._attributes()
        word = self.expect_name("a declaration")
        if word.text not in _KINDS:
            self.fail("syntax", word.span, "expected 'interface', 'struct', "
                      "'union' or 'enum', found %s" % word)
        name = self.dotted_name("the name of the declaration")
        members: List[Entry] = []
        if self.take_if("{"):
            while not self.at("}", "end"):
                member = self.guarded(self._member, self.skip_member)
                if member is not None:
                    members.append(member)
            self.expect("}", "'}' after the members")
        self.expect(";", "';' after the declaration")
        return Entry(name.name, name.span, attributes, word.text,
                     tuple(members))

    def _attributes(self) -> Tuple[AttributeNode, ...]:
        return tuple(dataclasses.replace(node, overlay=True)
                     for node in self.attribute_list())

    def _member(self) -> Entry:
        attributes = self._attributes()
        name = self.expect_name("the name of a member")
        params: Tuple[Entry, ...] = ()
        outs: Tuple[Entry, ...] = ()
        if self.at("("):
            params = self._parameters()
            if self.take_if("=>"):
                outs = self._parameters()
        if not self.take_if(","):
            self.expect(";", "';' after '%s'" % name.text)
        return Entry(name.text, name.span, attributes, None, (), params,
                     outs)

    def _parameters(self) -> Tuple[Entry, ...]:
        self.expect("(", "'('")
        found: List[Entry] = []
        while not self.at(")"):
            attributes = self._attributes()
            name = self.expect_name("the name of a parameter")
            found.append(Entry(name.text, name.span, attributes))
            if not self.take_if(","):
                break
        self.expect(")", "')' after the parameters")
        return tuple(found)


def _with_article(kind: str) -> str:
    return "%s %s" % ("an" if kind[0] in "aeiou" else "a", kind)


class OverlayMerger:
    """Adds entries to nodes. Nodes are frozen, so it returns new ones."""

    def __init__(self, diagnostics: Diagnostics):
        self._diagnostics = diagnostics

    def _unknown(self, entry: Entry, owner: str, known) -> None:
        self._diagnostics.error(
            "overlay-unknown", entry.span, "unknown name '%s': '%s' does not "
            "declare it" % (entry.name, owner),
            hint=did_you_mean(entry.name, known) or list_of(known))

    def declarations(self, nodes, entries, module: str):
        by_name: Dict[str, int] = {n.name: i for i, n in enumerate(nodes)}
        nodes = list(nodes)
        for entry in entries:
            outer, _, nested = entry.name.partition(".")
            at = by_name.get(outer)
            if at is None:
                self._unknown(entry, module, by_name)
            elif nested:
                inner = dataclasses.replace(entry, name=nested)
                nodes[at] = self._into(nodes[at], (inner,), ("enums",))
            elif not isinstance(nodes[at], _KINDS[entry.kind]):
                self._diagnostics.error(
                    "overlay-unknown", entry.span, "'%s' is not declared as "
                    "%s" % (entry.name, _with_article(entry.kind)),
                    [(nodes[at].span, "declared here")])
            else:
                nodes[at] = self._merge(nodes[at], entry)
        return tuple(nodes)

    def _merge(self, node, entry: Entry):
        node = dataclasses.replace(
            node, attributes=node.attributes + entry.attributes)
        node = self._into(node, entry.members, _MEMBERS)
        node = self._into(node, entry.params, ("params",))
        return self._into(node, entry.outs, ("outs",))

    def _into(self, node, entries: Tuple[Entry, ...], places):
        """Merges @entries into the members of @node."""
        for entry in entries:
            known = []
            for place in places:
                members = getattr(node, place, None) or ()
                names = [member.name for member in members]
                known += names
                if entry.name in names:
                    at = names.index(entry.name)
                    merged = self._merge(members[at], entry)
                    node = dataclasses.replace(node, **{
                        place: members[:at] + (merged,) + members[at + 1:]})
                    break
            else:
                self._unknown(entry, node.name, known)
        return node


def _read(path: str, diagnostics: Diagnostics) -> List[Overlay]:
    try:
        source = diagnostics.sources.read_file(path)
    except SourceError as error:
        span = Span(path, error.line, error.column) if error.line else None
        diagnostics.error("unreadable", span, str(error) if span else
                          "'%s': %s" % (path, error))
        return []
    return OverlayParser(source, diagnostics).run()


def apply_overlays(loader: Loader, options: Options,
                   diagnostics: Diagnostics) -> List[Unit]:
    """All units, with the attributes that overlays add."""
    merger = OverlayMerger(diagnostics)
    for path in options.config_overlays + options.overlays:
        for overlay in _read(path, diagnostics):
            _apply(overlay, loader.units, merger, diagnostics,
                   path in options.overlays)
    return loader.units


def _apply(overlay: Overlay, units: List[Unit], merger: OverlayMerger,
           diagnostics: Diagnostics, is_for_these: bool) -> None:
    """A module may have several files: each gets the entries for its own
    declarations. @is_for_these: the overlay was given for this run."""
    name = overlay.module.name
    targets = [u for u in units if u.module == name]
    if not targets and (is_for_these or name.lower() in
                        [u.module.lower() for u in units]):
        diagnostics.warning(
            "unused-overlay", overlay.module.span, "the overlay has no "
            "effect: module '%s' is not compiled" % overlay.module.name,
            hint=did_you_mean(overlay.module.name,
                              [u.module for u in units]))
    rest = list(overlay.entries)
    for unit in targets:
        unit.is_foreign = True
        names = {node.name for node in unit.file.declarations}
        last = unit is targets[-1]
        own = [e for e in rest if last or e.name.partition(".")[0] in names]
        rest = [e for e in rest if e not in own]
        unit.file = dataclasses.replace(
            unit.file, declarations=merger.declarations(
                unit.file.declarations, own, overlay.module.name))
