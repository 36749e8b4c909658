# SPDX-License-Identifier: MIT
"""A kind of type or declaration that a table lacks is an error, never one that
contains nothing or differs in nothing."""

import dataclasses
import typing
import unittest

import support  # noqa: F401
from camipc_gen.compat import types as compat_types
from camipc_gen.model import docs, ir, order, parts, reach, spelling
from camipc_gen.text import syntax
from camipc_gen.text.source import Span

SAMPLES = (ir.Scalar("int8"), ir.String(), ir.Fd(), ir.EnumRef("E"),
           ir.FlagsRef("E"), ir.StructRef("S"), ir.UnionRef("U"),
           ir.Array(ir.StructRef("S")), ir.Array(ir.StructRef("S"), 2),
           ir.Map(ir.EnumRef("E"), ir.StructRef("S")),
           ir.Nullable(ir.StructRef("S")))


@dataclasses.dataclass(frozen=True)
class Unknown:
    name: str = "S"


def field(value_type):
    return ir.Field(name="f", span=Span("t.mojom", 1, 1), doc=None,
                    attributes=(), type=value_type, number=1,
                    default=None)


class Parts(unittest.TestCase):
    def test_the_samples_are_all_kinds(self):
        self.assertEqual({type(sample) for sample in SAMPLES},
                         set(typing.get_args(ir.Type)))

    def test_parts(self):
        self.assertEqual(parts.parts(ir.Map(ir.String(), ir.Fd())),
                         (ir.String(), ir.Fd()))
        nested = ir.Nullable(ir.Array(ir.Map(ir.EnumRef("E"),
                                             ir.StructRef("S"))))
        self.assertEqual(list(parts.leaves(nested)),
                         [ir.EnumRef("E"), ir.StructRef("S")])
        self.assertEqual(parts.innermost(nested), ir.StructRef("S"))
        self.assertEqual(reach.named(nested), ["E", "S"])
        self.assertEqual(order.contained(nested), ["S"])

    def test_by_value(self):
        self.assertEqual([order.by_value(sample) for sample in SAMPLES],
                         [[], [], [], [], [], ["S"], ["U"], [], ["S"], [],
                          []])

    def test_each_kind_is_known(self):
        for sample in SAMPLES:
            with self.subTest(sample):
                parts.parts(sample)
                spelling.spell(sample, "")
                compat_types.judge(field(sample), field(sample))

    def test_an_unknown_kind_is_an_error(self):
        for unknown in (Unknown(), ir.Array(Unknown()),
                        ir.Map(ir.String(), Unknown()),
                        ir.Nullable(Unknown())):
            for walk in (lambda t: list(parts.leaves(t)), parts.innermost,
                         order.contained, reach.named,
                         lambda t: spelling.spell(t, ""),
                         lambda t: compat_types.judge(field(t), field(t))):
                with self.assertRaises(TypeError):
                    walk(unknown)
        with self.assertRaises(TypeError):
            order.by_value(Unknown())
        with self.assertRaises(AssertionError):
            reach.members(ir.Program(()), "S")

    def test_each_declaration_can_be_documented(self):
        def kinds(node):
            for kind in node.__subclasses__():
                yield kind
                yield from kinds(kind)
        # pylint: disable=protected-access
        self.assertEqual(set(kinds(syntax.Declared)), set(docs._WORDS))


if __name__ == "__main__":
    unittest.main()
