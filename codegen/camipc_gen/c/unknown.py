# SPDX-License-Identifier: MIT
"""C code for [keep_unknown]: the bytes of unknown fields, as received."""

from typing import List

from .place import Place
from .statements import branch


class UnknownFields:
    """Members and their statements, with the functions of a slot."""

    NAMES = ("unknown_fields", "n_unknown_fields")

    remark = "Unknown fields, kept as they were received."

    def declarations(self) -> List[str]:
        return ["const uint8_t *unknown_fields", "size_t n_unknown_fields"]

    def members(self) -> List[str]:
        return [one + ";" for one in self.declarations()]

    def _parts(self, of: Place):
        return of.member(self.NAMES[0]), of.member(self.NAMES[1])

    def put(self, of: Place) -> List[str]:
        return ["p = camipc_put_kept(w, p, %s, %s);" % self._parts(of)]

    def locals(self, of: Place) -> List[str]:
        return ["const uint8_t *start;",
                "size_t room_unknown_fields = %s;" % self._parts(of)[1]]

    def keep(self, of: Place) -> List[str]:
        """Keeps a field instead of skipping it."""
        fields, count = self._parts(of)
        return ["p = camipc_keep(r, start, end, %s, %s, "
                "&room_unknown_fields);" % (fields.address, count.address)]

    def check(self, of: Place, is_known: str) -> List[str]:
        return ["camipc_check_kept(check, %s, %s, %s, "
                '"unknown fields");' % (self._parts(of) + (is_known,))]

    def copy(self, of: Place) -> List[str]:
        fields, count = self._parts(of)
        return ["%s = camipc_copy_array(arena, %s, %s, 1);" % (
            fields, fields, count)] + branch(
                "!%s" % fields, ["%s = 0;" % count])

    def clear(self, of: Place) -> List[str]:
        return ["camipc_clear_array(%s);" % self._parts(of)[0]]
