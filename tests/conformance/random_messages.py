# SPDX-License-Identifier: MIT
"""Makes random messages, their other encodings, and damaged ones."""

from google.protobuf.descriptor import FieldDescriptor as Field

import values
import wire
from cases import is_map, is_packable

# Deeper than this nothing is nested any more.
MAX_DEPTH = 4


class RandomMessages:
    def __init__(self, random, cls, splits=True):
        self.r = random
        self.cls = cls
        self.splits = splits       # messages, into parts that are merged

    def message(self):
        message = self.cls()
        self._fill(message, 0)
        return message

    # ---- values ------------------------------------------------------------

    def _fill(self, message, depth):
        fields = list(message.DESCRIPTOR.fields)
        most = 12 if depth == 0 else 3
        for field in self.r.sample(fields, min(
                len(fields), self.r.randint(0, most))):
            if field.message_type and depth >= MAX_DEPTH:
                continue
            if is_map(field):
                self._fill_map(message, field, depth)
            elif field.label == Field.LABEL_REPEATED:
                self._fill_list(message, field, depth)
            elif field.message_type:
                inner = getattr(message, field.name)
                inner.SetInParent()
                self._fill(inner, depth + 1)
            else:
                setattr(message, field.name, self._value(field))
        if self.r.random() < 0.2:
            message.MergeFromString(self._unknown(message))

    def _fill_list(self, message, field, depth):
        values_ = getattr(message, field.name)
        for _ in range(self.r.choice([1, 1, 2, 3, 20])):
            if field.message_type:
                self._fill(values_.add(), depth + 1)
            else:
                values_.append(self._value(field))

    def _fill_map(self, message, field, depth):
        entries = getattr(message, field.name)
        key, value = field.message_type.fields
        for _ in range(self.r.randint(1, 4)):
            if value.message_type:
                self._fill(entries[self._value(key)], depth + 1)
            else:
                entries[self._value(key)] = self._value(value)

    def _integer(self, low, high):
        edge = self.r.choice([0, 1, low, high, 127, 128, -1, 1 << 31])
        number = self.r.getrandbits(self.r.randint(1, 64))
        return min(high, max(low, self.r.choice([edge, number, -number])))

    def _value(self, field):
        kind = values.NAMES[field.type]
        if kind == "bool":
            return self.r.random() < 0.7
        if kind == "enum":
            return self._integer(-1 << 31, (1 << 31) - 1)
        if kind in ("float", "double"):
            return self.r.choice([0.5, -1.25, 0.0, float("inf"), 1e30, -0.0])
        if kind == "string":
            return "".join(self.r.choice("aZ7äß€📷\t\x7f")
                           for _ in range(self.r.choice([1, 2, 9, 130])))
        if kind == "bytes":
            return bytes(self.r.getrandbits(8)
                         for _ in range(self.r.choice([1, 2, 9, 130])))
        bits = 64 if kind.endswith("64") else 32
        if kind.startswith(("uint", "fixed")):
            return self._integer(0, (1 << bits) - 1)
        return self._integer(-1 << bits - 1, (1 << bits - 1) - 1)

    def _unknown(self, message):
        """Fields with numbers that the message does not have."""
        known = {field.number for field in message.DESCRIPTOR.fields}
        data = b""
        for _ in range(self.r.randint(1, 3)):
            number = self.r.choice([n for n in (
                16, 17, 600, 99999, (1 << 29) - 1) if n not in known])
            wire_type, body = self.r.choice([
                (wire.VARINT, wire.varint(self.r.getrandbits(64))),
                (wire.FIXED32, b"abcd"), (wire.FIXED64, b"\xff" * 8),
                (wire.LEN, wire.delim(b"\0\xff"))])
            data += wire.tag(number, wire_type) + body
        return data

    # ---- the same, otherwise -----------------------------------------------

    def rewrite(self, data, descriptor):
        """The same message in other bytes: fields in another order, packed
        or not, messages in two parts, lengths longer than need be."""
        pieces = []
        for number, wire_type, begin, _, body, end in wire.read_fields(data):
            field = descriptor.fields_by_number.get(number)
            piece = data[begin:end]
            if field is not None and wire_type == wire.LEN:
                piece = self._rewrite_field(field, piece, body)
            pieces.append((number if field is not None else 0, piece))
        if self.r.random() < 0.5:
            # Of one number, and of unknown ones, the order stays.
            order = {number: self.r.random() for number, _ in pieces}
            pieces.sort(key=lambda one: order[one[0]])
        return b"".join(piece for _, piece in pieces)

    def _rewrite_field(self, field, piece, body):
        number = field.number
        if field.message_type:
            inner = self.rewrite(body, field.message_type)
            parts = wire.read_fields(inner)
            # A second part adds to the first, but not to lists of messages.
            if self.splits and len(parts) > 1 and \
                    field.label != Field.LABEL_REPEATED and \
                    self.r.random() < 0.5:
                cut = parts[self.r.randrange(1, len(parts))][2]
                return wire.field(number, inner[:cut]) + \
                    wire.field(number, inner[cut:])
            return wire.field(number, inner)
        if field.label == Field.LABEL_REPEATED and is_packable(field) and \
                self.r.random() < 0.5:
            return self._unpack(field, body)
        if self.r.random() < 0.1:
            return wire.tag(number, wire.LEN) + wire.long_varint(
                len(body), 2) + body
        return piece

    def _unpack(self, field, body):
        wire_type = values.WIRE_TYPES[field.type]
        size = {wire.FIXED32: 4, wire.FIXED64: 8}.get(wire_type)
        out, at = b"", 0
        while at < len(body):
            end = at + size if size else wire.read_varint(body, at)[1]
            out += wire.tag(field.number, wire_type) + body[at:end]
            at = end
        return out

    # ---- damage ------------------------------------------------------------

    def damage(self, data):
        data = bytearray(data)
        for _ in range(self.r.choice([1, 1, 1, 2, 4])):
            at = self.r.randrange(len(data) + 1)
            n = self.r.randrange(6)
            how = self.r.randrange(5)
            if how == 0 and at < len(data):
                data[at] ^= 1 << self.r.randrange(8)
            elif how == 1 and at < len(data):
                data[at] = self.r.choice(b"\0\1\x7f\x80\xff\x0a\x12\x08")
            elif how == 2:
                del data[at:at + n]
            elif how == 3:
                data[at:at] = data[at:at + n]
            else:
                del data[at:]
        return bytes(data)


# ---- what only we refuse -----------------------------------------------------

def is_ours(data, descriptor, depth=1):
    """Whether our rules refuse what protobuf's own let pass: groups, tags
    that are longer than need be, NUL in a text, deeper than 32."""
    fields = wire.read_fields(data)
    if fields is None or depth > 32:
        return True
    for number, wire_type, begin, start, body, _ in fields:
        if data[begin:start] != wire.tag(number, wire_type):
            return True
        field = descriptor.fields_by_number.get(number)
        if field is None or wire_type != wire.LEN:
            continue
        if field.type == Field.TYPE_STRING and b"\0" in body:
            return True
        if field.message_type and is_ours(body, field.message_type,
                                          depth + 1):
            return True
    return False


def has_bare_entries(data, descriptor):
    """A map's entry whose key or value is zero: protobuf's own libraries
    write such a zero, we and protobuf-c do not."""
    for number, wire_type, _, _, body, _ in wire.read_fields(data):
        field = descriptor.fields_by_number.get(number)
        if field is None or wire_type != wire.LEN or not field.message_type:
            continue
        if is_map(field):
            for part in wire.read_fields(body):
                inner = field.message_type.fields_by_number.get(part[0])
                if inner and not inner.message_type and values.is_zero(
                        inner.type, body[part[3]:part[5]]):
                    return True
        if has_bare_entries(body, field.message_type):
            return True
    return False
