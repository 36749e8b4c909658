# SPDX-License-Identifier: MIT
"""C code for arrays of fixed length, of any number of dimensions."""

from typing import List

from .arrays import PACKED_PREFIX, element_bound, for_each, tags_both_ways
from .slots import Slot, branch, indented
from .values import ScalarValue, tag_size


class FixedSlot(Slot):
    """array<T, N>: T x[N], or x[N][M], in place."""

    shape = "FIXED"
    has_count = True

    def __init__(self, field, c_name, value, counts: List[int]):
        super().__init__(field, c_name, value)
        self.counts = counts
        self.count = 1
        for count in counts:
            self.count *= count
        self.unpacked = field.unpacked
        self.extents = "".join("[%d]" % n for n in counts)
        self.first = self.place + "[0]" * (len(counts) - 1)
        self.is_bytes = isinstance(value, ScalarValue) and value.name in (
            "int8", "uint8")

    def members(self):
        return [self.value.declare(self.name + self.extents) + ";"]

    def parameters(self):
        return ["const " + self.value.declare(self.name + self.extents)
                if not self.value.c_type.startswith("const")
                else self.value.declare("const " + self.name + self.extents)]

    def out_parameters(self):
        return [self.value.declare("ret_" + self.name + self.extents)]

    @property
    def is_struct_parameter(self):
        return True

    def assignments(self):
        return []

    def arguments(self, of):
        return ["%s->%s" % (of, self.name)]

    def out_arguments(self, of):
        return ["%s->%s" % (of, self.name)]

    def deliver(self):
        name = self.name
        give = ["memcpy(ret_%s, outs.%s, sizeof(outs.%s));" % (name, name,
                                                              name)]
        drop = [line.replace("msg->", "outs.") for line in self.clear()]
        return branch("ret_" + name, give, drop)

    # ---- traits

    @property
    def needs_init(self):
        return self.value.needs_init

    @property
    def packed(self) -> bool:
        return self.value.array is not None and not self.unpacked

    @property
    def bound(self):
        if self.value.bound is None:
            return None
        if self.is_bytes:
            return tag_size(self.number) + PACKED_PREFIX + self.count
        if self.packed:
            return (tag_size(self.number) + PACKED_PREFIX
                    + self.count * element_bound(self.value))
        return self.count * (self.value.bound + tag_size(self.number))

    @property
    def wire_bound(self):
        bound = self.bound
        if bound is not None and not self.value.counts_itself:
            return bound
        if self.value.counts_itself:
            return 0
        return self.count * (self.value.wire_bound + tag_size(self.number))

    def max_count(self):
        return self.count

    def element(self, index: str = "i") -> str:
        """An element by its place in all rows: no row is left at its end."""
        if len(self.counts) == 1:
            return "%s[%s]" % (self.place, index)
        place, behind = self.place, self.count
        for count in self.counts:
            before, behind = behind, behind // count
            step = index if behind == 1 else "%s / %d" % (index, behind)
            if before != self.count:
                step += " %% %d" % count
            place += "[%s]" % step
        return place

    def _each(self, lines: List[str]) -> List[str]:
        return for_each(lines, self.count) if lines else []

    # ---- init, encode, decode

    def init(self):
        return self._each(self.value.init(self.element()))

    def put(self):
        if self.is_bytes:
            return ["p = camipc_put_present_bytes(w, p, %d, %s, %d);" % (
                self.number, self.first, self.count)]
        if self.packed:
            return ["p = camipc_put_%s_array(w, p, %d, %s, %d);" % (
                self.value.array, self.number, self.first, self.count)]
        return self._each(self.value.put(self.number, self.element(), True))

    @property
    def seen(self) -> str:
        return "seen_" + self.name

    def locals(self):
        return [] if self.is_bytes else ["size_t %s = 0;" % self.seen]

    def tags(self):
        if self.is_bytes:
            return ["CAMIPC_BYTES(%d)" % self.number]
        if self.value.array is None:
            return super().tags()
        return tags_both_ways(self, super().tags())

    def cases(self):
        if self.is_bytes:
            return self._labels() + indented(
                ["p = camipc_get_bytes_exact(r, p, end, %s, %d);" % (
                    self.first, self.count), "break;"])
        if self.value.array is None:
            place = self.element(self.seen + "++")
            get = self.value.get(place)
            if len(self.counts) > 1 or "".join(get).count(place) > 1:
                get = self.value.get(self.element(self.seen)) + [
                    "%s++;" % self.seen]
            return self._labels() + indented(branch(
                "%s < %d" % (self.seen, self.count), get,
                ["p = camipc_fail(r, CAMIPC_FAULT_RANGE);"]) + ["break;"])
        get = "p = camipc_get_%s_array_exact(r, p, end, tag, %s, %d, &%s);" % (
            self.value.array, self.first, self.count, self.seen)
        return self._labels() + indented([get, "break;"])

    def _element_conditions(self) -> List[str]:
        valid = self.value.valid(self.element())
        return ([valid] if valid else []) + self._rules(self.element())

    def finish(self):
        lines = []
        if not self.is_bytes:
            lines.append("p = camipc_exact_done(r, p, %s, %d);" % (
                self.seen, self.count))
        settled = self.value.settle(self.element())
        conditions = self._element_conditions()
        if conditions:
            settled.append("p = camipc_require(r, p, %s);"
                           % " && ".join(conditions))
        return lines + self._each(settled)

    # ---- check, copy, clear

    def check(self):
        if isinstance(self.value, ScalarValue):
            conditions = self._element_conditions()
            inner = ['camipc_check_that(check, %s, "%s");' % (
                " && ".join(conditions), self.idl)] if conditions else []
        else:
            inner = self.value.check(self.element(), self.idl, None)
        return self._each(inner)

    @property
    def free(self):
        return (self.value.free and self.bound is not None
                and not self._element_conditions())

    def copy(self):
        return self._each(self.value.copy(self.element()))

    def clear(self):
        return self._each(self.value.clear(self.element()))

    @property
    def info_form(self):
        if self.is_bytes:
            return "BYTES"
        return self.value.array_form.upper() if self.value.array else \
            self.value.form
