# SPDX-License-Identifier: MIT
"""Rules about C names: two declarations must not end up with one.

c/names.py makes the names; nothing here knows how.
"""

from __future__ import annotations

import os
from typing import Dict, List, Optional, Sequence, Set, Tuple

from ..c import names as c_names
from ..c.messages import Message
from ..c.model import Entry, Model, model_of
from ..c.unknown import UnknownFields
from ..model import ir
from ..model.order import members
from ..text.source import Span
from .checking import Checking

# Names of the functions and members that each interface has.
_METHODS_TAKEN = ("create", "destroy", "get_fd", "dispatch", "get_proxy",
                  "closed", "size", "ops", "events", "interface")
_EVENTS_TAKEN = ("closed", "size", "restarted")
# Headers of each file, as in their include guards.
_PARTS = ("TYPES", "SERIALIZER", "INTERFACE", "PROXY", "WORKER")
# Static functions and tables: of each interface, of each message of a method,
# and of each type. Files may be compiled as one.
_INTERFACE_STATICS = ("proxy_of_%s", "client_of_%s", "refuse_%s",
                      "complete_%s", "deliver_event_of_%s", "methods_of_%s",
                      "events_of_%s", "deliver_%s_closed", "mocks_of_%s",
                      "deliver_%s_restarted", "deliver_method_of_%s",
                      "complete_mock_of_%s", "create_mock_of_%s")
_MESSAGE_STATICS = ("init_%s", "check_%s", "encode_%s", "decode_%s", "copy_%s",
                    "clear_%s", "type_info_of_%s", "fields_of_%s",
                    "complete_%s")
_TYPE_STATICS = ("init_%s", "fields_of_%s", "get_%s_run", "get_%s_pointer",
                 "%s_room")
_TYPE_FUNCTIONS = ("init", "copy", "clear", "check", "put", "put_fields", "get",
                   "get_fields",
                   "copy_in", "type_info", "has_tag")

# The longest name, of a module with all its dots.
MAX_NAME = 255

_HINT = 'rename one, or give it another C name with [cname="…"]'


def names_have_letters(checking: Checking) -> None:
    """A name such as '_' has no words for a C name."""
    for declaration in checking.everything():
        if not declaration.name.strip("_0123456789"):
            checking.error("bad-name", declaration.span,
                           "invalid name '%s': expected at least one letter"
                           % declaration.name)


def names_have_an_end(checking: Checking) -> None:
    """Compilers have limits for the texts and files that contain names."""
    def check(name: str, span: Span) -> None:
        if len(name) > MAX_NAME:
            checking.error("long-name", span, "the name '%s…' has %d "
                           "characters: at most %d are supported" %
                           (name[:40], len(name), MAX_NAME))

    for unit in checking.units:
        if unit.file.module:
            check(unit.module, unit.file.module.span)
    for declaration in checking.everything():
        check(declaration.attribute("cname") or declaration.name,
              declaration.span)
        check(declaration.name, declaration.span)


def _clash(checking: Checking, name: str, first, second,
           hint: str = _HINT) -> None:
    """Reports a clash. Two declarations may clash in several names (x,
    x_init(), …); they are reported once."""
    pair = (first.span, second.span)
    if pair in checking.clashes:
        return
    checking.clashes.add(pair)
    checking.error("c-name-clash", second.span, "'%s' and '%s' both become "
                   "'%s' in C" % (second.name, first.name, name),
                   [(first.span, "declared here")], hint)


class _Names:
    """Tags, functions and macros of all modules, which share one name space
    in C or in C++."""

    def __init__(self, checking: Checking):
        self._checking = checking
        self._taken: Dict[str, Tuple[ir.Declaration, Optional[tuple]]] = {}
        self._made: Dict[str, Message] = {}
        self._tags: Set[str] = set()   # names of types only
        # Names of generated types, with a field that needs the type.
        self._of_made: Dict[str, ir.Declaration] = {}

    def add(self, name: str, declaration: ir.Declaration,
            value: Optional[tuple] = None, hint: str = _HINT) -> None:
        """@value: enumerators of one enum with one value are aliases."""
        first, known = self._taken.setdefault(name, (declaration, value))
        if first is declaration or (value is not None and known == value):
            return
        _clash(self._checking, name, first, declaration, hint)

    def add_tag(self, name: str, declaration: ir.Declaration) -> None:
        """A struct, union or enum."""
        self._tags.add(name)
        self.add(name, declaration)

    def add_parameter(self, name: str, parameter: ir.Field) -> None:
        """A parameter may not hide a function or a table that the functions
        with this parameter use. Tags are apart, in C and in C++."""
        if name in self._tags:
            return
        first = self._taken[name][0] if name in self._taken \
            else self._of_made.get(name)
        if first is not None:
            _clash(self._checking, name, first, parameter)

    def report_reserved(self, name: str, interface: ir.Interface) -> None:
        """Reports a reserved struct tag, which [cname] would not change."""
        self._checking.error(
            "reserved-name", interface.span, "'%s' becomes 'struct %s' in C, "
            "a name of C, C++ or their headers" % (interface.name, name),
            hint="give the module another name")

    def add_generated(self, made: Message) -> None:
        """Adds a generated type, which the IDL does not name, and its
        functions."""
        found = [made.c_name] + ["%s_%s" % (made.c_name, function)
                                 for function in _TYPE_FUNCTIONS]
        found += [static % made.c_name for static in _TYPE_STATICS]
        if isinstance(made, Entry):
            found += [made.stem + "_find", made.stem + "_sort"]
        for name in found:
            if name in self._taken:
                first = self._taken[name][0]
                self._checking.error(
                    "c-name-clash", first.span, "'%s' becomes '%s' in C, and "
                    "so does a type that is generated for '%s'" % (
                        first.name, name, made.origin.name),
                    [(made.origin.span, "declared here")], _HINT)
                return
        self._of_made.update((name, made.origin) for name in found)
        first = self._made.setdefault(made.c_name, made)
        if first is not made:
            self.report_generated(first, made, "import the file of one of "
                                  "them into that of the other")

    def report_generated(self, first: Message, second: Message,
                         hint: str) -> None:
        self._checking.error(
            "c-name-clash", second.origin.span, "the types generated for "
            "'%s' and '%s' both become '%s' in C" % (
                second.origin.name, first.origin.name, second.c_name),
            [(first.origin.span, "declared here")], hint)


def global_names_differ(checking: Checking) -> None:
    if any(d.id == "bad-name" for d in checking.diagnostics.found):
        return
    names = _Names(checking)
    for module in checking.program.modules:
        _add_guards(names, module)
        for enum in module.enums:
            _add_enum(names, enum)
        for composite in module.structs + module.unions:
            _add_type(names, composite)
        for const in module.consts:
            names.add(c_names.of_const(module, const), const)
        for interface in module.interfaces:
            _add_interface(names, module, interface)
    if not checking.diagnostics.has_errors:
        _generated_names_differ(names, model_of(checking.program))
    for _, method in checking.methods():
        for field in method.params + method.outs:
            names.add_parameter(c_names.of_parameter(field), field)


def _generated_names_differ(names: "_Names", model: Model) -> None:
    """Reports clashes of generated types: boxes of arrays, entries of
    maps."""
    for first, second in model.clashes:
        names.report_generated(first, second,
                               "wrap one of them in a struct, or give its "
                               'contents another name with [cname="…"]')
    for made in model.made():
        names.add_generated(made)


def _add_guards(names: "_Names", module: ir.Module) -> None:
    file = ir.Declaration(name=os.path.basename(module.path), doc=None,
                          span=Span(module.path, 1, 1), attributes=())
    for part in _PARTS:
        names.add("%s_%s_H" % (c_names.guard(module), part), file)


def _add_enum(names: _Names, enum: ir.Enum) -> None:
    tag = c_names.of_type(enum)
    names.add_tag(tag, enum)
    for suffix in ("", "_to_string", "_is_known", "_get", "_type_info",
                   "_or_default"):
        names.add(tag + suffix, enum)
    names.add("enumerators_of_" + tag, enum)
    if any(value.attribute("control") for value in enum.enumerators):
        names.add(tag + "s", enum)
        names.add(tag.upper() + "_VALUES", enum)
    if enum.used_as_flags:
        names.add(tag + "_set_to_string", enum)
        names.add(tag.upper() + "_MASK", enum)
    hint = _HINT if enum.scoped else \
        'add [scopedEnum] to \'%s\', or give the value another C name with ' \
        '[cname="…"]' \
        % enum.name
    for value in enum.enumerators:
        names.add(c_names.of_enumerator(enum, value), value,
                  (enum.qualified, value.value), hint)


def _add_type(names: _Names, composite) -> None:
    tag = c_names.of_type(composite)
    names.add_tag(tag, composite)
    for suffix in ("",) + tuple("_" + f for f in _TYPE_FUNCTIONS):
        names.add(tag + suffix, composite)
    for static in _TYPE_STATICS:
        names.add(static % tag, composite)
    names.add(tag.upper() + "_MAX_ENCODED_SIZE", composite)
    for field in members(composite):
        if isinstance(field.default, str):
            names.add("default_of_%s_%s" % (tag, c_names.of_member(field)),
                      field)
    if isinstance(composite, ir.Union):
        names.add(tag + "_tag", composite)
        names.add((tag + "_none").upper(), composite)
        for arm in composite.arms:
            names.add(("%s_%s" % (tag, c_names.of_arm(arm).rstrip("_"))
                       ).upper(), arm)


def _add_interface(names: _Names, module: ir.Module,
                   interface: ir.Interface) -> None:
    prefix = c_names.interface_prefix(module, interface)
    if prefix in c_names.RESERVED:
        names.report_reserved(prefix, interface)
    for suffix in ("_ops", "_events", "_create", "_destroy", "_interface",
                   "_get_fd", "_dispatch", "_get_proxy", "_invoke",
                   "_missing_op", "_method_id", "_event_id", "_done_fn"):
        names.add(prefix + suffix, interface)
    names.add_tag(prefix, interface)
    for static in _INTERFACE_STATICS:
        names.add(static % prefix, interface)
    for suffix in ("_INTERFACE_NAME", "_VERSION", "_COMPATIBLE_SINCE",
                   "_WIRE_FINGERPRINT", "_MODULE", "_OPS"):
        names.add(prefix.upper() + suffix, interface)
    for method in interface.methods:
        name = "%s_%s" % (prefix, c_names.of_method(method))
        names.add(name, method)
        for suffix in ("_args", "_outs", "_begin", "_args_type",
                       "_outs_type", "_done_fn"):
            names.add(name + suffix, method)
        if method.role == "stop":
            names.add(name + "_drain", method)
        names.add("invoke_" + name, method)
        for kind in ("lost", "replayed"):
            names.add("deliver_%s_%s_%s" % (
                prefix, kind, c_names.of_method(method)), method)
        for static in _MESSAGE_STATICS:
            names.add(static % (name + "_args"), method)
            names.add(static % (name + "_outs"), method)
        upper = c_names.of_method(method).upper()
        names.add("%s_METHOD_%s" % (prefix.upper(), upper), method)
    for event in interface.events:
        name = c_names.of_method(event)
        names.add("%s_emit_%s" % (prefix, name), event)
        for suffix in ("_event_args", "_event_args_type"):
            names.add("%s_%s%s" % (prefix, name, suffix), event)
        names.add("deliver_%s_event_%s" % (prefix, name), event)
        for static in _MESSAGE_STATICS:
            names.add(static % ("%s_%s_event_args" % (prefix, name)), event)
        names.add("%s_EVENT_%s" % (prefix.upper(), name.upper()), event)


def reserved_modules(checking: Checking) -> None:
    for unit in checking.units:
        first = unit.module.split(".")[0].lower()
        if first in c_names.RESERVED_MODULES:
            checking.error(
                "reserved-name", unit.file.module.span, "names in C would "
                "begin with '%s_', which is reserved for C, for the library "
                "or for generated functions" % first,
                hint="begin the module's name with another word, such as "
                     "'ipa.%s'" % unit.module)


def reserved_methods(checking: Checking) -> None:
    for interface in checking.interfaces():
        for methods, taken in ((interface.methods, _METHODS_TAKEN),
                               (interface.events, _EVENTS_TAKEN)):
            for method in methods:
                name = c_names.of_method(method)
                if name in taken or name.startswith("emit_") or \
                        method.role == "event" and \
                        name.startswith(("lost_", "replayed_")):
                    checking.clashes.add((interface.span, method.span))
                    checking.error(
                        "reserved-name", method.span, "name '%s' is reserved: "
                        "every interface already has '%s' in C" % (
                            method.name, name),
                        hint='rename it, or give it another C name with '
                             '[cname="…"]')


def members_differ(checking: Checking) -> None:
    """fooBar and foo_bar become one member; n_x is the length of array x."""
    for struct in checking.structs():
        _local_names(checking, [(c_names.of_member(field), field)
                                for field in struct.fields])
        if struct.keep_unknown:
            _kept_have_a_name(checking, struct)
    for union in checking.unions():
        _local_names(checking, [(c_names.of_arm(arm), arm)
                                for arm in union.arms])
    for _, method in checking.methods():
        _local_names(checking, [(c_names.of_parameter(field), field)
                                for field in method.params],
                     [(c_names.of_parameter(field), field)
                      for field in method.outs])


def _kept_have_a_name(checking: Checking, struct: ir.Struct) -> None:
    """Reports fields with the names of the members for unknown fields."""
    for field in struct.fields:
        name = c_names.of_member(field)
        clashes = [used for used in [name] + _extra_members(name, field)
                   if used in UnknownFields.NAMES]
        if clashes:
            checking.error(
                "c-name-clash", field.span, "'%s' becomes '%s' in C, the "
                "member for the unknown fields of '%s'" % (
                    field.name, clashes[0], struct.name),
                [(struct.span, "declared here")], _HINT)


def methods_differ(checking: Checking) -> None:
    for interface in checking.interfaces():
        for methods in (interface.methods, interface.events):
            _local_names(checking, [(c_names.of_method(method), method)
                                    for method in methods])


def _local_names(checking: Checking,
                 named: Sequence[Tuple[str, ir.Declaration]],
                 outs: Sequence[Tuple[str, ir.Declaration]] = ()) -> None:
    """Names that stand beside each other. @outs are parameters for outputs,
    whose names begin with ret_."""
    taken: Dict[str, ir.Declaration] = {}
    for prefix, pairs in (("", named), ("ret_", outs)):
        for name, declaration in pairs:
            for used in [name] + _extra_members(name, declaration):
                first = taken.setdefault(prefix + used, declaration)
                if first is not declaration:
                    _clash(checking, prefix + used, first, declaration)


def _extra_members(name: str, declaration: ir.Declaration) -> List[str]:
    """The other members that a field adds."""
    value_type = getattr(declaration, "type", None)
    if isinstance(value_type, ir.Nullable):
        if isinstance(value_type.inner, (ir.Scalar, ir.EnumRef,
                                         ir.FlagsRef)):
            return ["has_" + name]
    if isinstance(value_type, ir.Map) or (isinstance(value_type, ir.Array)
                                          and value_type.count is None):
        return ["n_" + name]
    return []


NAME_RULES = (names_have_letters, names_have_an_end, reserved_modules,
              reserved_methods, members_differ, methods_differ,
              global_names_differ)
