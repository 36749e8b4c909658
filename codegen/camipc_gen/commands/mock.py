# SPDX-License-Identifier: MIT
"""Generates the C code of a fake IPA module, which consists of tables for
libcamipc-mock.a: camipc-gen mock."""

from __future__ import annotations

import os
import re
from typing import Optional

from ..c.methods import InterfaceView
from ..c.model import Model
from ..model import ir
from ..output.render import render_template, write_if_changed
from ..output.view import ModuleView


# A name that fits in the module's note, and needs no escapes in C.
_MODULE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")


class Choice(Exception):
    """An option that does not fit the file."""


def write_mock(program: ir.Program, module: ir.Module, out_dir: str,
               interface: Optional[str], name: Optional[str]) -> str:
    """Writes <stem>_ipa_mock.c, the source of a module called @name; returns
    its path. @interface chooses where the file has several."""
    name = name or module.stem
    if not _MODULE_NAME.match(name):
        raise Choice("invalid module name '%s': use 1 to 63 letters, digits, "
                     "'_', '.' and '-', and start with a letter or digit"
                     % name)
    view = ModuleView(program, Model(program), module)
    chosen = _choose(view, interface)
    text = render_template("mock.c.j2", view=view, interface=chosen,
                           module=_module(chosen, name))
    os.makedirs(out_dir, exist_ok=True)
    path = os.path.join(out_dir, module.stem + "_ipa_mock.c")
    write_if_changed(path, text)
    return path


def _choose(view: ModuleView, wanted: Optional[str]) -> InterfaceView:
    names = [one.interface.name for one in view.interfaces]
    if not names:
        raise Choice("'%s' declares no interface" % view.path)
    if wanted is None and len(names) > 1:
        raise Choice("'%s' declares several interfaces: choose one with "
                     "--interface: %s" % (view.path, ", ".join(names)))
    if wanted is not None and wanted not in names:
        raise Choice("'%s' declares no interface '%s': expected %s"
                     % (view.path, wanted, " or ".join(names)))
    return view.interfaces[names.index(wanted) if wanted else 0]


def _module(interface: InterfaceView, name: str) -> str:
    rows = "mocks_of_" + interface.prefix
    arguments = ['"%s"' % name, "1", '"mock"']
    arguments += ["%s_%s" % (interface.upper, word) for word in (
        "INTERFACE_NAME", "VERSION", "COMPATIBLE_SINCE", "WIRE_FINGERPRINT")]
    arguments += ["&%s_interface" % interface.prefix, rows,
                  "complete_mock_of_" + interface.prefix,
                  "create_mock_of_" + interface.prefix,
                  "camipc_mock_destroy", rows]
    return "CAMIPC_MODULE(%s)" % ", ".join(arguments)
