# SPDX-License-Identifier: MIT
"""Judges a testee by the public suite's cases as its runner does with
--enforce_recommended: test_public.py TESTEE FOLDER-OF-PROTOS [FAILURE-LIST].

The list names the cases that have to fail; no list means none. One that does
not fail any more is as wrong as another that does.
"""

import sys
import unittest

import testee

testee.skip_without_protobuf()

import cases  # noqa: E402
import public_suite  # noqa: E402

PATH, PROTOS = sys.argv[1:3]
FAILURE_LIST = sys.argv[3] if len(sys.argv) > 3 else None


def failure_list(path):
    with open(path, encoding="utf-8") as stream:
        lines = [line.split("#")[0].strip() for line in stream]
    return [line for line in lines if line]


class Public(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.message = testee.load_messages([PROTOS])[testee.TESTED]
        cls.cases = public_suite.all_cases(
            cases.Schema(cls.message.DESCRIPTOR))

    def test_the_count(self):
        self.assertEqual(len(self.cases), public_suite.COUNT)
        self.assertEqual(len({case.name for case in self.cases}),
                         public_suite.COUNT)

    def test_all_cases(self):
        asked = testee.Testee(PATH)
        # What the runner begins with.
        self.assertEqual(asked.ask(testee.request(
            b"", "conformance.FailureSet")), ("protobuf", b""))
        wrong = testee.judge_all(self.message, asked, self.cases)
        self.assertEqual(asked.close(), 0)
        print("%d cases, %d successes, %d failures" % (
            len(self.cases), len(self.cases) - len(wrong), len(wrong)))
        for line in wrong:
            print("  " + line)
        expected = failure_list(FAILURE_LIST) if FAILURE_LIST else []
        self.assertEqual(sorted(line.split(":")[0] for line in wrong),
                         sorted(expected))


if __name__ == "__main__":
    testee.silence_protobuf()
    unittest.main(argv=sys.argv[:1])
