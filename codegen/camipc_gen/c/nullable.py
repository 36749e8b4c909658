# SPDX-License-Identifier: MIT
"""C code for fields that may be absent (T?); see c/slots.py."""

from typing import List

from .slots import Slot, branch, indented


class OptionalSlot(Slot):
    """T? of a number or an enum: bool has_x beside x."""

    shape = "OPTIONAL"

    def __init__(self, field, c_name, value):
        super().__init__(field, c_name, value)
        self.has = "has_" + c_name

    def members(self):
        return ["bool %s;" % self.has, self.value.declare(self.name) + ";"]

    def parameters(self):
        return ["bool " + self.has, self.value.declare(self.name)]

    def out_parameters(self):
        return ["bool *ret_" + self.has] + super().out_parameters()

    def assignments(self):
        return [(self.has, self.has), (self.name, self.name)]

    def arguments(self, of):
        return ["%s->%s" % (of, self.has), "%s->%s" % (of, self.name)]

    def out_arguments(self, of):
        return ["&%s->%s" % (of, self.has), "&%s->%s" % (of, self.name)]

    def results(self):
        return [("ret_" + self.has, self.has), ("ret_" + self.name, self.name)]

    @property
    def needs_init(self):
        return False

    def init(self):
        return []

    def put(self):
        return ["if (msg->%s)" % self.has] + indented(
            self.value.put(self.number, self.place, True))

    def cases(self):
        return self._labels() + indented(
            ["msg->%s = true;" % self.has] + self.value.get(self.place)
            + ["break;"])

    def finish(self):
        rules = self._rules(self.place)
        if not rules:
            return []
        return ["if (msg->%s)" % self.has,
                "\tp = camipc_require(r, p, %s);" % " && ".join(rules)]

    def check(self):
        conditions = [self.value.valid(self.place)] + self._rules(self.place)
        conditions = [c for c in conditions if c]
        if not conditions:
            return []
        return ["if (msg->%s)" % self.has,
                '\tcamipc_check_that(check, %s, "%s");' % (
                    " && ".join(conditions), self.idl)]

    def aux_member(self):
        return self.has


class NullableStringSlot(Slot):
    """string?: NULL is absent."""

    shape = "POINTER"

    @property
    def needs_init(self):
        return False

    def init(self):
        return []

    def put(self):
        return ["if (%s)" % self.place] + indented(
            self.value.put(self.number, self.place, True))

    def finish(self):
        if self.max_len is None:
            return []
        return ["if (%s)" % self.place,
                "\tp = camipc_require(r, p, strlen(%s) <= %d);" % (
                    self.place, self.max_len)]

    def check(self):
        return ["if (%s)" % self.place] + indented(
            self.value.check(self.place, self.idl, self.max_len))

    def copy(self):
        return ["%s = camipc_copy_optional_string(arena, %s);" % (
            self.place, self.place)]


class PointerSlot(Slot):
    """T? of a message: const struct x *, NULL is absent."""

    shape = "POINTER"

    def members(self):
        return [self.value.pointer(self.name) + ";"]

    def parameters(self):
        return [self.value.pointer(self.name)]

    def out_parameters(self):
        return ["const %s **ret_%s" % (self.value.c_type, self.name)]

    @property
    def is_struct_parameter(self):
        return False

    @property
    def owns(self):
        return True

    @property
    def needs_init(self):
        return False

    @property
    def free(self):
        return False

    @property
    def bound(self):
        return None

    def init(self):
        return []

    def put(self):
        return ["if (%s)" % self.place] + indented(
            self._through(self.value.put, self.number, self.place, True))

    @staticmethod
    def _through(make, *args) -> List[str]:
        """Statements about what a pointer points to; args hold its name."""
        args = list(args)
        at = 1 if isinstance(args[0], int) else 0
        pointer = args[at]
        args[at] = "(*%s)" % pointer
        return [line.replace("&(*%s)" % pointer, pointer)
                .replace("(*%s)." % pointer, pointer + "->")
                for line in make(*args)]

    def cases(self):
        return self._labels() + indented(
            ["p = get_%s_pointer(r, p, end, &%s);" % (
                self.value.tag, self.place), "break;"])

    def finish(self):
        return []

    def check(self):
        inner = self._through(self.value.check, self.place, self.idl,
                              self.max_len)
        size = "camipc_check_array(check, %s, 1, sizeof(*%s), 0, 1, \"%s\");" \
            % (self.place, self.place, self.idl)
        return ["if (%s) {" % self.place] + indented(
            ["if (%s" % size[:-1] + ")"] + indented(inner)
            if inner else [size]) + ["}"]

    def copy_locals(self):
        return ["%s *%s;" % (self.value.c_type, self.local)]

    def copy(self):
        name = self.local
        inner = self._through(self.value.copy, name)
        lines = ["%s = camipc_copy_array(arena, %s, %s ? 1 : 0, "
                 "sizeof(*%s));" % (name, self.place, self.place, name),
                 "%s = %s;" % (self.place, name)]
        if inner:
            lines += branch(name, inner, [])
        return lines

    def clear_locals(self):
        if not self.value.owns:
            return []
        return ["%s *%s = (%s *)%s;" % (self.value.c_type, self.local,
                                        self.value.c_type, self.place)]

    def clear(self):
        lines = []
        if self.value.owns:
            name = self.local
            lines += branch(name, self._through(self.value.clear, name), [])
        return lines + ["camipc_clear_array(%s);" % self.place]
