# SPDX-License-Identifier: MIT
"""Compares every message of every interface with python3-protobuf, random
values both ways: test_python.py ORACLE-ANSWER FOLDER-OF-PROTOS...

What is ours is read by it, and written again; then it is brought into other
bytes that mean the same, and read by us. CAMIPC_TEST_SEED repeats a run.
"""

import os
import random
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("conformance", "support"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))

import seeds  # noqa: E402
import testee  # noqa: E402

testee.skip_without_protobuf()

from random_messages import RandomMessages, has_bare_entries  # noqa: E402

PROGRAM, PROTOS = sys.argv[1], sys.argv[2:]
ROUNDS = 12


def run(*arguments, lines=()):
    done = subprocess.run([PROGRAM] + list(arguments), check=True,
                          input="".join(line + "\n" for line in lines),
                          stdout=subprocess.PIPE, universal_newlines=True)
    return [line.split(" ") for line in done.stdout.splitlines()]


class Python(unittest.TestCase):
    def test_both_ways(self):
        seed = seeds.one()
        # What the IDL demands of a struct, each part of it has to keep.
        rewriter = RandomMessages(random.Random(seed), None, splits=False)
        messages = testee.load_messages(PROTOS)
        drawn = run("draw", str(ROUNDS), str(seed))
        exact, others = 0, []
        for name, fds, text in drawn:
            where = "seed %d: %s %s" % (seed, name, text)
            ours = bytes.fromhex(text)
            theirs = testee.canonical(messages[name], ours)
            self.assertIsNotNone(theirs, where)
            descriptor = messages[name].DESCRIPTOR
            if not has_bare_entries(theirs, descriptor):
                self.assertEqual(theirs.hex(), text, where)
                exact += 1
            # Descriptors have an order; without them any will do.
            others.append((name, fds, rewriter.rewrite(theirs, descriptor)
                           if fds == "0" else theirs))
        answers = run("read", lines=["%s %s %s" % (name, fds, other.hex())
                                     for name, fds, other in others])
        self.assertEqual(len(answers), len(drawn))
        for at, answer in answers:
            name, _, text = drawn[int(at)]
            self.assertEqual(answer, text, "seed %d: %s %s" % (
                seed, name, others[int(at)][2].hex()))
        names = {name for name, _, _ in drawn}
        print("%d values of %d messages, %d the same to the byte"
              % (len(drawn), len(names), exact))
        self.assertGreater(len(names), 100)
        self.assertGreater(exact, len(drawn) // 2)


if __name__ == "__main__":
    testee.silence_protobuf()
    unittest.main(argv=sys.argv[:1])
