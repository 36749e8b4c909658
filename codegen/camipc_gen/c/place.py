# SPDX-License-Identifier: MIT
"""A place of a value in C, which statements name."""


class Place:
    """A value in C: a variable, a member, an element, or the target of a
    pointer. Statements about a value are made from its place."""

    __slots__ = ("name", "is_pointer")

    def __init__(self, name: str, is_pointer: bool = False):
        self.name = name
        self.is_pointer = is_pointer    # @name is the address of the value

    def __str__(self) -> str:
        return "(*%s)" % self.name if self.is_pointer else self.name

    @property
    def address(self) -> str:
        return self.name if self.is_pointer else "&" + self.name

    def member(self, name: str) -> "Place":
        return Place(self.name + ("->" if self.is_pointer else ".") + name)

    def element(self, index: str = "i") -> "Place":
        return Place("%s[%s]" % (self, index))


# The message, as functions of a message call it.
MSG = Place("msg", is_pointer=True)
