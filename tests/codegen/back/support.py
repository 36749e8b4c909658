# SPDX-License-Identifier: MIT
"""Helpers that the tests of the back end share."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
CODEGEN = os.path.join(ROOT, "codegen")
COMMAND = os.path.join(CODEGEN, "camipc-gen")
IDL = os.path.join(ROOT, "idl")
GOLDEN = os.path.join(os.path.dirname(HERE), "golden")
INCLUDE = os.path.join(ROOT, "runtime", "include")

# Every interface file there is, by the folder that it is generated from.
SOURCES = {
    IDL: sorted(name for name in os.listdir(IDL) if name.endswith(".mojom")),
    HERE: ["shared.mojom", "everything.mojom", "kinds.mojom"],
    GOLDEN: ["frame.mojom", "gallery.mojom"],
    os.path.join(HERE, "format"): ["format.mojom"],
}

sys.dont_write_bytecode = True
sys.path.insert(0, CODEGEN)


def generate(out, folder, files, cwd=None, env=None, extra=()):
    """Runs the command as a build does; gives what it printed."""
    paths = [os.path.join(folder, name) for name in files]
    done = subprocess.run(
        [sys.executable, "-B", COMMAND, "compile", "--out", out]
        + list(extra) + paths,
        cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True, check=False)
    if done.returncode:
        raise AssertionError(done.stdout)
    return done.stdout


def read_all(folder):
    """File name to bytes."""
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as stream:
            found[name] = stream.read()
    return found
