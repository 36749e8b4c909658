# SPDX-License-Identifier: MIT
"""C code for one value: a field, an element of an array, a key, an arm.

Each class stands for one way in which values are stored and written. Their
methods return C statements about a Place, one per line, unbroken;
output/layout.py breaks long ones.
"""

from typing import List, Optional

from .place import Place
from .statements import branch

MESSAGE_PREFIX_BOUND = 5       # bytes of a length that is not bounded by 127


def tag_size(number: int) -> int:
    """Bytes of a field's tag."""
    return ((number << 3).bit_length() + 6) // 7


class Value:
    """The interface of all kinds of values."""

    c_type = ""                # "uint32_t", "struct cam_size"
    wire = "VARINT"            # the wire type: CAMIPC_<wire>(number)
    kind = ""                  # CAMIPC_KIND_<kind>
    form = "VARINT"            # CAMIPC_WIRE_<form>
    default = "0"              # the zero value as a C expression
    remark = ""                # a comment behind the member
    info: Optional[str] = None  # name of the type's camipc_type_info
    owns = False               # a copy has memory or descriptors of its own
    has_fds = False
    needs_init = False         # a zeroed one is not the default
    free = True                # every value is allowed: nothing to check
    bound: Optional[int] = None  # most bytes on the wire, tag left out
    is_scalar = False          # a number: there is add() beside put()
    array: Optional[str] = None  # packed arrays: camipc_put_<array>_array

    tag = ""                   # the C name of its type, if it has one
    file = ""                  # which declares that type

    def apart_in(self, file: str) -> str:
        """Makes names of static functions about the type differ by file: two
        files may be one translation unit."""
        if self.tag and file == self.file:
            return ""
        if self.tag and file == self.file + "_call":
            return "_in_call"
        return "_in_" + file

    def declare(self, name: str) -> str:
        gap = "" if self.c_type.endswith("*") else " "
        return self.c_type + gap + name

    def pointer(self, name: str) -> str:
        """A pointer to constant values: a parameter, or an array's items."""
        if self.c_type.startswith("const "):
            return self.c_type + "const *" + name
        return "const " + self.c_type + " *" + name

    def put(self, number: int, place: Place, present: bool) -> List[str]:
        raise NotImplementedError(type(self).__name__)

    def add(self, number: int, place: Place, present: bool) -> List[str]:
        """As put(), if there is certainly room; only with is_scalar."""
        raise NotImplementedError(type(self).__name__)

    def get(self, place: Place) -> List[str]:
        raise NotImplementedError(type(self).__name__)

    def valid(self, place: Place) -> Optional[str]:
        """A condition that a decoded number must meet, or None."""
        return None

    def settle(self, place: Place) -> List[str]:
        """Checks by the decoder when the message has ended."""
        return []

    def check(self, place: Place, field: str, max_len: Optional[int]
              ) -> List[str]:
        condition = self.valid(place)
        if condition is None:
            return []
        return ['camipc_check_that(check, %s, "%s");' % (condition, field)]

    def copy(self, place: Place) -> List[str]:
        return []

    def clear(self, place: Place) -> List[str]:
        return []

    def init(self, place: Place) -> List[str]:
        return []

    def present(self, place: Place) -> Optional[str]:
        """The condition of [required]; None if no value is absent."""
        return None

    is_box = False             # {items, n_items}, a wrapper
    get_repeats_place = False  # get() names the place more than once

    # Whether its check counts its bytes, tag included.
    counts_itself = False

    @property
    def wire_bound(self) -> int:
        """Its part of the sender's sum, without what its check adds."""
        return self.bound if self.bound is not None else MESSAGE_PREFIX_BOUND


_SCALARS = {
    # name: C type, varint bytes, zigzag bytes
    "bool": ("bool", 1, 1),
    "int8": ("int8_t", 10, 2),
    "uint8": ("uint8_t", 2, 2),
    "int16": ("int16_t", 10, 3),
    "uint16": ("uint16_t", 3, 3),
    "int32": ("int32_t", 10, 5),
    "uint32": ("uint32_t", 5, 5),
    "int64": ("int64_t", 10, 10),
    "uint64": ("uint64_t", 10, 10),
    "float": ("float", 4, 4),
    "double": ("double", 8, 8),
}


class ScalarValue(Value):
    """bool, integers, floats; @form is varint, zigzag or fixed."""

    is_scalar = True

    def __init__(self, name: str, form: str, array_form: str):
        self.name = name
        self.c_type, varint, zigzag = _SCALARS[name]
        self.kind = name.upper()
        self.is_float = name in ("float", "double")
        self.is_bool = name == "bool"
        self.bits = {"bool": 8, "float": 32, "double": 64}.get(name) or int(
            name.lstrip("uint"))
        if self.is_bool:
            self.default = "false"
        if self.is_float:
            form = "fixed"
        self.form = form.upper()
        self.suffix = self._suffix(form)
        if form == "fixed":
            self.wire = "FIXED64" if self.bits == 64 else "FIXED32"
            self.bound = 8 if self.bits == 64 else 4
        else:
            self.bound = zigzag if form == "zigzag" else varint
        self.array = self._array(array_form)
        self.array_form = "fixed" if self.is_float else array_form

    def _suffix(self, form: str) -> str:
        if self.is_float or self.is_bool or form == "varint":
            return self.name
        if form == "zigzag":
            return "s" + self.name
        return ("s" if self.name.startswith("int") else "") + \
            "fixed%d" % self.bits

    def _array(self, form: str) -> Optional[str]:
        """The name of wire.h's functions for a packed array."""
        if self.is_bool or self.is_float:
            return self.name
        natural = "fixed" if self.bits >= 32 else "varint"
        return self.name if form == natural else self.name + "_" + form

    def put(self, number, place, present):
        return ["p = camipc_put_%s%s(w, p, %d, %s);" % (
            "present_" if present else "", self.suffix, number, place)]

    def add(self, number, place, present):
        return ["p = camipc_add_%s%s(p, %d, %s);" % (
            "present_" if present else "", self.suffix, number, place)]

    def get(self, place):
        return ["p = camipc_get_%s(r, p, end, %s);" % (
            self.suffix, place.address)]


class EnumValue(Value):
    """A strict enum: only declared values, and 0."""

    kind = "ENUM"
    free = False
    bound = 10
    array = "enum"
    array_form = "varint"

    is_scalar = True

    def __init__(self, tag: str):
        self.tag = tag
        self.c_type = "enum " + tag
        self.info = tag + "_type_info"
        self.default = "(enum %s)0" % tag

    def put(self, number, place, present):
        return ["p = camipc_put_%sint32(w, p, %d, (int32_t)%s);" % (
            "present_" if present else "", number, place)]

    def add(self, number, place, present):
        return ["p = camipc_add_%sint32(p, %d, (int32_t)%s);" % (
            "present_" if present else "", number, place)]

    def get(self, place):
        return ["p = %s_get(r, p, end, %s);" % (self.tag, place.address)]

    def valid(self, place):
        return "%s_is_known(%s)" % (self.tag, place)

    def present(self, place):
        return "%s != 0" % place


class OpenEnumValue(ScalarValue):
    """An [Extensible] enum: the raw number."""

    def __init__(self, tag: str):
        super().__init__("int32", "varint", "varint")
        self.tag = tag
        self.remark = " /* enum %s or unknown */" % tag
        self.kind = "ENUM"
        self.info = tag + "_type_info"

    def present(self, place):
        return "%s != 0" % place


class FlagsValue(ScalarValue):
    """A set of flags; unless [Extensible], of declared ones only."""

    def __init__(self, tag: str, idl_name: str, is_open: bool):
        super().__init__("uint32", "varint", "varint")
        self.tag = tag
        self.idl_name = idl_name
        self.remark = " /* set of enum %s */" % tag
        self.kind = "FLAGS"
        self.info = tag + "_type_info"
        self.mask = None if is_open else tag.upper() + "_MASK"
        self.free = is_open

    def get(self, place):
        if not self.mask:
            return super().get(place)
        return ["p = camipc_get_flags(r, p, end, %s, %s);" % (
            place.address, self.mask)]

    def valid(self, place):
        return None if not self.mask else "!(%s & ~%s)" % (place, self.mask)

    def present(self, place):
        return "%s != 0" % place


class StringValue(Value):
    """Text; NULL from a caller is "", and the library never returns NULL."""

    c_type = "const char *"
    wire = "BYTES"
    kind = "STRING"
    default = "camipc_empty_string"
    owns = True
    needs_init = True
    free = False
    counts_itself = True

    def put(self, number, place, present):
        return ["p = camipc_put_%sstring(w, p, %d, %s);" % (
            "present_" if present else "", number, place)]

    def get(self, place):
        return ["p = camipc_get_string(r, p, end, %s);" % place.address]

    def check(self, place, field, max_len):
        limit = "SIZE_MAX" if max_len is None else str(max_len)
        return ['camipc_check_string(check, %s, %s, "%s");' % (
            place, limit, field)]

    def copy(self, place):
        return ["%s = camipc_copy_string(arena, %s);" % (place, place)]

    def clear(self, place):
        return ["camipc_clear_string(%s);" % place]

    def init(self, place):
        return ["%s = camipc_empty_string;" % place]

    def present(self, place):
        return "*%s" % place


class FdValue(Value):
    """A file descriptor; -1 means none, and [fd=] without ? forbids it."""

    c_type = "int"
    kind = "FD"
    array = "fd"
    array_form = "varint"
    default = "-1"
    owns = True
    has_fds = True
    needs_init = True
    free = False
    counts_itself = True
    bound = 3

    def put(self, number, place, present):
        return ["p = camipc_put_%sfd(w, p, %d, %s);" % (
            "present_" if present else "", number, place)]

    def get(self, place):
        return ["p = camipc_get_fd(r, p, end, %s);" % place.address]

    def __init__(self, kind=None, access=None, sealed=False, min_size=None,
                 is_optional=False):
        self.is_optional = is_optional or kind is None
        self.facts = None
        if kind or access or sealed or min_size:
            self.facts = "CAMIPC_FD_KIND_%s, CAMIPC_FD_ACCESS_%s, %s, %d" % (
                (kind or "any").upper(), (access or "any").upper(),
                "true" if sealed else "false", min_size or 0)

    def _of_kind(self, place: Place, statement: str) -> List[str]:
        if self.is_optional:
            return branch("%s >= 0" % place, [statement])
        return [statement]

    def check(self, place, field, max_len):
        lines = ['camipc_check_fd(check, %s, "%s");' % (place, field)]
        if self.facts:
            lines += self._of_kind(
                place, 'camipc_check_fd_kind(check, %s, %s, "%s");' % (
                    place, self.facts, field))
        return lines

    def settle(self, place):
        if not self.facts:
            return []
        return self._of_kind(place, "p = camipc_require_fd_kind(r, p, %s, "
                             "%s);" % (place, self.facts))

    def copy(self, place):
        return ["%s = camipc_copy_fd(arena, %s);" % (place, place)]

    def clear(self, place):
        return ["camipc_clear_fd(%s);" % place]

    def init(self, place):
        return ["%s = -1;" % place]

    def present(self, place):
        return "%s >= 0" % place
