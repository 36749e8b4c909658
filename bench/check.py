#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of our codecs, and holds them against a baseline.

check.py [--refresh] [--filter GLOB] BENCH COMPILER
check.py --write FILE [--filter GLOB] BENCH

BENCH is camipc-bench, COMPILER what baseline.json calls the compiler that
built it ("gcc-12"). callgrind counts; times move with the machine's load and
with where code happens to lie, instructions do not. More than a tenth above
the baseline fails; --refresh writes what was counted as the new baseline.
--write is for camipc-bench --instructions FILE: others' codecs are counted,
too, and nothing is compared.
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
    """What a program printed; ends this one if it failed."""
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
        # valgrind 3.19 cannot read clang's debug information, and dies of it.
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
            fail("callgrind counted other cases than ran")
        return figures


def load():
    try:
        with open(BASELINE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def compare(figures, expected):
    """Prints a line for each; returns how many grew too much."""
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


def hold_against_baseline(figures, options):
    baseline = load()
    if options.refresh:
        # All of them: what is not there any more goes.
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
        print("check.py: %d of %d need more than a tenth more instructions "
              "than the baseline of %s, or are not in it"
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
        parser.error("either --write FILE, or a compiler")

    figures = count(options.bench, options.filter, bool(options.write))
    if options.write:
        with open(options.write, "w", encoding="utf-8") as file:
            file.writelines("%s %d\n" % row for row in figures.items())
        return 0
    if not figures:
        fail("no codec is called '%s'" % options.filter)
    return hold_against_baseline(figures, options)


if __name__ == "__main__":
    sys.exit(main())
