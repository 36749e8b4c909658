#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads tests/suites.txt: what each suite may take, and which builds run it.

usage: suites.py BUILD [SUITE]

Prints "--suite NAME" for each suite, or for SUITE alone, that a build runs.
Exits 1 if the table is not complete, 2 if it has no such build.
"""

import os
import sys

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                     "suites.txt")
BUDGETS = ("test", "full")


class TableError(Exception):
    """A row that lacks a column, or a word that has no meaning in it."""


def read_table(lines):
    """Row -> column -> minutes (None for "-"), or whether a build runs it.

    Rows of steps have no columns of builds.
    """
    columns = []
    rows = {}
    for line in lines:
        words = line.split()
        if not words or line.startswith("#"):
            continue
        name, values = words[0], words[1:]
        if not columns:
            columns = values
        elif len(values) not in (len(BUDGETS), len(columns)):
            raise TableError("row %s: expected %d columns, or %d for a step"
                             % (name, len(columns), len(BUDGETS)))
        else:
            rows[name] = dict(zip(columns, map(_value, columns, values)))
    return rows


def _value(column, text):
    if column in BUDGETS:
        return None if text == "-" else float(text)
    if text not in ("yes", "no"):
        raise TableError("column %s: expected yes or no, found %s"
                         % (column, text))
    return text == "yes"


def suites_of(rows, build):
    """The suites that a build runs, in the order of the table."""
    if not any(build in row for row in rows.values()) or build in BUDGETS:
        raise KeyError(build)
    return [name for name, row in rows.items() if row.get(build)]


def read_suites():
    with open(TABLE, encoding="utf-8") as file:
        return read_table(file)


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        chosen = suites_of(read_suites(), arguments[0])
    except TableError as error:
        print("tests/suites.txt: %s" % error, file=sys.stderr)
        return 1
    except KeyError:
        print("suites.py: no build is called %s" % arguments[0],
              file=sys.stderr)
        return 2
    print(" ".join("--suite " + name for name in chosen
                   if name in (arguments[1:] or chosen)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
