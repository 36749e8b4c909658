# SPDX-License-Identifier: MIT
"""Lists how each protobuf type looks on the wire: all encodings of a value
that must be accepted, and the one that is written."""

from google.protobuf.descriptor import FieldDescriptor as Field

from wire import (FIXED32, FIXED64, LEN, VARINT, delim, double, fixed32,
                  fixed64, long_varint, real, varint, zigzag)

INT32_MAX, INT32_MIN = 2 ** 31 - 1, -2 ** 31
UINT32_MAX = 2 ** 32 - 1
INT64_MAX, INT64_MIN, UINT64_MAX = 2 ** 63 - 1, -2 ** 63, 2 ** 64 - 1

NAMES = {getattr(Field, name): name[5:].lower() for name in dir(Field)
         if name.startswith("TYPE_")}

WIRE_TYPES = dict.fromkeys(NAMES, VARINT)
WIRE_TYPES.update({
    Field.TYPE_FIXED32: FIXED32, Field.TYPE_SFIXED32: FIXED32,
    Field.TYPE_FLOAT: FIXED32, Field.TYPE_FIXED64: FIXED64,
    Field.TYPE_SFIXED64: FIXED64, Field.TYPE_DOUBLE: FIXED64,
    Field.TYPE_STRING: LEN, Field.TYPE_BYTES: LEN, Field.TYPE_MESSAGE: LEN})

TEXTS = [b"\x01\x7f", b"x" * 200,
         # The first and the last of each length, around the surrogates.
         "\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff".encode()]

# Overlong, surrogates, above U+10FFFF, continuations too many and too few.
NO_TEXTS = [b"\xc0\x80", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf",
            b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80",
            b"\xf5\x80\x80\x80", b"\xff", b"\xfe", b"\x80", b"a\xbf", b"\xc3",
            b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3a", b"\xe2\x82a"]


def _same(values):
    return [(value, value) for value in values]


# What the public suite tries of each type, in its order: its cases are named
# by the index. Zero is the first, and the second is not.
SUITE = {
    Field.TYPE_DOUBLE: _same(double(v) for v in (
        0.0, 0.1, 1.7976931348623157e+308, 2.22507385850720138309e-308)),
    Field.TYPE_FLOAT: _same(real(v) for v in (
        0.0, 0.1, 1.00000075e-36, 3.402823e+38, 1.17549435e-38)),
    Field.TYPE_INT64: _same(map(varint, (0, 12345, INT64_MAX, INT64_MIN))),
    Field.TYPE_UINT64: _same(map(varint, (0, 12345, UINT64_MAX))),
    Field.TYPE_INT32: [
        (varint(0), varint(0)), (varint(12345), varint(12345)),
        (long_varint(12345, 2), varint(12345)),
        (long_varint(12345, 7), varint(12345)),
        (varint(INT32_MAX), varint(INT32_MAX)),
        (varint(INT32_MIN), varint(INT32_MIN)),
        (varint(1 << 33), varint(0)), (varint((1 << 33) - 1), varint(-1)),
        (varint(INT64_MAX), varint(-1)), (varint(INT64_MIN + 1), varint(1))],
    Field.TYPE_UINT32: [
        (varint(0), varint(0)), (varint(12345), varint(12345)),
        (long_varint(12345, 2), varint(12345)),
        (long_varint(12345, 7), varint(12345)),
        (varint(UINT32_MAX), varint(UINT32_MAX)),
        (varint(1 << 33), varint(0)), (varint((1 << 33) + 1), varint(1)),
        (varint((1 << 33) - 1), varint(UINT32_MAX)),
        (varint(INT64_MAX), varint(UINT32_MAX)),
        (varint(INT64_MIN + 1), varint(1))],
    Field.TYPE_FIXED64: _same(map(fixed64, (0, 12345, UINT64_MAX))),
    Field.TYPE_FIXED32: _same(map(fixed32, (0, 12345, UINT32_MAX))),
    Field.TYPE_SFIXED64: _same(map(fixed64, (0, 12345, INT64_MAX,
                                             INT64_MIN))),
    Field.TYPE_SFIXED32: _same(map(fixed32, (0, 12345, INT32_MAX,
                                             INT32_MIN))),
    Field.TYPE_BOOL: [(varint(n), varint(int(n != 0))) for n in (
        0, 1, -1, 12345678, 1 << 33, INT64_MAX, INT64_MIN)],
    Field.TYPE_SINT32: _same(zigzag(v, 32) for v in (
        0, 12345, INT32_MAX, INT32_MIN)) + [
        (zigzag(INT32_MAX + 2), zigzag(1, 32))],
    Field.TYPE_SINT64: _same(map(zigzag, (0, 12345, INT64_MAX, INT64_MIN))),
    # The name of a search engine comes three times: the suite's source spells
    # it in three ways.
    Field.TYPE_STRING: _same(map(delim, (
        b"", b"Hello world!", b"'\"?\\\a\b\f\n\r\t\v",
        "\u8c37\u6b4c".encode(), "\u8c37\u6b4c".encode(),
        "\u8c37\u6b4c".encode(), "\U0001f601".encode()))),
    Field.TYPE_BYTES: _same(map(delim, (b"", b"Hello world!", b"\1\2",
                                        b"\xfb"))),
    Field.TYPE_ENUM: _same(map(varint, (0, 1, 2, -1))) + [
        (varint(INT64_MAX), varint(-1)), (varint(INT64_MIN + 1), varint(1))],
    # An int32 of number 1 is in each message that is tried with these.
    Field.TYPE_MESSAGE: _same(map(delim, (b"", b"\x08\xd2\x09"))),
}


def _integers(short, bits, is_signed):
    """Cut to @bits, however it was written, and written the short way."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (
        0, (1 << bits) - 1)
    pairs = _same(varint(v) for v in (1, high, low, 127, 128))
    pairs += [(long_varint(12345, n), varint(12345)) for n in (2, 7, 8)]
    pairs += [(long_varint(0, 9), varint(0)), (long_varint(1, 9), varint(1))]
    for wide in (1 << 33, (1 << 33) - 1, INT64_MAX, INT64_MIN + 1, INT64_MIN,
                 1 << 32 | 7, UINT64_MAX, -1):
        cut = wide % (1 << bits)
        if is_signed and cut >= 1 << bits - 1:
            cut -= 1 << bits
        pairs.append((varint(wide), short(cut)))
    # Ten bytes hold six bits more than there are.
    pairs.append((b"\xff" * 9 + b"\x7f", short(-1 if is_signed else high)))
    return pairs


def _zigzags(bits):
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    pairs = _same(zigzag(v, bits) for v in (-1, 1, high, low))
    pairs.append((long_varint(3, 4), varint(3)))
    if bits == 32:
        pairs.append((varint(1 << 32 | 5), varint(5)))
    return pairs


# What we try besides.
_MORE = {
    Field.TYPE_DOUBLE: _same(double(v) for v in (
        5e-324, -0.0, float("inf"), float("-inf"))) + _same(
        [b"\1\0\0\0\0\0\xf8\x7f"]),
    Field.TYPE_FLOAT: _same(real(v) for v in (
        1e-45, -0.0, float("inf"), float("-inf"))) + _same(
        [b"\1\0\xc0\x7f"]),
    Field.TYPE_INT64: _integers(varint, 64, True),
    Field.TYPE_UINT64: _integers(varint, 64, False),
    Field.TYPE_INT32: _integers(varint, 32, True),
    Field.TYPE_UINT32: _integers(varint, 32, False),
    Field.TYPE_BOOL: [(varint(256), varint(1)), (long_varint(0, 4), varint(0)),
                      (long_varint(1, 4), varint(1))],
    Field.TYPE_SINT32: _zigzags(32),
    Field.TYPE_SINT64: _zigzags(64),
    Field.TYPE_STRING: _same(map(delim, TEXTS)),
    Field.TYPE_BYTES: _same(map(delim, TEXTS + NO_TEXTS + [
        b"\0", b"\x01\0\x02"])),
    Field.TYPE_ENUM: [(varint(n), varint(n)) for n in (77, INT32_MIN)] + [
        (varint(1 << 32 | 2), varint(2))],
}
VALUES = {kind: list(dict.fromkeys(pairs + _MORE.get(kind, [])))
          for kind, pairs in SUITE.items()}


def is_zero(kind, value):
    """What is not written where nothing tells absent from zero."""
    if WIRE_TYPES[kind] == LEN:
        return kind != Field.TYPE_MESSAGE and value == b"\0"
    return not value.strip(b"\0")
