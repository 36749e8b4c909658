#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the names of the tests of the suite `kernel` that were asked for.

usage: choose.py MACHINE [TEST]... <INTROSPECTION

Reads what `meson introspect --tests` prints. Without a TEST, prints all tests
of the machine. A TEST is a name with or without "@MACHINE". Exits with 2 if
there is no such test.
"""

import json
import sys


def choose(names, machine, wanted):
    """The tests of the machine that are wanted. Raises KeyError(TEST)."""
    end = "@" + machine
    of_machine = [name for name in names if name.endswith(end)]
    if not wanted:
        return of_machine
    chosen = []
    for one in wanted:
        name = one if "@" in one else one + end
        if name not in names:
            raise KeyError(one)
        chosen.append(name)
    return chosen


def main(arguments):
    if not arguments:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    names = [test["name"] for test in json.load(sys.stdin)
             if any(suite.split(":")[-1] == "kernel"
                    for suite in test["suite"])]
    try:
        print("\n".join(choose(names, arguments[0], arguments[1:])))
    except KeyError as error:
        print("no test of the suite kernel is called %s; known: %s" % (
            error, " ".join(names)), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
