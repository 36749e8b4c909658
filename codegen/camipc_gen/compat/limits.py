# SPDX-License-Identifier: MIT
"""Compares the limits of two versions of a field."""

from __future__ import annotations

from typing import FrozenSet, List, Tuple

from ..model import ir
from ..model.parts import innermost
from ..model.reach import MODULE, PIPELINE


def compare(old: ir.Field, new: ir.Field) -> Tuple[List[str], List[str]]:
    """Two lists: limits that the new version tightens, and loosens."""
    harder: List[str] = []
    softer: List[str] = []

    def say(is_harder: bool, name: str, before, after) -> None:
        (harder if is_harder else softer).append(
            "%s is now %s, was %s" % (name, _shown(after), _shown(before)))
    for name, sign in (("min", 1), ("max", -1), ("max_len", -1)):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            say(before is None or after is not None and
                sign * after > sign * before, name, before, after)
    if old.required != new.required:
        say(new.required, "required", old.required, new.required)
    _descriptors(innermost(old.type), innermost(new.type), say)
    return harder, softer


def _descriptors(old, new, say) -> None:
    if not isinstance(old, ir.Fd) or not isinstance(new, ir.Fd):
        return
    before, after = _kind(old), _kind(new)
    if before != after:
        # Each side refuses the other's kind.
        for is_harder in (True, False):
            if (after if is_harder else before) is not None:
                say(is_harder, "fd", before, after)
    for name in ("access", "sealed", "min_size"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            is_harder = not before or bool(after) and (
                name != "min_size" or after > before)
            say(is_harder, name, before, after)
            if name == "access" and before and after:
                say(False, name, before, after)


def _kind(fd: ir.Fd):
    return None if fd.kind == "any" else fd.kind


def _shown(value) -> str:
    if value is None or value is False:
        return "not set"
    return "set" if value is True else str(value)


def refusal(new_refuses: bool, receivers: FrozenSet[str]) -> str:
    """The consequence of a stricter rule, in words."""
    if len(receivers) == 1:
        receiver = next(iter(receivers))
        sender = PIPELINE if receiver == MODULE else MODULE
    else:
        receiver = sender = "peer"
    versions = ("a new", "an old") if new_refuses else ("an old", "a new")
    return "%s %s refuses messages that %s %s may send" % (
        versions[0], receiver, versions[1], sender)
