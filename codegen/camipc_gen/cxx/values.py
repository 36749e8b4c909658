# SPDX-License-Identifier: MIT
"""One value in C++: its types, and how it is read from C and passed to C."""

from functools import singledispatch
from typing import NamedTuple

from ..c.composite import BytesValue, ExternalValue, MessageValue
from ..c.values import (EnumValue, FdValue, FlagsValue, OpenEnumValue,
                        ScalarValue, StringValue)


class Kind(NamedTuple):
    """A value that is not an array. %s is an expression."""
    get: str                # the type that an accessor returns
    take: str               # the type of a parameter
    element: str            # of an array: looks the same in memory
    c_element: str
    read: str               # from C
    write: str              # to C
    is_class: bool = False  # a generated class, which has .c()
    is_external: bool = False   # a struct of another library, as it is


_CXX = {"bool": "bool", "float": "float", "double": "double"}


@singledispatch
def kind_of(value, names) -> Kind:
    """@names finds the C++ name of a tag."""
    raise TypeError("no C++ for %s" % type(value).__name__)


@kind_of.register
def _scalar(value: ScalarValue, names) -> Kind:
    plain = _CXX.get(value.c_type, "std::" + value.c_type)
    return Kind(plain, plain, plain, plain, "%s", "%s")


def _enumeration(value, names, c_type: str) -> Kind:
    name = names(value.tag)
    return Kind(name, name, name, c_type, "static_cast<%s>(%%s)" % name,
                "static_cast<%s>(%%s)" % c_type)


@kind_of.register
def _enum(value: EnumValue, names) -> Kind:
    return _enumeration(value, names, "::" + value.tag)


@kind_of.register
def _open_enum(value: OpenEnumValue, names) -> Kind:
    return _enumeration(value, names, "std::int32_t")


@kind_of.register
def _flags(value: FlagsValue, names) -> Kind:
    flags = "camipc::Flags<%s>" % names(value.tag)
    return Kind(flags, flags, flags, "std::uint32_t", flags + "(%s)",
                "%s.bits()")


@kind_of.register
def _string(value: StringValue, names) -> Kind:
    return Kind("std::string_view", "camipc::CString", "camipc::CString",
                "const char *", "camipc::text(%s)", "%s.c_str()")


@kind_of.register
def _fd(value: FdValue, names) -> Kind:
    return Kind("int", "int", "int", "int", "%s", "%s")


@kind_of.register(MessageValue)
@kind_of.register(BytesValue)
def _message(value, names) -> Kind:
    name = names(value.tag)
    return Kind("const %s &" % name, "const %s &" % name, name,
                "::" + value.tag, "camipc::view<%s>(%%s)" % name, "%s.c()",
                True)


@kind_of.register
def _external(value: ExternalValue, names) -> Kind:
    word, _, name = value.c_type.rpartition(" ")
    # With its word: a function may have the name of a struct.
    plain = "%s ::%s" % (word, name) if word else "::" + name
    return Kind("const %s &" % plain, "const %s &" % plain, plain, plain,
                "%s", "%s", False, True)
