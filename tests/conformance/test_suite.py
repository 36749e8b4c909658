# SPDX-License-Identifier: MIT
"""Runs every case of cases.py that the public suite does not contain:
test_suite.py TESTEE FOLDER-OF-PROTOS."""

import struct
import sys
import unittest

import testee

testee.skip_without_protobuf()

import cases  # noqa: E402
import public_suite  # noqa: E402
import wire  # noqa: E402

PATH, PROTOS = sys.argv[1:3]


class Suite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.message = testee.load_messages([PROTOS])[testee.TESTED]
        cls.schema = cases.Schema(cls.message.DESCRIPTOR)
        cls.testee = testee.Testee(PATH)

    @classmethod
    def tearDownClass(cls):
        assert cls.testee.close() == 0

    def test_all_cases(self):
        public = {(case.payload, case.exact)
                  for case in public_suite.all_cases(self.schema)}
        total = 0
        for rule in cases.RULES:
            name = rule.__name__
            found = list(rule(self.schema))
            with self.subTest(name):
                self.assertEqual(len({c.name for c in found}), len(found))
                found = [c for c in found
                         if (c.payload, c.exact) not in public]
                self.assertTrue(found)
                wrong = testee.judge_all(self.message, self.testee, found)
                self.assertEqual(wrong[:10], [], "%d of %d are wrong" % (
                    len(wrong), len(found)))
                print("%6d %s" % (len(found), name.replace("_", " ")))
            total += len(found)
        print("%6d cases, besides those of the public suite" % total)


class Protocol(unittest.TestCase):
    """What is no message for the testee, and what is no request."""

    def setUp(self):
        self.testee = testee.Testee(PATH)

    def tearDown(self):
        self.assertEqual(self.testee.close(), 0)

    def test_the_first_request(self):
        self.assertEqual(self.testee.ask(testee.request(
            b"", "conformance.FailureSet")), ("protobuf", b""))

    def test_what_is_skipped(self):
        for request in (
                testee.request(b"", "protobuf_test_messages.proto2."
                               "TestAllTypesProto2"),
                b"", testee.request(b"", output=testee.JSON),
                testee.request(b"", output=testee.TEXT),
                testee.request(b"", output=77),
                testee.request(b"{}", arm=2), testee.request(b"", arm=7),
                testee.request(b"\0\xff", arm=8)):
            self.assertEqual(self.testee.ask(request)[0], "skipped")

    def test_fields_that_change_nothing(self):
        more = wire.field(6, b"") + wire.tag(9, wire.VARINT) + b"\x01"
        self.assertEqual(
            self.testee.ask(testee.request(b"\x08\x05") + more),
            ("protobuf", b"\x08\x05"))

    def test_bad_requests(self):
        for request in (b"\x00", b"\x0a\x05", b"\x0b",
                        testee.request(b"")[:-1],
                        wire.field(4, b"\xff"),
                        testee.request(b"\x08\x05")[4:]):
            self.assertEqual(self.testee.ask(request)[0], "runtime_error",
                             request)
        self.assertEqual(self.testee.convert(b"\x08\x05")[0], "protobuf")

    def test_a_request_that_is_too_large(self):
        half = bytes(8 << 20)
        self.testee.send(struct.pack("<I", 5 * len(half) + 3))
        for piece in [half] * 5 + [b"abc"]:
            self.testee.send(piece)
        self.assertEqual(wire.read_fields(self.testee.receive())[0][0], 2)
        self.assertEqual(self.testee.convert(b"\x08\x05")[0], "protobuf")

    def test_a_message_that_grows_too_large(self):
        # Each is a few bytes here, and thousands in memory.
        many = wire.field(48, wire.field(2, b"")) * (1 << 18)
        self.assertEqual(self.testee.convert(many),
                         ("parse_error", b"too large once decoded"))

    def test_an_input_that_ends_within_a_request(self):
        for frame in (b"\x05", b"\x05\0\0\0abc", b"\xff\xff\xff\x7fabc"):
            ended = testee.Testee(PATH)
            ended.send(frame)
            self.assertEqual(ended.close(), 1)


if __name__ == "__main__":
    testee.silence_protobuf()
    unittest.main(argv=sys.argv[:1])
