# SPDX-License-Identifier: MIT
"""One field, parameter or output in C++: the shapes of c/slots.py."""

from typing import List, Optional

from ..c.composite import BytesValue
from ..c.fixed import FixedSlot
from .values import Kind, kind_of


class Member:
    """A value in place; the shapes below differ from it."""

    needs_box = False

    def __init__(self, slot, name: str, names):
        self.slot = slot
        self.name = name
        self.c_name = slot.name
        self.names = names
        self.kind: Kind = kind_of(slot.value, names)
        self.doc = slot.doc
        self.facts = slot.facts

    # ---- types

    @property
    def get_type(self) -> str:
        return self.kind.get

    @property
    def take_type(self) -> str:
        return self.kind.take

    @property
    def parameter(self) -> str:
        return _declared(self.take_type, self.name)

    @property
    def argument(self) -> str:
        """As a parameter of what C calls: an event or an op."""
        return _declared(self.get_type, self.name)

    @property
    def unnamed(self) -> str:
        """As a parameter that is not used."""
        return "%s /* %s */" % (self.get_type, self.name)

    @property
    def needs(self) -> str:
        """The class that must be complete where this is used, or ""."""
        return self.kind.element if self.kind.is_class else ""

    @property
    def _is_struct(self) -> bool:
        """C functions take and pass a pointer to it."""
        return self.kind.is_class or self.kind.is_external

    # ---- C++ from C, C from C++

    def read(self, of: str) -> str:
        """From the member of a C struct; @of ends with "." or "->"."""
        return self.kind.read % (of + self.c_name)

    def read_parameter(self) -> str:
        """From the parameters of a C callback."""
        star = "*" if self._is_struct else ""
        return self.kind.read % (star + self.c_name)

    def write(self) -> List[str]:
        """Arguments of a C function."""
        amp = "&" if self._is_struct else ""
        return [amp + self.kind.write % self.name]

    def assign(self, of: str, value: str) -> List[str]:
        """Statements that set the member of a C struct."""
        return ["%s%s = %s;" % (of, self.c_name, self.kind.write % value)]

    @property
    def mutable_type(self) -> Optional[str]:
        """The type of an accessor to change it in place, or None."""
        return self.kind.element + " &" if self._is_struct else None

    def out_arguments(self, of: str) -> List[str]:
        """Where a C call puts it."""
        return ["&%s%s" % (of, self.c_name)]


class BoxMember(Member):
    """An array as an arm of a union, or as a value of a map: without the C
    struct around it."""

    mutable_type = None

    def __init__(self, slot, name, names):
        super().__init__(slot, name, names)
        box = slot.value.wrapper if isinstance(slot.value, BytesValue) \
            else slot.value.message
        self.items = member_of(box.slots[0], name, names)

    @property
    def get_type(self):
        return self.items.get_type

    @property
    def take_type(self):
        return self.items.take_type

    @property
    def needs(self):
        return self.items.needs

    def read(self, of):
        return self.items.read(of + self.c_name + ".")

    def assign(self, of, value):
        return self.items.assign(of + self.c_name + ".", value)


class OptionalMember(Member):
    """T? of a number or an enum."""

    mutable_type = None

    @property
    def get_type(self):
        return "std::optional<%s>" % self.kind.get

    take_type = get_type

    def _read(self, has: str, place: str) -> str:
        return "camipc::optional(%s, %s)" % (has, self.kind.read % place)

    def read(self, of):
        return self._read(of + self.slot.has, of + self.c_name)

    def read_parameter(self):
        return self._read(self.slot.has, self.c_name)

    def _write(self, value: str) -> List[str]:
        return [value + ".has_value()", self.kind.write % (
            "%s.value_or(%s{})" % (value, self.kind.get))]

    def write(self):
        return self._write(self.name)

    def assign(self, of, value):
        has, inner = self._write(value)
        return ["%s%s = %s;" % (of, self.slot.has, has),
                "%s%s = %s;" % (of, self.c_name, inner)]

    def out_arguments(self, of):
        return ["&%s%s" % (of, self.slot.has), "&%s%s" % (of, self.c_name)]


class OptionalTextMember(Member):
    """string?"""

    @property
    def get_type(self):
        return "std::optional<std::string_view>"

    @property
    def take_type(self):
        return "std::optional<camipc::CString>"

    def read(self, of):
        return "camipc::optionalText(%s)" % (of + self.c_name)

    def read_parameter(self):
        return "camipc::optionalText(%s)" % self.c_name

    def write(self):
        return ["camipc::cText(%s)" % self.name]

    def assign(self, of, value):
        return ["%s%s = camipc::cText(%s);" % (of, self.c_name, value)]


class PointerMember(Member):
    """T? of a class: a pointer, nullptr for none."""

    mutable_type = None

    @property
    def get_type(self):
        return "const %s *" % self.kind.element

    take_type = get_type

    def read(self, of):
        return "camipc::view<%s>(%s)" % (self.kind.element, of + self.c_name)

    def read_parameter(self):
        return "camipc::view<%s>(%s)" % (self.kind.element, self.c_name)

    def write(self):
        return ["camipc::cPointer(%s)" % self.name]

    def assign(self, of, value):
        return ["%s%s = camipc::cPointer(%s);" % (of, self.c_name, value)]


class ExternalPointerMember(PointerMember):
    """T? of an external type: the pointer that C has."""

    def read(self, of):
        return of + self.c_name

    def read_parameter(self):
        return self.c_name

    def write(self):
        return [self.name]

    def assign(self, of, value):
        return ["%s%s = %s;" % (of, self.c_name, value)]


class ArrayMember(Member):
    """array<T> and map<K, V>."""

    mutable_type = None

    @property
    def get_type(self):
        return _span(self.kind)

    take_type = get_type

    def _span_of(self, items: str, count: str) -> str:
        return "camipc::span<%s>(%s, %s)" % (self.kind.element, items, count)

    def read(self, of):
        return self._span_of(of + self.c_name, of + self.slot.count_name)

    def read_parameter(self):
        return self._span_of(self.c_name, self.slot.count_name)

    def _items(self, value: str) -> str:
        if self.kind.element == self.kind.c_element:
            return value + ".data()"
        return "camipc::items<%s>(%s)" % (self.kind.c_element, value)

    def write(self):
        return [self._items(self.name), self.name + ".size()"]

    def assign(self, of, value):
        return ["%s%s = %s;" % (of, self.c_name, self._items(value)),
                "%s%s = %s.size();" % (of, self.slot.count_name, value)]

    def out_arguments(self, of):
        return ["&%s%s" % (of, self.c_name),
                "&%s%s" % (of, self.slot.count_name)]


class FixedMember(Member):
    """array<T, N>, of any number of dimensions."""

    @property
    def array(self) -> str:
        return "std::array<%s, %d>" % (self.kind.element, self.slot.count)

    @property
    def get_type(self):
        return "const %s &" % self.array

    take_type = get_type

    @property
    def mutable_type(self):
        return None

    def _first(self, place: str) -> str:
        return place + "[0]" * (len(self.slot.counts) - 1)

    def _read(self, place: str) -> str:
        return "camipc::fixed<%s, %d>(%s)" % (
            self.kind.element, self.slot.count, self._first(place))

    def read(self, of):
        return self._read(of + self.c_name)

    def read_parameter(self):
        return self._read(self.c_name)

    def write(self):
        row = "".join("[%d]" % n for n in self.slot.counts[1:])
        return ["camipc::rows<%s%s>(%s)" % (self.kind.c_element, row,
                                            self.name)]

    def assign(self, of, value):
        place = of + self.c_name
        return ["std::memcpy(%s, %s.data(), sizeof(%s));" % (
            place, value, place)]

    def out_arguments(self, of):
        return [of + self.c_name]


def _span(kind: Kind) -> str:
    return "camipc::Span<const %s>" % kind.element


def _declared(type_: str, name: str) -> str:
    return type_ + ("" if type_[-1] in "&*" else " ") + name


_SHAPES = {"OPTIONAL": OptionalMember, "ARRAY": ArrayMember,
           "MAP": ArrayMember, "FIXED": FixedMember}


def member_of(slot, name: str, names) -> Member:
    if isinstance(slot, FixedSlot):
        return FixedMember(slot, name, names)
    if slot.shape == "POINTER":
        if slot.value.kind == "STRING":
            return OptionalTextMember(slot, name, names)
        if slot.value.kind == "EXTERNAL":
            return ExternalPointerMember(slot, name, names)
        return PointerMember(slot, name, names)
    if slot.shape == "SINGLE" and slot.value.is_box:
        return BoxMember(slot, name, names)
    return _SHAPES.get(slot.shape, Member)(slot, name, names)
