# SPDX-License-Identifier: MIT
"""C code for values that hold other values; see c/values.py."""

from ..model import ir
from .statements import branch
from .values import MESSAGE_PREFIX_BOUND, Value


class BytesValue(Value):
    """array<uint8> as a value of its own: an arm or an element."""

    wire = "BYTES"
    kind = "STRUCT"
    form = "BYTES"
    owns = True
    free = False
    counts_itself = True
    is_box = True
    get_repeats_place = True

    def __init__(self, wrapper):
        self.wrapper = wrapper
        self.file = wrapper.file
        self.tag = wrapper.c_name
        self.c_type = "struct " + self.tag
        self.default = "(struct %s){ 0 }" % self.tag
        self.info = self.tag + "_type_info"

    @staticmethod
    def _parts(place):
        return place.member("items"), place.member("n_items")

    def put(self, number, place, present):
        return ["p = camipc_put_%sbytes(w, p, %d, %s, %s);" % (
            ("present_" if present else "", number) + self._parts(place))]

    def get(self, place):
        items, n_items = self._parts(place)
        return ["p = camipc_get_bytes(r, p, end, %s, %s);" % (
            items.address, n_items.address)]

    def check(self, place, field, max_len):
        most = self.wrapper.slots[0].max_len
        limit = "SIZE_MAX" if most is None else str(most)
        return ['camipc_check_bytes(check, %s, %s, %s, "%s");' % (
            self._parts(place) + (limit, field))]

    def settle(self, place):
        most = self.wrapper.slots[0].max_len
        if most is None:
            return []
        return ["p = camipc_require(r, p, %s <= %d);" % (
            place.member("n_items"), most)]

    def copy(self, place):
        items, n_items = self._parts(place)
        return ["%s = camipc_copy_array(arena, %s, %s, 1);" % (
            items, items, n_items)] + branch(
                "!%s" % items, ["%s = 0;" % n_items])

    def clear(self, place):
        return ["camipc_clear_array(%s);" % place.member("items")]


class ExternalValue(Value):
    """A struct of another library: bytes on the wire, which the library's own
    functions write and read."""

    wire = "BYTES"
    kind = "EXTERNAL"
    form = "BYTES"
    owns = True
    needs_init = True
    free = False
    counts_itself = True

    def __init__(self, tag: str, file: str, external: ir.External):
        self.tag = tag
        self.file = file
        self.external = external
        self.c_type = external.c_type
        self.info = tag + "_type_info"
        self.max_size = external.max_size

    def put(self, number, place, present):
        return ["p = camipc_put_external(w, p, %d, &%s, %s);" % (
            number, self.info, place.address)]

    def get(self, place):
        return ["p = camipc_get_external(r, p, end, &%s, %s);" % (
            self.info, place.address)]

    def check(self, place, field, max_len):
        return ['camipc_check_external(check, &%s, %s, "%s");' % (
            self.info, place.address, field)]

    def copy(self, place):
        return ["camipc_copy_external(arena, &%s, %s);" % (
            self.info, place.address)]

    def clear(self, place):
        return ["camipc_clear_external(&%s, %s);" % (self.info,
                                                     place.address)]

    def init(self, place):
        return ["camipc_init_external(&%s, %s);" % (self.info,
                                                    place.address)]


class MessageValue(Value):
    """A nested message: a struct, a union, a wrapper, an entry of a map."""

    wire = "BYTES"
    form = "MESSAGE"

    @property
    def is_box(self):
        return self.message.is_box

    def __init__(self, message):
        self.message = message
        self.file = message.file
        self.tag = message.c_name
        self.c_type = "struct " + self.tag
        self.kind = message.kind
        self.info = self.tag + "_type_info"
        self.default = "(struct %s){ 0 }" % self.tag

    @property
    def owns(self):
        return self.message.owns

    @property
    def has_fds(self):
        return self.message.has_fds

    @property
    def needs_init(self):
        return self.message.needs_init

    @property
    def free(self):
        return self.message.free

    @property
    def bound(self):
        inner = self.message.bound
        if inner is None:
            return None
        return inner + (inner.bit_length() + 6) // 7 if inner else 1

    @property
    def wire_bound(self):
        # The check of a message adds the size of its body.
        if self.free and self.bound is not None:
            return self.bound
        return MESSAGE_PREFIX_BOUND

    def put(self, number, place, present):
        return ["p = %s_put(w, p, %d, %s);" % (self.tag, number,
                                             place.address)]

    def get(self, place):
        return ["p = %s_get(r, p, end, %s);" % (self.tag, place.address)]

    def check(self, place, field, max_len):
        if self.free:
            return []
        return ["%s_check(check, %s);" % (self.tag, place.address)]

    def copy(self, place):
        if not self.owns:
            return []
        return ["%s_copy_in(arena, %s);" % (self.tag, place.address)]

    def clear(self, place):
        if not self.owns:
            return []
        return ["%s_clear(%s);" % (self.tag, place.address)]

    def init(self, place):
        if not self.needs_init:
            return []
        return ["%s_init(%s);" % (self.tag, place.address)]

    def present(self, place):
        return self.message.present(place)


# Values that are structs in C: parameters are pointers to them.
STRUCTS = (MessageValue, BytesValue, ExternalValue)
