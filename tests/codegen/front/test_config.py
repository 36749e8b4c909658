# SPDX-License-Identifier: MIT
"""Tests configuration files: what they say, what wins over them, and that each
mistake is one error with its place."""

import os
import subprocess
import sys
import unittest
from unittest import mock

import support
from camipc_gen import cli
from camipc_gen.commands import options
from camipc_gen.text import yaml_text
from camipc_gen.text.diagnostics import CompileError
from camipc_gen.text.loader import own_idl
from test_foreign import Tree

CONFIG = """
# Relative to this file.
include: [root]
import-map:
  common/core.mojom: <core.mojom>
module-map: {libcamera: cam}
overlay:
- t.overlay
warnings: [no-missing-role]
output-prefix: lc_
"""

IDL = """module ipa.t;
import "common/core.mojom";
interface IPATInterface { init(libcamera.Size size) => (int32 ret); };
"""


class Config(Tree):
    """A tree in config/, and its configuration."""

    def setUp(self):
        super().setUp()
        self.write("config/t.mojom", IDL)
        self.write("config/t.overlay", "overlay module ipa.t;\n"
                   "[Version=7] interface IPATInterface { };\n")
        self.write("config/root/empty", "")
        self.write("config/c.yaml", CONFIG)

    def reading(self, *words, path="config/c.yaml"):
        """The options of a command line with --config."""
        parsed = cli.parser().parse_args(
            ["compile", "--out", "out", "--config", path, *words, "t.mojom"])
        self.diagnostics = options.diagnostics_of(parsed)
        return options.reading_of(parsed, self.diagnostics)

    def errors(self, text):
        """(line, column, id, message) of each error in a configuration."""
        if isinstance(text, str):
            text = text.encode()
        with open("config/c.yaml", "wb") as stream:
            stream.write(text)
        with self.assertRaises(CompileError) as raised:
            self.reading()
        found = raised.exception.diagnostics.sorted()
        raised.exception.diagnostics.format()
        return [(d.span.line, d.span.column, d.id, d.message) for d in found]

    def assert_one(self, text, line, column, part):
        found = self.errors(text)
        self.assertEqual([error[:2] for error in found], [(line, column)],
                         found)
        self.assertIn(part, found[0][3])

    def run_it(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", support.COMMAND, *arguments],
            stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


class Meaning(Config):
    def test_what_it_says(self):
        found = self.reading()
        self.assertEqual(found.include_dirs, ("config/root",))
        self.assertEqual(found.import_map,
                         (("common/core.mojom", own_idl("<core.mojom>")),))
        self.assertEqual(found.module_map, (("libcamera", "cam"),))
        self.assertEqual(found.config_overlays, ("config/t.overlay",))
        self.assertEqual((found.ordinal_base, found.output_prefix),
                         (1, "lc_"))

    def test_the_command_line_adds_to_lists_and_wins_over_values(self):
        self.write("mine.mojom", "")
        self.write("config/c.yaml", CONFIG + "ordinal-base: 0\n")
        found = self.reading(
            "-I", ".", "--import-map", "common/core.mojom=mine.mojom",
            "--module-map", "libcamera=mine", "--module-map", "a=b",
            "--overlay", "o", "--ordinal-base", "1")
        self.assertEqual(found.include_dirs, (".", "config/root"))
        self.assertEqual(found.import_map,
                         (("common/core.mojom", "mine.mojom"),))
        self.assertEqual(found.module_map, (("libcamera", "mine"),
                                            ("a", "b")))
        self.assertEqual((found.overlays, found.config_overlays),
                         (("o",), ("config/t.overlay",)))
        self.assertEqual(found.ordinal_base, 1)
        self.assertEqual(self.reading().ordinal_base, 0)

    def test_an_overlay_of_both_is_added_once(self):
        found = self.reading("--overlay", "config/t.overlay")
        self.assertEqual((found.overlays, found.config_overlays),
                         (("config/t.overlay",), ()))

    def test_warnings(self):
        def severity(*words):
            self.reading(*words)
            self.diagnostics.warning("missing-role", None, "")
            return [d.severity for d in self.diagnostics.found]
        self.assertEqual(severity(), [])
        self.assertEqual(severity("-Werror"), [])
        self.assertEqual(severity("-Werror=missing-role"), ["error"])
        self.write("config/c.yaml", "warnings: [error=missing-role]\n")
        self.assertEqual(severity(), ["error"])
        self.assertEqual(severity("-Wno-missing-role"), [])
        # A rule of lint is for that command; compile knows its name.
        self.write("config/c.yaml", "warnings: [no-missing-docs, error]\n")
        self.assertEqual(severity(), ["error"])

    def test_a_file_without_settings(self):
        for text in ("", "# nothing\n", "---\n", "~\n", "{}\n"):
            self.write("config/c.yaml", text)
            self.assertEqual(self.reading().include_dirs, ())

    def test_words_stay_texts(self):
        self.write("config/c.yaml", "output-prefix: no\n"
                   "module-map: {yes: on}\n")
        found = self.reading()
        self.assertEqual((found.output_prefix, found.module_map),
                         ("no", (("yes", "on"),)))


class Commands(Config):
    """The same file for all commands."""

    def test_each_command_that_reads_programs(self):
        for words in (["compile", "--out", "out"], ["outputs"], ["explain"],
                      ["mock", "--out", "out"], ["lint", "-Wno-missing-docs"],
                      ["pin"]):
            done = self.run_it(*words, "--config", "config/c.yaml",
                               "config/t.mojom")
            self.assertNotIn("error", done.stderr, words)
            self.assertEqual(done.returncode, int(words[0] == "lint"),
                             (words, done.stderr))
        self.write("config/new.mojom", IDL)
        done = self.run_it("compat", "--config", "config/c.yaml",
                           "config/t.mojom", "config/new.mojom")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_warnings_are_for_commands_that_have_the_option(self):
        self.write("config/c.yaml", "warnings: [error]\n")
        self.write("w.mojom", "module w; interface Pure { start(); };")
        for words, status in ((["compile", "--out", "out"], 1), (["lint"], 1),
                              (["pin"], 0), (["compat", "w.mojom"], 0)):
            done = self.run_it(*words, "--config", "config/c.yaml", "w.mojom")
            self.assertEqual(done.returncode, status, (words, done.stderr))

    def test_the_depfile_lists_it(self):
        done = self.run_it("compile", "--config", "config/c.yaml",
                           "--depfile", "d", "--out", "out", "config/t.mojom")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open("d", encoding="utf-8") as stream:
            words = stream.read().split()
        for path in ("config/c.yaml", "config/t.overlay"):
            self.assertIn(path, words)

    def test_it_is_not_replaced_by_the_depfile(self):
        done = self.run_it("compile", "--config", "config/c.yaml",
                           "--depfile", "config/c.yaml", "--out", "out",
                           "config/t.mojom")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is the same file", done.stderr)

    def test_overlays_of_other_files_are_no_complaint(self):
        self.write("config/u.mojom", "module ipa.u; struct S { };")
        done = self.run_it("compile", "--config", "config/c.yaml", "--out",
                           "out", "config/u.mojom")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # But one that nearly has the name of this one.
        self.write("config/T.overlay", "overlay module ipa.T;")
        self.write("config/c.yaml", CONFIG.replace("t.overlay", "T.overlay"))
        done = self.run_it("compile", "--config", "config/c.yaml", "--out",
                           "out", "config/t.mojom")
        self.assertIn("did you mean 'ipa.t'?", done.stderr)
        self.assertIn("[unused-overlay]", done.stderr)

    def test_without_pyyaml_one_line_names_the_package(self):
        with mock.patch.dict(sys.modules, {"yaml": None}), \
                self.assertRaises(CompileError) as raised:
            self.reading()
        text = str(raised.exception)
        self.assertEqual(len(text.split("\n")), 1)
        self.assertIn("python3-yaml", text)

    def test_pyyaml_is_not_loaded_without_a_configuration(self):
        code = "import sys; sys.path.insert(0, %r); " \
            "from camipc_gen.cli import main; " \
            "assert main(['outputs', 't.mojom']) == 0; " \
            "sys.exit('yaml' in sys.modules)" % support.CODEGEN
        self.write("t.mojom", "module t;")
        subprocess.run([sys.executable, "-B", "-c", code], check=True,
                       stdout=subprocess.DEVNULL)


class Prefix(Config):
    def names(self, *words):
        done = self.run_it("outputs", "--config", "config/c.yaml", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_names_and_include_lines(self):
        self.write("config/a.mojom", 'module ipa.a; import "b.mojom"; '
                   'import "common/core.mojom"; struct A { ipa.b.B b; '
                   "libcamera.Size s; };")
        self.write("config/b.mojom",
                   '[cname="other"] module ipa.b; struct B { };')
        self.assertIn("lc_a_ipa_types.h", self.names("config/a.mojom"))
        # A [cname] gets it, too.
        self.assertIn("lc_other_ipa_types.h", self.names("config/b.mojom"))
        done = self.run_it("compile", "--config", "config/c.yaml", "--out",
                           "out", "config/a.mojom", "config/b.mojom")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open("out/lc_a_ipa_types.h", encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn('#include "lc_other_ipa_types.h"', text)
        # camipc's own headers are installed under their names.
        self.assertIn('#include "core_ipa_types.h"', text)
        self.assertIn("#ifndef IPA_A_LC_A_TYPES_H", text)
        with open("out/lc_a.proto", encoding="utf-8") as stream:
            self.assertIn('import "lc_other.proto"', stream.read())

    def test_what_the_other_side_of_two_trees_would_write(self):
        """Files of one name, in two trees, in one folder."""
        self.write("other/t.mojom", IDL.replace("ipa.t", "ipa.u"))
        for path in ("config/t.mojom", "other/t.mojom"):
            self.write("p.yaml", CONFIG.replace("[root]", "[.]").replace(
                "lc_", "p_" if path.startswith("other") else "lc_").replace(
                "overlay:\n- t.overlay\n", ""))
            done = self.run_it("compile", "--config", "p.yaml", "--out",
                               "both", path)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        names = os.listdir("both")
        self.assertEqual(len([n for n in names if n.startswith("lc_")]),
                         len(names) // 2)

    def test_one_name_twice_is_an_error_that_names_it(self):
        self.write("other/t.mojom", IDL.replace("ipa.t", "ipa.u"))
        done = self.run_it("compile", "--config", "config/c.yaml", "--out",
                           "out", "config/t.mojom", "other/t.mojom")
        self.assertIn("'lc_t_ipa_…'", done.stderr)
        self.assertIn("output-prefix", done.stderr)


class Hints(Config):
    def test_an_import_that_is_not_found(self):
        done = self.run_it("compile", "--out", "out", "config/t.mojom")
        self.assertIn("--config FILE says so once", done.stderr)
        self.assertIn("'camipc-gen import'", done.stderr)
        self.write("config/c.yaml", "include: [root]\n")
        done = self.run_it("compile", "--config", "config/c.yaml", "--out",
                           "out", "config/t.mojom")
        self.assertIn("to 'include' in 'config/c.yaml'", done.stderr)
        self.write("t.mojom", 'module t; import "coer.mojom";')
        done = self.run_it("compile", "--out", "out", "t.mojom")
        self.assertNotIn("--config", done.stderr)


    def test_a_version_that_is_missing(self):
        """Of a file that can be changed, and of one that cannot."""
        self.write("config/c.yaml", CONFIG.replace("overlay:\n- t.overlay\n",
                                                   ""))
        done = self.run_it("lint", "--config", "config/c.yaml",
                           "config/t.mojom")
        self.assertIn("hint: 'camipc-gen import' writes an overlay",
                      done.stderr)
        for name in ("missing-docs", "naming"):
            self.assertNotIn(name, done.stderr)
        self.write("t.mojom", "module t; interface IPATInterface { f(); };")
        done = self.run_it("lint", "t.mojom")
        self.assertIn("hint: add [Version=1, CompatibleSince=1]", done.stderr)
        self.assertIn("missing-docs", done.stderr)


class Mistakes(Config):
    def test_keys(self):
        self.assert_one("include: []\nincludes: []\n", 2, 1,
                        "unknown key 'includes'")
        self.assert_one("import_map: {}\n", 1, 1, "unknown key")
        self.assert_one("include: []\ninclude: []\n", 2, 1, "given twice")
        self.assert_one("module-map: {a: b, a: c}\n", 1, 20, "given twice")
        self.assert_one("? [a]\n: b\n", 1, 3, "expected a text as the key")
        self.assert_one("1: 2\n", 1, 1, "unknown key '1'")
        self.assert_one("<<: {}\n", 1, 1, "unknown key '<<'")

    def test_types(self):
        for key in ("include", "overlay", "warnings"):
            for value in ("x", "{a: b}", "", "~"):
                self.assert_one("%s: %s\n" % (key, value), 1, len(key) + (
                    3 if value else 2), "expected a list")
        for key in ("import-map", "module-map"):
            for value in ("x", "[a]", "null"):
                self.assert_one("%s: %s\n" % (key, value), 1, len(key) + 3,
                                "expected a mapping")
        for value in ("2", "01", "[1]", "{}", "yes", "0x1", ""):
            self.assertIn("expected 1, or 0", self.errors(
                "ordinal-base: %s\n" % value)[0][3])
        for value in ("[a]", "a-b", "'a/'", "7", "ä", "a" * 33, ""):
            self.assertIn("expected a letter", self.errors(
                "output-prefix: %s\n" % value)[0][3])
        self.assert_one("include: [[.]]\n", 1, 11, "expected a text")
        self.assert_one("include: [[[.]]]\n", 1, 11, "not a list")
        self.assert_one("include: [{a: b}]\n", 1, 11, "expected a text")
        self.assert_one("include: ['']\n", 1, 11, "not empty")
        self.assert_one("include: [~]\n", 1, 11, "not empty")
        self.assert_one("- a\n", 1, 1, "expected keys with values")
        self.assert_one("text\n", 1, 1, "expected keys with values")

    def test_paths(self):
        self.assert_one("include: [none]\n", 1, 11, "a folder that exists")
        self.assert_one("include: [c.yaml]\n", 1, 11, "a folder that exists")
        self.assert_one("overlay: [none]\n", 1, 11, "a file that exists")
        self.assert_one("import-map: {a: none}\n", 1, 17, "a file that exists")
        self.assert_one("import-map: {a: <none.mojom>}\n", 1, 17,
                        "camipc has no file 'none.mojom'")
        self.assert_one("import-map: {a: <../c.yaml>}\n", 1, 17,
                        "a file that exists")
        for escape in ("\\0", "\\n", "\\uD800", "\\x7f"):
            self.assert_one('include: ["a%s"]\n' % escape, 1, 11,
                            "a control character")
        self.assert_one("include: [%s]\n" % ("x" * 5000), 1, 11,
                        "a folder that exists")
        self.assert_one("include: [root, root]\n", 1, 17, "twice")
        self.assert_one("module-map: {a: b c}\n", 1, 17, "invalid module name")
        self.assert_one("module-map: {a/b: c}\n", 1, 14, "invalid module name")

    def test_warnings_that_do_not_exist(self):
        self.assert_one("warnings: [no-doc-mismach]\n", 1, 12,
                        "unknown warning")
        self.assert_one("warnings: [doc-mismatch]\n", 1, 12,
                        "unknown warning")

    def test_what_yaml_has_beyond_texts(self):
        self.assert_one("include: &a [.]\n", 1, 10, "anchors")
        self.assert_one("a: &a x\nb: *a\n", 1, 4, "anchors")
        self.assert_one("include: *a\n", 1, 10, "anchors")
        self.assert_one("include: !!python/object/apply:os.system [ls]\n",
                        1, 10, "tags (!)")
        self.assert_one("include: !x [.]\n", 1, 10, "tags (!)")
        self.assert_one("include: []\n---\ninclude: []\n", 2, 1,
                        "second document")
        bomb = "a: &a [x]\n" + "".join(
            "%s: &%s [*%s, *%s]\n" % (c, c, p, p)
            for p, c in zip("abcdefgh", "bcdefghi"))
        self.assert_one(bomb, 1, 4, "anchors")

    def test_what_is_not_yaml(self):
        self.assert_one("include: [.\n", 2, 1, "invalid YAML")
        self.assert_one("include: [.]\n\tx: y\n", 2, 1, "invalid YAML")
        self.assert_one("a: b: c\n", 1, 5, "invalid YAML")
        self.assert_one('include: ["\\q"]\n', 1, 13, "invalid YAML")
        self.assertIn("invalid YAML", self.errors(
            'include: ["\\UFFFFFFFF"]\n')[0][3])
        self.assert_one("include: [.]\n\x1b: y\n", 2, 1, "U+001B")
        self.assert_one("%YAML 9.1\n---\na: b\n", 1, 1, "invalid YAML")

    def test_what_is_not_text(self):
        self.assert_one(b"include: [\xff]\n", 1, 11, "not UTF-8")
        self.assert_one(b"# \xe4\n", 1, 3, "not UTF-8")
        self.assert_one(b"a: b\nx\0y\n", 2, 2, "NUL")
        self.assertTrue(self.errors(bytes(range(1, 256))))
        self.assertEqual([], self.read(b"\xef\xbb\xbfinclude: [.]\r\n"))

    def read(self, data):
        with open("config/c.yaml", "wb") as stream:
            stream.write(data)
        self.reading()
        return self.diagnostics.found

    def test_places_after_line_ends_that_only_yaml_knows(self):
        self.assert_one("# \u2028 \u0085\nincludes: []\n", 2, 1,
                        "unknown key")

    def test_size_and_depth(self):
        self.assert_one("#" * (yaml_text.MAX_TEXT + 1), 1, 1, "64 KiB")
        self.assert_one("a: " + "[" * 60000, 1, 5, "not a list")
        self.assert_one("[" * 60000, 1, 3, "not a list")
        self.assert_one("{" * 60000, 1, 3, "not a list")
        self.assert_one("- " * 30000, 1, 5, "not a list")
        self.assertTrue(self.errors("? " * 30000))

    def test_files_that_are_none(self):
        for path, part in (("none.yaml", "No such file"),
                           ("config", "Is a directory")):
            with self.assertRaises(CompileError) as raised:
                self.reading(path=path)
            text = str(raised.exception)
            self.assertIn("'%s': cannot read: %s" % (path, part), text)
            self.assertEqual(len(text.split("\n")), 1)


if __name__ == "__main__":
    unittest.main()
