# SPDX-License-Identifier: MIT
"""Files that the commands write. A regular file is replaced as a whole, so that
no reader sees half of it; links are followed; pipes, devices and the streams of
camipc-gen itself are written in place.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from typing import Optional

_MAX_LINKS = 40             # as many as the kernel follows
_READER_WAIT_S = 3.0        # a pipe's reader may start at the same time
_READER_POLL_S = 0.02


def write(path: str, data: bytes, sync: bool = False) -> None:
    """Writes a file, or standard output if @path is "-". A file that holds
    @data already is not touched; one that is replaced keeps its mode and owner.
    @sync: wait until the data is on the disk. Raises OSError, whose filename is
    @path; the old file is unchanged then.
    """
    try:
        descriptor = own_descriptor(path)
        if descriptor is not None:
            _write_stream(descriptor, data)
        else:
            _write_file(os.path.realpath(path) if path else "", data, sync)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def make_folder(path: str) -> None:
    """Makes a folder with its parents, if it does not exist. Raises OSError,
    whose filename is @path."""
    try:
        os.makedirs(path, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder",
                                 path) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def own_descriptor(path: str) -> Optional[int]:
    """The descriptor that a name such as "-" or /dev/stdout means; None for
    other files."""
    if path == "-":
        return 1
    folders = [os.path.realpath(folder) for folder in
               ("/proc/self/fd", "/proc/thread-self/fd")]
    for _ in range(_MAX_LINKS):
        folder = os.path.realpath(os.path.dirname(path) or ".")
        name = os.path.basename(path)
        if folder in folders and name.isdigit():
            return int(name)
        try:
            path = os.path.join(folder, os.readlink(os.path.join(folder, name)))
        except OSError:
            return None
    return None


def _write_stream(descriptor: int, data: bytes) -> None:
    # Python does not use a standard stream that was closed at its start; the
    # number may belong to another file by now.
    stream = {0: sys.stdin, 1: sys.stdout, 2: sys.stderr}.get(descriptor, "")
    if stream is None:
        raise OSError(errno.EBADF, "the stream is closed")
    if stream:
        stream.flush()
    with os.fdopen(os.dup(descriptor), "wb") as out:
        out.write(data)


def _write_file(path: str, data: bytes, sync: bool) -> None:
    try:
        status: Optional[os.stat_result] = os.lstat(path)
    except FileNotFoundError:
        status = None
    if status is None or stat.S_ISREG(status.st_mode):
        if status is None or not _holds(path, data):
            _replace(path, data, status, sync)
    elif stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    elif stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    elif stat.S_ISFIFO(status.st_mode) or stat.S_ISCHR(status.st_mode):
        with os.fdopen(_open_place(path), "wb") as out:
            out.write(data)
    else:
        raise OSError(errno.EOPNOTSUPP, "it is neither a regular file, a pipe "
                      "nor a character device")


def _holds(path: str, data: bytes) -> bool:
    with open(path, "rb") as old:
        return old.read(len(data) + 1) == data


def _open_place(path: str) -> int:
    end = time.monotonic() + _READER_WAIT_S
    while True:
        try:
            fd = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > end:
                raise OSError(errno.ENXIO,
                              "no program reads from the pipe") from None
            time.sleep(_READER_POLL_S)
        else:
            os.set_blocking(fd, True)
            return fd


def _replace(path: str, data: bytes, old: Optional[os.stat_result],
             sync: bool) -> None:
    # os.replace() would not care that the file is read-only.
    if old is not None and not os.access(path, os.W_OK, effective_ids=True):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    fresh = os.path.join(os.path.dirname(path),
                         ".camipc-gen-" + secrets.token_hex(8))
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                 0o666 if old is None else 0o600)
    try:
        with os.fdopen(fd, "wb") as new:
            new.write(data)
            new.flush()
            if old is not None:
                _copy_mode(fd, old)
            if sync:
                os.fsync(fd)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise


def _copy_mode(fd: int, old: os.stat_result) -> None:
    """Only root may give files away. For all others the file becomes their own,
    and a group that it was not meant for gets no access."""
    mode = old.st_mode & 0o777
    for owner in (old.st_uid, -1):
        try:
            os.fchown(fd, owner, old.st_gid)
            break
        except PermissionError:
            pass
    else:
        mode &= ~0o070
    os.fchmod(fd, mode)
