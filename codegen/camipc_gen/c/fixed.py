# SPDX-License-Identifier: MIT
"""C code for arrays of fixed length, of any number of dimensions."""

from typing import List

from .arrays import PACKED_PREFIX, element_bound, tags_both_ways
from .place import MSG, Place
from .slots import OUTS, Slot
from .statements import branch, for_each
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
        self.is_bytes = isinstance(value, ScalarValue) and value.name in (
            "int8", "uint8")

    remark = ""

    def declarations(self):
        return [self.value.declare(self.name + self.extents)]

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
        return branch("ret_" + name, give, self.clear(OUTS))

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

    def first(self, of: Place) -> Place:
        """Its first row, which decays to a pointer to the first element."""
        place = self.at(of)
        for _ in self.counts[1:]:
            place = place.element("0")
        return place

    def element(self, of: Place, index: str = "i") -> Place:
        """An element by its index in all rows together, with an index for each
        dimension: C forbids leaving a row."""
        place, behind = self.at(of), self.count
        for count in self.counts:
            before, behind = behind, behind // count
            step = index if behind == 1 else "%s / %d" % (index, behind)
            if before != self.count:
                step += " %% %d" % count
            place = place.element(step)
        return place

    def _each(self, lines: List[str]) -> List[str]:
        return for_each(lines, self.count) if lines else []

    # ---- init, encode, decode

    def init(self, of):
        return self._each(self.value.init(self.element(of)))

    def put(self, of):
        if self.is_bytes:
            return ["p = camipc_put_present_bytes(w, p, %d, %s, %d);" % (
                self.number, self.first(of), self.count)]
        if self.packed:
            return ["p = camipc_put_%s_array(w, p, %d, %s, %d);" % (
                self.value.array, self.number, self.first(of), self.count)]
        return self._each(self.value.put(self.number, self.element(of), True))

    @property
    def seen(self) -> str:
        return "seen_" + self.name

    def locals(self, of):
        return [] if self.is_bytes else ["size_t %s = 0;" % self.seen]

    def tags(self):
        if self.is_bytes:
            return ["CAMIPC_BYTES(%d)" % self.number]
        if self.value.array is None:
            return super().tags()
        return tags_both_ways(self, super().tags())

    def get(self, of):
        if self.is_bytes:
            return ["p = camipc_get_bytes_exact(r, p, end, %s, %d);" % (
                self.first(of), self.count)]
        if self.value.array is not None:
            return ["p = camipc_get_%s_array_exact(r, p, end, tag, %s, %d, "
                    "&%s);" % (self.value.array, self.first(of), self.count,
                               self.seen)]
        if len(self.counts) > 1 or self.value.get_repeats_place:
            get = self.value.get(self.element(of, self.seen)) + [
                "%s++;" % self.seen]
        else:
            get = self.value.get(self.element(of, self.seen + "++"))
        return branch("%s < %d" % (self.seen, self.count), get,
                      ["p = camipc_fail(r, CAMIPC_FAULT_RANGE);"])

    def _element_conditions(self, element: Place) -> List[str]:
        valid = self.value.valid(element)
        return ([valid] if valid else []) + self._rules(element)

    def finish(self, of):
        lines = []
        if not self.is_bytes:
            lines.append("p = camipc_exact_done(r, p, %s, %d);" % (
                self.seen, self.count))
        settled = self.value.settle(self.element(of))
        conditions = self._element_conditions(self.element(of))
        if conditions:
            settled.append("p = camipc_require(r, p, %s);"
                           % " && ".join(conditions))
        return lines + self._each(settled)

    # ---- check, copy, clear

    def check(self, of):
        element = self.element(of)
        if isinstance(self.value, ScalarValue):
            conditions = self._element_conditions(element)
            inner = ['camipc_check_that(check, %s, "%s");' % (
                " && ".join(conditions), self.idl)] if conditions else []
        else:
            inner = self.value.check(element, self.idl, None)
        return self._each(inner)

    @property
    def free(self):
        return (self.value.free and self.bound is not None
                and not self._element_conditions(MSG))

    def copy(self, of):
        return self._each(self.value.copy(self.element(of)))

    def clear(self, of):
        return self._each(self.value.clear(self.element(of)))

    @property
    def info_form(self):
        if self.is_bytes:
            return "BYTES"
        return self.value.array_form.upper() if self.value.array else \
            self.value.form
