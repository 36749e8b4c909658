# SPDX-License-Identifier: MIT
"""C code for values that hold other values; see c/values.py."""

from .values import MESSAGE_PREFIX_BOUND, Value


class BytesValue(Value):
    """array<uint8> where it is a value of its own: an arm, an element."""

    wire = "BYTES"
    kind = "STRUCT"
    form = "BYTES"
    owns = True
    free = False
    counts_itself = True
    is_box = True

    def __init__(self, wrapper):
        self.wrapper = wrapper
        self.tag = wrapper.c_name
        self.c_type = "struct " + self.tag
        self.default = "(struct %s){ 0 }" % self.tag
        self.info = self.tag + "_type_info"

    def put(self, number, expr, present):
        return ["p = camipc_put_%sbytes(w, p, %d, %s.items, %s.n_items);" % (
            "present_" if present else "", number, expr, expr)]

    def get(self, place):
        return ["p = camipc_get_bytes(r, p, end, &%s.items, &%s.n_items);" % (
            place, place)]

    def check(self, expr, field, max_len):
        most = self.wrapper.slots[0].max_len
        limit = "SIZE_MAX" if most is None else str(most)
        return ['camipc_check_bytes(check, %s.items, %s.n_items, %s, "%s");'
                % (expr, expr, limit, field)]

    def settle(self, place):
        most = self.wrapper.slots[0].max_len
        if most is None:
            return []
        return ["p = camipc_require(r, p, %s.n_items <= %d);" % (place, most)]

    def copy(self, place):
        return ["%s.items = camipc_copy_array(arena, %s.items, %s.n_items, 1);"
                % (place, place, place),
                "if (!%s.items)\n\t%s.n_items = 0;" % (place, place)]

    def clear(self, place):
        return ["camipc_clear_array(%s.items);" % place]


class MessageValue(Value):
    """A nested message: a struct, a union, a wrapper, an entry of a map."""

    wire = "BYTES"
    form = "MESSAGE"
    @property
    def is_box(self):
        return self.message.is_box

    def __init__(self, message):
        self.message = message
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
        # A checked message adds its own body.
        if self.free and self.bound is not None:
            return self.bound
        return MESSAGE_PREFIX_BOUND

    def put(self, number, expr, present):
        return ["p = %s_put(w, p, %d, &%s);" % (self.tag, number, expr)]

    def get(self, place):
        return ["p = %s_get(r, p, end, &%s);" % (self.tag, place)]

    def check(self, expr, field, max_len):
        if self.free:
            return []
        return ["%s_check(check, &%s);" % (self.tag, expr)]

    def copy(self, place):
        if not self.owns:
            return []
        return ["%s_copy_in(arena, &%s);" % (self.tag, place)]

    def clear(self, place):
        if not self.owns:
            return []
        return ["%s_clear(&%s);" % (self.tag, place)]

    def init(self, place):
        if not self.needs_init:
            return []
        return ["%s_init(&%s);" % (self.tag, place)]

    def present(self, expr):
        return self.message.present(expr)
