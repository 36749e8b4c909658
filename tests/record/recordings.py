# SPDX-License-Identifier: MIT
"""Makes, reads and changes recordings, for the tests of this folder."""

import json
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
from crc32c import crc32c  # noqa: E402
from tool_runs import CAMIPC, LIMIT, SMALL, RunTest, run_text  # noqa: E402

FAULTY = os.path.abspath(sys.argv[6])


def tool(*words):
    """A command that takes no folder of modules."""
    return subprocess.run((CAMIPC,) + words, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          timeout=LIMIT)


def has_hashes(file):
    return any(item.get("sha256") for item in items(file))


def items(file, *words):
    """What the recording has."""
    result = tool("dump", file, "--json", *words)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def rewrite_spans(path, begin, end, kind=10):
    """Changes the times, and the kind, of all spans of a recording."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    at = 20
    while at < len(data):
        chunk, length = struct.unpack_from("<II", data, at)
        item = at + 24
        at = item + length
        if chunk != 2:
            continue
        first = item
        while item < at:
            if data[item + 4] == 10:
                data[item + 4] = kind
                struct.pack_into("<QQ", data, item + 24 + 8, begin, end)
            item += struct.unpack_from("<I", data, item)[0]
        struct.pack_into("<I", data, first - 4,
                         crc32c(data[first - 24:first - 4] + data[first:at]))
    with open(path, "wb") as file:
        file.write(data)


class RecordTest(RunTest):
    def record(self, name, *words, **options):
        file = self.path(name)
        frames = str(options.get("frames", 8))
        result = run_text("capture", "--frames", frames, "--record", file,
                          "-q", *SMALL, *words)
        self.assertEqual(result.returncode, options.get("code", 0),
                         result.stderr)
        return file

    def replay(self, file, *words, code=0):
        result = run_text("replay", file, *words)
        self.assertEqual(result.returncode, code, result.stderr)
        if code == 0:
            self.assertEqual(result.stderr, "")
        else:
            self.one_line(result.stderr)
        return result.stderr if code else result.stdout


def chunks(data):
    """Each chunk of a file: its offset, type and contents."""
    at = 20
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        yield at, kind, data[at + 24:at + 24 + length]
        at += 24 + length


def chunk(kind, when, number, contents):
    header = struct.pack("<IIQI", kind, len(contents), when, number)
    return header + struct.pack("<I", crc32c(header + contents)) + contents


def lengthened(data):
    """A recording without an end, with a chunk for each item; there is a second
    between two items."""
    made = [data[:20]]
    begin = when = None
    for at, kind, contents in chunks(data):
        if kind in (1, 4):
            if kind == 4 and begin is None:
                begin = when = struct.unpack_from("<Q", data, at + 8)[0]
            made.append(chunk(kind, begin or 0, len(made) - 1, contents))
        item = 0
        while kind == 2 and item < len(contents):
            size, = struct.unpack_from("<I", contents, item)
            when += 10 ** 9
            made.append(chunk(2, when, len(made) - 1,
                              contents[item:item + 8] +
                              struct.pack("<Q", when) +
                              contents[item + 16:item + size]))
            item += size
    return b"".join(made)


def change_exposure(file, to):
    """Adds 1 to the exposure of the first event setSensorControls."""
    with open(file, "rb") as opened:
        data = bytearray(opened.read())
    for at, kind, contents in chunks(data):
        item = 0
        while kind == 2 and item < len(contents):
            size, = struct.unpack_from("<I", contents, item)
            # An event with id 1; the value is the first varint.
            if contents[item + 4] == 1 and contents[item + 37] == 5 and \
                    contents[item + 40] == 1:
                body = contents[item + 64:item + size]
                # Control.value, 2 bytes long: ControlValue.integer32 = 5.
                place = body.index(b"\x1a\x02\x28") + 3
                data[at + 24 + item + 64 + place] ^= 1
                whole = data[at:at + 20] + data[at + 24:at + 24 + len(contents)]
                data[at + 20:at + 24] = struct.pack("<I", crc32c(whole))
                with open(to, "wb") as opened:
                    opened.write(data)
                return
            item += size
    raise AssertionError("no such event")
