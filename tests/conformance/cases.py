# SPDX-License-Identifier: MIT
"""Defines our own cases for the rules of protobuf's conformance suite that
concern binary messages of proto3, for every field a rule applies to.

A case that is to be accepted says which bytes it means: what is written for
it. One that is refused says whether that is protobuf's rule or only ours.
"""

from collections import namedtuple

from google.protobuf.descriptor import FieldDescriptor as Field

import values
from values import NAMES, VALUES, WIRE_TYPES, is_zero
from wire import (END_GROUP, FIXED32, FIXED64, GROUP, LEN, VARINT, delim,
                  field, fixed32, fixed64, long_varint, tag, varint)

# @means: None if it is refused. @exact: to the byte, not only in meaning.
# @ours: refused by us only.
Case = namedtuple("Case", "name payload means exact ours")

UNKNOWN = 666                  # a number that the message does not have
LAST_NUMBER = (1 << 29) - 1


def accepts(name, payload, means, exact=True):
    return Case(name, payload, means, exact, False)


def refuses(name, payload, ours=False):
    return Case(name, payload, None, False, ours)


class Schema:
    """The fields of the message, by what they are."""

    def __init__(self, descriptor):
        self.all = descriptor.fields
        self.arms = [f for f in self.all if f.containing_oneof]
        self.maps = [f for f in self.all if is_map(f)]
        self.repeated = [f for f in self.all if f not in self.maps and
                         f.label == Field.LABEL_REPEATED]
        self.singles = [f for f in self.all if f not in self.arms and
                        f.label != Field.LABEL_REPEATED]
        self.messages = [f for f in self.singles if
                         f.type == Field.TYPE_MESSAGE]
        self.scalars = [f for f in self.singles if f not in self.messages]


def is_map(f):
    return f.message_type is not None and \
        f.message_type.GetOptions().map_entry


def is_packable(f):
    return WIRE_TYPES[f.type] != LEN


def is_packed(f):
    """As it is written."""
    return is_packable(f) and not f.GetOptions().HasField("packed")


def is_text_message(f):
    """Values of bytes for its field 1 are no int32 there."""
    return f.type != Field.TYPE_MESSAGE or \
        f.message_type.name in ("NestedMessage", "ForeignMessage")


def one(f, value):
    return tag(f.number, WIRE_TYPES[f.type]) + value


def label(rule, f, *more):
    return ".".join([rule, f.name] + [str(part) for part in more])


# ---- single values ----------------------------------------------------------

def scalars(schema):
    for f in schema.scalars:
        for i, (value, short) in enumerate(VALUES[f.type]):
            means = b"" if is_zero(f.type, short) else one(f, short)
            yield accepts(label("scalar", f, i), one(f, value), means)


def last_one_wins(schema):
    for f in schema.scalars:
        pairs = VALUES[f.type]
        for i, last in enumerate((pairs[1], pairs[0], pairs[-1])):
            payload = b"".join(one(f, value) for value, _ in pairs + [last])
            means = b"" if is_zero(f.type, last[1]) else one(f, last[1])
            yield accepts(label("last", f, i), payload, means)


def order(schema):
    """Any on the wire, numbers ascending when written."""
    chosen = [one(f, VALUES[f.type][1][1]) for f in schema.scalars]
    means = b"".join(sorted(chosen, key=lambda piece: _number(piece)))
    yield accepts("order.ascending", means, means)
    yield accepts("order.descending", b"".join(
        sorted(chosen, key=lambda piece: -_number(piece))), means)


def _number(piece):
    number = shift = 0
    for byte in piece:
        number |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return number >> 3
    return number >> 3


# ---- repeated ones ----------------------------------------------------------

def repeated(schema):
    for f in schema.repeated:
        if not is_text_message(f):
            continue
        pairs = VALUES[f.type]
        singly = b"".join(one(f, value) for value, _ in pairs)
        means = b"".join(one(f, short) for _, short in pairs)
        if not is_packable(f):
            yield accepts(label("repeated", f), singly, means)
            continue
        packed = field(f.number, b"".join(value for value, _ in pairs))
        short = b"".join(short for _, short in pairs)
        if is_packed(f):
            means = field(f.number, short)
        yield accepts(label("repeated", f, "unpacked"), singly, means)
        yield accepts(label("repeated", f, "packed"), packed, means)
        twice = field(f.number, short * 2) if is_packed(f) else means * 2
        yield accepts(label("repeated", f, "both"), singly + packed, twice)
        yield accepts(label("repeated", f, "both ways"), packed + singly,
                      twice)
        yield accepts(label("repeated", f, "in two"), packed + packed, twice)
        yield accepts(label("repeated", f, "empty"), field(f.number, b""),
                      b"")
        yield accepts(label("repeated", f, "interleaved"), b"".join(
            one(f, value) + tag(1, VARINT) + varint(i)
            for i, (value, _) in enumerate(pairs)),
            tag(1, VARINT) + varint(len(pairs) - 1) + means)


def wrong_lengths(schema):
    """Packed bytes that are no whole number of elements."""
    for f in schema.repeated:
        if not is_packable(f):
            continue
        size = {FIXED32: 4, FIXED64: 8}.get(WIRE_TYPES[f.type], 2)
        element = b"\x81\x01" if size == 2 else b"\x01" * size
        for n in range(1, size):
            yield refuses(label("wrong length", f, n),
                          field(f.number, element * 2 + element[:n]))


# ---- messages ---------------------------------------------------------------

def merge(schema):
    for f in schema.messages:
        yield accepts(label("message", f, "empty"), field(f.number, b""),
                      field(f.number, b""))
        if f.message_type.name in ("NestedMessage", "ForeignMessage"):
            a, b = tag(1, VARINT) + varint(1234), tag(1, VARINT) + varint(77)
            yield accepts(label("message", f, "merge"),
                          field(f.number, a) + field(f.number, b),
                          field(f.number, b))
            yield accepts(label("message", f, "merge nothing"),
                          field(f.number, a) + field(f.number, b""),
                          field(f.number, a))


def merge_deeper(schema):
    """Scalars are the last, lists join, messages merge, unknown ones stay."""
    first = {"c": (18, 2), "deep": 27}
    nested, deep = first["c"], first["deep"]

    def inner(*parts):
        return field(nested[0], field(nested[1], b"".join(parts)))

    number = tag(1, VARINT) + varint(5)
    other = tag(2, VARINT) + varint(6)
    newer = tag(1, VARINT) + varint(7)
    text = field(44, b"a")
    more = field(44, b"b")
    unknown = tag(UNKNOWN, VARINT) + varint(3)
    after = tag(UNKNOWN, FIXED32) + fixed32(4)
    arm = field(112, tag(1, VARINT) + varint(1))
    arm_too = field(112, field(2, other))
    arm_both = field(112, tag(1, VARINT) + varint(1) + field(2, other))
    entry = field(69, field(1, b"k") + field(2, b"v"))
    entry_too = field(69, field(1, b"k") + field(2, b"w"))
    cases = [
        ("scalars", (number,), (other,), (number, other)),
        ("the last", (number, other), (newer,), (newer, other)),
        ("lists", (text,), (more,), (text, more)),
        ("packed", (field(31, varint(1)),), (field(31, varint(2)),),
         (field(31, varint(1) + varint(2)),)),
        ("unknown", (unknown,), (after,), (unknown, after)),
        ("arms", (arm,), (arm_too,), (arm_both,)),
        ("maps", (entry,), (entry_too,), (entry_too,)),
    ]
    for name, before, behind, both in cases:
        yield accepts("merge.%s" % name, inner(*before) + inner(*behind),
                      inner(*both))
        wrap = lambda parts: field(deep, b"".join(parts))
        yield accepts("merge.recursive.%s" % name,
                      wrap(before) + wrap(behind), wrap(both))


# ---- oneofs -----------------------------------------------------------------

def arms(schema):
    for f in schema.arms:
        for i, (value, short) in enumerate(VALUES[f.type]):
            yield accepts(label("arm", f, i), one(f, value), one(f, short))
        first, last = VALUES[f.type][0], VALUES[f.type][1]
        yield accepts(label("arm", f, "twice"),
                      one(f, first[0]) + one(f, last[0]), one(f, last[1]))
        for other in schema.arms:
            if other is f:
                continue
            for i, (value, short) in enumerate(VALUES[f.type][:2]):
                before = one(other, VALUES[other.type][1][0])
                yield accepts(label("arm", f, "after", other.name, i),
                              before + one(f, value), one(f, short))
                yield accepts(
                    label("arm", f, "around", other.name, i),
                    one(f, VALUES[f.type][1][0]) + before + one(f, value),
                    one(f, short))


# ---- maps -------------------------------------------------------------------

def maps(schema):
    for f in schema.maps:
        key, value = f.message_type.fields
        kinds = [VALUES[key.type], VALUES[value.type]]
        if value.type == Field.TYPE_MESSAGE and not is_text_message(value):
            continue
        k, v = [one(part, pairs[1][1])
                for part, pairs in zip((key, value), kinds)]
        k0, v0 = [one(part, pairs[0][1])
                  for part, pairs in zip((key, value), kinds)]

        # An empty message changes nothing.
        last = v if value.type == Field.TYPE_MESSAGE else v0

        def entries(*bodies):
            return b"".join(field(f.number, body) for body in bodies)

        for name, given, means in (
                ("default", (k0 + v0,), (k0 + v0,)),
                ("missing default", (b"",), (k0 + v0,)),
                ("missing key", (v,), (k0 + v,)),
                ("missing value", (k,), (k + v0,)),
                ("given", (k + v,), (k + v,)),
                ("turned round", (v + k,), (k + v,)),
                ("two", (k + v, k0 + v0), (k0 + v0, k + v)),
                ("same key", (k + v0, k + v), (k + v,)),
                ("same default key", (v, b""), (k0 + v0,)),
                ("key twice", (k0 + k + v,), (k + v,)),
                ("key twice apart", (k0 + v + k,), (k + v,)),
                ("zero key last", (k + k0 + v,), (k0 + v,)),
                ("value twice", (k + v0 + v,), (k + v,)),
                ("zero value last", (k + v + v0,), (k + last,)),
                ("unknown in it", (k + tag(3, VARINT) + varint(5) + v,),
                 (k + v,))):
            yield accepts(label("map", f, name), entries(*given),
                          entries(*means), name == "given")
        for i, (given, short) in enumerate(kinds[0]):
            yield accepts(label("map", f, "key", i),
                          entries(one(key, given) + v),
                          entries(one(key, short) + v), False)
        for i, (given, short) in enumerate(kinds[1]):
            yield accepts(label("map", f, "value", i),
                          entries(k + one(value, given)),
                          entries(k + one(value, short)), False)
        for cut in range(1, len(k + v)):
            bad = tag(f.number, LEN) + varint(cut + 1) + (k + v)[:cut]
            yield refuses(label("map", f, "cut", cut), bad)


def map_messages(schema):
    """One entry's value merges; another entry's replaces it."""
    for f in schema.maps:
        value = f.message_type.fields[1]
        if value.type != Field.TYPE_MESSAGE or value.message_type.name != \
                "NestedMessage":
            continue
        a = field(2, tag(1, VARINT) + varint(1))
        b = field(2, field(2, tag(1, VARINT) + varint(2)))
        both = field(2, tag(1, VARINT) + varint(1) +
                     field(2, tag(1, VARINT) + varint(2)))
        key = field(1, b"k")
        yield accepts(label("map", f, "merged value"),
                      field(f.number, key + a + b),
                      field(f.number, key + both))
        yield accepts(label("map", f, "replaced value"),
                      field(f.number, key + a) + field(f.number, key + b),
                      field(f.number, key + b))


# ---- unknown fields ---------------------------------------------------------

_UNKNOWN = [tag(n, VARINT) + v for n in (UNKNOWN, LAST_NUMBER)
            for v in (varint(0), varint(1), varint(-1))] + [
    tag(UNKNOWN, FIXED32) + fixed32(7), tag(UNKNOWN, FIXED64) + fixed64(7),
    field(UNKNOWN, b""), field(UNKNOWN, b"\0\xff"), field(17, b"x" * 300)]


def unknown(schema):
    known = tag(1, VARINT) + varint(5)
    for i, piece in enumerate(_UNKNOWN):
        yield accepts("unknown.%d" % i, piece, piece)
        yield accepts("unknown.%d.before" % i, piece + known, known + piece)
        for f in schema.messages:
            if piece[:1] == b"\x8a":      # 17 is a field of the recursive one
                continue
            yield accepts(label("unknown", f, i), field(f.number, piece),
                          field(f.number, piece))
    everything = b"".join(_UNKNOWN)
    yield accepts("unknown.all", everything, everything)
    yield accepts("unknown.scattered", known.join(_UNKNOWN),
                  known + everything)
    yield accepts("unknown.reversed", b"".join(_UNKNOWN[::-1]),
                  b"".join(_UNKNOWN[::-1]))


def other_wire_types(schema):
    """A field with another wire type than it has is unknown."""
    bodies = {VARINT: varint(3), FIXED32: fixed32(3), FIXED64: fixed64(3),
              LEN: delim(b"\x08\x03")}
    for f in schema.all:
        takes = {WIRE_TYPES[f.type]}
        if f.label == Field.LABEL_REPEATED and is_packable(f):
            takes.add(LEN)
        for wire_type, body in bodies.items():
            if wire_type not in takes:
                piece = tag(f.number, wire_type) + body
                yield accepts(label("other type", f, wire_type), piece, piece)


# ---- input that ends too soon -----------------------------------------------

_HALF = {VARINT: b"\x80", FIXED32: b"abc", FIXED64: b"abcdefg"}


def too_short(schema):
    for number, wire_types, name in [
            (f.number, [WIRE_TYPES[f.type]], f.name) for f in schema.all] + [
            (UNKNOWN, [VARINT, FIXED32, FIXED64, LEN], "unknown")]:
        for wire_type in wire_types:
            begin = tag(number, wire_type)
            yield refuses("short.%s.%d.before" % (name, wire_type), begin)
            for cut in range(1, len(begin)):
                yield refuses("short.%s.%d.tag.%d" % (name, wire_type, cut),
                              begin[:cut])
            if wire_type != LEN:
                yield refuses("short.%s.%d.inside" % (name, wire_type),
                              begin + _HALF[wire_type])
                continue
            yield refuses("short.%s.%d.length" % (name, wire_type),
                          begin + b"\x80")
            for length in (1, 127, 1 << 31, 1 << 32, 1 << 63, (1 << 64) - 1):
                yield refuses("short.%s.%d.in %d" % (name, wire_type, length),
                              begin + varint(length))
    for f in schema.repeated:
        if is_packable(f):
            half = _HALF[WIRE_TYPES[f.type]]
            yield refuses(label("short", f, "in packed"),
                          field(f.number, half))
            yield refuses(label("short", f, "packed"),
                          tag(f.number, LEN) + varint(9) + half)
    for f in schema.messages + [f for f in schema.repeated
                                if f.type == Field.TYPE_MESSAGE]:
        for body in (b"\x08", b"\x08\x80", b"\x0a\x01", b"\x0d\0\0\0"):
            yield refuses(label("short", f, "inside", body.hex()),
                          field(f.number, body))


# ---- what is no message ------------------------------------------------------

def illegal_tags(schema):
    for body in (b"\x01DEADBEEF", b"\x02\x01\x01", b"\x03\x04", b"\x05DEAD",
                 b"\x00\x01", b"\x00"):
        yield refuses("zero." + body.hex(), body)
        yield refuses("zero.nested." + body.hex(), field(18, body))
    for number in (1, 18, 31, 56, 111, 112, UNKNOWN):
        for wire_type in (6, 7):
            yield refuses("type.%d.%d" % (number, wire_type),
                          tag(number, wire_type) + b"\x01" * 8)
        yield refuses("group.%d.end" % number, tag(number, END_GROUP))
        yield refuses("group.%d.open" % number, tag(number, GROUP))
        yield refuses("group.%d" % number,
                      tag(number, GROUP) + tag(number, END_GROUP), True)
    # One bit more than numbers have, and bytes that say nothing.
    for wire_type, body in ((VARINT, b"\1"), (LEN, delim(b"")),
                            (FIXED32, b"abcd"), (FIXED64, b"abcdefgh")):
        yield refuses("number.%d" % wire_type,
                      varint((LAST_NUMBER + 1) << 3 | wire_type) + body)
        # A field that we know, but for a bit that others do not look at.
        yield refuses("number.%d.cut" % wire_type,
                      varint(1 << 32 | 1 << 3 | wire_type) + body, True)
        for number in (1, 14, 18, UNKNOWN, LAST_NUMBER):
            for more in (1, 2, 3):
                key = long_varint(number << 3 | wire_type, more)
                yield refuses("long tag.%d.%d.%d" % (number, wire_type, more),
                              key + body, len(key) <= 5)


def long_varints(schema):
    for f in schema.all:
        eleven = b"\x80" * 10 + b"\x01"
        if WIRE_TYPES[f.type] == VARINT:
            yield refuses(label("eleven bytes", f), one(f, eleven))
        elif WIRE_TYPES[f.type] == LEN:
            yield refuses(label("eleven bytes of length", f), one(f, eleven))
        if f.label == Field.LABEL_REPEATED and \
                WIRE_TYPES[f.type] == VARINT:
            yield refuses(label("eleven bytes, packed", f),
                          field(f.number, eleven))
    yield refuses("eleven bytes.unknown", tag(UNKNOWN, VARINT) + eleven)
    # A length may be longer than it need be.
    yield accepts("long length", tag(14, LEN) + long_varint(1, 3) + b"a",
                  field(14, b"a"))


# ---- texts ------------------------------------------------------------------

def bad_texts(schema):
    for text, ours in [(t, False) for t in values.NO_TEXTS] + [
            (b"\0", True), (b"a\0b", True), (b"a" * 40 + b"\0", True)]:
        for f in schema.scalars + schema.repeated + schema.arms:
            if f.type == Field.TYPE_STRING:
                yield refuses(label("text", f, text.hex()),
                              field(f.number, text), ours)
        for f in schema.maps:
            for part in f.message_type.fields:
                if part.type == Field.TYPE_STRING:
                    yield refuses(label("text", f, part.name, text.hex()),
                                  field(f.number, field(part.number, text)),
                                  ours)
        # Also where nobody would look: in what a later field replaces.
        yield refuses("text.replaced.%s" % text.hex(),
                      field(113, text) + field(113, b"a"), ours)
        yield refuses("text.nested.%s" % text.hex(),
                      field(18, field(2, field(14, text))), ours)


# ---- nesting ----------------------------------------------------------------

def _nest(levels, number, body=b""):
    """Messages in each other, the outermost included."""
    for _ in range(levels - 1):
        body = field(number, body)
    return body


def _value(levels):
    """Value, Struct, entry, Value, …: [inline] unions are no level."""
    body = b""
    for i in range(levels):
        body = field((5, 1, 2)[i % 3], body)
    return body


def nesting(schema):
    for levels in (2, 10, 31, 32):
        payload = _nest(levels, 27)
        yield accepts("nested.%d" % levels, payload, payload)
    for levels in (33, 60):
        yield refuses("nested.%d" % levels, _nest(levels, 27), True)
    yield refuses("nested.without end", _nest(100000, 27))
    # Bytes that nobody looks into have no depth.
    payload = field(UNKNOWN, _nest(90, 27))
    yield accepts("nested.unknown", payload, payload)
    inside = b""
    for i in range(10):
        inside = field(5, field(1, field(1, b"k") + field(2, inside)))
    yield accepts("nested.values", field(306, inside), field(306, inside))
    inside = field(5, field(1, field(1, b"k") + field(2, inside)))
    yield refuses("nested.more values", field(306, inside), True)


RULES = (scalars, last_one_wins, order, repeated, wrong_lengths, merge,
         merge_deeper, arms, maps, map_messages, unknown, other_wire_types,
         too_short, illegal_tags, long_varints, bad_texts, nesting)
