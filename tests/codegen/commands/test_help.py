#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests what camipc-gen --help prints, for the program and its commands."""

import functools
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PROGRAM = os.path.join(ROOT, "codegen", "camipc-gen")

# An entry of a list of options or arguments: "  --out DIR   write to DIR". A
# long name has its text on the next line.
_ENTRY = re.compile(r"^ {2}((?:-|[A-Z])\S*(?: \S+)*?)(?: {2,}(\S.*))?$")


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8", check=False,
        env={**os.environ, **environment})


@functools.lru_cache(maxsize=None)
def help_of(*command, columns="80"):
    done = run(*command, "--help", COLUMNS=columns)
    if done.returncode != 0 or done.stderr:
        raise AssertionError("%s --help: exit status %d: %s" % (
            " ".join(command), done.returncode, done.stderr))
    return done.stdout


def commands():
    """The names of all commands, as the list of commands has them."""
    return re.findall(r"^ {4}([a-z]+) {2,}\S", help_of(), re.MULTILINE)


def entries(text):
    """Each option and argument, with the start of its help text."""
    found = {}
    lines = text.split("\n")
    for line, following in zip(lines, lines[1:]):
        match = _ENTRY.match(line)
        if match:
            found[match.group(1)] = match.group(2) or (
                following.strip() if following.startswith(" " * 10) else "")
    return found


class Help(unittest.TestCase):
    def test_there_are_commands(self):
        self.assertIn("compile", commands())
        self.assertGreaterEqual(len(commands()), 8)

    def test_each_option_has_a_text(self):
        for command in commands():
            with self.subTest(command):
                text = help_of(command)
                found = entries(text)
                usage = text.partition("\n\n")[0]
                for option in re.findall(r"(?<!\w)--?[A-Za-z][a-z-]*", usage):
                    texts = [help for name, help in found.items()
                             if option in re.findall(r"--?[\w-]+", name)]
                    self.assertTrue(texts and all(texts), option)
                for name, help in found.items():
                    self.assertTrue(help, name)

    def test_each_command_says_what_it_does_and_its_exit_status(self):
        for command in commands():
            with self.subTest(command):
                usage, description = help_of(command).split("\n\n")[:2]
                self.assertTrue(usage.startswith("usage: camipc-gen "))
                self.assertRegex(description, r"^[A-Z][a-z]+s ")
                self.assertIn("\nExit status: 0 if ", help_of(command))
        self.assertIn("\nExit status: 0 if ", help_of())

    def test_lines_are_short_in_every_terminal(self):
        for columns in ("40", "200"):
            for command in [()] + [(command,) for command in commands()]:
                with self.subTest(command=command, columns=columns):
                    for line in help_of(*command, columns=columns).split(
                            "\n"):
                        self.assertLessEqual(len(line), 80, line)

    def test_version(self):
        for command in [()] + [(command,) for command in commands()]:
            done = run(*command, "--version")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"\Acamipc-gen \d+\.\d+\.\d+\n\Z")

    def test_help_as_a_word(self):
        self.assertEqual(run("help").stdout, help_of())
        self.assertEqual(run("help", "lint").stdout, help_of("lint"))
        self.assertEqual(run("help", "zebra").returncode, 2)

    def test_without_a_command(self):
        done = run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: camipc-gen ", done.stderr)


if __name__ == "__main__":
    unittest.main()
