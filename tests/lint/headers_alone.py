#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compiles each header by itself, twice included (requirement 10).

usage: headers_alone.py ROOT BUILD COMPILER...

Public headers as C11 and C++17, the others as C11, with every compiler given
(cc, clang as C; g++, clang++ as C++). Exits 1 if one does not compile.
"""

import glob
import os
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
            "-Werror", "-fsyntax-only"]
INTERNAL = ("runtime/base", "runtime/wire", "runtime/transport",
            "runtime/process", "runtime/module", "runtime/camera", "proxy")


def is_cpp(compiler):
    return os.path.basename(compiler.split()[-1]).split("-")[0].endswith("++")


def compile_header(compiler, include, folders):
    language = (["-x", "c++", "-std=c++17"] if is_cpp(compiler)
                else ["-x", "c", "-std=c11"])
    text = "#include %s\n#include %s\n" % (include, include)
    command = compiler.split() + language + WARNINGS + ["-D_GNU_SOURCE"]
    command += ["-I" + folder for folder in folders] + ["-"]
    run = subprocess.run(command, input=text.encode(),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode != 0:
        print("%s does not compile alone with %s:" % (include, compiler))
        print(run.stdout.decode(errors="replace"))
    return run.returncode == 0


def main(root, build, compilers):
    public = os.path.join(root, "runtime", "include")
    # Generated headers lie in the build folder, under the same names.
    folders = [public, os.path.join(build, "idl")]
    folders += [os.path.join(top, folder) for top in (root, build)
                for folder in INTERNAL]
    tried = 0
    good = True
    for compiler in compilers:
        for header in sorted(glob.glob(os.path.join(public, "camipc/*.h"))):
            name = "<camipc/%s>" % os.path.basename(header)
            good &= compile_header(compiler, name, [public])
            tried += 1
        if is_cpp(compiler):
            continue
        for folder in INTERNAL:
            pattern = os.path.join(root, folder, "*.h")
            for header in sorted(glob.glob(pattern)):
                name = '"%s"' % os.path.basename(header)
                good &= compile_header(compiler, name, folders)
                tried += 1
    print("%d headers compiled, by %s" % (tried, ", ".join(compilers)))
    return 0 if good and tried else 1


if __name__ == "__main__":
    if len(sys.argv) < 4:
        print("usage: headers_alone.py ROOT BUILD COMPILER...")
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
