# SPDX-License-Identifier: MIT
"""Two versions of a list of fields: a struct, a union, arguments, outputs."""

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
    """What has the fields."""
    kind: str
    where: str                     # "'S'", "poke()"
    old_span: Span
    new_span: Span
    receivers: FrozenSet[str]      # of what the fields are in
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
                "number %d of %s was '%s %s' and is '%s %s'" % (
                    after.number, owner.where, spelled(before), before.name,
                    spelled(after), after.name),
                [(before.span, "it was this")],
                "give it a number of its own, and retire %d" % after.number)
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
                          "'%s' of %s is called '%s' now"
                          % (old.name, self._owner.where, new.name),
                          [(old.span, "it has number %d" % old.number)])

    def _added(self, field: ir.Field) -> None:
        owner = self._owner
        effects = [ABI] + [API] * owner.is_call
        message = "'%s' is new in %s" % (field.name, owner.where)
        hint = None
        notes: List[Tuple[Span, str]] = [(owner.old_span, "not here")]
        if owner.kind == UNION and not owner.old_extensible:
            effects.append(WIRE)
            message += ": " + refusal(False, owner.receivers)
            hint = "only an [Extensible] union can get arms"
        elif owner.kind != UNION and _has_to_be_there(field):
            effects.append(WIRE)
            message += " and has to be there: " + refusal(True,
                                                          owner.receivers)
            hint = "what is new must be able to be absent"
        self._changes.add("member-added", effects, field.span, message,
                          notes, hint)

    def _removed(self, field: ir.Field) -> None:
        owner = self._owner
        effects = [API, ABI]
        message = "'%s' of %s is gone" % (field.name, owner.where)
        hint = None
        if owner.kind == UNION and not owner.new_extensible:
            effects.append(WIRE)
            message += ": " + refusal(True, owner.receivers)
        elif _has_to_be_there(field):
            effects.append(WIRE)
            message += " and has to be there: " + refusal(False,
                                                          owner.receivers)
        elif field.number not in owner.retired:
            effects.append(WIRE)
            message += ": its number is free for something else, which old " \
                "peers would take for it"
            hint = "keep it, outputs cannot be retired" \
                if owner.kind == OUTPUTS else \
                "say [retired=\"%d\"]" % field.number
        self._changes.add("member-removed", effects, owner.new_span, message,
                          [(field.span, "number %d was here"
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
                "%s is '%s' and was '%s': %s" % (
                    where, spelled(new), spelled(old), verdict.reason),
                notes, "--allow=widen, if old and new values fit in both")
        if verdict.rank == PRESENCE:
            self._presence(old, new, where, notes)
        for before, after, is_flags in verdict.pairs:
            self._pair(before, after, is_flags, self._changes, new)
        self._facts(old, new, where)

    def _presence(self, old, new, where, notes) -> None:
        if isinstance(new.type, ir.Nullable):
            self._changes.add(
                "presence-changed", (API, ABI), new.span, "%s can be null; "
                "an old peer takes that for its default" % where, notes)
        else:
            self._changes.add(
                "presence-changed", (API, ABI, BEHAVIOUR), new.span,
                "%s cannot be null: what an old peer leaves out is the "
                "default" % where, notes)

    def _facts(self, old: ir.Field, new: ir.Field, where: str) -> None:
        if old.unpacked != new.unpacked:
            self._changes.add(
                "packing-changed", (), new.span, "%s is written in another "
                "form, which everybody reads" % where,
                [(old.span, "it was here")])
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
                    [(old.span, "it was here")])
        if old.attribute("cname") != new.attribute("cname"):
            self._changes.add("c-name-changed", (API,), new.span,
                              "%s is called otherwise in C" % where,
                              [(old.span, "it was here")])

    def _default(self, old, new, where) -> None:
        shown = ["none" if f.default is None else repr(f.default)
                 for f in (old, new)]
        message = "the default of %s was %s and is %s" % (where, *shown)
        note = [(old.span, "it was here")]
        if isinstance(old.type, ir.Nullable) or \
                isinstance(new.type, ir.Nullable):
            return             # told as another presence
        if None not in (old.default, new.default):
            self._changes.add("default-changed", (BEHAVIOUR,), new.span,
                              message, note)
            return
        writer = "a new peer" if new.default is None else "an old peer"
        self._changes.add(
            "default-changed", (WIRE, BEHAVIOUR), new.span,
            "%s: a zero is not written by %s, and read as the default"
            % (message, writer), note)


def _number(field: ir.Field) -> int:
    """An [inline] union has none: its arms have."""
    return 0 if field.inline else field.number


def _fits(old: ir.Field, new: ir.Field) -> bool:
    return judge(old, new).rank <= PRESENCE and \
        not any(compare_limits(old, new))


def _has_to_be_there(field: ir.Field) -> bool:
    """A receiver refuses a message without it."""
    if isinstance(field.type, (ir.Array, ir.Map, ir.Nullable)):
        return field.required
    return field.required or field.default is None and excludes_zero(field)
