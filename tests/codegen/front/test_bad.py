# SPDX-License-Identifier: MIT
"""Tests every diagnostic: bad/NAME.mojom must print exactly bad/NAME.expected.

test_bad.py --update writes the texts anew; read the difference as code.
"""

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
    "duplicate-stem": "test_cli",
}


def names():
    return sorted(os.path.basename(path)
                  for path in glob.glob(os.path.join(BAD, "*.mojom")))


def reported(name):
    """Paths are relative to bad/, as they would be for someone there."""
    before = os.getcwd()
    os.chdir(BAD)
    try:
        return support.report(name, support.arguments_of(name)).format()
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
