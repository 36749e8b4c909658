# SPDX-License-Identifier: MIT
"""Which attributes there are, where they may stand and what they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

# Kinds of values. A word is one of a list; a name is an identifier.
FLAG, INTEGER, NUMBER, TEXT, WORD, NAME = (
    "flag", "integer", "number", "text", "word", "name")

_VALUES = ("field", "arm", "parameter", "output")
_TYPES = ("struct", "union", "enum")
_CALLS = ("method",)
_ALL = _VALUES + _TYPES + ("enumerator", "const", "interface",
                           "event interface", "method", "event")

CONTROL_TYPES = ("bool", "uint8", "uint16", "uint32", "int32", "int64",
                 "float", "string", "Rectangle", "Size", "Point")


@dataclass(frozen=True)
class Spec:
    places: Tuple[str, ...]
    kind: str = FLAG
    words: Tuple[str, ...] = ()
    minimum: Optional[int] = None
    maximum: Optional[int] = None


def _integer(places, minimum, maximum) -> Spec:
    return Spec(places, INTEGER, (), minimum, maximum)


ATTRIBUTES: Dict[str, Spec] = {
    # known from mojom and libcamera
    "async": Spec(("method", "event")),
    "flags": Spec(_VALUES + ("enum",)),
    "hasFd": Spec(_VALUES + ("struct", "union")),
    "scopedEnum": Spec(("enum",)),
    "skipHeader": Spec(_TYPES),
    "skipSerdes": Spec(_TYPES),
    "Extensible": Spec(("enum", "union")),
    "Default": Spec(("enumerator", "arm")),
    "MinVersion": _integer(_ALL, 0, 0xffffffff),
    # interfaces
    "Version": _integer(("interface",), 1, 0xffffffff),
    "CompatibleSince": _integer(("interface",), 1, 0xffffffff),
    "events": Spec(("interface",), NAME),
    # methods
    "role": Spec(_CALLS, WORD, ("init", "start", "stop", "call")),
    "timeout_ms": _integer(_CALLS, 1, 3600 * 1000),
    "when": Spec(_CALLS, WORD, ("stopped", "running", "any")),
    "queue": _integer(("method", "event"), 1, 1024),
    "overflow": Spec(("method", "event"), WORD,
                     ("error", "drop_oldest", "drop_newest")),
    "restore": Spec(_CALLS),
    "key": Spec(_CALLS, NAME),
    "undo": Spec(_CALLS, NAME),
    # fields and types
    "min": Spec(_VALUES, NUMBER),
    "max": Spec(_VALUES, NUMBER),
    "max_len": _integer(_VALUES, 0, 16 << 20),
    "required": Spec(_VALUES),
    "wire": Spec(_VALUES, WORD, ("zigzag", "fixed", "varint")),
    "wire_key": Spec(_VALUES, WORD, ("zigzag", "fixed", "varint")),
    "wire_value": Spec(_VALUES, WORD, ("zigzag", "fixed", "varint")),
    "unpacked": Spec(_VALUES),
    "inline": Spec(("field",)),
    "keep_unknown": Spec(("struct",)),
    "retired": Spec(_TYPES + ("interface", "event interface", "method"),
                    TEXT),
    # file descriptors
    "fd": Spec(_VALUES, WORD, ("memfd", "dmabuf", "eventfd", "pipe", "file",
                               "any")),
    "access": Spec(_VALUES, WORD, ("ro", "rw")),
    "sealed": Spec(_VALUES),
    "min_size": _integer(_VALUES, 1, (1 << 63) - 1),
    # names
    "cname": Spec(_ALL, TEXT),
    "alias": Spec(_TYPES, TEXT),
    # results and control ids
    "value": Spec(("output",)),
    "control": Spec(("enumerator",), WORD, CONTROL_TYPES),
    "size": _integer(("enumerator",), 0, 65536),
}

# Chromium's, without a meaning here: a warning, so that files go through.
IGNORED = frozenset((
    "AllowedContext", "CustomSerializer", "DispatchDebugAlias",
    "EstimateSize", "JavaClassName", "JavaConstantsClassName",
    "JavaPackage", "NoInterrupt", "Native", "ParamNames", "RenamedFrom",
    "RequireContext", "ServiceSandbox", "Stable", "SupportsUrgent", "Sync",
    "TaskPriority", "UnlimitedSize", "UseUint64", "Uuid",
))

# They would make one file mean several interfaces.
CONDITIONS = frozenset(("EnableIf", "EnableIfNot", "RuntimeFeature"))
