# SPDX-License-Identifier: MIT
"""A module as a .proto file: the same encoding for other libraries.

protoc-c 1.4.1 has to take it: no proto3 "optional", so a field with explicit
presence is a oneof with one arm. A message of the .proto has the name that its
struct camipc_type_info has: package, dot, message.
"""

from functools import singledispatch
from typing import Dict, List, Optional, Tuple

from ..c import names as c_names
from ..c.arrays import ArraySlot, BytesSlot, MapSlot
from ..c.comments import safe
from ..c.composite import BytesValue, ExternalValue, MessageValue
from ..c.enums import EnumView
from ..c.fixed import FixedSlot
from ..c.inline import InlineSlot
from ..c.literals import string
from ..c.messages import Message, UnionMessage
from ..c.nullable import NullableStringSlot, OptionalSlot, PointerSlot
from ..c.slots import Slot
from ..c.values import (EnumValue, FdValue, FlagsValue, OpenEnumValue,
                        ScalarValue, StringValue)
from ..model import ir
from .layout import COLUMNS, width


class ProtoEnum:
    """An enum; the first value has to be zero, and values share a scope."""

    def __init__(self, view: EnumView, package: str):
        self.name = _local(view.idl_name, package)
        prefix = c_names.snake(self.name).upper() + "_"
        self.values: Dict[str, int] = {}
        for one in sorted(view.distinct, key=lambda e: e.value != 0):
            self.values[prefix + _upper(one.idl_name)] = one.value
        if 0 not in self.values.values():
            zero = prefix + "UNSET"
            while zero in self.values:
                zero += "_"
            self.values = {zero: 0, **self.values}


def _upper(name: str) -> str:
    return c_names.snake(name).upper()


class ProtoMessage:
    """A message and its fields, one line each."""

    def __init__(self, module: "ProtoModule", message: Message):
        self.name = _local(message.idl_name, module.package)
        self.fields = []
        names = {_name(slot) for slot in message.slots}
        if isinstance(message, UnionMessage):
            if message.slots:
                self.fields.append("oneof %s {" % _free("value", names))
                self.fields += ["\t" + module.field(slot)
                                for slot in message.slots]
                self.fields.append("}")
            return
        for slot in message.slots:
            if slot.is_inline:
                self.fields += self._arms(module, slot, names)
                continue
            line = module.field(slot)
            if _has_presence(slot):
                oneof = _free("has_" + _name(slot), names)
                names.add(oneof)
                line = "oneof %s { %s }" % (oneof, line)
            remark = _remark(slot)
            if remark and width("\t%s  %s" % (line, remark)) > COLUMNS:
                self.fields.append(remark)
            elif remark:
                line += "  " + remark
            self.fields.append(line)

    @staticmethod
    def _arms(module: "ProtoModule", slot: InlineSlot, names) -> List[str]:
        """A oneof of its own; its arms share the names of the message."""
        arms = []
        for arm in slot.value.message.slots:
            name = _name(arm)
            if name in names:
                name = _free("%s_%s" % (_name(slot), name), names)
            names.add(name)
            arms.append("\t" + module.field(arm, name))
        if not arms:
            return []
        return ["oneof %s {" % _name(slot)] + arms + ["}"]


class ProtoModule:
    """The variables of proto.j2."""

    def __init__(self, module: ir.Module, enums: List[EnumView],
                 messages: List[Message], enum_names: Dict[str, Tuple[str, str]]):
        self.package = module.name
        self.imports = [imported.stem for imported in module.imports]
        self._enum_names = enum_names
        self.enums = [ProtoEnum(enum, self.package) for enum in enums]
        self.messages = [ProtoMessage(self, message) for message in messages
                         if not _is_implied(message)]

    def name_of(self, qualified: str, package: str) -> str:
        """A message or enum as this file refers to it."""
        if package == self.package:
            return _local(qualified, package)
        return ".%s.%s" % (package, _local(qualified, package))

    def message_name(self, message: Message) -> str:
        return self.name_of(message.idl_name, message.package)

    def field(self, slot: Slot, name: Optional[str] = None) -> str:
        """"repeated uint32 ids = 2 [packed = false];" """
        label, options = "", ""
        value = slot.value
        if isinstance(slot, MapSlot) and _is_proto_map(slot):
            entry = slot.value.message
            kind = "map<%s, %s>" % (self._type(entry.key.value),
                                    self._type(entry.entry_value.value))
        elif isinstance(slot, BytesSlot) or \
                isinstance(slot, FixedSlot) and slot.is_bytes:
            kind = "bytes"
        elif isinstance(slot, (ArraySlot, FixedSlot)):
            label = "repeated "
            kind = self._type(value, getattr(value, "array_form", None))
            if slot.unpacked and value.array is not None:
                options = " [packed = false]"
        else:
            kind = self._type(value)
        return "%s%s %s = %d%s;" % (label, kind, name or _name(slot),
                                    slot.number, options)

    def _type(self, value, form: Optional[str] = None) -> str:
        return _kind(value, self, form or value.form.lower())

    def enum_name(self, tag: str) -> str:
        qualified, package = self._enum_names[tag]
        return self.name_of(qualified, package)


@singledispatch
def _kind(value, module: ProtoModule, form: str) -> str:
    raise TypeError("no protobuf type for %s" % type(value).__name__)


@_kind.register
def _scalar_kind(value: ScalarValue, module, form):
    if value.is_float or value.is_bool:
        return value.name
    bits = max(32, value.bits)
    signed = value.name.startswith("int")
    if form == "fixed":
        return "%sfixed%d" % ("s" if signed else "", bits)
    if form == "zigzag":
        return "sint%d" % bits
    return "%sint%d" % ("" if signed else "u", bits)


@_kind.register
def _enum_kind(value: EnumValue, module, form):
    return module.enum_name(value.tag)


@_kind.register
def _open_enum_kind(value: OpenEnumValue, module, form):
    return module.enum_name(value.tag)


@_kind.register
def _flags_kind(value: FlagsValue, module, form):
    return "uint32"


@_kind.register
def _string_kind(value: StringValue, module, form):
    return "string"


@_kind.register
def _fd_kind(value: FdValue, module, form):
    return "uint32"


@_kind.register(BytesValue)
@_kind.register(ExternalValue)
def _bytes_kind(value, module, form):
    return "bytes"


@_kind.register
def _message_kind(value: MessageValue, module, form):
    return module.message_name(value.message)


def _name(slot: Slot) -> str:
    return c_names.snake(slot.idl)


def _free(name: str, taken) -> str:
    while name in taken:
        name += "_"
    return name


def _local(qualified: str, package: str) -> str:
    """A name without its package; the .proto nests nothing."""
    return qualified[len(package) + 1:].replace(".", "_")


def _has_presence(slot: Slot) -> bool:
    if isinstance(slot, (OptionalSlot, NullableStringSlot)):
        return True
    if isinstance(slot, PointerSlot):
        # Messages have presence by themselves.
        return isinstance(slot.value, (BytesValue, ExternalValue))
    return slot.initial is not None


def _remark(slot: Slot) -> str:
    if slot.initial is not None:
        return "// absent: " + safe(str(slot.initial_text))
    if isinstance(slot.value, FdValue):
        return "// n-th descriptor of the message, from 1; 0: none"
    if isinstance(slot.value, FlagsValue):
        return "// set of " + slot.value.idl_name
    if isinstance(slot.value, ExternalValue):
        return "// external: " + slot.value.c_type
    if isinstance(slot, FixedSlot):
        return "// %d elements" % slot.count
    return ""


def _is_proto_map(slot: MapSlot) -> bool:
    """Protobuf's maps have no enums as keys."""
    return not isinstance(slot.value.message.key.value,
                          (EnumValue, OpenEnumValue))


def _is_implied(message: Message) -> bool:
    """Whether other declarations imply the message."""
    if getattr(message, "is_bytes", False):
        return True
    key = getattr(message, "key", None)
    return key is not None and not isinstance(key.value,
                                              (EnumValue, OpenEnumValue))
