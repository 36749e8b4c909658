#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs fuzz targets with libFuzzer, for ./dev fuzz.

fuzz.py BUILD [--target GLOB] [--seconds N] [--runs N] [--seed N]
        [--from FILE] [--compare]

BUILD must be configured with -Dfuzz=true. Each target starts from the corpus of
the source tree, from captured sessions (captures.py), from random inputs, and
from useful inputs of former runs, which BUILD/corpus keeps. An input on which a
target fails is written to BUILD/found, and the target's message is printed.

--from FILE adds the messages of a recording (camipc capture --record) to what
the targets of its interface start from; without --target, only these targets
run.

--compare runs each target twice with the same number of inputs (20,000), with
our mutator and with libFuzzer's, and prints the coverage of both.
"""

import argparse
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import captures  # noqa: E402
import recordings  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

# Random inputs for each target, besides the corpus.
DRAWN = 200

# Defaults for each target: its time, and its inputs with --compare.
SECONDS = 60
COMPARED = 20000

# libFuzzer's limits for one input: seconds, and megabytes of memory.
TIMEOUT = 20
MEMORY = 1024


def list_targets(build):
    """Names, as "softisp-messages", with the program and its target."""
    found = {}
    folder = os.path.join(build, "tests", "fuzz")
    for program in sorted(glob.glob(os.path.join(folder, "fuzz-*")) +
                          glob.glob(os.path.join(folder, "*", "fuzz-*"))):
        if not os.access(program, os.X_OK) or os.path.isdir(program):
            continue
        name = os.path.basename(program)[len("fuzz-"):]
        replay = os.path.join(os.path.dirname(program), "replay-" + name)
        lines = subprocess.run([replay, "--list"], check=True,
                               stdout=subprocess.PIPE).stdout.decode().split()
        for target in lines:
            found["%s-%s" % (name, target)] = (program, replay, target)
    return found


def write_seeds(entry, name, folder, captured=(), drawn=DRAWN):
    os.makedirs(folder, exist_ok=True)
    corpus = os.path.join(HERE, "corpus", name)
    subprocess.run([entry[1], entry[2], "--write", folder, str(drawn)] +
                   ([corpus] if os.path.isdir(corpus) else []) +
                   list(captured), check=True)


def captured_for(entry, sessions):
    """A capture is of use to targets of its interface."""
    program = os.path.basename(entry[1])[len("replay-"):]
    # Of files that may be modules, a session says nothing.
    return [] if entry[2] in ("note", "trust") else sessions.get(program, [])


class Run:
    """One libFuzzer process, from its first line to its last."""

    def __init__(self, build, name, entry):
        self.name = name
        self.entry = entry
        self.kept = os.path.join(build, "corpus", name)
        self.found = os.path.join(build, "found")
        self.output = ""

    def go(self, *options, folders=None):
        os.makedirs(self.found, exist_ok=True)
        done = subprocess.run(
            [self.entry[0], "--target=" + self.entry[2], "-max_len=4096",
             "-timeout=%d" % TIMEOUT, "-rss_limit_mb=%d" % MEMORY,
             "-artifact_prefix=%s/%s-" % (self.found, self.name)] +
            list(options) + (folders or [self.kept]),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = done.stdout.decode(errors="replace")
        return done.returncode == 0

    def figure(self, name):
        values = re.findall(r"\b%s: (\d+)" % name, self.output)
        return int(values[-1]) if values else 0

    def inputs(self):
        values = re.findall(r"^#(\d+)\s+DONE", self.output, re.M)
        return int(values[-1]) if values else 0


def fuzz(build, targets, limit, seed, recorded):
    failed = []
    sessions = captures.record(build, os.path.join(build, "captures"))
    for name, paths in recorded.items():
        sessions.setdefault(name, []).extend(paths)
    for name, entry in targets.items():
        run = Run(build, name, entry)
        write_seeds(entry, name, run.kept, captured_for(entry, sessions))
        fine = run.go(limit, "-seed=%d" % seed)
        print("%-26s %9d inputs, %5d edges  %s"
              % (name, run.inputs(), run.figure("cov"),
                 "ok" if fine else "FAILED"), flush=True)
        if not fine:
            failed.append(name)
            print(run.output[-6000:])
    if failed:
        print("fuzz: failed: %s; inputs are in %s"
              % (", ".join(failed), os.path.join(build, "found")))
    return 1 if failed else 0


def compare(build, targets, limit):
    print("%-26s %9s %18s %18s" % ("target", "inputs", "bytes: edges",
                                   "structure: edges"))
    failed = False
    for name, entry in targets.items():
        figures = []
        for option in ("--bytes", "--structure"):
            run = Run(build, name, entry)
            folder = os.path.join(build, "compare", name + option)
            shutil.rmtree(folder, ignore_errors=True)
            # A handful of seeds: what is compared is what is made of them.
            write_seeds(entry, name, folder, drawn=10)
            failed |= not run.go(limit, option, "-seed=1", folders=[folder])
            figures.append((run.inputs(), run.figure("cov"),
                            run.figure("ft")))
        print("%-26s %9d %8d (%6d) %8d (%6d)"
              % (name, figures[1][0], figures[0][1], figures[0][2],
                 figures[1][1], figures[1][2]), flush=True)
    return 1 if failed else 0


def read_recordings(build, paths):
    """The captures of each interface; exits if a file is of no use."""
    folder = os.path.join(build, "recorded")
    shutil.rmtree(folder, ignore_errors=True)
    found = {}
    for number, path in enumerate(paths):
        try:
            one = recordings.convert(path, os.path.join(folder, str(number)))
        except (OSError, recordings.WrongRecording) as error:
            print("fuzz: --from %s: %s" % (path, error))
            sys.exit(2)
        for name, made in one.items():
            found.setdefault(name, []).extend(made)
    return found


def only_of(targets, recorded):
    """The targets of recorded interfaces; exits if an interface has none."""
    programs = {name: os.path.basename(entry[1])[len("replay-"):]
                for name, entry in targets.items()}
    for name in recorded:
        if name not in programs.values():
            print("fuzz: --from: no target is of the interface %s; known: %s"
                  % (name, " ".join(sorted(set(programs.values())))))
            sys.exit(2)
    return {name: entry for name, entry in targets.items()
            if programs[name] in recorded}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", metavar="BUILD",
                        help="build folder, configured with -Dfuzz=true")
    parser.add_argument("--target", metavar="GLOB",
                        help="which targets to run; default: all")
    parser.add_argument("--seconds", type=int, metavar="N",
                        help="time of each target; default: %d" % SECONDS)
    parser.add_argument("--runs", type=int, metavar="N",
                        help="inputs of each target, instead of a time")
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="seed of libFuzzer; default: random")
    parser.add_argument("--from", dest="recordings", action="append",
                        default=[], metavar="FILE",
                        help="start from the messages of this recording, too; "
                        "may be given several times")
    parser.add_argument("--compare", action="store_true",
                        help="compare our mutator with libFuzzer's")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    targets = {name: entry for name, entry in list_targets(build).items()
               if fnmatch.fnmatch(name, arguments.target or "*")}
    if not targets:
        print("fuzz: no target matches \"%s\"; known: %s"
              % (arguments.target, " ".join(list_targets(build))))
        return 2
    recorded = read_recordings(build, arguments.recordings)
    if recorded and not arguments.target:
        targets = only_of(targets, recorded)
    runs = arguments.runs
    if arguments.compare and not arguments.seconds:
        runs = runs or COMPARED
    limit = "-runs=%d" % runs if runs else \
        "-max_total_time=%d" % (arguments.seconds or SECONDS)
    if arguments.compare:
        return compare(build, targets, limit)
    return fuzz(build, targets, limit, arguments.seed, recorded)


if __name__ == "__main__":
    sys.exit(main())
