# SPDX-License-Identifier: MIT
"""Tests the command line as a person or a build uses it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import support


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(data if isinstance(data, bytes) else data.encode())
        return name

    def run_it(self, *arguments):
        return subprocess.run(
            [sys.executable, support.COMMAND] + list(arguments),
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def compile(self, *arguments, out="out"):
        return self.run_it("compile", "--out", out, *arguments)

    def refused(self, *arguments, **more):
        """One clear line, status 1, no traceback; gives the text."""
        result = self.compile(*arguments, **more)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual(result.stdout, "")
        return result.stderr

    # ---- what works --------------------------------------------------------

    def test_writes_what_was_asked_for(self):
        self.write("t.mojom", "module t; struct S { int32 a; };")
        result = self.compile("--emit", "proto,types", "t.mojom")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))),
                         ["t.proto", "t_ipa_types.c", "t_ipa_types.h"])

    def test_finds_the_core_types_without_an_option(self):
        self.write("t.mojom", 'module t; import "core.mojom"; '
                   "struct T { cam.Size s; };")
        result = self.compile("--emit", "proto", "t.mojom")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_a_file_of_the_user_comes_before_the_generators(self):
        self.write("core.mojom", "module cam; struct Mine { };")
        self.write("t.mojom", 'module t; import "core.mojom"; '
                   "struct T { cam.Mine s; };")
        result = self.compile("--emit", "proto", "t.mojom")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_depfile_names_everything_that_was_read(self):
        self.write("core.mojom", "module c; struct S { };")
        self.write("t.mojom", 'module t; import "core.mojom"; '
                   "struct T { c.S s; };")
        result = self.compile("--depfile", "t.d", "--emit", "proto",
                              "t.mojom")
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(os.path.join(self.folder, "t.d")) as stream:
            target, _, inputs = stream.read().partition(":")
        self.assertEqual(target.split(), ["out/t.proto"])
        self.assertEqual(set(inputs.replace("\\\n", " ").split()) &
                         {"t.mojom", "core.mojom"},
                         {"t.mojom", "core.mojom"})

    def test_the_interfaces_of_this_repository(self):
        for name in sorted(os.listdir(support.IDL)):
            if name.endswith(".mojom"):
                with self.subTest(name):
                    result = self.compile(os.path.join(support.IDL, name))
                    self.assertEqual((result.returncode, result.stderr),
                                     (0, ""))

    def test_odd_but_lawful_files(self):
        for name, data in (("bom.mojom", b"\xef\xbb\xbfmodule t;\n"),
                           ("crlf.mojom", b"module t;\r\nstruct S { };\r\n"),
                           ("cr.mojom", b"module t;\rstruct S { };\r"),
                           ("end.mojom", b"module t; // end")):
            with self.subTest(name):
                result = self.compile("--emit", "proto",
                                      self.write(name, data))
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_names_of_files_need_not_be_text(self):
        folder = os.fsencode(self.folder) + b"/\xff"
        os.mkdir(folder)
        with open(folder + b"/t.mojom", "w") as stream:
            stream.write("module t; struct S { int32 a; };")
        name = os.fsdecode(b"\xff/t.mojom")
        result = self.compile("--depfile", "t.d", name)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        with open(os.path.join(self.folder, "t.d"), "rb") as stream:
            self.assertIn(b"\xff/t.mojom", stream.read())
        self.assertEqual(self.run_it("explain", name).returncode, 0)

    # ---- warnings ----------------------------------------------------------

    WARNED = "module t;\n[Stable] struct S { };\n"

    def test_warnings_are_printed(self):
        result = self.compile(self.write("t.mojom", self.WARNED))
        self.assertEqual(result.returncode, 0)
        self.assertTrue(result.stderr.startswith(
            "t.mojom:2:2: warning: "), result.stderr)

    def test_warnings_can_be_disabled(self):
        result = self.compile("-Wno-ignored-attribute",
                              self.write("t.mojom", self.WARNED))
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_warnings_can_be_errors(self):
        self.write("t.mojom", self.WARNED)
        for option in ("-Werror", "-Werror=ignored-attribute"):
            text = self.refused(option, "t.mojom")
            self.assertTrue(text.startswith("t.mojom:2:2: error: "), text)
        self.assertEqual(self.compile("-Werror=has-fd",
                                      "t.mojom").returncode, 0)

    def test_json(self):
        self.write("t.mojom", "module t;\nstruct S { X é; };\n")
        result = self.compile("--json", "t.mojom")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        first = json.loads(result.stdout)[0]
        self.assertEqual((first["id"], first["severity"],
                          first["position"]["line"]),
                         ("bad-character", "error", 2))

    # ---- what is refused ---------------------------------------------------

    def test_files_that_are_no_interfaces(self):
        os.mkdir(os.path.join(self.folder, "folder"))
        self.write("secret", "module t;")
        os.chmod(os.path.join(self.folder, "secret"), 0)
        cases = [("missing.mojom", "No such file"),
                 ("folder", "Is a directory"),
                 (self.write("empty.mojom", b""), "no module statement"),
                 (self.write("nul.mojom", b"module t;\0"), "a NUL byte"),
                 (self.write("latin.mojom", b"// \xe9"), "not UTF-8"),
                 (self.write("elf.mojom", b"\x7fELF\x02\x01"),
                  "unexpected character")]
        if os.geteuid() != 0:
            cases.append(("secret", "Permission denied"))
        for name, why in cases:
            with self.subTest(name):
                self.assertIn(why, self.refused(name))

    def test_two_inputs_with_one_stem(self):
        self.write("a-b.mojom", "module x;")
        self.write("a_b.mojom", "module y;")
        self.assertIn("[duplicate-stem]",
                      self.refused("a-b.mojom", "a_b.mojom"))

    def test_a_folder_that_cannot_be_written(self):
        self.write("t.mojom", "module t;")
        self.write("file", "")
        self.assertIn("[unwritable]", self.refused("t.mojom", out="file"))

    def test_unknown_warnings(self):
        self.write("t.mojom", "module t;")
        self.assertIn("[bad-option]", self.refused("-Wnonsense", "t.mojom"))

    def test_outputs_are_what_compile_writes(self):
        files = [os.path.join(support.IDL, name)
                 for name in ("core.mojom", "vimc.mojom")]
        for emit in ("all", "types,proto", "worker"):
            out = "out-" + emit
            printed = self.run_it("outputs", "--emit", emit, *files)
            self.assertEqual((printed.returncode, printed.stderr), (0, ""))
            self.compile("--emit", emit, *files, out=out)
            self.assertEqual(
                sorted(printed.stdout.split()),
                sorted(os.listdir(os.path.join(self.folder, out))))

    def test_outputs_of_a_wrong_file(self):
        result = self.run_it("outputs", "none.mojom")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("none.mojom", result.stderr)

    def test_wrong_command_lines(self):
        self.write("t.mojom", "module t;")
        for arguments in (("compile",), ("frobnicate",),
                          ("compile", "--out", "o"),
                          ("compile", "--out", "o", "--emit", "x",
                           "t.mojom"),
                          ("compile", "--out", "o", "--import-map", "x",
                           "t.mojom")):
            with self.subTest(arguments):
                result = self.run_it(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertRegex(result.stderr, r"\Acamipc-gen[^\n]*: error: "
                                 r"[^\n]+ --help' lists the options\n\Z")

    def test_output_is_readable_without_a_locale(self):
        self.write("t.mojom", "module t;\nstruct S { int32 é; };\n")
        environment = dict(os.environ, LC_ALL="C", PYTHONUTF8="0",
                           PYTHONCOERCECLOCALE="0")
        result = subprocess.run(
            [sys.executable, support.COMMAND, "compile", "--out", "o",
             "t.mojom"], cwd=self.folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"t.mojom:2:18: error: ", result.stderr)


if __name__ == "__main__":
    unittest.main()
