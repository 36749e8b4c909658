# SPDX-License-Identifier: MIT
"""Tests the lexer, which turns text into tokens."""

import unittest

import support
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.lexer import comment_lines, lex
from camipc_gen.text.source import Source, SourceError, decode


def tokens(text):
    diagnostics = Diagnostics()
    return lex(Source("t", text), diagnostics).tokens[:-1], diagnostics


class Tokens(unittest.TestCase):
    def test_positions_count_from_one_in_characters(self):
        found, _ = tokens("a\n\tbc /* é */ d")
        self.assertEqual([(t.text, t.span.line, t.span.column, t.span.length)
                          for t in found],
                         [("a", 1, 1, 1), ("bc", 2, 2, 2), ("d", 2, 13, 1)])

    def test_numbers(self):
        found, diagnostics = tokens("0 12 0x1F 1. .5 1.5e-3 2e3")
        self.assertEqual([t.value for t in found],
                         [0, 12, 31, 1.0, 0.5, 0.0015, 2000.0])
        self.assertEqual([t.kind for t in found],
                         ["int"] * 3 + ["float"] * 4)
        self.assertFalse(diagnostics.found)

    def test_closing_brackets_of_types_stay_apart(self):
        found, _ = tokens("array<array<int8>>")
        self.assertEqual([t.kind for t in found],
                         ["name", "<", "name", "<", "name", ">", ">"])

    def test_a_range_of_numbers_is_not_a_float(self):
        _, diagnostics = tokens("1..2")
        self.assertEqual([d.id for d in diagnostics.found], ["bad-number"])

    def test_escapes(self):
        found, _ = tokens(r'"a\n\"\\\x41"')
        self.assertEqual(found[0].value, 'a\n"\\A')

    def test_a_long_integer_is_refused_at_once(self):
        _, diagnostics = tokens("9" * 100000)
        self.assertEqual([d.id for d in diagnostics.found],
                         ["number-range"])

    def test_each_line_end_counts_once(self):
        for end in ("\n", "\r\n", "\r"):
            with self.subTest(repr(end)):
                text = decode(("a" + end + "b").encode())
                found, _ = tokens(text)
                self.assertEqual(found[1].span.line, 2)

    def test_byte_order_mark_is_no_character(self):
        self.assertEqual(decode(b"\xef\xbb\xbfmodule"), "module")

    def test_binary_is_refused_with_its_position(self):
        for data, line, column in ((b"ab\n\xc3\xa9\0", 2, 2),
                                   (b"a\r\nb\xff", 2, 2)):
            with self.subTest(data):
                with self.assertRaises(SourceError) as caught:
                    decode(data)
                self.assertEqual((caught.exception.line,
                                  caught.exception.column), (line, column))


class Comments(unittest.TestCase):
    def test_doc_comments_travel_with_the_next_token(self):
        found, _ = tokens("/** one */ a // no\n/// two\n/// three\nb")
        self.assertEqual([[c.lines for c in t.comments] for t in found],
                         [[("one",)], [("two", "three")]])

    def test_trailing_comments_travel_with_the_token_before(self):
        found, _ = tokens("a; ///< one\nb, /**< two */")
        self.assertEqual(found[1].after[0].lines, ("one",))
        self.assertEqual(found[3].after[0].lines, ("two",))

    def test_ordinary_comments_are_no_documentation(self):
        found, _ = tokens("/* one */ /*** two ***/ //// three\na /**/ b")
        self.assertEqual([t.comments for t in found], [[], []])

    def test_lines_lose_their_stars(self):
        self.assertEqual(
            comment_lines("\n * One\n *\n *   two\n three\n "),
            ("One", "", "  two", "three"))

    def test_a_licence_is_taken_from_the_first_comment_that_has_one(self):
        def licence(text):
            return lex(Source("t", text), Diagnostics()).license
        self.assertEqual(licence("/* SPDX-License-Identifier: "
                                 "GPL-2.0-or-later OR MIT */"),
                         "GPL-2.0-or-later OR MIT")
        self.assertEqual(licence("// SPDX-License-Identifier: MIT \n"), "MIT")
        self.assertIsNone(licence("// SPDX-License-Identifier: */ x()"))


if __name__ == "__main__":
    unittest.main()
