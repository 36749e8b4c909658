# SPDX-License-Identifier: MIT
"""What a resolved program must not say: one function per rule."""

from __future__ import annotations


def check(program, units, loader, resolver) -> None:
    pass
