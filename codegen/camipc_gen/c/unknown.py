# SPDX-License-Identifier: MIT
"""C code for what [keep_unknown] keeps: bytes of fields, as they came."""

from typing import List


class UnknownFields:
    """Members, and statements about them, as a slot has."""

    NAMES = ("unknown_fields", "n_unknown_fields")

    remark = "Fields that the interface lacks here, kept as they came."

    def members(self) -> List[str]:
        return ["const uint8_t *unknown_fields;", "size_t n_unknown_fields;"]

    def layout_members(self) -> List[str]:
        return list(self.NAMES)

    def put(self) -> List[str]:
        return ["p = camipc_put_kept(w, p, msg->unknown_fields, "
                "msg->n_unknown_fields);"]

    def locals(self) -> List[str]:
        return ["const uint8_t *start;",
                "size_t room_unknown_fields = msg->n_unknown_fields;"]

    def keep(self) -> List[str]:
        """Instead of skipping a field."""
        return ["p = camipc_keep(r, start, end, &msg->unknown_fields, "
                "&msg->n_unknown_fields, &room_unknown_fields);"]

    def check(self, is_known: str) -> List[str]:
        return ["camipc_check_kept(check, msg->unknown_fields, "
                'msg->n_unknown_fields, %s, "unknown fields");' % is_known]

    def copy(self) -> List[str]:
        return ["msg->unknown_fields = camipc_copy_array(arena, "
                "msg->unknown_fields, msg->n_unknown_fields, 1);",
                "if (!msg->unknown_fields)", "\tmsg->n_unknown_fields = 0;"]

    def clear(self) -> List[str]:
        return ["camipc_clear_array(msg->unknown_fields);"]
