# SPDX-License-Identifier: MIT
"""C code for fields that hold several values; see c/slots.py."""

from typing import List, Optional

from .composite import BytesValue, MessageValue
from .slots import Slot, branch, indented
from .values import EnumValue, ScalarValue, tag_size

PACKED_PREFIX = 5             # length of a packed field, at most


def _limit(max_len: Optional[int]) -> str:
    return "SIZE_MAX" if max_len is None else str(max_len)


def element_bound(value) -> int:
    """Most bytes of an element of a packed array."""
    if value.array_form == "fixed":
        return max(4, value.bits // 8)
    return value.bound


def tags_both_ways(slot, singly: List[str]) -> List[str]:
    """Of an array of numbers, packed and not; as it is written comes first."""
    packed = ["CAMIPC_BYTES(%d)" % slot.number]
    return packed + singly if slot.packed else singly + packed


def for_each(lines: List[str], count) -> List[str]:
    """A loop over elements, with braces if its body is more than a line."""
    head = "for (size_t i = 0; i < %s; i++)" % count
    if len(lines) == 1 and "\n" not in lines[0]:
        return [head] + indented(lines)
    return [head + " {"] + indented(lines) + ["}"]


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
            return ["p = camipc_put_%s_array(w, p, %d, %s, %s);" % (
                self.value.array, self.number, self.place, self.count_place)]
        return ["for (size_t i = 0; i < %s; i++)" % self.count_place] + \
            indented(self.value.put(self.number, self.place + "[i]", True))

    @property
    def room(self) -> str:
        return "room_" + self.name

    def locals(self):
        return ["size_t %s = %s;" % (self.room, self.count_place)]

    def tags(self):
        if self.value.array is None:
            return super().tags()
        return tags_both_ways(self, super().tags())

    def cases(self):
        where = "&%s, &%s, &%s" % (self.place, self.count_place, self.room)
        if self.value.array is None:
            get = "p = get_%s_run(r, p, end, tag, %s);" % (
                run_name(self.value), where)
            return self._labels() + indented([get, "break;"])
        if isinstance(self.value, EnumValue):
            where = "(const void **)" + where
        get = "p = camipc_get_%s_array(r, p, end, tag, %s);" % (
            self.value.array, where)
        return self._labels() + indented([get, "break;"])

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
            return element_bound(self.value)
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
        if inner:
            inner = self._for_each(inner, self.count_place)
        inner += self._order_checks()
        lines = branch(test, inner, []) if inner else [test + ";"]
        if self.required:
            lines.append('camipc_check_that(check, %s > 0, "%s");' % (
                self.count_place, self.idl))
        return lines

    def _order_checks(self) -> List[str]:
        """What is said of all elements together."""
        return []

    def _element_pointer(self) -> str:
        gap = "" if self.value.c_type.endswith("*") else " "
        return "%s%s*" % (self.value.c_type, gap)

    def copy_locals(self):
        if not self.value.owns:
            return []
        return ["%s%s;" % (self._element_pointer(), self.local)]

    def copy(self):
        name = self.local
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
        return ["%s%s = (%s)%s;" % (pointer, self.local, pointer,
                                    self.place)]

    def clear(self):
        lines = []
        if self.value.owns:
            name = self.local if self.clear_locals() else self.place
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
        return ["p = camipc_put_bytes(w, p, %d, %s, %s);" % (
            self.number, self.place, self.count_place)]

    def locals(self):
        return []

    def tags(self):
        return ["CAMIPC_BYTES(%d)" % self.number]

    def cases(self):
        return self._labels() + indented(
            ["p = camipc_get_bytes(r, p, end, &%s, &%s);" % (
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

    def _order_checks(self):
        return ["if (!camipc_map_is_sorted(%s, %s, sizeof(*%s), %s))" % (
            self.place, self.count_place, self.place, self.compare),
            '\tcamipc_check_fail(check, -EINVAL, "%s");' % self.idl]
