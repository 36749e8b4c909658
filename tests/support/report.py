#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adds up the test logs of several builds.

usage: report.py [--full] [--steps FILE] LOG...

Prints what failed, what was skipped and why, how long each suite took beside
its budget in tests/suites.txt, how long each build took, and one last line with the sums. Exits 1 if
anything failed, or if nothing ran. --full chooses the budgets of ./dev test
--full. --steps names a file of lines "NAME SECONDS RESULT": steps that are no
tests. A step whose result is not "passed" counts as one failure.
"""

import json
import os
import re
import sys

import suites

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
    """Why a test, or a part of it, was skipped, in its own words."""
    lines = output_lines(entry)
    found = [match.group(1) for match in map(REASON.match, lines) if match]
    if not found and entry["result"] in SKIPPED:
        found = lines[-1:] or ["gives no reason"]
    return found


def suite_of(entry):
    """The suite in "PROJECT:SUITE / NAME", or the first in "PROJECT:SUITE+TAG".

    meson leaves it out in a build with one suite only: that of the codec on
    other machines.
    """
    head, slash, _ = entry["name"].partition(" / ")
    return head.split(":")[-1].split("+")[0] if slash else "cross"


def shares(entries):
    """Suite -> seconds. While n tests run at once, each gets an n-th."""
    moments = []
    for entry in entries:
        begin = entry.get("starttime") or 0
        moments.append((begin, 1, suite_of(entry)))
        moments.append((begin + (entry.get("duration") or 0), -1,
                        suite_of(entry)))
    running = {}
    spent = {}
    last = 0
    for now, change, suite in sorted(moments):
        n = sum(running.values())
        for other in running if n else ():
            spent[other] = spent.get(other, 0) + (
                now - last) * running[other] / n
        running[suite] = running.get(suite, 0) + change
        spent.setdefault(suite, 0)
        last = now
    return spent


def times_of_build(path, entries):
    """Returns the seconds that a build's tests took, and those that it was
    compiled in before them, since the moment in the file "began"."""
    if not entries:
        return 0, 0
    first = min(entry.get("starttime") or 0 for entry in entries)
    last = max((entry.get("starttime") or 0) + (entry.get("duration") or 0)
               for entry in entries)
    began = os.path.splitext(path)[0] + ".began"
    if not os.path.exists(began):
        return last - first, 0
    with open(began, encoding="utf-8") as file:
        return last - first, max(0, first - float(file.read()))


def read_steps(lines):
    """Returns (step -> seconds, names of failed steps).

    A step that ran several times is added up, and fails if one of them did.
    """
    steps = {}
    failed = []
    for line in lines:
        name, seconds, result = line.split()
        steps[name] = steps.get(name, 0) + float(seconds)
        if result != "passed" and name not in failed:
            failed.append(name)
    return steps, failed


def print_times(spent, budgets):
    """A line for each suite and step, and their sum."""
    print("%-12s %8s %8s" % ("", "minutes", "budget"))
    for name in sorted(spent):
        minutes = spent[name] / 60
        budget = budgets.get(name)
        print("%-12s %8.1f %8s%s" % (
            name, minutes, "-" if budget is None else "%g" % budget,
            "  over its budget"
            if budget is not None and minutes > budget else ""))
    print("%-12s %8.1f" % ("sum", sum(spent.values()) / 60))


def count(paths):
    """Prints failures and skips. Returns (counts, suite -> seconds, build ->
    seconds of its tests)."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    spent = {}
    builds = {}
    for path in sorted(paths):
        build = os.path.basename(os.path.dirname(os.path.dirname(path)))
        log = os.path.splitext(os.path.basename(path))[0]
        where = build if log == "testlog" else "%s (%s)" % (build, log)
        entries = list(read_log(path))
        builds[where], building = times_of_build(path, entries)
        spent["build"] = spent.get("build", 0) + building
        for suite, seconds in shares(entries).items():
            spent[suite] = spent.get(suite, 0) + seconds
        for entry in entries:
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
    return counts, spent, builds


def main(arguments):
    column = "test"
    steps, failed_steps = {}, []
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--full":
            column = "full"
        elif option == "--steps" and arguments:
            with open(arguments.pop(0), encoding="utf-8") as file:
                steps, failed_steps = read_steps(file)
        else:
            print(__doc__.split("\n\n")[1])
            return 2
    counts, spent, builds = count(arguments)
    for name, seconds in steps.items():
        spent[name] = spent.get(name, 0) + seconds
    counts["failed"] += len(failed_steps)
    for name in failed_steps:
        print("step %s: failed; see what it printed" % name)
    print_times(spent, {name: row[column] for name, row
                        in suites.read_suites().items()})
    print(", ".join("%s %.1f" % (name, seconds / 60)
                    for name, seconds in builds.items()))
    if not counts["passed"] and not counts["failed"]:
        print("no test ran")
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
