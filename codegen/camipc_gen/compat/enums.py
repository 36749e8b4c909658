# SPDX-License-Identifier: MIT
"""Compares two versions of an enum, used for values or for flags."""

from __future__ import annotations

from typing import Dict, FrozenSet, List

from ..c import names as c_names
from ..model import ir
from ..model.wire import mask_of
from .change import API, BEHAVIOUR, WIRE, Changes
from .limits import refusal
from .members import changed_behaviour


def compare_enums(changes: Changes, old: ir.Enum, new: ir.Enum,
                  is_flags: bool, receivers: FrozenSet[str]) -> None:
    _EnumComparer(changes, old, new, is_flags, receivers).run()


class _EnumComparer:
    def __init__(self, changes, old, new, is_flags, receivers):
        self._changes = changes
        self._old = old
        self._new = new
        self._is_flags = is_flags
        self._receivers = receivers
        self._where = "'%s'" % new.name

    def run(self) -> None:
        old = {e.name: e for e in self._old.enumerators}
        new = {e.name: e for e in self._new.enumerators}
        self._values_changed([(old[n], e) for n, e in new.items()
                              if n in old and old[n].value != e.value])
        for name, enumerator in new.items():
            if name in old:
                self._behaviour(old[name], enumerator)
        gone = [e for n, e in old.items() if n not in new]
        by_value: Dict[int, List[ir.Enumerator]] = {}
        for enumerator in gone:
            by_value.setdefault(enumerator.value, []).append(enumerator)
        for name, enumerator in new.items():
            if name in old:
                continue
            same = by_value.get(enumerator.value)
            if same:
                self._renamed(same.pop(0), enumerator)
            else:
                self._added(enumerator)
        for left in by_value.values():
            for enumerator in left:
                self._removed(enumerator)
        self._extensible()
        if self._old.scoped != self._new.scoped or \
                self._old.attribute("cname") != self._new.attribute("cname"):
            self._changes.add("c-name-changed", (API,), self._new.span,
                              "%s has another name in C" % self._where,
                              [(self._old.span, "the old version is here")])

    def _is_known(self, enum: ir.Enum, value: int) -> bool:
        if value == 0:
            return True            # "not set" is valid in every enum
        if self._is_flags:
            return value & ~mask_of(enum) == 0
        return any(e.value == value for e in enum.enumerators)

    def _values_changed(self, moved) -> None:
        if not moved:
            return
        self._changes.add(
            "value-changed", (WIRE, BEHAVIOUR), moved[0][1].span,
            "values of %s have other numbers: %s" % (
                self._where, ", ".join("'%s' %d, was %d" % (
                    n.name, n.value, o.value) for o, n in moved[:12])),
            [(moved[0][0].span, "'%s' was %d" % (moved[0][0].name,
                                                 moved[0][0].value))],
            "restore the old numbers: '%s = %d'" % (
                moved[0][1].name, moved[0][0].value))

    def _behaviour(self, old, new) -> None:
        changed = changed_behaviour(old, new)
        if changed:
            self._changes.add("attribute-changed", (BEHAVIOUR,), new.span,
                              "'%s' of %s has other attributes: %s" % (
                                  new.name, self._where, ", ".join(changed)),
                              [(old.span, "the old version is here")])

    def _renamed(self, old, new) -> None:
        same = c_names.of_enumerator(self._old, old) == \
            c_names.of_enumerator(self._new, new)
        self._changes.add("renamed", () if same else (API,), new.span,
                          "'%s' of %s was renamed to '%s'"
                          % (old.name, self._where, new.name),
                          [(old.span, "its value is %d" % old.value)])

    def _added(self, enumerator) -> None:
        message = "'%s' is new in %s" % (enumerator.name, self._where)
        breaks = not self._old.extensible and \
            not self._is_known(self._old, enumerator.value)
        if breaks:
            message += ": " + refusal(False, self._receivers)
        self._changes.add(
            "value-added", (WIRE,) if breaks else (), enumerator.span,
            message, [(self._old.span, "the old version lacks it")],
            "only an [Extensible] enum can grow without breaking peers"
            if breaks else None)

    def _removed(self, enumerator) -> None:
        message = "'%s' was removed from %s" % (enumerator.name, self._where)
        breaks = not self._new.extensible and \
            not self._is_known(self._new, enumerator.value)
        if breaks:
            message += ": " + refusal(True, self._receivers)
        self._changes.add(
            "value-removed", (WIRE, API) if breaks else (API,),
            self._new.span, message, [(enumerator.span, "its value was "
                                       "%d" % enumerator.value)])

    def _extensible(self) -> None:
        if self._old.extensible == self._new.extensible:
            return
        self._changes.add(
            "extensible-changed", (WIRE, API), self._new.span,
            "%s is %s [Extensible]: %s%s" % (
                self._where,
                "now" if self._new.extensible else "no longer",
                refusal(not self._new.extensible, self._receivers),
                " with an undeclared value"),
            [(self._old.span, "the old version is here")])
