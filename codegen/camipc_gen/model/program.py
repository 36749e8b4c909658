# SPDX-License-Identifier: MIT
"""Builds the Program: every module from its file, imports first."""

from __future__ import annotations

import dataclasses
import re
from typing import Dict, List, Sequence, Tuple

from ..text.loader import Unit
from ..text.syntax import (ConstNode, EnumNode, InterfaceNode, StructNode,
                           UnionNode)
from . import ir
from .constants import Place
from .order import (MAX_DEPTH, contained_by_value, definition_order,
                    nested_within, self_containing)
from .resolve import Resolver
from .resolve_interface import InterfaceResolver
from .scope import is_skipped

# A [cname] of a module, which becomes the stem of file names.
FILE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}\Z")

_OWNERS = (StructNode, InterfaceNode)


def build(units: Sequence[Unit],
          resolver: Resolver) -> Tuple[ir.Program, Dict[int, ir.Module]]:
    """The program, and the module of each unit (by its id)."""
    structs = {id(unit): _structs(unit, resolver) for unit in units}
    unions = {id(unit): _unions(unit, resolver) for unit in units}
    interfaces = {id(unit): InterfaceResolver(resolver, unit).run()
                  for unit in units}
    everything = [declaration for table in (structs, unions)
                  for found in table.values() for declaration in found]
    containing = self_containing(everything)
    contained_by_value(everything, resolver.diagnostics)
    nested_within(everything, MAX_DEPTH, resolver.diagnostics)
    for unit in units:
        # Beside [cname], Chromium's attributes get a warning only.
        for attribute in resolver.attributes.read(unit.file.attributes,
                                                  "module", Place(unit)):
            if not FILE_NAME.match(str(attribute.value)):
                resolver.diagnostics.error(
                    "attribute-value", attribute.span, "invalid name '%s' of "
                    "output files: expected a letter, then letters, digits "
                    "and '_'" % attribute.value)
    modules: Dict[int, ir.Module] = {}
    # Enums come last, because only now is it known which are flags.
    for unit in units:
        own_structs = _marked(structs[id(unit)], containing)
        own_unions = _marked(unions[id(unit)], containing)
        modules[id(unit)] = ir.Module(
            name=unit.module, path=unit.path, stem=unit.stem,
            license=unit.file.license or "MIT",
            doc=resolver.docs(unit).module,
            imports=tuple(modules[id(i)] for i in unit.imports),
            consts=_consts(unit, resolver), enums=_enums(unit, resolver),
            structs=own_structs, unions=own_unions,
            interfaces=interfaces[id(unit)],
            definition_order=definition_order(own_structs + own_unions),
            is_foreign=unit.is_foreign)
    return _program([modules[id(unit)] for unit in units]), modules


def _program(modules: List[ir.Module]) -> ir.Program:
    program = ir.Program(modules=tuple(modules))
    for module in modules:
        for table, declarations in (
                (program.enums, module.enums),
                (program.structs, module.structs),
                (program.unions, module.unions),
                (program.consts, module.consts)):
            for declaration in declarations:
                table[declaration.qualified] = declaration
                program.module_of[declaration.qualified] = module
        for interface in module.interfaces:
            program.module_of[interface.qualified] = module
    return program


def _of_kind(unit: Unit, kind) -> list:
    return [node for node in unit.file.declarations
            if isinstance(node, kind) and not is_skipped(node)]


def _nested(unit: Unit, kind, attribute: str):
    """Declarations of one kind, with the names of enclosing ones."""
    for node in unit.file.declarations:
        if is_skipped(node):
            continue
        if isinstance(node, kind):
            yield node, ()
        elif isinstance(node, _OWNERS):
            for inner in getattr(node, attribute):
                yield inner, (node.name,)


def _structs(unit: Unit, resolver: Resolver):
    return tuple(resolver.struct(node, Place(unit))
                 for node in _of_kind(unit, StructNode))


def _unions(unit: Unit, resolver: Resolver):
    return tuple(resolver.union(node, Place(unit))
                 for node in _of_kind(unit, UnionNode))


def _enums(unit: Unit, resolver: Resolver):
    return tuple(resolver.enum(node, Place(unit, outer))
                 for node, outer in _nested(unit, EnumNode, "enums"))


def _consts(unit: Unit, resolver: Resolver):
    found = [resolver.const(node, Place(unit, outer))
             for node, outer in _nested(unit, ConstNode, "consts")]
    return tuple(const for const in found if const is not None)


def _marked(declarations, containing):
    return tuple(dataclasses.replace(d, contains_itself=True)
                 if d.qualified in containing else d for d in declarations)
