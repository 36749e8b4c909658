# SPDX-License-Identifier: MIT
"""Matches and compares the members of two versions of a declaration.

Members match by name. The remaining ones match by number: if the meaning is
the same, the member was renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence, Tuple

from ..model.attributes import ATTRIBUTES, BEHAVIOUR
from .change import ABI, API, WIRE, Changes


@dataclass(frozen=True)
class Matched:
    kept: List[Tuple[object, object]]       # (old, new), new order
    renamed: List[Tuple[object, object]]
    reused: List[Tuple[object, object]]     # one number, two meanings
    added: List[object]
    removed: List[object]

    @property
    def pairs(self) -> List[Tuple[object, object]]:
        return self.kept + self.renamed


def match(old: Sequence, new: Sequence, number: Callable,
          fits: Callable) -> Matched:
    """Matches members. @number(member) is a member's number;
    @fits(old, new) says whether two differ in no more than the name."""
    by_name = {member.name: member for member in old}
    kept = [(by_name[m.name], m) for m in new if m.name in by_name]
    known = {m.name for m in new}
    gone = {number(m): m for m in old if m.name not in known}
    renamed, reused, added = [], [], []
    for member in new:
        if member.name in by_name:
            continue
        before = gone.pop(number(member), None)
        if before is None:
            added.append(member)
        else:
            (renamed if fits(before, member) else reused).append(
                (before, member))
    return Matched(kept, renamed, reused, added, list(gone.values()))


def changed_behaviour(old, new) -> List[str]:
    """The attributes of two versions of a declaration that differ and only
    affect behaviour. @old and @new may have their effective values."""
    def value(declaration, name: str):
        return getattr(declaration, name) if hasattr(declaration, name) \
            else declaration.attribute(name)
    return [name for name, spec in ATTRIBUTES.items()
            if spec.effect == BEHAVIOUR and value(old, name) !=
            value(new, name)]


def numbers_changed(changes: Changes, matched: Matched, number: Callable,
                    what: str, where: str) -> None:
    """Adds one change that lists all moved members. 0 means no number."""
    moved = [(o, n) for o, n in matched.kept
             if number(o) != number(n) and number(o) and number(n)]
    if not moved:
        return
    shown = ", ".join("'%s' %d, was %d" % (n.name, number(n), number(o))
                      for o, n in moved[:12])
    if len(moved) > 12:
        shown += " and %d more" % (len(moved) - 12)
    before = [m for m in matched.added if any(
        m.span.path == n.span.path and
        (m.span.line, m.span.column) < (n.span.line, n.span.column)
        for _, n in moved)]
    notes = [(moved[0][0].span, "'%s' had number %d here"
              % (moved[0][0].name, number(moved[0][0])))]
    if before:
        notes.append((before[0].span, "'%s' was inserted before it"
                      % before[0].name))
        hint = "append it, or run 'camipc-gen pin' on the old file first"
    elif matched.removed:
        notes.append((matched.removed[0].span, "'%s' was removed"
                      % matched.removed[0].name))
        hint = "add [retired=\"%d\"], which keeps the later numbers" % \
            number(matched.removed[0])
    else:
        hint = "run 'camipc-gen pin' on the old file before moving members"
    changes.add("number-changed", (WIRE,), moved[0][1].span,
                "%s of %s have other numbers: %s" % (what, where, shown),
                notes, hint)


def order_changed(changes: Changes, matched: Matched, old: Sequence,
                  is_call: bool, what: str, where: str) -> None:
    """Adds a change if the order in C differs."""
    place: Dict[int, int] = {id(m): i for i, m in enumerate(old)}
    places = [place[id(o)] for o, _ in matched.kept]
    for i, at in enumerate(places[1:], 1):
        if at < places[i - 1]:
            before, after = matched.kept[i]
            changes.add("order-changed", (API, ABI) if is_call else (ABI,),
                        after.span, "%s of %s are in another order"
                        % (what, where), [(before.span, "'%s' was here"
                                           % before.name)])
            return
