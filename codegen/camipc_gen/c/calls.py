# SPDX-License-Identifier: MIT
"""The messages that contain the arguments and the outputs of a method."""

from __future__ import annotations

from typing import NamedTuple, Optional

from ..model import ir
from . import names as c_names
from .messages import Message
from .slots import Slot
from .values import ScalarValue


class Call(NamedTuple):
    """The messages of a method; None if it has no arguments or outputs."""
    args: Optional[Message]
    outs: Optional[Message]


class CallMaker:
    """Makes the messages of one interface; @model has the types."""

    def __init__(self, model, module: ir.Module, interface: ir.Interface):
        self._model = model
        self._module = module
        self._prefix = c_names.interface_prefix(module, interface)

    def call(self, method: ir.Method) -> Call:
        args = self._args(method)
        return Call(args, self._outs(method, args))

    def _message(self, method: ir.Method, suffix: str, camel: str,
                 title: str, fields) -> Message:
        # In the .proto, all interfaces of a module share one scope.
        own = self._prefix[len(c_names.module_prefix(self._module.name)):]
        name = "%s%s%s%s" % (own.lstrip("_").capitalize(),
                             method.name[:1].upper(), method.name[1:], camel)
        message = self._model.args(
            self._module, "%s_%s_%s" % (
                self._prefix, c_names.of_method(method), suffix),
            name, "%s(): %s" % (method.name, title), fields)
        message.heading = "%s of %s()." % (title.capitalize(),
                                        c_names.of_method(method))
        return message

    def _args(self, method: ir.Method) -> Optional[Message]:
        if not method.params:
            return None
        if method.role == "event":
            return self._message(method, "event_args", "EventArgs",
                                 "arguments", method.params)
        return self._message(method, "args", "Args", "arguments",
                             method.params)

    def _outs(self, method: ir.Method,
              args: Optional[Message]) -> Optional[Message]:
        if not method.outs and not method.returns_int32:
            return None
        outs = self._message(method, "outs", "Outs", "outputs", method.outs)
        names = {name for slot in (args.slots if args else [])
                 for _, name in slot.results()}
        for slot in outs.slots:
            slot.taken = names
        if method.returns_int32:
            field = ir.Field(name=method.return_name or "ret",
                             span=method.span, doc=None, attributes=(),
                             type=ir.Scalar("int32"), number=1, default=None)
            # As sint32, because -EINVAL takes ten bytes as int32.
            value = ScalarValue("int32", "zigzag", "fixed")
            outs.slots.insert(0, Slot(field, "ret", value))
            outs.most = self._model.sizes.reply(method).most
        return outs
