# SPDX-License-Identifier: MIT
"""The rules that a resolved program must keep: one function per rule.

A rule looks at the whole program and reports; it never stops at the first
finding. Rules about single fields are in check/fields.py, those about
interfaces in check/interfaces.py, those about sizes in check/extents.py, those
about types which are declared elsewhere in check/foreign.py and
check/external.py, those about C names in check/names.py.
"""

from __future__ import annotations

import re
from typing import Sequence

from ..c import names as c_names
from ..model import ir
from ..model.order import members
from ..model.parts import innermost
from ..model.resolve import Resolver
from ..text.diagnostics import did_you_mean
from ..text.loader import Loader, Unit
from .checking import Checking
from .extents import EXTENT_RULES
from .external import EXTERNAL_RULES
from .fields import FIELD_RULES
from .foreign import FOREIGN_RULES
from .interfaces import INTERFACE_RULES
from .names import NAME_RULES

# Names that a [cname] cannot be. Those of types and methods get a prefix.
_TAKEN = {"field": c_names.RESERVED, "arm": c_names.RESERVED | {"tag"},
          "parameter": c_names.RESERVED_PARAMETERS,
          "output": c_names.RESERVED_PARAMETERS}
_C_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


def enum_has_values(checking: Checking) -> None:
    for enum in checking.enums():
        if not enum.enumerators:
            checking.error("enum-empty", enum.span,
                           "enum '%s' has no values: declare at least one"
                           % enum.name)


def enum_names_differ(checking: Checking) -> None:
    """The C compiler would report it too, but far from the cause."""
    for enum in checking.enums():
        checking.unique(enum.enumerators, enum.name)


def enum_values_fit(checking: Checking) -> None:
    """ISO C requires them to be ints."""
    for enum in checking.enums():
        for value in enum.enumerators:
            if not -(1 << 31) <= value.value < 1 << 31:
                checking.error(
                    "enum-range", value.span,
                    "value %d of '%s' is out of range: expected %d to %d"
                    % (value.value, value.name, -(1 << 31), (1 << 31) - 1),
                    hint="flags use bits 0 to 30" if enum.used_as_flags
                    else None)


def flags_are_positive(checking: Checking) -> None:
    """Applies if the file itself or an importer uses the enum as flags."""
    used = {}
    for field in checking.fields():
        inner = innermost(field.declaration.type)
        if isinstance(inner, ir.FlagsRef):
            used.setdefault(inner.name, field.declaration.span)
    for enum in checking.enums():
        if enum.used_as_flags:
            used.setdefault(enum.qualified, enum.span)
    for enum in checking.enums():
        for value in enum.enumerators:
            if enum.qualified in used and value.value < 0:
                checking.error(
                    "flag-negative", value.span, "flag '%s' is negative (%d): "
                    "expected 0 to %d" % (value.name, value.value,
                                          (1 << 31) - 1),
                    [(used[enum.qualified], "'%s' is used as flags here"
                      % enum.name)])


def defaults_of_unknown_values(checking: Checking) -> None:
    """[Default] marks the value that stands for unknown numbers."""
    for enum in checking.enums():
        marked = [checking.attribute(value, "Default")
                  for value in enum.enumerators if value.attribute("Default")]
        for mark in marked[1:]:
            checking.error("duplicate-value", mark.span, "'%s' has a second "
                           "[Default]: only one value can have it"
                           % enum.name,
                           [(marked[0].span, "the first one is here")])
        if marked and not enum.extensible:
            checking.error("attribute-type", marked[0].span, "attribute "
                           "'Default' needs an [Extensible] enum: '%s' "
                           "refuses unknown values" % enum.name,
                           hint="add [Extensible] to '%s'" % enum.name)
    for union in checking.unions():
        for arm in union.arms:
            if arm.attribute("Default"):
                checking.warning(
                    "ignored-attribute", checking.attribute(
                        arm, "Default").span, "attribute 'Default' has no "
                    "effect on an arm: an unknown arm is decoded as none")


def control_sizes(checking: Checking) -> None:
    """[size] is the number of elements of the [control] type."""
    for enum in checking.enums():
        for value in enum.enumerators:
            size = checking.attribute(value, "size")
            if size is not None and value.attribute("control") is None:
                checking.error("control-type", size.span, "attribute 'size' "
                               "needs 'control' beside it, the type of the "
                               "elements")


def control_values(checking: Checking) -> None:
    """[values] is an enum of the file, whose values the control has."""
    for module in checking.program.modules:
        known = {enum.name for enum in module.enums}
        for enum in module.enums:
            for value in enum.enumerators:
                named = checking.attribute(value, "values")
                if named is None:
                    continue
                if value.attribute("control") != "int32":
                    checking.error("control-type", named.span, "attribute "
                                   "'values' needs 'control=int32' beside it")
                if str(named.value) not in known:
                    checking.error(
                        "control-type", named.span, "unknown enum '%s': "
                        "expected an enum of this file" % named.value,
                        hint=did_you_mean(str(named.value), sorted(known)))


def c_names_are_names(checking: Checking) -> None:
    for declaration in checking.everything():
        cname = checking.attribute(declaration, "cname")
        if cname is not None and not _C_NAME.match(cname.value) and \
                not getattr(declaration, "external", None):
            checking.error("attribute-value", cname.span,
                           "invalid C name '%s': expected a letter, then "
                           "letters, digits and '_'" % cname.value)
    for place in checking.fields():
        cname = checking.attribute(place.declaration, "cname")
        if cname is not None and cname.value in _TAKEN[place.kind]:
            checking.error("attribute-value", cname.span, "C name '%s' is "
                           "reserved for C, C++, their headers or generated "
                           "code" % cname.value, hint="choose another name")


def has_fd_is_true(checking: Checking) -> None:
    """libcamera's [hasFd]: the generator finds descriptors by itself."""
    for struct in checking.structs() + checking.unions():
        mark = checking.attribute(struct, "hasFd")
        if mark is not None and not checking.can_hold_fd(
                members(struct)):
            checking.warning("has-fd", mark.span, "'%s' has [hasFd] but "
                             "contains no descriptor" % struct.name)
    for field in checking.fields():
        mark = checking.attribute(field.declaration, "hasFd")
        if mark is not None and not checking.can_hold_fd(
                [field.declaration]):
            checking.warning("has-fd", mark.span, "'%s' has [hasFd] but "
                             "contains no descriptor"
                             % field.declaration.name)


def versions_in_order(checking: Checking) -> None:
    """Without ordinals, new members must come last."""
    for nodes in checking.numbered_nodes():
        newest = None
        for node in nodes:
            version = checking.node_version(node)
            highest = checking.node_version(newest) if newest else 0
            if version < highest and getattr(node, "ordinal", None) is None:
                checking.error(
                    "min-version-order", node.span, "'%s' has MinVersion %d "
                    "but comes after '%s' with MinVersion %d" % (
                        node.name, version, newest.name, highest),
                    [(newest.span, "declared here")],
                    "append new members, or give all members ordinals")
                break           # later members would only repeat this
            newest = node if version >= highest else newest


RULES = (enum_has_values, enum_names_differ, enum_values_fit,
         flags_are_positive, defaults_of_unknown_values, control_sizes,
         control_values, c_names_are_names, has_fd_is_true, versions_in_order) + \
    FIELD_RULES + EXTERNAL_RULES + EXTENT_RULES + INTERFACE_RULES + NAME_RULES


def check(program: ir.Program, units: Sequence[Unit], loader: Loader,
          resolver: Resolver) -> None:
    checking = Checking(program, units, loader, resolver)
    for rule in FOREIGN_RULES:
        rule(checking)
    # The other rules follow references, which need a declaration.
    checking.diagnostics.stop_on_errors()
    for rule in RULES:
        rule(checking)
