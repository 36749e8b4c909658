# SPDX-License-Identifier: MIT
"""Compares two types of a field, and decides whether each side can read the
other's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from ..model import ir
from ..model.spelling import spell
from ..model.wire import encoding_of, is_byte_array

# Kinds of difference, from compatible to incompatible.
SAME, PRESENCE, WIDENED, FORM, OTHER = range(5)

_DECLARED = (ir.StructRef, ir.UnionRef, ir.EnumRef, ir.FlagsRef)


@dataclass(frozen=True)
class Verdict:
    """The worst difference, its reason, and the declarations to compare next:
    (old, new) qualified names, and whether they are used as flags.
    """
    rank: int
    reason: str = ""
    pairs: Tuple[Tuple[str, str, bool], ...] = ()


def judge(old: ir.Field, new: ir.Field) -> Verdict:
    return _Judge(old, new).run()


class _Judge:
    def __init__(self, old: ir.Field, new: ir.Field):
        self._old = old
        self._new = new
        self._pairs: List[Tuple[str, str, bool]] = []
        self._worst = (SAME, "")

    def run(self) -> Verdict:
        if self._old.inline != self._new.inline:
            self._record(OTHER, "the arms of an [inline] union use numbers of "
                         "the struct")
        self._types(self._old.type, self._new.type, self._old.wire,
                    self._new.wire, False)
        return Verdict(*self._worst, tuple(self._pairs))

    def _record(self, rank: int, reason: str) -> None:
        if rank > self._worst[0]:
            self._worst = (rank, reason)

    # ---- types -------------------------------------------------------------

    def _types(self, old, new, old_form: Optional[str],
               new_form: Optional[str], is_element: bool) -> None:
        if isinstance(old, ir.Nullable) or isinstance(new, ir.Nullable):
            self._nullable(old, new, old_form, new_form)
        elif _is_number(old) and _is_number(new):
            self._numbers(old, new, old_form, new_form, is_element)
        elif type(old) is not type(new):
            self._record(OTHER, "%s cannot be read as %s" % (_kind(old),
                                                             _kind(new)))
        elif isinstance(old, ir.Array):
            self._arrays(old, new, old_form, new_form)
        elif isinstance(old, ir.Map):
            self._maps(old, new, old_form, new_form)
        elif isinstance(old, _DECLARED):
            self._pairs.append((old.name, new.name, False))
        elif not isinstance(old, (ir.String, ir.Fd)):
            raise TypeError("cannot compare %s" % type(old).__name__)

    def _nullable(self, old, new, old_form, new_form) -> None:
        inner = [t.inner if isinstance(t, ir.Nullable) else t
                 for t in (old, new)]
        if type(old) is not type(new):
            if any(isinstance(t, (ir.Array, ir.Map)) and not _is_bytes(t)
                   for t in inner):
                self._record(OTHER, "a nullable array or map is a message of "
                             "its own")
                return
            self._record(PRESENCE, "")
        self._types(inner[0], inner[1], old_form, new_form, False)

    def _numbers(self, old, new, old_form, new_form, is_element) -> None:
        forms = (encoding_of(old, old_form, is_element),
                 encoding_of(new, new_form, is_element))
        if isinstance(old, (ir.EnumRef, ir.FlagsRef)) and \
                isinstance(new, (ir.EnumRef, ir.FlagsRef)):
            self._pairs.append((old.name, new.name,
                                isinstance(new, ir.FlagsRef)))
            if type(old) is not type(new):
                self._record(WIDENED, "a set is read as a value only if at "
                             "most one flag is set")
        elif forms[0] != forms[1]:
            self._record(FORM if old == new else OTHER,
                         "%s is read as %s, which gives other numbers or an "
                         "error" % forms)
        elif old != new:
            if "fixed" in forms or _is_float(old) or _is_float(new):
                self._record(OTHER, "the same bytes mean another number")
            else:
                self._record(WIDENED, _of_widths(old, new))

    def _arrays(self, old, new, old_form, new_form) -> None:
        if is_byte_array(old) or is_byte_array(new):
            if old != new:
                self._record(OTHER, _of_counts(old, new) or
                             "bytes are read as another type")
            return
        if old.count != new.count:
            self._record(OTHER, _of_counts(old, new))
        self._types(old.element, new.element, old_form, new_form, True)

    def _maps(self, old, new, old_form, new_form) -> None:
        forms = [encoding_of(key, field.wire_key or field.wire, False)
                 for key, field in ((old.key, self._old),
                                    (new.key, self._new))]
        if isinstance(old.key, ir.EnumRef) and \
                isinstance(new.key, ir.EnumRef):
            self._pairs.append((old.key.name, new.key.name, False))
        elif old.key != new.key or forms[0] != forms[1]:
            self._record(OTHER, "the keys of the map have another type")
        self._types(old.value, new.value, self._old.wire_value or old_form,
                    self._new.wire_value or new_form, False)


def _of_widths(old, new) -> str:
    """What happens to a number that fits in only one of two types."""
    scalars = [t for t in (old, new) if isinstance(t, ir.Scalar)]
    if len(scalars) < 2:
        return "numbers that the enum does not declare are refused"
    if any(t.name == "bool" for t in scalars):
        return "any number other than 0 is read as true"
    bits = min(t.bits for t in scalars)
    if bits < 32:
        return "numbers that do not fit in %d bits are refused" % bits
    if bits < max(t.bits for t in scalars):
        return "numbers that do not fit in 32 bits are truncated"
    return "negative numbers are read as large ones, and vice versa"


def _of_counts(old: ir.Array, new: ir.Array) -> str:
    """Why two arrays of different lengths do not agree; "" if they do."""
    if old.count == new.count:
        return ""
    if None in (old.count, new.count):
        return "a fixed array is refused with another number of elements"
    return "%d elements are refused where %d are expected" % (old.count,
                                                              new.count)


def _is_bytes(value_type) -> bool:
    return is_byte_array(value_type) and value_type.count is None


def _is_number(value_type) -> bool:
    return isinstance(value_type, (ir.Scalar, ir.EnumRef, ir.FlagsRef))


def _is_float(value_type) -> bool:
    return isinstance(value_type, ir.Scalar) and value_type.is_float


def _kind(value_type) -> str:
    for kind, text in ((ir.String, "text"), (ir.Fd, "a descriptor"),
                       (ir.StructRef, "a struct"), (ir.UnionRef, "a union"),
                       (ir.Array, "an array"), (ir.Map, "a map"),
                       ((ir.Scalar, ir.EnumRef, ir.FlagsRef), "a number")):
        if isinstance(value_type, kind):
            return text
    raise TypeError("no word for %s" % type(value_type).__name__)


def spelled(field: ir.Field) -> str:
    """A field's type as the IDL has it, qualified."""
    attribute = "[inline] " if field.inline else ""
    return attribute + spell(field.type, "")
