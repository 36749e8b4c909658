# SPDX-License-Identifier: MIT
"""Members of two versions of a declaration: which is which by now.

A member is found again by its name; what is left is found by its number, if
that still means the same: then it was renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence, Tuple

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
    """@number(member); @fits(old, new): the same but for the name."""
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


def numbers_changed(changes: Changes, matched: Matched, number: Callable,
                    what: str, where: str) -> None:
    """One change, which lists each number. 0 is no number."""
    moved = [(o, n) for o, n in matched.kept
             if number(o) != number(n) and number(o) and number(n)]
    if not moved:
        return
    shown = ", ".join("'%s' %d is %d" % (n.name, number(o), number(n))
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
        notes.append((before[0].span, "'%s' was put before it"
                      % before[0].name))
        hint = "append it, or 'camipc-gen pin' the old file first"
    elif matched.removed:
        notes.append((matched.removed[0].span, "'%s' is gone"
                      % matched.removed[0].name))
        hint = "[retired=\"%d\"] keeps the numbers behind it" % \
            number(matched.removed[0])
    else:
        hint = "'camipc-gen pin' the old file before members move"
    changes.add("number-changed", (WIRE,), moved[0][1].span,
                "%s of %s have other numbers: %s" % (what, where, shown),
                notes, hint)


def order_changed(changes: Changes, matched: Matched, old: Sequence,
                  is_call: bool, what: str, where: str) -> None:
    """The C order changed and no number did."""
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
