# SPDX-License-Identifier: MIT
"""The fields that [key=parameter.field] names, one inside the other."""

from typing import List, NamedTuple, Optional, Tuple

from . import ir

# CAMIPC_KEY_DEPTH of camipc/interface.h.
MAX_DEPTH = 4


class Path(NamedTuple):
    """A key as far as its words were found."""
    fields: Tuple[ir.Field, ...]
    owner: str                  # of the last field, or of the missing word
    missing: Optional[str]      # a word that the owner lacks
    known: Tuple[str, ...]      # the names that the owner has
    has_nested_array: bool      # an array of arrays is on the way
    has_inner_array: bool       # an array behind the first name


def key_path(program: ir.Program, method: ir.Method, key: str) -> Path:
    """Goes through nullables and the elements of arrays."""
    found: List[ir.Field] = []
    fields, owner, nested, inner = method.params, method.name, False, False
    for word in key.split("."):
        names = tuple(field.name for field in fields)
        if word not in names:
            return Path(tuple(found), owner, word, names, nested, inner)
        field = fields[names.index(word)]
        found.append(field)
        element, arrays = _element(field.type)
        nested = nested or arrays > 1
        inner = inner or arrays > 0 and len(found) > 1
        struct = program.structs.get(getattr(element, "name", ""))
        fields, owner = struct.fields if struct else (), word
    return Path(tuple(found), owner, None, (), nested, inner)


def element_type(value_type: ir.Type) -> ir.Type:
    """Goes through nullables and the elements of arrays."""
    return _element(value_type)[0]


def _element(value_type: ir.Type) -> Tuple[ir.Type, int]:
    arrays = 0
    while isinstance(value_type, (ir.Array, ir.Nullable)):
        if isinstance(value_type, ir.Array):
            value_type = value_type.element
            arrays += 1
        else:
            value_type = value_type.inner
    return value_type, arrays
