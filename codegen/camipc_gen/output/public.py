# SPDX-License-Identifier: MIT
"""The model that users' templates see (compile --template): frozen objects with
the facts that codegen/TEMPLATES.md documents.

It is a copy on purpose. The IR and the C model may change at any time; these
classes change only together with MODEL_VERSION, which a test demands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from types import MappingProxyType
from typing import Dict, Mapping, Optional, Tuple, Union as Either

from ..c import names as c_names
from ..c.methods import InterfaceView, MethodView
from ..c.model import Model
from ..model import ir
from ..model.spelling import spell
from .view import shown_name

# Raised by each change of the classes below. A change that breaks templates
# (a field that is gone, or means something else) also raises the second number.
MODEL_VERSION = 1
MODEL_COMPATIBLE_SINCE = 1


class _Named:
    """Prints as its name, so that {{ field }} is not Python."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class Type:
    kind: str
    idl: str
    name: str = ""
    nullable: bool = False
    element: Optional["Type"] = None
    key: Optional["Type"] = None
    value: Optional["Type"] = None
    count: int = 0
    fd_kind: str = ""
    fd_access: str = ""
    fd_sealed: bool = False
    fd_min_size: int = 0

    def __repr__(self) -> str:
        return self.idl


@dataclass(frozen=True, repr=False)
class Field(_Named):
    name: str
    number: int
    type: Type
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    default: object
    required: bool
    min: Either[None, int, float]
    max: Either[None, int, float]
    max_len: Optional[int]
    c_name: str
    c_form: str
    c_type: str
    c_count: str
    c_members: Tuple[str, ...]
    c_parameters: Tuple[str, ...]
    c_out_parameters: Tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Struct(_Named):
    kind: str
    name: str
    qualified: str
    module: str
    stem: str
    outer: Tuple[str, ...]
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    fields: Tuple[Field, ...]
    extensible: bool
    c_name: str


@dataclass(frozen=True, repr=False)
class EnumValue(_Named):
    name: str
    value: int
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    c_name: str


@dataclass(frozen=True, repr=False)
class Enum(_Named):
    kind: str
    name: str
    qualified: str
    module: str
    stem: str
    outer: Tuple[str, ...]
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    values: Tuple[EnumValue, ...]
    flags: bool
    extensible: bool
    c_name: str


@dataclass(frozen=True, repr=False)
class Constant(_Named):
    name: str
    type: Type
    value: Either[bool, int, float, str]
    doc: Tuple[str, ...]
    c_name: str


@dataclass(frozen=True, repr=False)
class Method(_Named):
    name: str
    id: int
    role: str
    params: Tuple[Field, ...]
    outs: Tuple[Field, ...]
    returns_int32: bool
    when: str
    timeout_ms: int
    queue: int
    overflow: str
    restore: bool
    key: Tuple[str, ...]
    undo: str
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    c_name: str
    c_id: str
    c_function: str


@dataclass(frozen=True, repr=False)
class Interface(_Named):
    name: str
    word: str
    event_interface: str
    version: int
    compatible_since: int
    fingerprint: str
    max_message: int
    methods: Tuple[Method, ...]
    events: Tuple[Method, ...]
    doc: Tuple[str, ...]
    attributes: Mapping[str, object]
    c_prefix: str
    c_macro: str
    wire_name: str


@dataclass(frozen=True, repr=False)
class Import(_Named):
    name: str
    module: str
    stem: str


@dataclass(frozen=True, repr=False)
class File(_Named):
    name: str
    module: str
    stem: str
    license: str
    doc: Tuple[str, ...]
    imports: Tuple[Import, ...]
    constants: Tuple[Constant, ...]
    enums: Tuple[Enum, ...]
    structs: Tuple[Struct, ...]
    unions: Tuple[Struct, ...]
    interfaces: Tuple[str, ...]
    c_prefix: str


# The classes by their headings in codegen/TEMPLATES.md.
CLASSES = (File, Import, Interface, Method, Field, Type, Struct, Enum,
           EnumValue, Constant)

_FORMS = {"SINGLE": "value", "OPTIONAL": "optional", "POINTER": "pointer",
          "ARRAY": "array", "MAP": "map", "FIXED": "fixed"}


# ---- types --------------------------------------------------------------------

@singledispatch
def _type(type_, module: str) -> Type:
    raise TypeError("no public type for %s" % type(type_).__name__)


@_type.register
def _scalar(type_: ir.Scalar, module):
    return Type(type_.name, spell(type_, module))


@_type.register
def _string(type_: ir.String, module):
    return Type("string", spell(type_, module))


@_type.register
def _fd(type_: ir.Fd, module):
    return Type("fd", spell(type_, module), fd_kind=type_.kind or "",
                fd_access=type_.access or "", fd_sealed=type_.sealed,
                fd_min_size=type_.min_size or 0)


def _named(kind: str):
    def make(type_, module):
        return Type(kind, spell(type_, module), name=type_.name)
    return make


for _kind, _class in (("enum", ir.EnumRef), ("flags", ir.FlagsRef),
                      ("struct", ir.StructRef), ("union", ir.UnionRef)):
    _type.register(_class, _named(_kind))


@_type.register
def _array(type_: ir.Array, module):
    return Type("array", spell(type_, module), count=type_.count or 0,
                element=_type(type_.element, module))


@_type.register
def _map(type_: ir.Map, module):
    return Type("map", spell(type_, module), key=_type(type_.key, module),
                value=_type(type_.value, module))


@_type.register
def _nullable(type_: ir.Nullable, module):
    inner = _type(type_.inner, module)
    return Type(**dict(vars(inner), nullable=True, idl=inner.idl + "?"))


# ---- declarations ---------------------------------------------------------------

def _doc(declaration) -> Tuple[str, ...]:
    return declaration.doc.lines if declaration.doc else ()


def _attributes(declaration) -> Mapping[str, object]:
    return MappingProxyType({
        one.name: True if one.value is None else one.value
        for one in declaration.attributes})


def _field(field: ir.Field, slot, module: str) -> Field:
    return Field(
        name=field.name, number=field.number, type=_type(field.type, module),
        doc=_doc(field), attributes=_attributes(field), default=field.default,
        required=field.required, min=field.min, max=field.max,
        max_len=field.max_len, c_name=slot.name, c_form=_FORMS[slot.shape],
        c_type=slot.value.c_type, c_count=getattr(slot, "count_name", ""),
        c_members=tuple(slot.declarations()),
        c_parameters=tuple(slot.parameters()),
        c_out_parameters=tuple(slot.out_parameters()))


def _fields(fields, slots, module: str) -> Tuple[Field, ...]:
    slots = list(slots)
    if len(slots) != len(fields):
        raise AssertionError("%d slots for %d fields" % (len(slots),
                                                         len(fields)))
    return tuple(_field(*pair, module) for pair in zip(fields, slots))


def _struct(model: Model, file: ir.Module, declaration) -> Struct:
    is_union = isinstance(declaration, ir.Union)
    fields = declaration.arms if is_union else declaration.fields
    return Struct(
        kind="union" if is_union else "struct", name=declaration.name,
        qualified=declaration.qualified, module=declaration.module,
        stem=file.stem, outer=declaration.outer, doc=_doc(declaration),
        attributes=_attributes(declaration),
        fields=_fields(fields, model.message(declaration.qualified).slots,
                       file.name) if fields else (),
        extensible=is_union and declaration.extensible,
        c_name=c_names.of_type(declaration))


def _enum(file: ir.Module, enum: ir.Enum) -> Enum:
    return Enum(
        kind="enum", name=enum.name, qualified=enum.qualified,
        module=enum.module, stem=file.stem, outer=enum.outer, doc=_doc(enum),
        attributes=_attributes(enum),
        values=tuple(EnumValue(one.name, one.value, _doc(one),
                               _attributes(one),
                               c_names.of_enumerator(enum, one))
                     for one in enum.enumerators),
        flags=enum.used_as_flags, extensible=enum.extensible,
        c_name=c_names.of_type(enum))


def _method(view: MethodView, module: str) -> Method:
    method = view.method
    key = method.attribute("key")
    return Method(
        name=method.name, id=method.id, role=method.role,
        params=_fields(method.params, view.slots, module),
        outs=_fields(method.outs, view.out_slots, module),
        returns_int32=method.returns_int32, when=method.when,
        timeout_ms=method.timeout_ms, queue=method.queue,
        overflow=method.overflow, restore=bool(method.attribute("restore")),
        key=tuple(key.split(".")) if key else (),
        undo=method.attribute("undo") or "", doc=_doc(method),
        attributes=_attributes(method), c_name=view.member,
        c_id=view.id_name, c_function="%s_%s%s" % (
            view.prefix, "emit_" if view.is_event else "", view.name))


def _interface(view: InterfaceView, module: str) -> Interface:
    interface = view.interface
    events = interface.event_interface
    return Interface(
        name=interface.name, word=interface.core,
        event_interface=events.name if events else "",
        version=interface.version,
        compatible_since=interface.compatible_since,
        fingerprint=view.fingerprint, max_message=interface.max_message,
        methods=tuple(_method(one, module) for one in view.methods),
        events=tuple(_method(one, module) for one in view.events),
        doc=_doc(interface), attributes=_attributes(interface),
        c_prefix=view.prefix, c_macro=view.upper, wire_name=view.name)


# ---- the variables of a template ------------------------------------------------

class PublicModel:
    """The public objects of one run, made from the program and its C model."""

    def __init__(self, program: ir.Program, model: Model):
        self._program = program
        self._model = model
        self._types: Dict[int, Mapping[str, object]] = {}

    def file(self, module: ir.Module) -> File:
        types = self.types(module)
        return File(
            name=shown_name(module.path), module=module.name,
            stem=module.stem, license=module.license, doc=_doc(module),
            imports=tuple(Import(shown_name(one.path), one.name, one.stem)
                          for one in module.imports),
            constants=tuple(
                Constant(one.name, _type(one.type, module.name), one.value,
                         _doc(one), c_names.of_const(module, one))
                for one in module.consts),
            enums=tuple(types[one.qualified] for one in module.enums),
            structs=tuple(types[one.qualified] for one in module.structs),
            unions=tuple(types[one.qualified] for one in module.unions),
            interfaces=tuple(one.name for one in module.interfaces),
            c_prefix=c_names.module_prefix(module.name))

    def interface(self, module: ir.Module, view: InterfaceView) -> Interface:
        return _interface(view, module.name)

    def types(self, module: ir.Module) -> Mapping[str, object]:
        """Types of a file and of all that it imports, by qualified name."""
        if id(module) not in self._types:
            found: Dict[str, object] = {}
            for one in module.imports:
                found.update(self.types(one))
            for enum in module.enums:
                found[enum.qualified] = _enum(module, enum)
            for declaration in module.structs + module.unions:
                found[declaration.qualified] = _struct(self._model, module,
                                                       declaration)
            self._types[id(module)] = MappingProxyType(found)
        return self._types[id(module)]
