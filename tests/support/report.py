#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adds up the test logs of several builds.

Prints what failed, what was skipped and why, and one last line with the sums.
Exits 1 if anything failed, or if nothing ran.
"""

import json
import os
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
REASON = re.compile(r"^\s*(?:#\s*)?skipped?:?\s+(.*)$", re.IGNORECASE)


def read_log(path):
    """Yields the entries of one testlog.json: a JSON object a line."""
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if line.strip():
                yield json.loads(line)


def output_lines(entry):
    text = "%s\n%s" % (entry.get("stdout") or "", entry.get("stderr") or "")
    return [line.strip() for line in text.splitlines() if line.strip()]


def reasons(entry):
    """Why a test, or a part of it, was skipped: as it says itself."""
    lines = output_lines(entry)
    found = [match.group(1) for match in map(REASON.match, lines) if match]
    if not found and entry["result"] in SKIPPED:
        found = lines[-1:] or ["gives no reason"]
    return found


def main(paths):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in sorted(paths):
        build = os.path.basename(os.path.dirname(os.path.dirname(path)))
        log = os.path.splitext(os.path.basename(path))[0]
        where = build if log == "testlog" else "%s (%s)" % (build, log)
        for entry in read_log(path):
            result = entry["result"]
            if result in PASSED:
                counts["passed"] += 1
            elif result in SKIPPED:
                counts["skipped"] += 1
            else:
                counts["failed"] += 1
                print("%s: %s: %s" % (where, entry["name"], result))
            for reason in reasons(entry):
                print("%s: %s: skipped: %s" % (where, entry["name"], reason))
    if not counts["passed"] and not counts["failed"]:
        print("no test ran")
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
