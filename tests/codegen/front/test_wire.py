# SPDX-License-Identifier: MIT
"""Tests wire forms and fingerprints."""

import unittest

import support
from support import compile_text
from camipc_gen.model import wire

HEAD = "module t;\n"


class Numbers(unittest.TestCase):
    def test_varints(self):
        for value, size in ((0, 1), (127, 1), (128, 2), (1 << 32, 5),
                            ((1 << 63), 10), (-1, 10)):
            self.assertEqual(wire.varint_size(value), size)

    def test_tags(self):
        self.assertEqual([wire.tag_size(n) for n in (1, 15, 16, 2047, 2048)],
                         [1, 1, 2, 2, 3])


class Packing(unittest.TestCase):
    def test_numbers_are_packed(self):
        compiled = compile_text(
            HEAD + "enum E { A }; struct S { array<int32> a; array<E> b; "
            "array<bool, 3> c; array<uint8> d; array<uint8, 2> e; "
            "array<string> f; [unpacked] array<int32> g; int32 h; "
            "array<array<int8, 2>, 2> i; };")
        self.assertEqual([wire.is_packed(f)
                          for f in compiled.inputs[0].structs[0].fields],
                         [True, True, True, False, False, False, False, False,
                          False])


IDL = """
enum E { A, B = 4 };
struct P { uint32 x; [max=9] int32 y = 3; };
union U { P p; string s; };
struct Unused { int32 z; };
interface IPATInterface {
	init(P p, [flags] E e) => (int32 ret, array<U> us);
	[async] go(map<string, float> m);
};
interface IPATEventInterface { done(SharedFD fd, P? p); };
"""


def fingerprint(text=IDL, **more):
    compiled = compile_text(HEAD + text, **more)
    return wire.fingerprint(compiled.program,
                            compiled.inputs[0].interfaces[0])


class Fingerprint(unittest.TestCase):
    def test_is_64_bits_and_always_the_same(self):
        # Peers built at different times compare it: it must never change.
        self.assertEqual(fingerprint(), 0x3fd819ecb51fd595)

    def test_form_does_not_matter(self):
        for before, after in (
                ("\n", "\n\n// x\n"), ("\t", "   "),
                ("struct P {", "/** P. */ struct P {"),
                ("enum E { A, B = 4 };\n", ""),
                ("struct Unused { int32 z; };", ""),
                ("uint32 x; [max=9] int32 y = 3;",
                 "[max=9] int32 y@2 = 3; uint32 x@1;"),
                ("uint32 x", "[wire=varint] uint32 x"),
                ("array<U> us", "array<t.U> us"), ("B = 4", "B = 1 << 2")):
            with self.subTest(after):
                text = IDL.replace(before, after)
                if "enum E" not in text:
                    text += "enum E { A, B = 4 };\n"
                self.assertEqual(fingerprint(text), fingerprint())

    def test_only_the_arms_of_an_inline_union_have_numbers(self):
        def of(fields):
            compiled = compile_text(
                "module t; union V { int32 v@7; }; struct O { %s };"
                "interface IPAUseInterface { use(O o); };" % fields)
            return wire.fingerprint(compiled.program,
                                    compiled.inputs[0].interfaces[0])
        self.assertEqual(of("int32 a@1; [inline] V v@2;"),
                         of("int32 a@1; [inline] V v@9;"))
        self.assertNotEqual(of("int32 a@1; [inline] V v@2;"),
                            of("int32 a@1; V v@2;"))

    def test_behaviour_does_not_matter(self):
        for before, after in (
                ("init(", "[timeout_ms=9] init("),
                ("[async]", "[async, queue=3, overflow=drop_oldest]"),
                ("interface IPATInterface", "[Version=3] interface "
                 "IPATInterface"),
                ("int32 y = 3", "int32 y = 4")):
            with self.subTest(after):
                self.assertEqual(fingerprint(IDL.replace(before, after)),
                                 fingerprint())

    def test_files_do_not_matter(self):
        rest = IDL.replace("struct P { uint32 x; [max=9] int32 y = 3; };", "")
        compiled = compile_text(
            'module t;\nimport "p.mojom";\n' + rest,
            p="module t; struct P { uint32 x; [max=9] int32 y = 3; };")
        self.assertEqual(
            wire.fingerprint(compiled.program,
                             compiled.inputs[0].interfaces[0]),
            fingerprint())

    def test_everything_that_bytes_depend_on_matters(self):
        seen = {fingerprint(): "nothing"}
        for before, after in (
                ("uint32 x", "uint64 x"), ("uint32 x", "uint32 z"),
                ("uint32 x", "[wire=fixed] uint32 x"),
                ("uint32 x;", "uint32? x;"), ("y = 3", "y = 0"),
                ("[max=9]", "[max=8]"), ("[max=9]", "[min=0]"),
                ("uint32 x; [max=9] int32 y", "uint32 x@1; [max=9] int32 y@3"),
                ("B = 4", "B = 2"), ("B = 4", "C = 4"),
                ("enum E", "[Extensible] enum E"),
                ("string s;", "array<uint8> s;"),
                ("array<U> us", "[required] array<U> us"),
                ("array<U> us", "[max_len=3] array<U> us"),
                ("[flags] E e", "E e"), ("int32 ret, ", ""),
                ("map<string, float>", "map<string, double>"),
                ("map<string, float>", "map<uint8, float>"),
                ("SharedFD fd", "[fd=memfd] SharedFD fd"),
                ("P? p", "P p"), ("init(", "open("),
                ("[async] go", "go"), ("done(", "finished("),
                ("IPATInterface", "IPATTInterface")):
            with self.subTest(after):
                text = IDL.replace(before, after)
                if before == "IPATInterface":
                    text = text.replace("IPATEvent", "IPATTEvent")
                self.assertNotEqual(text, IDL)
                value = fingerprint(text)
                self.assertNotIn(value, seen)
                seen[value] = after


if __name__ == "__main__":
    unittest.main()
