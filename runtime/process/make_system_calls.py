# SPDX-License-Identifier: MIT
"""Writes the names of the target's system calls, by their numbers, as a table.

Arguments: the file to write, and the command of the C compiler.
"""

import re
import subprocess
import sys

NUMBER = re.compile(r"^#define __NR_(\w+) (\d+)$", re.MULTILINE)

# Above the numbers of calls that have been given so far. Other numbers (of
# x32, or those that only Arm has) would make the table large.
END = 512


def main(path, *compiler):
    """Asks the compiler for all macros of the header."""
    said = subprocess.run([*compiler, "-E", "-dM", "-"],
                          input="#include <sys/syscall.h>\n",
                          stdout=subprocess.PIPE, check=True,
                          universal_newlines=True).stdout
    names = {int(number): name for name, number in NUMBER.findall(said)
             if int(number) < END}
    with open(path, "w", encoding="utf-8") as file:
        file.write("/* Names of system calls, by their numbers. */\n")
        for number, name in sorted(names.items()):
            file.write('[%d] = "%s",\n' % (number, name))


main(*sys.argv[1:])
