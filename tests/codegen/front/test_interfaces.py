# SPDX-License-Identifier: MIT
"""Tests interfaces: pairing, roles, folded results, attributes of methods."""

import unittest

import support
from support import found_in, module_of
from camipc_gen.model.resolve_interface import core_word


def interface(text):
    return module_of(text).interfaces[0]


def roles(text):
    return {m.name: m.role for m in interface(text).methods}


class Pairing(unittest.TestCase):
    def test_core_words(self):
        for name, word in (("IPAVimcInterface", "vimc"),
                           ("IPAVimcEventInterface", "vimc"),
                           ("IPARkISP1Interface", "rkisp1"),
                           ("Echo", "echo"), ("EchoEventInterface", "echo"),
                           ("Interface", "interface"), ("IPA", "ipa")):
            with self.subTest(name):
                self.assertEqual(core_word(name), word)

    def test_by_name_in_any_order(self):
        found = module_of(
            "interface IPAAEventInterface { x(); }; "
            "interface IPABInterface { f(); }; "
            "interface IPAAInterface { g(); }; "
            "interface IPABEventInterface { y(); };").interfaces
        self.assertEqual(
            [(i.core, i.event_interface.name, i.events[0].name)
             for i in found],
            [("b", "IPABEventInterface", "y"),
             ("a", "IPAAEventInterface", "x")])

    def test_by_attribute(self):
        found = interface("[events=Happenings] interface Echo { f(); }; "
                          "interface Happenings { g(); };")
        self.assertEqual(found.event_interface.name, "Happenings")
        self.assertEqual([(e.name, e.role, e.id) for e in found.events],
                         [("g", "event", 1)])

    def test_without_events(self):
        found = interface("interface IPAAInterface { f(); };")
        self.assertIsNone(found.event_interface)
        self.assertEqual(found.events, ())

    def test_another_core_word_is_no_pair(self):
        self.assertEqual(
            [id for _, id, _, _ in found_in(
                "module t; interface IPAAInterface { f(); }; "
                "interface IPABEventInterface { g(); };")],
            ["event-interface-alone"])


class Roles(unittest.TestCase):
    NAMED = "init(); start(); stop(); other(); [async] go();"

    def test_by_name_in_an_ipa_interface(self):
        self.assertEqual(
            roles("interface IPAXInterface { %s };" % self.NAMED),
            {"init": "init", "start": "start", "stop": "stop",
             "other": "call", "go": "async"})

    def test_names_mean_nothing_elsewhere(self):
        found = interface("interface Echo { %s };" % self.NAMED)
        self.assertEqual({m.name: m.role for m in found.methods},
                         {"init": "call", "start": "call", "stop": "call",
                          "other": "call", "go": "async"})
        self.assertFalse(found.has_roles)

    def test_by_attribute(self):
        found = interface("interface Echo { [role=init] open(); "
                          "[role=\"start\"] run(); [role=stop] halt(); };")
        self.assertEqual([m.role for m in found.methods],
                         ["init", "start", "stop"])
        self.assertTrue(found.has_roles)

    def test_an_attribute_overrules_the_name(self):
        self.assertEqual(
            roles("interface IPAXInterface { [role=start] run(); start(); "
                  "[async] stop(); [role=call] init(); };"),
            {"run": "start", "start": "call", "stop": "async",
             "init": "call"})


class Methods(unittest.TestCase):
    def method(self, text):
        return interface("enum E { A }; struct S { };"
                         "interface I { %s };" % text).methods[0]

    def test_a_leading_int32_is_the_result(self):
        method = self.method("f() => (int32 ret, S x, bool y);")
        self.assertTrue(method.returns_int32)
        self.assertEqual(method.return_name, "ret")
        self.assertEqual([(o.name, o.number) for o in method.outs],
                         [("x", 2), ("y", 3)])

    def test_whatever_its_name(self):
        self.assertEqual(self.method("f() => (int32 count);").return_name,
                         "count")

    def test_other_outputs_begin_with_one(self):
        for text in ("f() => (S x, int32 y);", "f() => (bool x, S y);",
                     "f() => ([value] int32 x, S y);",
                     "f() => (int32? x, S y);", "f() => (E x, S y);"):
            with self.subTest(text):
                method = self.method(text)
                self.assertFalse(method.returns_int32)
                self.assertIsNone(method.return_name)
                self.assertEqual([o.number for o in method.outs], [1, 2])

    def test_no_arrow_and_no_outputs_are_both_waited_for(self):
        for text in ("f();", "f() => ();"):
            method = self.method(text)
            self.assertEqual((method.role, method.outs), ("call", ()))

    def test_attributes(self):
        method = self.method("[timeout_ms=250, when=stopped] f();")
        self.assertEqual((method.timeout_ms, method.when), (250, "stopped"))
        method = self.method("[async, queue=4, overflow=drop_oldest] f();")
        self.assertEqual((method.queue, method.overflow),
                         (4, "drop_oldest"))
        method = self.method("f();")
        self.assertEqual((method.timeout_ms, method.when, method.queue,
                          method.overflow), (0, "default", 0, "error"))

    def test_ids(self):
        found = interface('[retired="2"] interface I { a(); b(); c(); };')
        self.assertEqual([m.id for m in found.methods], [1, 3, 4])
        found = interface("interface I { a@9(); b@4(); };")
        self.assertEqual([m.id for m in found.methods], [9, 4])

    def test_names_of_the_interface_are_seen(self):
        found = interface("interface I { enum E { A }; const uint32 N = 2; "
                          "f(E e, array<int8, N> a); };")
        self.assertEqual(found.methods[0].params[0].type.name, "t.I.E")
        self.assertEqual(found.methods[0].params[1].type.count, 2)


class Versions(unittest.TestCase):
    def versions(self, text):
        found = interface(text + " interface I { f(); };")
        return found.version, found.compatible_since

    def test_defaults(self):
        self.assertEqual(self.versions(""), (1, 1))
        self.assertEqual(self.versions("[Version=4]"), (4, 4))
        self.assertEqual(self.versions("[Version=4, CompatibleSince=2]"),
                         (4, 2))


if __name__ == "__main__":
    unittest.main()
