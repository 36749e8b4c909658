# SPDX-License-Identifier: MIT
"""Compares two versions of a list of fields: of a struct or union, or the
parameters or outputs of a method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, FrozenSet, List, Sequence, Tuple

from ..c import names as c_names
from ..model import ir
from ..model.sizes import excludes_zero
from ..text.source import Span
from .change import ABI, API, BEHAVIOUR, WIRE, Changes
from .limits import compare as compare_limits, refusal
from .members import match, numbers_changed, order_changed
from .types import FORM, OTHER, PRESENCE, WIDENED, judge, spelled

STRUCT, UNION, PARAMETERS, OUTPUTS = "fields", "arms", "parameters", "outputs"


@dataclass(frozen=True)
class Owner:
    """The declaration that contains the fields."""
    kind: str
    where: str                     # "'S'", "poke()"
    old_span: Span
    new_span: Span
    receivers: FrozenSet[str]      # of messages with the fields
    retired: FrozenSet[int]        # in the new version
    old_extensible: bool = False   # unions
    new_extensible: bool = False

    @property
    def is_call(self) -> bool:
        return self.kind in (PARAMETERS, OUTPUTS)

    @property
    def one(self) -> str:
        """"a field", "an arm", "a parameter", "an output"."""
        word = self.kind[:-1]
        return ("an " if word[0] in "aeiou" else "a ") + word


class FieldComparer:
    """Compares fields, and calls @pair(old, new, is_flags, changes) for the
    declarations that their types name."""

    def __init__(self, changes: Changes, owner: Owner, pair: Callable):
        self._changes = changes
        self._owner = owner
        self._pair = pair

    def run(self, old: Sequence[ir.Field], new: Sequence[ir.Field]) -> None:
        owner = self._owner
        matched = match(old, new, _number, _fits)
        for before, after in matched.pairs:
            self._field(before, after)
        for before, after in matched.renamed:
            self._renamed(before, after)
        for before, after in matched.reused:
            self._changes.add(
                "number-reused", (WIRE, API, ABI), after.span,
                "number %d of %s is now '%s %s', was '%s %s'" % (
                    after.number, owner.where, spelled(after), after.name,
                    spelled(before), before.name),
                [(before.span, "the old meaning is here")],
                "use a new number, and retire %d" % after.number)
        for field in matched.added:
            self._added(field)
        for field in matched.removed:
            self._removed(field)
        numbers_changed(self._changes, matched, _number, owner.kind,
                        owner.where)
        order_changed(self._changes, matched, old, owner.is_call, owner.kind,
                      owner.where)

    # ---- members -----------------------------------------------------------

    def _renamed(self, old: ir.Field, new: ir.Field) -> None:
        in_c = [c_names.of_member(field) for field in (old, new)]
        effects = (API,) if in_c[0] != in_c[1] and \
            self._owner.kind != PARAMETERS else ()
        self._changes.add("renamed", effects, new.span,
                          "'%s' of %s was renamed to '%s'"
                          % (old.name, self._owner.where, new.name),
                          [(old.span, "it has number %d" % old.number)])

    def _added(self, field: ir.Field) -> None:
        owner = self._owner
        effects = [ABI] + [API] * owner.is_call
        message = "'%s' is new in %s" % (field.name, owner.where)
        hint = None
        notes: List[Tuple[Span, str]] = [
            (owner.old_span, "the old version lacks it")]
        if owner.kind == UNION and not owner.old_extensible:
            effects.append(WIRE)
            message += ": " + refusal(False, owner.receivers)
            hint = "only an [Extensible] union can grow without breaking peers"
        elif owner.kind != UNION and _must_be_present(field):
            effects.append(WIRE)
            message += " and must be present: " + refusal(True,
                                                          owner.receivers)
            hint = "allow it to be absent: old peers do not send it"
        self._changes.add("member-added", effects, field.span, message,
                          notes, hint)

    def _removed(self, field: ir.Field) -> None:
        owner = self._owner
        effects = [API, ABI]
        message = "'%s' was removed from %s" % (field.name, owner.where)
        hint = None
        if owner.kind == UNION and not owner.new_extensible:
            effects.append(WIRE)
            message += ": " + refusal(True, owner.receivers)
        elif _must_be_present(field):
            effects.append(WIRE)
            message = "'%s' must be present and was removed from %s: %s" % (
                field.name, owner.where, refusal(False, owner.receivers))
        elif field.number not in owner.retired:
            effects.append(WIRE)
            message += ": its number could be used again, which old peers " \
                "would misread"
            hint = "keep it: outputs cannot be retired" \
                if owner.kind == OUTPUTS else \
                "add [retired=\"%d\"]" % field.number
        self._changes.add("member-removed", effects, owner.new_span, message,
                          [(field.span, "it had number %d"
                            % field.number)], hint)

    # ---- one field ---------------------------------------------------------

    def _field(self, old: ir.Field, new: ir.Field) -> None:
        verdict = judge(old, new)
        where = "'%s' of %s" % (new.name, self._owner.where)
        notes = [(old.span, "it was '%s'" % spelled(old))]
        if verdict.rank in (FORM, OTHER):
            is_form = verdict.rank == FORM
            self._changes.add(
                "form-changed" if is_form else "type-changed",
                (WIRE,) if is_form else (WIRE, API, ABI), new.span,
                "%s has another %s: %s" % (
                    where, "wire form" if is_form else "type",
                    verdict.reason), notes)
            return
        if verdict.rank == WIDENED:
            self._changes.add(
                "type-widened", (WIRE, API, ABI), new.span,
                "%s is now '%s', was '%s': %s" % (
                    where, spelled(new), spelled(old), verdict.reason),
                notes, "use --allow=widen if all values fit in both types")
        if verdict.rank == PRESENCE:
            self._presence(old, new, where, notes)
        for before, after, is_flags in verdict.pairs:
            self._pair(before, after, is_flags, self._changes, new)
        self._facts(old, new, where)

    def _presence(self, old, new, where, notes) -> None:
        if isinstance(new.type, ir.Nullable):
            self._changes.add(
                "presence-changed", (API, ABI), new.span, "%s can now be "
                "null: an old peer reads null as the default" % where, notes)
        else:
            self._changes.add(
                "presence-changed", (API, ABI, BEHAVIOUR), new.span,
                "%s can no longer be null: if an old peer sends null, it is "
                "read as the default" % where, notes)

    def _facts(self, old: ir.Field, new: ir.Field, where: str) -> None:
        if old.unpacked != new.unpacked:
            self._changes.add(
                "packing-changed", (), new.span, "%s is written in another "
                "form, which all peers can read" % where,
                [(old.span, "the old version is here")])
        if repr(old.default) != repr(new.default):
            self._default(old, new, where)
        harder, softer = compare_limits(old, new)
        for id, texts, is_new in (("limit-tightened", harder, True),
                                  ("limit-loosened", softer, False)):
            if texts:
                self._changes.add(
                    id, (WIRE,), new.span, "%s: %s: %s" % (
                        where, ", ".join(texts),
                        refusal(is_new, self._owner.receivers)),
                    [(old.span, "the old version is here")])
        if old.attribute("cname") != new.attribute("cname"):
            self._changes.add("c-name-changed", (API,), new.span,
                              "%s has another name in C" % where,
                              [(old.span, "the old version is here")])

    def _default(self, old, new, where) -> None:
        shown = ["none" if f.default is None else repr(f.default)
                 for f in (new, old)]
        message = "the default of %s is now %s, was %s" % (where, *shown)
        note = [(old.span, "the old version is here")]
        if isinstance(old.type, ir.Nullable) or \
                isinstance(new.type, ir.Nullable):
            return             # reported as presence-changed
        if None not in (old.default, new.default):
            self._changes.add("default-changed", (BEHAVIOUR,), new.span,
                              message, note)
            return
        writer = "a new peer" if new.default is None else "an old peer"
        self._changes.add(
            "default-changed", (WIRE, BEHAVIOUR), new.span,
            "%s: %s does not write a zero, which is then read as the "
            "default" % (message, writer), note)


def _number(field: ir.Field) -> int:
    """0 for an [inline] union: only its arms have numbers."""
    return 0 if field.inline else field.number


def _fits(old: ir.Field, new: ir.Field) -> bool:
    return judge(old, new).rank <= PRESENCE and \
        not any(compare_limits(old, new))


def _must_be_present(field: ir.Field) -> bool:
    """Whether a receiver refuses a message without the field."""
    if isinstance(field.type, (ir.Array, ir.Map, ir.Nullable)):
        return field.required
    return field.required or field.default is None and excludes_zero(field)
