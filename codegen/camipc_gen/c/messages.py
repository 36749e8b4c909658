# SPDX-License-Identifier: MIT
"""C view of messages: everything that is written as a protobuf message.

A struct, a union, an entry of a map, the wrapper of an array where protobuf
has no array, the arguments and the outputs of a method.
"""

from itertools import groupby
from typing import Iterator, List, Optional, Tuple

from .arrays import for_each
from .composite import BytesValue, MessageValue
from .fixed import FixedSlot
from .slots import Slot
from .unknown import UnknownFields
from .values import FdValue


# CAMIPC_WRITE_ROOM, less what the tag and the length in front can take of it.
SMALL = 58


class Message:
    """A C struct and the functions that generated code has for it."""

    kind = "STRUCT"
    is_union = False
    is_box = False

    def __init__(self, c_name: str, idl_name: str, package: str, title: str,
                 doc=None):
        self.c_name = c_name
        self.idl_name = idl_name      # "ipa.vimc.Foo", also in the .proto
        self.package = package        # "ipa.vimc"
        self.title = title            # for comments: "Foo", "map<…>"
        self.doc = doc
        self.heading = ""             # of a method's: "Outputs of init()."
        self.since = ""               # the version that brought it, in words
        self.slots: List[Slot] = []
        self.unknown: Optional[UnknownFields] = None   # [keep_unknown]
        self.is_public = True         # declared in the IDL
        self.origin = None            # a field that needs it, if it is not
        self.most: Optional[int] = None   # bytes of its body; None: no bound
        self.contains_itself = False

    # ---- traits ------------------------------------------------------------

    @property
    def owns(self) -> bool:
        return self.unknown is not None or any(slot.owns
                                               for slot in self.slots)

    @property
    def has_fds(self) -> bool:
        return any(slot.has_fds for message in self.reachable()
                   for slot in message.slots
                   if not isinstance(slot.value, MessageValue))

    @property
    def needs_init(self) -> bool:
        return any(slot.needs_init for slot in self.slots)

    @property
    def free(self) -> bool:
        return self.unknown is None and all(slot.free for slot in self.slots)

    @property
    def bound(self) -> Optional[int]:
        """Most bytes of its body, None if nothing bounds it."""
        bounds = [slot.bound for slot in self.slots]
        return None if self.unknown or None in bounds else sum(bounds)

    @property
    def wire_bound(self) -> int:
        return sum(slot.wire_bound for slot in self.slots)

    @property
    def is_small(self) -> bool:
        """Numbers only, for which a writer always has room."""
        return (bool(self.slots) and self.unknown is None
                and all(type(slot) is Slot and slot.value.is_scalar
                        for slot in self.slots) and self.bound <= SMALL)

    def present(self, expr: str) -> Optional[str]:
        return None

    @property
    def judges_defaults(self) -> bool:
        """Whether its own defaults may be what its decoder refuses."""
        return any(
            slot.required or slot.min is not None or slot.max is not None
            or (isinstance(slot.value, FdValue)
                and slot.value.facts is not None)
            for slot in self.slots) or bool(self._judged())

    def _judged(self) -> List[Slot]:
        """Structs in place whose absence has to be judged, too.

        An absent struct has its defaults; a peer that leaves it out must not
        get values past the rules by that.
        """
        return [slot for slot in self.slots
                if type(slot) in (Slot, FixedSlot)
                and isinstance(slot.value, MessageValue)
                and slot.value.message.judges_defaults]

    def direct(self) -> Iterator["Message"]:
        for slot in self.slots:
            if isinstance(slot.value, MessageValue):
                yield slot.value.message
            elif isinstance(slot.value, BytesValue):
                yield slot.value.wrapper

    def reachable(self) -> List["Message"]:
        """This and every message inside, in a fixed order."""
        found, queue = [self], [self]
        while queue:
            for message in queue.pop(0).direct():
                if message not in found:
                    found.append(message)
                    queue.append(message)
        return found

    @property
    def is_deep(self) -> bool:
        """Can nest without a bound of its own."""
        return any(message.contains_itself for message in self.reachable())

    def max_fds(self) -> Optional[int]:
        """Most descriptors in one, None if nothing bounds them."""
        if not self.has_fds:
            return 0
        if self.is_deep:
            return None
        total = 0
        for slot in self.slots:
            if not slot.has_fds:
                continue
            inner = slot.value.message.max_fds() if isinstance(
                slot.value, MessageValue) else 1
            times = slot.max_count()
            if inner is None or times is None:
                return None
            total += inner * times
        return total

    @property
    def max_size_name(self) -> str:
        return self.c_name.upper() + "_MAX_ENCODED_SIZE"

    @property
    def is_bounded(self) -> bool:
        """A bound that a message cannot have anyway is none."""
        return self.most is not None and self.most < 1 << 32

    def short_name(self, prefix: str) -> str:
        """Its name for static functions."""
        return self.c_name[len(prefix) + 1:]

    @property
    def uses_msg_in_check(self) -> bool:
        return any("msg->" in line for line in self.check())

    @property
    def uses_check(self) -> bool:
        """Whether there is anything to check, or to count."""
        return self.is_deep or bool(self.check())

    def texts(self) -> List[Tuple[str, str]]:
        """Constants of default texts: names and literals."""
        return [(slot.default_name, slot.text_default)
                for slot in self.slots if slot.text_default]

    # ---- statements --------------------------------------------------------

    def members(self) -> List[str]:
        lines = [line for slot in self.slots for line in slot.members()]
        if self.unknown:
            lines += self.unknown.members()
        return lines or ["uint8_t reserved_;"]

    def layout_members(self) -> List[str]:
        """Members whose offsets the layout fingerprint takes."""
        return [name for slot in self.slots
                for name in slot.layout_members()] + (
            self.unknown.layout_members() if self.unknown else [])

    def init(self) -> List[str]:
        return [line for slot in self.slots for line in slot.init()]

    def put(self) -> List[str]:
        """In the order of numbers, as protobuf's own writers do."""
        if self.is_small:
            return [line for slot in sorted(self.slots, key=lambda s: s.number)
                    for line in slot.add()]
        fields = sorted(((number, slot) for slot in self.slots
                         for number in slot.numbers()), key=lambda f: f[0])
        lines = []
        for slot, run in groupby(fields, key=lambda f: f[1]):
            lines += slot.put_numbers([number for number, _ in run])
        return lines + (self.unknown.put() if self.unknown else [])

    def locals(self) -> List[str]:
        lines = self.unknown.locals() if self.unknown else []
        return lines + [
            line for slot in self.slots for line in slot.locals()] + [
            "bool seen_%s = false;" % slot.name for slot in self._judged()
            if not isinstance(slot, FixedSlot)]

    def cases(self) -> List[str]:
        """Where the next case is the next field on the wire, one looks for it
        before going back."""
        judged = self._judged()
        numbers = sorted(n for slot in self.slots for n in slot.numbers())
        follows = dict(zip(numbers, numbers[1:]))
        lines = []
        for slot, behind in zip(self.slots, self.slots[1:] + [None]):
            own = slot.cases()
            if slot in judged and not isinstance(slot, FixedSlot):
                own.insert(1, "\tseen_%s = true;" % slot.name)
            if behind and not slot.is_inline and \
                    behind.numbers() == [follows.get(slot.number)]:
                own[-1:] = ["\tif (!camipc_next(&p, end, &tag, %s))"
                            % behind.tags()[0], "\t\tbreak;",
                            "\tCAMIPC_FALLTHROUGH;"]
            lines += own
        return lines

    def otherwise(self) -> List[str]:
        """What becomes of a field with another tag."""
        if self.unknown:
            return self.unknown.keep()
        return ["p = camipc_skip(r, p, end, tag);"]

    def tags(self) -> List[str]:
        """The tags of fields that the decoder takes."""
        return [tag for slot in self.slots for tag in slot.tags()]

    def finish(self) -> List[str]:
        lines = []
        for slot in self._judged():
            lines += ["if (!seen_%s) {" % slot.name]
            lines += ["\t" + line for line in self._get_absent(slot)]
            lines += ["}"]
        return lines + [line for slot in self.slots for line in slot.finish()]

    @staticmethod
    def _get_absent(slot: Slot) -> List[str]:
        """Decodes a struct as if it were there and said nothing."""
        tag = slot.value.tag
        if not isinstance(slot, FixedSlot):
            return ["p = %s_get_fields(r, p, p, &%s);" % (tag, slot.place)]
        return for_each(["p = %s_get_fields(r, p, p, &%s);" % (
            tag, slot.element())], slot.count)

    def check(self) -> List[str]:
        lines = []
        if self.wire_bound:
            lines.append("camipc_check_wire(check, %d);" % self.wire_bound)
        for slot in self.slots:
            lines += slot.check()
        if self.unknown:
            lines += self.unknown.check(self.c_name + "_has_tag"
                                        if self.tags() else "NULL")
        return lines

    def enter(self) -> List[str]:
        """What a check begins with if messages can nest without end."""
        return ['if (!camipc_check_enter(check, "%s"))' % self.title,
                "\treturn;"]

    def copy_locals(self) -> List[str]:
        return [line for slot in self.slots for line in slot.copy_locals()]

    def copy(self) -> List[str]:
        return [line for slot in self.slots for line in slot.copy()] + (
            self.unknown.copy() if self.unknown else [])

    def clear_locals(self) -> List[str]:
        return [line for slot in self.slots for line in slot.clear_locals()]

    def clear(self) -> List[str]:
        return [line for slot in self.slots for line in slot.clear()] + (
            self.unknown.clear() if self.unknown else [])


class UnionMessage(Message):
    """struct { enum x_tag tag; union { ... }; }, a oneof on the wire."""

    kind = "UNION"
    is_union = True
    is_small = False

    def __init__(self, c_name, idl_name, package, title, doc=None,
                 extensible=False):
        super().__init__(c_name, idl_name, package, title, doc)
        self.extensible = extensible

    def otherwise(self):
        if self.extensible:
            return super().otherwise()
        # An arm that this side lacks: its value would be lost.
        return ["p = camipc_fail(r, CAMIPC_FAULT_RANGE);"]

    @property
    def tag_enum(self) -> str:
        return self.c_name + "_tag"

    @property
    def none(self) -> str:
        return self.c_name.upper() + "_NONE"

    def arm(self, slot: Slot) -> str:
        return (self.c_name + "_" + slot.name.rstrip("_")).upper()

    @property
    def needs_init(self):
        return False

    @property
    def free(self):
        return False

    @property
    def bound(self):
        bounds = [slot.bound for slot in self.slots]
        return None if None in bounds else max(bounds + [0])

    @property
    def wire_bound(self):
        return 0

    judges_defaults = False    # without an arm it is legal, or [required]

    def present(self, expr):
        return "%s.tag != %s" % (expr, self.none)

    def members(self):
        arms = ["\t" + line for slot in self.slots for line in slot.members()]
        return (["enum %s tag;" % self.tag_enum]
                + (["union {"] + arms + ["};"] if arms else []))

    def init(self):
        return []

    def _switch(self, statements, none=()) -> List[str]:
        """A case for each arm, or for all that do the same: @statements(slot)
        says what."""
        labels = {}
        for slot in self.slots:
            labels.setdefault(tuple(statements(slot)), []).append(
                "case %s:" % self.arm(slot))
        idle = ["case %s:" % self.none] + labels.pop((), [])
        lines = ["switch (msg->tag) {"]
        for body, cases in labels.items():
            lines += cases + ["\t" + part for line in body + ("break;",)
                              for part in line.split("\n")]
        return lines + idle + list(none) + ["\tbreak;", "}"]

    def put(self):
        return self._switch(lambda slot: slot.put())

    def put_arms(self, arms):
        """Some of them, where fields with other numbers come between."""
        return self._partial(lambda slot: slot.put(), arms)

    def locals(self):
        return []

    def cases(self):
        lines = []
        for slot in self.slots:
            own = slot.cases()
            arm = self.arm(slot)
            lines.append(own[0])
            fresh = slot.value.init(slot.place)
            if isinstance(slot.value, MessageValue):
                # Two in a row are merged; after another arm it starts anew.
                fresh = fresh or ["memset(&%s, 0, sizeof(%s));" % (
                    slot.place, slot.place)]
                lines += ["\tif (msg->tag != %s)" % arm]
                lines += ["\t\t" + line for line in fresh]
            lines.append("\tmsg->tag = %s;" % arm)
            lines += own[1:-1]
            # An arm's rules hold only while it is the one.
            lines += ["\t" + part for line in slot.finish()
                      for part in line.split("\n")]
            lines.append("\tbreak;")
        return lines

    def finish(self):
        return []

    @property
    def room_table(self) -> str:
        return self.c_name + "_room"

    def rooms(self) -> List[Tuple[str, int]]:
        """Arms of which only the size on the wire counts, and that.

        They share a case: which of them it is, the processor need not guess.
        The check of a deep one is repeated where it is [inline], so that it
        must not need a table.
        """
        found = [(self.arm(slot), slot.wire_bound) for slot in self.slots
                 if slot.wire_bound and not slot.check()]
        return found if len(found) > 1 and not self.is_deep else []

    def check(self):
        rooms = dict(self.rooms())

        def statements(slot):
            wire = slot.wire_bound
            if self.arm(slot) in rooms:
                wire = self.room_table + "[msg->tag]"
            count = ["camipc_check_wire(check, %s);" % wire] if wire else []
            return count + slot.check()
        lines = self._switch(statements)
        return lines[:-2] + ["\tbreak;", "default:",
                             '\tcamipc_check_fail(check, -EINVAL, "%s");'
                             % self.title, "}"]

    def copy_locals(self):
        return []

    def copy(self):
        return self._partial(lambda slot: slot.copy(), self.slots)

    def clear_locals(self):
        return []

    def clear(self):
        return self._partial(lambda slot: slot.clear(), self.slots)

    def _partial(self, statements, arms) -> List[str]:
        """As _switch(), of those @arms that need anything."""
        lines = []
        for slot in arms:
            body = statements(slot)
            if not body:
                continue
            lines.append("case %s:" % self.arm(slot))
            lines += ["\t" + part for line in body + ["break;"]
                      for part in line.split("\n")]
        return ["switch (msg->tag) {"] + lines + ["default:", "\tbreak;", "}"]
