# SPDX-License-Identifier: MIT
"""The table of attributes: their effects, places and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

# Kinds of values. A word is an entry of a list; a name is an identifier. A flag
# may have words, too: it is written alone or with one of them.
FLAG, INTEGER, NUMBER, TEXT, WORD, NAME = (
    "flag", "integer", "number", "text", "word", "name")

_VALUES = ("field", "arm", "parameter", "output")
_TYPES = ("struct", "union", "enum")
_CALLS = ("method",)
_ALL = _VALUES + _TYPES + ("enumerator", "const", "interface",
                           "event interface", "method", "event")

# CAMIPC_WINDOW, CAMIPC_MAX_QUEUE and CAMIPC_KEPT_BYTES of camipc/limits.h.
# Messages that are not kept need credit: more than a window never have it.
WINDOW = 64
MAX_QUEUE = 4096
KEPT_BYTES = 16 << 20

# CAMIPC_MIN_MESSAGE_SIZE, CAMIPC_MAX_MESSAGE_SIZE and
# CAMIPC_MAX_MESSAGE_SIZE_CEILING of camipc/limits.h: bytes of a message's body.
LEAST_MAX_MESSAGE = 64 << 10
DEFAULT_MAX_MESSAGE = 1 << 20
MOST_MAX_MESSAGE = 16 << 20

# CAMIPC_MAX_DECODED: bytes of memory of a decoded message.
MAX_DECODED = 4 * MOST_MAX_MESSAGE

# Bytes of an [external] struct in C at most, without [max_size].
EXTERNAL_SIZE = 256

CONTROL_TYPES = ("bool", "uint8", "uint16", "uint32", "int32", "int64",
                 "float", "string", "Rectangle", "Size", "Point")


# Effects of changing an attribute. Of an interface's two versions, compat
# compares WIRE as types, limits and roles (the fingerprint has them, too), and
# reports BEHAVIOUR and C_NAME by themselves. VERSION and NUMBERS are rules of
# their own. NOTHING has no effect on peers or on users of the C.
WIRE, BEHAVIOUR, C_NAME, VERSION, NUMBERS, NOTHING = (
    "wire", "behaviour", "C name", "version", "numbers", "nothing")


@dataclass(frozen=True)
class Spec:
    effect: str            # no default: each attribute must decide
    places: Tuple[str, ...]
    kind: str = FLAG
    words: Tuple[str, ...] = ()
    minimum: Optional[int] = None
    maximum: Optional[int] = None


def _integer(effect, places, minimum, maximum) -> Spec:
    return Spec(effect, places, INTEGER, (), minimum, maximum)


ATTRIBUTES: Dict[str, Spec] = {
    # known from mojom and libcamera
    "async": Spec(WIRE, ("method", "event")),
    "flags": Spec(WIRE, _VALUES + ("enum",)),
    "hasFd": Spec(NOTHING, _VALUES + ("struct", "union")),
    "scopedEnum": Spec(C_NAME, ("enum",)),
    "skipHeader": Spec(NOTHING, _TYPES),
    "skipSerdes": Spec(NOTHING, _TYPES),
    "Extensible": Spec(WIRE, ("enum", "union")),
    "Default": Spec(BEHAVIOUR, ("enumerator", "arm")),
    "MinVersion": _integer(NOTHING, _ALL, 0, 0xffffffff),
    # interfaces
    "Version": _integer(VERSION, ("interface", "struct"), 1, 0xffffffff),
    "CompatibleSince": _integer(VERSION, ("interface",), 1, 0xffffffff),
    "events": Spec(WIRE, ("interface",), NAME),
    "max_message": _integer(BEHAVIOUR, ("interface",), LEAST_MAX_MESSAGE,
                            MOST_MAX_MESSAGE),
    # methods
    "role": Spec(WIRE, _CALLS, WORD, ("init", "start", "stop", "call")),
    "timeout_ms": _integer(BEHAVIOUR, _CALLS, 1, 3600 * 1000),
    "when": Spec(BEHAVIOUR, _CALLS, WORD, ("stopped", "running", "any")),
    "queue": _integer(BEHAVIOUR, ("method", "event"), 1, MAX_QUEUE),
    "overflow": Spec(BEHAVIOUR, ("method", "event"), WORD,
                     ("error", "drop_oldest", "drop_newest", "keep")),
    # Alone, or with a word.
    "restore": Spec(BEHAVIOUR, _CALLS, FLAG, ("ignore_result",)),
    "restart": Spec(BEHAVIOUR, _CALLS, WORD, ("wait",)),
    "key": Spec(BEHAVIOUR, _CALLS, NAME),
    "undo": Spec(BEHAVIOUR, _CALLS, NAME),
    # fields and types
    "min": Spec(WIRE, _VALUES, NUMBER),
    "max": Spec(WIRE, _VALUES, NUMBER),
    "max_len": _integer(WIRE, _VALUES + ("struct",), 0, 16 << 20),
    "required": Spec(WIRE, _VALUES),
    "wire": Spec(WIRE, _VALUES, WORD, ("zigzag", "fixed", "varint")),
    "wire_key": Spec(WIRE, _VALUES, WORD, ("zigzag", "fixed", "varint")),
    "wire_value": Spec(WIRE, _VALUES, WORD, ("zigzag", "fixed", "varint")),
    "unpacked": Spec(WIRE, _VALUES),
    "inline": Spec(WIRE, ("field",)),
    "keep_unknown": Spec(BEHAVIOUR, ("struct",)),
    "retired": Spec(NUMBERS, _TYPES + ("interface", "event interface",
                                       "method"), TEXT),
    # file descriptors
    "fd": Spec(WIRE, _VALUES, WORD, ("memfd", "dmabuf", "eventfd", "pipe",
                                     "file", "any")),
    "access": Spec(WIRE, _VALUES, WORD, ("ro", "rw")),
    "sealed": Spec(WIRE, _VALUES),
    "min_size": _integer(WIRE, _VALUES, 1, (1 << 63) - 1),
    # external types; also cname, max_len and Version
    "external": Spec(WIRE, ("struct",)),
    "header": Spec(NOTHING, ("struct",), TEXT),
    "functions": Spec(NOTHING, ("struct",), NAME),
    "max_size": _integer(NOTHING, ("struct",), 1, 1 << 20),
    # names
    "cname": Spec(C_NAME, _ALL + ("module",), TEXT),
    "alias": Spec(NOTHING, _TYPES, TEXT),
    # results and control ids
    "value": Spec(WIRE, ("output",)),
    "control": Spec(BEHAVIOUR, ("enumerator",), WORD, CONTROL_TYPES),
    "size": _integer(BEHAVIOUR, ("enumerator",), 0, 65536),
    "values": Spec(BEHAVIOUR, ("enumerator",), NAME),
}

# Chromium's attributes that have no effect here. They cause a warning only, so
# that Chromium's files compile.
IGNORED = frozenset((
    "AllowedContext", "CustomSerializer", "DispatchDebugAlias",
    "EstimateSize", "JavaClassName", "JavaConstantsClassName",
    "JavaPackage", "NoInterrupt", "Native", "ParamNames", "RenamedFrom",
    "RequireContext", "ServiceSandbox", "Stable", "SupportsUrgent", "Sync",
    "TaskPriority", "UnlimitedSize", "UseUint64", "Uuid",
))

# They would make one file mean several interfaces.
CONDITIONS = frozenset(("EnableIf", "EnableIfNot", "RuntimeFeature"))
