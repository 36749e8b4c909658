# SPDX-License-Identifier: MIT
"""Interfaces in C: calls, ops, events and their messages."""

from typing import List, NamedTuple, Optional

from ..model import ir, keys
from . import names as c_names
from .facts import of_parameters, since
from .messages import Message
from .model import Model
from .slots import Slot


_ROLE_NOTES = {
    "init": "Must be the first call.",
    "start": "Starts the delivery of events by dispatch().",
    "stop": "No event is delivered after it has returned.",
}
_OVERFLOW_NOTES = {
    "error": "another one fails with -EAGAIN",
    "drop_newest": "another one is dropped and counted",
    "drop_oldest": "another one replaces the oldest, which is dropped and "
                   "counted",
}
_WHEN_NOTES = {
    "stopped": "Fails with -EBUSY during a run.",
    "running": "Fails with -EINVAL between runs.",
}


def _are(number: int, word: str) -> str:
    return "1 %s is" % word if number == 1 else "%d %ss are" % (number, word)


def _duration(milliseconds: int) -> str:
    if milliseconds % 1000:
        return "%d ms" % milliseconds
    return "%d s" % (milliseconds // 1000)


class MethodView:
    """A method or an event, with the messages made for it."""

    def __init__(self, model: Model, prefix: str, method: ir.Method):
        self.method = method
        self.idl_name = method.name
        self.doc = method.doc
        self.id = method.id
        self.is_event = method.role == "event"
        self.is_async = method.role == "async"
        self.is_sync = not (self.is_event or self.is_async)
        self.name = c_names.of_method(method)
        self.member = self.name + "_" if self.name in c_names.RESERVED \
            else self.name
        self.prefix = prefix
        kind = "EVENT" if self.is_event else "METHOD"
        self.id_name = "%s_%s_%s" % (prefix.upper(), kind, self.name.upper())
        self.returns_int32 = method.returns_int32
        self.args, self.outs = model.call(method)
        self.undo = ""          # the id's name of the method in [undo=]
        key = method.attribute("key")
        self.key = keys.key_path(model.program, method, key).fields \
            if key else ()

    # ---- the pieces of signatures ------------------------------------------

    @property
    def slots(self) -> List[Slot]:
        return self.args.slots if self.args else []

    @property
    def out_slots(self) -> List[Slot]:
        """Outputs without the int32 that a function returns."""
        if not self.outs:
            return []
        return self.outs.slots[1 if self.returns_int32 else 0:]

    @property
    def has_outs(self) -> bool:
        return bool(self.out_slots)

    @property
    def parameters(self) -> List[str]:
        return [p for slot in self.slots for p in slot.parameters()]

    @property
    def out_parameters(self) -> List[str]:
        return [p for slot in self.out_slots for p in slot.out_parameters()]

    @property
    def op_type(self) -> str:
        return "int32_t" if self.returns_int32 else "void"

    @property
    def done_type(self) -> str:
        """The type of its completion: one for all methods without outputs."""
        return "%s_%sdone_fn" % (self.prefix, self.name + "_"
                                 if self.has_outs else "")

    @property
    def invoke_call(self) -> str:
        arguments = ["self"]
        arguments += [a for slot in self.slots for a in slot.arguments("args")]
        arguments += [a for slot in self.out_slots
                      for a in slot.out_arguments("outs")]
        table = "events" if self.is_event else "ops"
        call = "%s->%s(%s);" % (table, self.member, ", ".join(arguments))
        return "outs->ret = " + call if self.returns_int32 else call

    # ---- bodies --------------------------------------------------------------

    @property
    def null_checks(self) -> List[str]:
        return [slot.name for slot in self.slots if slot.is_struct_parameter]

    @property
    def null_test(self) -> str:
        return " || ".join("!" + name for name in self.null_checks)

    @property
    def refusal(self) -> str:
        """Handles NULL instead of a struct."""
        if self.is_event:
            return "return -EINVAL;"
        return "return refuse_%s(ipa, %s);" % (self.prefix, self.id_name)

    @property
    def assignments(self) -> List[str]:
        """Members of args and their values, "name = value"."""
        return ["%s = %s" % pair for slot in self.slots
                for pair in slot.assignments()]

    @property
    def copies(self) -> List[str]:
        """Arrays in place, which C cannot assign."""
        return ["memcpy(args.%s, %s, sizeof(args.%s));"
                % (slot.name, slot.name, slot.name)
                for slot in self.slots if not slot.assignments()]

    @property
    def deliver(self) -> List[str]:
        """Gives outputs to the caller, or releases those not wanted."""
        return [line for slot in self.out_slots for line in slot.deliver()]

    def _engine_call(self, function: str, tail: str) -> str:
        args = "&args" if self.args else "NULL"
        return "camipc_proxy_%s(proxy_of_%s(ipa), %s, %s, %s);" % (
            function, self.prefix, self.id_name, args, tail)

    @property
    def call_statement(self) -> str:
        if self.has_outs:
            return "ret = " + self._engine_call("call", "&outs")
        return "return " + self._engine_call("call", "NULL")

    @property
    def begin_statement(self) -> str:
        return "return " + self._engine_call(
            "begin", "%s, (void (*)(void))done, user" % self.complete_name)

    @property
    def emit_statement(self) -> str:
        return "return host->raise_event(host, %s, %s);" % (
            self.id_name, "&args" if self.args else "NULL")

    @property
    def complete_name(self) -> str:
        return "complete_" + (self.outs.c_name if self.has_outs
                              else self.prefix)

    @property
    def must_check(self) -> str:
        """Callers may ignore the result of stop."""
        return "" if self.method.role == "stop" else "CAMIPC_MUST_CHECK "

    @property
    def notes(self) -> List[str]:
        """The effects of attributes in words."""
        method = self.method
        found = []
        if method.role in _ROLE_NOTES:
            found.append(_ROLE_NOTES[method.role])
        if self.is_async and method.queue:
            found.append("Asynchronous. While %s outstanding, %s." % (
                _are(method.queue, "call"), _OVERFLOW_NOTES[method.overflow]))
        elif self.is_async:
            found.append("Asynchronous.")
        elif method.queue:
            found.append("While %s outstanding, %s." % (
                _are(method.queue, "event"), _OVERFLOW_NOTES[method.overflow]))
        if method.timeout_ms:
            found.append("Fails with -ETIMEDOUT after %s."
                         % _duration(method.timeout_ms))
        if method.when in _WHEN_NOTES:
            found.append(_WHEN_NOTES[method.when])
        if since(method):
            found.append(since(method))
        return ([" ".join(found)] if found else []) + self.demands

    @property
    def demands(self) -> List[str]:
        """Limits of its values."""
        return of_parameters(self.slots) + of_parameters(self.out_slots,
                                                         "ret_")

    # ---- the descriptor ------------------------------------------------------

    @property
    def initializers(self) -> List[str]:
        return [line + "," for line in self.row]

    @property
    def row(self) -> List[str]:
        """Initialisers of its struct camipc_method."""
        method = self.method
        row = ['.name = "%s"' % method.name, ".id = " + self.id_name]
        flags = []
        if self.returns_int32:
            flags.append("CAMIPC_METHOD_RETURNS_INT32")
        if self.args and self.args.has_fds:
            flags.append("CAMIPC_METHOD_ARGS_FDS")
        if self.outs and self.outs.has_fds:
            flags.append("CAMIPC_METHOD_OUTS_FDS")
        if method.attribute("restore"):
            flags.append("CAMIPC_METHOD_RESTORE")
        if flags:
            row.append(".flags = " + " | ".join(flags))
        row.append(".role = CAMIPC_ROLE_" + method.role.upper())
        if method.when != "default":
            row.append(".when = CAMIPC_WHEN_" + method.when.upper())
        if method.overflow != "error":
            row.append(".overflow = CAMIPC_OVERFLOW_"
                       + method.overflow.upper())
        if method.queue:
            row.append(".queue = %d" % method.queue)
        for member, message in (("args", self.args), ("outs", self.outs)):
            most = message.max_fds() if message else 0
            if most and most <= 252:
                row.append(".max_fds_%s = %d" % (member, most))
        if self.undo:
            row.append(".undo = " + self.undo)
        if method.timeout_ms:
            row.append(".timeout_ms = %d" % method.timeout_ms)
        if self.key:
            row.append(".key = { %s }" % ", ".join(
                str(field.number) for field in self.key))
        if self.args:
            row.append(".args = &%s_type" % self.args.c_name)
        if self.outs:
            row.append(".outs = &%s_type" % self.outs.c_name)
        return row


class Table(NamedTuple):
    name: str               # of the table
    member: str             # of struct camipc_interface
    rows: List[MethodView]


class InterfaceView:
    """An interface with its events."""

    def __init__(self, model: Model, module: ir.Module,
                 interface: ir.Interface, fingerprint: int):
        self.interface = interface
        self.doc = interface.doc
        self.prefix = c_names.interface_prefix(module, interface)
        self.upper = self.prefix.upper()
        self.name = c_names.interface_name(module, interface)
        self.version = interface.version
        self.compatible_since = interface.compatible_since
        self.fingerprint = "UINT64_C(0x%016x)" % fingerprint
        self.methods = [MethodView(model, self.prefix, m)
                        for m in interface.methods]
        ids = {m.idl_name: m.id_name for m in self.methods}
        for view in self.methods:
            view.undo = ids.get(view.method.attribute("undo"), "")
        self.events = [MethodView(model, self.prefix, m)
                       for m in interface.events]
        self.events_doc = interface.event_interface.doc \
            if interface.event_interface else None
        self.by_id = sorted(self.methods, key=lambda m: m.id)
        self.events_by_id = sorted(self.events, key=lambda m: m.id)

    @property
    def messages(self) -> List[Message]:
        """The messages of all methods and events, in order."""
        return [message for method in self.methods + self.events
                for message in (method.args, method.outs) if message]

    @property
    def tables(self) -> List["Table"]:
        """The tables of the descriptor."""
        found = [Table("methods_of_" + self.prefix, "methods", self.by_id),
                 Table("events_of_" + self.prefix, "events",
                       self.events_by_id)]
        return [table for table in found if table.rows]

    @property
    def done_types(self) -> List[MethodView]:
        """A method for each type of completions, and for each function that
        calls a completion."""
        by_type = {m.done_type: m for m in reversed(self.methods)
                   if m.is_sync}
        return [m for m in self.methods if by_type.get(m.done_type) is m]

    @property
    def complete_test(self) -> str:
        tests = ["CAMIPC_TABLE_HAS(ops, %s)" % m.member for m in self.methods]
        return " && ".join(tests) or "ops != NULL"

    @property
    def needs_refuse(self) -> bool:
        return any(method.null_checks for method in self.methods)

    @property
    def emits_structs(self) -> bool:
        return any(event.null_checks for event in self.events)

    @property
    def has_sync(self) -> bool:
        return any(method.is_sync for method in self.methods)
