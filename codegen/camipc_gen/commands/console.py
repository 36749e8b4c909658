# SPDX-License-Identifier: MIT
"""Standard output and error, which can be closed, full, or a pipe that nobody
reads: none of that is worth a traceback.
"""

from __future__ import annotations

import os
import sys
from typing import Callable

INTERRUPTED = 130      # what a shell says of a program that Ctrl-C ended


def write(stream, text: str) -> None:
    """Whatever the locale is: what it lacks is escaped."""
    if stream is None:
        raise OSError("it is closed")
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def one_line(text: str) -> str:
    """Text of somebody's, with control characters escaped."""
    return "".join(c if c.isprintable() else
                   c.encode("unicode_escape", "surrogatepass").decode()
                   for c in text)


def guarded(program: Callable[[], int]) -> int:
    """Runs a program; gives the status to exit with."""
    try:
        try:
            return program()
        finally:
            _flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        problem = ""
    except OSError as error:
        problem = "cannot write: %s" % (error.strerror or error)
    except MemoryError:
        problem = "out of memory"
    return _give_up(problem)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _give_up(problem: str) -> int:
    try:
        if problem and sys.stderr is not None:
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
