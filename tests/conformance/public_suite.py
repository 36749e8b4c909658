# SPDX-License-Identifier: MIT
"""Lists the cases of protobuf's public conformance suite, 3.21 series, that
apply to binary messages of proto3: names, the bytes that the suite's runner
sends, and the result that it expects.

The runner's verdict is one of two: a message that is equal (`exact` is false)
or, where a case is about what is written, equal bytes. Cases whose answer is
JSON or text, and those for proto2, are skipped by such a testee and not here.
"""

from google.protobuf.descriptor import FieldDescriptor as Field

from cases import UNKNOWN, Case, is_map, is_packable, one
from values import NAMES, SUITE, WIRE_TYPES, is_zero
from wire import FIXED32, FIXED64, LEN, VARINT, delim, field, tag, varint

# What each of the functions below is called with, in the suite's order.
MAPS = [(kind, kind) for kind in (
    Field.TYPE_INT32, Field.TYPE_INT64, Field.TYPE_UINT32, Field.TYPE_UINT64,
    Field.TYPE_SINT32, Field.TYPE_SINT64, Field.TYPE_FIXED32,
    Field.TYPE_FIXED64, Field.TYPE_SFIXED32, Field.TYPE_SFIXED64)] + [
    (Field.TYPE_INT32, Field.TYPE_FLOAT),
    (Field.TYPE_INT32, Field.TYPE_DOUBLE),
    (Field.TYPE_BOOL, Field.TYPE_BOOL),
    (Field.TYPE_STRING, Field.TYPE_STRING),
    (Field.TYPE_STRING, Field.TYPE_BYTES),
    (Field.TYPE_STRING, Field.TYPE_ENUM),
    (Field.TYPE_STRING, Field.TYPE_MESSAGE)]
ONEOFS = [Field.TYPE_UINT32, Field.TYPE_BOOL, Field.TYPE_UINT64,
          Field.TYPE_FLOAT, Field.TYPE_DOUBLE, Field.TYPE_STRING,
          Field.TYPE_BYTES, Field.TYPE_ENUM, Field.TYPE_MESSAGE]

_INPUT = "%s.Proto3.ProtobufInput.%s"


def _equal(name, payload, means, level="Required"):
    return Case(_INPUT % (level, name) + ".ProtobufOutput", payload, means,
                False, False)


def _exact(name, payload, means, level="Recommended"):
    return _equal(name, payload, means, level)._replace(exact=True)


def _refused(name, payload):
    return Case(_INPUT % ("Required", name), payload, None, False, False)


# ---- the fields that the suite takes ----------------------------------------

def _first(fields, what):
    found = next((f for f in fields if what(f)), None)
    assert found is not None, "no field of a type that the suite has"
    return found


def _single(schema, kind):
    return _first(schema.all, lambda f: f.type == kind and
                  f.label != Field.LABEL_REPEATED)


def _repeated(schema, kind, packed=None):
    """Packed or not as @packed says, or either."""
    return _first(schema.all, lambda f: f.type == kind and
                  f.label == Field.LABEL_REPEATED and
                  packed in (None, not f.GetOptions().HasField("packed") or
                             f.GetOptions().packed))


def _map(schema, kinds):
    return _first(schema.maps, lambda f: tuple(
        part.type for part in f.message_type.fields) == kinds)


def _name(kind):
    return NAMES[kind].upper()


# ---- input that ends too soon -----------------------------------------------

_BEGUN = {VARINT: b"\x80", FIXED64: b"abcdefg", LEN: b"\x80", FIXED32: b"abc"}


def premature_eof(schema):
    for kind in sorted(NAMES):
        if kind == Field.TYPE_GROUP:
            continue
        name, wire_type = _name(kind), WIRE_TYPES[kind]
        begun = _BEGUN[wire_type]
        places = (("KnownNonRepeated", _single(schema, kind).number),
                  ("KnownRepeated", _repeated(schema, kind).number),
                  ("Unknown", UNKNOWN))
        for place, number in places:
            key = tag(number, wire_type)
            yield _refused("PrematureEofBefore%sValue.%s" % (place, name),
                           key)
            yield _refused("PrematureEofInside%sValue.%s" % (place, name),
                           key + begun)
            if wire_type == LEN:
                yield _refused("PrematureEofInDelimitedDataFor%sValue.%s" %
                               (place, name), key + varint(1))
        if kind == Field.TYPE_MESSAGE:
            # The number in it is that of an int32's type, 5; it has none.
            inner = tag(Field.TYPE_INT32, VARINT) + _BEGUN[VARINT]
            yield _refused("PrematureEofInSubmessageValue." + name,
                           field(places[0][1], inner))
        if wire_type != LEN:
            yield _refused("PrematureEofInPackedFieldValue." + name,
                           field(places[1][1], begun))
            yield _refused("PrematureEofInPackedField." + name,
                           tag(places[1][1], LEN) + varint(1))


def illegal_tags(_):
    for i, body in enumerate((b"\1DEADBEEF", b"\2\1\1", b"\3\4",
                              b"\5DEAD")):
        yield _refused("IllegalZeroFieldNum_Case_%d" % i, body)


# ---- values -----------------------------------------------------------------

def valid_data(schema):
    for kind, pairs in SUITE.items():
        name, f = _name(kind), _single(schema, kind)
        for i, (value, short) in enumerate(pairs):
            means = b"" if is_zero(kind, short) else one(f, short)
            yield _equal("ValidDataScalar.%s[%d]" % (name, i), one(f, value),
                         means)
            yield _exact("ValidDataScalarBinary.%s[%d]" % (name, i),
                         one(f, value), means)
        if kind != Field.TYPE_MESSAGE:
            yield _equal("RepeatedScalarSelectsLast." + name,
                         b"".join(one(f, value) for value, _ in pairs),
                         one(f, pairs[-1][1]))
        f = _repeated(schema, kind)
        if is_packable(f):
            yield from _packable(schema, kind, pairs)
        else:
            yield _equal("ValidDataRepeated." + name,
                         b"".join(one(f, value) for value, _ in pairs),
                         b"".join(one(f, short) for _, short in pairs))


def _packable(schema, kind, pairs):
    name = "ValidDataRepeated." + _name(kind)

    def ways(f):
        return (("UnpackedInput", b"".join(one(f, v) for v, _ in pairs)),
                ("PackedInput", field(f.number, b"".join(
                    v for v, _ in pairs))))

    packed = _repeated(schema, kind, True)
    unpacked = _repeated(schema, kind, False)
    means = {f.number: field(f.number, b"".join(s for _, s in pairs))
             for f in (packed, _repeated(schema, kind))}
    means[unpacked.number] = b"".join(one(unpacked, s) for _, s in pairs)
    for way, payload in ways(_repeated(schema, kind)):
        yield _equal("%s.%s" % (name, way), payload,
                     means[_repeated(schema, kind).number])
    for output, f in (("Default", _repeated(schema, kind)),
                      ("Packed", packed), ("Unpacked", unpacked)):
        for way, payload in ways(f):
            yield _exact("%s.%s.%sOutput" % (name, way, output), payload,
                         means[f.number])


def _zero(kind):
    return SUITE[kind][0][1]


def _not_zero(kind):
    """What the suite takes where any value will do."""
    if kind in (Field.TYPE_STRING, Field.TYPE_BYTES):
        return delim(b"a")
    if kind == Field.TYPE_MESSAGE:
        return delim(tag(1, VARINT) + varint(1234))
    return {Field.TYPE_FLOAT: b"\0\0\x80\x3f",
            Field.TYPE_DOUBLE: b"\0\0\0\0\0\0\xf0\x3f",
            Field.TYPE_SINT32: varint(2), Field.TYPE_SINT64: varint(2)}.get(
        kind, {VARINT: b"\1", FIXED32: b"\1\0\0\0",
               FIXED64: b"\1\0\0\0\0\0\0\0"}[WIRE_TYPES[kind]])


# ---- messages that come twice -----------------------------------------------

def repeated_message(schema):
    f = _single(schema, Field.TYPE_MESSAGE)

    def numbers(value, *fields):
        return field(f.number, field(2, b"".join(
            tag(n, VARINT) + varint(value) for n in fields)))

    # int32, int64, uint32 and a packed repeated one, in what it nests.
    means = b"".join((tag(1, VARINT), varint(4321), tag(2, VARINT),
                      varint(1234), tag(3, VARINT), varint(4321),
                      field(31, varint(1234) + varint(4321))))
    yield _equal("RepeatedScalarMessageMerge",
                 numbers(1234, 1, 2, 31) + numbers(4321, 1, 3, 31),
                 field(f.number, field(2, means)))


# ---- maps -------------------------------------------------------------------

def maps(schema):
    for kinds in MAPS:
        name = "ValidDataMap.%s.%s." % tuple(map(_name, kinds))
        f = _map(schema, kinds)
        k0, v0 = (tag(i, WIRE_TYPES[kind]) + _zero(kind)
                  for i, kind in enumerate(kinds, 1))
        k, v = (tag(i, WIRE_TYPES[kind]) + _not_zero(kind)
                for i, kind in enumerate(kinds, 1))
        for case, entries, means in (
                ("Default", (k0 + v0,), k0 + v0),
                ("MissingDefault", (b"",), k0 + v0),
                ("NonDefault", (k + v,), k + v),
                ("Unordered", (v + k,), k + v),
                ("DuplicateKey", (k + v0, k + v), k + v),
                ("DuplicateKeyInMapEntry", (k0 + k + v,), k + v),
                ("DuplicateValueInMapEntry", (k + v0 + v,), k + v)):
            yield _equal(name + case, b"".join(field(f.number, entry)
                                               for entry in entries),
                         field(f.number, means))


def map_of_messages(schema):
    """A later entry's message replaces, and is not merged."""
    f = _map(schema, (Field.TYPE_STRING, Field.TYPE_MESSAGE))

    def entry(*numbers):
        return field(f.number, field(1, b"") + field(2, field(2, b"".join(
            tag(n, VARINT) + varint(1) for n in numbers))))

    yield _equal("ValidDataMap.STRING.MESSAGE.MergeValue",
                 entry(1, 31) + entry(2, 31), entry(2, 31))


# ---- oneofs -----------------------------------------------------------------

def oneofs(schema):
    for kind in ONEOFS:
        f = _first(schema.arms, lambda arm: arm.type == kind)
        other = _first(schema.arms, lambda arm: arm.type != kind)
        zero, value = one(f, _zero(kind)), one(f, _not_zero(kind))
        for case, payload, means in (
                ("DefaultValue", zero, zero), ("NonDefaultValue", value, value),
                ("MultipleValuesForSameField", zero + value, value),
                ("MultipleValuesForDifferentField",
                 one(other, _zero(other.type)) + value, value)):
            yield _equal("ValidDataOneof.%s.%s" % (_name(kind), case),
                         payload, means)
            yield _exact("ValidDataOneofBinary.%s.%s" % (_name(kind), case),
                         payload, means)


def oneof_messages(schema):
    f = _first(schema.arms, lambda arm: arm.type == Field.TYPE_MESSAGE)

    def arm(*numbers):
        return field(f.number, field(2, b"".join(
            tag(n, VARINT) + varint(1) for n in numbers)))

    # 89 is repeated and not packed.
    payload, means = arm(1, 2, 89) + arm(2, 89), arm(1, 2, 89, 89)
    yield _equal("ValidDataOneof.MESSAGE.Merge", payload, means)
    yield _exact("ValidDataOneofBinary.MESSAGE.Merge", payload, means)


def oneof_zeros(schema):
    """The suite sends these with its cases for JSON."""
    by_name = {f.name: f for f in schema.arms}
    for name in ("Uint32", "Message", "String", "Bytes", "Bool", "Uint64",
                 "Float", "Double", "Enum"):
        f = by_name["oneof_" + name.lower().replace("message",
                                                    "nested_message")]
        payload = one(f, _zero(f.type))
        yield _equal("OneofZero" + name, payload, payload, "Recommended")
    payload = field(by_name["oneof_nested_message"].number,
                    tag(1, VARINT) + varint(1))
    yield _equal("OneofZeroMessageSetTwice", payload, payload, "Recommended")


# ---- unknown fields ---------------------------------------------------------

def unknown_field(_):
    payload = tag(501, VARINT) + varint(1)
    yield _exact("UnknownVarint", payload, payload, "Required")


# What the runner counts as a success of such a testee, if it fails nothing.
COUNT = 651

RULES = (premature_eof, illegal_tags, valid_data, repeated_message, maps,
         map_of_messages, oneofs, oneof_messages, oneof_zeros, unknown_field)


def all_cases(schema):
    return [case for rule in RULES for case in rule(schema)]
