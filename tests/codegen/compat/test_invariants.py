# SPDX-License-Identifier: MIT
"""Tests rules that hold for every two versions, on random interfaces.

Another fingerprint is always told as a change, and the same fingerprint never
as one that breaks the wire: so nothing that the runtime would refuse by its
fingerprint is called nothing, and compat forgets no fact of the wire.
"""

import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "front"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "property"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)),
                                "support"))

import seeds  # noqa: E402
from random_idl import RandomIdl  # noqa: E402
import support  # noqa: E402
from camipc_gen.compat import compare as compat  # noqa: E402
from camipc_gen import compiler  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402

SEEDS = 12
CHANGES = 25
WORDS = ["uint32", "int32", "int64", "bool", "string", "float", "double",
         "uint8", "int16"]


def compiled(files):
    """None if it is no interface."""
    diagnostics = Diagnostics(support.TextSources(files))
    options = Options(import_map=tuple((name, name) for name in files))
    try:
        return compiler.compile_files(
            [name for name in files if "interface" in files[name]][:1],
            options, diagnostics)
    except compiler.CompileError:
        return None


class Changer:
    """Lines and words of a file, changed so that it often still is one."""

    def __init__(self, seed):
        self.r = random.Random("change %s" % seed)

    def change(self, text):
        lines = text.split("\n")
        at = self.r.choice([i for i, line in enumerate(lines)
                            if line.startswith("\t")])
        self.r.choice([self._drop, self._swap, self._again, self._type,
                       self._attribute, self._number])(lines, at)
        return "\n".join(lines)

    def _drop(self, lines, at):
        del lines[at]

    def _swap(self, lines, at):
        lines[at - 1], lines[at] = lines[at], lines[at - 1]

    def _again(self, lines, at):
        line = lines[at]
        for end in (";", ",", "("):
            name = line.split(end)[0].split(" =")[0].split()[-1:]
            if name and name[0].isidentifier():
                lines.insert(at + self.r.randrange(2),
                             line.replace(name[0], name[0] + "Too", 1))
                return

    def _type(self, lines, at):
        old = self.r.choice(WORDS)
        lines[at] = lines[at].replace(old, self.r.choice(WORDS), 1)

    def _attribute(self, lines, at):
        line = lines[at]
        if line.startswith("\t[") and "]" in line:
            lines[at] = "\t" + line[line.index("]") + 1:].lstrip()
        else:
            lines[at] = line.replace("\t", "\t" + self.r.choice([
                "[max=100] ", "[wire=zigzag] ", "[unpacked] ", "[required] ",
                "[max_len=3] ", "[async] ", "[wire=fixed] "]), 1)

    def _number(self, lines, at):
        lines[at] = lines[at].replace(
            str(self.r.randrange(10)), str(self.r.randrange(10)), 1)


class Invariants(unittest.TestCase):
    def judge(self, old, new):
        report = compat.compare(old, new)
        if not report.interfaces or report.interfaces[0].new is None:
            return 0
        judged = report.interfaces[0]
        differs = judged.fingerprints[0] != judged.fingerprints[1]
        if differs:
            self.assertTrue(judged.changes, "a change is not told")
        else:
            self.assertEqual([], [c for c in judged.changes
                                  if c.breaks_wire])
        return int(differs)

    def test_fingerprints_and_changes_agree(self):
        differing = 0
        for seed in seeds.some(SEEDS):
            files = RandomIdl(seed).files()
            main = [name for name in files if "interface" in files[name]][0]
            base = compiled(files)
            changer = Changer(seed)
            for i in range(CHANGES):
                with self.subTest(seed=seed, change=i):
                    other = dict(files)
                    other[main] = changer.change(other[main])
                    changed = compiled(other)
                    if changed is not None:
                        differing += self.judge(base, changed)
                        self.judge(changed, base)
        self.assertGreater(differing, SEEDS)

    def test_nothing_changed(self):
        for seed in range(5):
            report = compat.compare(*[compiled(RandomIdl(seed).files())
                                      for _ in range(2)])
            self.assertEqual(report.changes, [])


if __name__ == "__main__":
    unittest.main()
