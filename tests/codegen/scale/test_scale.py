# SPDX-License-Identifier: MIT
"""Measures how the generator's work grows with an interface, and how much C each
method needs. Work is counted in calls of functions: times depend on the machine.
"""

import os
import pstats
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COMMAND = os.path.join(ROOT, "codegen", "camipc-gen")

HEAD = "module ipa.big;\nstruct Part { uint32 width; uint32 height; " \
    "string name; array<uint32> ids; };\ninterface IPABigInterface {\n"
# What a method may look like, and a mixture of them.
KINDS = {
    "nothing": ["call%d();"],
    "numbers": ["call%d(uint32 frame, bool on) => (int32 ret, uint32 out);"],
    "struct": ["call%d(uint32 frame, Part part) => (Part out);"],
    "async": ["[async] call%d(uint32 frame, array<Part> parts);"],
    "result": ["call%d(uint32 frame) => (int32 ret);"],
}
KINDS["all"] = [text for kind in sorted(KINDS) for text in KINDS[kind]]

# Methods of a small and of a large interface.
FEW, MANY = 100, 400
# More than this over linear growth is not rounding.
MOST_GROWTH = 1.05
# Lines of code of one method, and of each message that it has.
MOST_LINES = 60

# What is said of messages: their structs, codecs, tables. The rest of the
# files is about methods.
CODECS = ("interface.h", "interface.c")

_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def interface(kind, count):
    return HEAD + "".join(
        "\t" + KINDS[kind][i % len(KINDS[kind])] % i + "\n"
        for i in range(count)) + "};\n"


def generate(folder, paths):
    """How many functions were called for it."""
    profile = os.path.join(folder, "calls")
    subprocess.run([sys.executable, "-B", "-m", "cProfile", "-o", profile,
                    COMMAND, "compile", "--out", folder] + paths, check=True,
                   timeout=600)
    calls = pstats.Stats(profile).total_calls
    os.remove(profile)
    return calls


def lines_of(folder):
    """Lines with code in them, by the part of the output."""
    found = {}
    for name in os.listdir(folder):
        match = re.match(r"big_ipa_(\w+\.[ch])$", name)
        if match:
            with open(os.path.join(folder, name), encoding="utf-8") as stream:
                text = _COMMENT.sub("", stream.read())
            found[match.group(1)] = sum(
                1 for line in text.split("\n") if line.strip())
    return found


class Scale(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def make(self, kind, count):
        out = os.path.join(self.folder, "%s%d" % (kind, count))
        os.makedirs(out, exist_ok=True)
        path = os.path.join(out, "big.mojom")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(interface(kind, count))
        return out, generate(out, [path])

    def test_work_grows_linearly(self):
        """A method more costs the same in a large interface as in a small one."""
        none = self.make("all", 1)[1]
        few = self.make("all", FEW)[1] - none
        many = self.make("all", MANY)[1] - none
        print("%d calls for %d methods, %d for %d" % (few, FEW, many, MANY))
        self.assertLess(many / few, (MANY - 1) / (FEW - 1) * MOST_GROWTH)

    def marginal(self, kind):
        """Lines that one method more brings, by the part of the output."""
        few, many = 10, 60
        before = lines_of(self.make(kind, few)[0])
        after = lines_of(self.make(kind, many)[0])
        return {part: (after[part] - before[part]) / (many - few)
                for part in after}

    def row(self):
        """A method without arguments and outputs has no codec: what it has
        in these files is its number and its row of the descriptor."""
        parts = self.marginal("nothing")
        return sum(parts[part] for part in CODECS)

    def test_lines_of_a_method(self):
        row = self.row()
        for kind in sorted(KINDS):
            parts = self.marginal(kind)
            everything = sum(parts.values())
            codec = sum(parts[part] for part in CODECS) - row
            print("%-8s %5.1f lines a method, and %5.1f of codecs"
                  % (kind, everything - codec, codec))
            # One with many arguments has more; this is about all of them.
            if kind == "all":
                self.assertLessEqual(everything - codec, MOST_LINES)

    def test_lines_of_a_message(self):
        """Struct, check, encode, decode, copy, clear, tables."""
        parts = self.marginal("result")
        row = self.row()
        codec = sum(parts[part] for part in CODECS) - row
        print("%.1f lines a message of one number" % (codec / 2))
        self.assertLessEqual(codec / 2, MOST_LINES)


if __name__ == "__main__":
    unittest.main()
