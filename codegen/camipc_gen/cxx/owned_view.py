# SPDX-License-Identifier: MIT
"""The variables of the template of values: structs that own what they contain,
and their codecs."""

import re
from itertools import groupby
from typing import Dict, List, Set

from ..c import names as c_names
from ..c.arrays import ArraySlot
from ..c.enums import EnumView
from ..c.messages import Message
from ..c.model import Entry, Model
from ..model import ir
from ..model.order import components
from . import names as cxx_names
from .owned import OwnedNames, codec_of
from .owned_slots import (OwnedPointer, OwnedSlot, names_of, owned_of_slot,
                          with_arm)
from .view import EnumClass, MethodClass


class Codec:
    """The functions that check, write and build one message."""

    def __init__(self, name: str, message: Message, value: str,
                 members: List[OwnedSlot]):
        self.name = name
        self.c_type = "::" + message.c_name
        self.message = message
        self.value = value              # the type that it reads
        self.members = members
        self.tags = message.tags() if message.unknown else []

    def _place(self, member: OwnedSlot) -> str:
        return "value." + member.name

    # ---- statements

    @property
    def splits_check(self) -> bool:
        """A struct that has it [inline] must not count a level of nesting."""
        return self.message.is_union and self.message.is_deep

    @property
    def check(self) -> List[str]:
        if self.message.is_union:
            lines = self.arm_checks
        else:
            lines = ["camipc_check_wire(check, %d);" % self.message.wire_bound
                     ] if self.message.wire_bound else []
            for member in self.members:
                lines = lines + member.check(self._place(member))
            lines += self._check_unknown()
        if not self.message.is_deep:
            return lines
        if self.splits_check:
            lines = ["checkArms(check, value);"]
        return self.message.enter() + lines + ["camipc_check_leave(check);"]

    @property
    def arm_checks(self) -> List[str]:
        lines = []
        for arm in self.members:
            wire = arm.slot.wire_bound
            lines += with_arm(arm, "value", (
                ["camipc_check_wire(check, %d);" % wire] if wire else []
            ) + arm.check("*one"))
        return lines

    def _check_unknown(self) -> List[str]:
        if not self.message.unknown:
            return []
        return ["camipc_check_kept(check, value.unknownFields.data(), "
                "value.unknownFields.size(), %s, \"unknown fields\");" % (
                    "hasTag" if self.tags else "nullptr")]

    @property
    def encode(self) -> List[str]:
        return self.put + ["return p;"]

    @property
    def put(self) -> List[str]:
        """In the order of numbers, as the C encoder does."""
        if self.message.is_union:
            return [line for arm in self.members
                    for line in with_arm(arm, "value", arm.put("*one"))]
        fields = sorted(((number, member) for member in self.members
                         for number in member.numbers()), key=lambda f: f[0])
        lines = []
        for member, run in groupby(fields, key=lambda f: f[1]):
            lines += member.put_numbers(self._place(member),
                                        [number for number, _ in run])
        if self.message.unknown:
            lines.append("p = camipc_put_kept(w, p, value.unknownFields.data()"
                         ", value.unknownFields.size());")
        return lines

    @property
    def build(self) -> List[str]:
        if self.message.is_union:
            lines = ["msg.tag = ::%s;" % self.message.none]
            for arm in self.members:
                lines += with_arm(arm, "value", [
                    "msg.tag = ::%s;" % self.message.arm(arm.slot)] +
                    arm.build("*one"))
            return lines
        lines = [line for member in self.members
                 for line in member.build(self._place(member))]
        if self.message.unknown:
            fields, count = self.message.unknown.NAMES
            lines.append(
                "msg.%s = camipc::buildNumbers<std::uint8_t>(arena, "
                "value.unknownFields, &msg.%s);" % (fields, count))
        return lines

    @staticmethod
    def ignored(parameters: List[str], lines: List[str]) -> List[str]:
        """Statements about parameters that @lines do not use. A member, a type
        or a text may have the name of one."""
        text = "\n".join(lines)
        return ["static_cast<void>(%s);" % one for one in parameters
                if not re.search(r'(?<![\w.>:"])%s\b' % one, text)]


class ExternalAlias:
    """A struct of another library, with what it refers to."""

    def __init__(self, struct: ir.Struct, names: OwnedNames):
        self.doc = struct.doc
        tag = c_names.of_type(struct)
        self.name = names.value(tag)
        word, _, name = struct.external.c_type.rpartition(" ")
        self.type = "camipc::External<%s, ::%s_type_info>" % (
            "%s ::%s" % (word, name) if word else "::" + name, tag)


class BoxCodec(Codec):
    """Of an array or a map as a value of its own."""

    def _place(self, member):
        return "value"


class ValueStruct:
    """A struct or a union of the IDL, or the outputs of a call."""

    def __init__(self, message: Message, name: str,
                 members: List[OwnedSlot], view_members, view_tags):
        self.message = message
        self.name = name
        self.is_union = message.is_union
        self.members = members
        self.view_members = view_members    # of the class of the same name
        self.tags = view_tags               # of arms
        # Members whose type comes later in the file.
        self.later: List[OwnedSlot] = []
        self.is_unique = message.has_fds    # can only be moved
        self.keeps_unknown = message.unknown is not None
        self.outer_types: List[str] = []    # of arms, for outside of values
        self.initial: Dict[str, str] = {}

    @property
    def tag_list(self) -> List[str]:
        """The tags by the index of what is set."""
        return ["Tag::" + cxx_names.NO_ARM] + ["Tag::" + tag for tag in self.tags]

    @property
    def arms(self):
        """(arm, its type, accessor of the view, name of the tag)"""
        return list(zip(self.members, self.outer_types, self.view_members,
                        self.tags))

    @property
    def pairs(self):
        """(member, accessor of the view)"""
        return list(zip(self.members, self.view_members))

    @property
    def constructed(self) -> List[str]:
        """Members that only a constructor after all types can initialise."""
        return ["arm_()"] if self.is_union else [
            one.name + "()" for one in self.later]

    @property
    def comparisons(self) -> List[str]:
        names = [one.name for one in self.members]
        if self.keeps_unknown:
            names.append("unknownFields")
        return ["a.%s == b.%s" % (name, name) for name in names]

    def initializer(self, member: OwnedSlot) -> str:
        if member in self.later:
            return ""
        return self.initial.get(member.name, "{}")


def _wants_complete(member: OwnedSlot) -> bool:
    if isinstance(member, OwnedPointer) and member.is_nested:
        return False
    slot = member.slot
    if isinstance(slot, ArraySlot):
        return False
    value = slot.value
    # A box is an array or a map in C++.
    return not value.is_box


class ValuesView:
    """The values of one file; @view is a ModuleView, @cxx its CxxView."""

    def __init__(self, program: ir.Program, model: Model, module: ir.Module,
                 view, cxx):
        self._program = program
        self._views = cxx.names
        self._names = names_of(cxx.names, True)
        self._enums: Dict[str, EnumClass] = {}
        self.externals = [ExternalAlias(one, self._names)
                          for one in module.structs if one.external]
        self.structs = self._ordered([
            self._struct(one) for one in cxx.classes if one.is_public])
        self._by_message = {id(one.message): one for one in self.structs}
        self.codecs = [self._codec(message) for message in view.messages
                       if not getattr(message, "is_bytes", False)]
        self.outs = [self._struct(one) for interface in cxx.interfaces
                     for one in interface.outs]
        self.calls = [call for call in self._calls(cxx, self._names)
                      if call.differs]
        # As the proxy names them, which is outside of the namespace.
        self._outer = {id(call.method): call for call in self._calls(
            cxx, names_of(cxx.names, False)) if call.differs}

    @staticmethod
    def _calls(cxx, names: OwnedNames) -> List["ValueCall"]:
        return [ValueCall(method, names) for interface in cxx.interfaces
                for method in interface.methods]

    def call_of(self, method: MethodClass):
        """The call of a method with values, or None."""
        return self._outer.get(id(method))

    @property
    def recursive(self) -> List[ValueStruct]:
        """All structs, if any contains itself: their comparisons call each
        other."""
        return self.structs if any(one.later for one in self.structs) else []

    # ---- structs

    @staticmethod
    def _members(views, names: OwnedNames) -> List[OwnedSlot]:
        """The members of a class of the view."""
        return [owned_of_slot(one.slot, one.name, names) for one in views]

    def _struct(self, view) -> ValueStruct:
        members = self._members(view.members, self._names)
        found = ValueStruct(view.message, view.name, members, view.members,
                            view.tags[1:] if view.is_union else [])
        if view.is_union:
            found.outer_types = [one.type for one in self._members(
                view.members, names_of(self._views, False))]
        for member in members:
            if member.slot.initial is not None:
                found.initial[member.name] = " = " + self._default(member)
        return found

    def _default(self, member: OwnedSlot) -> str:
        """The IDL's default as an expression of C++."""
        slot = member.slot
        value = slot.value
        type_ = member.type
        if value.kind not in ("ENUM", "FLAGS"):
            if isinstance(slot.initial_text, int) and \
                    0 <= slot.initial_text < 1 << 31 and value.kind != "BOOL":
                return str(slot.initial_text)
            return re.sub(r"^\((float|double)\)\(0\.0 / 0\.0\)$|"
                          r"^\(0\.0 / 0\.0\)$",
                          "std::numeric_limits<%s>::quiet_NaN()" % type_,
                          slot.initial)
        number = slot.initial_text
        if value.kind == "FLAGS":
            return "%s(0x%xu)" % (type_, number & 0xffffffff)
        name = self._enum(value.tag).name_of_value.get(number)
        if name:
            return "%s::%s" % (type_, name)
        return "static_cast<%s>(%d)" % (type_, number)

    def _enum(self, tag: str) -> EnumClass:
        if not self._enums:
            for enum in self._program.enums.values():
                found = EnumClass(EnumView(enum))
                self._enums[found.view.c_name] = found
        return self._enums[tag]

    def _ordered(self, structs: List[ValueStruct]) -> List[ValueStruct]:
        """Those that others contain come first."""
        by_tag = {one.message.c_name: one for one in structs}
        inside = {tag: [member.tag for member in one.members
                        if member.tag in by_tag]
                  for tag, one in by_tag.items()}
        place = {tag: i for i, tag in enumerate(by_tag)}
        ordered: List[ValueStruct] = []
        for group in components(inside):
            self._order_group([by_tag[tag] for tag in
                               sorted(group, key=place.__getitem__)], ordered)
        done: Set[str] = set()
        for one in ordered:
            done.add(one.message.c_name)
            one.later = [m for m in one.members
                         if m.tag in by_tag and (
                             m.tag not in done or
                             m.tag == one.message.c_name)]
        return ordered

    @staticmethod
    def _order_group(group: List[ValueStruct],
                     ordered: List[ValueStruct]) -> None:
        """Orders types that contain each other: each `T?` among them is a
        pointer."""
        by_tag = {one.message.c_name: one for one in group}
        done: Set[str] = set()
        for one in group:
            for member in one.members:
                if isinstance(member, OwnedPointer):
                    member.is_nested = member.tag in by_tag

        def visit(one: ValueStruct) -> None:
            if one.message.c_name in done:
                return
            done.add(one.message.c_name)
            for member in one.members:
                if member.tag in by_tag and _wants_complete(member):
                    visit(by_tag[member.tag])
            ordered.append(one)

        for one in group:
            visit(one)

    # ---- codecs

    def _codec(self, message: Message) -> Codec:
        name = codec_of(self._views.own(message))
        if isinstance(message, Entry):
            key, content = [owned_of_slot(slot, part, self._names)
                            for slot, part in zip(message.slots,
                                                  ("first", "second"))]
            return Codec(name, message, "std::pair<const %s, %s>" % (
                key.type, content.type), [key, content])
        if message.is_box:
            inner = owned_of_slot(message.slots[0], "value", self._names)
            return BoxCodec(name, message, inner.type, [inner])
        struct = self._by_message[id(message)]
        return Codec(name, message, struct.name, struct.members)


class ValueCall:
    """A method whose arguments can be values."""

    def __init__(self, method: MethodClass, names: OwnedNames):
        self.method = method
        self.members = [owned_of_slot(one.slot, one.name, names)
                        for one in method.members]
        # Whether any argument is another one than that of the view.
        self.differs = any(one.differs for one in self.members)
        if not self.differs:
            return
        message = method.view.args
        self.name = names.views.own(message)
        self.codec = Codec(codec_of(self.name), message, self.name,
                           self.members)

    @property
    def parameters(self) -> List[str]:
        return [one.parameter for one in self.members]

    @property
    def arguments(self) -> List[str]:
        return [one.name for one in self.members]
