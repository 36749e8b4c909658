# SPDX-License-Identifier: MIT
"""Messages in C: everything that is encoded as a protobuf message.

A struct, a union, an entry of a map, the wrapper of an array where protobuf
has no array, the arguments and the outputs of a method.
"""

from functools import cached_property
from itertools import groupby
from typing import Dict, Iterator, List, Optional, Tuple

from .composite import BytesValue, MessageValue
from .fixed import FixedSlot
from .place import MSG, Place
from .slots import Slot
from .statements import Case, cases, for_each, indented, switch
from .unknown import UnknownFields
from .values import FdValue


# CAMIPC_WRITE_ROOM, less what the tag and the length in front can take of it.
SMALL = 58


class Message:
    """A C struct and the functions that generated code has for it.

    Its traits depend on all messages inside. They are computed once, after the
    model is complete; asking each time would take exponential time in the
    depth of nested structs.
    """

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
        self.file = ""                # which declares the struct
        self.is_public = True         # declared in the IDL
        self.origin = None            # a field that needs it, if it is not
        self.most: Optional[int] = None   # bytes of its body; None: no bound
        self.max_decoded = 0          # bytes of memory; 0: nothing, no bound
        self.contains_itself = False
        # Both are set by the model, which sees groups of recursive messages.
        self.has_fds = False
        self.is_deep = False          # can nest without a limit of its own

    # ---- traits ------------------------------------------------------------

    @cached_property
    def owns(self) -> bool:
        return self.unknown is not None or any(slot.owns
                                               for slot in self.slots)

    @cached_property
    def needs_init(self) -> bool:
        return any(slot.needs_init for slot in self.slots)

    @cached_property
    def free(self) -> bool:
        return self.unknown is None and all(slot.free for slot in self.slots)

    @cached_property
    def bound(self) -> Optional[int]:
        """Maximum size of its body in bytes, or None."""
        bounds = [slot.bound for slot in self.slots]
        return None if self.unknown or None in bounds else sum(bounds)

    @cached_property
    def wire_bound(self) -> int:
        return sum(slot.wire_bound for slot in self.slots)

    @cached_property
    def is_small(self) -> bool:
        """Whether it has only numbers, and so few that a writer has room."""
        return (bool(self.slots) and self.unknown is None
                and all(type(slot) is Slot and slot.value.is_scalar
                        for slot in self.slots) and self.bound <= SMALL)

    def present(self, place: Place) -> Optional[str]:
        return None

    @cached_property
    def judges_defaults(self) -> bool:
        """Whether its decoder may refuse its defaults."""
        return any(
            slot.required or slot.min is not None or slot.max is not None
            or (isinstance(slot.value, FdValue)
                and slot.value.facts is not None)
            for slot in self.slots) or bool(self._judged)

    @cached_property
    def _judged(self) -> List[Slot]:
        """Structs in place whose absence must be checked, too.

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

    @cached_property
    def max_fds(self) -> Optional[int]:
        """Maximum number of descriptors in it, or None."""
        if not self.has_fds:
            return 0
        if self.is_deep:
            return None
        total = 0
        for slot in self.slots:
            if not slot.has_fds:
                continue
            inner = slot.value.message.max_fds if isinstance(
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
        """Whether it has a maximum size that a message can reach."""
        return self.most is not None and self.most < 1 << 32

    @cached_property
    def uses_msg_in_check(self) -> bool:
        return self.unknown is not None or any(slot.check(MSG)
                                               for slot in self.slots)

    @cached_property
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

    def init(self, of: Place = MSG) -> List[str]:
        return [line for slot in self.slots for line in slot.init(of)]

    def put(self, of: Place = MSG) -> List[str]:
        """In the order of numbers, as protobuf's own writers do."""
        if self.is_small:
            return [line for slot in sorted(self.slots, key=lambda s: s.number)
                    for line in slot.add(of)]
        fields = sorted(((number, slot) for slot in self.slots
                         for number in slot.numbers()), key=lambda f: f[0])
        lines = []
        for slot, run in groupby(fields, key=lambda f: f[1]):
            lines += slot.put_numbers(of, [number for number, _ in run])
        return lines + (self.unknown.put(of) if self.unknown else [])

    def locals(self, of: Place = MSG) -> List[str]:
        lines = self.unknown.locals(of) if self.unknown else []
        return lines + [
            line for slot in self.slots for line in slot.locals(of)] + [
            "bool seen_%s = false;" % slot.name for slot in self._judged
            if not isinstance(slot, FixedSlot)]

    def cases(self, of: Place = MSG) -> List[Case]:
        """A case looks for the next field itself if that has the next case."""
        judged = set(self._judged)
        numbers = sorted(n for slot in self.slots for n in slot.numbers())
        follows = dict(zip(numbers, numbers[1:]))
        found = []
        for slot, behind in zip(self.slots, self.slots[1:] + [None]):
            if slot.is_inline:
                found += slot.cases(of)
                continue
            seen = ["seen_%s = true;" % slot.name] if slot in judged and \
                not isinstance(slot, FixedSlot) else []
            is_next = behind and behind.numbers() == [follows.get(slot.number)]
            found.append(Case(slot.tags(), seen + slot.get(of),
                              behind.tags()[0] if is_next else ""))
        return found

    def decode(self) -> List[str]:
        """The body of the switch over a tag."""
        return cases(self.cases() + [Case((), self.otherwise())])

    def otherwise(self, of: Place = MSG) -> List[str]:
        """Handles a field with another tag."""
        if self.unknown:
            return self.unknown.keep(of)
        return ["p = camipc_skip(r, p, end, tag);"]

    def tags(self) -> List[str]:
        """The tags of fields that the decoder takes."""
        return [tag for slot in self.slots for tag in slot.tags()]

    def finish(self, of: Place = MSG) -> List[str]:
        lines = []
        for slot in self._judged:
            lines += ["if (!seen_%s) {" % slot.name]
            lines += indented(self._get_absent(slot, of)) + ["}"]
        return lines + [line for slot in self.slots
                        for line in slot.finish(of)]

    @staticmethod
    def _get_absent(slot: Slot, of: Place) -> List[str]:
        """Decodes a struct as if it were present and empty."""
        is_fixed = isinstance(slot, FixedSlot)
        place = slot.element(of) if is_fixed else slot.at(of)
        lines = ["p = %s_get_fields(r, p, p, %s);" % (slot.value.tag,
                                                      place.address)]
        return for_each(lines, slot.count) if is_fixed else lines

    def check(self, of: Place = MSG) -> List[str]:
        lines = []
        if self.wire_bound:
            lines.append("camipc_check_wire(check, %d);" % self.wire_bound)
        for slot in self.slots:
            lines += slot.check(of)
        if self.unknown:
            lines += self.unknown.check(of, self.c_name + "_has_tag"
                                        if self.tags() else "NULL")
        return lines

    def enter(self) -> List[str]:
        """Begins a check of a message that can nest without limit."""
        return ['if (!camipc_check_enter(check, "%s"))' % self.title,
                "\treturn;"]

    def copy_locals(self) -> List[str]:
        return [line for slot in self.slots for line in slot.copy_locals()]

    def copy(self, of: Place = MSG) -> List[str]:
        return [line for slot in self.slots for line in slot.copy(of)] + (
            self.unknown.copy(of) if self.unknown else [])

    def clear_locals(self, of: Place = MSG) -> List[str]:
        return [line for slot in self.slots for line in slot.clear_locals(of)]

    def clear(self, of: Place = MSG) -> List[str]:
        return [line for slot in self.slots for line in slot.clear(of)] + (
            self.unknown.clear(of) if self.unknown else [])


class UnionMessage(Message):
    """struct { enum x_tag tag; union { ... }; }, a oneof on the wire."""

    kind = "UNION"
    is_union = True
    is_small = False

    def __init__(self, c_name, idl_name, package, title, doc=None,
                 extensible=False):
        super().__init__(c_name, idl_name, package, title, doc)
        self.extensible = extensible

    def otherwise(self, of=MSG):
        if self.extensible:
            return super().otherwise(of)
        # The value of an unknown arm would be lost.
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

    @cached_property
    def free(self):
        return False

    @cached_property
    def bound(self):
        bounds = [slot.bound for slot in self.slots]
        return None if None in bounds else max(bounds + [0])

    @cached_property
    def wire_bound(self):
        return 0

    judges_defaults = False    # without an arm it is legal, or [required]

    def present(self, place):
        return "%s != %s" % (place.member("tag"), self.none)

    uses_msg_in_check = True

    def members(self):
        arms = indented([line for slot in self.slots
                         for line in slot.members()])
        return (["enum %s tag;" % self.tag_enum]
                + (["union {"] + arms + ["};"] if arms else []))

    def init(self, of=MSG):
        return []

    def _all_arms(self, statements) -> List[Case]:
        """A case for each arm. Arms with equal @statements(slot) share a case,
        arms without statements too."""
        same: Dict[Tuple[str, ...], List[str]] = {}
        for slot in self.slots:
            same.setdefault(tuple(statements(slot)), []).append(self.arm(slot))
        idle = [self.none] + same.pop((), [])
        return [Case(arms, body) for body, arms in same.items()] + [
            Case(idle, ())]

    def _some_arms(self, statements, arms) -> List[Case]:
        """A case for each of @arms that has statements."""
        found = [Case([self.arm(slot)], statements(slot)) for slot in arms]
        return [case for case in found if case.body] + [Case((), ())]

    def put(self, of=MSG, arms=None):
        """With @arms, only these: fields with other numbers come between."""
        def statements(slot):
            return slot.put(of)
        is_all = arms is None or len(arms) == len(self.slots)
        return switch(of.member("tag"), self._all_arms(statements) if is_all
                      else self._some_arms(statements, arms))

    def locals(self, of=MSG):
        return []

    def cases(self, of=MSG):
        # The rules of an arm apply only while it is set.
        return [Case(slot.tags(), self._choose(slot, of) + slot.get(of)
                     + slot.finish(of)) for slot in self.slots]

    def _choose(self, slot: Slot, of: Place) -> List[str]:
        """Sets an arm."""
        tag, place = of.member("tag"), slot.at(of)
        fresh = slot.value.init(place)
        lines = ["%s = %s;" % (tag, self.arm(slot))]
        if not isinstance(slot.value, MessageValue):
            return lines
        # A message that comes twice is merged; after another arm it is new.
        fresh = fresh or ["memset(%s, 0, sizeof(%s));" % (place.address,
                                                          place)]
        return ["if (%s != %s)" % (tag, self.arm(slot))] + indented(
            fresh) + lines

    def finish(self, of=MSG):
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
                 if slot.wire_bound and not slot.check(MSG)]
        return found if len(found) > 1 and not self.is_deep else []

    def check(self, of=MSG):
        rooms = dict(self.rooms())
        tag = of.member("tag")

        def statements(slot):
            wire = slot.wire_bound
            if self.arm(slot) in rooms:
                wire = "%s[%s]" % (self.room_table, tag)
            count = ["camipc_check_wire(check, %s);" % wire] if wire else []
            return count + slot.check(of)
        unknown = 'camipc_check_fail(check, -EINVAL, "%s");' % self.title
        return switch(tag, self._all_arms(statements) + [Case((), [unknown])])

    def copy_locals(self):
        return []

    def copy(self, of=MSG):
        return switch(of.member("tag"), self._some_arms(
            lambda slot: slot.copy(of), self.slots))

    def clear_locals(self, of=MSG):
        return []

    def clear(self, of=MSG):
        return switch(of.member("tag"), self._some_arms(
            lambda slot: slot.clear(of), self.slots))
