# SPDX-License-Identifier: MIT
"""Enums and constants in C."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

from ..model import ir
from . import names as c_names
from .facts import since
from .literals import floating, string


class EnumeratorView(NamedTuple):
    c_name: str
    idl_name: str
    value: int
    text: str               # the value as it is written
    doc: Optional[ir.Doc]
    since: str              # the version that brought it, in words


class ControlView(NamedTuple):
    """An enumerator that is the number of a control."""
    c_name: str
    idl_name: str
    type: str
    size: int               # 0: a single value
    values: Optional["EnumView"]    # the enum that names its values


class EnumView:
    """An enum, a set of flags, or both."""

    def __init__(self, enum: ir.Enum, siblings: Sequence[ir.Enum] = ()):
        """@siblings: the enums that [values] can name"""
        self.enum = enum
        self._siblings = siblings
        self.c_name = c_names.of_type(enum)
        self.idl_name = enum.qualified
        self.title = enum.name
        self.doc = enum.doc
        self.since = since(enum)
        self.is_flags = enum.used_as_flags
        self.is_extensible = enum.extensible
        self.mask_name = self.c_name.upper() + "_MASK"
        self.enumerators = self._enumerators()

    def _enumerators(self) -> List[EnumeratorView]:
        found: List[EnumeratorView] = []
        known = set()
        for one in self.enum.enumerators:
            name = c_names.of_enumerator(self.enum, one)
            # Aliases with the same C name become one enumerator.
            if (name, one.value) in known:
                continue
            known.add((name, one.value))
            text = "0x%x" % one.value if self.is_flags and one.value >= 0 \
                else str(one.value)
            if one.value == -(1 << 31):
                text = "INT32_MIN"
            found.append(EnumeratorView(name, one.name, one.value, text,
                                        one.doc, since(one)))
        return found

    @property
    def mask(self) -> str:
        bits = 0
        for one in self.enumerators:
            bits |= one.value & 0xffffffff
        return "UINT32_C(0x%x)" % bits

    @property
    def distinct(self) -> List[EnumeratorView]:
        """One enumerator for each value."""
        seen = set()
        return [e for e in self.enumerators
                if not (e.value in seen or seen.add(e.value))]

    @property
    def flags(self) -> List[EnumeratorView]:
        return [e for e in self.distinct if e.value]

    @property
    def range(self) -> Optional[Tuple[int, str]]:
        """(0, last name) if the known values run from 0 without a gap."""
        values = sorted({e.value for e in self.enumerators} | {0})
        if values != list(range(len(values))):
            return None
        last = [e for e in self.distinct if e.value == values[-1]]
        return (0, last[0].c_name) if last else None

    @property
    def lacks_zero(self) -> bool:
        return all(e.value for e in self.enumerators)

    # ---- for the templates -------------------------------------------------

    @property
    def controls(self) -> List[ControlView]:
        """What [control], [size] and [values] say of the enumerators."""
        named = {enum.name: EnumView(enum) for enum in self._siblings}
        return [ControlView(c_names.of_enumerator(self.enum, one), one.name,
                            str(one.attribute("control")),
                            int(one.attribute("size", 0)),
                            named.get(str(one.attribute("values"))))
                for one in self.enum.enumerators if one.attribute("control")]

    @property
    def names_values(self) -> bool:
        return any(control.values for control in self.controls)

    @property
    def values_name(self) -> str:
        """The macro that lists the named values of all controls."""
        return self.c_name.upper() + "_VALUES"

    @property
    def controls_name(self) -> str:
        return self.c_name + "s"

    @property
    def has_unknown(self) -> bool:
        """Whether fields can contain numbers without a name on this side."""
        return self.is_extensible and not self.is_flags

    @property
    def fallback(self) -> str:
        """The value that replaces an unknown one."""
        for one in self.enum.enumerators:
            if one.attribute("Default"):
                return c_names.of_enumerator(self.enum, one)
        for view in self.enumerators:
            if view.value == 0:
                return view.c_name
        return "0"

    @property
    def fallback_value(self) -> str:
        return "(enum %s)0" % self.c_name if self.fallback == "0" \
            else self.fallback

    @property
    def kind(self) -> str:
        return "FLAGS" if self.is_flags else "ENUM"

    @property
    def stored_type(self) -> str:
        """How a field stores it."""
        if self.is_flags:
            return "uint32_t"
        return "int32_t" if self.is_extensible else "enum " + self.c_name


class ConstView(NamedTuple):
    c_name: str
    text: str
    doc: Optional[ir.Doc]
    since: str


def const_view(module: ir.Module, const: ir.Const, program) -> ConstView:
    return ConstView(c_names.of_const(module, const), _text(const, program),
                     const.doc, since(const))


def _text(const: ir.Const, program) -> str:
    type_, value = const.type, const.value
    if isinstance(type_, ir.String):
        return string(str(value))
    if isinstance(type_, (ir.EnumRef, ir.FlagsRef)):
        enum = program.enums[type_.name]
        for one in enum.enumerators:
            if one.value == value:
                return c_names.of_enumerator(enum, one)
        return str(value)
    if not isinstance(type_, ir.Scalar):
        raise TypeError("no constant of %s" % type(type_).__name__)
    if type_.name == "bool":
        return "true" if value else "false"
    if type_.is_float:
        return _signed(floating(float(value), type_.name == "float"))
    return _signed(_integer(type_, int(value)))


def _signed(text: str) -> str:
    """Puts a negative number in brackets: in a macro, its minus must not
    combine with another operator."""
    return "(%s)" % text if text.startswith(("-", "(")) else text


def _integer(type_: ir.Scalar, value: int) -> str:
    macro = type_.name.upper() + "_C"
    if type_.is_signed and value == -(1 << (type_.bits - 1)):
        return type_.name.upper() + "_MIN"
    digits = "0x%x" % value if value >= 0x10000 else str(abs(value))
    return "%s%s(%s)" % ("-" if value < 0 else "", macro, digits)
