#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Breaks our code one line at a time, and checks that a test fails.

usage: run.py [--build FOLDER] [--sample N] [--check] [NAME]...

Applies each mutant to a copy of the tree, builds what its test needs, and runs
the test, which must fail. A test that passes is an error, and so is a mutant
that no longer applies or builds. --check only checks that all mutants apply.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import seeds  # noqa: E402
from mutant import MutantError, load_all, restore  # noqa: E402

# A mutant may hang; no test that a mutant names takes as long as this.
PATIENCE_S = 60

# Fast to build, with all asserts. Broken code may leave a variable unused, which
# must not fail the build.
OPTIONS = ["--buildtype=debug", "-Doptimization=1", "-Dbench=false",
           "-Dwerror=false"]


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)


def meson():
    """Another one that comes first in PATH may lack jinja2."""
    return "/usr/bin/meson" if os.path.exists("/usr/bin/meson") else "meson"


# --- the copy ---------------------------------------------------------------

def list_files(root):
    """All but what git ignores; without git, all but builds."""
    try:
        out = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout
        names = [name for name in out.decode().split("\0")
                 if name and os.path.isfile(os.path.join(root, name))]
        if names:
            return names
    except (OSError, subprocess.CalledProcessError):
        pass
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders
                      if name != ".git" and not name.startswith("build")]
        names += [os.path.relpath(os.path.join(folder, name), root)
                  for name in files]
    return names


def same(first, second):
    try:
        with open(first, "rb") as a, open(second, "rb") as b:
            return a.read() == b.read()
    except OSError:
        return False


def copy_tree(root, copy):
    """Only what changed, so that little is built again."""
    wanted = set(list_files(root))
    for name in wanted:
        source = os.path.join(root, name)
        target = os.path.join(copy, name)
        if not same(source, target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
        shutil.copymode(source, target)
    for folder, _, files in os.walk(copy):
        for name in files:
            path = os.path.join(folder, name)
            if os.path.relpath(path, copy) not in wanted:
                os.unlink(path)


# --- the build --------------------------------------------------------------

class Build:
    def __init__(self, tree, folder):
        self.folder = folder
        if not os.path.exists(os.path.join(folder, "build.ninja")):
            done = run([meson(), "setup", *OPTIONS, folder, tree])
            if done.returncode != 0:
                raise MutantError("configuring failed:\n" +
                                  done.stdout.decode(errors="replace"))
        # The tree may have got new files since.
        self.make(["build.ninja"])
        self.tests = {test["name"]: test for test in self._ask("--tests")}
        self.files = {target["id"]: target["filename"]
                      for target in self._ask("--targets")}

    def _ask(self, what):
        out = subprocess.run([meson(), "introspect", what, self.folder],
                             check=True, stdout=subprocess.PIPE).stdout
        return json.loads(out.decode())

    def require(self, mutant):
        if mutant.test[0] not in self.tests:
            raise MutantError("%s: there is no test \"%s\""
                              % (mutant.name, mutant.test[0]))

    def targets_of(self, name):
        test = self.tests[name]
        files = [file for target in test["depends"]
                 for file in self.files.get(target, [])]
        files += [word for word in test["cmd"]
                  if any(word in found for found in self.files.values())]
        return sorted({os.path.relpath(file, self.folder) for file in files})

    def make(self, targets):
        if not targets:
            return          # to ninja that would mean everything
        done = run(["ninja", "-C", self.folder, *targets])
        if done.returncode != 0:
            raise MutantError("does not build:\n" +
                              done.stdout.decode(errors="replace")[-3000:])

    def passes(self, words):
        """Runs a test: words are its name and, if there is one, a filter."""
        test = self.tests[words[0]]
        variables = dict(os.environ, **test["env"])
        process = subprocess.Popen(
            test["cmd"] + words[1:], env=variables,
            cwd=test["workdir"] or self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        try:
            code = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            code = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        if code == 77:
            raise MutantError("%s was skipped here" % words[0])
        return code == 0


# --- mutants ----------------------------------------------------------------

def try_mutant(build, tree, mutant):
    """Returns how it ended, in a word or two."""
    before = mutant.apply(tree)
    try:
        build.make(build.targets_of(mutant.test[0]))
        return "SURVIVED" if build.passes(mutant.test) else "killed"
    finally:
        restore(before)


def choose(mutants, names, sample):
    known = {mutant.name for mutant in mutants}
    for name in names:
        if name not in known:
            raise MutantError("unknown mutant \"%s\": tests/mutants has no "
                              "%s.patch" % (name, name))
    if names:
        mutants = [mutant for mutant in mutants if mutant.name in names]
    if sample is not None and sample < len(mutants):
        mutants = random.Random(seeds.one()).sample(mutants, sample)
    return mutants


def all_pass(build, mutants):
    """Whether all tests pass without a mutant; prints those that fail."""
    words = sorted({tuple(mutant.test) for mutant in mutants})
    targets = {target for test in words
               for target in build.targets_of(test[0])}
    build.make(sorted(targets))
    failing = [" ".join(test) for test in words
               if not build.passes(list(test))]
    for test in failing:
        print("%s fails without a mutant, so it proves nothing" % test)
    return not failing


def run_mutants(mutants, folder):
    tree = os.path.join(folder, "tree")
    copy_tree(ROOT, tree)
    build = Build(tree, os.path.join(folder, "build"))
    # Of all mutants, lest a sample hides for long what the others lack.
    for mutant in load_all(HERE):
        build.require(mutant)
    if not all_pass(build, mutants):
        return 1
    n_bad = 0
    for mutant in mutants:
        begun = time.monotonic()
        try:
            verdict = try_mutant(build, tree, mutant)
        except MutantError as error:
            verdict = "ERROR: %s" % error
        n_bad += verdict != "killed"
        print("%-8s %-28s %s (%.0f s)"
              % (verdict, mutant.name, " ".join(mutant.test),
                 time.monotonic() - begun), flush=True)
    print("%d mutants, %d not killed" % (len(mutants), n_bad))
    return 1 if n_bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build-mutants"),
                        metavar="FOLDER", help="folder of the copy and build")
    parser.add_argument("--sample", type=int, metavar="N",
                        help="run only N mutants, chosen by the seed "
                        "(CAMIPC_TEST_SEED)")
    parser.add_argument("--check", action="store_true",
                        help="only check that all mutants apply")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="a mutant: NAME.patch in tests/mutants; "
                        "default: all")
    options = parser.parse_args()
    try:
        mutants = choose(load_all(HERE), options.names, options.sample)
        if options.check:
            for mutant in mutants:
                mutant.check(ROOT)
            print("%d mutants apply" % len(mutants))
            return 0
        return run_mutants(mutants, os.path.abspath(options.build))
    except MutantError as error:
        print("mutants: %s" % error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
