# SPDX-License-Identifier: MIT
"""Tests the parser, which turns tokens into syntax trees."""

import unittest

import support
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.parser import parse
from camipc_gen.text.source import Source
from camipc_gen.text.syntax import (Binary, EnumNode, GenericType, InterfaceNode,
                               NullableType, StructNode)


def parsed(text):
    diagnostics = Diagnostics()
    file = parse(Source("t", "module t;" + text), diagnostics)
    return file, [d.id for d in diagnostics.sorted()]


def declared(text):
    file, ids = parsed(text)
    assert not ids, ids
    return file.declarations[0]


class Declarations(unittest.TestCase):
    def test_struct(self):
        node = declared("[a, b=3] [c=\"x\"] struct S { int32 x@4 = 5; "
                        "enum E { A }; const int32 C = 1; m.T? y; };")
        self.assertIsInstance(node, StructNode)
        self.assertEqual([a.name for a in node.attributes], ["a", "b", "c"])
        self.assertEqual([f.name for f in node.fields], ["x", "y"])
        self.assertEqual(node.fields[0].ordinal.value, 4)
        self.assertEqual(node.fields[0].default.value, 5)
        self.assertIsInstance(node.fields[1].type, NullableType)
        self.assertEqual(node.fields[1].type.inner.name, "m.T")
        self.assertEqual((node.enums[0].name, node.consts[0].name),
                         ("E", "C"))

    def test_words_of_the_language_are_names_too(self):
        node = declared("struct S { int32 module; bool import; "
                        "string interface; uint8 enum; float default; "
                        "array<int8> array; uint32 struct; };")
        self.assertEqual([f.name for f in node.fields],
                         ["module", "import", "interface", "enum", "default",
                          "array", "struct"])

    def test_enum_with_and_without_a_last_comma(self):
        for text in ("enum E { A, B = 2 };", "enum E { A, B = 2, };"):
            node = declared(text)
            self.assertIsInstance(node, EnumNode)
            self.assertEqual([v.name for v in node.enumerators], ["A", "B"])

    def test_interface(self):
        node = declared("interface I { f(); g(int32 a) => (); "
                        "[async] h@3([flags] E e, T t@2); "
                        "i() => (int32 ret, array<T> x); };")
        self.assertIsInstance(node, InterfaceNode)
        self.assertEqual([(m.name, len(m.params), m.outs is None)
                          for m in node.methods],
                         [("f", 0, True), ("g", 1, False), ("h", 2, True),
                          ("i", 0, False)])
        self.assertEqual(node.methods[2].ordinal.value, 3)
        self.assertEqual(node.methods[2].params[1].ordinal.value, 2)

    def test_module_attributes_and_imports(self):
        file, ids = parsed('import "a.mojom"; import "b/c.mojom";')
        self.assertEqual([i.path for i in file.imports],
                         ["a.mojom", "b/c.mojom"])
        self.assertEqual((file.module.name, ids), ("t", []))

    def test_an_empty_struct_with_attributes(self):
        node = declared("[skipSerdes, skipHeader] struct ControlList {};")
        self.assertEqual((node.name, node.fields), ("ControlList", ()))


class Expressions(unittest.TestCase):
    def value(self, text):
        return declared("const int64 A = %s;" % text).value

    def test_operators_bind_as_in_c(self):
        node = self.value("1 | 2 ^ 3 & 4 << 5 + 6 * 7")
        shape = []
        while isinstance(node, Binary):
            shape.append(node.operator)
            node = node.right
        self.assertEqual(shape, ["|", "^", "&", "<<", "+", "*"])

    def test_equal_operators_bind_to_the_left(self):
        node = self.value("9 - 3 - 2")
        self.assertEqual((node.left.operator, node.right.value), ("-", 2))

    def test_shift_to_the_right_needs_its_signs_side_by_side(self):
        self.assertEqual(self.value("8 >> 1").operator, ">>")
        self.assertEqual(parsed("const int8 A = 8 > > 1;")[1], ["syntax"])

    def test_counts_end_where_the_type_ends(self):
        node = declared("struct S { array<array<int8, N + 1>> x; "
                        "array<int8, (16 >> 2)> y; };")
        outer = node.fields[0].type
        self.assertIsInstance(outer, GenericType)
        self.assertEqual(outer.arguments[0].count.operator, "+")
        self.assertEqual(node.fields[1].type.count.operator, ">>")


class Recovery(unittest.TestCase):
    def test_goes_on_behind_the_member(self):
        file, ids = parsed("struct A { int32 = 1; int32 b; }; "
                           "struct B { int32 c; };")
        self.assertEqual(ids, ["syntax"])
        self.assertEqual([[f.name for f in d.fields]
                          for d in file.declarations], [["b"], ["c"]])

    def test_goes_on_behind_the_declaration(self):
        file, ids = parsed("\nstruct { int32 a; };\nstruct B { };\n"
                           "union ! { };\nenum E { A };")
        self.assertEqual([d.name for d in file.declarations], ["B", "E"])
        self.assertEqual(ids, ["syntax", "bad-character"])

    def test_goes_on_behind_a_body_that_is_not_closed(self):
        file, ids = parsed("\nstruct A {\n\tint32 a;\n\nstruct B {\n};\n")
        self.assertEqual(ids, ["unclosed-body"])
        self.assertEqual([d.name for d in file.declarations], ["B"])

    def test_tells_each_mistake_once(self):
        text = "".join("struct S%d { int32 = %d; };\n" % (i, i)
                       for i in range(20))
        self.assertEqual(parsed(text)[1], ["syntax"] * 20)


if __name__ == "__main__":
    unittest.main()
