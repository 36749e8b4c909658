#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each requirement and each threat is cited by a test.

usage: citations.py ROOT [--table]

Requirements are numbered 1 to 34, threats 1 to 52; tests cite them in their
comments, as "requirements 30, 31" or "threats 20 to 27". Exits 1 if a number
is cited nowhere. --table prints which files cite which.
"""

import os
import re
import sys

LAST = {"requirement": 34, "threat": 52}

# What nothing can be tested of yet, and why; a citation makes the entry wrong.
NOT_YET = {
    "requirement": {},
    "threat": {
        36: "rings in shared memory: there is only the socket",
        39: "streams: the socket keeps messages whole",
        43: "restarts",
        44: "the sandbox",
        45: "the sandbox",
        46: "the sandbox",
        47: "the sandbox",
    },
}

NUMBERS = r"\d+(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s+to\s+)\d+)*"
CITATION = re.compile(r"\b(requirement|threat)s?\s+(%s)" % NUMBERS,
                      re.IGNORECASE)
SEPARATOR = re.compile(r"\s*,\s*and\s+|\s*,\s*|\s+and\s+")
ENDINGS = (".c", ".h", ".py", ".sh")


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
    """kind -> number -> files, of everything under tests/."""
    found = {kind: {} for kind in LAST}
    for folder, _, names in os.walk(os.path.join(root, "tests")):
        for name in names:
            path = os.path.join(folder, name)
            # This file, and the test of it, speak of citations.
            if not name.endswith(ENDINGS) or \
                    name in ("citations.py", "test_lint.py"):
                continue
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
            for kind, number in citations_of(text):
                found[kind].setdefault(number, set()).add(
                    os.path.relpath(path, root))
    return found


def judge(found):
    """Yields what is wrong, a line each."""
    for kind, last in LAST.items():
        for number in range(1, last + 1):
            cited = number in found[kind]
            reason = NOT_YET[kind].get(number)
            if not cited and reason is None:
                yield "%s %d: no test cites it" % (kind, number)
            if cited and reason is not None:
                yield "%s %d is cited by %s: take it out of NOT_YET" % (
                    kind, number, sorted(found[kind][number])[0])
        for number in sorted(set(found[kind]) - set(range(1, last + 1))):
            yield "%s %d, cited by %s, does not exist" % (
                kind, number, sorted(found[kind][number])[0])


def print_table(found):
    for kind, last in LAST.items():
        for number in range(1, last + 1):
            names = sorted(found[kind].get(number, ()))
            print("%-11s %2d  %s" % (kind, number, " ".join(names) or "(%s)"
                                     % NOT_YET[kind].get(number, "none")))


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--table"]):
        print("usage: citations.py ROOT [--table]")
        return 2
    found = collect(arguments[0])
    if arguments[1:]:
        print_table(found)
    wrong = list(judge(found))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
