#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares tests/requirements.md and tests/threats.md with what tests cite.

usage: citations.py ROOT [--table]

Tests cite the numbers of these two files in their comments, as "requirements
30, 31", "threats 20 to 27" or "invariants 1 to 3". Exits 1 if a test cites a
number that does not exist, if no test cites a number, or if a number that is
cited is marked "Not tested yet". --table prints which files cite which number.
"""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lint import list_files  # noqa: E402

# Kind -> file, and the heading below which its numbers stand.
LISTS = {
    "requirement": ("tests/requirements.md", None),
    "invariant": ("tests/threats.md", "## Invariants of a decode"),
    "threat": ("tests/threats.md", "## Attacks"),
}

ENTRY = re.compile(r"(?:\| )?(\d+)(?:\.| \|) ")
NOT_YET = re.compile(r"Not tested yet: (.+?)\.?\s*\|?$")

NUMBERS = r"\d+(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s+to\s+)\d+)*"
CITATION = re.compile(r"\b(requirement|threat|invariant)s?\s+(%s)" % NUMBERS,
                      re.IGNORECASE)
SEPARATOR = re.compile(r"\s*,\s*and\s+|\s*,\s*|\s+and\s+")

# Citations in these prove something; those elsewhere must merely be right.
TEST_ENDINGS = (".c", ".h", ".py", ".sh")

# These files quote citations, and cite nothing.
QUOTING = ("tests/lint/citations.py", "tests/lint/test_lint.py",
           "tests/mutants/test_mutants.py", "tests/requirements.md",
           "tests/threats.md")


def entries_of(lines, heading):
    """Number -> None, or why it is not tested yet."""
    found = {}
    below = heading is None
    for line in lines:
        if line.startswith("## ") and heading:
            below = line == heading
        entry = ENTRY.match(line)
        if below and entry:
            reason = NOT_YET.search(line)
            found[int(entry.group(1))] = reason and reason.group(1)
    return found


def read_lists(root):
    """Kind -> entries_of() its file."""
    lists = {}
    for kind, (name, heading) in LISTS.items():
        with open(os.path.join(root, name), encoding="utf-8") as file:
            lists[kind] = entries_of(file.read().split("\n"), heading)
    return lists


def numbers_of(text):
    """The numbers of "4, 26 to 28 and 52"."""
    found = set()
    for part in SEPARATOR.split(text):
        first, _, last = part.partition("to")
        found.update(range(int(first), int(last or first) + 1))
    return found


def citations_of(text):
    """Yields (kind, number) for all that a source cites."""
    # Comments go on over lines.
    text = re.sub(r"\n[ \t]*(?:\*|//|#)?[ \t]*", " ", text)
    for match in CITATION.finditer(text):
        for number in numbers_of(match.group(2)):
            yield match.group(1).lower(), number


def collect(root):
    """kind -> number -> files, of the entire tree."""
    found = {kind: {} for kind in LISTS}
    for name in list_files(root):
        if name in QUOTING:
            continue
        path = os.path.join(root, name)
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        for kind, number in citations_of(text):
            found[kind].setdefault(number, set()).add(name)
    return found


def is_test(name):
    return name.startswith("tests/") and name.endswith(TEST_ENDINGS)


def judge(lists, found):
    """Yields each violation as one line."""
    for kind, entries in lists.items():
        for number in sorted(entries):
            tests = sorted(filter(is_test, found[kind].get(number, ())))
            if not tests and entries[number] is None:
                yield "%s %d: no test cites it" % (kind, number)
            if tests and entries[number] is not None:
                yield "%s %d: %s cites it, so it is not \"%s\"" % (
                    kind, number, tests[0], "Not tested yet")
        for number in sorted(set(found[kind]) - set(entries)):
            yield "%s %d: %s has no such number, but %s cites it" % (
                kind, number, LISTS[kind][0], sorted(found[kind][number])[0])


def print_table(lists, found):
    for kind, entries in lists.items():
        for number in sorted(entries):
            names = filter(is_test, found[kind].get(number, ()))
            print("%-11s %2d  %s" % (kind, number, " ".join(sorted(names))
                                     or "(%s)" % entries[number]))


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--table"]):
        print("usage: citations.py ROOT [--table]")
        return 2
    lists = read_lists(arguments[0])
    found = collect(arguments[0])
    if arguments[1:]:
        print_table(lists, found)
    violations = list(judge(lists, found))
    for line in violations:
        print(line)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
