# SPDX-License-Identifier: MIT
"""Rules about types that are declared in two places: [skipHeader], which
repeats one, and --import-map, which replaces a file."""

from __future__ import annotations

from typing import Dict, Iterator, Tuple

from ..model.scope import FD_NAMES, has_attribute, is_skipped, join
from ..text.diagnostics import Diagnostics
from ..text.loader import Unit
from ..text.parser import parse
from ..text.source import SourceError, Span
from ..text.syntax import (Declared, EnumNode, GenericType, NamedType,
                           NullableType, StructNode)
from .checking import Checking


Known = Dict[str, Declared]


def _spell(node, known: Known) -> str:
    """A type as text, without module names, which may be mapped, and with
    aliases replaced."""
    if isinstance(node, NamedType):
        name = node.name
        while name not in known and "." in name:
            name = name.partition(".")[2]
        name = known[name].name if name in known else name
        return "SharedFD" if name in FD_NAMES else name
    if isinstance(node, NullableType):
        return _spell(node.inner, known) + "?"
    if isinstance(node, GenericType):
        inner = [_spell(a, known) for a in node.arguments]
        return "%s<%s>" % (node.name, ", ".join(inner))
    return ""


def _differences(node: StructNode, other: StructNode, known: Known,
                 may_lack: bool = False) -> Iterator[Tuple[Span, str, Span]]:
    """Fields of @node that @other lacks, or has with another type. It
    @may_lack optional ones."""
    theirs = {field.name: field for field in other.fields}
    for field in node.fields:
        match = theirs.get(field.name)
        if match is None and may_lack and isinstance(field.type, NullableType):
            continue
        if match is None:
            yield (field.span, "'%s' has no field '%s'"
                   % (other.name, field.name), other.span)
            continue
        types = _spell(field.type, known), _spell(match.type, known)
        if types[0] != types[1]:
            yield (field.span, "'%s' is %s here and %s there"
                   % ((field.name,) + types), match.span)


def skipped_types_exist(checking: Checking) -> None:
    """No code is generated for [skipHeader], so the type must be declared
    elsewhere, with the same fields if the repetition has any. The repetition
    may be older, and lack optional fields."""
    scope = checking.resolver.scope
    for unit, node in checking.skipped_nodes():
        if node.name in FD_NAMES:
            continue
        symbol = scope.symbols[join(unit.module, node.name)]
        other = scope.definition_of(symbol)
        if other is None:
            mapped = scope.map_module(unit.module)
            checking.error(
                "skipped-type", node.span, "'%s' is marked as declared "
                "elsewhere, but no import and no module '%s' declares it"
                % (node.name, mapped),
                hint="import the file that declares it, or name its module "
                     "with --module-map, which 'camipc-gen import' finds "
                     "out for a foreign tree"
                if mapped == unit.module else None)
        elif isinstance(node, StructNode) and node.fields and \
                isinstance(other.node, StructNode):
            known = _declared(other.unit)
            differences = list(_differences(node, other.node, known))
            differences += list(_differences(other.node, node, known,
                                             may_lack=True))
            for span, message, theirs in differences[:1]:
                checking.error("skipped-type", node.span, "'%s' differs from "
                               "the declaration that it repeats: %s"
                               % (node.name, message),
                               [(span, "here"), (theirs, "there")])


def replacements_agree(checking: Checking) -> None:
    """Warns where an --import-map removes or changes fields of a type."""
    for span, path, unit in checking.loader.replaced:
        original = checking.loader.original_of(path)
        if original is None or original == unit.path:
            continue
        quiet = Diagnostics(checking.diagnostics.sources)
        try:
            source = checking.diagnostics.sources.read_file(original)
            file = parse(source, quiet)
        except SourceError:
            continue
        known = _declared(unit)
        for node in file.declarations:
            _agrees(checking, node, known, unit)


def _declared(unit: Unit) -> Known:
    """Declarations of the file and its imports, by name and by alias."""
    known: Known = {}
    for source in unit.imports + [unit]:
        for node in source.file.declarations:
            known[node.name] = node
            for attribute in node.attributes:
                if attribute.name == "alias":
                    alias = getattr(attribute.value, "value", None)
                    known[str(alias)] = node
    return known


def _agrees(checking: Checking, node, known: Known, unit: Unit) -> None:
    if not isinstance(node, (StructNode, EnumNode)) or \
            node.name in FD_NAMES:
        return
    other = known.get(node.name)
    if other is None:
        checking.warning("import-map-drift", node.span, "the replacement "
                         "'%s' does not declare '%s'" % (unit.path, node.name))
    elif isinstance(node, StructNode) and isinstance(other, StructNode) and \
            not (has_attribute(node, "skipSerdes") and is_skipped(node)):
        for span, message, theirs in _differences(node, other, known):
            checking.warning("import-map-drift", span, message,
                             [(theirs, "the replacement is here")])


FOREIGN_RULES = (skipped_types_exist, replacements_agree)
