# SPDX-License-Identifier: MIT
"""Tests the computed minimum and maximum sizes of fields and messages.
tests/codegen/property tests that encoders keep to them."""

import re
import unittest

import support  # noqa: F401
from support import compile_text
from camipc_gen.commands import explain
from camipc_gen.output import render
from camipc_gen.model import sizes

BEFORE = """
enum E { A, B = 300 };
enum N { C = -1 };
[Extensible] enum X { D = 1 };
struct P { float x; float y; };
struct D { int32 x = 1; string s = "no"; };
union U { bool a; P b; };
union V { array<float, 2> a; array<uint8, 2> b; [max_len=3] array<uint8> c; };
struct R { R? r; };
struct T { array<T> t; };
"""


def size_of(fields, before=BEFORE):
    compiled = compile_text("module t;\n" + before +
                            "struct S { %s };" % fields)
    return str(sizes.Sizes(compiled.program).declared("t.S"))


class Headers(unittest.TestCase):
    def test_say_what_explain_says(self):
        """Of structs, arguments and outputs that something bounds."""
        compiled = compile_text("""module t;
struct P { int32 x; uint8? y; };
struct Q { [max_len=4] string a; P p; };
struct Free { string a; };
union U { P p; float f; };
interface IPATInterface {
\tgo(P p, uint8 a) => (int32 ret, Q q);
\tsay(string s);
};
""")
        texts = dict(render.render_texts(compiled.program, compiled.inputs,
                                         ("types", "interface")))
        found = dict(re.findall(
            r"#define T_(\w+)_MAX_ENCODED_SIZE (\d+)\n",
            texts["t_ipa_types.h"] + texts["t_ipa_interface.h"]))
        self.assertEqual(found, {"P": "14", "Q": "22", "U": "16",
                                 "GO_ARGS": "19", "GO_OUTS": "30"})
        explained = explain.text_of(compiled.program, compiled.inputs[0])
        for name, size in found.items():
            self.assertRegex(explained, r"struct t_%s, \S*\b%s bytes"
                             % (name.lower(), size))


class Fields(unittest.TestCase):
    def check(self, cases):
        for text, size in cases:
            with self.subTest(text):
                self.assertEqual(size_of(text), size)

    def test_numbers(self):
        self.check((
            ("bool x;", "0..2"), ("uint8 x;", "0..3"), ("uint16 x;", "0..4"),
            ("int32 x;", "0..11"), ("uint32 x;", "0..6"),
            ("uint64 x;", "0..11"), ("float x;", "0..5"),
            ("double x;", "0..9"), ("[wire=zigzag] int32 x;", "0..6"),
            ("[wire=zigzag] int16 x;", "0..4"),
            ("[wire=fixed] int64 x;", "0..9"), ("int32? x;", "0..11"),
            ("int32 x@16;", "0..12")))

    def test_limits(self):
        self.check((
            ("[min=0, max=100] int32 x;", "0..2"),
            ("[min=-1] int8 x;", "0..11"), ("[min=1] int32 x;", "2..6"),
            ("[min=200] uint32 x;", "3..6"), ("[max=-1] int32 x;", "11"),
            ("[min=-300, max=-200, wire=zigzag] int32 x;", "3"),
            ("[min=0.5] float x;", "5"), ("[min=0, max=1] double x;", "0..9"),
            ("[min=200] uint32? x;", "0..6")))

    def test_defaults_are_always_written(self):
        self.check((
            ("int32 x = 7;", "2..11"), ("bool x = true;", "2"),
            ("float x = -0.0;", "5"), ("string x = \"a\";", "2.."),
            ("E x = B;", "2..3"), ("N x = C;", "2..11")))

    def test_texts_and_bytes(self):
        self.check((
            ("string x;", "0.."), ("[max_len=200] string x;", "0..203"),
            ("[required] string x;", "3.."), ("string? x;", "0.."),
            ("array<uint8> x;", "0.."), ("[max_len=3] array<int8> x;", "0..5"),
            ("[required, max_len=3] array<uint8> x;", "3..5"),
            ("array<uint8, 2> x;", "4"), ("array<array<uint8, 2>, 3> x;", "8"),
            ("[max_len=0] array<uint8> x;", "0"),
            ("[max_len=3] array<uint8>? x;", "0..5"),
            ("array<uint8, 2>? x;", "0..6")))

    def test_descriptors(self):
        self.check((("SharedFD x;", "0..3"), ("[fd=memfd] SharedFD x;",
                                              "2..3"),
                    ("[fd=memfd] SharedFD? x;", "0..3")))

    def test_enums_and_flags(self):
        self.check((("E x;", "0..3"), ("N x;", "0..11"), ("X x;", "0..11"),
                    ("[flags] E x;", "0..3"), ("[flags] X x;", "0..6"),
                    ("[required] E x;", "2..3")))

    def test_arrays(self):
        self.check((
            ("array<uint32, 4> x;", "18"), ("array<uint16, 4> x;", "6..14"),
            ("array<array<float, 2>, 3> x;", "26"),
            ("[max_len=2] array<uint64> x;", "0..18"),
            ("[max_len=2, unpacked] array<uint64> x;", "0..18"),
            ("[max_len=2, wire=varint] array<uint64> x;", "0..22"),
            ("[max_len=2, required] array<uint64> x;", "10..18"),
            ("[max_len=2] array<bool> x;", "0..4"),
            ("[max_len=2] array<SharedFD> x;", "0..6"),
            ("array<uint32> x;", "0.."), ("array<string, 2> x;", "4.."),
            ("[max_len=2] array<string> x;", "0.."),
            ("[max_len=2, required] array<P> x;", "2..24"),
            ("array<array<float, 2>> x;", "0.."),
            ("[max_len=2] array<array<float, 2>> x;", "0..24"),
            ("[max_len=0] array<uint32> x;", "0")))

    def test_boxed_arrays(self):
        self.check((
            ("[max_len=2] array<float>? x;", "0..12"),
            ("array<int32, 3>? x;", "0..16"), ("V v;", "2..14"),
            ("[required] V v;", "4..14")))

    def test_maps(self):
        self.check((
            ("[max_len=2] map<uint8, bool> x;", "0..14"),
            ("[required, max_len=1] map<uint8, bool> x;", "2..7"),
            ("[required] map<string, P> x;", "4.."),
            ("[max_len=2] map<uint8, array<float>> x;", "0.."),
            ("[max_len=1, wire_value=fixed] map<bool, int64> x;", "0..13"),
            ("map<uint32, string> x;", "0..")))

    def test_structs_and_unions(self):
        self.check((
            ("P p;", "2..12"), ("P? p;", "0..12"), ("U u;", "2..14"),
            ("D d;", "6.."), ("[required] U u;", "4..14"),
            ("array<P, 2> p;", "4..24"), ("R r;", "2.."), ("T t;", "2.."),
            ("", "0")))

    def test_arms_that_a_struct_takes_in(self):
        self.assertEqual(size_of("[inline] I i@3;",
                                 "union I { bool a@1; double b@20; };"),
                         "0..10")
        self.assertEqual(size_of("[inline, required] I i@3;",
                                 "union I { bool a@1; double b@20; };"),
                         "2..10")

    def test_unknown_fields(self):
        compiled = compile_text("module t; [keep_unknown] struct S { "
                                "bool x; };")
        found = sizes.Sizes(compiled.program).declared("t.S")
        self.assertEqual(found, sizes.Size(0, None))


class Messages(unittest.TestCase):
    def test_replies(self):
        compiled = compile_text("module t; interface I { "
                                "f() => (int32 ret, bool b); g() => (); };")
        found = sizes.Sizes(compiled.program)
        methods = compiled.inputs[0].interfaces[0].methods
        self.assertEqual([found.reply(m).most for m in methods], [8, 0])

    def test_nothing_is_shorter_than_the_least_number(self):
        for low in (-300, -130, -129, -2, -1, 0, 1, 127, 128, 200):
            for high in (-128, -1, 0, 5, 128, 20000):
                if low > high:
                    continue
                values = range(low, high + 1)
                for form, size in (
                        ("varint", lambda v: sizes.varint_size(v)),
                        ("zigzag", lambda v: sizes.varint_size(
                            (v << 1) ^ (v >> 63)))):
                    found = [size(v) for v in values]
                    with self.subTest((low, high, form)):
                        self.assertEqual(
                            sizes.of_number(form, sizes.ir.Scalar("int32"),
                                            low, high),
                            (min(found), max(found)))


if __name__ == "__main__":
    unittest.main()
