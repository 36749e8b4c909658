# SPDX-License-Identifier: MIT
"""Tests every diagnostic: bad/NAME.mojom must print exactly bad/NAME.expected.

test_bad.py --update writes the texts anew; read the difference as code.
"""

import ast
import glob
import os
import re
import sys
import unittest

import support
from camipc_gen.text.diagnostic_ids import ERRORS, WARNINGS

BAD = os.path.join(support.HERE, "bad")

# What depends on more than the text of a file, and the test that shows it.
ELSEWHERE = {
    "unwritable": "test_cli", "bad-option": "test_cli",
    "duplicate-stem": "test_cli", "bad-template": "commands/test_template",
}

# What is about the command line or the disk. "too-deep" is a safety net: all
# depths that are known to matter have limits and errors of their own.
PLACELESS = {"unwritable", "bad-option", "too-deep"}


def without_position(text):
    """Ids of the diagnostics that a file raises with the position None."""
    return {call.args[0].value for call in ast.walk(ast.parse(text))
            if isinstance(call, ast.Call) and len(call.args) > 1
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in ("error", "warning")
            and isinstance(call.args[1], ast.Constant)
            and call.args[1].value is None}


def names():
    return sorted(os.path.basename(path)
                  for path in glob.glob(os.path.join(BAD, "*.mojom")))


def reported(name):
    """Paths are relative to bad/, as they would be for someone there."""
    before = os.getcwd()
    os.chdir(BAD)
    try:
        text = support.report(name, support.arguments_of(name)).format()
        # The folder that is searched last lies beside the generator.
        return text.replace(support.IDL, "GENERATOR/idl")
    finally:
        os.chdir(before)


def expected_path(name):
    return os.path.join(BAD, name[:-len(".mojom")] + ".expected")


class BadFiles(unittest.TestCase):
    maxDiff = None

    def test_each_bad_file_is_reported_as_expected(self):
        for name in names():
            with self.subTest(name):
                with open(expected_path(name), encoding="utf-8") as stream:
                    self.assertEqual(stream.read(), reported(name))

    def test_each_diagnostic_has_a_position(self):
        for name in names():
            with self.subTest(name):
                for line in reported(name).split("\n"):
                    self.assertFalse(line.startswith("camipc-gen:"), line)

    def test_only_the_command_line_has_no_position(self):
        """Each call in the sources that passes None for the position."""
        found = set()
        for folder, _, files in os.walk(os.path.join(support.CODEGEN,
                                                     "camipc_gen")):
            for file in files:
                if file.endswith(".py"):
                    with open(os.path.join(folder, file),
                              encoding="utf-8") as stream:
                        found |= without_position(stream.read())
        self.assertEqual(PLACELESS, found)

    def test_each_expectation_has_a_file(self):
        texts = {os.path.basename(path)[:-len(".expected")] + ".mojom"
                 for path in glob.glob(os.path.join(BAD, "*.expected"))}
        self.assertEqual(texts, set(names()))

    def test_each_diagnostic_has_a_bad_file(self):
        seen = set(ELSEWHERE)
        for name in names():
            with open(expected_path(name), encoding="utf-8") as stream:
                seen.update(re.findall(r"\[([a-z0-9-]+)\]$", stream.read(),
                                       re.MULTILINE))
        self.assertEqual(set(ERRORS) | set(WARNINGS), seen)

    def test_each_file_is_named_after_what_it_shows(self):
        for name in names():
            with self.subTest(name):
                with open(expected_path(name), encoding="utf-8") as stream:
                    ids = re.findall(r"\[([a-z0-9-]+)\]$", stream.read(),
                                     re.MULTILINE)
                self.assertTrue(any(name.startswith(id) for id in ids) or
                                name.startswith("overlay"), ids)

    def test_each_diagnostic_stands_in_the_language_reference(self):
        path = os.path.join(support.IDL, "README.md")
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", text,
                               re.MULTILINE))
        known = dict(ERRORS)
        known.update(WARNINGS)
        for id, meaning in known.items():
            with self.subTest(id):
                self.assertEqual(meaning.replace("|", "\\|"), rows.get(id))


def update():
    for name in names():
        with open(expected_path(name), "w", encoding="utf-8") as stream:
            stream.write(reported(name))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
