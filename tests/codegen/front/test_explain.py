# SPDX-License-Identifier: MIT
"""Tests the table that camipc-gen explain prints."""

import os
import subprocess
import sys
import tempfile
import unittest

import support
from support import compile_text
from camipc_gen.commands import explain

IDL = """module ipa.some;

enum Mode { Off, On = 4 };

[alias="Area"] struct Box {
	uint32 wide = 3;
	[wire=zigzag] int16? high;
	string name = "a\\"b";
	Mode mode = On;
	[flags] Mode modes;
	bool open = true;
	array<Box> boxes;
};

union Choice {
	array<float> many;
	Box box;
	array<uint8> bytes;
};

interface IPASomeInterface {
	init(Box box, SharedFD log) => (int32 ret, Choice choice);
	ask() => (Box box);
	stop();
	[async] push(map<uint32, array<uint8>> data, [unpacked] array<bool> on,
		     array<array<int32, 2>, 3> grid, array<string> names);
};

interface IPASomeEventInterface { done(); };
"""



class Text(unittest.TestCase):
    maxDiff = None

    def tables(self):
        compiled = compile_text(IDL)
        return explain.tables(compiled.program, compiled.inputs[0])

    def rows(self, title):
        for table in self.tables():
            if table.title == title:
                return [(row.number, row.idl, row.c, row.wire, str(row.size))
                        for row in table.rows]
        self.fail("no table %s" % title)

    def test_there_is_a_table_for_each_message(self):
        self.assertEqual([(t.title, t.c_name, str(t.size))
                          for t in self.tables()], [
            ("struct Box", "ipa_some_box", "8.."),
            ("union Choice", "ipa_some_choice", "0.."),
            ("method 1, init(), role init: arguments",
             "ipa_some_init_args", "10.."),
            ("method 1, init(), role init: outputs",
             "ipa_some_init_outs", "2.."),
            ("method 2, ask(): arguments", "", "0"),
            ("method 2, ask(): outputs", "ipa_some_ask_outs", "10.."),
            ("method 3, stop(), role stop: arguments", "", "0"),
            ("method 3, stop(), role stop: outputs", "", "0"),
            ("method 4, push(), async: arguments", "ipa_some_push_args",
             "26.."),
            ("event 1, done(): arguments", "", "0")])

    def test_fields(self):
        self.assertEqual(self.rows("struct Box"), [
            ("1", "uint32 wide = 3", "uint32_t wide", "varint", "2..6"),
            ("2", "int16? high", "bool has_high; int16_t high",
             "zigzag, or absent", "0..4"),
            ("3", 'string name = "a\\"b"', "const char *name", "string",
             "2.."),
            ("4", "Mode mode = On", "enum ipa_some_mode mode", "varint",
             "2"),
            ("5", "[flags] Mode modes", "uint32_t modes", "varint", "0..2"),
            ("6", "bool open = true", "bool open", "varint", "2"),
            ("7", "array<Box> boxes",
             "const struct ipa_some_box *boxes; size_t n_boxes",
             "repeated message", "0..")])

    def test_arms(self):
        self.assertEqual(self.rows("union Choice"), [
            ("1", "array<float> many", "struct ipa_some_float_array many",
             "message {1: packed fixed32}", "2.."),
            ("2", "Box box", "struct ipa_some_box box", "message", "10.."),
            ("3", "array<uint8> bytes", "struct ipa_some_uint8_array bytes",
             "bytes", "2..")])

    def test_arguments_and_outputs(self):
        self.assertEqual(self.rows("method 1, init(), role init: outputs"), [
            ("1", "int32 ret", "int32_t ret", "zigzag", "0..6"),
            ("2", "Choice choice", "struct ipa_some_choice choice",
             "message (oneof)", "2..")])
        self.assertEqual(self.rows("method 4, push(), async: arguments"), [
            ("1", "map<uint32, array<uint8>> data",
             "const struct ipa_some_uint32_uint8_array_entry *data; "
             "size_t n_data", "repeated message {1: varint, 2: bytes}",
             "0.."),
            ("2", "array<bool> on", "const bool *on; size_t n_on",
             "repeated varint", "0.."),
            ("3", "array<array<int32, 2>, 3> grid", "int32_t grid[3][2]",
             "packed fixed32", "26"),
            ("4", "array<string> names",
             "const char *const *names; size_t n_names", "repeated string",
             "0..")])

    def test_what_foreign_schemas_need(self):
        compiled = compile_text(
            "module t; union U { bool a@2; float b@7; };"
            "[keep_unknown] struct S { [inline] U u@3; };")
        table = explain.tables(compiled.program, compiled.inputs[0])[1]
        self.assertEqual([(row.number, row.idl, row.c, row.wire,
                           str(row.size)) for row in table.rows], [
            ("2,7", "U u", "struct t_u u", "one of the arms", "0..5"),
            ("", "unknown fields", "const uint8_t *unknown_fields; "
             "size_t n_unknown_fields", "as received", "0..")])
        self.assertEqual(str(table.size), "0..")

    def test_columns(self):
        compiled = compile_text(
            "module t; struct S { int8 a; array<string> names@200; };"
            .replace("a;", "a@1;"))
        self.assertEqual(
            explain.text_of(compiled.program, compiled.inputs[0])
            .partition("that value.\n")[2], """
struct S: struct t_s, 0.. bytes
  number  IDL                  C                                         \
wire form        bytes
       1  int8 a               int8_t a                                  \
varint           0..11
     200  array<string> names  const char *const *names; size_t n_names  \
repeated string  0..
""")


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name, text in (
                ("t.mojom", 'module t; import "far.mojom"; '
                 "struct S { there.P p; };"),
                ("far.mojom", "module here; struct P { int32 é; };"),
                ("near.mojom", "module here; struct P { int32 x; };"),
                ("bad.mojom", "module t; struct S { X x; };")):
            with open(os.path.join(self.folder, name), "w",
                      encoding="utf-8") as stream:
                stream.write(text)

    def run_it(self, *arguments):
        return subprocess.run(
            [sys.executable, support.COMMAND, "explain"] + list(arguments),
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def test_options_mean_what_they_mean_for_compile(self):
        result = self.run_it("--import-map", "far.mojom=near.mojom",
                             "--module-map", "there=here", "t.mojom")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("here.P p  struct here_p p  message", result.stdout)

    def test_errors(self):
        result = self.run_it("bad.mojom")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("bad.mojom:1:22: error: ", result.stderr)

    def test_every_interface_of_this_repository(self):
        names = [os.path.join(support.IDL, name)
                 for name in sorted(os.listdir(support.IDL))
                 if name.endswith(".mojom")]
        result = self.run_it(*names)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for name in names:
            self.assertIn("%s: module " % name, result.stdout)

    def test_nothing_is_written(self):
        before = sorted(os.listdir(self.folder))
        self.run_it("near.mojom")
        self.assertEqual(sorted(os.listdir(self.folder)), before)


if __name__ == "__main__":
    unittest.main()
