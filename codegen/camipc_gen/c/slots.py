# SPDX-License-Identifier: MIT
"""C code for the fields of a message: how a struct contains a value.

A slot is one field: a value in place, an optional one, a pointer to one, an
array of n_x elements, an array of fixed length, a map. Its methods return C
statements about that member of a struct, whose place they take as @of.
"""

from typing import List, Optional, Tuple

from .composite import STRUCTS
from .literals import literal
from .place import MSG, Place
from .statements import branch, indented
from .values import StringValue, Value, tag_size

# The outputs of a call, before the caller has them.
OUTS = Place("outs")


class Slot:
    """The interface of all slots; the default is a value in place."""

    shape = "SINGLE"
    always_present = False
    is_inline = False          # its fields are those of a union's arms
    # Further names that a local variable for it must not have.
    taken = frozenset()
    file = ""                  # names static functions of one file
    has_count = False          # several values, so [max_len=] is about them

    def __init__(self, field, c_name: str, value: Value):
        self.idl = field.name
        self.doc = field.doc
        self.name = c_name
        self.number = field.number
        self.value = value
        self.required = field.required
        self.max_len = field.max_len
        self.min = field.min
        self.max = field.max
        if value.is_box:
            # The box has the limits of its content.
            self.min = self.max = None
            self.max_len = field.max_len if self.has_count else None
        self.initial: Optional[str] = None      # a default that is not zero
        self.initial_text = None                # as in the IDL
        self.default_name = ""                  # of a default text in C
        self.facts = ""                         # limits and so on, in words

    def at(self, of: Place) -> Place:
        """Its own place in the struct @of."""
        return of.member(self.name)

    # ---- declarations ------------------------------------------------------

    def declarations(self) -> List[str]:
        """Members of the struct."""
        return [self.value.declare(self.name)]

    @property
    def remark(self) -> str:
        """A comment behind the last member."""
        return self.value.remark

    def members(self) -> List[str]:
        """Members of the struct as lines of C."""
        *others, last = self.declarations()
        return [one + ";" for one in others] + [last + ";" + self.remark]

    def parameters(self) -> List[str]:
        """As inputs of a call."""
        if isinstance(self.value, STRUCTS):
            return [self.value.pointer(self.name)]
        return [self.value.declare(self.name)]

    def out_parameters(self) -> List[str]:
        """As outputs of a call or of an op."""
        c_type = self.value.c_type
        gap = "" if c_type.endswith("*") else " "
        return ["%s%s*ret_%s" % (c_type, gap, self.name)]

    @property
    def is_struct_parameter(self) -> bool:
        """A pointer that must not be NULL."""
        return isinstance(self.value, STRUCTS)

    def assignments(self) -> List[Tuple[str, str]]:
        """Members of an args struct, and what a call puts there."""
        star = "*" if self.is_struct_parameter else ""
        return [(self.name, star + self.name)]

    def arguments(self, of: str) -> List[str]:
        """Arguments of an op."""
        amp = "&" if self.is_struct_parameter else ""
        return ["%s%s->%s" % (amp, of, self.name)]

    def out_arguments(self, of: str) -> List[str]:
        return ["&%s->%s" % (of, self.name)]

    def results(self) -> List[Tuple[str, str]]:
        """Output parameters, and the members that they receive."""
        return [("ret_" + self.name, self.name)]

    def deliver(self) -> List[str]:
        """Gives an output to the caller, or releases it if not wanted."""
        results = self.results()
        wanted = " && ".join(target for target, _ in results)
        give = ["*%s = outs.%s;" % result for result in results]
        drop = self.clear_locals(OUTS) + self.clear(OUTS)
        return branch(wanted, give, drop)

    @property
    def local(self) -> str:
        """A variable for what the member points to. No name that anything else
        has ends with an underscore but those that the IDL would not have."""
        name = self.name + "_"
        while name in self.taken:
            name += "_"
        return name

    # ---- traits ------------------------------------------------------------

    @property
    def owns(self) -> bool:
        return self.value.owns

    @property
    def has_fds(self) -> bool:
        return self.value.has_fds

    @property
    def needs_init(self) -> bool:
        return self.initial is not None or self.value.needs_init

    @property
    def free(self) -> bool:
        """No check is needed: every value is allowed and bounded."""
        return (self.value.free and self.value.bound is not None
                and not self._rules(MSG) and not self.required)

    @property
    def bound(self) -> Optional[int]:
        """Maximum encoded size in bytes, tag included; or None."""
        if self.value.bound is None:
            return None
        return self.value.bound + tag_size(self.number)

    @property
    def wire_bound(self) -> int:
        """Its part of the sender's sum, without sizes that checks add."""
        if self.value.counts_itself:
            return 0
        return self.value.wire_bound + tag_size(self.number)

    def _rules(self, place: Place) -> List[str]:
        """Conditions of [min=] and [max=]."""
        rules = []
        if self.min is not None:
            rules.append("%s >= %s" % (place, _number(self.value, self.min)))
        if self.max is not None:
            rules.append("%s <= %s" % (place, _number(self.value, self.max)))
        return rules

    def tags(self) -> List[str]:
        """The tags of fields that the decoder takes for it: the one that is
        written, then others."""
        return ["CAMIPC_%s(%d)" % (self.value.wire, self.number)]

    # ---- init, encode, decode ----------------------------------------------

    @property
    def text_default(self) -> Optional[str]:
        """The literal of a default text; clear() compares the address."""
        return self.initial if isinstance(self.value, StringValue) else None

    def init(self, of: Place) -> List[str]:
        if self.text_default:
            return ["%s = %s;" % (self.at(of), self.default_name)]
        if self.initial is not None:
            return ["%s = %s;" % (self.at(of), self.initial)]
        return self.value.init(self.at(of))

    @property
    def _present(self) -> bool:
        """Whether it is written even if it is zero."""
        return self.initial is not None or self.always_present

    def put(self, of: Place) -> List[str]:
        return self.value.put(self.number, self.at(of), self._present)

    def add(self, of: Place) -> List[str]:
        """As put(), in a small struct."""
        return self.value.add(self.number, self.at(of), self._present)

    def numbers(self) -> List[int]:
        """The numbers of its fields on the wire."""
        return [self.number]

    def put_numbers(self, of: Place, numbers: List[int]) -> List[str]:
        """Writes those of its fields that have these @numbers."""
        return self.put(of)

    def locals(self, of: Place) -> List[str]:
        """Variables of the decoder."""
        return []

    def get(self, of: Place) -> List[str]:
        """Reads a field that has one of its tags."""
        return self.value.get(self.at(of))

    def finish(self, of: Place) -> List[str]:
        """Checks by the decoder when the message has ended."""
        place = self.at(of)
        conditions = self._rules(place)
        if self.required:
            present = self.value.present(place)
            conditions += [present] if present else []
        if self.max_len is not None:
            conditions.append("strlen(%s) <= %d" % (place, self.max_len))
        lines = self.value.settle(place)
        if conditions:
            lines.append("p = camipc_require(r, p, %s);"
                         % " && ".join(conditions))
        return lines

    # ---- check, copy, clear ------------------------------------------------

    def check(self, of: Place) -> List[str]:
        place = self.at(of)
        lines = self.value.check(place, self.idl, self.max_len)
        conditions = self._rules(place)
        if self.required:
            present = self._sender_present(place)
            conditions += [present] if present else []
        if conditions:
            lines.append('camipc_check_that(check, %s, "%s");' % (
                " && ".join(conditions), self.idl))
        return lines

    def _sender_present(self, place: Place) -> Optional[str]:
        if isinstance(self.value, StringValue):
            return "%s && *%s" % (place, place)
        return self.value.present(place)

    def copy_locals(self) -> List[str]:
        return []

    def copy(self, of: Place) -> List[str]:
        return self.value.copy(self.at(of))

    def clear_locals(self, of: Place) -> List[str]:
        return []

    def clear(self, of: Place) -> List[str]:
        cleared = self.value.clear(self.at(of))
        if self.text_default:
            return ["if (%s != %s)" % (self.at(of), self.default_name)] + \
                indented(cleared)
        return cleared

    # ---- reflection --------------------------------------------------------

    def aux_member(self) -> Optional[str]:
        return None

    count = 0                  # elements of an array of fixed length

    def max_count(self) -> Optional[int]:
        """Maximum number of values in the slot, or None."""
        return 1

    @property
    def info_form(self) -> str:
        return self.value.form


def _number(value: Value, number) -> str:
    """A bound or a default as a C literal."""
    return literal(value, number)
