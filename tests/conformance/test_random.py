# SPDX-License-Identifier: MIT
"""Compares a testee with python3-protobuf on random messages, both ways:
test_random.py TESTEE FOLDER-OF-PROTOS. CAMIPC_TEST_EFFORT=10 tries ten
times as many."""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "support"))

import seeds  # noqa: E402
import testee  # noqa: E402

testee.skip_without_protobuf()

from random_messages import (RandomMessages, has_bare_entries,  # noqa: E402
                             is_ours)

PATH, PROTOS = sys.argv[1:3]
ROUNDS = 400 * int(os.environ.get("CAMIPC_TEST_EFFORT", "1"))


class Random(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.message = testee.load_messages([PROTOS])[testee.TESTED]
        cls.testee = testee.Testee(PATH)

    @classmethod
    def tearDownClass(cls):
        assert cls.testee.close() == 0

    def setUp(self):
        self.seed = seeds.one()
        self.random = RandomMessages(random.Random(self.seed), self.message)

    def expect(self, given, theirs):
        """@given means what their library writes as @theirs."""
        result, answer = self.testee.convert(given)
        where = "seed %d: %s" % (self.seed, given.hex())
        self.assertEqual(result, "protobuf", where)
        self.assertEqual(testee.canonical(self.message, answer).hex(),
                         theirs.hex(), where)
        if has_bare_entries(theirs, self.message.DESCRIPTOR):
            return False
        self.assertEqual(answer.hex(), theirs.hex(), where)
        return True

    def test_theirs_there_and_back(self):
        exact = 0
        for _ in range(ROUNDS):
            theirs = self.random.message().SerializeToString(
                deterministic=True)
            exact += self.expect(theirs, theirs)
        self.assertGreater(exact, ROUNDS // 2)
        print("%d messages, %d of them the same to the byte"
              % (ROUNDS, exact))

    def test_the_same_in_other_bytes(self):
        differ = 0
        for _ in range(ROUNDS):
            theirs = self.random.message().SerializeToString(
                deterministic=True)
            other = self.random.rewrite(theirs, self.message.DESCRIPTOR)
            self.assertEqual(testee.canonical(self.message, other), theirs)
            self.expect(other, theirs)
            differ += other != theirs
        self.assertGreater(differ, ROUNDS // 3)

    def test_damaged(self):
        """Both refuse, or both take it for the same; else we say why."""
        accepted = refused = ours = 0
        for _ in range(ROUNDS * 5):
            data = self.random.damage(
                self.random.message().SerializeToString(deterministic=True))
            theirs = testee.canonical(self.message, data)
            result, answer = self.testee.convert(data)
            where = "seed %d: %s" % (self.seed, data.hex())
            if theirs is None:
                self.assertEqual(result, "parse_error", where)
                refused += 1
            elif result == "parse_error":
                self.assertTrue(is_ours(data, self.message.DESCRIPTOR), where)
                ours += 1
            else:
                self.assertEqual(result, "protobuf", where)
                self.assertEqual(
                    testee.canonical(self.message, answer).hex(),
                    theirs.hex(), where)
                accepted += 1
        print("damaged: %d accepted, %d refused by both, %d by us only"
              % (accepted, refused, ours))
        self.assertGreater(accepted, ROUNDS // 10)
        self.assertGreater(refused, ROUNDS // 10)


if __name__ == "__main__":
    testee.silence_protobuf()
    unittest.main(argv=sys.argv[:1])
