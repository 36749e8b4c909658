# SPDX-License-Identifier: MIT
"""Writes the archives that a kernel unpacks as its first files: cpio, "newc"."""


class Archive:
    """An archive that is written to a binary file. All belongs to root."""

    def __init__(self, file):
        self.file = file
        self.number = 0

    def add(self, name, mode, content=b""):
        self.number += 1
        encoded = name.encode() + b"\0"
        fields = (self.number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0,
                  len(encoded), 0)
        self.file.write(b"070701" + b"".join(b"%08X" % field
                                             for field in fields))
        self.write_padded(encoded, 110)
        self.write_padded(content, 0)

    def write_padded(self, content, before):
        """Headers with names, and contents, have multiples of 4 bytes."""
        self.file.write(content + b"\0" * (-(before + len(content)) % 4))

    def add_folder(self, name):
        self.add(name, 0o040755)

    def add_file(self, name, content, mode):
        self.add(name, 0o100000 | mode, content)

    def end(self):
        self.add("TRAILER!!!", 0)
