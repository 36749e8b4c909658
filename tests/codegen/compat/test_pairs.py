# SPDX-License-Identifier: MIT
"""Tests every kind of change: camipc-gen compat compares pairs/NAME-old.mojom
with NAME-new.mojom and must print NAME.expected.

A line "// args: …" in the new file holds options. test_pairs.py --update
writes the texts anew; read the difference as code.
"""

import contextlib
import glob
import io
import os
import re
import shlex
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PAIRS = os.path.join(HERE, "pairs")

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))

from camipc_gen import cli  # noqa: E402
from camipc_gen.compat.change import CHANGES  # noqa: E402


def names():
    return sorted(os.path.basename(path)[:-len("-new.mojom")]
                  for path in glob.glob(os.path.join(PAIRS, "*-new.mojom")))


def said_of(name):
    """What the command prints in pairs/, and its exit status."""
    old, new = name + "-old.mojom", name + "-new.mojom"
    with open(os.path.join(PAIRS, new), encoding="utf-8") as stream:
        found = re.search(r"^// args: (.*)$", stream.read(), re.MULTILINE)
    arguments = shlex.split(found.group(1)) if found else []
    out, errors = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(PAIRS)
    try:
        with contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(errors):
            status = cli.main(["compat"] + arguments + [old, new])
    finally:
        os.chdir(before)
    return "%s%sexit status %d\n" % (errors.getvalue(), out.getvalue(),
                                     status)


def expected_path(name):
    return os.path.join(PAIRS, name + ".expected")


class Pairs(unittest.TestCase):
    maxDiff = None

    def test_each_pair_is_judged_as_expected(self):
        for name in names():
            with self.subTest(name):
                with open(expected_path(name), encoding="utf-8") as stream:
                    self.assertEqual(stream.read(), said_of(name))

    def test_each_expectation_has_a_pair(self):
        found = {os.path.basename(path)[:-len(".expected")]
                 for path in glob.glob(expected_path("*"))}
        self.assertEqual(found, set(names()))

    def test_each_kind_of_change_has_a_pair(self):
        seen = set()
        for name in names():
            with open(expected_path(name), encoding="utf-8") as stream:
                seen.update(re.findall(r"\[([a-z-]+)\]$", stream.read(),
                                       re.MULTILINE))
        self.assertEqual(set(CHANGES), seen)

    def test_each_kind_of_change_stands_in_the_language_reference(self):
        path = os.path.join(ROOT, "idl", "README.md")
        with open(path, encoding="utf-8") as stream:
            rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$",
                                   stream.read(), re.MULTILINE))
        for id, meaning in CHANGES.items():
            with self.subTest(id):
                self.assertEqual(meaning, rows.get(id))


def update():
    for name in names():
        with open(expected_path(name), "w", encoding="utf-8") as stream:
            stream.write(said_of(name))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
