# SPDX-License-Identifier: MIT
"""No text of the IDL leaves the comment it stands in."""

import random
import unittest

import support  # noqa: F401
from camipc_gen import ir
from camipc_gen.c_docs import Words, comment, safe
from camipc_gen.c_literals import string

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
            text = "\n".join(comment(ir.Doc(lines), Words({})))
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

    def test_names_become_c_names(self):
        words = Words({"inFlags": "in_flags"}, Words({
            "TestFlag": "enum ipa_vimc_test_flag"}))
        self.assertEqual(words.translate("gives inFlags of TestFlag, Inflags"),
                         "gives in_flags of enum ipa_vimc_test_flag, Inflags")

    def test_long_lines_are_filled_again(self):
        doc = ir.Doc(("x " * 60,))
        for line in comment(doc, Words({}), 1):
            self.assertLessEqual(len(line.expandtabs(8)), 80)


class Literals(unittest.TestCase):
    def test_strings_cannot_end_early(self):
        self.assertEqual(string('a"b\\c'), '"a\\"b\\\\c"')
        self.assertEqual(string("??/\n"), '"\\?\\?/\\012"')
        self.assertEqual(string("é1"), '"\\303\\2511"')


if __name__ == "__main__":
    unittest.main()
