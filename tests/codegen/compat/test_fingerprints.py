# SPDX-License-Identifier: MIT
"""Tests that fingerprints depend on the interface alone, and not on how its
file is written or where it lies. commands/test_fmt tests formatting."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "front"))

import support  # noqa: E402
from camipc_gen import compiler  # noqa: E402
from camipc_gen.model import wire  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402

TYPES = """module core;
/** A size. */
struct Size { uint32 width; uint32 height; };
enum Mode { Off, On };
"""
MAIN = """module ipa.t;
import "%s";
struct Own { core.Size size; core.Mode mode; array<string> names; };
[Version=3]
interface IPATInterface {
	init(Own own) => (int32 ret);
	[async] go(map<uint32, core.Size> sizes);
};
interface IPATEventInterface { gone(SharedFD fd); };
"""


def mark(files, main):
    """The wire fingerprint. tests/runtime/test_layout.c tests layouts."""
    options = Options(import_map=tuple((name, name) for name in files))
    compiled = compiler.compile_files([main], options, Diagnostics(
        support.TextSources(files)))
    return wire.fingerprint(compiled.program,
                            compiled.inputs[0].interfaces[0])


class Fingerprints(unittest.TestCase):
    def setUp(self):
        self.base = mark({"core.mojom": TYPES,
                           "t.mojom": MAIN % "core.mojom"}, "t.mojom")

    def check(self, files, main="t.mojom"):
        self.assertEqual(mark(files, main), self.base)

    def test_other_files_and_folders(self):
        self.check({"far/away.mojom": TYPES,
                    "near/other.mojom": MAIN % "far/away.mojom"},
                   "near/other.mojom")

    def test_declarations_in_another_file(self):
        """Of the same module: where a type is declared does not matter."""
        self.check({"size.mojom": TYPES.replace("enum Mode { Off, On };", ""),
                    "mode.mojom": "module core; enum Mode { Off, On };",
                    "t.mojom": MAIN.replace(
                        'import "%s";',
                        'import "size.mojom"; import "mode.mojom";')})

    def test_comments_and_order(self):
        lines = TYPES.splitlines()
        self.check({"core.mojom": "\n".join(
            lines[:1] + ["// another comment"] + lines[3:] + lines[2:3]),
            "t.mojom": (MAIN % "core.mojom").replace(
                "\t[async]", "\t/** Said. */\n\n\t[async]")})

    def test_behaviour(self):
        self.check({"core.mojom": TYPES, "t.mojom": (
            MAIN % "core.mojom").replace("init(", "[timeout_ms=5] init(")
            .replace("[async]", "[async, queue=3, overflow=drop_oldest]")})

    def test_versions_are_compared_beside_it(self):
        self.check({"core.mojom": TYPES, "t.mojom": (
            MAIN % "core.mojom").replace("Version=3", "Version=4")})

    def test_a_change_is_seen(self):
        self.assertNotEqual(mark({
            "core.mojom": TYPES.replace("height;", "height; uint32 depth;"),
            "t.mojom": MAIN % "core.mojom"}, "t.mojom"), self.base)


if __name__ == "__main__":
    unittest.main()
