# SPDX-License-Identifier: MIT
"""Files that a command changes in place."""

from __future__ import annotations

import errno
import os
import re
from typing import Dict, Iterable, List, NamedTuple, Optional

from ..output.files import write
from ..text.diagnostics import Diagnostics
from ..text.source import (Source, SourceError, Sources, Span, decode,
                           read_bytes)

_LINE_END = re.compile(r"\r\n|\r|\n")


class Unfaithful(Exception):
    """The new text would change the meaning of the file: a bug in camipc-gen.
    The file is not changed."""


class Insertion(NamedTuple):
    """Text to put before a column; both count from 1, as in a Span."""
    line: int
    column: int
    text: str


def insert(data: bytes, insertions: Iterable[Insertion]) -> bytes:
    """The file with the insertions; all other bytes are unchanged."""
    text = data.decode("utf-8")
    starts = [0] + [match.end() for match in _LINE_END.finditer(text)]
    if text.startswith("\ufeff"):
        starts[0] = 1                 # columns do not count it
    pieces: List[str] = []
    done = 0
    for line, column, more in sorted(insertions):
        at = starts[line - 1] + column - 1
        pieces += [text[done:at], more]
        done = at
    return ("".join(pieces) + text[done:]).encode("utf-8")


def read(path: str, diagnostics: Diagnostics) -> bytes:
    """A file's bytes, which @diagnostics.sources uses from then on. Raises
    CompileError."""
    try:
        data = read_bytes(path)
        diagnostics.sources = Edited({path: data})
        decode(data)
    except SourceError as error:
        span = Span(path, error.line, error.column) if error.line else None
        diagnostics.error("unreadable", span, str(error) if span else
                          "'%s': %s" % (path, error))
        diagnostics.stop_on_errors()
    return data


def save(path: str, data: bytes, diagnostics: Diagnostics) -> None:
    """Replaces a file as a whole: no reader sees half of it. If @path is a
    link, its target is replaced. Raises CompileError."""
    try:
        if not os.path.isfile(path):
            raise OSError(errno.EINVAL, "it is not a regular file")
        write(path, data, sync=True)
    except OSError as error:
        diagnostics.error("unwritable", None, "cannot write '%s': %s"
                          % (path, error.strerror or error))
        diagnostics.stop_on_errors()


class Edited(Sources):
    """Sources with new texts for some files; other files come from @base."""

    def __init__(self, texts: Dict[str, bytes],
                 base: Optional[Sources] = None):
        super().__init__()
        self._texts = texts
        self._base = base.files if base is not None else {}

    def read_file(self, path: str) -> Source:
        if path in self._texts:
            source = Source(path, decode(self._texts[path]))
        elif path in self._base:
            source = self._base[path]
        else:
            return super().read_file(path)
        self.read.append(path)
        return self.add(source)
