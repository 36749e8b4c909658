# SPDX-License-Identifier: MIT
"""Writes the current numbers into a file: camipc-gen pin.

Fields, arms, parameters, outputs, methods and events get ordinals, values of
enums their numbers. Later moves and insertions then change no number. Nothing
else in the file changes.
"""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Set, Tuple

from ..compiler import Compiled, compile_files
from ..model import ir
from ..text.diagnostics import Diagnostics
from ..text.loader import Options
from ..text.parser import parse
from ..text.source import Source, Span, decode
from ..text.syntax import EnumNode, File, InterfaceNode, StructNode, UnionNode
from .rewrite import Edited, Insertion, Unfaithful, insert

_VALUE = "value"           # of an enum
_ORDINAL = "ordinal"
_RESULT = "result"         # the return value, which is always field 1


def pinned(path: str, data: bytes, options: Options,
           diagnostics: Diagnostics) -> bytes:
    """@data, the contents of @path, with all numbers. Raises CompileError."""
    compiled = compile_files([path], options, diagnostics)
    module, = compiled.inputs
    file = parse(Source(path, decode(data)), diagnostics)
    numbers = _numbers(module)
    shift = 1 - options.ordinal_base
    insertions = []
    for kind, node in _unnumbered(file, _results(module)):
        number = 1 if kind == _RESULT else numbers.get((kind, node.span))
        if number is None:
            continue               # [skipHeader]: it is declared elsewhere
        text = " = %d" % number if kind == _VALUE else "@%d" % (number - shift)
        insertions.append(Insertion(node.span.line,
                                    node.span.column + node.span.length,
                                    text))
    if not insertions:
        return data
    result = insert(data, insertions)
    _check(compiled, path, options,
           Edited({path: result}, diagnostics.sources))
    return result


def _check(compiled: Compiled, path: str, options: Options,
           edited: Edited) -> None:
    again = compile_files([path], options, Diagnostics(edited))
    if list(_listed(compiled.inputs[0])) != list(_listed(again.inputs[0])):
        raise Unfaithful("'%s' would have other numbers" % path)


# ---- numbers ----------------------------------------------------------------

def _members(module: ir.Module) -> Iterator[Tuple[str, ir.Declaration, int]]:
    for struct in module.structs:
        yield from ((_ORDINAL, f, f.number) for f in struct.fields)
    for union in module.unions:
        yield from ((_ORDINAL, f, f.number) for f in union.arms)
    for interface in module.interfaces:
        for method in interface.methods + interface.events:
            yield _ORDINAL, method, method.id
            yield from ((_ORDINAL, f, f.number)
                        for f in method.params + method.outs)
    for enum in module.enums:
        yield from ((_VALUE, e, e.value) for e in enum.enumerators)


def _numbers(module: ir.Module) -> Dict[Tuple[str, Span], int]:
    return {(kind, member.span): number
            for kind, member, number in _members(module)}


def _listed(module: ir.Module) -> Iterator[Tuple[str, str, int]]:
    return ((kind, member.name, number)
            for kind, member, number in _members(module))


# ---- syntax -----------------------------------------------------------------

def _results(module: ir.Module) -> Set[Span]:
    """Methods whose first output is their result."""
    return {method.span for interface in module.interfaces
            for method in interface.methods if method.returns_int32}


def _unnumbered(file: File,
                results: Set[Span]) -> Iterator[Tuple[str, object]]:
    for node in file.declarations:
        if isinstance(node, StructNode):
            yield from _without_ordinals(node.fields)
        elif isinstance(node, UnionNode):
            yield from _without_ordinals(node.arms)
        elif isinstance(node, InterfaceNode):
            yield from _without_ordinals(node.methods)
            for method in node.methods:
                yield from _without_ordinals(method.params)
                outs = method.outs or ()
                if method.span in results:
                    yield from _without_ordinals(outs[:1], _RESULT)
                    outs = outs[1:]
                yield from _without_ordinals(outs)
        for enum in _enums(node):
            yield from ((_VALUE, value) for value in enum.enumerators
                        if value.value is None)


def _without_ordinals(nodes: Iterable,
                      kind: str = _ORDINAL) -> List[Tuple[str, object]]:
    return [(kind, node) for node in nodes if node.ordinal is None]


def _enums(node) -> Tuple[EnumNode, ...]:
    if isinstance(node, EnumNode):
        return (node,)
    return getattr(node, "enums", ())
