# SPDX-License-Identifier: MIT
"""C code for [inline] unions: in C a member, on the wire several fields."""

from typing import List

from .place import Place
from .slots import Slot
from .statements import Case, branch


class InlineSlot(Slot):
    """A union whose arms are fields of the struct: a oneof in the .proto.

    Its statements are the union's own, about a member instead of a message.
    """

    is_inline = True

    @property
    def union(self):
        return self.value.message

    @property
    def bound(self):
        return self.union.bound

    wire_bound = 0             # each arm counts itself

    def tags(self):
        return [tag for arm in self.union.slots for tag in arm.tags()]

    def cases(self, of: Place) -> List[Case]:
        """Cases of the decoder of the struct."""
        return self.union.cases(self.at(of))

    def numbers(self):
        return [arm.number for arm in self.union.slots]

    def put(self, of):
        return self.union.put(self.at(of))

    def put_numbers(self, of, numbers):
        arms = [arm for arm in self.union.slots if arm.number in numbers]
        if len(arms) > 1:
            return self.union.put(self.at(of), arms)
        return branch("%s == %s" % (self.at(of).member("tag"),
                                    self.union.arm(arms[0])),
                      arms[0].put(self.at(of)))

    def check(self, of):
        # The check function of a deep union would count a level of nesting,
        # which an inline union is not.
        lines = self.union.check(self.at(of)) if self.union.is_deep else \
            self.value.check(self.at(of), self.idl, self.max_len)
        if self.required:
            lines.append('camipc_check_that(check, %s, "%s");' % (
                self.value.present(self.at(of)), self.idl))
        return lines
