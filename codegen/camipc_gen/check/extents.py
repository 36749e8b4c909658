# SPDX-License-Identifier: MIT
"""Rules about extents: structs that C cannot hold, messages that no channel
can carry."""

from __future__ import annotations

from typing import Tuple

from ..model import ir
from ..model.attributes import MOST_MAX_MESSAGE
from ..model.extents import Extents
from ..model.order import by_value, members
from ..model.sizes import Sizes
from .checking import Checking

# Bytes of a struct. With a larger one, sizes no longer fit in the 32 bits that
# generated tables have for them, nor in the memory of a 32-bit machine.
MAX_STRUCT_SIZE = 256 << 20


def types_fit_in_c(checking: Checking) -> None:
    """Of types inside each other, the innermost that is too large is
    reported."""
    extents = Extents(checking.program)
    for declaration in checking.structs() + checking.unions():
        size = extents[declaration.qualified]
        inside = [extents[name] for field in members(declaration)
                  for name in by_value(field.type)]
        if size > MAX_STRUCT_SIZE >= max(inside, default=0):
            checking.error(
                "type-size", declaration.span, "'%s' takes about %d MiB in C: "
                "at most %d MiB are supported" % (
                    declaration.name, size >> 20, MAX_STRUCT_SIZE >> 20),
                hint="use array<T> instead of array<T, N>, or a SharedFD for "
                     "large data")


def messages_can_be_sent(checking: Checking) -> None:
    sizes = Sizes(checking.program)
    for interface in checking.interfaces():
        for method in interface.methods + interface.events:
            for fields, what in _messages(method):
                least = sizes.message(fields).least
                if least > interface.max_message:
                    checking.error(
                        "message-size", method.span, "the %s of '%s' take at "
                        "least %d bytes: a message of '%s' holds at most %d"
                        % (what, method.name, least, interface.name,
                           interface.max_message),
                        hint=_smaller_or_raised(least))


def _smaller_or_raised(least: int) -> str:
    hint = "use array<T> instead of array<T, N>, or a SharedFD for large data"
    if least > MOST_MAX_MESSAGE:
        return hint
    return "write [max_message=%d] or more before the interface, or %s" % (
        least, hint)


def _messages(method: ir.Method) -> Tuple:
    return (method.params, "arguments"), (method.outs, "outputs")


EXTENT_RULES = (types_fit_in_c, messages_can_be_sent)
