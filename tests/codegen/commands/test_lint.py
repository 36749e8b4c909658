# SPDX-License-Identifier: MIT
"""Runs camipc-gen lint on each lint/NAME.mojom and compares its output with
NAME.expected.

test_lint.py --update writes the texts anew; read the difference as code.
"""

import contextlib
import glob
import io
import json
import os
import re
import sys
import tempfile
import unittest

import repository
from camipc_gen import cli
from camipc_gen.text.diagnostic_ids import LINTS

FILES = os.path.join(repository.HERE, "lint")
IDL = os.path.join(repository.ROOT, "idl")


def names():
    return sorted(os.path.basename(path)[:-len(".mojom")]
                  for path in glob.glob(os.path.join(FILES, "*.mojom")))


def lint(*arguments):
    """Exit status, standard output, standard error."""
    out, errors = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(FILES)
    try:
        with contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(errors):
            status = cli.main(["lint"] + list(arguments))
    finally:
        os.chdir(before)
    return status, out.getvalue(), errors.getvalue()


def expected_path(name):
    return os.path.join(FILES, name + ".expected")


class Lint(unittest.TestCase):
    maxDiff = None

    def test_each_file_is_judged_as_expected(self):
        self.assertEqual(set(names()), set(LINTS))
        for name in names():
            with self.subTest(name):
                status, _, text = lint(name + ".mojom")
                self.assertEqual(status, 1)
                with open(expected_path(name), encoding="utf-8") as stream:
                    self.assertEqual(stream.read(), text)
                # Each file shows one of them, and nothing else.
                self.assertEqual(set(re.findall(r"\[([a-z-]+)\]$", text,
                                                re.MULTILINE)), {name})

    def test_each_can_be_disabled(self):
        for name in names():
            with self.subTest(name):
                self.assertEqual(lint("-Wno-" + name, name + ".mojom"),
                                 (0, "", ""))

    def test_each_can_be_an_error(self):
        for name in names():
            status, _, text = lint("-Werror=" + name, name + ".mojom")
            self.assertEqual(status, 1)
            self.assertIn(": error: ", text)
            self.assertNotIn("warning", text)

    def test_unknown_names(self):
        status, _, text = lint("-Wno-nonsense", "naming.mojom")
        self.assertEqual(status, 1)
        self.assertIn("[bad-option]", text)

    def test_json(self):
        status, text, _ = lint("--json", "missing-version.mojom")
        self.assertEqual(status, 1)
        found, = json.loads(text)
        self.assertEqual((found["id"], found["position"]["line"]),
                         ("missing-version", 5))

    def test_errors_come_first(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.mojom")
            with open(path, "w") as stream:
                stream.write("module t; struct bad { X x; };")
            status, _, text = lint(path)
        self.assertEqual(status, 1)
        self.assertIn("[unknown-type]", text)
        self.assertNotIn("[naming]", text)

    def test_the_interfaces_of_this_repository(self):
        for path in sorted(glob.glob(os.path.join(IDL, "*.mojom"))):
            with self.subTest(path):
                self.assertEqual(lint("-I", IDL, path), (0, "", ""))

    def test_what_camipc_gen_new_writes(self):
        with tempfile.TemporaryDirectory() as folder, \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(cli.main(["new", "hello", "--dir",
                                       folder + "/x"]), 0)
            path = folder + "/x/hello.mojom"
            self.assertEqual(lint("-I", IDL, path), (0, "", ""))
            self.assertEqual(cli.main(["fmt", "--check", path]), 0)

    def test_each_stands_in_the_language_reference(self):
        with open(os.path.join(IDL, "README.md"),
                  encoding="utf-8") as stream:
            rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$",
                                   stream.read(), re.MULTILINE))
        for id, meaning in LINTS.items():
            self.assertEqual(meaning, rows.get(id))


def update():
    for name in names():
        with open(expected_path(name), "w", encoding="utf-8") as stream:
            stream.write(lint(name + ".mojom")[2])


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
