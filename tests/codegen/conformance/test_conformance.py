# SPDX-License-Identifier: MIT
"""Compares our version of the conformance suite's schema with its numbers.

numbers.txt has each field's message, number, name and wire form, as the suite
has them. "test_conformance.py --update" writes it from the .mojom files: only
after comparing with the suite's own schema.
"""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
NUMBERS = os.path.join(HERE, "numbers.txt")
FILES = ("conformance.mojom", "well-known.mojom")

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))
sys.path.insert(0, os.path.join(ROOT, "tests", "codegen", "property"))

from camipc_gen import compiler  # noqa: E402
from camipc_gen.commands.explain import form_of  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402
import test_property  # noqa: E402


def program():
    return compiler.compile_files([os.path.join(HERE, FILES[0])],
                                  Options()).program


def listed():
    lines = []
    found = program()
    for module in found.modules:
        for struct in module.structs:
            for field in struct.fields:
                if field.inline:
                    lines += row(found, struct,
                                 found.unions[field.type.name].arms, True)
                else:
                    lines += row(found, struct, [field], False)
        for enum in module.enums:
            lines += ["%s %d %s" % (enum.qualified, one.value, one.name)
                      for one in enum.enumerators]
    return lines


def row(found, struct, fields, is_arm):
    return ["%s %d %s: %s" % (struct.qualified, field.number, field.name,
                              form_of(found, field, is_arm))
            for field in fields]


def texts():
    found = {}
    for name in FILES:
        with open(os.path.join(HERE, name), encoding="utf-8") as stream:
            found[name] = stream.read()
    return found


class Conformance(unittest.TestCase):
    maxDiff = None

    def test_numbers(self):
        with open(NUMBERS, encoding="utf-8") as stream:
            self.assertEqual(listed(), stream.read().splitlines())

    def test_unknown_fields_are_kept(self):
        for struct in program().structs.values():
            self.assertTrue(struct.keep_unknown, struct.name)

    def generated(self, files):
        if not test_property.has_tools():
            self.skipTest("gcc or protoc-c is not installed")
        folder = test_property.tempfile.mkdtemp()
        self.addCleanup(test_property.shutil.rmtree, folder)
        # Values are large: the message holds itself in five ways.
        objects = test_property.build_oracle(folder, 3)
        test_property.try_it(0, objects, files)

    def test_round_trip(self):
        self.generated(texts())


def update():
    with open(NUMBERS, "w", encoding="utf-8") as stream:
        stream.write("\n".join(listed()) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
