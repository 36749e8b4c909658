#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests compile --template: a user's own templates, the model that they see and
its document, and every mistake in a folder or a template.
"""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import unittest

import test_help

sys.path.insert(0, os.path.dirname(test_help.PROGRAM))

from camipc_gen.output import public  # noqa: E402

IDL = os.path.join(test_help.ROOT, "idl")
BACK = os.path.join(test_help.ROOT, "tests", "codegen", "back")
DOCUMENT = os.path.join(test_help.ROOT, "codegen/TEMPLATES.md")

ONE = "module t;\ninterface IPATInterface { f(int32 a) => (int32 ret); };\n"
TWO = "module t;\ninterface A { f(); };\ninterface B { g(); };\n"

# Names and types of all fields, by MODEL_VERSION. If this test fails, the model
# was changed: raise MODEL_VERSION, add a line here, and say so in codegen/TEMPLATES.md.
FIELDS = {
    1: "1bfc60f0cd826a1e",
}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("templates"))
        self.write("one.mojom", ONE)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.path(name), mode) as stream:
            stream.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as stream:
            return stream.read()

    def template(self, name, text="x\n"):
        self.write(os.path.join("templates", name), text)

    def run_it(self, *arguments):
        return subprocess.run(
            [sys.executable, "-B", test_help.PROGRAM, *arguments],
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
            check=False)

    def compile(self, *files, more=()):
        return self.run_it("compile", "--emit", "none", "--out", "out",
                           "--template", "templates", *more, *files)

    def makes(self, *files, more=()):
        """Output names to texts."""
        done = self.compile(*files, more=more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return {name: self.read(os.path.join("out", name))
                for name in sorted(os.listdir(self.path("out")))}

    def refused(self, *files, status=1, more=()):
        """One clear error, nothing written; gives the text."""
        done = self.compile(*(files or ("one.mojom",)), more=more)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertIn("error: ", done.stderr)
        self.assertFalse(os.path.exists(self.path("out")))
        return done.stderr


class Outputs(Folder):
    def test_each_interface_has_an_output(self):
        self.write("two.mojom", TWO)
        self.template("@stem@-@interface@.txt.j2", "{{ interface }}\n")
        self.template("@prefix@.h.j2", "{{ file }}\n")
        self.assertEqual(self.makes("two.mojom"), {
            "two-A.txt": "A\n", "two-B.txt": "B\n",
            "t_a.h": "two.mojom\n", "t_b.h": "two.mojom\n"})

    def test_outputs_lists_them(self):
        self.template("@stem@.txt.j2")
        done = self.run_it("outputs", "--emit", "proto", "--template",
                           "templates", "one.mojom")
        self.assertEqual(done.stdout, "one.proto\none.txt\n")

    def test_camipcs_own_outputs_are_made_too(self):
        self.template("@stem@.txt.j2")
        done = self.run_it("compile", "--emit", "proto", "--out", "out",
                           "--template", "templates", "one.mojom")
        self.assertEqual(done.stderr, "")
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["one.proto", "one.txt"])

    def test_the_depfile_names_templates_and_what_they_include(self):
        self.template("@stem@.txt.j2", "{% include '_part.j2' %}")
        self.template("_part.j2", "part\n")
        self.template("_unused.j2", "unused\n")
        self.assertEqual(self.makes("one.mojom", more=("--depfile", "d")),
                         {"one.txt": "part\n"})
        target, _, needed = self.read("d").partition(":")
        self.assertEqual(target, "out/one.txt")
        for name in ("@stem@.txt.j2", "_part.j2"):
            self.assertIn(os.path.join("templates", name), needed)
        self.assertNotIn("_unused", needed)

    def test_lines_of_tags_leave_no_empty_line(self):
        self.template("x.j2", "a\n  {% if true %}\nb\n{% endif %}\nc\n")
        self.assertEqual(self.makes("one.mojom"), {"x": "a\nb\nc\n"})

    def test_files_without_an_interface_are_fine_beside_others(self):
        self.write("none.mojom", "module none; struct S { };")
        self.template("@stem@.txt.j2", "{{ file.module }}\n")
        self.assertEqual(self.makes("none.mojom", "one.mojom"),
                         {"one.txt": "t\n"})


class Folders(Folder):
    """Whatever is wrong with the folder or with the names in it."""

    def test_missing(self):
        os.rmdir(self.path("templates"))
        self.assertIn("expected a folder that exists", self.refused(status=2))

    def test_empty(self):
        self.template("_part.j2")
        self.template("README")
        self.assertIn("has no template", self.refused())

    @unittest.skipIf(os.geteuid() == 0, "root reads every folder")
    def test_unreadable(self):
        os.chmod(self.path("templates"), 0)
        self.addCleanup(os.chmod, self.path("templates"), 0o700)
        self.assertIn("cannot read the folder", self.refused())

    def test_templates_that_cannot_be_read(self):
        os.mkdir(self.path("templates", "x.j2"))
        self.assertIn("Is a directory", self.refused())
        os.rmdir(self.path("templates", "x.j2"))
        os.symlink("nowhere", self.path("templates", "x.j2"))
        self.assertIn("No such file", self.refused())
        os.unlink(self.path("templates", "x.j2"))
        self.template("x.j2", b"a\nb\xff\n")
        self.assertIn("x.j2:2:2: error: the file is not UTF-8",
                      self.refused())

    def test_two_outputs_of_one_name(self):
        self.write("two.mojom", TWO)
        self.template("@stem@.txt.j2")
        text = self.refused("two.mojom")
        self.assertIn("@stem@.txt.j2:1:1: error: the output 'two.txt' is also "
                      "made by @stem@.txt.j2 for A", text)
        os.unlink(self.path("templates", "@stem@.txt.j2"))
        self.template("@stem@.j2")
        self.template("one.j2")
        self.assertIn("is also made by", self.refused())

    def test_an_output_of_camipcs_own(self):
        self.template("@stem@.proto.j2")
        done = self.run_it("compile", "--out", "out", "--template",
                           "templates", "one.mojom")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is also made by camipc-gen itself", done.stderr)

    def test_names_of_outputs(self):
        for name in ("...j2", ".j2", "-x.j2", "a b.j2", "a\n.j2", "ä.j2",
                     "x.j2.j2", "y" * 201 + ".j2"):
            with self.subTest(name):
                self.template(name)
                self.assertIn("invalid name of an output", self.refused())
                os.unlink(self.path("templates", name))

    def test_unknown_placeholders(self):
        self.template("@stm@.j2")
        text = self.refused()
        self.assertIn("unknown placeholder '@stm@'", text)
        self.assertIn("did you mean 'stem'?", text)

    def test_no_interface(self):
        self.template("x.j2")
        self.write("none.mojom", "module none; struct S { };")
        self.assertIn("none of the files declares", self.refused("none.mojom"))

    def test_nothing_to_do(self):
        done = self.run_it("compile", "--emit", "none", "--out", "out",
                           "one.mojom")
        self.assertEqual(done.returncode, 1)
        self.assertIn("add --template DIR", done.stderr)

    def test_a_depfile_in_place_of_a_template(self):
        self.template("x.j2", "x\n")
        self.assertIn("is the same file", self.refused(
            more=("--depfile", "templates/x.j2")))
        self.assertEqual(self.read("templates/x.j2"), "x\n")


class Mistakes(Folder):
    """Each mistake in a template is an error at its line."""

    TEXTS = (
        ("{% if %}", "Expected an expression"),
        ("{% for m in interface.methods %}", "Unexpected end of template"),
        ("{{ interfaces }}", "'interfaces' is undefined"),
        ("{{ interface.nam }}", "has no attribute 'nam'"),
        ("{{ interface.__class__ }}", "unsafe"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ types.update({}) }}", ""),
        ("{{ 1 // 0 }}", "zero"),
        ("{{ 1 + 'a' }}", "unsupported operand"),
        ("{{ interface | frobnicate }}", "No filter named 'frobnicate'"),
        ("{% include '_none.j2' %}", "the folder has no template '_none.j2'"),
        ("{% include '../one.mojom' %}", "outside of the folder"),
        ("{% include '/etc/passwd' %}", "outside of the folder"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "without end"),
        ("{{ fail('not this one') }}", "not this one"),
        ("{{ demand_model(99) }}", "use a newer camipc-gen"),
        ("{{ demand_model(0) }}", "adapt the template"),
        ("{{ demand_model('x') }}", "the number of a version"),
        ("{{ '\\ud800' }}", "surrogate"),
        ("{{ range(10 ** 9) | list }}", ""),
    )

    def test_each_mistake_has_its_line(self):
        for text, message in self.TEXTS:
            with self.subTest(text):
                self.template("x.txt.j2", "a\nb\n%s\n" % text)
                said = self.refused()
                # What is about the whole output has no line; an open block
                # is found at the end.
                line = 1 if "ud800" in text else r"[34]"
                self.assertRegex(said, r"\Atemplates/x.txt.j2:%s:1: error: "
                                 r".*\[bad-template\]\n" % line)
                self.assertIn(message, said)

    def test_a_mistake_in_an_included_template(self):
        self.template("x.j2", "{% include '_part.j2' %}\n")
        self.template("_part.j2", "a\n{{ nothing }}\n")
        self.assertIn("templates/_part.j2:2:1: error: 'nothing' is undefined",
                      self.refused())

    def test_the_others_are_reported_too(self):
        self.template("x.j2", "{{ a }}")
        self.template("y.j2", "{{ b }}")
        text = self.refused()
        self.assertIn("'a' is undefined", text)
        self.assertIn("'b' is undefined", text)


class Model(Folder):
    """The model and its document say the same."""

    def test_a_change_raises_the_version(self):
        text = "".join("%s.%s: %s\n" % (one.__name__, field.name, field.type)
                       for one in public.CLASSES
                       for field in dataclasses.fields(one))
        self.assertEqual(
            FIELDS.get(public.MODEL_VERSION),
            hashlib.sha256(text.encode()).hexdigest()[:16],
            "the model has changed: see FIELDS")

    def test_the_document_lists_each_field(self):
        with open(DOCUMENT, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn("`MODEL_VERSION` is **%d**" % public.MODEL_VERSION, text)
        for one in public.CLASSES:
            part = text.split("\n### %s\n" % one.__name__)[1].split("\n#")[0]
            self.assertEqual(
                re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE),
                [field.name for field in dataclasses.fields(one)])

    def test_the_document_lists_each_kind_and_form(self):
        with open(DOCUMENT, encoding="utf-8") as stream:
            text = stream.read()
        for word in list(public._FORMS.values()) + [
                "bool", "string", "fd", "enum", "flags", "struct", "union",
                "array", "map"]:
            self.assertIn("`%s`" % word, text)

    def test_every_field_of_every_interface_prints(self):
        """A template that prints all, on files that have everything."""
        lines = ["{{ demand_model(%d) }}" % public.MODEL_VERSION]

        def show(one, name):
            lines.extend("{{ %s.%s }}" % (name, field.name)
                         for field in dataclasses.fields(one))

        def each(one, name, group, inner=lambda name: None):
            lines.append("{%% for %s in %s %%}" % (name, group))
            show(one, name)
            inner(name)
            lines.append("{% endfor %}")

        def typed(name):
            show(public.Type, name + ".type")

        def declared(name):
            lines.append("{%% if %s.kind == 'enum' %%}" % name)
            show(public.Enum, name)
            each(public.EnumValue, "v", name + ".values")
            lines.append("{% else %}")
            show(public.Struct, name)
            each(public.Field, "f", name + ".fields", typed)
            lines.append("{% endif %}")
        show(public.File, "file")
        each(public.Import, "i", "file.imports")
        each(public.Constant, "c", "file.constants", typed)
        show(public.Interface, "interface")
        for group in ("methods", "events"):
            each(public.Method, "m", "interface." + group,
                 lambda name: [each(public.Field, "p", name + ".params", typed),
                               each(public.Field, "o", name + ".outs", typed)])
        lines.append("{% for t in types.values() %}")
        declared("t")
        lines.append("{% endfor %}")
        self.template("@prefix@.txt.j2", "\n".join(lines) + "\n")
        files = [os.path.join(IDL, name) for name in sorted(os.listdir(IDL))
                 if name.endswith(".mojom")]
        texts = self.makes(*files, os.path.join(BACK, "everything.mojom"))
        self.assertIn("ipa_rpi.txt", texts)
        for name, text in texts.items():
            self.assertNotRegex(text, r" object at 0x|\(name=|camipc_gen")

    def test_facts(self):
        self.write("one.mojom", """
module ipa.one;
/** Doc. */
struct S { [min=1, max=9] uint8 a = 3; array<string>? b; map<uint32, S> c; };
[Version=3, CompatibleSince=2]
interface IPAOneInterface {
	[restore, key=s.a, undo=drop, when=any] keep(S s, array<int64> xs)
		=> (int32 ret, S t);
	drop();
};
""")
        self.template("x.j2", """\
{% set s = file.structs[0] %}
{{ s.doc | join }}|{{ s.c_name }}|{% for f in s.fields %}{{ f.c_form }} \
{{ f.type }} {{ f.c_members | join('; ') }}|{% endfor %}

{{ s.fields[0].default }} {{ s.fields[0].min }} {{ s.fields[0].max }}
{% set m = interface.methods[0] %}
{{ m.key | join('.') }} {{ m.undo }} {{ m.when }} {{ m.restore }} \
{{ m.returns_int32 }} {{ m.c_function }} {{ m.c_id }}
{{ m.params[1].c_parameters | join(', ') }} / {{ m.outs[0].c_out_parameters \
| join(', ') }}
{{ interface.version }} {{ interface.compatible_since }} {{ interface.word }}
""")
        self.assertEqual(self.makes("one.mojom")["x"], """\
Doc.|ipa_one_s|value uint8 uint8_t a|pointer array<string>? const struct \
ipa_one_string_array *b|map map<uint32, S> const struct ipa_one_uint32_s_entry \
*c; size_t n_c|
3 1 9
s.a drop any True True ipa_one_keep IPA_ONE_METHOD_KEEP
const int64_t *xs, size_t n_xs / struct ipa_one_s *ret_t
3 2 one
""")


if __name__ == "__main__":
    unittest.main()
