#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reports which lines of the codec ran in tests, and why others did not.

usage: coverage.py ROOT BUILD

BUILD is a build of ROOT with gcov whose tests have run. Fails below the bounds,
and if a line or branch that never ran has no reason in REASONS: write a test
for it, or a reason. EXCLUDED lists generated code that is not counted.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

MIN_LINES = 95
MIN_BRANCHES = 90

FILES = (
    r"(.*/)?runtime/wire/.*\.c",
    r"(.*/)?runtime/include/camipc/(wire|check).*\.h",
    r".*_ipa_serializer\.c",
)

EXCLUDED = (
    # Written by protoc-c, for the control messages.
    r".*\.pb-c\.c",
    # Runs in worker processes, which end without writing their counts;
    # tests/echo and tests/codegen/back have the same declarations.
    r".*/tests/skew/.*",
    r".*/tests/echo/bare(_old)?/.*",
    # The testee decodes and encodes, and neither checks nor copies.
    r".*/tests/conformance/.*",
    # Only its descriptor attributes matter, which runtime/wire implements.
    r".*/kinds_ipa_serializer\.c",
)

# File, source line, and why it never runs or one of its branches never does.
REASONS = (
    (r"tests/fuzz/.*", r"",
     "fuzzed only; tests/oracle covers the same declarations"),
    (r".*", r"__builtin_(mul|add)_overflow|<= SIZE_MAX / 2",
     "2^64 bytes, or a 32-bit machine"),
    (r".*/array\.c", r"return camipc_writer_fail\(w\);",
     "2^64 bytes, or a 32-bit machine"),
    (r".*/reader\.c", r"camipc_fail\(r, CAMIPC_FAULT_LIMIT\)|return NULL;",
     "2^64 bytes, or a 32-bit machine"),
    (r".*/control_message\.c", r"(size|padded) > left|return NULL;",
     "no message of legal size needs more than the budget; a test checks that"),
    (r".*/reader\.c", r"if \(len > 0\)",
     "arrays of a fixed size have elements"),
    (r".*/(array\.c|wire_writer\.h)",
     r"DEFINE_VARINTS|CAMIPC_DEFINE_PUT|camipc_has_room",
     "the room ends in each kind of value, but not at each use of the macro"),
    (r".*_serializer\.c", r"camipc_check_array\(check, [^,]*, 1,",
     "one element is never too many"),
    (r".*_serializer\.c", r"^default:$|^break;$",
     "a union without an arm; other unions are tested without one"),
    (r".*_serializer\.c", r"switch \(msg->.*tag\)|if \(msg->.*tag == ",
     "an encoder trusts its input, because the check has allowed it"),
    (r".*/softisp_.*", r"if \(seen_zones < |CAMIPC_FAULT_RANGE",
     "the fixed arrays before this one are refused first"),
)


def measure(root, build, folder):
    """What gcovr finds: its list of files, and its sums."""
    files = os.path.join(folder, "files.json")
    sums = os.path.join(folder, "sums.json")
    words = ["gcovr", "--root", root, build, "--exclude-unreachable-branches",
             "--exclude-throw-branches", "--json", files,
             "--json-summary", sums]
    for pattern in FILES:
        words += ["--filter", pattern]
    for pattern in EXCLUDED:
        words += ["--exclude", pattern]
    # A failing gcovr leaves files in its working folder.
    subprocess.run(words, cwd=folder, check=True)
    with open(files, encoding="utf-8") as file:
        listed = json.load(file)["files"]
    with open(sums, encoding="utf-8") as file:
        return listed, json.load(file)


def missed(root, listed):
    """Lines that did not run, or not in all ways: path, number, what, text."""
    for entry in listed:
        path = os.path.join(root, entry["file"])
        with open(path, encoding="utf-8") as file:
            text = file.read().splitlines()
        for line in entry["lines"]:
            if line.get("gcovr/noncode"):
                continue
            number = line["line_number"]
            branches = [way["count"] for way in line["branches"]]
            if line["count"] == 0:
                what = "never"
            elif 0 in branches:
                what = "%d of %d ways" % (
                    len(branches) - branches.count(0), len(branches))
            else:
                continue
            yield entry["file"], number, what, text[number - 1].strip()


def reason_of(path, text):
    for where, pattern, reason in REASONS:
        if re.fullmatch(where, path) and re.search(pattern, text):
            return reason
    return None


def report(root, build, listed):
    """Prints the misses by their reasons; returns how many have none."""
    by_reason = {}
    for path, number, what, text in missed(root, listed):
        # Generated files are found by where they are generated.
        known = os.path.relpath(os.path.join(root, path), build)
        known = path if known.startswith("..") else known
        by_reason.setdefault(reason_of(known, text), []).append(
            "    %s:%d  %s  (%s)" % (path, number, text, what))
    unexplained = by_reason.pop(None, [])
    for reason, lines in by_reason.items():
        print("\nnot run: %s" % reason)
        print("\n".join(lines))
    if unexplained:
        print("\nnot run, and no reason in tests/support/coverage.py:")
        print("\n".join(unexplained))
    return len(unexplained)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root, build = (os.path.abspath(path) for path in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        try:
            listed, sums = measure(root, build, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit("coverage.py: %s" % error)
    for entry in sums["files"]:
        print("%6.1f %% lines %6.1f %% branches  %s" % (
            entry["line_percent"], entry["branch_percent"] or 100,
            entry["filename"]))
    unexplained = report(root, build, listed)
    lines, branches = sums["line_percent"], sums["branch_percent"]
    enough = lines >= MIN_LINES and branches >= MIN_BRANCHES
    print("\ncoverage.py: %.1f %% of %d lines (bound: %d), %.1f %% of %d "
          "branches (%d), %d without a reason" % (
              lines, sums["line_total"], MIN_LINES, branches,
              sums["branch_total"], MIN_BRANCHES, unexplained))
    return 0 if enough and not unexplained and listed else 1


if __name__ == "__main__":
    sys.exit(main())
