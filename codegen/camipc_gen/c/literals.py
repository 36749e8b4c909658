# SPDX-License-Identifier: MIT
"""Numbers and strings of the IDL as C literals."""

import math

from . import values as c_values

_INTEGERS = {"int8": "%d", "int16": "%d", "int32": "%d", "uint8": "%du",
             "uint16": "%du", "uint32": "%du", "int64": "INT64_C(%d)",
             "uint64": "UINT64_C(%d)"}


def literal(value: "c_values.Value", number) -> str:
    """@number as an expression of the type of @value."""
    if isinstance(value, c_values.EnumValue):
        return "(%s)%d" % (value.c_type, number)
    if isinstance(value, c_values.StringValue):
        return string(number)
    if isinstance(value, c_values.ScalarValue):
        if value.is_bool:
            return "true" if number else "false"
        if value.is_float:
            return floating(number, value.name == "float")
        return integer(value.name, int(number))
    raise TypeError("no literal of %s" % type(value).__name__)


def integer(name: str, number: int) -> str:
    """An integer; C has no negative literals, so the lowest number would
    overflow."""
    if name == "int64" and number == -(1 << 63):
        return "INT64_MIN"
    if name == "int32" and number == -(1 << 31):
        return "INT32_MIN"
    return _INTEGERS[name] % number


def floating(number: float, is_single: bool) -> str:
    if math.isnan(number):
        text = "(0.0 / 0.0)"
        return "(float)" + text if is_single else text
    if math.isinf(number):
        sign = "-" if number < 0 else ""
        return sign + ("__builtin_inff()" if is_single else "__builtin_inf()")
    text = repr(float(number))
    return text + "f" if is_single else text


def string(text: str) -> str:
    """A string literal: nothing in it can end it, or become a trigraph."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\?':
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7f:
            out.append(char)
        else:
            out.append("\\%03o" % byte)
    return '"' + "".join(out) + '"'
