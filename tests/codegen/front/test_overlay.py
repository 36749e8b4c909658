# SPDX-License-Identifier: MIT
"""Tests overlays, which add attributes to an interface from another file."""

import unittest

import support
from camipc_gen import compiler
from camipc_gen.model import wire
from camipc_gen.text.diagnostics import Diagnostics
from camipc_gen.text.loader import Options

IDL = "module ipa.t;\nstruct S { int32 a; enum E { X }; };\n" \
    "union U { int8 u; };\nenum F { Y };\n" \
    "interface IPATInterface {\n\tinit(S s) => (int32 ret);\n" \
    "\tmapAll(array<S> all);\n\tunmapAll();\n" \
    "\tget() => (int32 value, bool b);\n};\n"


def compiled(overlay, idl=IDL, base="overlay module ipa.t;\n"):
    sources = support.TextSources({"t.mojom": idl, "o": base + overlay})
    return compiler.compile_files(["t.mojom"], Options(overlays=("o",)),
                                  Diagnostics(sources))


def ids_of(overlay, **more):
    try:
        compiled(overlay, **more)
    except compiler.CompileError as error:
        return [d.id for d in error.diagnostics.sorted()]
    return []


class Overlay(unittest.TestCase):
    def interface(self, overlay):
        return compiled(overlay).inputs[0].interfaces[0]

    def test_methods(self):
        found = self.interface(
            "interface IPATInterface { [timeout_ms=5000] init; "
            "[restore, undo=unmapAll] mapAll; };")
        self.assertEqual(found.methods[0].timeout_ms, 5000)
        self.assertTrue(found.methods[1].attribute("restore"))
        self.assertEqual(found.methods[1].attribute("undo"), "unmapAll")

    def test_the_interface(self):
        found = self.interface("[Version=3] interface IPATInterface { };")
        self.assertEqual(found.version, 3)

    def test_parameters_and_outputs(self):
        found = self.interface(
            "interface IPATInterface { mapAll([max_len=8] all); "
            "get() => ([value] value); };")
        self.assertEqual(found.methods[1].params[0].max_len, 8)
        self.assertFalse(found.methods[3].returns_int32)

    def test_types(self):
        module = compiled("struct S { [max=3] a; };\n"
                          "[Extensible] union U { };\n"
                          "enum F { [cname=\"why\"] Y; };\n"
                          "[Extensible] enum S.E { };").inputs[0]
        self.assertEqual(module.structs[0].fields[0].max, 3)
        self.assertTrue(module.unions[0].extensible)

    def test_roles(self):
        found = self.interface("interface IPATInterface { "
                               "[role=call] init; [role=stop] unmapAll; };")
        self.assertEqual([m.role for m in found.methods],
                         ["call", "call", "stop", "call"])

    def test_an_attribute_of_the_file_is_not_replaced(self):
        idl = "module ipa.t;\nstruct S { [max=3] int32 a; };"
        self.assertEqual(ids_of("struct S { [max=4] a; };", idl=idl),
                         ["duplicate-attribute"])

    def test_unknown_names_are_errors(self):
        self.assertEqual(ids_of("struct R { };\nstruct S { [max=3] b; };\n"
                                "interface IPATInterface { init(x); };"),
                         ["overlay-unknown"] * 3)

    def test_several_modules_in_one_file(self):
        found = compiled("struct S { [max=3] a; };\noverlay module ipa.t;\n"
                         "struct S { [min=1] a; };").inputs[0]
        field = found.structs[0].fields[0]
        self.assertEqual((field.min, field.max), (1, 3))

    def test_behaviour_leaves_the_fingerprint_alone_limits_do_not(self):
        def fingerprint(overlay):
            found = compiled(overlay)
            return wire.fingerprint(found.program,
                                    found.inputs[0].interfaces[0])
        plain = fingerprint("")
        self.assertEqual(plain, fingerprint(
            "interface IPATInterface { [timeout_ms=9, restore, when=any] "
            "mapAll; };"))
        self.assertNotEqual(plain, fingerprint("struct S { [max=3] a; };"))


if __name__ == "__main__":
    unittest.main()
