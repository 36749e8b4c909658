# SPDX-License-Identifier: MIT
"""Rules about interfaces and their methods."""

from __future__ import annotations

from ..model import ir, keys
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
                 "its role decides when it is legal")):
            mark = checking.attribute(method, name)
            if mark is not None and not fits:
                checking.error("event-attribute", mark.span, "attribute '%s' "
                               "is not allowed on '%s': %s" % (
                                   name, method.name, why))


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
                   versions_make_sense, members_have_a_version,
                   attributes_fit_roles,
                   named_members_exist, value_is_an_int32,
                   result_is_number_one)
