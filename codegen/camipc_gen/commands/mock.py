# SPDX-License-Identifier: MIT
"""Generates the C code of a fake IPA module, which consists of tables for
libcamipc-mock.a: camipc-gen mock."""

from __future__ import annotations

import os
import re
from typing import Optional

from ..c.methods import InterfaceView
from ..c.model import model_of
from ..model import ir
from ..output.files import make_folder
from ..output.render import render_template, write_text
from ..output.view import ModuleView
from ..text.source import Span


# A name that fits in the module's note, and needs no escapes in C.
_MODULE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")


class Choice(Exception):
    """An option that does not fit the file, or a file without a fake IPA."""

    def __init__(self, message: str, span: Optional[Span] = None):
        super().__init__(message)
        self.span = span


def write_mock(program: ir.Program, module: ir.Module, out_dir: str,
               interface: Optional[str], name: Optional[str]) -> str:
    """Writes <stem>_ipa_mock.c, the source of a module called @name; returns
    its path. @interface chooses where the file has several."""
    name = name or module.stem
    if not _MODULE_NAME.match(name):
        raise Choice("invalid module name '%s': use 1 to 63 letters, digits, "
                     "'_', '.' and '-', and start with a letter or digit"
                     % name)
    view = ModuleView(program, model_of(program), module)
    chosen = _choose(view, interface)
    text = render_template("mock.c.j2", view=view, interface=chosen,
                           module=_module(chosen, name))
    make_folder(out_dir)
    path = os.path.join(out_dir, module.stem + "_ipa_mock.c")
    write_text(path, text)
    return path


def _choose(view: ModuleView, wanted: Optional[str]) -> InterfaceView:
    names = [one.interface.name for one in view.interfaces]
    if not names:
        raise Choice("the file declares no interface, so there is nothing to "
                     "mock", Span(view.module.path, 1, 1))
    if wanted is None and len(names) > 1:
        raise Choice("the file declares several interfaces: choose one with "
                     "--interface: %s" % ", ".join(names),
                     view.interfaces[1].interface.span)
    if wanted is not None and wanted not in names:
        raise Choice("'%s' declares no interface '%s': expected %s"
                     % (view.module.path, wanted, " or ".join(names)))
    return view.interfaces[names.index(wanted) if wanted else 0]


def _module(interface: InterfaceView, name: str) -> str:
    rows = "mocks_of_" + interface.prefix
    arguments = ['"%s"' % name, "1", '"mock"']
    arguments += ["%s_%s" % (interface.upper, word) for word in (
        "INTERFACE_NAME", "VERSION", "COMPATIBLE_SINCE", "WIRE_FINGERPRINT")]
    arguments += ["&%s_interface" % interface.prefix, rows,
                  "missing_op_of_mock_of_" + interface.prefix,
                  "create_mock_of_" + interface.prefix,
                  "camipc_mock_destroy", rows]
    return "CAMIPC_MODULE(%s)" % ", ".join(arguments)
