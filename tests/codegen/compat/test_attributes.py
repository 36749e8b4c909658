# SPDX-License-Identifier: MIT
"""Each attribute has the effect that its table states: on the fingerprint, and
on what compat reports. A new attribute needs a sample here."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "front"))

import support  # noqa: E402
from camipc_gen import compiler  # noqa: E402
from camipc_gen.compat import compare as compat  # noqa: E402
from camipc_gen.model import wire  # noqa: E402
from camipc_gen.model.attributes import (  # noqa: E402
    ATTRIBUTES, BEHAVIOUR, C_NAME, NOTHING, NUMBERS, VERSION, WIRE, Spec)
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402

TEXT = """module t;
import "other.mojom";
enum E { A = 1, B = 2, };
union U { uint32 x@20; };
[external, header="x.h", cname="struct x", functions=x_ipc, max_len=9]
struct X;
struct S {
	E e@1;
	U u@2;
	int32 n@3;
	string s@4;
	array<uint32> a@5;
	map<int32, int32> m@6;
	SharedFD f@7;
	X x@8;
};
interface IPATInterface {
	go(S s) => (int32 ret);
	pause();
	[async] far(S s);
};
interface IPATEventInterface { gone(S s); };
interface Plain { f(E e); };
interface Raised { r(E e); };
"""

# A part of TEXT, and what it is in the old and in the new version; the old one
# is as it is where only two are given.
SAMPLES = {
    "async": ("pause", "[async] pause"),
    "flags": ("E e@1", "[flags] E e@1"),
    "hasFd": ("SharedFD", "[hasFd] SharedFD"),
    "scopedEnum": ("enum E", "[scopedEnum] enum E"),
    "skipHeader": ("enum E", "[skipHeader] struct Size {}; enum E"),
    "skipSerdes": ("enum E", "[skipSerdes] struct Size {}; enum E"),
    "Extensible": ("enum E", "[Extensible] enum E"),
    "Default": ("enum E { A", "[Extensible] enum E { A",
                "[Extensible] enum E { [Default] A"),
    "MinVersion": ("int32 n", "[MinVersion=1] int32 n"),
    "Version": ("interface Plain", "[Version=2] interface Plain"),
    "CompatibleSince": ("interface Plain", "[Version=2] interface Plain",
                        "[Version=2, CompatibleSince=1] interface Plain"),
    "events": ("interface Plain", "[events=Raised] interface Plain"),
    "max_message": ("interface Plain", "[max_message=65536] interface Plain"),
    "role": ("pause", "[role=stop] pause"),
    "timeout_ms": ("pause", "[timeout_ms=5] pause"),
    "when": ("pause", "[when=any] pause"),
    "queue": ("gone", "[queue=5] gone"),
    "overflow": ("gone", "[overflow=drop_oldest] gone",
                 "[overflow=keep] gone"),
    "restore": ("go(", "[restore] go(", "[restore=ignore_result] go("),
    "restart": ("go(", "[restart=wait] go("),
    "key": ("go(", "[key=s.n] go("),
    "undo": ("go(", "[undo=pause] go("),
    "min": ("int32 n", "[min=-5] int32 n"),
    "max": ("int32 n", "[max=5] int32 n"),
    "max_len": ("string s", "[max_len=5] string s"),
    "required": ("string s", "[required] string s"),
    "wire": ("int32 n", "[wire=zigzag] int32 n"),
    "wire_key": ("map<", "[wire_key=zigzag] map<"),
    "wire_value": ("map<", "[wire_value=zigzag] map<"),
    "unpacked": ("array<", "[unpacked] array<"),
    "inline": ("U u@2", "[inline] U u@2"),
    "keep_unknown": ("struct S", "[keep_unknown] struct S"),
    "retired": ("struct S", '[retired="100"] struct S'),
    "fd": ("SharedFD", "[fd=memfd] SharedFD"),
    "access": ("SharedFD", "[access=ro] SharedFD"),
    "sealed": ("SharedFD", "[fd=memfd] SharedFD",
               "[fd=memfd, sealed] SharedFD"),
    "min_size": ("SharedFD", "[fd=memfd] SharedFD",
                 "[fd=memfd, min_size=5] SharedFD"),
    "external": ('[external, header="x.h", cname="struct x", '
                 'functions=x_ipc, max_len=9]\nstruct X;',
                 "struct X { int32 n; };"),
    "header": ("x.h", "y.h"),
    "functions": ("x_ipc", "y_ipc"),
    "max_size": ("max_len=9", "max_len=9, max_size=9"),
    "cname": ("struct S", '[cname="other"] struct S'),
    "alias": ("struct S", '[alias="T"] struct S'),
    "value": ("int32 ret", "[value] int32 ret"),
    "control": ("A = 1", "[control=int32] A = 1"),
    "size": ("A = 1", "[control=int32] A = 1",
             "[control=int32, size=5] A = 1"),
    "values": ("A = 1", "[control=int32] A = 1",
               "[control=int32, values=E] A = 1"),
}

# The id that compat reports; any id for WIRE, none for the rest.
REPORTED = {BEHAVIOUR: {"attribute-changed"}, C_NAME: {"c-name-changed"},
            VERSION: set(), NUMBERS: set(), NOTHING: set()}


def compiled(text):
    files = {"t.mojom": text,
             "other.mojom": "module other; struct Size { int32 w; };"}
    options = Options(import_map=tuple((name, name) for name in files))
    return compiler.compile_files(
        ["t.mojom"], options, Diagnostics(support.TextSources(files)))


def fingerprints(result):
    return {interface.name: wire.fingerprint(result.program, interface)
            for interface in result.inputs[0].interfaces}


class Attributes(unittest.TestCase):
    def test_each_attribute_has_a_sample(self):
        self.assertEqual(set(SAMPLES), set(ATTRIBUTES))

    def test_an_attribute_must_state_its_effect(self):
        with self.assertRaises(TypeError):
            Spec(places=("field",))

    def test_each_has_the_effect_of_the_table(self):
        for name, (part, *both) in SAMPLES.items():
            with self.subTest(name):
                self.assertEqual(TEXT.count(part), 1, part)
                before, after = (compiled(TEXT.replace(part, text))
                                 for text in ([part] + both)[-2:])
                report = compat.compare(before, after)
                found = {change.id for judged in report.interfaces
                         for change in judged.changes}
                found |= {change.id for change in report.others}
                is_wire = ATTRIBUTES[name].effect == WIRE
                self.assertEqual(
                    fingerprints(before) != fingerprints(after), is_wire)
                if is_wire:
                    self.assertTrue(found)
                else:
                    self.assertEqual(found,
                                     REPORTED[ATTRIBUTES[name].effect])


if __name__ == "__main__":
    unittest.main()
