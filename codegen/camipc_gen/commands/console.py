# SPDX-License-Identifier: MIT
"""Output to streams that may be closed, full, or a pipe without a reader. Such
errors are reported without a traceback.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Callable

INTERRUPTED = 130      # the shell's exit status after Ctrl-C


def write(stream, text: str) -> None:
    """Writes text; characters that the locale lacks are escaped."""
    if stream is None:
        raise OSError(errno.EBADF, "the stream is closed")
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def guarded(program: Callable[[], int]) -> int:
    """Runs a program and returns its exit status."""
    try:
        try:
            return program()
        finally:
            _flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        problem = "cannot write to standard output: %s" % (
            error.strerror or error)
    except MemoryError:
        problem = "out of memory"
    return _report_failure(problem)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _report_failure(problem: str) -> int:
    try:
        if sys.stderr is not None:
            sys.stderr.write("camipc-gen: error: %s\n" % problem)
            sys.stderr.flush()
    except OSError:
        pass
    # Python flushes once more when it ends, and must not fail then.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    return 1
