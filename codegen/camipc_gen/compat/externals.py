# SPDX-License-Identifier: MIT
"""Compares two versions of an [external] struct."""

from __future__ import annotations

from typing import FrozenSet

from ..model import ir
from .change import ABI, API, WIRE, Changes
from .limits import refusal


def compare_externals(changes: Changes, old: ir.Struct, new: ir.Struct,
                      receivers: FrozenSet[str]) -> None:
    """At least one of both is external."""
    note = [(old.span, "the old version is here")]
    before, after = old.external, new.external
    if before is None or after is None:
        changes.add("type-changed", (WIRE, API, ABI), new.span, "'%s' is %s "
                    "[external]: other bytes" % (
                        new.name, "now" if after else "no longer"), note)
        return
    if before.version != after.version:
        changes.add("external-changed", (WIRE,), new.span, "'%s' now has "
                    "encoding version %d, was %d: %s" % (
                        new.name, after.version, before.version,
                        refusal(after.version < before.version, receivers)),
                    note)
    if before.max_len != after.max_len:
        is_harder = after.max_len < before.max_len
        changes.add("limit-tightened" if is_harder else "limit-loosened",
                    (WIRE,), new.span, "'%s': max_len is now %d, was %d: %s" % (
                        new.name, after.max_len, before.max_len,
                        refusal(is_harder, receivers)), note)
    if before.c_type != after.c_type:
        changes.add("external-changed", (API, ABI), new.span, "'%s' is now "
                    "%s, was %s" % (new.name, after.c_type, before.c_type),
                    note)
