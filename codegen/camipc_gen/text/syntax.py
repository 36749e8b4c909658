# SPDX-License-Identifier: MIT
"""The syntax tree of a file, before names are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple, Union

from .source import Span


@dataclass(frozen=True)
class Node:
    span: Span


# ---- expressions ------------------------------------------------------------

@dataclass(frozen=True)
class Literal(Node):
    """A number, a string, true or false."""
    value: Union[bool, int, float, str]


@dataclass(frozen=True)
class Name(Node):
    """A possibly dotted name."""
    name: str


@dataclass(frozen=True)
class Unary(Node):
    operator: str
    operand: "Expression"


@dataclass(frozen=True)
class Binary(Node):
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class EmptyList(Node):
    """[], the only literal an array can have."""


Expression = Union[Literal, Name, Unary, Binary, EmptyList]


# ---- types ------------------------------------------------------------------

@dataclass(frozen=True)
class NamedType(Node):
    name: str


@dataclass(frozen=True)
class GenericType(Node):
    """array<T>, array<T, N>, map<K, V>, and unknown generic types."""
    name: str
    arguments: Tuple["TypeNode", ...]
    count: Optional[Expression] = None


@dataclass(frozen=True)
class NullableType(Node):
    inner: "TypeNode"


@dataclass(frozen=True)
class RefusedType(Node):
    """Unsupported syntax of Chromium's, parsed to report it."""
    spelling: str


TypeNode = Union[NamedType, GenericType, NullableType, RefusedType]


# ---- declarations -----------------------------------------------------------

@dataclass(frozen=True)
class Comment:
    """A doc comment: its lines without markers."""
    span: Span
    lines: Tuple[str, ...]


@dataclass(frozen=True)
class AttributeNode(Node):
    name: str
    value: Optional[Expression]
    overlay: bool = False


@dataclass(frozen=True)
class Declared(Node):
    """A declaration with a name; the span is the name's."""
    name: str
    attributes: Tuple[AttributeNode, ...]
    comments: Tuple[Comment, ...]   # before it, and one after it


@dataclass(frozen=True)
class ConstNode(Declared):
    type: TypeNode
    value: Expression


@dataclass(frozen=True)
class EnumeratorNode(Declared):
    value: Optional[Expression]


@dataclass(frozen=True)
class EnumNode(Declared):
    enumerators: Tuple[EnumeratorNode, ...]


@dataclass(frozen=True)
class FieldNode(Declared):
    """Also an arm, a parameter, an output."""
    type: TypeNode
    ordinal: Optional[Literal]
    default: Optional[Expression]


@dataclass(frozen=True)
class StructNode(Declared):
    fields: Tuple[FieldNode, ...]
    enums: Tuple[EnumNode, ...]
    consts: Tuple[ConstNode, ...]


@dataclass(frozen=True)
class UnionNode(Declared):
    arms: Tuple[FieldNode, ...]


@dataclass(frozen=True)
class MethodNode(Declared):
    ordinal: Optional[Literal]
    params: Tuple[FieldNode, ...]
    outs: Optional[Tuple[FieldNode, ...]]   # None without "=>"


@dataclass(frozen=True)
class InterfaceNode(Declared):
    methods: Tuple[MethodNode, ...]
    enums: Tuple[EnumNode, ...]
    consts: Tuple[ConstNode, ...]


@dataclass(frozen=True)
class ImportNode(Node):
    path: str


DeclarationNode = Union[ConstNode, EnumNode, StructNode, UnionNode,
                        InterfaceNode]


@dataclass(frozen=True)
class File:
    """One file; order of declarations as written."""
    path: str
    module: Optional[Name]
    attributes: Tuple[AttributeNode, ...]   # of the module statement
    comments: Tuple[Comment, ...]           # before the module statement
    imports: Tuple[ImportNode, ...]
    declarations: Tuple[DeclarationNode, ...]
    license: Optional[str]
    # Comments that precede no declaration (at the end of a block).
    loose_comments: Tuple[Comment, ...] = ()
