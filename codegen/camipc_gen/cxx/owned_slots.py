# SPDX-License-Identifier: MIT
"""One field or parameter of a value in C++: the shapes of c/slots.py.

check(), put() and build() return statements about @place, an expression of C++;
build() sets members of a C struct, `msg`.
"""

from typing import List

from ..c.arrays import BytesSlot
from ..c.fixed import FixedSlot
from ..c.inline import InlineSlot
from ..c.place import Place
from ..c.statements import branch, indented
from ..c.values import ScalarValue
from . import names as cxx_names
from .owned import (Owned, OwnedMessage, OwnedNames, build_numbers, for_all,
                    member_of, owned_of)
from .view import unique

MSG = Place("msg")


class OwnedSlot:
    """A value in place; the shapes below differ from it."""

    def __init__(self, slot, name: str, names: OwnedNames):
        self.slot = slot
        self.name = name
        self.doc = slot.doc
        self.facts = slot.facts
        self.owned: Owned = owned_of(slot.value, names)

    # ---- types

    @property
    def type(self) -> str:
        return self.owned.type

    @property
    def parameter_type(self) -> str:
        return self.owned.parameter

    @property
    def differs(self) -> bool:
        """Whether the parameter is another one than that of the view."""
        return self.owned.differs

    @property
    def parameter(self) -> str:
        gap = "" if self.parameter_type[-1] in "&*" else " "
        return self.parameter_type + gap + self.name

    @property
    def tag(self) -> str:
        """The C name of the type inside, or ""."""
        return self.owned.tag

    # ---- statements

    def _conditions(self, place: str) -> List[str]:
        """Conditions of [min=] and [max=]."""
        return self.slot._rules(Place(self.owned.c(place)))

    def _that(self, conditions: List[str]) -> List[str]:
        if not conditions:
            return []
        return ['camipc_check_that(check, %s, "%s");' % (
            " && ".join(conditions), self.slot.idl)]

    def check(self, place: str) -> List[str]:
        conditions = self._conditions(place)
        if self.slot.required:
            present = self.owned.present(place)
            conditions += [present] if present else []
        return self.owned.check(place, self.slot.idl, self.slot.max_len) + \
            self._that(conditions)

    def numbers(self) -> List[int]:
        return self.slot.numbers()

    def put(self, place: str) -> List[str]:
        return self.owned.put(self.slot.number, place, self.slot._present)

    def put_numbers(self, place: str, numbers: List[int]) -> List[str]:
        return self.put(place)

    def build(self, place: str, msg: Place = MSG) -> List[str]:
        return self.owned.build(str(self.slot.at(msg)), place)


class OwnedInline(OwnedSlot):
    """A union whose arms are fields of the struct."""

    def __init__(self, slot, name, names):
        super().__init__(slot, name, names)
        self.arms = arms_of(slot.union, names)

    def check(self, place):
        lines = ["%s::checkArms(check, %s);" % (self.owned.codec, place)] \
            if self.slot.union.is_deep else \
            self.owned.check(place, self.slot.idl, None)
        return lines + (self._that([self.owned.present(place)])
                        if self.slot.required else [])

    def put_numbers(self, place, numbers):
        if len(numbers) == len(self.arms):
            return ["p = %s::put(w, p, %s);" % (self.owned.codec, place)]
        return [line for arm in self.arms if arm.slot.number in numbers
                for line in with_arm(arm, place, arm.put("*one"))]


class OwnedOptional(OwnedSlot):
    """T? of a number or an enum."""

    @property
    def type(self):
        return "std::optional<%s>" % self.owned.type

    parameter_type = type

    def check(self, place):
        inner = "*" + place
        valid = self.slot.value.valid(Place(self.owned.c(inner)))
        conditions = ([valid] if valid else []) + self._conditions(inner)
        lines = self._that(conditions)
        return branch(place, lines) if lines else []

    def put(self, place):
        return branch(place, self.owned.put(self.slot.number, "*" + place,
                                            True))

    def build(self, place, msg=MSG):
        return branch(place, [
            "%s = true;" % msg.member(self.slot.has)] + self.owned.build(
                str(self.slot.at(msg)), "*" + place))


class OwnedOptionalText(OwnedSlot):
    """string?"""

    differs = False

    @property
    def type(self):
        return "std::optional<std::string>"

    parameter_type = "std::optional<std::string_view>"

    def check(self, place):
        return branch(place, self.owned.check("*" + place, self.slot.idl,
                                              self.slot.max_len))

    def put(self, place):
        return branch(place, self.owned.put(self.slot.number, "*" + place,
                                            True))

    def build(self, place, msg=MSG):
        return branch(place, self.owned.build(str(self.slot.at(msg)),
                                              "*" + place))


class OwnedPointer(OwnedSlot):
    """T? of a struct."""

    # Set where a type would contain itself.
    is_nested = False

    @property
    def type(self):
        return "%s<%s>" % ("camipc::Nested" if self.is_nested
                           else "std::optional", self.owned.type)

    @property
    def parameter_type(self):
        return "const std::optional<%s> &" % self.owned.type

    differs = True

    def check(self, place):
        size = 'camipc_check_array(check, &%s, 1, sizeof(%s), 0, 1, "%s")' % (
            place, self.owned.kind.c_element, self.slot.idl)
        inner = self.owned.check("*" + place, self.slot.idl,
                                 self.slot.max_len)
        if not inner:
            return branch(place, [size + ";"])
        return branch("%s && %s" % (place, size), inner)

    def put(self, place):
        return branch(place, self.owned.put(self.slot.number, "*" + place,
                                            True))

    def build(self, place, msg=MSG):
        return branch(place, _build_each(self.slot.at(msg), self.owned,
                                         "camipc::only(*%s)" % place,
                                         "nullptr"))


class OwnedArray(OwnedSlot):
    """array<T>"""

    @property
    def type(self):
        return "std::vector<%s>" % self.owned.type

    @property
    def parameter_type(self):
        return "camipc::Span<const %s>" % self.owned.borrowed

    @property
    def differs(self):
        return self.owned.borrowed_differs

    @property
    def _is_bools(self) -> bool:
        return self.owned.type == "bool"

    def _loop(self, place: str, lines: List[str]) -> List[str]:
        return for_all("one", place, lines)

    def _element_checks(self, place: str) -> List[str]:
        if isinstance(self.slot.value, ScalarValue):
            return self._loop(place, self._that(
                self.slot._element_conditions(Place(self.owned.c("one")))))
        return self._loop(place, self.owned.check("one", self.slot.idl, None))

    def _limit(self) -> str:
        return "SIZE_MAX" if self.slot.max_len is None \
            else str(self.slot.max_len)

    def check(self, place):
        required = self._that(["%s.size() > 0" % place]) \
            if self.slot.required else []
        if isinstance(self.slot, BytesSlot):
            return ['camipc_check_bytes(check, %s.data(), %s.size(), %s, '
                    '"%s");' % (place, place, self._limit(), self.slot.idl)
                    ] + self._element_checks(place) + required
        test = 'camipc_check_array(check, &%s, %s.size(), sizeof(%s), %d, ' \
            '%s, "%s")' % (place, place, self.owned.kind.c_element,
                           self.slot._element_wire(), self._limit(),
                           self.slot.idl)
        inner = self._element_checks(place)
        return (branch(test, inner) if inner else [test + ";"]) + required

    def put(self, place):
        slot = self.slot
        if isinstance(slot, BytesSlot):
            return ["p = camipc_put_bytes(w, p, %d, %s.data(), %s.size());" % (
                slot.number, place, place)]
        if slot.packed and self._is_bools:
            return ["p = camipc::putBools(w, p, %d, %s);" % (slot.number,
                                                             place)]
        if slot.packed:
            return ["p = camipc_put_%s_array(w, p, %d, %s, %s.size());" % (
                slot.value.array, slot.number, self.owned.items(place), place)]
        return self._loop(place, self.owned.put(slot.number, "one", True))

    def build(self, place, msg=MSG):
        target, count = self.slot.at(msg), self.slot.count_at(msg)
        if self.owned.same_in_c and not self._is_bools:
            return build_numbers(str(target), str(count), place,
                                 self.owned.kind.c_element)
        return _build_each(target, self.owned, place, "&%s" % count)


def _build_each(target, owned: Owned, place: str, count: str) -> List[str]:
    """Sets @target to a copy of all elements, one by one."""
    if isinstance(owned, OwnedMessage):
        return ["%s = camipc::buildAll<%s>(arena, %s, %s);" % (
            target, owned.codec, place, count)]
    return ["%s = camipc::buildEach<%s>(arena, %s, %s, "
            "[&](const auto &from, auto &to) {" % (
                target, owned.kind.c_element, place, count)] + indented(
                    owned.build("to", "from")) + ["});"]


class OwnedMap(OwnedArray):
    """map<K, V>: always in the order of its keys."""

    def __init__(self, slot, name, names):
        super().__init__(slot, name, names)
        entry = slot.value.message
        self.key = owned_of_slot(entry.slots[0], "first", names)
        self.content = owned_of_slot(entry.slots[1], "second", names)

    differs = True

    @property
    def type(self):
        return "std::map<%s, %s>" % (self.key.type, self.content.type)

    @property
    def parameter_type(self):
        return "const %s &" % self.type

    @property
    def tag(self):
        return self.content.tag


class OwnedFixed(OwnedSlot):
    """array<T, N>, of any number of dimensions."""

    @property
    def type(self):
        return "std::array<%s, %d>" % (self.owned.type, self.slot.count)

    @property
    def parameter_type(self):
        return "const std::array<%s, %d> &" % (self.owned.borrowed,
                                               self.slot.count)

    @property
    def differs(self):
        return self.owned.borrowed_differs

    def check(self, place):
        if isinstance(self.slot.value, ScalarValue):
            lines = self._that(
                self.slot._element_conditions(Place(self.owned.c("one"))))
        else:
            lines = self.owned.check("one", self.slot.idl, None)
        return for_all("one", place, lines)

    def put(self, place):
        slot = self.slot
        if slot.is_bytes:
            return ["p = camipc_put_present_bytes(w, p, %d, %s.data(), %d);"
                    % (slot.number, place, slot.count)]
        if slot.packed:
            return ["p = camipc_put_%s_array(w, p, %d, %s, %d);" % (
                slot.value.array, slot.number, self.owned.items(place),
                slot.count)]
        return for_all("one", place, self.owned.put(slot.number, "one", True))

    def build(self, place, msg=MSG):
        if self.owned.same_in_c:
            target = self.slot.at(msg)
            return ["std::memcpy(%s, %s.data(), sizeof(%s));" % (
                target, place, target)]
        lines = self.owned.build(str(self.slot.element(msg)),
                                 "%s[i]" % place)
        head = "for (std::size_t i = 0; i < %d; i++)" % self.slot.count
        if len(lines) == 1:
            return [head, "\t" + lines[0]]
        return [head + " {"] + ["\t" + line for line in lines] + ["}"]


def with_arm(arm: OwnedSlot, place: str, lines: List[str]) -> List[str]:
    """Statements about the arm @one of a union, if it is set."""
    if not lines:
        return []
    return branch("const auto *const one = %s" % member_of(
        place, arm.name + "()"), lines)


_SHAPES = {"OPTIONAL": OwnedOptional, "ARRAY": OwnedArray, "MAP": OwnedMap}


def names_of(views, inside: bool) -> OwnedNames:
    return OwnedNames(views, inside, owned_of_slot)


def owned_of_slot(slot, name: str, names: OwnedNames) -> OwnedSlot:
    if isinstance(slot, InlineSlot):
        return OwnedInline(slot, name, names)
    if isinstance(slot, FixedSlot):
        return OwnedFixed(slot, name, names)
    if slot.shape == "POINTER":
        if slot.value.kind == "STRING":
            return OwnedOptionalText(slot, name, names)
        return OwnedPointer(slot, name, names)
    return _SHAPES.get(slot.shape, OwnedSlot)(slot, name, names)


def arms_of(union, names: OwnedNames) -> List[OwnedSlot]:
    """The arms of a union."""
    wanted = unique([cxx_names.of_arm(slot.idl) for slot in union.slots])
    return [owned_of_slot(slot, name, names)
            for slot, name in zip(union.slots, wanted)]
