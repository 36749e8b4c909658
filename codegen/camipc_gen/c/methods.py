# SPDX-License-Identifier: MIT
"""Interfaces in C: calls, ops, events and their messages."""

import re
from typing import List, NamedTuple, Optional

from ..model import ir, keys
from ..model.attributes import WINDOW
from . import names as c_names
from .facts import of_parameters, since
from .memory import is_large
from .messages import Message
from .model import Model
from .slots import Slot
from .statements import branch


_ROLE_NOTES = {
    "init": "Must be the first call.",
    "start": "Starts the delivery of events by dispatch().",
    "stop": "No event is delivered after it has returned: events that still "
            "wait for dispatch() are dropped.",
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
        self.member = self.name + "_" if c_names.is_reserved(self.name) \
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
        # In brackets, for it may be a macro with arguments where all files of
        # a program are compiled as one: log, round.
        call = "(%s->%s)(%s);" % (table, self.member, ", ".join(arguments))
        return "outs->ret = " + call if self.returns_int32 else call

    # ---- told after a restart ------------------------------------------------

    @property
    def lost_call(self) -> str:
        """Hands the arguments of a lost call over."""
        arguments = ["self"]
        arguments += [a for slot in self.slots for a in slot.arguments("args")]
        return "events->lost_%s(%s);" % (self.name, ", ".join(arguments))

    @property
    def replayed_name(self) -> str:
        """The function that gets the results of a start, or ""."""
        if self.method.role != "start" or not self.has_outs:
            return ""
        return "replayed_" + self.name

    # ---- bodies --------------------------------------------------------------

    # A struct or an array that is the only member of a message is the message:
    # a pointer to the one is, by the rules of C, a pointer to the other. Other
    # messages are put together, large ones not on the stack.

    @property
    def passed_args(self) -> str:
        """The parameter that is passed on as the arguments, or ""."""
        if len(self.slots) == 1 and self.slots[0].is_struct_parameter:
            return self.slots[0].name
        return ""

    @property
    def passed_outs(self) -> str:
        """The same for the outputs."""
        if len(self.out_slots) == 1 and not self.returns_int32 and \
                self.out_slots[0].is_struct_parameter:
            return "ret_" + self.out_slots[0].name
        return ""

    @property
    def has_args_struct(self) -> bool:
        """Whether a function fills in a struct of arguments."""
        return self.args is not None and not self.passed_args

    @property
    def has_outs_struct(self) -> bool:
        """Whether a function receives a struct of outputs."""
        return self.has_outs and not self.passed_outs

    @property
    def has_large_args(self) -> bool:
        return self.has_args_struct and is_large(self.args)

    @property
    def has_large_outs(self) -> bool:
        return self.has_outs_struct and is_large(self.outs)

    def _in_args(self, lines: List[str]) -> List[str]:
        return _through_pointer("args", lines) if self.has_large_args \
            else lines

    @property
    def null_checks(self) -> List[str]:
        """Parameters that must be tested before a struct is filled in; the
        engine tests the one that is passed on."""
        if self.passed_args:
            return []
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
    def fills(self) -> List[str]:
        """Statements that fill in a struct of arguments."""
        return self._in_args(["args.%s;" % one for one in self.assignments]
                             + self.copies)

    @property
    def copies(self) -> List[str]:
        """Arrays in place, which C cannot assign."""
        return ["memcpy(args.%s, %s, sizeof(args.%s));"
                % (slot.name, slot.name, slot.name)
                for slot in self.slots if not slot.assignments()]

    @property
    def deliver(self) -> List[str]:
        """Gives outputs to the caller, or releases those not wanted."""
        lines = [line for slot in self.out_slots for line in slot.deliver()]
        return _through_pointer("outs", lines) if self.has_large_outs \
            else lines

    @property
    def _args_pointer(self) -> str:
        if not self.args:
            return "NULL"
        return self.passed_args or ("args" if self.has_large_args
                                    else "&args")

    @property
    def _outs_pointer(self) -> str:
        if not self.has_outs:
            return "NULL"
        return self.passed_outs or ("outs" if self.has_large_outs
                                    else "&outs")

    def _engine_call(self, function: str, tail: str) -> str:
        args = self._args_pointer
        return "camipc_proxy_%s(proxy_of_%s(ipa), %s, %s, %s);" % (
            function, self.prefix, self.id_name, args, tail)

    @property
    def call_locals(self) -> List[str]:
        """Locals of a call, beside its arguments."""
        found = []
        if self.has_outs_struct:
            star = "*" if self.has_large_outs else ""
            found.append("struct %s %souts;" % (self.outs.c_name, star))
        if found or self.has_large_args:
            found.append("int ret;")
        return found

    @property
    def call_body(self) -> List[str]:
        """Statements of a call whose arguments are ready."""
        return self._body_of("call")

    @property
    def drain_body(self) -> List[str]:
        """The same of a stop that delivers what was raised before it."""
        return self._body_of("drain")

    @property
    def is_stop(self) -> bool:
        return self.method.role == "stop"

    def _body_of(self, function: str) -> List[str]:
        call = self._engine_call(function, self._outs_pointer)
        free = ["free(args);"] if self.has_large_args else []
        if not self.has_outs_struct:
            return _returning(call, free)
        lines = []
        if self.has_large_outs:
            lines += ["outs = malloc(sizeof(*outs));"]
            lines += branch("!outs", free + [self.no_memory])
        lines += ["ret = " + call] + free
        if not self.has_large_outs:
            return lines + branch("ret < 0", ["return ret;"]) \
                + self.deliver + ["return ret;"]
        return lines + branch("ret >= 0", self.deliver) \
            + ["free(outs);", "return ret;"]

    @property
    def begin_body(self) -> List[str]:
        return _returning(self._engine_call(
            "begin", "%s, (void (*)(void))done, user" % self.complete_name),
            ["free(args);"] if self.has_large_args else [])

    @property
    def emit_body(self) -> List[str]:
        return _returning("host->raise_event(host, %s, %s);" % (
            self.id_name, self._args_pointer),
            ["free(args);"] if self.has_large_args else [])

    @property
    def no_memory(self) -> str:
        """Ends a function that cannot put its arguments together."""
        if self.is_event:
            return "return -ENOMEM;"
        return "return lack_memory_%s(ipa, %s);" % (self.prefix, self.id_name)

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
        if self.is_async:
            found.append("Asynchronous.")
        if self.overflow_note:
            found.append(self.overflow_note)
        if method.timeout_ms:
            found.append("Fails with -ETIMEDOUT after %s."
                         % _duration(method.timeout_ms))
        if method.when in _WHEN_NOTES:
            found.append(_WHEN_NOTES[method.when])
        if since(method):
            found.append(since(method))
        return ([" ".join(found)] if found else []) + self.demands

    @property
    def overflow_note(self) -> str:
        """What happens to one too many; empty if the IDL does not say."""
        method = self.method
        word = "call" if self.is_async else "event"
        if method.overflow == "keep":
            return "Up to %d %ss wait or are outstanding, and are sent in " \
                "order; another one fails with -EAGAIN." % (
                    method.queue or WINDOW, word)
        if not method.queue:
            return ""
        return "While %s outstanding, %s." % (
            _are(method.queue, word), _OVERFLOW_NOTES[method.overflow])

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
        if method.attribute("restore") == "ignore_result":
            flags.append("CAMIPC_METHOD_IGNORE_RESULT")
        if method.attribute("restart"):
            flags.append("CAMIPC_METHOD_RESTART_WAIT")
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
            most = message.max_fds if message else 0
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


def _through_pointer(name: str, lines: List[str]) -> List[str]:
    """The same statements about what the variable @name points to."""
    return [re.sub(r"\b%s\." % name, name + "->", line) for line in lines]


def _returning(call: str, then: List[str]) -> List[str]:
    """Returns what @call returned, after the statements @then."""
    if not then:
        return ["return " + call]
    return ["ret = " + call] + then + ["return ret;"]


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
        self.max_message = interface.max_message
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
    def lost(self) -> List[MethodView]:
        """The methods whose calls can be lost."""
        return [m for m in self.methods if m.is_async]

    @property
    def replayed(self) -> List[MethodView]:
        """The methods whose results are handed over after a restart."""
        return [m for m in self.methods if m.replayed_name]

    @property
    def needs_refuse(self) -> bool:
        return any(method.null_checks for method in self.methods)

    @property
    def emits_structs(self) -> bool:
        """Whether an emit function returns an error of its own."""
        return any(event.null_checks or event.has_large_args
                   for event in self.events)

    @property
    def emits_large(self) -> bool:
        return any(event.has_large_args for event in self.events)

    @property
    def calls_large(self) -> bool:
        return any(method.has_large_args or method.has_large_outs
                   for method in self.methods)

    @property
    def has_sync(self) -> bool:
        return any(method.is_sync for method in self.methods)
