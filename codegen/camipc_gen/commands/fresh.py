# SPDX-License-Identifier: MIT
"""Files that a command writes for its user to continue. Existing files are never
changed, and after an error no file is left."""

from __future__ import annotations

import errno
import os
from typing import Iterable, List, Tuple


class Refused(Exception):
    """The reason why no file was written."""


def write_all(texts: Iterable[Tuple[str, str]], instead: str) -> None:
    """Writes (path, text) of all files or none, with the folders they need.
    @instead: what to do where one of the files exists."""
    texts = list(texts)
    existing = [path for path, _ in texts if os.path.lexists(path)]
    if existing:
        raise Refused("%s already exist%s: %s" % (
            ", ".join(existing), "s" if len(existing) == 1 else "", instead))
    made: List[str] = []
    written: List[str] = []
    place = ""
    try:
        for path, text in texts:
            place = path
            _make_folder(os.path.dirname(os.path.abspath(path)), made)
            with open(path, "x", encoding="utf-8") as stream:
                written.append(path)
                stream.write(text)
    except BaseException as error:
        for path in written:
            os.unlink(path)
        for path in reversed(made):
            os.rmdir(path)
        if isinstance(error, OSError):
            raise Refused("cannot write '%s': %s" % (
                place, error.strerror or error)) from error
        raise


def _make_folder(folder: str, made: List[str]) -> None:
    if os.path.isdir(folder):
        return
    if os.path.lexists(folder):
        raise NotADirectoryError(errno.ENOTDIR, "'%s' is not a folder"
                                 % os.path.relpath(folder), folder)
    _make_folder(os.path.dirname(folder), made)
    os.mkdir(folder)
    made.append(folder)
