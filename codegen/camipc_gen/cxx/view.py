# SPDX-License-Identifier: MIT
"""The variables of the C++ templates: classes, enums and interfaces of a file."""

from typing import Dict, List, Set

from ..c import names as c_names
from ..c.enums import EnumView
from ..c.messages import Message
from ..c.methods import InterfaceView, MethodView
from ..c.model import Model
from ..c.place import Place
from ..model import ir
from . import names as cxx_names
from .slots import Member, member_of


class Names:
    """Finds the C++ name of a C type, as seen from one module."""

    def __init__(self, program: ir.Program, model: Model, module: str):
        self._module = module
        self._found: Dict[str, tuple] = {}
        for kind in (program.enums, program.structs, program.unions):
            for one in kind.values():
                self._found[c_names.of_type(one)] = (
                    one.module, cxx_names.of_declaration(one))
        for message in model.made():
            self._found[message.c_name] = (
                message.package,
                cxx_names.of_made(message.c_name, message.package))

    def __call__(self, tag: str) -> str:
        module, name = self._found[tag]
        if module == self._module:
            return name
        return "::%s::%s" % (cxx_names.namespace(module), name)

    def own(self, message: Message) -> str:
        """The name of a class that this file defines."""
        if message.c_name in self._found:
            return self._found[message.c_name][1]
        return cxx_names.of_made(message.c_name, message.package)


def unique(names: List[str]) -> List[str]:
    """Different ones, in the same order."""
    seen: Set[str] = set()
    found = []
    for name in names:
        while name in seen:
            name += "_"
        seen.add(name)
        found.append(name)
    return found


def members(slots, names: Names, name_of) -> List[Member]:
    wanted = unique([name_of(slot.idl) for slot in slots])
    return [member_of(slot, name, names)
            for slot, name in zip(slots, wanted)]


class ClassView:
    """A struct, union, map entry or array as a class over the C struct."""

    def __init__(self, message: Message, names: Names, later: Set[str],
                 outs_of=None):
        self.message = message
        self.c_name = message.c_name
        self.name = names.own(message)
        self.is_union = message.is_union
        self.is_public = message.is_public
        self.is_outs = outs_of is not None
        self.owns = message.owns
        slots = outs_of.out_slots if outs_of else message.slots
        name_of = cxx_names.of_arm if message.is_union \
            else cxx_names.of_member
        self.members = members(slots, names, name_of)
        if self.is_union:
            self.tags = unique([cxx_names.NO_ARM] + [
                cxx_names.of_tag(one.name) for one in self.members])
            self._tag_names = {id(one): tag for one, tag
                               in zip(self.members, self.tags[1:])}
        # Accessors whose body needs a class that comes later in the file.
        self.late = [one for one in self.members if one.needs in later]

    @property
    def defaults(self) -> List[str]:
        """Statements that set the defaults, for types without _init()."""
        return self.message.init(Place("value_"))

    def is_late(self, member: Member) -> bool:
        return member in self.late

    def tag_of(self, member: Member) -> str:
        """The C name of the tag of an arm."""
        return self.message.arm(member.slot)

    def tag_name(self, member: Member) -> str:
        return self._tag_names[id(member)]

    def mutable(self, member: Member) -> str:
        """The type of an accessor that changes a member in place, or ""."""
        return "" if self.is_union or member.mutable_type is None \
            else member.mutable_type


class EnumClass:
    """An enum or a set of flags as an enum class."""

    def __init__(self, view: EnumView):
        self.view = view
        self.name = cxx_names.of_declaration(view.enum)
        by_name = {one.name: one for one in view.enum.enumerators}
        names = unique([cxx_names.of_enumerator(by_name[one.idl_name])
                        for one in view.enumerators])
        self.enumerators = list(zip(names, view.enumerators))
        self.name_of_value: Dict[int, str] = {}     # the first one of it
        for name, one in self.enumerators:
            self.name_of_value.setdefault(one.value, name)

    @property
    def base(self) -> str:
        return "std::uint32_t" if self.view.is_flags else "std::int32_t"


class ConstClass:
    """A constant of a module."""

    def __init__(self, view, const: ir.Const, module: str, names: Names):
        self.view = view
        self.doc = const.doc
        self.name = cxx_names.of_const(const, module)
        self.type, self.value = _const(const.type, view.c_name, names)


def _const(type_, c_name: str, names: Names):
    if isinstance(type_, ir.String):
        return "std::string_view", c_name
    if isinstance(type_, ir.Scalar):
        plain = type_.name if type_.is_float or type_.name == "bool" \
            else "std::%s_t" % type_.name
        return plain, c_name
    return "auto", c_name


class MethodClass:
    """A method or an event."""

    def __init__(self, view: MethodView, names: Names):
        self.view = view
        self.name = cxx_names.of_method(view.idl_name)
        self.capital = cxx_names.capital(self.name.rstrip("_"))
        self.members = members(view.slots, names, cxx_names.of_member)
        self.out_members = members(view.out_slots, names,
                                   cxx_names.of_member)
        self.has_outs = view.has_outs
        self.outs_name = names.own(view.outs) if view.has_outs else ""
        taken = {one.name for one in self.members}
        self.outs_parameter = "outs_" if "outs" in taken else "outs"
        self.done_parameter = "done_" if "done" in taken else "done"
        self.c_function = "%s_%s" % (view.prefix, view.name)

    @property
    def parameters(self) -> List[str]:
        return [one.parameter for one in self.members]

    @property
    def arguments(self) -> List[str]:
        return [one.argument for one in self.members]

    @property
    def unnamed(self) -> List[str]:
        """The same for a function that ignores them."""
        return [one.unnamed for one in self.members]

    @property
    def op_parameters(self) -> List[str]:
        found = self.arguments
        if self.has_outs:
            found.append("%s &%s" % (self.outs_name, self.outs_parameter))
        return found

    @property
    def passed(self) -> List[str]:
        """Arguments of the C function behind the IPA."""
        return [one for member in self.members for one in member.write()]

    @property
    def received(self) -> List[str]:
        """Values from the parameters of a C callback."""
        return [member.read_parameter() for member in self.members]

    @property
    def from_args(self) -> List[str]:
        """Values from the struct of arguments."""
        return [member.read("args->") for member in self.members]

    @property
    def out_arguments(self) -> List[str]:
        return [one for member in self.out_members
                for one in member.out_arguments("outs_.")]


class InterfaceClass:
    """An interface: its classes Proxy, Events, Handlers and Module."""

    def __init__(self, view: InterfaceView, module: ir.Module, names: Names):
        self.view = view
        self.prefix = view.prefix
        self.upper = view.upper
        self.core = cxx_names.core(module, view.interface)
        self.methods = self._all(view.methods, names)
        self.events = self._all(view.events, names)
        self._method_names = {one.name for one in self.methods}
        self._event_names = {one.name for one in self.events}
        by_id = {id(one.view): one for one in self.methods}
        self.by_id = [by_id[id(one)] for one in view.by_id]
        self.outs = [ClassView(one.outs, names, set(), one)
                     for one in view.methods if one.has_outs]

    @staticmethod
    def _all(views, names: Names) -> List[MethodClass]:
        found = [MethodClass(one, names) for one in views]
        for one, name in zip(found, unique([m.name for m in found])):
            one.name = name
        return found

    def handler(self, event: MethodClass) -> str:
        """The callable of an event."""
        return self._apart("on" + event.capital, self._event_names)

    def lost(self, method: MethodClass) -> str:
        """The function that gets a lost call."""
        return self._apart("lost" + method.capital, self._event_names)

    def lost_handler(self, method: MethodClass) -> str:
        """The same as a callable."""
        return self._apart("onLost" + method.capital, self._event_names)

    @property
    def starts(self) -> List[MethodClass]:
        """Methods whose results can be others after a restart."""
        return [one for one in self.methods if one.view.replayed_name]

    def replayed(self, method: MethodClass) -> str:
        """The function that gets the results of a repeated start."""
        return self._apart("replayed" + method.capital, self._event_names)

    def replayed_handler(self, method: MethodClass) -> str:
        """The same as a callable."""
        return self._apart("onReplayed" + method.capital, self._event_names)

    def emitter(self, event: MethodClass) -> str:
        """The function that raises an event."""
        return self._apart("emit" + event.capital, self._method_names)

    @staticmethod
    def _apart(name: str, taken: Set[str]) -> str:
        while name in taken:
            name += "_"
        return name


class CxxView:
    """The C++ of one file; @view is a ModuleView."""

    def __init__(self, program: ir.Program, model: Model, module: ir.Module,
                 view):
        self.names = names = Names(program, model, module.name)
        self.namespace = cxx_names.namespace(module.name)
        self.scope = "::" + self.namespace
        self.enums = [EnumClass(one) for one in view.enums]
        self.consts = [ConstClass(one, const, module.name, names)
                       for one, const in zip(view.consts, module.consts)]
        # C has upper case for constants; here, a type hides behind one.
        taken = [one.name for one in self.enums] + [
            names.own(message) for message in view.messages]
        for one, name in zip(self.consts, unique(taken + [
                one.name for one in self.consts])[len(taken):]):
            one.name = name
        later = {names.own(message) for message in view.messages}
        self.classes = []
        for message in view.messages:
            later.discard(names.own(message))
            self.classes.append(ClassView(message, names, later))
        self.interfaces = [InterfaceClass(one, module, names)
                           for one in view.interfaces]
        types = set(taken)
        for interface in self.interfaces:
            while interface.core and any(interface.core + part in types for
                                         part in cxx_names.CLASSES):
                interface.core += "_"
