# SPDX-License-Identifier: MIT
"""Checks that neither side of an interface includes the headers of the other.

usage: headers_sides.py ROOT BUILD COMPILER

A pipeline handler needs nothing of a module's headers, and a module nothing of
a proxy's: their macros and types would only collide with those of a program.
The compiler lists all headers that a generated proxy, or worker, header
includes, directly or not. Exits 1 if one of the other side is among them.
"""

import glob
import os
import subprocess
import sys

# By generated header: the installed headers that it must not include.
SIDES = {
    "proxy": {"module.h", "mock.h"},
    "worker": {"manager.h", "proxy.h", "mock.h"},
}


def included(compiler, header, folders):
    """Names of the installed headers that @header includes."""
    done = subprocess.run(
        compiler.split() + ["-x", "c", "-std=c11", "-D_GNU_SOURCE", "-M"]
        + ["-I" + folder for folder in folders] + [header], check=True,
        stdout=subprocess.PIPE, encoding="utf-8")
    paths = done.stdout.replace("\\\n", " ").split()
    return {os.path.basename(path) for path in paths
            if os.path.basename(os.path.dirname(path)) == "camipc"} | {
                os.path.basename(path) for path in paths
                if path.endswith(("_ipa_proxy.h", "_ipa_worker.h"))}


def main(root, build, compiler):
    folders = [os.path.join(root, "runtime", "include"),
               os.path.join(build, "idl"),
               os.path.join(root, "runtime", "camera")]
    good, checked = True, 0
    for side, refused in SIDES.items():
        for header in sorted(glob.glob(os.path.join(
                build, "idl", "*_ipa_%s.h" % side))):
            found = included(compiler, header, folders)
            # A positive control: it includes its own side.
            wanted = "proxy.h" if side == "proxy" else "module.h"
            others = {name for name in found if name.endswith(
                "_ipa_%s.h" % next(one for one in SIDES if one != side))}
            if wanted not in found:
                print("%s does not include camipc/%s: this test is void"
                      % (header, wanted))
                good = False
            for name in sorted(found & refused | others):
                print("%s includes %s, which is of the other side"
                      % (os.path.basename(header), name))
                good = False
            checked += 1
    print("%d headers checked" % checked)
    return 0 if good and checked else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
