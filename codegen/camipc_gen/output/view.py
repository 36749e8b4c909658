# SPDX-License-Identifier: MIT
"""The variables of templates: one ModuleView for each input file."""

import os
from typing import Dict, List

from ..c import core_types
from ..c import names as c_names
from ..c.arrays import ArraySlot, run_name
from ..c.comments import Words, comment, safe
from ..c.enums import EnumView, const_view
from ..c.info import field_row
from ..c.messages import Message
from ..c.methods import InterfaceView
from ..c.model import Entry, Model
from ..c.nullable import PointerSlot, pointer_name
from ..c.place import Place
from ..c.statements import indented
from ..model import ir, wire
from .proto import ProtoModule

CODEGEN_REVISION = 2



class Helpers:
    """Static functions that the decoders of one file need."""

    def __init__(self, messages: List[Message], file: str):
        self._file = file
        self.runs = {}
        self.pointers = {}
        for message in messages:
            for slot in message.slots:
                if isinstance(slot, PointerSlot):
                    self.pointers[slot.value.tag] = slot.value
                elif isinstance(slot, ArraySlot) and slot.value.array is None:
                    self.runs[slot.value.c_type] = slot.value

    def run_name(self, value) -> str:
        return run_name(value, self._file)

    def pointer_name(self, value) -> str:
        return pointer_name(value, self._file)

    @staticmethod
    def run_element(value) -> List[str]:
        items = Place("list")
        init = value.init(items.element("*n"))
        if value.get_repeats_place:
            return init + value.get(items.element("*n")) + ["(*n)++;"]
        return init + value.get(items.element("(*n)++"))

    @staticmethod
    def pointer_init(value) -> List[str]:
        return value.init(Place("target", is_pointer=True))

    @staticmethod
    def pointer_get(value) -> List[str]:
        return value.get(Place("target", is_pointer=True))


def shown_path(path: str) -> str:
    """A path for the banner, without the folders of this machine.

    A path relative to the working directory stays as it is. Of other paths,
    only the file and its folder are shown: outputs must not depend on where
    the build folder is.
    """
    parts = os.path.normpath(path).replace(os.sep, "/").split("/")
    if parts[0] in ("", ".."):
        parts = [part for part in parts if part not in ("", "..")][-2:]
    return safe("/".join(parts))


class ModuleView:
    """The variables of all templates of one file."""

    def __init__(self, program: ir.Program, model: Model,
                 module: ir.Module, defines_core_types: bool = False):
        self.program = program
        self.module = module
        self.path = shown_path(module.path)
        self.license = module.license
        self.stem = module.stem
        self.revision = CODEGEN_REVISION
        self.prefix = c_names.module_prefix(module.name)
        self.guard = "%s_%s" % (self.prefix, module.stem) \
            if self.prefix.rsplit("_", 1)[-1] != module.stem else self.prefix
        self.guard = self.guard.upper()
        self.imports = [imported.stem for imported in module.imports]
        self.core_types = [core_types.symbol(program, one)
                           for one in core_types.imported(module)]
        self.own_core_types = core_types.symbol(program, module) \
            if defines_core_types and module.name == core_types.MODULE else ""
        self.interfaces = [
            InterfaceView(model, module, interface,
                          wire.fingerprint(program, interface))
            for interface in module.interfaces]
        self.enums = [EnumView(enum) for enum in module.enums]
        self.consts = [const_view(module, const, program)
                       for const in module.consts]
        self.messages = model.messages(module)
        self.proto = ProtoModule(
            module, self.enums,
            self.messages + self.method_messages,
            {c_names.of_type(enum): (enum.qualified, enum.module)
             for enum in program.enums.values()})
        self.words = Words(self._known_words())

    # ---- parts of the messages ---------------------------------------------

    @property
    def public(self) -> List[Message]:
        return [m for m in self.messages if m.is_public]

    @property
    def entries(self) -> List[Entry]:
        return [m for m in self.messages if isinstance(m, Entry)]

    @property
    def method_messages(self) -> List[Message]:
        return [message for interface in self.interfaces
                for message in interface.messages]

    @property
    def made(self) -> List[Message]:
        return [m for m in self.messages if not m.is_public]

    @property
    def coded(self) -> List[Message]:
        """Messages with functions of their own; bytes need none."""
        return [m for m in self.messages
                if not getattr(m, "is_bytes", False)]

    @staticmethod
    def is_checked(message: Message) -> bool:
        """Whether its check is called; x_copy() of a public type does."""
        return message.is_public or not message.free

    @property
    def strict_enums(self) -> List[EnumView]:
        return [enum for enum in self.enums if not enum.is_extensible]

    @staticmethod
    def helpers(messages: List[Message], file: str) -> Helpers:
        return Helpers(messages, file)

    @staticmethod
    def rows(message: Message) -> List[str]:
        return [field_row(message, slot) for slot in message.slots]

    def struct_body(self, message: Message) -> List[str]:
        """Members with their comments."""
        if not message.slots and not message.unknown:
            return indented(message.members())
        if not message.is_union:
            return self._described(message, 1)
        return ["\tenum %s tag;" % message.tag_enum, "\tunion {"] + \
            self._described(message, 2) + ["\t};"]

    def _described(self, message: Message, tabs: int) -> List[str]:
        lines = []
        for slot in message.slots:
            lines += self.comment(slot.doc, tabs, message.slots,
                                  tail=slot.facts)
            lines += indented(slot.members(), tabs)
        if message.unknown:
            lines.append("\t/** %s */" % message.unknown.remark)
            lines += indented(message.unknown.members())
        return lines

    def struct_comment(self, message: Message) -> List[str]:
        if message.is_public:
            return self.comment(message.doc, 0, message.slots,
                                tail=message.since)
        if isinstance(message, Entry):
            return ["/** An entry of %s. */" % message.title]
        return ["/** %s as a value of its own. */" % message.title]

    # ---- documentation -----------------------------------------------------

    def _known_words(self) -> Dict[str, str]:
        """Names of the IDL, and what they are called in C."""
        known: Dict[str, str] = {}
        for interface in self.interfaces:
            for method in interface.methods + interface.events:
                if not method.idl_name.islower():
                    known.setdefault(method.idl_name, method.name)
        # Names of other files of the same run must not matter.
        files = (self.module,) + self.module.imports
        for file in files:
            for enum in file.enums:
                for one in enum.enumerators:
                    c_name = c_names.of_enumerator(enum, one)
                    self._know(known, one.name, c_name)
                    for owner in (enum.name, enum.qualified):
                        self._know(known, owner + "." + one.name, c_name)
            for const in file.consts:
                self._know(known, const.name, c_names.of_const(file, const))
        for file in files:
            for declaration in file.structs + file.unions:
                self._know_type(known, "struct", declaration)
        for file in files:
            for enum in file.enums:
                self._know_type(known, "enum", enum)
        return known

    def _know_type(self, known: Dict[str, str], kind: str,
                   declaration) -> None:
        name = "%s %s" % (kind, c_names.of_type(declaration))
        self._know(known, declaration.name, name)
        self._know(known, declaration.qualified, name)

    @staticmethod
    def _know(known: Dict[str, str], name: str, c_name: str) -> None:
        # "Point" and "Size" are also English: only words that look like names.
        if sum(c.isupper() for c in name) > 1 or "." in name or \
                any(c.isdigit() for c in name):
            known.setdefault(name, c_name)

    def comment(self, doc, tabs: int = 0, fields=(), extra=(),
                tail: str = "") -> List[str]:
        """A doc comment, or [] without a text."""
        inner = {}
        for field in fields:
            name = getattr(field, "idl", None)
            if name and name != field.name and not name.islower():
                inner[name] = field.name
        return comment(doc, Words(inner, self.words), tabs, extra=extra,
                       tail=tail)
