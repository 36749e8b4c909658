# SPDX-License-Identifier: MIT
"""The guard of the core types: a symbol for each file of module cam.

Code that includes the header of a file of module cam shares structs with the
libraries, which have the code of core.mojom. The header refers to a symbol with
a hash of its file, and the libraries define the symbols of theirs: code that
was compiled with another core.mojom does not link, whichever generated files it
consists of.
"""

import hashlib
from typing import List

from ..model import ir, wire

MODULE = "cam"

# What changes the C of a declaration beside its wire form.
_ATTRIBUTES = ("cname", "alias", "control", "size", "values", "Default", "scopedEnum",
               "keep_unknown")


def symbol(program: ir.Program, module: ir.Module) -> str:
    text = "\n".join(canonical(program, module)) + "\n"
    return "%s_types_%s" % (MODULE,
                            hashlib.sha256(text.encode()).hexdigest()[:8])


def canonical(program: ir.Program, module: ir.Module) -> List[str]:
    """The lines that are hashed: declarations, in order, without comments."""
    lines = ["const %s = %r" % (const.qualified, const.value)
             for const in module.consts]
    for enum in module.enums:
        lines += wire.describe(program, enum.qualified)
        lines += _members(enum, enum.enumerators)
    for struct in module.structs:
        lines += wire.describe(program, struct.qualified)
        lines += _members(struct, struct.fields)
    for union in module.unions:
        lines += wire.describe(program, union.qualified)
        lines += _members(union, union.arms)
    return lines


def _members(declaration: ir.Declaration, members) -> List[str]:
    """The order of members is the layout; defaults are in the code."""
    lines = ["%s%s" % (declaration.name, _attributes(declaration))]
    for member in members:
        lines.append("  %s%s default=%r" % (
            member.name, _attributes(member),
            getattr(member, "default", None)))
    return lines


def _attributes(declaration: ir.Declaration) -> str:
    return "".join(" %s=%s" % (name, declaration.attribute(name))
                   for name in _ATTRIBUTES
                   if declaration.attribute(name) is not None)
