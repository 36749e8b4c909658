# SPDX-License-Identifier: MIT
"""Prints the messages of a file in IDL, C and bytes: camipc-gen explain.

A table for each struct, union, argument list and output list, with a row for
each field: its number, its IDL, C and wire form, and its size in bytes. LEGEND
explains the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, List, Optional, Sequence, Tuple

from ..c.messages import Message
from ..c.methods import MethodView
from ..c.model import model_of
from ..c.slots import Slot
from ..model import ir, sizes, wire
from ..model.spelling import spell
from ..output.view import ModuleView

LEGEND = """\
# bytes: size that a field adds to a message, tags included, as least..most;
# "2.." has no upper limit. A field of 0.. bytes is omitted while it is zero,
# empty or none. An absent field has that value.
"""


@dataclass(frozen=True)
class Row:
    number: str           # several for an [inline] union: one for each arm
    idl: str
    c: str
    wire: str
    size: sizes.Size


@dataclass(frozen=True)
class Table:
    title: str            # "method 1, init(), role init: arguments"
    c_name: str           # "" if there are no arguments or outputs
    idl_name: str         # the name in struct camipc_type_info
    rows: Tuple[Row, ...]
    size: sizes.Size      # of the whole message
    is_external: bool = False   # @c_name is a type of another library


def tables(program: ir.Program, module: ir.Module) -> List[Table]:
    explainer = _Explainer(program, module)
    return explainer.declarations() + [
        table for interface in explainer.view.interfaces
        for method in interface.methods + interface.events
        for table in explainer.method(
            interface.interface.core + "."
            if len(module.interfaces) > 1 else "", method)]


def text_of(program: ir.Program, module: ir.Module) -> str:
    """The command's output about one file."""
    found = tables(program, module)
    lines = ["%s: module %s" % (module.path, module.name)]
    lines += LEGEND.splitlines()
    for table in found:
        if not table.c_name:
            lines += ["", table.title + ": none"]
            continue
        lines += ["", "%s: %s%s, %s bytes" % (
            table.title, "" if table.is_external else "struct ",
            table.c_name, table.size)]
        if table.rows:
            lines += _columns([("number", "IDL", "C", "wire form", "bytes")] + [
                (row.number, row.idl, row.c, row.wire, str(row.size))
                for row in table.rows])
    return "\n".join(lines) + "\n"


def _columns(rows: Sequence[Tuple[str, ...]]) -> List[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        # Numbers are aligned right, text is aligned left.
        cells = [row[0].rjust(widths[0])] + [
            cell.ljust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


class _Explainer:
    def __init__(self, program: ir.Program, module: ir.Module):
        self._program = program
        self._module = module
        self._model = model_of(program)
        self._sizes = self._model.sizes
        self.view = ModuleView(program, self._model, module)

    def declarations(self) -> List[Table]:
        """In the order of the file."""
        both = self._module.structs + self._module.unions
        return [self._declaration(declaration) for declaration in sorted(
            both, key=lambda d: (d.span.line, d.span.column))]

    def _declaration(self, declaration) -> Table:
        external = getattr(declaration, "external", None)
        if external:
            return Table("external %s" % declaration.name, external.c_type,
                         declaration.qualified, (),
                         self._sizes.declared(declaration.qualified), True)
        message = self._model.message(declaration.qualified)
        is_union = isinstance(declaration, ir.Union)
        fields = declaration.arms if is_union else declaration.fields
        rows = [self._row(field, slot, is_union)
                for field, slot in zip(fields, message.slots)]
        if message.unknown:
            rows.append(Row("", "unknown fields", _members(message.unknown),
                            "as received", sizes.Size(0, None)))
        return Table("%s %s" % ("union" if is_union else "struct",
                                declaration.name),
                     message.c_name, message.idl_name, tuple(rows),
                     self._sizes.declared(declaration.qualified))

    def method(self, scope: str, view: MethodView) -> List[Table]:
        """Its arguments, and its outputs if it has a reply."""
        method = view.method
        title = "%s %d, %s%s()" % ("event" if view.is_event else "method",
                                   method.id, scope,
                                   method.name)
        if view.is_async:
            title += ", async"
        elif method.role in ir.ROLES:
            title += ", role " + method.role
        parts = [("arguments", view.args, method.params, False,
                  self._sizes.message(method.params))]
        if view.is_sync:
            parts.append(("outputs", view.outs, method.outs,
                          view.returns_int32, self._sizes.reply(method)))
        return [Table("%s: %s" % (title, name),
                      message.c_name if message else "",
                      message.idl_name if message else "",
                      self._message(message, fields, has_result, method)
                      if message else (), size)
                for name, message, fields, has_result, size in parts]

    def _message(self, message: Message, fields: Iterable[ir.Field],
                 has_result: bool, method: ir.Method) -> Tuple[Row, ...]:
        rows: List[Row] = []
        slots = message.slots
        if has_result:
            # The return value of the function is field 1 of the reply.
            rows.append(Row("1", "int32 %s" % (method.return_name or "ret"),
                            _members(slots[0]), "zigzag",
                            sizes.Size(0, 1 + 5)))
            slots = slots[1:]
        rows += [self._row(field, slot, False)
                 for field, slot in zip(fields, slots)]
        return tuple(rows)

    def _row(self, field: ir.Field, slot: Slot, is_arm: bool) -> Row:
        size = self._sizes.arm(field) if is_arm else self._sizes.field(field)
        return Row(self._numbers(field), self._declared(field),
                   _members(slot), form_of(self._program, field, is_arm), size)

    def _numbers(self, field: ir.Field) -> str:
        if not field.inline:
            return str(field.number)
        arms = self._program.unions[field.type.name].arms
        return ",".join(str(arm.number) for arm in arms)

    def _declared(self, field: ir.Field) -> str:
        """The field as the IDL could declare it."""
        kind = spell(field.type, self._module.name)
        if isinstance(field.type, ir.Fd) and field.type.kind and \
                not field.required:
            kind += "?"
        text = "%s %s" % (kind, field.name)
        if field.default is None:
            return text
        return "%s = %s" % (text, self._default(field))

    def _default(self, field: ir.Field) -> str:
        enum = self._program.enums.get(getattr(field.type, "name", ""))
        if enum is not None and isinstance(field.type, ir.EnumRef):
            for enumerator in enum.enumerators:
                if enumerator.value == field.default:
                    return enumerator.name
        if isinstance(field.default, bool):
            return str(field.default).lower()
        if isinstance(field.default, str):
            return '"%s"' % field.default.encode(
                "unicode_escape").decode().replace('"', '\\"')
        return str(field.default)


def form_of(program: ir.Program, field: ir.Field,
            is_arm: bool = False) -> str:
    """The wire form of a field, in words."""
    form = _Form(program, field)
    if field.inline:
        return "one of the arms"
    if isinstance(field.type, ir.Nullable):
        return form.value(field.type.inner, field.wire) + ", or absent"
    if is_arm:
        return form.value(field.type, field.wire)
    return form.repeated(field.type, field.wire) or \
        form.value(field.type, field.wire)


def _members(slot) -> str:
    """The C members of a field, without comments."""
    return "; ".join(slot.declarations())


# ---- wire forms --------------------------------------------------------------

class _Form:
    """The wire form of a field in words."""

    def __init__(self, program: ir.Program, field: ir.Field):
        self._program = program
        self._field = field

    def value(self, value_type: ir.Type, form: Optional[str]) -> str:
        """The form of one value. Arrays and maps are messages there."""
        if wire.is_byte_array(value_type) and value_type.count is None:
            return "bytes"
        inner = self.repeated(value_type, form)
        if inner:
            return "message {1: %s}" % inner
        return self._single(value_type, form, False)

    def repeated(self, value_type: ir.Type,
                 form: Optional[str]) -> Optional[str]:
        if isinstance(value_type, ir.Map):
            key = self.value(value_type.key, self._field.wire_key or
                             self._field.wire)
            value = self.value(value_type.value,
                               self._field.wire_value or form)
            return "repeated message {1: %s, 2: %s}" % (key, value)
        if not isinstance(value_type, ir.Array):
            return None
        if wire.is_byte_array(value_type):
            return "bytes"
        element = value_type.element
        while value_type.count is not None and \
                isinstance(element, ir.Array) and element.count is not None:
            element = element.element
        if isinstance(element, (ir.Array, ir.Map)):
            return "repeated " + self.value(element, form)
        is_packed = isinstance(element, wire.PACKED) and \
            not self._field.unpacked
        return "%s %s" % ("packed" if is_packed else "repeated",
                          self._single(element, form, True))

    def _is_external(self, value_type) -> bool:
        struct = self._program.structs.get(getattr(value_type, "name", ""))
        return struct is not None and struct.external is not None

    def _single(self, value_type, form, is_element: bool) -> str:
        if isinstance(value_type, ir.Scalar):
            encoding = wire.encoding_of(value_type, form, is_element)
            if encoding == "fixed":
                return "fixed%d" % (64 if value_type.bits == 64 else 32)
            return encoding
        for kind, text in ((ir.String, "string"),
                           (ir.Fd, "descriptor (varint)"),
                           ((ir.EnumRef, ir.FlagsRef), "varint"),
                           (ir.StructRef, "external bytes"
                            if self._is_external(value_type) else "message"),
                           (ir.UnionRef, "message (oneof)")):
            if isinstance(value_type, kind):
                return text
        raise TypeError("no wire form of %s" % type(value_type).__name__)
