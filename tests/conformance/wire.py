# SPDX-License-Identifier: MIT
"""Encodes protobuf by hand, including bytes that no encoder should write."""

import struct

VARINT, FIXED64, LEN, GROUP, END_GROUP, FIXED32 = range(6)

MAX64 = 1 << 64


def varint(value):
    value %= MAX64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def long_varint(value, more):
    """With @more bytes than it needs."""
    short = varint(value)
    return short[:-1] + bytes([short[-1] | 0x80]) + b"\x80" * (more - 1) + \
        b"\0"


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def delim(body):
    return varint(len(body)) + body


def field(number, body):
    """A field of bytes, text or a message."""
    return tag(number, LEN) + delim(body)


def zigzag(value, bits=64):
    return varint((value << 1 ^ value >> (bits - 1)) % (1 << bits))


def fixed32(value):
    return struct.pack("<I", value % (1 << 32))


def fixed64(value):
    return struct.pack("<Q", value % MAX64)


def real(value):
    return struct.pack("<f", value)


def double(value):
    return struct.pack("<d", value)


def read_varint(data, at):
    """The value, and where it ends; None if it does not."""
    value = shift = 0
    while at < len(data) and shift < 70:
        value |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value % MAX64, at
    return None


def read_fields(data):
    """(number, wire type, begin, begin of the value, its bytes, end) of each
    field; None if they are no fields. Groups are none."""
    found, at = [], 0
    while at < len(data):
        begin = at
        key = read_varint(data, at)
        if key is None or key[0] >= 1 << 32 or key[0] < 8:
            return None
        number, wire_type, at = key[0] >> 3, key[0] & 7, key[1]
        start, body = at, at
        if wire_type == VARINT:
            value = read_varint(data, at)
            if value is None:
                return None
            at = value[1]
        elif wire_type == LEN:
            length = read_varint(data, at)
            if length is None:
                return None
            body, at = length[1], length[1] + length[0]
        elif wire_type in (FIXED32, FIXED64):
            at += 4 if wire_type == FIXED32 else 8
        else:
            return None
        if at > len(data):
            return None
        found.append((number, wire_type, begin, start, data[body:at], at))
    return found
