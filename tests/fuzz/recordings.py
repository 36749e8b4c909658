# SPDX-License-Identifier: MIT
"""Makes captures, which fuzz targets start from, of recordings of the field:
files of camipc capture --record or CAMIPC_RECORD.
"""

import os
import struct

MAGIC = b"CAMIPCRC"
VERSION = 1

# Of runtime/record/recording_format.h.
FILE_HEADER = 20
CHUNK_HEADER = 24
INTERFACE, RECORDS, STATE, END = 1, 2, 4, 7
TABLE = 1
ITEM_HEADER = 24
MESSAGE = 1
FROM_IPA, REDACTED, NO_BODY = 1, 2, 4
TOOK = 8
WIRE_HEADER = 32
BODY_SIZE_AT = 16


class WrongRecording(Exception):
    """Why a file cannot be used."""


def _chunks(data):
    """Type and contents of each whole chunk."""
    at = FILE_HEADER
    while at + CHUNK_HEADER <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        at += CHUNK_HEADER + length
        if at > len(data):
            return
        yield kind, data[at - length:at]


def _interface_name(contents):
    """The last part of an interface's name: "softisp" of "ipa.softisp"."""
    at = 0
    while at + 8 <= len(contents):
        kind, length = struct.unpack_from("<II", contents, at)
        part = contents[at + 8:at + 8 + length]
        if kind == TABLE and len(part) >= 6:
            size, = struct.unpack_from("<H", part, 4)
            return part[6:6 + size].decode(errors="replace").split(".")[-1]
        at += 8 + length
    raise WrongRecording("an interface has no table")


def _messages(contents):
    """Proxy, direction and bytes of each message of a chunk."""
    at = 0
    while at + ITEM_HEADER <= len(contents):
        size, kind, flags, proxy = struct.unpack_from("<IBBH", contents, at)
        if size < ITEM_HEADER or at + size > len(contents):
            raise WrongRecording("an item of a chunk has a wrong size")
        item = contents[at + ITEM_HEADER + TOOK:at + size]
        at += size
        if kind != MESSAGE or flags & (REDACTED | NO_BODY) or \
                len(item) < WIRE_HEADER:
            continue
        body, = struct.unpack_from("<I", item, BODY_SIZE_AT)
        if WIRE_HEADER + body > len(item):
            raise WrongRecording("a message is longer than its item")
        yield (proxy, b"<" if flags & FROM_IPA else b">",
               item[:WIRE_HEADER + body])


def convert(path, folder):
    """Writes a capture for each proxy of a recording. Returns the captures of
    each interface."""
    with open(path, "rb") as opened:
        data = opened.read()
    if data[:8] != MAGIC or len(data) < FILE_HEADER:
        raise WrongRecording("not a recording of camipc")
    version, = struct.unpack_from("<I", data, 8)
    if version != VERSION:
        raise WrongRecording("version %d of the format; this program reads "
                             "version %d" % (version, VERSION))
    interfaces, proxies, found = [], {}, {}
    for kind, contents in _chunks(data):
        if kind == INTERFACE:
            interfaces.append(_interface_name(contents))
        elif kind == STATE and len(contents) >= 8:
            proxy, interface = struct.unpack_from("<II", contents)
            if not 0 < interface <= len(interfaces):
                raise WrongRecording("a proxy has an unknown interface")
            proxies[proxy] = interfaces[interface - 1]
        elif kind == RECORDS:
            for proxy, direction, message in _messages(contents):
                if proxy not in proxies:
                    raise WrongRecording("a message has an unknown proxy")
                found.setdefault(proxy, []).append(direction + message)
        elif kind == END:
            break
    if not found:
        raise WrongRecording("it has no messages")
    captures = {}
    os.makedirs(folder, exist_ok=True)
    stem = os.path.splitext(os.path.basename(path))[0]
    for proxy, messages in found.items():
        name = os.path.join(folder, "%s-%d.capture" % (stem, proxy))
        with open(name, "wb") as opened:
            opened.write(b"".join(messages))
        captures.setdefault(proxies[proxy], []).append(name)
    return captures
