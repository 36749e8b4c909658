# SPDX-License-Identifier: MIT
"""Name lookup: finds the declaration that a name refers to.

A name is searched from the innermost scope outwards: nested in the enclosing
declaration, then in the module "a.b", then in "a", then from the root. Only
the file itself and its direct imports are visible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Optional, Tuple

from ..text.diagnostics import Diagnostics, did_you_mean
from ..text.loader import Unit
from ..text.source import Span
from ..text.syntax import (AttributeNode, ConstNode, Declared, EnumeratorNode,
                           EnumNode, InterfaceNode, StructNode, UnionNode)

FD_NAMES = ("SharedFD", "FileDescriptor")
SCALARS = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32",
           "int64", "uint64", "float", "double")
BUILTINS = SCALARS + ("string",) + FD_NAMES

_KINDS = {StructNode: "struct", UnionNode: "union", EnumNode: "enum",
          ConstNode: "constant", InterfaceNode: "interface",
          EnumeratorNode: "enum value"}


@dataclass(frozen=True)
class Symbol:
    qualified: str
    node: Declared
    unit: Unit
    outer: Tuple[str, ...]         # enclosing declarations
    enum: Optional[str] = None     # of an enumerator

    @property
    def kind(self) -> str:
        return _KINDS[type(self.node)]


def has_attribute(node: Declared, *names: str) -> bool:
    return any(a.name in names for a in node.attributes)


def is_skipped(node: Declared) -> bool:
    """Whether this declaration only repeats one from elsewhere."""
    return has_attribute(node, "skipHeader", "skipSerdes")


def mapped_name(name: str, module_map) -> str:
    for source, target in module_map:
        if name == source or name.startswith(source + "."):
            return target + name[len(source):]
    return name


def skip_mapped(units: Iterable[Unit], module_map) -> None:
    """Marks each type of a mapped module that the target module declares as
    [skipHeader]. As an input, a replaced file is thus compared with its
    replacement.
    """
    units = list(units)
    names: Dict[str, set] = {}
    for unit in units:
        known = names.setdefault(unit.module, set())
        for node in unit.file.declarations:
            known.add(node.name)
            known.update(getattr(a.value, "value", None)
                         for a in node.attributes if a.name == "alias")
    for unit in units:
        target = mapped_name(unit.module, module_map)
        if target == unit.module or target not in names:
            continue
        unit.file = replace(unit.file, declarations=tuple(
            _skipped(node) if node.name in names[target] and isinstance(
                node, (StructNode, UnionNode, EnumNode)) else node
            for node in unit.file.declarations))


def _skipped(node):
    if is_skipped(node):
        return node
    mark = AttributeNode(node.span, "skipHeader", None)
    return replace(node, attributes=node.attributes + (mark,))


class Scope:
    """All names of a run."""

    def __init__(self, units: Iterable[Unit], module_map,
                 diagnostics: Diagnostics):
        self._diagnostics = diagnostics
        self._module_map = tuple(module_map)
        self.symbols: Dict[str, Symbol] = {}
        self._aliases: Dict[str, str] = {}
        self._modules: Dict[str, List[Unit]] = {}
        units = list(units)
        for unit in units:
            self._modules.setdefault(unit.module, []).append(unit)
            for node in unit.file.declarations:
                self._declare(unit, node, ())
        self.skipped: List[Symbol] = [s for s in self._skipped_symbols()]

    # ---- building ----------------------------------------------------------

    def _declare(self, unit: Unit, node, outer: Tuple[str, ...],
                 enum: Optional[str] = None) -> None:
        qualified = join(unit.module, *outer, node.name)
        symbol = Symbol(qualified, node, unit, outer, enum)
        first = self.symbols.setdefault(qualified, symbol)
        if first is not symbol:
            # The first one stays in use, so that the second causes no other
            # errors.
            self._duplicate(symbol, first)
            return
        for attribute in node.attributes:
            if attribute.name == "alias":
                self._alias(symbol, attribute)
        inner = outer + (node.name,)
        if isinstance(node, (StructNode, InterfaceNode)):
            for nested in node.enums + node.consts:
                self._declare(unit, nested, inner)
        elif isinstance(node, EnumNode):
            for value in node.enumerators:
                self._declare(unit, value, inner, qualified)

    def _duplicate(self, symbol: Symbol, first: Symbol) -> None:
        self._diagnostics.error(
            "duplicate-name", symbol.node.span,
            "%s '%s' is declared twice" % (symbol.kind, symbol.qualified),
            [(first.node.span, "the first declaration is here")])

    def _alias(self, symbol: Symbol, attribute) -> None:
        text = getattr(attribute.value, "value", None)
        parts = text.split(".") if isinstance(text, str) else [""]
        if not all(part.isidentifier() and part.isascii() for part in parts):
            self._diagnostics.error(
                "bad-alias", attribute.span, "invalid alias%s: expected a "
                "name, which may contain dots" % (
                    " '%s'" % text if isinstance(text, str) else ""))
            return
        qualified = join(symbol.unit.module, text)
        if self._aliases.setdefault(qualified,
                                    symbol.qualified) != symbol.qualified:
            self._diagnostics.error(
                "bad-alias", attribute.span, "'%s' is already an alias of "
                "'%s'" % (text, self._aliases[qualified]),
                hint="choose another alias")

    def _skipped_symbols(self):
        for symbol in self.symbols.values():
            if not symbol.enum and is_skipped(symbol.node):
                yield symbol

    # ---- looking up --------------------------------------------------------

    def map_module(self, name: str) -> str:
        """@name with its module replaced as --module-map says."""
        return mapped_name(name, self._module_map)

    def modules_of(self, name: str) -> List[Unit]:
        return self._modules.get(name, [])

    def _exact(self, qualified: str) -> Optional[Symbol]:
        symbol = self.symbols.get(qualified)
        if symbol is None and qualified in self._aliases:
            symbol = self.symbols[self._aliases[qualified]]
        if symbol is None or symbol.enum or not is_skipped(symbol.node):
            return symbol
        return self.definition_of(symbol) or symbol

    def definition_of(self, symbol: Symbol) -> Optional[Symbol]:
        """The declaration that a [skipHeader] declaration repeats."""
        name = join(self.map_module(symbol.unit.module), *symbol.outer,
                    symbol.node.name)
        if name == symbol.qualified:
            # Without a map: the same name in a directly imported module.
            found = [join(unit.module, symbol.node.name)
                     for unit in symbol.unit.imports]
        else:
            found = [name]
        for candidate in found:
            other = self.symbols.get(candidate) or \
                self.symbols.get(self._aliases.get(candidate, ""))
            if other is not None and not is_skipped(other.node):
                return other
        return None

    def _visible(self, symbol: Symbol, unit: Unit) -> bool:
        if symbol.unit is unit or symbol.unit in unit.imports:
            return True
        # A file sees the module that its own module is mapped to.
        return self.map_module(unit.module) == symbol.unit.module != \
            unit.module

    def find(self, name: str, unit: Unit, outer: Tuple[str, ...],
             span: Span) -> Optional[Symbol]:
        """The symbol of a name, or None. Reports hidden and ambiguous names."""
        hidden = None
        mapped = self.map_module(name)
        scopes = _scopes(unit.module, outer) if mapped == name else [""]
        for scope in scopes:
            full = join(scope, mapped)
            # The name may be declared in the module that this one is mapped to.
            symbol = self._exact(full) or self._exact(self.map_module(full))
            if symbol is not None and self._visible(symbol, unit):
                return symbol
            hidden = hidden or symbol
        found = [symbol for symbol in
                 (self._exact(join(imported.module, name))
                  for imported in unit.imports) if symbol is not None]
        if found:
            return self._unqualified(name, found, span, unit)
        if hidden is not None:
            self._diagnostics.error(
                "not-imported", span, "'%s' is declared in a file that '%s' "
                "does not import" % (hidden.qualified, unit.path),
                [(hidden.node.span, "declared here")],
                hint="import that file: the imports of an imported file are "
                     "not visible")
            return hidden
        return None

    def _unqualified(self, name: str, found: List[Symbol],
                     span: Span, unit: Unit) -> Symbol:
        distinct = {symbol.qualified: symbol for symbol in found}
        if len(distinct) > 1:
            self._diagnostics.error(
                "ambiguous-name", span, "'%s' is ambiguous: several imports "
                "declare it" % name,
                [(symbol.node.span, "'%s'" % symbol.qualified)
                 for symbol in distinct.values()],
                hint="write the name with its module, such as '%s'"
                     % found[0].qualified)
        elif not unit.is_foreign:
            self._diagnostics.warning(
                "unqualified-import", span, "'%s' is used without the name "
                "of its module, '%s'" % (name, found[0].unit.module),
                hint="write '%s'" % found[0].qualified)
        return found[0]

    def is_fd(self, name: str, unit: Unit) -> bool:
        """Whether @name is SharedFD, or the SharedFD of a visible module."""
        module, _, last = self.map_module(name).rpartition(".")
        if last not in FD_NAMES:
            return False
        modules = {unit.module, self.map_module(unit.module), ""}
        modules.update(imported.module for imported in unit.imports)
        return module in modules

    # ---- hints -------------------------------------------------------------

    def hint(self, name: str, unit: Unit, kinds: Tuple[str, ...],
             more: Iterable[str] = ()) -> Optional[str]:
        """A hint with the nearest visible name of one of these @kinds."""
        foreign = self._foreign_hint(name, unit)
        if foreign is not None:
            return foreign
        known = list(more)
        for symbol in self.symbols.values():
            if symbol.kind in kinds and self._visible(symbol, unit):
                outer = symbol.outer
                known.append(join(*outer, symbol.node.name)
                             if symbol.unit.module == unit.module
                             else symbol.qualified)
        hint = did_you_mean(name, known)
        if hint is None and "." in name:
            last = name.rpartition(".")[2]
            same = [q for q in known if q.rpartition(".")[2] == last]
            hint = did_you_mean(same[0], same) if same else None
        return hint


    def _foreign_hint(self, name: str, unit: Unit) -> Optional[str]:
        """A hint for a file that was written for another generator, if a map is
        missing."""
        module, dot, rest = name.partition(".")
        target = self.map_module(module)
        if dot and target != module:
            if target in [other.module for other in unit.imports]:
                return None
            return "module '%s' is mapped to '%s', which no import declares: " \
                "map the import, too, with --import-map" % (module, target)
        if dot and module not in self._modules:
            for other in unit.imports:
                symbol = self._exact(join(other.module, rest))
                if symbol is not None or rest in FD_NAMES:
                    return "did you mean '%s'? If the file cannot be changed, " \
                        "'--module-map %s=%s' maps its module" % (
                            symbol.qualified if symbol else rest, module,
                            other.module)
        if any(is_skipped(node) for node in unit.file.declarations) and \
                self.map_module(unit.module) == unit.module:
            return "the file leaves types to other files of its project: if " \
                "camipc has them, 'camipc-gen import' writes a configuration " \
                "that maps them"
        return None


def _scopes(module: str, outer: Tuple[str, ...]) -> List[str]:
    """Prefixes to try, innermost first."""
    scopes = [join(module, *outer[:count])
              for count in range(len(outer), 0, -1)]
    parts = module.split(".") if module else []
    scopes += [".".join(parts[:count]) for count in range(len(parts), -1, -1)]
    return scopes


def join(*parts: str) -> str:
    return ".".join(part for part in parts if part)
