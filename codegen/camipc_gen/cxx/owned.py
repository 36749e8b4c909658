# SPDX-License-Identifier: MIT
"""One value in C++ that owns its memory: its types, and the statements that
check it, write it to a message and build the C struct's value of it.

Where the statements of c/values.py fit, they are made of the C expression of
the value. Places are texts: expressions of C++.
"""

from functools import singledispatch
from typing import List, Optional

from ..c.composite import BytesValue, ExternalValue, MessageValue
from ..c.place import Place
from ..c.statements import indented
from ..c.values import (EnumValue, FdValue, FlagsValue, OpenEnumValue,
                        ScalarValue, StringValue, Value)
from . import names as cxx_names
from .values import kind_of


NAMESPACE = "values"


def member_of(place: str, name: str) -> str:
    """A member of the value at @place."""
    if place.startswith("*"):
        return "%s->%s" % (place[1:], name)
    return "%s.%s" % (place, name)


def codec_of(name: str) -> str:
    """No type of the IDL ends with an underscore."""
    return name + "Codec_"


class OwnedNames:
    """Finds the C++ names of values and codecs, as seen from one module;
    @inside of its namespace, or from the namespace around it. @slot_of makes
    the field of a box, which is a value, too."""

    def __init__(self, names, inside: bool, slot_of):
        self.views = names
        self.slot_of = slot_of
        self._inside = inside

    def value(self, tag: str) -> str:
        scope, _, name = self.views(tag).rpartition("::")
        if scope:
            return "%s::%s::%s" % (scope, NAMESPACE, name)
        return name if self._inside else NAMESPACE + "::" + name

    def codec(self, tag: str) -> str:
        return codec_of(self.value(tag))


class Owned:
    """A number or an enum; other values differ."""

    # Whether a parameter differs from that of the view.
    differs = False
    tag = ""                # of the class that must be complete, if any

    def __init__(self, value: Value, names: OwnedNames):
        self.value = value
        self.kind = kind_of(value, names.views)
        self.type = self.kind.element
        self.parameter = self.kind.take

    def c(self, place: str) -> str:
        """The expression for the value in C."""
        if self.kind.write.startswith("%s."):
            return member_of(place, self.kind.write[len("%s."):])
        return self.kind.write % place

    def check(self, place: str, field: str, max_len: Optional[int]
              ) -> List[str]:
        return self.value.check(Place(self.c(place)), field, max_len)

    def put(self, number: int, place: str, present: bool) -> List[str]:
        return self.value.put(number, Place(self.c(place)), present)

    def build(self, target: str, place: str) -> List[str]:
        return ["%s = %s;" % (target, self.c(place))]

    def present(self, place: str) -> Optional[str]:
        """The condition of [required]."""
        return self.value.present(Place(self.c(place)))

    # ---- arrays of it

    # Whether elements look the same in C: an array is copied as it is.
    same_in_c = True

    @property
    def borrowed(self) -> str:
        """The type of an element of an array that is a parameter."""
        return self.type

    # Whether that is another one than in an array of the view.
    borrowed_differs = False

    def items(self, place: str) -> str:
        """A pointer to the elements of an array, as C has them."""
        if self.kind.element == self.kind.c_element:
            return place + ".data()"
        return "reinterpret_cast<const %s *>(%s.data())" % (
            self.kind.c_element, place)


class OwnedEnum(Owned):
    """An enum: C++ forbids the casts of the statements of C."""

    def put(self, number, place, present):
        return ["p = camipc_put_%sint32(w, p, %d, "
                "static_cast<std::int32_t>(%s));" % (
                    "present_" if present else "", number, place)]

    def present(self, place):
        return "%s != %s{}" % (place, self.type)


def _put_bytes(number: int, place: str, present: bool) -> List[str]:
    return ["p = camipc_put_%sbytes(w, p, %d, %s, %s);" % (
        "present_" if present else "", number, member_of(place, "data()"),
        member_of(place, "size()"))]


class OwnedText(Owned):
    """A text; a parameter only has to show one."""

    def __init__(self, value, names):
        super().__init__(value, names)
        self.type = "std::string"
        self.parameter = "std::string_view"

    same_in_c = False
    borrowed_differs = True

    def check(self, place, field, max_len):
        return ['camipc::checkText(check, %s, %s, "%s");' % (
            place, "SIZE_MAX" if max_len is None else max_len, field)]

    def put(self, number, place, present):
        return _put_bytes(number, place, present)

    def build(self, target, place):
        return ["%s = camipc::buildText(arena, %s);" % (target, place)]

    def present(self, place):
        return "!" + member_of(place, "empty()")


class OwnedFd(Owned):
    """A descriptor; a parameter is only borrowed."""

    def __init__(self, value, names):
        super().__init__(value, names)
        self.type = "camipc::Fd"

    # Elements are duplicated one by one.
    same_in_c = False
    borrowed = "int"

    def items(self, place):
        return "camipc::numbers(%s)" % place

    def c(self, place):
        return "camipc::number(%s)" % place

    def build(self, target, place):
        return ["%s = camipc_copy_fd(arena, %s);" % (target, self.c(place))]


class OwnedMessage(Owned):
    """A struct, a union, or an array or a map as a value of its own."""

    differs = True
    same_in_c = False
    borrowed_differs = True

    def __init__(self, value, names):
        super().__init__(value, names)
        self.tag = value.tag
        self.codec = names.codec(value.tag)
        if value.is_box:
            # What the box contains.
            inner = names.slot_of(value.message.slots[0], "value", names)
            self.type = inner.type
            self.tag = inner.tag
        else:
            self.type = names.value(value.tag)
        self.parameter = "const %s &" % self.type

    def check(self, place, field, max_len):
        if self.value.free:
            return []
        return ["%s::check(check, %s);" % (self.codec, place)]

    def put(self, number, place, present):
        return ["p = camipc::putMessage<%s>(w, p, %d, %s);" % (
            self.codec, number, place)]

    def build(self, target, place):
        return ["%s::build(arena, %s, %s);" % (self.codec, place, target)]

    def present(self, place):
        if not self.value.message.is_union:
            return None
        return "%s != %s::Tag::%s" % (member_of(place, "tag()"), self.type,
                                      cxx_names.NO_ARM)


class OwnedBytes(Owned):
    """array<uint8> as a value of its own."""

    differs = True
    same_in_c = False
    borrowed_differs = True

    def __init__(self, value, names):
        super().__init__(value, names)
        self.type = "std::vector<std::uint8_t>"
        self.parameter = "const %s &" % self.type

    def check(self, place, field, max_len):
        most = self.value.wrapper.slots[0].max_len
        return ['camipc_check_bytes(check, %s, %s, %s, "%s");' % (
            member_of(place, "data()"), member_of(place, "size()"),
            "SIZE_MAX" if most is None else most, field)]

    def put(self, number, place, present):
        return _put_bytes(number, place, present)

    def build(self, target, place):
        return build_numbers(target + ".items", target + ".n_items", place,
                             "std::uint8_t")


def build_numbers(target: str, count: str, place: str, c_element: str
                  ) -> List[str]:
    """A copy of an array of numbers, as it is in memory."""
    return ["%s = camipc::buildNumbers<%s>(arena, %s, &%s);" % (
        target, c_element, place, count)]


class OwnedExternal(Owned):
    """A struct of another library."""

    same_in_c = False
    borrowed_differs = True

    def __init__(self, value, names):
        super().__init__(value, names)
        self.type = names.value(value.tag)

    def c(self, place):
        return "*camipc::address(%s)" % place

    def _at(self, place: str) -> Place:
        return Place("camipc::address(%s)" % place, is_pointer=True)

    def check(self, place, field, max_len):
        return self.value.check(self._at(place), field, max_len)

    def put(self, number, place, present):
        return self.value.put(number, self._at(place), present)

    def build(self, target, place):
        return ["camipc::buildExternal<::%s>(arena, %s, %s);" % (
            self.value.info, self.c(place), target)]


@singledispatch
def owned_of(value, names: OwnedNames) -> Owned:
    raise TypeError("no value in C++ for %s" % type(value).__name__)


@owned_of.register(ScalarValue)
@owned_of.register(FlagsValue)
def _number(value, names):
    return Owned(value, names)


@owned_of.register(EnumValue)
@owned_of.register(OpenEnumValue)
def _enum(value, names):
    return OwnedEnum(value, names)


@owned_of.register
def _text(value: StringValue, names):
    return OwnedText(value, names)


@owned_of.register
def _fd(value: FdValue, names):
    return OwnedFd(value, names)


@owned_of.register
def _message(value: MessageValue, names):
    return OwnedMessage(value, names)


@owned_of.register
def _bytes(value: BytesValue, names):
    return OwnedBytes(value, names)


@owned_of.register
def _external(value: ExternalValue, names):
    return OwnedExternal(value, names)


def for_all(name: str, container: str, lines: List[str]) -> List[str]:
    """A loop over the elements of a container."""
    if not lines:
        return []
    head = "for (const auto &%s : %s)" % (name, container)
    if len(lines) == 1:
        return [head] + indented(lines)
    return [head + " {"] + indented(lines) + ["}"]
