# SPDX-License-Identifier: MIT
"""Compares two versions of an interface: camipc-gen compat.

Both versions are compared as IR (model/ir.py), from each interface to all types
that it can carry. Thus types of imported files count. Types that no message
carries count only if the file itself declares them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Dict, FrozenSet, List, Optional, Sequence, Tuple

from ..c import names as c_names
from ..compiler import Compiled
from ..model import ir, reach
from ..model.wire import fingerprint
from .change import ABI, API, BEHAVIOUR, WIRE, Change, Changes
from .enums import compare_enums
from .externals import compare_externals
from .fields import STRUCT, UNION, FieldComparer, Owner
from .limits import refusal
from .methods import MethodComparer, retired_of

# old name, new name, whether the enum is a set of flags
Pair = Tuple[str, str, bool]


@dataclass(frozen=True)
class Judged:
    """An interface in both versions."""
    name: str
    old: Optional[ir.Interface]
    new: Optional[ir.Interface]
    fingerprints: Tuple[Optional[int], Optional[int]]
    changes: Tuple[Change, ...]            # of everything that it carries
    versions: Tuple[Change, ...]           # of its versions
    accepted: bool                         # old and new peers talk at all


@dataclass(frozen=True)
class Report:
    interfaces: Tuple[Judged, ...]
    others: Tuple[Change, ...]             # of types that no interface carries

    @property
    def changes(self) -> List[Change]:
        """All changes, each of them once."""
        found: Dict[Change, None] = {}
        for judged in self.interfaces:
            found.update(dict.fromkeys(judged.changes + judged.versions))
        found.update(dict.fromkeys(self.others))
        return list(found)


def compare(old: Compiled, new: Compiled,
            allowed: FrozenSet[str] = frozenset()) -> Report:
    """With "widen" in @allowed, numbers of another type do not break."""
    return _Comparer(old, new, allowed).run()


class _Comparer:
    def __init__(self, old: Compiled, new: Compiled,
                 allowed: FrozenSet[str]):
        self._old = old
        self._new = new
        self._allowed = allowed
        self._pairs: Dict[Pair, Changes] = {}
        self._uses: Dict[Pair, List[Pair]] = {}
        self._receivers = reach.receivers(old.program)
        for name, receivers in reach.receivers(new.program).items():
            self._receivers[name] = self._receivers.get(
                name, frozenset()) | receivers

    def run(self) -> Report:
        old = dict(_interfaces(self._old))
        new = dict(_interfaces(self._new))
        judged = [self._interface(name, old.get(name), new.get(name))
                  for name in dict.fromkeys(list(old) + list(new))]
        reported = set(self._pairs)
        return Report(tuple(judged), tuple(
            self._without_allowed(change) for change in self._rest(reported)))

    # ---- interfaces --------------------------------------------------------

    def _interface(self, name: str, old, new) -> Judged:
        changes = Changes()
        if old is None or new is None:
            self._added_or_removed(changes, name, old, new)
            return Judged(name, old, new, (None, None),
                          tuple(changes.found), (), False)
        roots: List[Pair] = []
        MethodComparer(changes, self._collector(roots),
                       self._has_fds).interface(old, new)
        found = list(changes.found)
        for pair in self._reachable(roots):
            found += self._pairs[pair].found
        found = [self._without_allowed(change) for change in found]
        marks = (fingerprint(self._old.program, old),
                 fingerprint(self._new.program, new))
        breaks = [c for c in found if c.breaks_wire]
        versions = _versions(old, new, marks[0] == marks[1], breaks)
        return Judged(name, old, new, marks, tuple(dict.fromkeys(found)),
                      tuple(versions),
                      accept_each_other(old, new, marks[0] == marks[1]))

    def _without_allowed(self, change: Change) -> Change:
        """The change, without the effects that --allow accepts."""
        if change.id != "type-widened" or "widen" not in self._allowed:
            return change
        return dataclasses.replace(
            change, hint=None, effects=tuple(e for e in change.effects
                                             if e != WIRE))

    @staticmethod
    def _added_or_removed(changes: Changes, name: str, old, new) -> None:
        if old is None:
            changes.add("interface-added", (), new.span,
                        "interface '%s' is new" % name)
        else:
            changes.add("interface-removed", (WIRE, API), None,
                        "interface '%s' was removed" % name,
                        [(old.span, "it was declared here")])

    # ---- declarations ------------------------------------------------------

    def _collector(self, pairs: List[Pair]):
        def collect(old: str, new: str, is_flags: bool, changes: Changes,
                    field: ir.Field) -> None:
            pairs.append((old, new, is_flags))
            if old != new:
                changes.add("type-renamed", (API,), field.span,
                            "the type of '%s' is now called '%s', was '%s'"
                            % (field.name, new, old))
        return collect

    def _reachable(self, roots: Sequence[Pair]) -> List[Pair]:
        seen: Dict[Pair, None] = {}
        pending = list(roots)
        while pending:
            pair = pending.pop(0)
            if pair in seen:
                continue
            seen[pair] = None
            if pair not in self._pairs:
                self._compare(pair)
            pending += self._uses[pair]
        return list(seen)

    def _compare(self, pair: Pair) -> None:
        changes = self._pairs[pair] = Changes()
        uses = self._uses[pair] = []
        old_name, new_name, is_flags = pair
        receivers = self._receivers.get(new_name, frozenset())
        old, new = self._old.program, self._new.program
        if new_name in new.enums:
            compare_enums(changes, old.enums[old_name], new.enums[new_name],
                          is_flags, receivers)
        elif new_name in new.structs:
            before, after = old.structs[old_name], new.structs[new_name]
            if before.external or after.external:
                compare_externals(changes, before, after, receivers)
                return
            self._fields(changes, uses, STRUCT, before, after, receivers,
                         before.fields, after.fields)
            if before.keep_unknown != after.keep_unknown:
                changes.add("attribute-changed", (ABI, BEHAVIOUR), after.span,
                            "'%s' now %s unknown fields" % (
                                after.name, "keeps" if after.keep_unknown
                                else "drops"),
                            [(before.span, "the old version is here")])
        else:
            before, after = old.unions[old_name], new.unions[new_name]
            self._fields(changes, uses, UNION, before, after, receivers,
                         before.arms, after.arms)
            if before.extensible != after.extensible:
                changes.add(
                    "extensible-changed", (WIRE,), after.span,
                    "'%s' is %s [Extensible]: %s with an unknown arm"
                    % (after.name, "now" if after.extensible
                       else "no longer", refusal(not after.extensible,
                                                 receivers)),
                    [(before.span, "the old version is here")])

    def _fields(self, changes, uses, kind, old, new, receivers, old_fields,
                new_fields) -> None:
        owner = Owner(kind, "'%s'" % new.name, old.span, new.span, receivers,
                      retired_of(new), getattr(old, "extensible", False),
                      getattr(new, "extensible", False))
        FieldComparer(changes, owner, self._collector(uses)).run(old_fields,
                                                                 new_fields)
        if old.attribute("cname") != new.attribute("cname"):
            changes.add("c-name-changed", (API,), new.span,
                        "'%s' has another name in C" % new.name,
                        [(old.span, "the old version is here")])

    def _has_fds(self, side: str, fields: Sequence[ir.Field]) -> bool:
        program = (self._old if side == "old" else self._new).program
        return reach.holds_fd(program, fields)

    # ---- what no interface carries -----------------------------------------

    def _rest(self, reported) -> List[Change]:
        """Declarations of the files themselves, by name."""
        old, new = _declared(self._old), _declared(self._new)
        carried = ({pair[0] for pair in reported},
                   {pair[1] for pair in reported})
        changes = Changes()
        found: List[Change] = []
        for name, before in old.items():
            after = new.get(name)
            if after is None and name not in carried[0]:
                changes.add("type-removed", (API,), None, "'%s' was removed"
                            % name, [(before.span, "it was declared here")])
            elif after is None or name in carried[1]:
                continue
            elif type(before) is not type(after):
                changes.add("type-changed", (WIRE, API), after.span,
                            "'%s' is another kind of declaration" % name,
                            [(before.span, "the old declaration is here")])
            elif isinstance(before, ir.Const):
                _consts(changes, before, after)
            else:
                flags = isinstance(after, ir.Enum) and after.used_as_flags
                for pair in self._reachable([(name, name, flags)]):
                    if pair not in reported:
                        found += self._pairs[pair].found
        for name, after in new.items():
            if name not in old and name not in carried[1]:
                changes.add("type-added", (), after.span, "'%s' is new"
                            % name)
        return changes.found + found


def _consts(changes: Changes, old: ir.Const, new: ir.Const) -> None:
    note = [(old.span, "the old version is here")]
    if old.type != new.type:
        changes.add("type-changed", (API,), new.span,
                    "'%s' has another type" % new.name, note)
    if repr(old.value) != repr(new.value):
        changes.add("value-changed", (BEHAVIOUR,), new.span, "'%s' is now "
                    "%r, was %r" % (new.name, new.value, old.value), note)


# ---- versions ---------------------------------------------------------------

def accept_each_other(old: ir.Interface, new: ir.Interface,
                      same: bool) -> bool:
    """Whether peers of two versions do; @same: their fingerprints are equal.
    The rule is that of proxy/manager/interface_fit.c, and symmetric: either may
    be the pipeline."""
    if old.version == new.version:
        return same
    return old.version >= new.compatible_since and \
        new.version >= old.compatible_since


def _versions(old: ir.Interface, new: ir.Interface, same: bool,
              breaks: Sequence[Change]) -> List[Change]:
    """Version and CompatibleSince, checked against the changes found."""
    changes = Changes()
    note = [(old.span, "version %d is here" % old.version)]
    claims = accept_each_other(old, new, same)
    since = new.attribute("CompatibleSince") is not None
    if new.version < old.version:
        changes.add("version-lowered", (WIRE,), new.span, "'%s' has version "
                    "%d, lower than the old version %d" % (
                        new.name, new.version, old.version), note)
    elif new.version == old.version:
        if not same:
            changes.add(
                "version-not-raised", (WIRE,), new.span, "'%s' has changed "
                "but still has version %d: old and new peers refuse each "
                "other" % (new.name, new.version), note,
                _advice(old, bool(breaks)))
    elif breaks and claims:
        changes.add(
            "false-compatibility", (WIRE,), new.span, "'%s' declares "
            "compatibility with version %d, but %d of these changes break%s "
            "it" % (new.name, old.version, len(breaks),
                    "s" if len(breaks) == 1 else ""), note,
            "exclude it with [Version=%d, CompatibleSince=%d]" % (
                new.version, old.version + 1))
    elif not breaks and not claims:
        changes.add(
            "needless-refusal", (WIRE,), new.span, "'%s' excludes version "
            "%d: old and new peers refuse each other, although their messages "
            "are compatible%s" % (
                new.name, old.version, "" if since else
                " (without CompatibleSince, a version works with no older "
                "one)"),
            note, "write CompatibleSince=%d" % old.compatible_since)
    return changes.found


def _advice(old: ir.Interface, breaks: bool) -> str:
    version = old.version + 1
    since = version if breaks else old.compatible_since
    return "write [Version=%d, CompatibleSince=%d]" % (version, since)


# ---- questions --------------------------------------------------------------

def _interfaces(compiled: Compiled):
    """By the name that peers exchange."""
    for module in compiled.inputs:
        for interface in module.interfaces:
            yield c_names.interface_name(module, interface), interface


def _declared(compiled: Compiled) -> Dict[str, ir.Declaration]:
    return {declaration.qualified: declaration
            for module in compiled.inputs
            for declaration in module.structs + module.unions +
            module.enums + module.consts}
