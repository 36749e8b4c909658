# SPDX-License-Identifier: MIT
"""C code for fields that hold several values; see c_slots.py."""

from typing import List, Optional

from .c_slots import Slot, _LOCALS, _indented, branch
from .c_values import (BytesValue, EnumValue, MessageValue, ScalarValue,
                       StringValue, tag_size)

_PACKED_PREFIX = 5             # length of a packed field, at most


def _limit(max_len: Optional[int]) -> str:
    return "SIZE_MAX" if max_len is None else str(max_len)


def _element_bound(value) -> int:
    """Most bytes of an element of a packed array."""
    if value.array_form == "fixed":
        return max(4, value.bits // 8)
    return value.bound


def for_each(lines: List[str], count) -> List[str]:
    """A loop over elements, with braces if its body is more than a line."""
    head = "for (size_t i = 0; i < %s; i++)" % count
    if len(lines) == 1 and "\n" not in lines[0]:
        return [head] + _indented(lines)
    return [head + " {"] + _indented(lines) + ["}"]


class ArraySlot(Slot):
    """array<T>: const T *x and size_t n_x."""

    shape = "ARRAY"
    has_count = True
    unpacked = False

    def __init__(self, field, c_name, value):
        super().__init__(field, c_name, value)
        self.count_name = "n_" + c_name
        self.count_place = "msg->" + self.count_name
        self.unpacked = field.unpacked

    # ---- declarations

    def members(self):
        return [self.value.pointer(self.name) + ";",
                "size_t %s;" % self.count_name]

    def parameters(self):
        return [self.value.pointer(self.name), "size_t " + self.count_name]

    def out_parameters(self):
        pointer = self.value.pointer("*ret_" + self.name)
        return [pointer, "size_t *ret_" + self.count_name]

    @property
    def is_struct_parameter(self):
        return False

    def assignments(self):
        return [(self.name, self.name), (self.count_name, self.count_name)]

    def arguments(self, of):
        return ["%s->%s" % (of, self.name), "%s->%s" % (of, self.count_name)]

    def out_arguments(self, of):
        return ["&" + argument for argument in self.arguments(of)]

    def results(self):
        return [("ret_" + self.name, self.name),
                ("ret_" + self.count_name, self.count_name)]

    # ---- traits

    owns = True
    needs_init = False
    free = False
    bound = None

    @property
    def packed(self) -> bool:
        """Written as one field of numbers back to back."""
        return self.value.array is not None and not self.unpacked

    wire_bound = 0

    # ---- encode, decode

    def init(self):
        return []

    def put(self):
        if self.packed:
            return ["camipc_put_%s_array(w, %d, %s, %s);" % (
                self.value.array, self.number, self.place, self.count_place)]
        return ["for (size_t i = 0; i < %s; i++)" % self.count_place] + \
            _indented(self.value.put(self.number, self.place + "[i]", True))

    @property
    def room(self) -> str:
        return "room_" + self.name

    def locals(self):
        return ["size_t %s = %s;" % (self.room, self.count_place)]

    def cases(self):
        labels = [self._label()]
        where = "&%s, &%s, &%s" % (self.place, self.count_place, self.room)
        if self.value.array is None:
            get = "p = get_%s_run(r, p, tag, %s);" % (run_name(self.value),
                                                      where)
            return labels + _indented([get, "break;"])
        labels = ["case CAMIPC_BYTES(%d):" % self.number] + labels
        if isinstance(self.value, EnumValue):
            where = "(const void **)" + where
        get = "p = camipc_get_%s_array(r, p, tag, %s);" % (self.value.array,
                                                           where)
        return labels + _indented([get, "break;"])

    def _element_conditions(self) -> List[str]:
        valid = self.value.valid(self.place + "[i]")
        return ([valid] if valid else []) + self._rules(self.place + "[i]")

    @staticmethod
    def _for_each(lines: List[str], count: str) -> List[str]:
        return for_each(lines, count)

    def finish(self):
        lines = []
        settled = self.value.settle(self.place + "[i]")
        conditions = self._element_conditions()
        if conditions:
            settled.append("p = camipc_require(r, p, %s);"
                           % " && ".join(conditions))
        if settled:
            lines += self._for_each(settled, self.count_place)
        limits = []
        if self.required:
            limits.append("%s > 0" % self.count_place)
        if self.max_len is not None:
            limits.append("%s <= %d" % (self.count_place, self.max_len))
        if limits:
            lines.append("p = camipc_require(r, p, %s);" % " && ".join(limits))
        return lines

    # ---- check, copy, clear

    def _element_wire(self) -> int:
        if self.value.counts_itself:
            return 0
        if self.packed:
            return _element_bound(self.value)
        return self.value.wire_bound + tag_size(self.number)

    def _element_checks(self) -> List[str]:
        place = self.place + "[i]"
        if isinstance(self.value, ScalarValue):
            conditions = self._element_conditions()
            if not conditions:
                return []
            return ['camipc_check_that(check, %s, "%s");' % (
                " && ".join(conditions), self.idl)]
        return self.value.check(place, self.idl, None)

    def check(self):
        test = 'camipc_check_array(check, %s, %s, sizeof(*%s), %d, %s, "%s")' \
            % (self.place, self.count_place, self.place, self._element_wire(),
               _limit(self.max_len), self.idl)
        inner = self._element_checks()
        lines = [test + ";"] if not inner else branch(
            test, self._for_each(inner, self.count_place), [])
        if self.required:
            lines.append('camipc_check_that(check, %s > 0, "%s");' % (
                self.count_place, self.idl))
        return lines

    def _local(self) -> str:
        return self.name + "_" if self.name in _LOCALS else self.name

    def _element_pointer(self) -> str:
        gap = "" if self.value.c_type.endswith("*") else " "
        return "%s%s*" % (self.value.c_type, gap)

    def copy_locals(self):
        if not self.value.owns:
            return []
        return ["%s%s;" % (self._element_pointer(), self._local())]

    def copy(self):
        name = self._local()
        place = name if self.value.owns else self.place
        lines = ["%s = camipc_copy_array(arena, %s, %s, sizeof(*%s));" % (
            place, self.place, self.count_place, place)]
        if self.value.owns:
            lines.append("%s = %s;" % (self.place, name))
        lines += ["if (!%s)" % place, "\t%s = 0;" % self.count_place]
        if self.value.owns:
            lines += self._copy_elements(name)
        return lines

    def _copy_elements(self, name: str) -> List[str]:
        return self._for_each(self.value.copy(name + "[i]"), self.count_place)

    def clear_locals(self):
        if not isinstance(self.value, MessageValue) or not self.value.owns:
            return []
        pointer = self._element_pointer()
        return ["%s%s = (%s)%s;" % (pointer, self._local(), pointer,
                                    self.place)]

    def clear(self):
        lines = []
        if self.value.owns:
            name = self._local() if self.clear_locals() else self.place
            lines = self._for_each(self.value.clear(name + "[i]"),
                                   self.count_place)
        return lines + ["camipc_clear_array(%s);" % self.place]

    def aux_member(self):
        return self.count_name

    def max_count(self):
        return self.max_len

    @property
    def info_form(self):
        return self.value.array_form.upper() if self.value.array else \
            self.value.form


def run_name(value) -> str:
    """Names the helper that decodes a run of elements which are no numbers."""
    if isinstance(value, (MessageValue, BytesValue)):
        return value.tag
    return value.kind.lower()


class BytesSlot(ArraySlot):
    """array<uint8>: bytes of one field, which stay in the message."""

    unpacked = False

    def put(self):
        return ["camipc_put_bytes(w, %d, %s, %s);" % (
            self.number, self.place, self.count_place)]

    def locals(self):
        return []

    def cases(self):
        return ["case CAMIPC_BYTES(%d):" % self.number] + _indented(
            ["p = camipc_get_bytes(r, p, &%s, &%s);" % (
                self.place, self.count_place), "break;"])

    def check(self):
        lines = ['camipc_check_bytes(check, %s, %s, %s, "%s");' % (
            self.place, self.count_place, _limit(self.max_len), self.idl)]
        if self._element_checks():
            lines += self._for_each(self._element_checks(), self.count_place)
        if self.required:
            lines.append('camipc_check_that(check, %s > 0, "%s");' % (
                self.count_place, self.idl))
        return lines

    def copy(self):
        return ["%s = camipc_copy_array(arena, %s, %s, 1);" % (
            self.place, self.place, self.count_place),
            "if (!%s)" % self.place, "\t%s = 0;" % self.count_place]

    def clear(self):
        return ["camipc_clear_array(%s);" % self.place]

    info_form = "BYTES"


class MapSlot(ArraySlot):
    """map<K, V>: entries in ascending order of their keys."""

    shape = "MAP"

    def __init__(self, field, c_name, value, compare: str):
        super().__init__(field, c_name, value)
        self.compare = compare

    def finish(self):
        return ["%s = camipc_get_map_done(r, (void *)%s, %s, sizeof(*%s), %s);"
                % (self.count_place, self.place, self.count_place, self.place,
                   self.compare)] + super().finish()

    def check(self):
        lines = super().check()
        return lines + [
            "if (!camipc_map_is_sorted(%s, %s, sizeof(*%s), %s))" % (
                self.place, self.count_place, self.place, self.compare),
            '\tcamipc_check_fail(check, -EINVAL, "%s");' % self.idl]


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
            return tag_size(self.number) + _PACKED_PREFIX + self.count
        if self.packed:
            return (tag_size(self.number) + _PACKED_PREFIX
                    + self.count * _element_bound(self.value))
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

    def _element(self, index: str = "i") -> str:
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
        return self._each(self.value.init(self._element()))

    def put(self):
        if self.is_bytes:
            return ["camipc_put_present_bytes(w, %d, %s, %d);" % (
                self.number, self.first, self.count)]
        if self.packed:
            return ["camipc_put_%s_array(w, %d, %s, %d);" % (
                self.value.array, self.number, self.first, self.count)]
        return self._each(self.value.put(self.number, self._element(), True))

    @property
    def seen(self) -> str:
        return "seen_" + self.name

    def locals(self):
        return [] if self.is_bytes else ["size_t %s = 0;" % self.seen]

    def cases(self):
        if self.is_bytes:
            return ["case CAMIPC_BYTES(%d):" % self.number] + _indented(
                ["p = camipc_get_bytes_exact(r, p, %s, %d);" % (
                    self.first, self.count), "break;"])
        if self.value.array is None:
            if len(self.counts) == 1:
                get = self.value.get(self._element(self.seen + "++"))
            else:
                get = self.value.get(self._element(self.seen)) + [
                    "%s++;" % self.seen]
            return [self._label()] + _indented(branch(
                "%s < %d" % (self.seen, self.count), get,
                ["p = camipc_fail(r, CAMIPC_FAULT_RANGE);"]) + ["break;"])
        get = "p = camipc_get_%s_array_exact(r, p, tag, %s, %d, &%s);" % (
            self.value.array, self.first, self.count, self.seen)
        labels = ["case CAMIPC_BYTES(%d):" % self.number, self._label()]
        return labels + _indented([get, "break;"])

    def _element_conditions(self) -> List[str]:
        valid = self.value.valid(self._element())
        return ([valid] if valid else []) + self._rules(self._element())

    def finish(self):
        lines = []
        if not self.is_bytes:
            lines.append("p = camipc_exact_done(r, p, %s, %d);" % (
                self.seen, self.count))
        settled = self.value.settle(self._element())
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
            inner = self.value.check(self._element(), self.idl, None)
        return self._each(inner)

    @property
    def free(self):
        return (self.value.free and self.bound is not None
                and not self._element_conditions())

    def copy(self):
        return self._each(self.value.copy(self._element()))

    def clear(self):
        return self._each(self.value.clear(self._element()))

    @property
    def info_form(self):
        if self.is_bytes:
            return "BYTES"
        return self.value.array_form.upper() if self.value.array else \
            self.value.form
