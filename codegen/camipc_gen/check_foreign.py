# SPDX-License-Identifier: MIT
"""Rules about types that are declared in two places: [skipHeader], which
repeats one, and --import-map, which replaces a file."""

from __future__ import annotations

from typing import Dict, Iterator, Optional, Tuple

from .checking import Checking
from .diagnostics import Diagnostics
from .loader import Unit
from .parser import parse
from .scope import FD_NAMES, has_attribute, is_skipped, join
from .source import SourceError, Span
from .syntax import (EnumNode, GenericType, NamedType, NullableType,
                     StructNode)


def _spell(node) -> str:
    """A type without the modules of its names, which are mapped."""
    if isinstance(node, NamedType):
        last = node.name.rpartition(".")[2]
        return "SharedFD" if last in FD_NAMES else last
    if isinstance(node, NullableType):
        return _spell(node.inner) + "?"
    if isinstance(node, GenericType):
        return "%s<%s>" % (node.name,
                           ", ".join(_spell(a) for a in node.arguments))
    return ""


def _differences(node: StructNode, other: StructNode,
                 ) -> Iterator[Tuple[Span, str, Span]]:
    """Fields of @node that @other lacks, or has with another type."""
    theirs = {field.name: field for field in other.fields}
    for field in node.fields:
        match = theirs.get(field.name)
        if match is None:
            yield (field.span, "'%s' has no field '%s'"
                   % (other.name, field.name), other.span)
        elif _spell(match.type) != _spell(field.type):
            yield (field.span, "'%s' is %s here and %s there"
                   % (field.name, _spell(field.type), _spell(match.type)),
                   match.span)


def skipped_types_exist(checking: Checking) -> None:
    """[skipHeader]: nothing is emitted, so it has to be somewhere else; the
    fields, if it has any, are the same."""
    scope = checking.resolver.scope
    for unit, node in checking.skipped_nodes():
        if node.name in FD_NAMES:
            continue
        symbol = scope.symbols[join(unit.module, node.name)]
        other = scope.definition_of(symbol)
        if other is None:
            mapped = scope.map_module(unit.module)
            checking.error(
                "skipped-type", node.span, "'%s' is skipped, and not "
                "declared in '%s'" % (node.name, mapped),
                hint="import the file that declares it, or name its module "
                     "with --module-map" if mapped == unit.module else None)
        elif isinstance(node, StructNode) and node.fields and \
                isinstance(other.node, StructNode):
            differences = list(_differences(node, other.node))
            differences += list(_differences(other.node, node))
            for span, message, theirs in differences[:1]:
                checking.error("skipped-type", node.span, "'%s' differs from "
                               "the one it stands for: %s"
                               % (node.name, message),
                               [(span, "here"), (theirs, "there")])


def replacements_agree(checking: Checking) -> None:
    """An --import-map must not shrink a newer type silently."""
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
        known: Dict[str, object] = _declared(unit)
        for node in file.declarations:
            _agrees(checking, node, known, unit)


def _declared(unit: Unit) -> Dict[str, object]:
    """By name and by alias, also of what the replacement imports."""
    known: Dict[str, object] = {}
    for source in unit.imports + [unit]:
        for node in source.file.declarations:
            known[node.name] = node
            for attribute in node.attributes:
                if attribute.name == "alias":
                    alias = getattr(attribute.value, "value", None)
                    known[str(alias)] = node
    return known


def _agrees(checking: Checking, node, known, unit: Unit) -> None:
    if not isinstance(node, (StructNode, EnumNode)) or \
            node.name in FD_NAMES:
        return
    other: Optional[object] = known.get(node.name)
    if other is None:
        checking.warning("import-map-drift", node.span, "'%s' does not "
                         "declare '%s'" % (unit.path, node.name))
    elif isinstance(node, StructNode) and isinstance(other, StructNode) and \
            not (has_attribute(node, "skipSerdes") and is_skipped(node)):
        for span, message, theirs in _differences(node, other):
            checking.warning("import-map-drift", span, message,
                             [(theirs, "the replacement is here")])


def maps_are_used(checking: Checking) -> None:
    for name in checking.loader.unused_import_maps():
        checking.warning("unused-map", None, "nothing imports '%s', which "
                         "--import-map names" % name)
    used = checking.resolver.scope.used_module_maps
    for name, _ in checking.resolver.options.module_map:
        if name not in used:
            checking.warning("unused-map", None, "nothing refers to module "
                             "'%s', which --module-map names" % name)


FOREIGN_RULES = (skipped_types_exist, replacements_agree, maps_are_used)
