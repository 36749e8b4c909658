# SPDX-License-Identifier: MIT
"""Rules about [external] structs, which other libraries declare."""

from __future__ import annotations

import re

from ..model import ir
from .checking import Checking

# Attributes that an external struct needs, with an example of each.
_NEEDED = {"header": 'header="x.h"', "cname": 'cname="struct x"',
           "functions": "functions=x_ipc", "max_len": "max_len=64"}
# Those that only an external struct can have.
_OWN = ("header", "functions", "max_size", "max_len", "Version")
_ALLOWED = frozenset(_NEEDED) | frozenset(
    ("external", "max_size", "Version", "alias", "MinVersion"))

_FORMS = {
    "header": (re.compile(r'(<[\w./+-]+>|[\w./+-]+)\Z', re.ASCII),
               "the name of a header, such as x.h or <x.h>"),
    "cname": (re.compile(r"(struct )?[A-Za-z_]\w*\Z", re.ASCII),
              "a type of C, such as 'struct x' or 'x_t'"),
    "functions": (re.compile(r"[A-Za-z_]\w*\Z", re.ASCII),
                  "the name of a struct camipc_external"),
}


def externals_are_complete(checking: Checking) -> None:
    for struct in checking.structs():
        if not struct.external:
            _has_no_attribute_of_externals(checking, struct)
            continue
        if struct.fields:
            # The parser refuses fields, but not the attribute of an overlay.
            checking.error("external-body", struct.span, "'%s' is [external] "
                           "but has fields: its header declares them"
                           % struct.name)
        missing = [name for name in _NEEDED
                   if struct.attribute(name) is None]
        if missing:
            checking.error(
                "external-attribute", struct.span, "[external] struct '%s' "
                "lacks %s" % (struct.name, ", ".join(missing)),
                hint="write [external, %s]" % ", ".join(
                    _NEEDED[name] for name in missing))
        for attribute in struct.attributes:
            _fits(checking, struct, attribute)


def _has_no_attribute_of_externals(checking: Checking,
                                   struct: ir.Struct) -> None:
    for attribute in struct.attributes:
        if attribute.name in _OWN:
            checking.error(
                "external-attribute", attribute.span, "attribute '%s' needs "
                "an [external] struct: '%s' has fields of its own" % (
                    attribute.name, struct.name))


def _fits(checking: Checking, struct: ir.Struct,
          attribute: ir.Attribute) -> None:
    if attribute.name not in _ALLOWED:
        checking.error("external-attribute", attribute.span, "attribute '%s' "
                       "is not allowed on an [external] struct"
                       % attribute.name)
        return
    form, expected = _FORMS.get(attribute.name, (None, ""))
    if form and not form.match(str(attribute.value)):
        checking.error("attribute-value", attribute.span, "invalid %s '%s' of "
                       "'%s': expected %s" % (
                           attribute.name, attribute.value, struct.name,
                           expected))


EXTERNAL_RULES = (externals_are_complete,)
