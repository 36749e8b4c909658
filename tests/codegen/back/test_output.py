# SPDX-License-Identifier: MIT
"""Tests rules for all outputs: reproducible bytes, files written only if
they change, headers that compile alone, and clean white space."""

import os
import shutil
import subprocess
import tempfile
import unittest

from support import (GOLDEN, IDL, INCLUDE, ROOT, SOURCES, generate,
                     read_all)

_WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
             "-Wundef", "-Werror", "-fsyntax-only"]
_COMPILERS = (("gcc", "c", "c11"), ("clang", "c", "c11"),
              ("g++", "c++", "c++17"), ("clang++", "c++", "c++17"))

class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.out = {}
        for i, (source, files) in enumerate(SOURCES.items()):
            cls.out[source] = os.path.join(cls.folder, str(i))
            generate(cls.out[source], source, files)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)


class Determinism(Outputs):
    def _again(self, source, files, **more):
        with tempfile.TemporaryDirectory() as out:
            generate(out, source, files, **more)
            return read_all(out)

    def test_hash_seed_locale_and_folder_do_not_matter(self):
        for source, files in SOURCES.items():
            expected = read_all(self.out[source])
            for seed, locale, cwd in (("0", "C", "/"),
                                      ("1", "tr_TR.UTF-8", ROOT),
                                      ("4242", "C.UTF-8", source)):
                env = dict(os.environ, PYTHONHASHSEED=seed, LC_ALL=locale,
                           LANG=locale)
                self.assertEqual(
                    self._again(source, files, cwd=cwd, env=env), expected)

    def test_order_of_inputs_does_not_matter(self):
        for source, files in SOURCES.items():
            self.assertEqual(self._again(source, files[::-1]),
                             read_all(self.out[source]))

    def test_one_file_at_a_time_gives_the_same(self):
        for source, files in SOURCES.items():
            alone = {}
            for name in files:
                alone.update(self._again(source, [name]))
            self.assertEqual(alone, read_all(self.out[source]))

    def test_nothing_of_this_machine_is_in_it(self):
        for out in self.out.values():
            for name, data in read_all(out).items():
                for secret in (ROOT, self.folder, os.getcwd()):
                    self.assertNotIn(secret.encode(), data, name)


class Files(Outputs):
    def test_written_only_if_changed(self):
        out = self.out[GOLDEN]
        path = os.path.join(out, "gallery_ipa_types.h")
        os.utime(path, (1, 1))
        generate(out, GOLDEN, SOURCES[GOLDEN])
        self.assertEqual(os.stat(path).st_mtime, 1)
        with open(path, "a", encoding="utf-8") as stream:
            stream.write("/* stale */\n")
        generate(out, GOLDEN, SOURCES[GOLDEN])
        with open(path, encoding="utf-8") as stream:
            self.assertNotIn("stale", stream.read())

    def test_depfile_names_all_that_was_read(self):
        with tempfile.TemporaryDirectory() as out:
            depfile = os.path.join(out, "d $#")
            generate(out, GOLDEN, ["gallery.mojom"],
                     extra=["--depfile", depfile])
            with open(depfile, encoding="utf-8") as stream:
                text = stream.read().replace("\\\n", " ")
        targets, needed = text.split(": ", 1)
        self.assertIn("gallery_ipa_types.h", targets)
        for name in ("gallery.mojom", "frame.mojom", "types.h.j2",
                     "camipc_gen/cli.py", "output/view.py"):
            self.assertIn(name, needed)

    def test_emit_chooses(self):
        with tempfile.TemporaryDirectory() as out:
            generate(out, GOLDEN, SOURCES[GOLDEN],
                     extra=["--emit", "proto,types"])
            self.assertEqual(sorted(os.listdir(out)), [
                "frame.proto", "frame_ipa_types.c", "frame_ipa_types.h",
                "gallery.proto", "gallery_ipa_types.c",
                "gallery_ipa_types.h"])

    def test_values_come_with_the_classes_that_take_them(self):
        def proxy(emit):
            with tempfile.TemporaryDirectory() as out:
                generate(out, GOLDEN, ["frame.mojom", "gallery.mojom"],
                         extra=["--emit", emit])
                self.assertEqual(
                    "gallery_ipa_values.hpp" in os.listdir(out),
                    emit == "cxx-values")
                with open(os.path.join(out, "gallery_ipa.hpp"),
                          encoding="utf-8") as file:
                    return file.read()
        self.assertIn("values::Wall", proxy("cxx-values"))
        self.assertNotIn("values::", proxy("cxx"))


class Compiling(Outputs):
    def test_every_header_stands_alone(self):
        missing = [c for c, _, _ in _COMPILERS if not shutil.which(c)]
        if missing:
            print("not tried, not installed: " + ", ".join(missing))
        for source, out in self.out.items():
            for name in sorted(os.listdir(out)):
                if name.endswith(".h"):
                    self._compile(source, out, name)

    def test_files_of_one_module_share_what_they_make(self):
        """The struct of an array in an array stands in the first of them."""
        with tempfile.TemporaryDirectory() as out:
            for name, text in (
                    ("first", "interface IPATInterface { "
                     "go(array<array<int32>> x); };"),
                    ("second", 'import "first.mojom"; '
                     "struct S { array<array<int32>> x; };")):
                with open(os.path.join(out, name + ".mojom"), "w",
                          encoding="utf-8") as stream:
                    stream.write("module t;\n" + text + "\n")
            generate(out, out, ["first.mojom", "second.mojom"])
            self._compile(out, out, "second_ipa_serializer.h")

    def test_all_files_are_one_translation_unit(self):
        """No static function of one meets that of another: unity builds."""
        for out in self.out.values():
            text = "".join('#include "%s"\n' % name
                           for name in sorted(os.listdir(out))
                           if name.endswith(".c"))
            self._compile_text("gcc", "c", "c11", out, text)

    def _compile(self, source, out, name):
        for compiler, language, standard in _COMPILERS:
            self._compile_text(compiler, language, standard, out,
                               '#include "%s"\n' % name)

    def _compile_text(self, compiler, language, standard, out, text):
        if not shutil.which(compiler):
            return
        done = subprocess.run(
            [compiler, "-x", language, "-std=" + standard] + _WARNINGS
            + ["-I", out, "-I", INCLUDE, "-"], input=text,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True, check=False)
        self.assertEqual(done.returncode, 0,
                         "%s: %s" % (compiler, done.stdout))


class Lines(Outputs):
    def test_lines_are_short(self):
        """Nothing but a name that is longer than a line goes past it."""
        for out in self.out.values():
            for name, data in read_all(out).items():
                for line in data.decode().split("\n"):
                    if len(line.expandtabs(8)) > 100:
                        self.fail("%s: %s" % (name, line))

    def test_white_space(self):
        for out in self.out.values():
            for name, data in read_all(out).items():
                self.assertTrue(data.endswith(b"\n"), name)
                self.assertNotIn(b"\n\n\n", data, name)
                for line in data.decode().split("\n"):
                    self.assertEqual(line, line.rstrip(), name)
                    if name.endswith((".c", ".h")):
                        self.assertNotIn(" \t", line, name)
                        self.assertNotIn("        ", line.lstrip("\t")
                                         if not line.endswith("\\") else "",
                                         name)


assert IDL in SOURCES

if __name__ == "__main__":
    unittest.main()
