# SPDX-License-Identifier: MIT
"""Source files and positions in them."""

from __future__ import annotations

import errno
import os
import select
import stat
from dataclasses import dataclass, field
from typing import Dict, List

# Far above any interface; keeps a mistaken argument from filling the memory.
MAX_SOURCE_BYTES = 8 << 20

# How long a named pipe may have no writer: it may start at the same time.
_WRITER_WAIT_S = 3.0


@dataclass(frozen=True)
class Span:
    """Part of one line. Lines and columns count from 1, in characters."""
    path: str
    line: int
    column: int
    length: int = 1

    def to(self, end: "Span") -> "Span":
        """From here to the end of @end, or this span if @end is on another
        line."""
        if end.path != self.path or end.line != self.line:
            return self
        return Span(self.path, self.line, self.column,
                    max(1, end.column + end.length - self.column))

    def __str__(self) -> str:
        return "%s:%d:%d" % (self.path, self.line, self.column)


@dataclass(frozen=True)
class Source:
    """Text of a file; all line ends are newlines, no byte order mark."""
    path: str
    text: str

    def line(self, number: int) -> str:
        lines = self.text.split("\n", number)
        return lines[number - 1] if number <= len(lines) else ""


class SourceError(Exception):
    """Why a file cannot be read as source, and where, if there is a place."""

    def __init__(self, message: str, line: int = 0, column: int = 0):
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass
class Sources:
    """The sources of one run, by path, as spans refer to them."""
    files: Dict[str, Source] = field(default_factory=dict)
    read: List[str] = field(default_factory=list)

    def add(self, source: Source) -> Source:
        self.files[source.path] = source
        return source

    def read_file(self, path: str) -> Source:
        """Reads a file, or raises SourceError with one clear line."""
        data = read_bytes(path)
        self.read.append(path)
        return self.add(Source(path, decode(data)))


def read_bytes(path: str) -> bytes:
    """The bytes of a file. Raises SourceError if it cannot be read."""
    try:
        return _read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError("cannot read: %s" % reason) from None
    except ValueError as error:  # a name with a NUL byte in it
        raise SourceError("cannot read: %s" % error) from None


def _read(path: str) -> bytes:
    with os.fdopen(_open(path), "rb") as stream:
        data = stream.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise SourceError("cannot read: larger than the limit of %d MiB"
                          % (MAX_SOURCE_BYTES >> 20))
    return data


def _open(path: str) -> int:
    # A pipe with a name may never get a writer.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        mode = os.fstat(fd).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        # Pipes without a name, as of a shell's <(…), exist in /proc only.
        if stat.S_ISFIFO(mode) and os.path.exists(os.path.realpath(path)) and \
                not select.select([fd], [], [], _WRITER_WAIT_S)[0]:
            raise SourceError("cannot read: no program writes to the pipe")
        os.set_blocking(fd, True)
    except BaseException:
        os.close(fd)
        raise
    return fd


def decode(data: bytes) -> str:
    """Decodes the bytes of a file; raises SourceError if they are not text."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(data, error.start)
        raise SourceError("the file is not UTF-8 text: invalid byte 0x%02x"
                          % data[error.start],
                          line, column) from None
    if "\0" in text:
        line, column = _position(data, data.index(b"\0"))
        raise SourceError("the file is not text: it contains a NUL byte",
                          line, column)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _position(data: bytes, offset: int):
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n") + 1
    last = before[before.rfind(b"\n") + 1:]
    return line, len(last.decode("utf-8", "replace")) + 1
