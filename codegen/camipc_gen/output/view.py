# SPDX-License-Identifier: MIT
"""The variables of templates: one ModuleView for each input file."""

import os
from functools import cached_property
from typing import Dict, List

from ..c import core_types
from ..c import names as c_names
from ..c.arrays import ArraySlot, run_name
from ..c.comments import comment, safe
from ..c.enums import EnumView, const_view
from ..c.info import field_row
from ..c.memory import is_large
from ..c.messages import Message
from ..c.methods import InterfaceView
from ..c.model import Entry, Model
from ..c.nullable import PointerSlot, pointer_name
from ..c.place import Place
from ..c.statements import indented
from ..cxx.owned_view import ValuesView
from ..cxx.view import CxxView
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


class ExternalView:
    """An [external] struct: what the generator adds to it."""

    def __init__(self, struct: ir.Struct):
        assert struct.external
        self.idl_name = struct.qualified
        self.c_name = c_names.of_type(struct)
        self.c_type = struct.external.c_type
        self.functions = struct.external.functions
        self.max_len = struct.external.max_len
        self.max_size = struct.external.max_size
        self.version = struct.external.version
        header = struct.external.header
        self.include = header if header[:1] == "<" else '"%s"' % header


def shown_name(path: str) -> str:
    """The name of an IDL file for the banner.

    Without its folder: outputs must not depend on where the source lies.
    """
    return safe(os.path.basename(os.path.normpath(path)))


class ModuleView:
    """The variables of all templates of one file."""

    def __init__(self, program: ir.Program, model: Model,
                 module: ir.Module, defines_core_types: bool = False):
        self.program = program
        self._model = model
        self.module = module
        self.file_name = shown_name(module.path)
        self.license = module.license
        self.stem = module.stem
        self.revision = CODEGEN_REVISION
        self.prefix = c_names.module_prefix(module.name)
        self.guard = c_names.guard(module)
        self.imports = [imported.stem for imported in module.imports]
        # The symbol of a file of core types: its header refers to it.
        self.core_types = core_types.symbol(program, module) \
            if module.name == core_types.MODULE else ""
        self.defines_core_types = defines_core_types
        self.interfaces = [
            InterfaceView(model, module, interface,
                          wire.fingerprint(program, interface))
            for interface in module.interfaces]
        self.enums = [EnumView(enum, module.enums) for enum in module.enums]
        self.consts = [const_view(module, const, program)
                       for const in module.consts]
        self.externals = [ExternalView(one) for one in module.structs
                          if one.external]
        self.messages = model.messages(module)
        self.proto = ProtoModule(
            module, self.enums,
            self.messages + self.method_messages,
            {c_names.of_type(enum): (enum.qualified, enum.module)
             for enum in program.enums.values()})

    @cached_property
    def cxx(self) -> CxxView:
        """The C++ of the file."""
        return CxxView(self.program, self._model, self.module, self)

    @cached_property
    def values(self) -> ValuesView:
        """The values in C++ of the file."""
        return ValuesView(self.program, self._model, self.module, self,
                          self.cxx)

    @property
    def external_headers(self) -> List[str]:
        """Of other libraries, each once, in the order of the IDL."""
        return list(dict.fromkeys(one.include for one in self.externals))

    # ---- parts of the messages ---------------------------------------------

    @property
    def public(self) -> List[Message]:
        return [m for m in self.messages if m.is_public]

    is_large = staticmethod(is_large)

    @property
    def copies_large(self) -> bool:
        """Whether a copy function needs memory for a struct."""
        return any(m.owns and is_large(m) for m in self.public)

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
            lines += comment(slot.doc, tabs, tail=slot.facts)
            lines += indented(slot.members(), tabs)
        if message.unknown:
            lines.append("\t/** %s */" % message.unknown.remark)
            lines += indented(message.unknown.members())
        return lines

    def struct_comment(self, message: Message) -> List[str]:
        if message.is_public:
            return self.comment(message.doc, tail=message.since)
        if isinstance(message, Entry):
            return ["/** An entry of %s. */" % message.title]
        return ["/** %s as a value of its own. */" % message.title]

    # ---- documentation -----------------------------------------------------

    @staticmethod
    def comment(doc, tabs: int = 0, extra=(), tail: str = "") -> List[str]:
        """A doc comment, or [] without a text."""
        return comment(doc, tabs, extra=extra, tail=tail)
