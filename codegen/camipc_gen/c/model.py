# SPDX-License-Identifier: MIT
"""Makes the messages of a program and their fields from the IR."""

from functools import singledispatch
from typing import Dict, List, Tuple

from ..model import ir
from ..model.attributes import MAX_DECODED
from ..model.decoded import Decoded
from ..model.order import components
from ..model.sizes import Sizes
from ..model.wire import mask_of
from . import names as c_names
from .arrays import ArraySlot, BytesSlot, MapSlot
from .calls import Call, CallMaker
from .composite import STRUCTS, BytesValue, ExternalValue, MessageValue
from .facts import facts, since
from .fixed import FixedSlot
from .inline import InlineSlot
from .literals import literal
from .messages import Message, UnionMessage
from .nullable import NullableStringSlot, OptionalSlot, PointerSlot
from .slots import Slot
from .stems import (Item, camel, declared, idl_text, key_form, map_stem,
                    type_stem, value_form)
from .unknown import UnknownFields
from .values import (EnumValue, FdValue, FlagsValue, OpenEnumValue,
                     ScalarValue, StringValue, Value)


class Entry(Message):
    """key and value of a map: an array of these is the map."""

    def __init__(self, c_name, idl_name, package, title, compare):
        super().__init__(c_name, idl_name, package, title)
        self.is_public = False
        self.compare = compare

    @property
    def stem(self) -> str:
        """The prefix of its functions, which are about the map."""
        return self.c_name[:-len("_entry")]

    @property
    def key(self) -> Slot:
        return self.slots[0]

    @property
    def entry_value(self) -> Slot:
        return self.slots[1]


class Wrapper(Message):
    """{items, n_items}: an array where protobuf does not allow one."""

    is_box = True

    def __init__(self, c_name, idl_name, package, title):
        super().__init__(c_name, idl_name, package, title)
        self.is_public = False

    @property
    def is_bytes(self) -> bool:
        """Whether it is written as bytes, without a message around them."""
        return isinstance(self.slots[0], BytesSlot)


def model_of(program: ir.Program) -> "Model":
    """The program's model, which is made once."""
    if "model" not in program.derived:
        program.derived["model"] = Model(program)
    return program.derived["model"]


class Model:
    """All messages of a program; each belongs to one module."""

    def __init__(self, program: ir.Program):
        self.program = program
        self.sizes = Sizes(program)
        self.decoded = Decoded(program)
        self._messages: Dict[str, Message] = {}
        # Of each enum with defaults: its values, the first one of each number.
        self._by_value: Dict[str, Dict[int, ir.Enumerator]] = {}
        # Name of the message that is being filled, without a prefix.
        self._owner = ""
        # By file: messages that the IDL does not name, in order of use.
        self._made: Dict[int, Dict[str, Message]] = {}
        # Pairs of them with the same name.
        self._twins: List[Tuple[Message, Message]] = []
        for module in program.modules:
            for declaration in self.declarations(module):
                self._declare(module, declaration)
        self._calls: Dict[int, Call] = {}
        for module in program.modules:
            for declaration in self.declarations(module):
                self._fill(module, declaration)
            # Before importers, which can use the messages that calls need.
            for interface in module.interfaces:
                maker = CallMaker(self, module, interface)
                for method in interface.methods + interface.events:
                    self._calls[id(method)] = maker.call(method)
        self._reach()
        # Those that differ, which check/names.py refuses.
        self.clashes = [pair for pair in self._twins if not _same(*pair)]

    def _reach(self) -> None:
        """Tells each message what is inside it, at any depth."""
        everything = list(self._messages.values()) + self.made() + [
            message for call in self._calls.values() for message in call
            if message] + [twin for _, twin in self._twins]
        by_id = {id(message): message for message in everything}
        graph = {key: [id(inner) for inner in message.direct()]
                 for key, message in by_id.items()}
        for component in components(graph):
            group = [by_id[key] for key in component]
            inside = [by_id[key] for one in component for key in graph[one]]
            has_fds = any(m.has_fds for m in inside) or any(
                slot.value.has_fds for m in group for slot in m.slots
                if not isinstance(slot.value, MessageValue))
            is_deep = any(m.is_deep for m in inside) or any(
                m.contains_itself for m in group)
            for message in group:
                message.has_fds, message.is_deep = has_fds, is_deep

    @staticmethod
    def declarations(module: ir.Module) -> List:
        """Structs and unions that are generated; those contained by value come
        first."""
        return [one for one in module.definition_order
                or module.structs + module.unions
                if not getattr(one, "external", None)]

    def _declare(self, module: ir.Module, declaration) -> None:
        name = c_names.of_type(declaration)
        if isinstance(declaration, ir.Union):
            message: Message = UnionMessage(
                name, declaration.qualified, declaration.module,
                declaration.name, declaration.doc, declaration.extensible)
        else:
            message = Message(name, declaration.qualified, declaration.module,
                              declaration.name, declaration.doc)
            if declaration.keep_unknown:
                message.unknown = UnknownFields()
        message.file = module.stem
        message.contains_itself = declaration.contains_itself
        message.since = since(declaration)
        message.most = self.sizes.declared(declaration.qualified).most
        self._messages[declaration.qualified] = message

    def _fill(self, module: ir.Module, declaration) -> None:
        message = self._messages[declaration.qualified]
        is_union = isinstance(declaration, ir.Union)
        self._owner = c_names.stem_words(declaration)
        for field in declaration.arms if is_union else declaration.fields:
            slot = self.arm(module, field) if is_union else self.slot(
                module, field, c_names.of_member(field))
            slot.default_name = "default_of_%s_%s" % (message.c_name,
                                                      slot.name)
            slot.facts = facts(slot, field)
            message.slots.append(slot)

    # ---- what a module's files define --------------------------------------

    def message(self, qualified: str) -> Message:
        return self._messages[qualified]

    def call(self, method: ir.Method) -> Call:
        return self._calls[id(method)]

    def messages(self, module: ir.Module) -> List[Message]:
        """All messages of a module; those that others contain come first."""
        own = [self._messages[d.qualified]
               for d in self.declarations(module)]
        made = list(self._made.get(id(module), {}).values())
        waiting = {id(m) for m in own + made}
        ordered: List[Message] = []

        def visit(message: Message) -> None:
            if id(message) not in waiting:
                return
            waiting.remove(id(message))
            for slot in message.slots:
                inner = _contained(slot)
                if inner is not None:
                    visit(inner)
            ordered.append(message)

        for message in own + made:
            visit(message)
        return ordered

    def free_name(self, module: ir.Module, name: str) -> str:
        """A name for the .proto that no declaration has."""
        qualified = module.name + "." + name
        while qualified in self._messages or qualified in self.program.enums:
            qualified += "_"
        return qualified

    def args(self, module: ir.Module, c_name: str, name: str, title: str,
             fields) -> Message:
        """The message that a method's arguments or outputs make."""
        message = Message(c_name, self.free_name(module, name), module.name,
                          title)
        message.is_public = False
        message.most = self.sizes.message(fields).most
        decoded = self.decoded.message(fields)
        if decoded is not None and decoded <= MAX_DECODED:
            message.max_decoded = decoded
        self._owner = c_name[len(c_names.module_prefix(module.name)) + 1:]
        for field in fields:
            slot = self.slot(module, field, c_names.of_parameter(field))
            slot.file = module.stem + "_call"
            slot.facts = facts(slot, field)
            message.slots.append(slot)
        return message

    # ---- fields ------------------------------------------------------------

    def arm(self, module: ir.Module, field: ir.Field) -> Slot:
        slot = Slot(field, c_names.of_arm(field),
                    self.value(module, field, field.type))
        slot.always_present = True
        return slot

    def slot(self, module: ir.Module, field, name: str) -> Slot:
        slot = self._slot(module, field, name)
        slot.file = module.stem
        return slot

    def _slot(self, module: ir.Module, field, name: str) -> Slot:
        type_ = field.type
        if getattr(field, "inline", False):
            return InlineSlot(field, name, self.value(module, field, type_))
        if isinstance(type_, ir.Nullable):
            return self._nullable(module, field, name, type_.inner)
        if isinstance(type_, ir.Map):
            entry = self._entry(module, field, type_)
            return MapSlot(field, name, MessageValue(entry), entry.compare)
        if isinstance(type_, ir.Array):
            return self._array(module, field, name, type_)
        slot = Slot(field, name, self.value(module, field, type_))
        if field.default is not None:
            slot.initial = self._default(slot.value, field)
            slot.initial_text = field.default
        return slot

    def _default(self, value: Value, field: ir.Field) -> str:
        enum = self.program.enums.get(getattr(field.type, "name", ""))
        if enum is not None and not isinstance(value, FlagsValue):
            if enum.qualified not in self._by_value:
                self._by_value[enum.qualified] = {
                    one.value: one for one in reversed(enum.enumerators)}
            one = self._by_value[enum.qualified].get(field.default)
            if one is not None:
                return c_names.of_enumerator(enum, one)
        return literal(value, field.default)

    def _nullable(self, module, field, name, inner) -> Slot:
        if isinstance(inner, ir.String):
            return NullableStringSlot(field, name, StringValue())
        value = self.value(module, field, inner)
        if isinstance(value, FdValue):
            return Slot(field, name, value)
        if isinstance(value, STRUCTS):
            return PointerSlot(field, name, value)
        return OptionalSlot(field, name, value)

    def _array(self, module, field, name, type_) -> Slot:
        counts = []
        element = type_
        while isinstance(element, ir.Array) and element.count is not None:
            counts.append(element.count)
            element = element.element
        if counts:
            return FixedSlot(field, name,
                             self.value(module, field, element, True), counts)
        element = type_.element
        if _is_byte(element) and not field.unpacked:
            return BytesSlot(field, name,
                             ScalarValue("uint8", "varint", "varint"))
        return ArraySlot(field, name,
                         self.value(module, field, element, True))

    # ---- values ------------------------------------------------------------

    def value(self, module: ir.Module, field, type_: ir.Type,
              is_element: bool = False) -> Value:
        return _value(type_, self, module, field, is_element)

    def _made_once(self, module: ir.Module, message: Message, field,
                   fill) -> Message:
        message.origin = declared(field)
        message.file = module.stem
        fill(message)
        for file in _with_imports(module):
            # Another file of the same module may have made it already.
            made = self._made.get(id(file), {}).get(message.c_name)
            if made is not None:
                self._twins.append((made, message))
                return made
        self._made.setdefault(id(module), {})[message.c_name] = message
        return message

    def made(self) -> List[Message]:
        """All messages that the IDL does not name, of all files."""
        return [message for found in self._made.values()
                for message in found.values()]

    def wrapper(self, module: ir.Module, field, type_,
                is_element: bool) -> Message:
        """The message of an array or a map where protobuf needs one.

        It carries the limits of the field: then it serves this one only.
        """
        limits = {name: getattr(field, name)
                  for name in ("min", "max", "max_len")}
        if is_element:
            limits["max_len"] = None        # counts the elements themselves
        stem = type_stem(self.program, type_, field)
        path = getattr(field, "path", "") or "%s_%s" % (
            self._owner, c_names.snake(field.name))
        if any(limit is not None for limit in limits.values()):
            stem = path + "_array"
        name = c_names.module_prefix(module.name) + "_" + stem
        wrapper = Wrapper(name, self.free_name(module, camel(stem)),
                          module.name, idl_text(type_))

        def fill(message):
            item = Item("items", type_, 1, field, field.wire, field.unpacked,
                        path=path + "_items", **limits)
            message.slots.append(self.slot(module, item, "items"))
        return self._made_once(module, wrapper, field, fill)

    def _entry(self, module: ir.Module, field, type_: ir.Map) -> Entry:
        stem = map_stem(self.program, type_, field) + "_entry"
        name = c_names.module_prefix(module.name) + "_" + stem
        key = self.value(module, Item("key", type_.key, 1, field,
                                      key_form(field)),
                         type_.key)
        entry = Entry(name, self.free_name(module, camel(stem)), module.name,
                      idl_text(type_), _compare(key))

        def fill(message):
            for i, (part, kind, wire) in enumerate((
                    ("key", type_.key, key_form(field)),
                    ("value", type_.value, value_form(field)))):
                item = Item(part, kind, i + 1, field, wire)
                message.slots.append(Slot(item, part,
                                          self.value(module, item, kind)))
        made = self._made_once(module, entry, field, fill)
        assert isinstance(made, Entry)
        return made


def _with_imports(module: ir.Module) -> List[ir.Module]:
    """A file and the files that it imports."""
    found = [module]
    for file in found:
        found += [m for m in file.imports if m not in found]
    return found


def _same(first: Message, second: Message) -> bool:
    """Whether two messages of one name are the same in C and on the wire."""
    return all(ask(first) == ask(second) for ask in (
        lambda m: m.members(), lambda m: m.put(), lambda m: m.cases(),
        lambda m: m.finish(), lambda m: m.check()))


def _contained(slot: Slot):
    """The message that a slot holds by value, so that it comes first."""
    if isinstance(slot, (ArraySlot, PointerSlot)):
        return None
    if isinstance(slot.value, MessageValue):
        return slot.value.message
    if isinstance(slot.value, BytesValue):
        return slot.value.wrapper
    return None


def _is_byte(type_: ir.Type) -> bool:
    return isinstance(type_, ir.Scalar) and type_.name in ("int8", "uint8")


def _compare(key: Value) -> str:
    if isinstance(key, StringValue):
        return "camipc_compare_string"
    if isinstance(key, (EnumValue, OpenEnumValue)):
        return "camipc_compare_int32"
    assert isinstance(key, ScalarValue)
    return "camipc_compare_" + key.name


@singledispatch
def _value(type_, model, module, field, is_element) -> Value:
    raise TypeError("no C for %s" % type(type_).__name__)


@_value.register
def _scalar_value(type_: ir.Scalar, model, module, field, is_element):
    wide = type_.name[-2:] in ("32", "64") or type_.is_float
    natural = "fixed" if wide else "varint"
    if type_.name == "bool":
        return ScalarValue("bool", "varint", "varint")
    array_form = field.wire or natural
    single = array_form if is_element else field.wire or "varint"
    return ScalarValue(type_.name, single, array_form)


@_value.register
def _string_value(type_: ir.String, model, module, field, is_element):
    return StringValue()


@_value.register
def _fd_value(type_: ir.Fd, model, module, field, is_element):
    # "SharedFD?" is the same type, but not required; elements are required.
    is_optional = isinstance(field, ir.Field) and \
        isinstance(field.type, ir.Fd) and not field.required
    return FdValue(type_.kind, type_.access, type_.sealed, type_.min_size,
                   is_optional)


@_value.register
def _enum_value(type_: ir.EnumRef, model, module, field, is_element):
    enum = model.program.enums[type_.name]
    tag = c_names.of_type(enum)
    return OpenEnumValue(tag) if enum.extensible else EnumValue(tag)


@_value.register
def _flags_value(type_: ir.FlagsRef, model, module, field, is_element):
    enum = model.program.enums[type_.name]
    value = FlagsValue(c_names.of_type(enum), enum.name, enum.extensible)
    if value.mask and not enum.used_as_flags:
        # Its header has no mask: only other files use it as flags.
        value.mask = "UINT32_C(0x%x)" % mask_of(enum)
    return value


@_value.register
def _struct_value(type_: ir.StructRef, model, module, field, is_element):
    struct = model.program.structs[type_.name]
    if not struct.external:
        return MessageValue(model.message(type_.name))
    return ExternalValue(c_names.of_type(struct),
                         model.program.module_of[type_.name].stem,
                         struct.external)


@_value.register(ir.UnionRef)
def _message_value(type_, model, module, field, is_element):
    return MessageValue(model.message(type_.name))


@_value.register(ir.Array)
@_value.register(ir.Map)
def _wrapped_value(type_, model, module, field, is_element):
    wrapper = model.wrapper(module, field, type_, is_element)
    return BytesValue(wrapper) if wrapper.is_bytes else MessageValue(wrapper)
