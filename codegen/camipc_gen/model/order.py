# SPDX-License-Identifier: MIT
"""Containment of types: recursion, and the order that C needs."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterable, List, Tuple, Union as Either

from ..text.diagnostics import Diagnostics
from .ir import Array, Field, Program, Struct, StructRef, Type, Union, UnionRef
from .parts import names, parts

Composite = Either[Struct, Union]

# Equal to CAMIPC_MAX_DEPTH of the runtime, which limits recursive types.
MAX_DEPTH = 32


def members(declaration: Composite) -> Tuple[Field, ...]:
    return declaration.arms if isinstance(declaration, Union) \
        else declaration.fields


def by_value(value_type: Type) -> List[str]:
    """The declarations that a member of this type contains by value."""
    if isinstance(value_type, Array) and value_type.count is not None:
        return by_value(value_type.element)
    if parts(value_type):
        return []              # behind a pointer
    return contained(value_type)


def contained(value_type: Type) -> List[str]:
    """The structs and unions that a value of this type contains in any way."""
    return names(value_type, StructRef, UnionRef)


def _graph(declarations: Iterable[Composite], edges) -> Dict[str, List[str]]:
    return {declaration.qualified:
            [name for field in members(declaration)
             for name in edges(field.type)]
            for declaration in declarations}


def containment(program: Program) -> Dict[str, List[str]]:
    """The declarations that each struct and union contains in any way."""
    return _graph([*program.structs.values(), *program.unions.values()],
                  contained)


def components(graph: Dict[str, List[str]]) -> List[List[str]]:
    """Strongly connected components, contained ones first. (Tarjan's
    algorithm, with its own stack: a chain of structs may be longer than
    Python's stack.)"""
    index: Dict[str, int] = {}
    low: Dict[str, int] = {}
    stack: List[str] = []
    found: List[List[str]] = []
    on_stack: set = set()
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in graph:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    found.append(_pop_component(node, stack, on_stack))
    return found


def _pop_component(node: str, stack: List[str], on_stack: set) -> List[str]:
    component = []
    while True:
        name = stack.pop()
        on_stack.discard(name)
        component.append(name)
        if name == node:
            return component


def self_containing(declarations: Iterable[Composite]) -> FrozenSet[str]:
    """The types that can contain themselves at some depth."""
    graph = _graph(declarations, contained)
    return frozenset(
        name for component in components(graph) for name in component
        if len(component) > 1 or name in graph[name])


def contained_by_value(declarations: Iterable[Composite],
                       diagnostics: Diagnostics) -> None:
    """Reports structs that would be infinitely large."""
    declarations = list(declarations)
    by_name = {d.qualified: d for d in declarations}
    graph = _graph(declarations, by_value)
    for component in components(graph):
        if len(component) == 1 and component[0] not in graph[component[0]]:
            continue
        first = min(component, key=lambda name: (
            by_name[name].span.path, by_name[name].span.line))
        inside = set(component)
        field = next(f for f in members(by_name[first])
                     if inside.intersection(by_value(f.type)))
        through = [(by_name[name].span, "through '%s'" % name)
                   for name in sorted(inside - {first})]
        diagnostics.error(
            "contains-itself", field.span, "'%s' contains itself by value, so "
            "its size would be infinite" % by_name[first].name, through,
            hint="use array<T>, or T? for at most one")


def nested_within(declarations: Iterable[Composite], limit: int,
                  diagnostics: Diagnostics) -> None:
    """Reports types that nest deeper than recursion may at a receiver.

    A receiver counts the levels of recursive types only; a group of types that
    contain each other counts as one level here.
    """
    by_name = {d.qualified: d for d in declarations}
    graph = _graph(by_name.values(), contained)
    depth: Dict[str, int] = {}
    for component in components(graph):
        # The arms of an [inline] union do not count as a level.
        below = max((depth[inner] - field.inline for name in component
                     for field in members(by_name[name])
                     for inner in contained(field.type) if inner in depth),
                    default=0)
        for name in component:
            depth[name] = below + 1
            if below == limit:
                diagnostics.error(
                    "nesting-depth", by_name[name].span, "'%s' nests structs "
                    "deeper than the limit of %d levels"
                    % (by_name[name].name, limit))


def definition_order(declarations: Iterable[Composite]) -> Tuple:
    """The IDL's order, except that types contained by value come first."""
    by_name = {d.qualified: d for d in declarations}
    graph = _graph(by_name.values(), by_value)
    return tuple(by_name[name] for component in components(graph)
                 for name in component)
