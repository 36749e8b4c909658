# SPDX-License-Identifier: MIT
"""The printed report and the exit status of camipc-gen compat."""

from __future__ import annotations

import json
from typing import FrozenSet, List, Optional, Tuple

from ..text.diagnostics import Diagnostic, Diagnostics, Note
from ..text.source import Sources, Span
from .change import VERSION_CHANGES, Change
from .compare import Judged, Report

SAFE, BREAKS = "safe", "breaks"

def verdict(report: Report, allowed: FrozenSet[str]) -> str:
    """SAFE or BREAKS, without the effects that --allow accepts."""
    return BREAKS if any(_is_refused(change, allowed, announced)
                         for change, announced in _with_announcements(report)
                         ) else SAFE


def _with_announcements(report: Report) -> List[Tuple[Change, bool]]:
    """Each change, and whether CompatibleSince excludes the old version."""
    found = []
    for judged in report.interfaces:
        announced = judged.old is not None and judged.new is not None and \
            judged.new.version > judged.old.version and \
            judged.new.compatible_since > judged.old.version
        found += [(c, announced) for c in judged.changes + judged.versions]
    return found + [(c, False) for c in report.others]


def _is_refused(change: Change, allowed: FrozenSet[str],
                announced: bool) -> bool:
    if not change.breaks_wire:
        return False
    if change.id in VERSION_CHANGES and change.id != "needless-refusal":
        return True            # CompatibleSince cannot excuse it
    return not ("break" in allowed and announced)


def text_of(report: Report, sources: Sources) -> str:
    """The changes in the form of a compiler's messages, then a line per
    interface."""
    found = [_diagnostic(c) for c in sorted(report.changes, key=_position)]
    text = Diagnostics(sources).format_all(found)
    return text + "".join(_line(judged) + "\n"
                          for judged in report.interfaces)


def _diagnostic(change: Change) -> Diagnostic:
    span, notes = change.span, change.notes
    if span is None and notes:
        # The place is in the old file only.
        span, notes = notes[0][0], notes[1:]
    return Diagnostic(change.id, change.verdict, span, change.message,
                      tuple(Note(*note) for note in notes), change.hint)


def _line(judged: Judged) -> str:
    if judged.old is None:
        return "%s: new interface" % judged.name
    if judged.new is None:
        return "%s: removed" % judged.name
    broken = [c for c in judged.changes if c.breaks_wire]
    versions = "%s: versions %d and %d" % (judged.name, judged.old.version,
                                          judged.new.version)
    if judged.fingerprints[0] == judged.fingerprints[1] and not \
            judged.versions:
        return "%s: identical messages" % versions
    if broken:
        return "%s: %d change%s the wire" % (
            versions, len(broken), " breaks" if len(broken) == 1
            else "s break")
    if not judged.accepted:
        return "%s: compatible messages, but peers refuse each other" % \
            versions
    if any(c.breaks_wire for c in judged.versions):
        return "%s: compatible messages, but wrong versions" % versions
    return "%s: compatible" % versions


def _position(change: Change):
    span = change.span or (change.notes[0][0] if change.notes else None)
    return (change.span is None, span.path, span.line, span.column,
            change.id) if span else (True, "", 0, 0, change.id)


# ---- JSON --------------------------------------------------------------------

def json_of(report: Report, allowed: FrozenSet[str]) -> str:
    return json.dumps({
        "verdict": verdict(report, allowed),
        "interfaces": [_interface(judged) for judged in report.interfaces],
        "changes": [_change(c)
                    for c in sorted(report.changes, key=_position)],
    }, indent=1, ensure_ascii=True) + "\n"


def _interface(judged: Judged) -> dict:
    def side(interface, mark):
        return None if interface is None else {
            "version": interface.version,
            "compatible_since": interface.compatible_since,
            "fingerprint": None if mark is None else "%016x" % mark}
    return {"name": judged.name, "accepted": judged.accepted,
            "old": side(judged.old, judged.fingerprints[0]),
            "new": side(judged.new, judged.fingerprints[1])}


def _change(change: Change) -> dict:
    return {
        "id": change.id, "effects": list(change.effects),
        "message": change.message, "position": _place(change.span),
        "notes": [{"position": _place(span), "message": message}
                  for span, message in change.notes],
        "hint": change.hint,
    }


def _place(span: Optional[Span]):
    return None if span is None else {
        "file": span.path, "line": span.line, "column": span.column,
        "length": span.length}
