# SPDX-License-Identifier: MIT
"""Rules about interfaces and their methods."""

from __future__ import annotations

from ..c import names as c_names
from ..model import ir, keys
from ..model.attributes import MAX_QUEUE, WINDOW
from ..model.resolve_interface import has_role_names
from ..model.scope import has_attribute
from ..text.diagnostics import did_you_mean, list_of
from ..text.syntax import InterfaceNode, NamedType
from .checking import Checking


def interfaces_have_methods(checking: Checking) -> None:
    for interface in checking.interfaces():
        if not interface.methods:
            checking.error("interface-empty", interface.span, "interface "
                           "'%s' has no methods: declare at least one"
                           % interface.name)


def one_method_per_role(checking: Checking) -> None:
    for interface in checking.interfaces():
        first = {}
        for method in interface.methods:
            other = first.setdefault(method.role, method)
            if method.role in ir.ROLES and other is not method:
                checking.error(
                    "duplicate-role", method.span, "'%s' has role %s, which "
                    "'%s' already has" % (method.name, method.role,
                                          other.name),
                    [(other.span, "declared here")])


def roles_are_meant(checking: Checking) -> None:
    """init, start and stop without their roles, because of the interface's
    name, are probably a slip: the state would never change."""
    for interface in checking.interfaces():
        for method in interface.methods:
            role = c_names.of_method(method)
            if role in ir.ROLES and method.role == "call" and \
                    method.attribute("role") is None and \
                    all(other.role != role for other in interface.methods):
                checking.warning(
                    "missing-role", method.span, "'%s' has no role: %s" % (
                        method.name, "a role by name needs the exact name "
                        "'%s'" % role if has_role_names(interface.name)
                        else "roles by name need an interface called "
                        "IPA…Interface, not '%s'" % interface.name),
                    hint="write [role=%s], or [role=call] if it changes no "
                    "state%s" % (role, ", in an overlay" if
                                 checking.is_foreign(interface) else ""))


def versions_make_sense(checking: Checking) -> None:
    for interface in checking.interfaces():
        if interface.compatible_since > interface.version:
            mark = checking.attribute(interface, "CompatibleSince")
            checking.error(
                "compatible-since", mark.span, "CompatibleSince %d is out of "
                "range: '%s' has Version %d, so expected 1 to %d" % (
                    interface.compatible_since, interface.name,
                    interface.version, interface.version))


def members_have_a_version(checking: Checking) -> None:
    """[MinVersion] is at most the interface's [Version]."""
    for interface in checking.interfaces():
        if checking.attribute(interface, "Version") is None:
            continue
        for method in interface.methods + interface.events:
            for member in (method,) + method.params + method.outs:
                mark = checking.attribute(member, "MinVersion")
                if mark is not None and mark.value > interface.version:
                    checking.error(
                        "min-version", mark.span, "'%s' has MinVersion %d, "
                        "but '%s' has Version %d" % (
                            member.name, mark.value, interface.name,
                            interface.version),
                        [(interface.span, "declared here")],
                        "raise Version: a new member needs a new version")


def attributes_fit_roles(checking: Checking) -> None:
    for _, method in checking.methods():
        waits = method.role in ("call",) + ir.ROLES
        for name, fits, why in (
                ("timeout_ms", waits, "nobody waits for a reply"),
                ("queue", not waits, "its callers wait, so that nothing is "
                 "queued"),
                ("overflow", not waits, "its callers wait, so that nothing "
                 "is queued"),
                ("when", method.role == "call",
                 "its role decides when it is legal"),
                ("restart", method.role == "call", "only a call that changes "
                 "no state can wait for a restart"),
                ("restore", method.role != "stop", "a restarted module has "
                 "not been started yet")):
            mark = checking.attribute(method, name)
            if mark is not None and not fits:
                checking.error("event-attribute", mark.span, "attribute '%s' "
                               "is not allowed on '%s': %s" % (
                                   name, method.name, why))


def queues_are_kept(checking: Checking) -> None:
    """A longer [queue] than the window needs somebody who keeps the rest."""
    for _, method in checking.methods():
        mark = checking.attribute(method, "queue")
        if mark is None or method.overflow == "keep" or \
                method.queue <= WINDOW:
            continue
        checking.error(
            "queue-range", mark.span, "queue %d is out of range: at most %d "
            "messages can be outstanding, so expected 1 to %d" % (
                method.queue, WINDOW, WINDOW),
            hint="[overflow=keep] keeps up to %d" % MAX_QUEUE)


def named_members_exist(checking: Checking) -> None:
    """[key=parameter] and [undo=method]."""
    for interface in checking.interfaces():
        methods = [method.name for method in interface.methods]
        for method in interface.methods:
            _key_exists(checking, method)
            undo = checking.attribute(method, "undo")
            if undo is not None and undo.value not in methods:
                checking.error("unknown-undo", undo.span, "unknown method "
                               "'%s': interface '%s' does not declare it" % (
                                   undo.value, interface.name),
                               hint=did_you_mean(undo.value, methods) or
                               list_of(methods))
            elif undo is not None:
                _undo_fits(checking, method, undo, interface.methods[
                    methods.index(undo.value)])


def _undo_fits(checking: Checking, method: ir.Method, undo,
               undoing: ir.Method) -> None:
    """A method that reverts calls by their keys needs keys."""
    key = checking.attribute(method, "key")
    if key is None or not undoing.params:
        return
    path = keys.key_path(checking.program, method, key.value)
    if path.missing is not None:
        return
    wanted = keys.element_type(path.fields[-1].type)
    if any(keys.element_type(param.type) == wanted
           for param in undoing.params):
        return
    checking.error(
        "undo-type", undo.span, "'%s' has no parameter of the type of key "
        "'%s'" % (undoing.name, key.value),
        [(undoing.span, "declared here")],
        "its keys are a parameter of that type, or an array of them; without "
        "parameters it reverts all calls")


def results_can_be_compared(checking: Checking) -> None:
    """A restarted module must return the same: a descriptor is never the
    same."""
    for _, method in checking.methods():
        if method.attribute("restore") is not True:
            continue
        if checking.can_hold_fd(method.outs):
            mark = checking.attribute(method, "restore")
            checking.error(
                "restore-outs", mark.span, "'%s' returns descriptors, which "
                "cannot be compared after a restart" % method.name,
                hint="write restore=ignore_result")


def _key_exists(checking: Checking, method: ir.Method) -> None:
    """A parameter, or a field of one: buffers.id."""
    key = checking.attribute(method, "key")
    if key is None:
        return
    path = keys.key_path(checking.program, method, key.value)
    if path.missing is not None:
        checking.error("unknown-key", key.span, "unknown name '%s': '%s' "
                       "has no such %s" % (
                           path.missing, path.owner,
                           "field" if path.fields else "parameter"),
                       hint=did_you_mean(path.missing, path.known) or
                       list_of(path.known))
    elif len(path.fields) > keys.MAX_DEPTH:
        checking.error("deep-key", key.span, "key '%s' has %d names: at most "
                       "%d are supported" % (key.value, len(path.fields),
                                             keys.MAX_DEPTH))
    elif path.has_inner_array:
        checking.error("deep-key", key.span, "key '%s' leads through an array "
                       "that is not a parameter: only the first name may be "
                       "an array" % key.value)
    elif isinstance(keys.element_type(path.fields[-1].type), (
            ir.Fd, ir.StructRef, ir.UnionRef, ir.Map)):
        checking.error("key-type", key.span, "key '%s' must be a number, a "
                       "string or an enum" % key.value, hint="name a field "
                       "of it, such as an id")
    elif path.has_nested_array:
        checking.error("deep-key", key.span, "key '%s' leads through an array "
                       "of arrays: only one array is supported" % key.value)


def value_is_an_int32(checking: Checking) -> None:
    """[value] marks a leading int32 that is not an errno."""
    for _, method in checking.methods():
        for at, out in enumerate(method.outs):
            mark = checking.attribute(out, "value")
            if mark is not None and (at > 0 or method.returns_int32 or
                                     out.type != ir.Scalar("int32")):
                checking.error("attribute-type", mark.span, "attribute "
                               "'value' needs an int32 that is the first "
                               "output")


def result_is_number_one(checking: Checking) -> None:
    """The return value is always field 1 of a reply, whatever its ordinal."""
    base = checking.resolver.options.ordinal_base
    for unit in checking.units:
        for node in unit.file.declarations:
            if not isinstance(node, InterfaceNode):
                continue
            for method in node.methods:
                _result_ordinal(checking, method, base)


def _result_ordinal(checking: Checking, node, base: int) -> None:
    if not node.outs or node.outs[0].ordinal is None:
        return
    first = node.outs[0]
    number = first.ordinal.value + (1 - base)
    is_folded = isinstance(first.type, NamedType) and \
        first.type.name == "int32" and not has_attribute(first, "value")
    if is_folded and number != 1:
        checking.error("ordinal-range", first.ordinal.span, "number %d is "
                       "out of range: the return value of '%s' always has "
                       "number 1" % (number, node.name))


INTERFACE_RULES = (interfaces_have_methods, one_method_per_role,
                   roles_are_meant,
                   versions_make_sense, members_have_a_version,
                   attributes_fit_roles, queues_are_kept,
                   named_members_exist, results_can_be_compared,
                   value_is_an_int32,
                   result_is_number_one)
