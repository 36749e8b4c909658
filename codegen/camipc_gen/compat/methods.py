# SPDX-License-Identifier: MIT
"""Compares two versions of an interface: its methods and events."""

from __future__ import annotations

from typing import Callable, FrozenSet, Sequence

from ..c import names as c_names
from ..model import ir
from ..model.numbering import parse_retired
from ..model.reach import MODULE, PIPELINE
from ..text.diagnostics import Diagnostics
from .change import ABI, API, BEHAVIOUR, WIRE, Changes
from .fields import OUTPUTS, PARAMETERS, FieldComparer, Owner
from .members import (changed_behaviour, match, numbers_changed,
                      order_changed)


def retired_of(declaration) -> FrozenSet[int]:
    return parse_retired(declaration.attributes, Diagnostics()) \
        if declaration is not None else frozenset()


class MethodComparer:
    """@has_fds(side, fields) says of "old" or "new" fields whether a
    descriptor can be in them; @pair is FieldComparer's."""

    def __init__(self, changes: Changes, pair: Callable, has_fds: Callable):
        self._changes = changes
        self._pair = pair
        self._has_fds = has_fds

    def interface(self, old: ir.Interface, new: ir.Interface) -> None:
        self._behaviour(old, new, "'%s'" % new.name,
                        [(old.span, "the old version is here")])
        self._methods("methods", old.methods, new.methods, old, new)
        self._methods("events", old.events, new.events,
                      old.event_interface or old,
                      new.event_interface or new)

    def _methods(self, what: str, old: Sequence[ir.Method],
                 new: Sequence[ir.Method], old_owner, new_owner) -> None:
        where = "'%s'" % new_owner.name
        retired = retired_of(new_owner)
        matched = match(old, new, _id, self._fits)
        for before, after in matched.renamed:
            same = c_names.of_method(before) == c_names.of_method(after)
            self._changes.add(
                "renamed", () if same else (API,), after.span,
                "'%s' of %s was renamed to '%s'"
                % (before.name, where, after.name),
                [(before.span, "it has number %d" % before.id)])
        for before, after in matched.pairs:
            self._method(before, after)
        for before, after in matched.reused:
            self._changes.add(
                "number-reused", (WIRE, API), after.span,
                "number %d of %s is now '%s', was '%s'"
                % (after.id, where, after.name, before.name),
                [(before.span, "the old meaning is here")],
                "use a new number, and retire %d" % after.id)
        for method in matched.added:
            self._added(method, where, old_owner)
        for method in matched.removed:
            self._removed(method, where, new_owner, retired)
        numbers_changed(self._changes, matched, _id, what, where)
        order_changed(self._changes, matched, old, False, what, where)

    def _added(self, method, where, old_owner) -> None:
        notes = [(old_owner.span, "the old version lacks it")]
        if method.role in ir.ROLES:
            self._changes.add(
                "member-added", (WIRE, API), method.span, "'%s' is new in "
                "%s and has role %s, which an old peer does not know"
                % (method.name, where, method.role), notes)
            return
        rest = "modules built for this version must implement it"
        if method.role == "event":
            rest = "an old pipeline does not receive it"
        self._changes.add("member-added", (), method.span,
                          "'%s' is new in %s; %s" % (method.name, where,
                                                     rest), notes)

    def _removed(self, method, where, new_owner, retired) -> None:
        effects = [API, ABI]
        message = "'%s' was removed from %s" % (method.name, where)
        hint = None
        if method.role in ir.ROLES:
            effects.append(WIRE)
            message += ", and with it the role %s" % method.role
        elif method.id not in retired:
            effects.append(WIRE)
            message += ": its number could be used again, which old peers " \
                "would misread"
            hint = "add [retired=\"%d\"]" % method.id
        self._changes.add("member-removed", effects, new_owner.span, message,
                          [(method.span, "it had number %d" % method.id)],
                          hint)

    # ---- one method --------------------------------------------------------

    def _fits(self, old: ir.Method, new: ir.Method) -> bool:
        """Whether the two differ in no more than the name."""
        trial = MethodComparer(Changes(), lambda *_: None, self._has_fds)
        trial._method(old, new)
        return not trial._changes.break_wire

    def _method(self, old: ir.Method, new: ir.Method) -> None:
        where = "'%s'" % new.name
        note = [(old.span, "the old version is here")]
        if old.role != new.role:
            self._changes.add(
                "kind-changed", (WIRE, API, ABI), new.span,
                "%s is now %s, was %s" % (where, _role(new), _role(old)),
                note)
        if old.returns_int32 != new.returns_int32:
            self._changes.add(
                "result-changed", (WIRE, API, ABI), new.span,
                "the first output of %s is %s its return value, which "
                "changes its number and wire form" % (
                    where, "now" if new.returns_int32 else "no longer"),
                note)
        self._behaviour(old, new, where, note)
        if old.attribute("cname") != new.attribute("cname"):
            self._changes.add("c-name-changed", (API, ABI), new.span,
                              "%s has another name in C" % where, note)
        incoming, outgoing = frozenset({MODULE}), frozenset({PIPELINE})
        if new.role == "event":
            incoming = outgoing
        retired = retired_of(new)
        for kind, before, after, receivers, numbers in (
                (PARAMETERS, old.params, new.params, incoming, retired),
                (OUTPUTS, old.outs, new.outs, outgoing, frozenset())):
            if kind == OUTPUTS and old.returns_int32 != new.returns_int32:
                continue           # all outputs have other numbers
            owner = Owner(kind, new.name + "()", old.span, new.span,
                          receivers, numbers)
            FieldComparer(self._changes, owner, self._pair).run(before,
                                                                after)
            self._descriptors(owner, before, after)

    def _descriptors(self, owner: Owner, old, new) -> None:
        if self._has_fds("old", old) or not self._has_fds("new", new):
            return
        receiver = next(iter(owner.receivers))
        self._changes.add(
            "descriptors-added", (WIRE,), owner.new_span, "%s of %s "
            "contain descriptors, which an old %s refuses in this message"
            % (owner.kind, owner.where, receiver),
            [(owner.old_span, "the old version has none")])

    def _behaviour(self, old, new, where, note) -> None:
        changed = changed_behaviour(old, new)
        if changed:
            self._changes.add("attribute-changed", (BEHAVIOUR,), new.span,
                              "%s has other attributes: %s" % (
                                  where, ", ".join(changed)),
                              note)


def _id(method: ir.Method) -> int:
    return method.id


def _role(method: ir.Method) -> str:
    return {"call": "a call", "async": "[async]", "event": "an event"}.get(
        method.role, "[role=%s]" % method.role)
