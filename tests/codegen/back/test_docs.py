# SPDX-License-Identifier: MIT
"""Tests that no text of the IDL leaves the comment it stands in."""

import os
import random
import re
import tempfile
import unittest

import support
from camipc_gen.model import ir
from camipc_gen.c.comments import comment, safe
from camipc_gen.c.literals import string

_NASTY = ("*/", "/*", "\\", "??/", "??", "\n", "\r", "\x0b", "\x0c", "\0",
          "\x1b", "\x7f", "\x85", "\u2028", "*", "/", "?", "a", " ", "é",
          "//", "#")


class Comments(unittest.TestCase):
    def test_ends_are_taken_apart(self):
        self.assertEqual(safe("a */ b"), "a * / b")
        self.assertEqual(safe("a /* b"), "a / * b")
        self.assertEqual(safe("end\\"), "end\\.")
        self.assertEqual(safe("what??/"), "what? ?/")
        self.assertEqual(safe("a\x00\x1b[1mb\u2028c"), "a  [1mb c")

    def test_nothing_gets_out(self):
        draw = random.Random(7)
        for _ in range(5000):
            lines = tuple("".join(draw.choice(_NASTY)
                                  for _ in range(draw.randrange(12)))
                          for _ in range(draw.randrange(1, 4)))
            text = "\n".join(comment(ir.Doc(lines)))
            if not text:
                continue
            self.assertTrue(text.startswith("/**"), text)
            self.assertEqual(text.find("*/"), len(text) - 2, repr(text))
            self.assertNotIn("/*", text[1:], repr(text))
            self.assertNotIn("??", text, repr(text))
            for line in text.split("\n"):
                self.assertFalse(line.endswith("\\"), repr(text))
                self.assertTrue(all(c >= " " or c == "\t" for c in line),
                                repr(text))

    def test_long_lines_are_filled_again(self):
        doc = ir.Doc(("x " * 60,))
        for line in comment(doc, 1):
            self.assertLessEqual(len(line.expandtabs(8)), 80)


class Facts(unittest.TestCase):
    """What attributes and defaults demand and promise stands in the header."""

    FIELDS = (
        ("[min=1, max=9] uint8 x = 5", "1 to 9; 5 by default."),
        ("[min=1] array<int32> x", "Each at least 1."),
        ("[max=0.5] float? x", "At most 0.5."),
        ("[max_len=1] string x", "At most 1 byte."),
        ("[max_len=2] map<int8, int8> x", "At most 2 entries."),
        ("[required] string x", "Not empty."),
        ("[required] E x = B", "Not 0; T_B by default."),
        ("[required] U x", "An arm must be set."),
        ("[flags] E x = A | B", "0x3 by default."),
        ("bool x = true", "True by default."),
        ("double x = double.NAN", "Not a number by default."),
        ("float x = float.NEGATIVE_INFINITY", "Minus infinite by default."),
        ('string x = "*/ a"', '"* / a" by default.'),
        ("[fd=memfd, access=ro, sealed, min_size=9] SharedFD? x",
         "A memfd, read-only, sealed, 9 bytes or more, or -1."),
        ("[fd=any, access=rw] SharedFD x",
         "For reading and writing; not -1."),
        ("[fd=dmabuf] array<SharedFD> x", "A dma-buf."),
        ("[MinVersion=3] int32 x", "Since version 3."),
        ("int32 x", ""),
    )
    TEXT = """module t;
/** Kinds. */ [MinVersion=2] enum E { A = 1, [MinVersion=3] B = 2 };
union U { /** An arm. */ [max_len=3] string s; };
%s
[Version=9] interface IPATInterface {
	/** Goes. */
	[MinVersion=4, timeout_ms=70, when=running]
	go([max=3] int32 speed) => (int32 ret, [max_len=4] string where);
};
interface IPATEventInterface {
	[queue=3, overflow=drop_newest] gone([min=-1] int32 speed);
};
"""

    @classmethod
    def setUpClass(cls):
        fields = "".join("struct S%d { %s; };\n" % (i, field)
                         for i, (field, _) in enumerate(cls.FIELDS))
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "t.mojom"), "w") as stream:
                stream.write(cls.TEXT % fields)
            support.generate(folder, folder, ["t.mojom"])
            cls.out = {name: data.decode()
                       for name, data in support.read_all(folder).items()}

    def test_of_fields(self):
        for i, (field, text) in enumerate(self.FIELDS):
            with self.subTest(field):
                body = re.search(r"struct t_s%d \{\n(.*?)\n\};" % i,
                                 self.out["t_ipa_types.h"], re.S).group(1)
                found = re.match(r"\t/\*\* (.*) \*/\n", body)
                self.assertEqual(found.group(1) if found else "", text)

    def test_of_types_and_arms(self):
        header = self.out["t_ipa_types.h"]
        for text in ("/** Kinds. Since version 2. */\nenum t_e {",
                     "\t/** Since version 3. */\n\tT_B = 0x2,",
                     "\t\t/** An arm. At most 3 bytes. */\n"
                     "\t\tconst char *s;"):
            self.assertIn(text, header)

    def test_of_calls_and_events(self):
        self.assertIn("""/**
 * Goes.
 *
 * Fails with -ETIMEDOUT after 70 ms. Fails with -EINVAL between runs. Since
 * version 4.
 * @speed: At most 3.
 * @ret_where: At most 4 bytes.
 */
""", self.out["t_ipa_proxy.h"])
        self.assertIn("\t * @speed: At most 3.\n", self.out["t_ipa_worker.h"])
        self.assertIn("\t/** @speed: At least -1. */\n",
                      self.out["t_ipa_proxy.h"])
        self.assertIn("""/**
 * While 3 events are outstanding, another one is dropped and counted.
 * @speed: At least -1.
 */
""", self.out["t_ipa_worker.h"])


class AsWritten(unittest.TestCase):
    """Every comment comes out as it was written, whatever it names."""

    WORDS = ("V4L2 ids of Id.V4L2, t.Id, MAX_V4L2, DataV4L2, mapAll2, goneV4L2, "
             "bufV4L2")
    # "@" is the comment: of each kind of declaration, naming all kinds.
    TEXT = """module t;
/** @ 1 */ const uint32 MAX_V4L2 = 3;
/** @ 2 */ [scopedEnum] enum Id { /** @ 3 */ V4L2 = 1 };
/** @ 4 */ struct DataV4L2 { /** @ 5 */ uint32 bufV4L2; /** @ 6 */ Id idV4L2; };
/** @ 7 */ union AnyV4L2 { /** @ 8 */ Id idV4L2; };
/** @ 9 */ interface IPATInterface {
	/** @ 10 */ mapAll2(uint32 bufV4L2, DataV4L2 dataV4L2) => (int32 retV4L2);
};
/** @ 11 */ interface IPATEventInterface {
	/** @ 12 */ goneV4L2(uint32 bufV4L2);
};
"""

    def test_every_kind_of_comment(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "t.mojom"), "w") as stream:
                stream.write(self.TEXT.replace("@", self.WORDS))
            support.generate(folder, folder, ["t.mojom"])
            headers = b"".join(
                data for name, data in support.read_all(folder).items()
                if name.endswith(".h")).decode()
        # Long lines are filled again.
        text = re.sub(r"\s+(\* )?", " ", headers)
        for number in range(1, 13):
            self.assertIn("%s %d" % (self.WORDS, number), text)


class Literals(unittest.TestCase):
    def test_strings_cannot_end_early(self):
        self.assertEqual(string('a"b\\c'), '"a\\"b\\\\c"')
        self.assertEqual(string("??/\n"), '"\\?\\?/\\012"')
        self.assertEqual(string("é1"), '"\\303\\2511"')


if __name__ == "__main__":
    unittest.main()
