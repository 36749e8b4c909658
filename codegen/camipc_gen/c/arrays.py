# SPDX-License-Identifier: MIT
"""C code for fields that hold several values; see c/slots.py."""

from typing import List, Optional

from .composite import ExternalValue, MessageValue
from .place import Place
from .slots import Slot
from .statements import branch, for_each
from .values import EnumValue, ScalarValue, tag_size

PACKED_PREFIX = 5             # length of a packed field, at most


def _limit(max_len: Optional[int]) -> str:
    return "SIZE_MAX" if max_len is None else str(max_len)


def element_bound(value) -> int:
    """Maximum size in bytes of an element of a packed array."""
    if value.array_form == "fixed":
        return max(4, value.bits // 8)
    return value.bound


def tags_both_ways(slot, singly: List[str]) -> List[str]:
    """The tags of an array of numbers, packed and unpacked; the form that is
    written comes first."""
    packed = ["CAMIPC_BYTES(%d)" % slot.number]
    return packed + singly if slot.packed else singly + packed


class ArraySlot(Slot):
    """array<T>: const T *x and size_t n_x."""

    shape = "ARRAY"
    has_count = True
    unpacked = False

    def __init__(self, field, c_name, value):
        super().__init__(field, c_name, value)
        self.count_name = "n_" + c_name
        self.unpacked = field.unpacked

    # ---- declarations

    remark = ""

    def declarations(self):
        return [self.value.pointer(self.name), "size_t " + self.count_name]

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
        """Whether it is written as one field that contains all numbers."""
        return self.value.array is not None and not self.unpacked

    wire_bound = 0

    # ---- encode, decode

    def count_at(self, of: Place) -> Place:
        return of.member(self.count_name)

    def init(self, of):
        return []

    def put(self, of):
        if self.packed:
            return ["p = camipc_put_%s_array(w, p, %d, %s, %s);" % (
                self.value.array, self.number, self.at(of),
                self.count_at(of))]
        return for_each(self.value.put(self.number, self.at(of).element(),
                                       True), self.count_at(of))

    @property
    def room(self) -> str:
        return "room_" + self.name

    def locals(self, of):
        return ["size_t %s = %s;" % (self.room, self.count_at(of))]

    def tags(self):
        if self.value.array is None:
            return super().tags()
        return tags_both_ways(self, super().tags())

    def get(self, of):
        where = "%s, %s, &%s" % (self.at(of).address,
                                 self.count_at(of).address, self.room)
        if self.value.array is None:
            return ["p = %s(r, p, end, tag, %s);" % (
                run_name(self.value, self.file), where)]
        if isinstance(self.value, EnumValue):
            where = "(const void **)" + where
        return ["p = camipc_get_%s_array(r, p, end, tag, %s);" % (
            self.value.array, where)]

    def _element_conditions(self, element: Place) -> List[str]:
        valid = self.value.valid(element)
        return ([valid] if valid else []) + self._rules(element)

    def finish(self, of):
        element, count = self.at(of).element(), self.count_at(of)
        settled = self.value.settle(element)
        conditions = self._element_conditions(element)
        if conditions:
            settled.append("p = camipc_require(r, p, %s);"
                           % " && ".join(conditions))
        lines = for_each(settled, count) if settled else []
        limits = []
        if self.required:
            limits.append("%s > 0" % count)
        if self.max_len is not None:
            limits.append("%s <= %d" % (count, self.max_len))
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

    def _element_checks(self, of: Place) -> List[str]:
        """The loop over the elements, or [] if any value is allowed."""
        element = self.at(of).element()
        if isinstance(self.value, ScalarValue):
            conditions = self._element_conditions(element)
            lines = ['camipc_check_that(check, %s, "%s");' % (
                " && ".join(conditions), self.idl)] if conditions else []
        else:
            lines = self.value.check(element, self.idl, None)
        return for_each(lines, self.count_at(of)) if lines else []

    def _required_check(self, of: Place) -> List[str]:
        return ['camipc_check_that(check, %s > 0, "%s");' % (
            self.count_at(of), self.idl)] if self.required else []

    def check(self, of):
        place = self.at(of)
        test = 'camipc_check_array(check, %s, %s, sizeof(*%s), %d, %s, "%s")' \
            % (place, self.count_at(of), place, self._element_wire(),
               _limit(self.max_len), self.idl)
        inner = self._element_checks(of) + self._order_checks(of)
        return (branch(test, inner) if inner else [test + ";"]) + \
            self._required_check(of)

    def _order_checks(self, of: Place) -> List[str]:
        """Checks of all elements together."""
        return []

    def _element_pointer(self) -> str:
        gap = "" if self.value.c_type.endswith("*") else " "
        return "%s%s*" % (self.value.c_type, gap)

    def copy_locals(self):
        if not self.value.owns:
            return []
        return ["%s%s;" % (self._element_pointer(), self.local)]

    def copy(self, of):
        place, count = self.at(of), self.count_at(of)
        copied = Place(self.local) if self.value.owns else place
        lines = ["%s = camipc_copy_array(arena, %s, %s, sizeof(*%s));" % (
            copied, place, count, copied)]
        if self.value.owns:
            lines.append("%s = %s;" % (place, copied))
        lines += branch("!%s" % copied, ["%s = 0;" % count])
        if self.value.owns:
            lines += for_each(self.value.copy(copied.element()), count)
        return lines

    def clear_locals(self, of):
        if not isinstance(self.value, (MessageValue, ExternalValue)) or \
                not self.value.owns:
            return []
        return ["%s%s = (void *)%s;" % (self._element_pointer(), self.local,
                                        self.at(of))]

    def clear(self, of):
        lines = []
        if self.value.owns:
            held = Place(self.local) if self.clear_locals(of) else self.at(of)
            lines = for_each(self.value.clear(held.element()),
                             self.count_at(of))
        return lines + ["camipc_clear_array(%s);" % self.at(of)]

    def aux_member(self):
        return self.count_name

    def max_count(self):
        return self.max_len

    @property
    def info_form(self):
        return self.value.array_form.upper() if self.value.array else \
            self.value.form


def run_name(value, file: str) -> str:
    """The static function of @file that decodes a run of elements which are
    no numbers."""
    return "get_%s_run%s" % (value.tag or value.kind.lower(),
                             value.apart_in(file))


class BytesSlot(ArraySlot):
    """array<uint8>: bytes of one field, which stay in the message."""

    unpacked = False

    def put(self, of):
        return ["p = camipc_put_bytes(w, p, %d, %s, %s);" % (
            self.number, self.at(of), self.count_at(of))]

    def locals(self, of):
        return []

    def tags(self):
        return ["CAMIPC_BYTES(%d)" % self.number]

    def get(self, of):
        return ["p = camipc_get_bytes(r, p, end, %s, %s);" % (
            self.at(of).address, self.count_at(of).address)]

    def check(self, of):
        return ['camipc_check_bytes(check, %s, %s, %s, "%s");' % (
            self.at(of), self.count_at(of), _limit(self.max_len), self.idl)
        ] + self._element_checks(of) + self._required_check(of)

    def copy(self, of):
        place, count = self.at(of), self.count_at(of)
        return ["%s = camipc_copy_array(arena, %s, %s, 1);" % (
            place, place, count)] + branch("!%s" % place, ["%s = 0;" % count])

    def clear(self, of):
        return ["camipc_clear_array(%s);" % self.at(of)]

    info_form = "BYTES"


class MapSlot(ArraySlot):
    """map<K, V>: entries in ascending order of their keys."""

    shape = "MAP"

    def __init__(self, field, c_name, value, compare: str):
        super().__init__(field, c_name, value)
        self.compare = compare

    def finish(self, of):
        place, count = self.at(of), self.count_at(of)
        return ["%s = camipc_get_map_done(r, (void *)%s, %s, sizeof(*%s), %s);"
                % (count, place, count, place, self.compare)
                ] + super().finish(of)

    def _order_checks(self, of):
        place = self.at(of)
        return ["if (!camipc_map_is_sorted(%s, %s, sizeof(*%s), %s))" % (
            place, self.count_at(of), place, self.compare),
            '\tcamipc_check_fail(check, -EINVAL, "%s");' % self.idl]
