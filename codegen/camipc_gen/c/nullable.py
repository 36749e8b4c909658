# SPDX-License-Identifier: MIT
"""C code for fields that may be absent (T?); see c/slots.py."""

from .place import Place
from .slots import Slot
from .statements import branch, indented


class OptionalSlot(Slot):
    """T? of a number or an enum: bool has_x beside x."""

    shape = "OPTIONAL"

    def __init__(self, field, c_name, value):
        super().__init__(field, c_name, value)
        self.has = "has_" + c_name

    remark = ""

    def declarations(self):
        return ["bool " + self.has, self.value.declare(self.name)]

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

    def init(self, of):
        return []

    def put(self, of):
        return branch(str(of.member(self.has)),
                      self.value.put(self.number, self.at(of), True))

    def get(self, of):
        return ["%s = true;" % of.member(self.has)] + super().get(of)

    def finish(self, of):
        rules = self._rules(self.at(of))
        if not rules:
            return []
        return branch(str(of.member(self.has)),
                      ["p = camipc_require(r, p, %s);" % " && ".join(rules)])

    def check(self, of):
        conditions = [self.value.valid(self.at(of))]
        conditions += self._rules(self.at(of))
        conditions = [c for c in conditions if c]
        if not conditions:
            return []
        return branch(str(of.member(self.has)),
                      ['camipc_check_that(check, %s, "%s");' % (
                          " && ".join(conditions), self.idl)])

    def aux_member(self):
        return self.has


class NullableStringSlot(Slot):
    """string?: NULL is absent."""

    shape = "POINTER"

    @property
    def needs_init(self):
        return False

    def init(self, of):
        return []

    def put(self, of):
        return branch(str(self.at(of)),
                      self.value.put(self.number, self.at(of), True))

    def finish(self, of):
        if self.max_len is None:
            return []
        return branch(str(self.at(of)),
                      ["p = camipc_require(r, p, strlen(%s) <= %d);" % (
                          self.at(of), self.max_len)])

    def check(self, of):
        return branch(str(self.at(of)),
                      self.value.check(self.at(of), self.idl, self.max_len))

    def copy(self, of):
        return ["%s = camipc_copy_optional_string(arena, %s);" % (
            self.at(of), self.at(of))]


def pointer_name(value, file: str) -> str:
    """The static function of @file that decodes a message that may be
    absent."""
    return "get_%s_pointer%s" % (value.tag, value.apart_in(file))


class PointerSlot(Slot):
    """T? of a message: const struct x *, NULL is absent."""

    shape = "POINTER"

    remark = ""

    def declarations(self):
        return [self.value.pointer(self.name)]

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

    def init(self, of):
        return []

    def target(self, of: Place) -> Place:
        """What the pointer points to."""
        return Place(str(self.at(of)), is_pointer=True)

    def put(self, of):
        return branch(str(self.at(of)),
                      self.value.put(self.number, self.target(of), True))

    def get(self, of):
        return ["p = %s(r, p, end, %s);" % (
            pointer_name(self.value, self.file), self.at(of).address)]

    def finish(self, of):
        return []

    def check(self, of):
        place = self.at(of)
        size = 'camipc_check_array(check, %s, 1, sizeof(*%s), 0, 1, "%s")' % (
            place, place, self.idl)
        inner = self.value.check(self.target(of), self.idl, self.max_len)
        return ["if (%s) {" % place] + indented(
            branch(size, inner) if inner else [size + ";"]) + ["}"]

    def copy_locals(self):
        return ["%s *%s;" % (self.value.c_type, self.local)]

    def copy(self, of):
        name, place = self.local, self.at(of)
        lines = ["%s = camipc_copy_array(arena, %s, %s ? 1 : 0, "
                 "sizeof(*%s));" % (name, place, place, name),
                 "%s = %s;" % (place, name)]
        inner = self.value.copy(Place(name, is_pointer=True))
        return lines + (branch(name, inner) if inner else [])

    def clear_locals(self, of):
        if not self.value.owns:
            return []
        return ["%s *%s = (void *)%s;" % (self.value.c_type, self.local,
                                          self.at(of))]

    def clear(self, of):
        lines = []
        if self.value.owns:
            lines = branch(self.local, self.value.clear(
                Place(self.local, is_pointer=True)))
        return lines + ["camipc_clear_array(%s);" % self.at(of)]
