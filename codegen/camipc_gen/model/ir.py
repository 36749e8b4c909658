# SPDX-License-Identifier: MIT
"""The IR: interface definitions after resolution, without C and without jinja.

model/resolve.py makes these objects, and check/rules.py reports invalid ones.
All later stages (model/wire.py, c/names.py, output/view.py, compat/compare.py)
only read them. All are frozen; lists are tuples in the order of the IDL.

Each kind of type has its own class. Code that handles types looks up the class
in a table, with functools.singledispatch, or walks with model/parts.py, and
raises on an unknown class: an unknown kind never becomes a comment in C.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Dict, Optional, Tuple, Union as Either

from ..text.source import Span


# ---- types ------------------------------------------------------------------

@dataclass(frozen=True)
class Scalar:
    """bool, int8 ... uint64, float, double."""
    name: str

    @property
    def is_float(self) -> bool:
        return self.name in ("float", "double")

    @property
    def is_signed(self) -> bool:
        return self.name.startswith("int")

    @property
    def bits(self) -> int:
        return {"bool": 8, "float": 32, "double": 64}.get(
            self.name) or int(self.name.lstrip("uint"))


@dataclass(frozen=True)
class String:
    pass


@dataclass(frozen=True)
class Fd:
    """SharedFD; @kind is memfd, dmabuf, eventfd, pipe, file, any or None."""
    kind: Optional[str] = None
    access: Optional[str] = None
    sealed: bool = False
    min_size: Optional[int] = None


@dataclass(frozen=True)
class EnumRef:
    """A value of the enum with this qualified name; see Program.enums."""
    name: str


@dataclass(frozen=True)
class FlagsRef:
    """A set of the enum's flags."""
    name: str


@dataclass(frozen=True)
class StructRef:
    name: str


@dataclass(frozen=True)
class UnionRef:
    name: str


@dataclass(frozen=True)
class Array:
    """array<T>, or array<T, N> with @count."""
    element: "Type"
    count: Optional[int] = None


@dataclass(frozen=True)
class Map:
    key: "Type"
    value: "Type"


@dataclass(frozen=True)
class Nullable:
    """T?"""
    inner: "Type"


Type = Either[Scalar, String, Fd, EnumRef, FlagsRef, StructRef, UnionRef,
              Array, Map, Nullable]


# ---- declarations -----------------------------------------------------------

@dataclass(frozen=True)
class Doc:
    """A doc comment: plain lines, markers and indentation gone."""
    lines: Tuple[str, ...]


@dataclass(frozen=True)
class Attribute:
    """name, name=value; value is None, bool, int, float or str."""
    name: str
    value: Either[None, bool, int, float, str]
    span: Span


@dataclass(frozen=True)
class Declaration:
    """The base of everything with a name."""
    name: str              # as in the IDL, unqualified
    span: Span             # of the name
    doc: Optional[Doc]
    attributes: Tuple[Attribute, ...]

    def attribute(self, name: str, default=None):
        """The value of an attribute; True for one without a value."""
        for attribute in self.attributes:
            if attribute.name == name:
                return True if attribute.value is None else attribute.value
        return default


@dataclass(frozen=True)
class Const(Declaration):
    qualified: str
    type: Type
    value: Either[bool, int, float, str]


@dataclass(frozen=True)
class Enumerator(Declaration):
    value: int


@dataclass(frozen=True)
class Enum(Declaration):
    qualified: str         # "ipa.vimc.TestFlag", "core.Outer.Inner"
    module: str
    outer: Tuple[str, ...]  # names of the enclosing declarations
    enumerators: Tuple[Enumerator, ...]
    extensible: bool
    scoped: bool           # [scopedEnum]
    used_as_flags: bool    # [flags] on the enum, or on any use of it


@dataclass(frozen=True)
class Field(Declaration):
    """A field, an arm of a union, a parameter or an output."""
    type: Type
    number: int            # of protobuf, from 1
    # The IDL's default if it differs from zero, else None. An enum's is an
    # int; FLAGS an int; an array's can only be [] and so is None.
    default: Either[None, bool, int, float, str]
    required: bool = False
    min: Either[None, int, float] = None
    max: Either[None, int, float] = None
    max_len: Optional[int] = None
    wire: Optional[str] = None         # zigzag, fixed, varint
    wire_key: Optional[str] = None
    wire_value: Optional[str] = None
    unpacked: bool = False
    inline: bool = False


@dataclass(frozen=True)
class External:
    """A C type that exists already, and the functions that carry it."""
    header: str            # "x.h", or "<x.h>"
    c_type: str            # "struct x", or the name of a typedef
    functions: str         # a const struct camipc_external
    max_len: int           # bytes on the wire at most, without the version
    max_size: int          # bytes in C at most
    version: int           # of the encoding


@dataclass(frozen=True)
class Struct(Declaration):
    qualified: str
    module: str
    outer: Tuple[str, ...]
    fields: Tuple[Field, ...]          # () of an external one
    keep_unknown: bool = False
    external: Optional[External] = None
    contains_itself: bool = False      # through arrays, maps or nullables


@dataclass(frozen=True)
class Union(Declaration):
    qualified: str
    module: str
    outer: Tuple[str, ...]
    arms: Tuple[Field, ...]
    extensible: bool = False
    contains_itself: bool = False


@dataclass(frozen=True)
class Method(Declaration):
    id: int
    role: str              # call, init, start, stop, async, event
    params: Tuple[Field, ...]
    outs: Tuple[Field, ...]            # without the folded int32
    returns_int32: bool    # a leading int32 output, folded: reply field 1
    return_name: Optional[str]         # its name in the IDL
    when: str = "default"  # default, stopped, running, any
    timeout_ms: int = 0
    queue: int = 0
    overflow: str = "error"            # error, drop_oldest, drop_newest, keep


# Roles that change the proxy's state. Other methods have "call" or "async".
ROLES = ("init", "start", "stop")


@dataclass(frozen=True)
class Interface(Declaration):
    """A main interface with its event interface, if it has one."""
    qualified: str
    core: str              # IPAVimcInterface -> "vimc"; lower case
    methods: Tuple[Method, ...]
    events: Tuple[Method, ...]
    event_interface: Optional[Declaration]
    version: int
    compatible_since: int
    has_roles: bool        # any method has one
    max_message: int       # bytes of a message's body at most


@dataclass(frozen=True)
class Module:
    """One file."""
    name: str              # "ipa.vimc"
    path: str              # as given to the compiler, for the banner
    stem: str              # of the output files: "vimc"
    license: str           # SPDX expression of the file, or "MIT"
    doc: Optional[Doc]
    imports: Tuple["Module", ...]      # direct, in order
    consts: Tuple[Const, ...]
    enums: Tuple[Enum, ...]
    structs: Tuple[Struct, ...]        # in order of the IDL
    unions: Tuple[Union, ...]
    interfaces: Tuple[Interface, ...]
    # Structs and unions, ordered so that types contained by value come first.
    definition_order: Tuple[Either[Struct, Union], ...] = ()
    is_foreign: bool = False           # an overlay or a map shows it


@dataclass(frozen=True)
class Program:
    """Everything that one run of the compiler saw, by qualified name."""
    modules: Tuple[Module, ...]        # imports before importers
    enums: Dict[str, Enum] = dataclasses.field(default_factory=dict)
    structs: Dict[str, Struct] = dataclasses.field(default_factory=dict)
    unions: Dict[str, Union] = dataclasses.field(default_factory=dict)
    consts: Dict[str, Const] = dataclasses.field(default_factory=dict)
    # The module that each qualified name is declared in.
    module_of: Dict[str, Module] = dataclasses.field(default_factory=dict)
    # What later stages made of it and need again, by a name of theirs.
    derived: Dict[str, object] = dataclasses.field(
        default_factory=dict, compare=False, repr=False)
