#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares what a shared object exports with a list.

usage: exported_symbols.py [--update] LIST FILE
       exported_symbols.py --module FILE...

The first form compares (or rewrites) a list with one name a line, and wants
each symbol to have the version that goes with the library's soname. The second
wants each file to export camipc_module_entry and nothing else.
"""

import re
import subprocess
import sys

MODULE_ENTRY = ["camipc_module_entry"]


def output_of(*command):
    return subprocess.run(command, check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def symbols(path):
    """What @path exports, as nm prints it: name, or name@@version."""
    found = set()
    for line in output_of("nm", "--dynamic", "--defined-only",
                          "--format=posix", path).splitlines():
        name, kind = line.split()[:2]
        # 'A' is the version node itself, and what begins with two underscores
        # is a sanitizer's: neither is something to link with.
        if kind != "A" and not name.startswith("__"):
            found.add(name)
    return found


def exported(path):
    return sorted(name.split("@")[0] for name in symbols(path))


def check_versions(path):
    """libcamipc.so.0 has nothing but symbols of version CAMIPC_0."""
    soname = re.search(r"SONAME.*\.so\.(\d+)",
                       output_of("readelf", "--dynamic", path))
    if not soname:
        print("%s: no soname with a version" % path)
        return False
    wanted = "@@CAMIPC_" + soname.group(1)
    wrong = sorted(name for name in symbols(path)
                   if not name.endswith(wanted))
    for name in wrong:
        print("%s: %s is not %s" % (path, name, wanted))
    return not wrong


def read_list(path):
    with open(path, encoding="utf-8") as file:
        return [line.strip() for line in file
                if line.strip() and not line.startswith("#")]


def write_list(path, names):
    with open(path, "w", encoding="utf-8") as file:
        file.write("# SPDX-License-Identifier: MIT\n")
        file.write("# What libcamipc.so exports; see README.md.\n")
        file.write("".join(name + "\n" for name in names))


def compare(what, wanted, found):
    for name in sorted(set(found) - set(wanted)):
        print("%s: exports %s, which is not on the list" % (what, name))
    for name in sorted(set(wanted) - set(found)):
        print("%s: does not export %s" % (what, name))
    return wanted == found


def main(arguments):
    if len(arguments) > 1 and arguments[0] == "--module":
        good = True
        for path in arguments[1:]:
            good &= compare(path, MODULE_ENTRY, exported(path))
        print("%d modules" % len(arguments[1:]))
        return 0 if good else 1
    if len(arguments) == 3 and arguments[0] == "--update":
        write_list(arguments[1], exported(arguments[2]))
        return 0
    if len(arguments) == 2:
        names = read_list(arguments[0])
        good = compare(arguments[1], names, exported(arguments[1]))
        good &= check_versions(arguments[1])
        print("%d names on the list" % len(names))
        return 0 if good else 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
