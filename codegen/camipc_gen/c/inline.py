# SPDX-License-Identifier: MIT
"""C code for [inline] unions: in C a member, on the wire several fields."""

from typing import List

from .slots import Slot, branch


class InlineSlot(Slot):
    """A union whose arms are fields of the struct: a oneof in the .proto.

    Its statements are the union's own, about msg->x instead of msg.
    """

    is_inline = True

    @property
    def union(self):
        return self.value.message

    def _here(self, lines: List[str]) -> List[str]:
        return [line.replace("msg->", self.place + ".") for line in lines]

    @property
    def bound(self):
        return self.union.bound

    wire_bound = 0             # each arm counts itself

    def tags(self):
        return [tag for arm in self.union.slots for tag in arm.tags()]

    def cases(self):
        return self._here(self.union.cases())

    def numbers(self):
        return [arm.number for arm in self.union.slots]

    def put(self):
        return self._here(self.union.put())

    def put_numbers(self, numbers):
        arms = [arm for arm in self.union.slots if arm.number in numbers]
        if len(arms) == len(self.union.slots) and len(arms) > 1:
            return self.put()
        if len(arms) > 1:
            return self._here(self.union.put_arms(arms))
        return branch("%s.tag == %s" % (self.place, self.union.arm(arms[0])),
                      self._here(arms[0].put()), [])

    def check(self):
        # The check of a deep one would count a level that it is not.
        lines = self._here(self.union.check()) if self.union.is_deep else \
            self.value.check(self.place, self.idl, self.max_len)
        if self.required:
            lines.append('camipc_check_that(check, %s, "%s");' % (
                self.value.present(self.place), self.idl))
        return lines
