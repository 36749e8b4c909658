# SPDX-License-Identifier: MIT
"""Tests names, numbers, values and types of the IR."""

import math
import unittest

import support
from camipc_gen.text.diagnostics import did_you_mean
from support import compile_text, found_in, module_of
from camipc_gen.model import ir
from camipc_gen.text.loader import Options

CORE = "module cam; struct Size { uint32 width; }; const uint32 N = 4; " \
    "enum Colour { Red, Green = 5, Blue }; " \
    "[alias=\"FrameBuffer.Plane\"] struct Plane { SharedFD fd; };"


def fields_of(text, **more):
    return module_of(text, **more).structs[-1].fields


class Values(unittest.TestCase):
    def value(self, text, type="int64"):
        return module_of("const %s A = %s;" % (type, text)).consts[0].value

    def test_expressions(self):
        for text, value in (("2 + 3 * 4", 14), ("(2 + 3) * 4", 20),
                            ("7 / 2", 3), ("-7 / 2", -3), ("-7 % 2", -1),
                            ("7 % -2", 1), ("1 << 4 | 3", 19), ("~0", -1),
                            ("0xff & ~0xf", 0xf0), ("256 >> 4", 16),
                            ("+5", 5), ("5 ^ 1", 4), ("- -3", 3)):
            with self.subTest(text):
                self.assertEqual(self.value(text), value)

    def test_floats(self):
        self.assertEqual(self.value("float.INFINITY", "float"), math.inf)
        self.assertEqual(self.value("double.NEGATIVE_INFINITY", "double"),
                         -math.inf)
        self.assertTrue(math.isnan(self.value("double.NAN", "double")))
        self.assertIsInstance(self.value("3", "float"), float)

    def test_constants_name_each_other_in_any_order(self):
        module = module_of("const int32 A = B * 2; const int32 B = 3;")
        self.assertEqual([c.value for c in module.consts], [6, 3])

    def test_enumerators_count_on(self):
        enum = module_of("const int32 N = 7; enum E { A, B, C = N, D, "
                         "F = A, G = E.D + 1, H = -5, I };").enums[0]
        self.assertEqual([v.value for v in enum.enumerators],
                         [0, 1, 7, 8, 0, 9, -5, -4])

    def test_a_long_enum_is_no_recursion(self):
        text = "enum E { %s };" % ", ".join("V%d" % i for i in range(5000))
        self.assertEqual(module_of(text).enums[0].enumerators[-1].value,
                         4999)

    def test_defaults(self):
        fields = fields_of(
            "enum E { Zero, One }; enum F { A = 1, B = 2 }; struct S { "
            "int32 a = 0; int32 b = -1; bool c = true; float d = 0.0; "
            "float e = -0.0; string f = \"\"; string g = \"x\"; E h = E.One; "
            "E i = Zero; [flags] F j = F.A | F.B; array<int8> k = []; "
            "double l = 3; E m = 1; };")
        self.assertEqual([f.default for f in fields],
                         [None, -1, True, None, -0.0, None, "x", 1, None, 3,
                          None, 3.0, 1])
        self.assertEqual(math.copysign(1, fields[4].default), -1)
        self.assertIsInstance(fields[11].default, float)


class Types(unittest.TestCase):
    def type(self, text, before="", **more):
        return fields_of(before + "struct S { %s x; };" % text, **more)[0].type

    def test_each_kind(self):
        enum = "enum E { A }; union U { int8 a; }; struct T { };"
        for text, wanted in (
                ("bool", ir.Scalar("bool")), ("string", ir.String()),
                ("SharedFD", ir.Fd()), ("FileDescriptor", ir.Fd()),
                ("handle<platform>", ir.Fd()),
                ("E", ir.EnumRef("t.E")), ("[flags] E", ir.FlagsRef("t.E")),
                ("T", ir.StructRef("t.T")), ("U", ir.UnionRef("t.U")),
                ("array<int8>", ir.Array(ir.Scalar("int8"))),
                ("array<int8, 2 * 3>", ir.Array(ir.Scalar("int8"), 6)),
                ("array<array<T>, 2>",
                 ir.Array(ir.Array(ir.StructRef("t.T")), 2)),
                ("[flags] map<E, array<E>>",
                 ir.Map(ir.FlagsRef("t.E"), ir.Array(ir.FlagsRef("t.E")))),
                ("int32?", ir.Nullable(ir.Scalar("int32"))),
                ("array<T>?", ir.Nullable(ir.Array(ir.StructRef("t.T")))),
                ("SharedFD?", ir.Fd()),
                ("[fd=memfd, sealed, access=ro, min_size=9] SharedFD",
                 ir.Fd("memfd", "ro", True, 9))):
            with self.subTest(text):
                self.assertEqual(self.type(text, enum), wanted)

    def test_flags_on_the_enum_make_every_use_flags(self):
        self.assertEqual(self.type("E", "[flags] enum E { A };"),
                         ir.FlagsRef("t.E"))

    def test_a_typed_descriptor_is_required_unless_nullable(self):
        fields = fields_of("struct S { SharedFD a; [fd=pipe] SharedFD b; "
                           "[fd=pipe] SharedFD? c; [required] SharedFD d; };")
        self.assertEqual([f.required for f in fields],
                         [False, True, False, True])

    def test_limits_take_the_type_of_the_field(self):
        field = fields_of("struct S { [min=1, max=2] float a; };")[0]
        self.assertIsInstance(field.min, float)

    def test_limits_that_the_type_has_anyway_are_none(self):
        fields = fields_of("struct S { [min=0, max=255] uint8 a; "
                           "[min=-128, max=126] int8 b; };")
        self.assertEqual([(f.min, f.max) for f in fields],
                         [(None, None), (None, 126)])

    def test_limits_may_name_constants(self):
        field = fields_of("const uint32 N = 3; "
                          "struct S { [max_len=N * 2] string a; };")[0]
        self.assertEqual(field.max_len, 6)

    def test_nested_names(self):
        module = module_of(
            "struct S { enum E { A, B }; const uint32 N = 2; "
            "E e = E.B; array<int8, N> a; }; struct T { S.E e = S.E.B; "
            "array<int8, S.N> a; };")
        for struct in module.structs:
            self.assertEqual(struct.fields[0].type, ir.EnumRef("t.S.E"))
            self.assertEqual(struct.fields[0].default, 1)
            self.assertEqual(struct.fields[1].type.count, 2)
        self.assertEqual((module.enums[0].qualified, module.enums[0].outer),
                         ("t.S.E", ("S",)))


class Modules(unittest.TestCase):
    def type(self, name, module="ipa.t", options=None, **more):
        text = 'module %s; import "core.mojom"; struct S { %s x; };' % (
            module, name)
        compiled = compile_text(text, options, **more)
        return compiled.inputs[0].structs[0].fields[0].type

    def test_names_are_searched_outwards(self):
        for module, name, core in (
                ("ipa.t", "cam.Size", CORE), ("cam", "Size", CORE),
                ("cam.t", "Size", CORE), ("a.b", "c.Size",
                                          "module a.c; struct Size { };")):
            with self.subTest(module=module, name=name):
                found = self.type(name, module, core=core)
                self.assertTrue(found.name.endswith(".Size"))

    def test_the_innermost_wins(self):
        text = 'module a.b; import "core.mojom"; struct Size { }; ' \
            'struct S { Size x; };'
        compiled = compile_text(text, core="module a; struct Size { };")
        self.assertEqual(compiled.inputs[0].structs[1].fields[0].type.name,
                         "a.b.Size")

    def test_aliases(self):
        self.assertEqual(self.type("cam.FrameBuffer.Plane", core=CORE),
                         ir.StructRef("cam.Plane"))

    def test_descriptors_of_a_module(self):
        self.assertEqual(self.type("cam.SharedFD", core=CORE), ir.Fd())

    def test_module_map_renames_references(self):
        options = Options(module_map=(("libcamera", "cam"),))
        for name, wanted in (("libcamera.Size", ir.StructRef("cam.Size")),
                             ("libcamera.SharedFD", ir.Fd()),
                             ("libcamera.FrameBuffer.Plane",
                              ir.StructRef("cam.Plane"))):
            with self.subTest(name):
                self.assertEqual(self.type(name, options=options, core=CORE),
                                 wanted)

    def test_values_of_an_import(self):
        text = 'module t; import "core.mojom"; struct S { ' \
            'array<int8, cam.N> a; cam.Colour b = cam.Colour.Blue; ' \
            'cam.Colour c = Green; };'
        fields = compile_text(text, core=CORE).inputs[0].structs[0].fields
        self.assertEqual((fields[0].type.count, fields[1].default,
                          fields[2].default), (4, 6, 5))

    def test_imports_stand_before_importers(self):
        text = 'module t; import "b.mojom"; import "a.mojom";'
        compiled = compile_text(
            text, a="module a;", b='module b; import "a.mojom";')
        self.assertEqual([m.name for m in compiled.program.modules],
                         ["a", "b", "t"])
        self.assertEqual([m.name for m in compiled.inputs[0].imports],
                         ["b", "a"])

    def test_one_struct_name_in_several_modules(self):
        text = 'module t; import "a.mojom"; struct S { a.S x; };'
        compiled = compile_text(text, a="module a; struct S { };")
        self.assertEqual(set(compiled.program.structs), {"a.S", "t.S"})

    def test_flags_used_by_an_importer_do_not_change_the_import(self):
        text = 'module t; import "core.mojom"; struct S { ' \
            '[flags] cam.Colour c; };'
        compiled = compile_text(text, core=CORE)
        self.assertFalse(compiled.program.enums["cam.Colour"].used_as_flags)


class Numbers(unittest.TestCase):
    def numbers(self, text, options=None):
        return [f.number for f in
                module_of(text, options).structs[0].fields]

    def test_in_order(self):
        self.assertEqual(self.numbers("struct S { int8 a; int8 b; };"),
                         [1, 2])

    def test_ordinals(self):
        self.assertEqual(self.numbers("struct S { int8 a@7; int8 b@2; };"),
                         [7, 2])

    def test_retired_numbers_are_left_out(self):
        self.assertEqual(self.numbers(
            '[retired="1, 3-4"] struct S { int8 a; int8 b; };'), [2, 5])

    def test_ordinals_of_chromium_start_at_zero(self):
        self.assertEqual(self.numbers("struct S { int8 a@0; int8 b@1; };",
                                      Options(ordinal_base=0)), [1, 2])

    def test_numbers_that_protobuf_keeps_are_left_out(self):
        self.assertEqual(self.numbers(
            '[retired="1-18999"] struct S { int8 a; };'), [20000])


class Order(unittest.TestCase):
    def test_what_is_contained_comes_first(self):
        module = module_of(
            "struct A { B b; }; union B { C c; D d; }; "
            "struct C { array<D, 2> d; }; struct D { array<A> a; A? b; };")
        self.assertEqual([d.name for d in module.definition_order],
                         ["D", "C", "B", "A"])
        self.assertEqual([s.name for s in module.structs], ["A", "C", "D"])

    def test_recursion_is_marked(self):
        module = module_of(
            "struct A { array<B> b; }; struct B { A? a; map<int8, B> m; }; "
            "struct C { A a; };")
        self.assertEqual([s.contains_itself for s in module.structs],
                         [True, True, False])

    def test_structs_may_be_as_deep_as_receivers_accept(self):
        text = "".join("struct S%d { S%d s; };" % (i, i + 1)
                       for i in range(31)) + "struct S31 { };"
        self.assertEqual(len(module_of(text).structs), 32)

    def test_nor_deeper_through_pointers(self):
        chain = "".join("struct S%d { array<S%d> s; };\n" % (i, i + 1)
                        for i in range(3000)) + "struct S3000 { };\n"
        self.assertEqual([found[1:3] for found in found_in(
            "module t;\n" + chain)], [("nesting-depth", 2970)])

    def test_a_circle_is_one_level(self):
        ring = "".join("struct R%d { R%d? r; };\n" % (i, (i + 1) % 100)
                       for i in range(100))
        chain = "".join("struct S%d { S%d? s; };\n" % (i, i + 1)
                        for i in range(30)) + "struct S30 { R0? r; %s };\n"
        self.assertEqual(len(module_of(ring + chain % "").structs), 131)
        self.assertEqual([id for _, id, _, _ in found_in(
            "module t;\n" + ring + (chain % "T? t;")
            + "struct T { R7? r; };")], ["nesting-depth"])

    def test_an_inline_union_is_no_level(self):
        text = "module t;\nunion U { S31 arm@1; };\nstruct S31 {};\n" + \
            "".join("struct S%d { S%d s; };\n" % (i, i + 1)
                    for i in range(30)) + "struct S30 { [%s] U u@2; };\n"
        self.assertEqual(found_in(text % "inline"), [])
        self.assertEqual([id for _, id, _, _ in found_in(text % "required")],
                         ["nesting-depth"])


class Declarations(unittest.TestCase):
    def test_what_the_ir_says_of_a_file(self):
        text = "// SPDX-License-Identifier: CC0-1.0\n/** About. */\n" \
            "module t;\n[Extensible, scopedEnum] enum E { A };\n"
        module = compile_text(text).inputs[0]
        self.assertEqual((module.license, module.stem, module.doc.lines),
                         ("CC0-1.0", "t", ("About.",)))
        self.assertTrue(module.enums[0].extensible)
        self.assertTrue(module.enums[0].scoped)
        self.assertEqual(module_of("").license, "MIT")

    def test_attributes_can_be_asked_for(self):
        enum = module_of("enum E { [control=float, size=2] A = 1 };").enums[0]
        value = enum.enumerators[0]
        self.assertEqual((value.attribute("control"),
                          value.attribute("size"), value.attribute("x", 3)),
                         ("float", 2, 3))

    def test_suggests_the_same_word_in_other_letters_first(self):
        known = ["int32", "uint32", "uint_16", "IPASize"]
        for word, nearest in (("Uint32", "uint32"), ("Int32", "int32"),
                              ("uInt16", "uint_16"), ("uint23", "uint32"),
                              ("ipaSize", "IPASize")):
            self.assertEqual(did_you_mean(word, known),
                             "did you mean '%s'?" % nearest)

    def test_reports_all_of_a_stage(self):
        ids = [id for _, id, _, _ in found_in(
            "module t;\nstruct A { X x; int32 y = true; };\n"
            "struct B { Y y; };\nconst int8 C = 1000;")]
        self.assertEqual(ids, ["unknown-type", "value-type", "unknown-type",
                               "value-range"])


if __name__ == "__main__":
    unittest.main()
