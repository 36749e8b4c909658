# SPDX-License-Identifier: MIT
"""Tests camipc-gen import: what it writes for files that were not written for
camipc, that they compile with it, and that no file is ever changed."""

import os
import re
import shutil
import sys
import tempfile
import unittest

import test_help

for path in ("codegen", "tests/codegen/property", "tests/support"):
    sys.path.insert(0, os.path.join(test_help.ROOT, path))

from camipc_gen.commands.import_command import _quoted  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.source import Source  # noqa: E402
from camipc_gen.text.yaml_text import YamlReader  # noqa: E402
from random_idl import RandomIdl  # noqa: E402
import seeds  # noqa: E402

TREE = os.path.join(test_help.ROOT, "tests", "codegen", "foreign", "tree")
FOLDER = os.path.join("include", "libcamera", "ipa")
NAMES = ("core", "mali-c55", "raspberrypi", "software-only", "vimc")
FILES = [os.path.join(FOLDER, name + ".mojom") for name in NAMES]
VIMC = FILES[-1]

CONFIG = """include:
- .
import-map:
  include/libcamera/ipa/core.mojom: <core.mojom>
module-map:
  libcamera: cam
"""


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def tree(self):
        shutil.copytree(TREE, ".", dirs_exist_ok=True)

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def read(self, path):
        with open(path, encoding="utf-8") as stream:
            return stream.read()

    def run_it(self, *words):
        """What a command prints that succeeds without a complaint."""
        done = test_help.run(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def refused(self, *words):
        """What a command prints that fails; nothing changes."""
        before = self.state()
        done = test_help.run(*words)
        self.assertEqual((done.returncode, done.stdout), (1, ""), words)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(self.state(), before)
        return done.stderr

    def state(self):
        return {os.path.join(path, name): self.read(os.path.join(path, name))
                for path, _, names in os.walk(".") for name in names}

    def overlay_of(self, text, **more):
        """The overlay for a file with this text, which compiles with it."""
        self.write("t.mojom", text)
        for name, other in more.items():
            self.write(name + ".mojom", other)
        self.run_it("import", "--config", "c.yaml", "t.mojom")
        self.run_it("compile", "--config", "c.yaml", "-Werror", "--out", "out",
                    "t.mojom")
        return self.read("t.overlay")

    @staticmethod
    def body(overlay):
        """The overlay without comments."""
        return re.sub(r"\n+", "\n", re.sub(r"(?m)^\s*//.*$", "", overlay))


class ForeignTree(Import):
    def test_it_compiles_with_what_was_written(self):
        self.tree()
        said = self.run_it("import", "--config", "camipc-gen.yaml", *FILES)
        for name in NAMES[1:]:
            self.assertIn("wrote %s/%s.overlay\n" % (FOLDER, name), said)
        # There is no interface in it.
        self.assertFalse(os.path.exists(FILES[0][:-5] + "overlay"))
        self.assertIn(CONFIG, self.read("camipc-gen.yaml"))
        command = re.search(r"to compile: camipc-gen (.*)", said).group(1)
        words = command.replace("DIR", "out").split()
        self.assertEqual(self.run_it(*words, "-Werror"), "")
        self.assertIn("vimc_ipa_proxy.c", os.listdir("out"))
        # And each by itself, from anywhere.
        os.mkdir("elsewhere")
        os.chdir("elsewhere")
        for path in FILES:
            self.run_it("compile", "-Werror", "--config",
                        "../camipc-gen.yaml", "--out", "out",
                        os.path.join("..", path))

    def test_lint_reports_only_what_a_person_must_decide(self):
        self.tree()
        self.run_it("import", "--config", "c.yaml", *FILES)
        done = test_help.run("lint", "--config", "c.yaml", *FILES)
        ids = set(re.findall(r"\[([a-z-]+)\]$", done.stderr, re.MULTILINE))
        self.assertEqual(ids, {"sync-while-running"})
        # These are marked; the others are clean.
        self.assertEqual(self.run_it("lint", "--config", "c.yaml", VIMC), "")

    def test_from_another_folder(self):
        self.tree()
        os.chdir(FOLDER)
        self.run_it("import", "--config", "/".join([".."] * 3) + "/c.yaml",
                    "--out", "../../../overlays", "vimc.mojom")
        os.chdir("../../..")
        text = self.read("c.yaml")
        self.assertIn(CONFIG, text)
        self.assertIn("- overlays/vimc.overlay\n", text)
        self.run_it("compile", "--config", "c.yaml", "--out", "out", VIMC)

    def test_one_file_without_its_tree(self):
        shutil.copy(os.path.join(TREE, VIMC), "vimc.mojom")
        self.run_it("import", "--config", "c.yaml", "vimc.mojom")
        self.assertIn(CONFIG.replace("include:\n- .\n", ""),
                      self.read("c.yaml"))
        self.run_it("compile", "--config", "c.yaml", "-Werror", "--out", "o",
                    "vimc.mojom")

    def test_the_shared_file_alone(self):
        self.tree()
        self.run_it("import", "--config", "c.yaml", FILES[0])
        self.run_it("compile", "--config", "c.yaml", "--out", "o", FILES[0])

    def test_a_map_that_is_given_is_kept(self):
        self.tree()
        self.write("mine.mojom", "module mine; struct Settings { };")
        done = test_help.run(
            "import", "--config", "c.yaml", "--import-map",
            FILES[0] + "=mine.mojom", "--module-map", "libcamera=mine", VIMC)
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown type 'libcamera.IPASettings'", done.stderr)
        self.assertNotIn("c.yaml", os.listdir("."))


class Configuration(Import):
    def test_without_an_option_it_is_printed(self):
        self.tree()
        said = self.run_it("import", VIMC)
        shown = "".join(line[4:] for line in said.splitlines(True)
                        if line.startswith("    "))
        self.assertIn(CONFIG, shown)
        self.write("c.yaml", shown)
        self.run_it("compile", "--config", "c.yaml", "--out", "out", VIMC)

    def test_one_that_exists_is_read(self):
        self.tree()
        self.write("c.yaml", CONFIG)
        said = self.run_it("import", "--config", "c.yaml", VIMC)
        self.assertIn("add to c.yaml, under the keys that it has:\n    overlay:\n    - %s\n" % (
            VIMC[:-5] + "overlay"), said)
        self.assertNotIn("module-map", said)
        self.assertEqual(self.read("c.yaml"), CONFIG)

    def test_what_only_the_command_line_says_is_written(self):
        self.write("t.mojom", 'module t; import "b.mojom"; '
                   "struct S { b.B b; };")
        os.mkdir("inc")
        self.write("inc/b.mojom", "module b; struct B { };")
        self.run_it("import", "--config", "c.yaml", "-I", "inc", "t.mojom")
        self.assertIn("include:\n- inc\n", self.read("c.yaml"))
        self.write("c.yaml", "")
        said = self.run_it("import", "--config", "c.yaml", "-I", "inc",
                           "t.mojom")
        self.assertIn("    include:\n    - inc\n", said)

    def test_a_second_time_nothing_is_missing(self):
        self.tree()
        self.run_it("import", "--config", "c.yaml", VIMC)
        before = self.state()
        said = self.run_it("import", "--config", "c.yaml", VIMC)
        self.assertTrue(said.startswith("nothing to write"), said)
        self.assertEqual(self.state(), before)

    def test_an_interface_of_camipc_needs_nothing(self):
        path = os.path.join(test_help.ROOT, "idl", "softisp.mojom")
        self.assertIn("nothing to write", self.run_it("import", path))

    def test_ordinals_from_zero(self):
        self.write("z.mojom", "module z; struct S { int32 a@0; int32 b@1; };")
        self.run_it("import", "--config", "c.yaml", "z.mojom")
        self.assertIn("ordinal-base: 0\n", self.read("c.yaml"))
        self.run_it("compile", "--config", "c.yaml", "--out", "o", "z.mojom")

    def test_names_are_quoted(self):
        for text in ("a b", "null", "No", "- a", "#a", "ä", "a: b", '"', "\\",
                     "'", "\U0001f4f7", "\u2028", "\x85", "*a", "!a", "&a",
                     "{", "a,b", "7", "<<", "=", "%a", "@", "`", " a", "",
                     "~", "."):
            source = Source("c", "include: [%s]\nimport-map:\n  %s: %s\n" % (
                (_quoted(text),) * 3))
            found = YamlReader(source, Diagnostics()).run()
            self.assertEqual(found.entries[0][1].items[0].text, text)
            self.assertEqual([one.text for one in found.entries[1][1]
                              .entries[0]], [text, text])
        os.mkdir("a b: #ä")
        self.write("a b: #ä/t.mojom", "module t; interface IPATInterface "
                   "{ f(); };")
        self.run_it("import", "--config", "c.yaml", "a b: #ä/t.mojom")
        self.run_it("compile", "--config", "c.yaml", "--out", "o",
                    "a b: #ä/t.mojom")


class Overlay(Import):
    def test_version_roles_and_deadlines(self):
        self.assertEqual(self.body(self.overlay_of(
            "module t; interface Pure { Init(); Start() => (int32 ret); "
            "stop(); get(); [async] put(); };")), """
overlay module t;
[Version=1, CompatibleSince=1]
interface Pure {
	[role=init, timeout_ms=10000] Init;
	[role=start, timeout_ms=2000] Start;
	[role=stop, timeout_ms=2000] stop;
	[timeout_ms=1000] get;
};
""")

    def test_what_the_file_says_is_not_repeated(self):
        self.assertEqual(self.body(self.overlay_of(
            "module t; [Version=3] interface IPATInterface { init(); "
            "[timeout_ms=5, when=any] configure(); };")), """
overlay module t;
interface IPATInterface {
	[timeout_ms=10000] init;
	[restore] configure;
};
""")

    def test_configure_and_pairs(self):
        text = self.overlay_of(
            "module t; struct B { uint32 id; uint32 n; }; "
            "interface IPATInterface { "
            "configure() => (int32 ret, SharedFD fd); "
            "mapBuffers(array<B> all); unmapBuffers(array<uint32> ids); "
            "enable(string name); disable(string name); "
            "addAll(); removeAll(); "
            "attach(B b); detach(B b); };")
        self.assertIn("[restore=ignore_result, when=stopped, "
                      "timeout_ms=10000] configure;", text)
        self.assertRegex(text, r"\[restore, key=all\.id, undo=unmapBuffers, "
                         r"when=any, timeout_ms=1000\]\s+mapBuffers;")
        self.assertIn("[when=any, timeout_ms=1000] unmapBuffers;", text)
        self.assertRegex(text, r"\[restore, key=name, undo=disable, when=any, "
                         r"timeout_ms=1000\]\s+enable;")
        self.assertRegex(text, r"\[restore, undo=removeAll, when=any, "
                         r"timeout_ms=1000\]\s+addAll;")
        # No parameter of detach is the key: a person must decide.
        self.assertIn("[when=any, timeout_ms=1000] attach;", text)
        self.assertIn("// CHECK: a restarted module does not get this call "
                      "again.", text)

    def test_results_that_are_no_errno(self):
        text = self.overlay_of(
            "module t; interface IPATInterface { a() => (int32 ret); "
            "b() => (int32 level); c() => (uint32 level); "
            "d() => (int32 result, int32 level); };")
        self.assertIn("\t[timeout_ms=1000] b() => ([value] level);\n", text)
        self.assertEqual(text.count("[value]"), 1)
        self.assertIn("'level' is a number", text)

    def test_names_that_c_cannot_have(self):
        text = self.overlay_of(
            "module t; struct S { uint32 n_b; array<int8> b; }; "
            "struct foo { }; struct Foo { }; "
            "interface Pure { dispatch(S s); getProxy(); }; "
            "interface PureEventInterface { emitAll(); };")
        for line in ('[cname="b_"] b;', '[cname="dispatch_", ',
                     '[cname="get_proxy_", ', '[cname="its_emit_all"] emitAll'):
            self.assertIn(line, text)
        self.assertRegex(text, r'\[cname="foo_"\]\nstruct [fF]oo \{\n\};')
        # One that its author has chosen stays.
        self.write("t.mojom", 'module t; struct S { int32 a; '
                   '[cname="a"] int32 b; };')
        os.unlink("t.overlay")
        self.assertIn("[c-name-clash]", self.refused("import", "t.mojom"))

    def test_checks_are_counted(self):
        self.write("t.mojom", "module t; interface IPATInterface { f(); };")
        self.assertIn("look at the place marked CHECK\n",
                      self.run_it("import", "t.mojom"))
        os.unlink("t.overlay")
        self.write("t.mojom", "module t; interface IPATInterface { f(); "
                   "configure(); };")
        self.assertIn("look at the 2 places marked CHECK\n",
                      self.run_it("import", "t.mojom"))


class Random(Import):
    def test_random_interfaces(self):
        """They compile with what is written for all of their files."""
        for seed in seeds.some(12):
            with self.subTest(seed), tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                names = []
                for name, text in RandomIdl(seed).files().items():
                    names.append(self.write(name, text))
                self.run_it("import", "--config", "c.yaml", *names)
                config = ["--config", "c.yaml"] * os.path.exists("c.yaml")
                self.run_it("outputs", *config, *names)


class Refusals(Import):
    def test_existing_files_stay(self):
        self.tree()
        self.write(VIMC[:-5] + "overlay", "mine")
        said = self.refused("import", "--config", "c.yaml", *FILES)
        self.assertIn("%soverlay already exists: " % VIMC[:-5], said)
        os.unlink(VIMC[:-5] + "overlay")
        os.symlink("nowhere", VIMC[:-5] + "overlay")
        self.assertEqual(test_help.run("import", VIMC).returncode, 1)

    def test_files_that_do_not_compile(self):
        self.write("t.mojom", "module t; struct S { X x; };")
        self.assertIn("unknown type 'X'", self.refused(
            "import", "--config", "c.yaml", "t.mojom"))
        self.write("t.mojom", "module t; struct {")
        self.refused("import", "t.mojom")
        self.write("t.mojom", 'module t; import "none/core2.mojom";')
        self.assertIn("cannot find", self.refused("import", "t.mojom"))
        self.assertIn("No such file", self.refused("import", "none.mojom"))
        # A name that no other name in C helps.
        self.write("t.mojom", "module int; struct S { };")
        self.assertIn("[reserved-name]", self.refused("import", "t.mojom"))

    def test_folders_that_cannot_be_written(self):
        self.write("t.mojom", "module t; interface IPATInterface { f(); };")
        self.write("file", "")
        for words in (["--out", "file"], ["--out", "file/x"],
                      ["--config", "file/x"], ["--out", "/proc/none"],
                      ["--config", "/proc/none"], ["--out", "x" * 300]):
            self.assertIn("cannot write '", self.refused("import", *words,
                                                         "t.mojom"))

    def test_a_folder_for_overlays_is_proposed(self):
        name = "x" * 249 + ".mojom"      # ".overlay" makes it too long
        self.write(name, "module t; interface IPATInterface { f(); };")
        said = self.refused("import", name)
        self.assertIn("too long; --out DIR writes overlays elsewhere", said)
        self.assertNotIn("; --out", self.refused("import", "--out", ".", name))

    def test_two_files_of_one_name(self):
        for folder in ("a", "b"):
            os.mkdir(folder)
            self.write(folder + "/t.mojom", '[cname="%s"] module %s; '
                       "interface IPATInterface { f(); };" % (folder, folder))
        said = self.refused("import", "--out", "o", "a/t.mojom", "b/t.mojom")
        self.assertIn("two files would get the overlay 'o/t.overlay'", said)

    def test_names_that_no_configuration_can_have(self):
        name = "a\nb.mojom"
        self.write(name, "module t; interface IPATInterface { f(); };")
        self.assertIn("without control characters",
                      self.refused("import", name))


if __name__ == "__main__":
    unittest.main()
