# SPDX-License-Identifier: MIT
"""Checks that the sources of each target compile as one file (meson's
-Dunity=on).

usage: unity.py BUILD FOLDER...

Looks at the targets of a build that are defined in these folders of the source.
A file-scope name, a macro or a struct that two files of a target define
differently is reported with the compiler's words.
"""

import concurrent.futures
import json
import os
import subprocess
import sys

# One file's parameter may have the name of another file's function.
ALLOWED = ["-Wno-shadow"]


def targets(build, folders):
    path = os.path.join(build, "meson-info", "intro-targets.json")
    with open(path, encoding="utf-8") as file:
        for target in json.load(file):
            defined_in = os.path.dirname(target["defined_in"])
            if any(os.path.commonpath((defined_in, folder)) == folder
                   for folder in folders):
                yield target


def units(target):
    """Compiler, arguments and sources of what a target compiles."""
    for part in target["target_sources"]:
        sources = [name for name in
                   part.get("sources", []) + part.get("generated_sources", [])
                   if name.endswith(".c")]
        if len(sources) > 1:
            yield part["compiler"], part["parameters"], sources


def check(build, target):
    """The compiler's complaints about a target; empty if there are none."""
    complaints = ""
    for compiler, arguments, sources in units(target):
        text = "".join('#include "%s"\n' % name for name in sources)
        done = subprocess.run(
            compiler + arguments + ALLOWED + [
                "-fdiagnostics-color=never", "-fsyntax-only", "-Werror",
                "-x", "c", "-"],
            input=text, cwd=build, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True, check=False)
        if done.returncode:
            complaints += "%s does not compile as one file:\n%s" % (
                target["name"], done.stdout)
    return complaints


def main(build, folders):
    wanted = list(targets(build, [os.path.realpath(one) for one in folders]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as executor:
        complaints = list(executor.map(lambda one: check(build, one), wanted))
    print("".join(complaints), end="")
    if not wanted:
        print("no target is defined in %s" % " ".join(folders))
        return 1
    return 1 if any(complaints) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
