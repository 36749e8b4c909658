# SPDX-License-Identifier: MIT
"""How many bytes messages take on the wire: the least and the most.

Of what an encoder of ours writes. The least is of a value that the interface
allows; a receiver takes less, for it fills in what is absent.
"""

from __future__ import annotations

from typing import Dict, Iterable, NamedTuple, Optional, Set

from . import ir
from .constants import integer_range
from .order import components, containment
from .wire import (MAX_FDS, PACKED, encoding_of, is_byte_array, mask_of,
                   tag_size, varint_size)


class Size(NamedTuple):
    """A range of bytes; @most is None if it is unbounded."""
    least: int
    most: Optional[int]

    def __str__(self) -> str:
        if self.most is None:
            return "%d.." % self.least
        if self.least == self.most:
            return str(self.least)
        return "%d..%d" % self

    def plus(self, other: "Size") -> "Size":
        return Size(self.least + other.least,
                    None if None in (self.most, other.most)
                    else self.most + other.most)

    def times(self, least: int, most: Optional[int]) -> "Size":
        """As many as @least to @most of it."""
        if most is None:
            return Size(self.least * least, None if self.most != 0 else 0)
        return Size(self.least * least,
                    None if self.most is None else self.most * most)

    def with_length(self) -> "Size":
        return Size(self.least + varint_size(self.least),
                    None if self.most is None
                    else self.most + varint_size(self.most))

    def maybe(self) -> "Size":
        """It, or nothing at all."""
        return Size(0, self.most)


NOTHING = Size(0, 0)


def of_tag(number: int) -> Size:
    return Size(tag_size(number), tag_size(number))


def of_number(encoding: str, value_type: ir.Scalar,
              low: Optional[int] = None, high: Optional[int] = None) -> Size:
    """A number in a form, given its limits."""
    if encoding == "fixed":
        size = 8 if value_type.bits == 64 else 4
        return Size(size, size)
    if value_type.name == "bool":
        return Size(1, 1)
    first, last = integer_range(value_type.name)
    first = first if low is None else max(first, int(low))
    last = last if high is None else min(last, int(high))
    # The shortest encoding is that of the allowed value nearest to zero.
    inner = [max(first, min(last, middle)) for middle in (0, -1)]
    sizes = [varint_size((v << 1) ^ (v >> 63) if encoding == "zigzag" else v)
             for v in [first, last] + inner]
    return Size(min(sizes), max(sizes))


def excludes_zero(field: ir.Field) -> bool:
    """Whether zero is not allowed. The field is then always present."""
    return (field.required or field.min is not None and field.min > 0 or
            field.max is not None and field.max < 0)


class Sizes:
    """Sizes of the messages of a program."""

    def __init__(self, program: ir.Program):
        self._program = program
        self._known: Dict[str, Size] = {}
        self._enums: Dict[ir.Type, Size] = {}
        self._arms_of: Dict[str, Size] = {}
        self._final: Set[str] = set()    # types whose size is known
        # Contained types first, without recursion: chains can be long.
        for component in components(containment(program)):
            for name in component:
                # The size of a type inside itself is unbounded.
                self._known[name] = Size(0, None)
            self._known.update([(name, self._declared(name))
                                for name in component])
            self._final.update(component)

    def message(self, fields: Iterable[ir.Field]) -> Size:
        """A struct, arguments or outputs, without a length before it."""
        total = NOTHING
        for field in fields:
            total = total.plus(self.field(field))
        return total

    def reply(self, method: ir.Method) -> Size:
        size = self.message(method.outs)
        if method.returns_int32:
            size = size.plus(Size(0, 1 + 5))     # field 1, sint32
        return size

    def declared(self, name: str) -> Size:
        """A struct or union by qualified name, without a length."""
        return self._known[name]

    def _declared(self, name: str) -> Size:
        struct = self._program.structs.get(name)
        if struct is None:
            return self._arms(name).maybe()
        if struct.external:
            version = varint_size(struct.external.version)
            return Size(version, version + struct.external.max_len)
        size = self.message(struct.fields)
        return Size(size.least, None) if struct.keep_unknown else size

    def _arms(self, name: str) -> Size:
        """One arm of a union with its tag."""
        if name in self._arms_of:
            return self._arms_of[name]
        arms = [self.arm(arm) for arm in self._program.unions[name].arms]
        most = [arm.most for arm in arms]
        found = NOTHING if not arms else Size(
            min(arm.least for arm in arms),
            None if None in most else max(most))
        if name in self._final:
            self._arms_of[name] = found
        return found

    def arm(self, arm: ir.Field) -> Size:
        """An arm that is set, with its tag."""
        return of_tag(arm.number).plus(
            self._value(arm.type, arm, arm.wire, False, arm.max_len))

    def field(self, field: ir.Field) -> Size:
        """With its tags; nothing where it may be left out."""
        tag = of_tag(field.number)
        value_type = field.type
        if isinstance(value_type, ir.Nullable):
            return tag.plus(self._value(value_type.inner, field, field.wire,
                                        False, field.max_len)).maybe()
        if isinstance(value_type, (ir.Array, ir.Map)):
            return self._repeated(field, value_type, field.wire, tag,
                                  field.max_len, field.required)
        if isinstance(value_type, ir.UnionRef):
            return self._union(field, value_type, tag)
        size = self._value(value_type, field, field.wire, False,
                           field.max_len)
        if isinstance(value_type, ir.String) and excludes_zero(field):
            size = Size(2, size.most)        # one byte of text at least
        size = tag.plus(size)
        if isinstance(value_type, ir.StructRef) or excludes_zero(field) or \
                field.default is not None:
            return size
        return size.maybe()

    def _union(self, field: ir.Field, value_type, tag: Size) -> Size:
        size = self._arms(value_type.name)
        if not field.required:
            size = size.maybe()
        return size if field.inline else tag.plus(size.with_length())

    def _repeated(self, field, value_type, wire, tag: Size,
                  max_len: Optional[int], required: bool) -> Size:
        """All elements, with their tags."""
        if is_byte_array(value_type):
            return self._bytes(value_type, tag, max_len, required)
        if isinstance(value_type, ir.Map):
            entry = self._entry(field, value_type, wire)
            return tag.plus(entry).times(int(required), max_len)
        count, element = value_type.count, value_type.element
        while count is not None and isinstance(element, ir.Array) and \
                element.count is not None:
            count, element = count * element.count, element.element
        least, most = (int(required), max_len) if count is None \
            else (count, count)
        one = self._value(element, field, wire, True, None)
        if field.unpacked or not isinstance(element, PACKED):
            return tag.plus(one).times(least, most)
        if most == 0:
            return NOTHING
        run = tag.plus(one.times(max(1, least), most).with_length())
        return run if least else run.maybe()

    @staticmethod
    def _bytes(value_type, tag: Size, max_len: Optional[int],
               required: bool) -> Size:
        count = 1
        while isinstance(value_type, ir.Array):
            count *= value_type.count or 1
            dynamic = value_type.count is None
            value_type = value_type.element
        if not dynamic:
            return tag.plus(Size(count, count).with_length())
        if max_len == 0:
            return NOTHING
        run = tag.plus(Size(1, max_len).with_length())
        return run if required else run.maybe()

    def _entry(self, field, value_type: ir.Map, wire) -> Size:
        """key = 1, value = 2; zeros are left out, as anywhere."""
        parts = []
        for part, form in ((value_type.key, field.wire_key or field.wire),
                           (value_type.value, field.wire_value or wire)):
            size = of_tag(1).plus(self._value(part, field, form, False, None))
            is_message = isinstance(part, (ir.StructRef, ir.UnionRef)) or \
                isinstance(part, (ir.Array, ir.Map)) and \
                not _is_bytes_value(part)
            parts.append(size if is_message else size.maybe())
        return parts[0].plus(parts[1]).with_length()

    def _value(self, value_type, field, wire, is_element: bool,
               max_len: Optional[int]) -> Size:
        """One value that is there, without its tag."""
        if isinstance(value_type, ir.Scalar):
            return of_number(encoding_of(value_type, wire, is_element),
                             value_type, field.min, field.max)
        if isinstance(value_type, (ir.EnumRef, ir.FlagsRef)):
            if value_type not in self._enums:
                self._enums[value_type] = self._enum(value_type)
            return self._enums[value_type]
        if isinstance(value_type, ir.Fd):
            return Size(1, varint_size(MAX_FDS))
        if isinstance(value_type, (ir.StructRef, ir.UnionRef)):
            return self.declared(value_type.name).with_length()
        if isinstance(value_type, ir.String) or _is_bytes_value(value_type):
            return Size(0, max_len).with_length()
        if isinstance(value_type, (ir.Array, ir.Map)):
            # A message with the array as field 1.
            return self._repeated(field, value_type, wire, of_tag(1),
                                  max_len, False).with_length()
        raise TypeError("no size of %s" % type(value_type).__name__)

    def _enum(self, value_type) -> Size:
        enum = self._program.enums[value_type.name]
        if isinstance(value_type, ir.FlagsRef):
            return Size(1, 5 if enum.extensible
                        else varint_size(mask_of(enum)))
        if enum.extensible:
            return Size(1, 10)
        return Size(1, max([varint_size(e.value) for e in enum.enumerators],
                           default=1))


def _is_bytes_value(value_type: ir.Type) -> bool:
    """Whether a value is bytes, which need no message around them."""
    return is_byte_array(value_type) and value_type.count is None


def max_wire(program: ir.Program,
             fields: Iterable[ir.Field]) -> Optional[int]:
    """The size limit of a message of these fields, None if unbounded."""
    return Sizes(program).message(fields).most
