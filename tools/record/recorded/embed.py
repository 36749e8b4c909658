# SPDX-License-Identifier: MIT
"""Writes a file as an array of C.

usage: embed.py FILE OUTPUT.c
"""

import sys


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    lines = [",".join(map(str, data[at:at + 24]))
             for at in range(0, len(data), 24)]
    with open(sys.argv[2], "w") as file:
        file.write("/* Generated. Do not edit. */\n"
                   "#include <stddef.h>\n\n"
                   "extern const unsigned char recorded_bytes[];\n"
                   "extern const size_t recorded_size;\n\n"
                   "const unsigned char recorded_bytes[] = {\n%s\n};\n"
                   "const size_t recorded_size = sizeof(recorded_bytes);\n"
                   % ",\n".join(lines))


if __name__ == "__main__":
    main()
