#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of our codecs, and compares them with a baseline.

check.py [--refresh] [--filter GLOB] BENCH COMPILER
check.py --write FILE [--filter GLOB] BENCH

BENCH is camipc-bench, COMPILER the name in baseline.json of the compiler that
built it ("gcc-12"). callgrind counts: times depend on the machine's load and on
the addresses of code, instructions do not. Fails if a codec needs over 10 %
more instructions than the baseline; --refresh writes a new baseline.
--write is for camipc-bench --instructions FILE: counts other libraries' codecs,
too, and compares nothing.
"""

import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "baseline.json")
ALLOWED = 1.10
FUNCTION = "bench_counted"
TOTALS = re.compile(r"^totals: (\d+)$", re.M)


def fail(text):
    sys.exit("check.py: " + text)


def execute(words):
    """Runs a program; ends this one if it fails."""
    try:
        run = subprocess.run(words, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, universal_newlines=True,
                             check=False)
    except OSError as error:
        fail("cannot run %s: %s" % (words[0], error.strerror))
    if run.returncode != 0:
        fail("%s failed\n%s" % (" ".join(words), run.stderr))
    return run


def count(bench, pattern, rivals):
    """Instructions of one operation, by the case's name."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        # valgrind 3.19 crashes on clang's debug information.
        plain = os.path.join(folder, "bench")
        execute(["strip", "--strip-debug", "-o", plain, bench])
        run = execute(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out,
             "--toggle-collect=" + FUNCTION, "--dump-after=" + FUNCTION,
             plain, "--count", "--filter", pattern]
            + ["--rivals"] * rivals)
        cases = [line.split() for line in run.stdout.splitlines()]
        figures = {}
        for i, (name, times) in enumerate(cases, 1):
            with open("%s.%d" % (out, i), encoding="utf-8") as file:
                total = int(TOTALS.search(file.read()).group(1))
            figures[name] = round(total / int(times))
        if len(glob.glob(out + ".*")) != len(cases):
            fail("callgrind counted %d cases, but %d ran"
                 % (len(glob.glob(out + ".*")), len(cases)))
        return figures


def load():
    try:
        with open(BASELINE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def compare(figures, expected):
    """Prints a line for each case; returns how many fail."""
    bad = 0
    for name, figure in figures.items():
        before = expected.get(name)
        if before is None:
            print("%-44s %8d  not in the baseline" % (name, figure))
            bad += 1
            continue
        grew = figure > before * ALLOWED
        bad += grew
        print("%-44s %8d  %+5.1f %%%s" % (
            name, figure, 100 * figure / before - 100,
            "  TOO MANY" if grew else ""))
    return bad


def check_against_baseline(figures, options):
    baseline = load()
    if options.refresh:
        # A complete run also removes cases that do not exist any more.
        kept = {} if options.filter == "*" else baseline.get(options.compiler)
        baseline[options.compiler] = {**(kept or {}), **figures}
        with open(BASELINE, "w", encoding="utf-8") as file:
            json.dump(baseline, file, indent=1, sort_keys=True)
            file.write("\n")
    if options.compiler not in baseline:
        print("skipped: no baseline for %s" % options.compiler)
        return 0
    bad = compare(figures, baseline[options.compiler])
    if bad:
        print("check.py: %d of %d codecs need over 10 %% more instructions than "
              "the baseline of %s, or are not in it (--refresh writes it)"
              % (bad, len(figures), options.compiler))
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--refresh", action="store_true")
    parser.add_argument("--write", metavar="FILE")
    parser.add_argument("--filter", default="*")
    parser.add_argument("bench")
    parser.add_argument("compiler", nargs="?")
    options = parser.parse_args()
    if bool(options.write) == bool(options.compiler):
        parser.error("give either --write FILE or COMPILER")

    figures = count(options.bench, options.filter, bool(options.write))
    if options.write:
        with open(options.write, "w", encoding="utf-8") as file:
            file.writelines("%s %d\n" % row for row in figures.items())
        return 0
    if not figures:
        fail("no codec matches --filter '%s'" % options.filter)
    return check_against_baseline(figures, options)


if __name__ == "__main__":
    sys.exit(main())
