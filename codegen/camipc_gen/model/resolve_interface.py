# SPDX-License-Identifier: MIT
"""Interfaces: methods, their roles, and which events belong to which."""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Sequence, Tuple

from ..text.diagnostics import did_you_mean, list_of
from ..text.loader import Unit
from ..text.syntax import InterfaceNode, MethodNode, NamedType
from . import ir
from .attributes import DEFAULT_MAX_MESSAGE
from .constants import Place
from .numbering import MAX_METHOD, Numbering, parse_retired
from .resolve import Resolver
from .scope import has_attribute, join

_IPA_NAME = re.compile(r"IPA(.*)Interface\Z")


def core_word(name: str) -> str:
    """IPAVimcInterface and IPAVimcEventInterface are both "vimc"."""
    word = name[3:] if name.startswith("IPA") and len(name) > 3 else name
    for suffix in ("EventInterface", "Interface"):
        if word.endswith(suffix) and len(word) > len(suffix):
            word = word[:-len(suffix)]
            break
    return word.lower()


def is_event_name(name: str) -> bool:
    return name.endswith("EventInterface") and name != "EventInterface"


def has_role_names(name: str) -> bool:
    """Whether init, start and stop of this interface have roles by name."""
    return _IPA_NAME.match(name) is not None


class InterfaceResolver:
    """The interfaces of one file."""

    def __init__(self, resolver: Resolver, unit: Unit):
        self._resolver = resolver
        self._diagnostics = resolver.diagnostics
        self._unit = unit
        self._nodes = [node for node in unit.file.declarations
                       if isinstance(node, InterfaceNode)]

    def run(self) -> Tuple[ir.Interface, ...]:
        pairs = self._pair()
        events = {id(node) for node in pairs.values()}
        found = []
        for node in self._nodes:
            if id(node) in events:
                continue
            if is_event_name(node.name):
                self._report_unpaired(node)
                continue
            found.append(self._interface(node, pairs.get(id(node))))
        return tuple(found)

    # ---- pairing -----------------------------------------------------------

    def _pair(self) -> Dict[int, InterfaceNode]:
        """Main interfaces to event interfaces: by [events=Name], or by an
        equal core word."""
        pairs: Dict[int, InterfaceNode] = {}
        owner: Dict[int, InterfaceNode] = {}
        names = {node.name: node for node in self._nodes}
        for node in self._nodes:
            events = self._named_events(node, names)
            if events is not None:
                self._claim(node, events, pairs, owner)
        for node in self._nodes:
            if is_event_name(node.name) or id(node) in pairs or \
                    id(node) in owner:
                continue
            for events in self._nodes:
                if is_event_name(events.name) and \
                        core_word(events.name) == core_word(node.name) and \
                        id(events) not in owner:
                    self._claim(node, events, pairs, owner)
                    break
        return pairs

    def _named_events(self, node: InterfaceNode, names):
        for attribute in node.attributes:
            name = getattr(attribute.value, "name",
                           getattr(attribute.value, "value", None))
            if attribute.name != "events" or not isinstance(name, str):
                continue
            if name in names and names[name] is not node:
                return names[name]
            self._diagnostics.error(
                "unknown-events", attribute.value.span, "unknown interface "
                "'%s': this file declares no other interface of that name"
                % name, hint=did_you_mean(name, set(names) - {node.name}) or
                list_of(other for other in names if other != node.name))
        return None

    def _claim(self, node, events, pairs, owner) -> None:
        if id(events) in owner:
            self._diagnostics.error(
                "event-interface-twice", node.span, "event interface '%s' "
                "already belongs to '%s'" % (events.name,
                                             owner[id(events)].name),
                [(owner[id(events)].span, "declared here")])
            return
        pairs[id(node)] = events
        owner[id(events)] = node

    def _report_unpaired(self, node: InterfaceNode) -> None:
        word = node.name[:-len("EventInterface")]
        self._diagnostics.error(
            "event-interface-alone", node.span, "event interface '%s' has no "
            "main interface" % node.name,
            hint="add 'interface %sInterface', or add [events=%s] to its "
                 "main interface" % (word, node.name))

    # ---- one interface -----------------------------------------------------

    def _interface(self, node: InterfaceNode,
                   events: Optional[InterfaceNode]) -> ir.Interface:
        place = Place(self._unit)
        common = self._resolver.declared(node, "interface", place)
        declaration = None
        event_methods: Tuple[ir.Method, ...] = ()
        if events is not None:
            declaration = ir.Declaration(**self._resolver.declared(
                events, "event interface", place))
            event_methods = self._methods(events, declaration.attributes,
                                          True)
        methods = self._methods(node, common["attributes"], False)
        version = _attribute(common["attributes"], "Version", 1)
        return ir.Interface(
            qualified=join(self._unit.module, node.name),
            core=core_word(node.name), methods=methods, events=event_methods,
            event_interface=declaration, version=version,
            compatible_since=_attribute(common["attributes"],
                                        "CompatibleSince", version),
            has_roles=any(m.role in ir.ROLES for m in methods),
            max_message=_attribute(common["attributes"], "max_message",
                                   DEFAULT_MAX_MESSAGE), **common)

    def _methods(self, node: InterfaceNode, attributes,
                 is_event: bool) -> Tuple[ir.Method, ...]:
        retired = parse_retired(attributes, self._diagnostics)
        numbering = Numbering(node.name, MAX_METHOD, retired,
                              self._resolver.options.ordinal_base,
                              self._diagnostics)
        ids = numbering.number(node.methods)
        roles = self._roles(node, is_event)
        seen: Dict[str, MethodNode] = {}
        found: List[ir.Method] = []
        for method, number in zip(node.methods, ids):
            other = seen.setdefault(method.name, method)
            if other is not method:
                self._diagnostics.error(
                    "duplicate-name", method.span, "'%s' is declared twice "
                    "in '%s'" % (method.name, node.name),
                    [(other.span, "the first declaration is here")],
                    hint="methods cannot be overloaded: rename one")
                continue
            found.append(self._method(node, method, number,
                                      roles[method.name], is_event))
        return tuple(found)

    def _roles(self, node: InterfaceNode, is_event: bool) -> Dict[str, str]:
        """Role of each method. In an IPA…Interface, init, start and stop have
        theirs by name, unless the method is [async] or has [role], or
        another method has the role."""
        if is_event:
            return {method.name: "event" for method in node.methods}
        given = {method.name: _role_attribute(method)
                 for method in node.methods}
        by_name = has_role_names(node.name)
        roles = {}
        for method in node.methods:
            role = given[method.name]
            if role is None:
                role = "async" if has_attribute(method, "async") else "call"
                if role == "call" and by_name and method.name in ir.ROLES and \
                        method.name not in given.values():
                    role = method.name
            elif has_attribute(method, "async"):
                self._diagnostics.error(
                    "async-role", method.span, "'%s' cannot be async: "
                    "callers wait for init, start and stop" % method.name)
            roles[method.name] = role
        return roles

    def _method(self, owner: InterfaceNode, node: MethodNode, number: int,
                role: str, is_event: bool) -> ir.Method:
        place = Place(self._unit, (owner.name,))
        common = self._resolver.declared(
            node, "event" if is_event else "method", place)
        values = {a.name: True if a.value is None else a.value
                for a in common["attributes"]}
        outs = node.outs or ()
        if node.outs is not None and role in ("event", "async"):
            self._refuse_outputs(node, role)
            outs = ()
        folded = self._folded(outs)
        name = "%s.%s" % (owner.name, node.name)
        retired = parse_retired(common["attributes"], self._diagnostics)
        fields = self._resolver.fields
        params = fields(name, node.params, "parameter", place, retired)
        results = self._outs(name, outs, place, folded)
        return ir.Method(
            id=number, role=role, params=params, outs=results,
            returns_int32=folded is not None,
            return_name=folded.name if folded is not None else None,
            when=values.get("when", "default"),
            timeout_ms=values.get("timeout_ms", 0),
            queue=values.get("queue", 0),
            overflow=values.get("overflow", "error"), **common)

    def _outs(self, name: str, outs: Sequence, place: Place, folded):
        """The outputs without the int32 that is the return value."""
        fields = self._resolver.fields
        if folded is None:
            return fields(name, outs, "output", place)
        # The return value is read, too, for its attributes and its ordinal.
        both = fields(name, outs, "output", place)
        return tuple(out for out in both if out.name != folded.name)

    @staticmethod
    def _folded(outs: Sequence):
        """The leading int32 that becomes the return value, or None."""
        if outs and isinstance(outs[0].type, NamedType) and \
                outs[0].type.name == "int32" and \
                not has_attribute(outs[0], "value"):
            return outs[0]
        return None

    def _refuse_outputs(self, node: MethodNode, role: str) -> None:
        span = node.outs[0].span if node.outs else node.span
        if role == "event":
            self._diagnostics.error(
                "event-output", span, "event '%s' cannot have outputs: "
                "nobody waits for a reply" % node.name)
        else:
            self._diagnostics.error(
                "async-output", span, "async method '%s' cannot have "
                "outputs: nobody waits for a reply" % node.name,
                hint="return the result in an event")


def _attribute(attributes, name: str, default):
    for attribute in attributes:
        if attribute.name == name:
            return attribute.value
    return default


def _role_attribute(method: MethodNode) -> Optional[str]:
    for attribute in method.attributes:
        if attribute.name == "role":
            word = getattr(attribute.value, "name",
                           getattr(attribute.value, "value", None))
            return word if word in ir.ROLES + ("call",) else None
    return None
