# SPDX-License-Identifier: MIT
"""Tests which comment documents which declaration."""

import unittest

import support
from support import compile_text, found_in, module_of


def lines(declaration):
    return declaration.doc.lines if declaration.doc else None


class Adjacent(unittest.TestCase):
    def test_before_and_behind(self):
        module = module_of(
            "/** S. */\nstruct S {\n\t/// a\n\tint8 a;\n"
            "\tint8 b; ///< b\n\tint8 c; // no\n};\n"
            "/** E. */\n[flags]\nenum E {\n\t/** A */ A,\n\tB, ///< B\n"
            "\tC\n};\n")
        struct, enum = module.structs[0], module.enums[0]
        self.assertEqual(lines(struct), ("S.",))
        self.assertEqual([lines(f) for f in struct.fields],
                         [("a",), ("b",), None])
        self.assertEqual(lines(enum), ("E.",))
        self.assertEqual([lines(e) for e in enum.enumerators],
                         [("A",), ("B",), None])

    def test_methods(self):
        found = module_of("/** I. */\ninterface I {\n/** f. */\n"
                          "[async] f();\n/** g. */ g();\n};").interfaces[0]
        self.assertEqual([lines(found)] + [lines(m) for m in found.methods],
                         [("I.",), ("f.",), ("g.",)])

    def test_the_nearest_of_two_wins(self):
        struct = module_of("/** old */\n/** new */\nstruct S { };").structs[0]
        self.assertEqual(lines(struct), ("new",))

    def test_the_module(self):
        module = compile_text("/** About t. */\nmodule t;\n").inputs[0]
        self.assertEqual(lines(module), ("About t.",))

    def test_brief_is_no_word(self):
        struct = module_of("/**\n * \\brief Short.\n *\n * Long.\n */\n"
                           "struct S { };").structs[0]
        self.assertEqual(lines(struct), ("Short.", "", "Long."))


class Naming(unittest.TestCase):
    def test_detached_blocks_find_their_declaration(self):
        module = module_of(
            "/**\n * \\struct S\n * \\brief About S.\n */\n\n"
            "/**\n * \\var S::a\n * \\brief About a.\n */\n\n"
            "/**\n * \\fn IPAXInterface::start()\n * \\brief Begins.\n */\n\n"
            "struct S { int8 a; };\ninterface IPAXInterface { start(); };")
        self.assertEqual(lines(module.structs[0]), ("About S.",))
        self.assertEqual(lines(module.structs[0].fields[0]), ("About a.",))
        self.assertEqual(lines(module.interfaces[0].methods[0]),
                         ("Begins.",))

    def test_a_block_behind_everything(self):
        module = module_of("struct S { };\n/** \\struct S\n * Late. */\n")
        self.assertEqual(lines(module.structs[0]), ("Late.",))

    def test_a_block_that_nothing_needs(self):
        module = module_of("/** \\struct Gone\n * Old. */\n"
                           "/** S. */\nstruct S { };")
        self.assertEqual(lines(module.structs[0]), ("S.",))

    def test_a_constructor_is_not_the_struct(self):
        module = module_of("/** \\struct S\n * About S. */\n"
                           "/** \\fn S::S()\n * Makes one. */\n"
                           "struct S { };")
        self.assertEqual(lines(module.structs[0]), ("About S.",))

    def test_a_wrong_name_of_the_right_kind_is_a_mistake(self):
        text = "module t;\ninterface IPAXInterface {\n" \
            "\t/** \\fn start()\n\t * Ends. */\n\tstop();\n};"
        self.assertEqual(found_in(text),
                         [("warning", "doc-mismatch", 3, 2)])
        method = compile_text(text).inputs[0].interfaces[0].methods[0]
        self.assertEqual(lines(method), ("Ends.",))


if __name__ == "__main__":
    unittest.main()
