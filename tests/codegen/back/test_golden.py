# SPDX-License-Identifier: MIT
"""Compares the output with the reviewed files in ../golden."""

import difflib
import os
import shutil
import sys
import tempfile
import unittest

from support import GOLDEN, SOURCES, generate, read_all

_OUTPUTS = (".h", ".c", ".hpp", ".proto")


# Of the second only what a struct of another library changes.
_INPUTS = ((SOURCES[GOLDEN], "all"),
           (["glass.mojom"], "types,serializer,interface,cxx-values"))


def _generated(out):
    # From the folder, so that the banner names the file alone.
    for files, emit in _INPUTS:
        generate(out, "", files, cwd=GOLDEN, extra=["--emit", emit])
    return read_all(out)


def refresh():
    with tempfile.TemporaryDirectory() as out:
        fresh = _generated(out)
        for name in os.listdir(GOLDEN):
            if name.endswith(_OUTPUTS) and name not in fresh:
                os.remove(os.path.join(GOLDEN, name))
        for name in fresh:
            shutil.copyfile(os.path.join(out, name),
                            os.path.join(GOLDEN, name))
    print("%d files in %s" % (len(fresh), os.path.relpath(GOLDEN)))


class Golden(unittest.TestCase):
    maxDiff = None

    def test_output_is_golden(self):
        with tempfile.TemporaryDirectory() as out:
            fresh = _generated(out)
        golden = {name: data for name, data in read_all(GOLDEN).items()
                  if name.endswith(_OUTPUTS)}
        self.assertEqual(sorted(golden), sorted(fresh))
        differences = []
        for name, data in golden.items():
            differences += difflib.unified_diff(
                data.decode().splitlines(), fresh[name].decode().splitlines(),
                "golden/" + name, "generated/" + name, lineterm="")
        if differences:
            self.fail("\n".join(differences[:200])
                      + "\nif this is meant: ninja refresh-goldens")


if __name__ == "__main__":
    if "--refresh" in sys.argv:
        refresh()
    else:
        unittest.main()
