# SPDX-License-Identifier: MIT
"""No generated function has a large frame, however large its values are.

usage: test_frames.py COMPILER

A camera process runs generated code in threads with small stacks, and encoders
call each other as deep as values nest: MAX_FRAME times CAMIPC_MAX_DEPTH is what
a recursive value takes.
"""

import glob
import os
import subprocess
import sys
import tempfile
import unittest

import support

COMPILER = sys.argv[1].split()
BIG = os.path.join(support.ROOT, "tests", "echo", "big")

# The largest frame of a generated function, in bytes.
MAX_FRAME = 1536
# What the test itself must find: the tables of big.mojom are that large.
LARGE = 512 * 1024


def usage_of(source, include, level, out):
    """Frames of the functions in @source: {name: bytes}."""
    target = os.path.join(out, "unit.o")
    subprocess.run(
        COMPILER + ["-std=c11", level, "-fstack-usage", "-c", source, "-o",
                    target, "-I", os.path.dirname(source), "-I", include],
        check=True)
    frames = {}
    with open(os.path.join(out, "unit.su"), encoding="utf-8") as file:
        for line in file:
            place, size, kind = line.rstrip("\n").split("\t")
            assert kind in ("static", "dynamic,bounded"), line
            frames[place] = int(size)
    return frames


class Frames(unittest.TestCase):
    def check(self, folder, files, levels):
        with tempfile.TemporaryDirectory() as out:
            extra = ["-I", support.IDL]
            support.generate(out, folder, files, extra=extra)
            support.generate(out, support.IDL, ["core.mojom"])
            sources = glob.glob(os.path.join(out, "*.c"))
            self.assertGreater(len(sources), 2)
            for source in sources:
                for level in levels:
                    frames = usage_of(source, support.INCLUDE, level, out)
                    large = {place: size for place, size in frames.items()
                             if size > MAX_FRAME}
                    self.assertEqual(large, {}, level)

    def test_sources_of_all_suites(self):
        for folder in (support.HERE, support.GOLDEN):
            with self.subTest(folder=folder):
                files = support.SOURCES[folder]
                self.check(folder, files, ["-O0"])

    def test_large_values(self):
        self.check(BIG, ["big.mojom"], ["-O0", "-O2"])

    def test_the_test_sees_a_large_frame(self):
        with tempfile.TemporaryDirectory() as out:
            source = os.path.join(out, "large.c")
            with open(source, "w", encoding="utf-8") as file:
                file.write("void use(char *p); void large(void) "
                           "{ char x[%d]; use(x); }" % LARGE)
            frames = usage_of(source, support.INCLUDE, "-O2", out)
            self.assertGreaterEqual(max(frames.values()), LARGE)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
