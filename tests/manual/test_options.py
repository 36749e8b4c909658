#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares the options that --help prints with those of the manual pages and of
the completions, in both directions, for each program and command."""

import os
import re
import unittest

import manual


def described(roff):
    """The options that a page has an entry for, and those in its texts."""
    entries = set()
    lines = roff.split("\n")
    for line, following in zip(lines, lines[1:]):
        if line == ".TP":
            tag = manual.plain(following)
            if tag.startswith("-"):
                entries.update(manual.FLAG.findall(tag))
    mentioned = set(re.findall(r"\\fB(\\-\\-[a-z][a-z\\-]*)\\fR", roff))
    return entries, {manual.plain(word) for word in mentioned}


class Options(unittest.TestCase):
    def test_there_are_commands(self):
        self.assertIn("capture", manual.commands("camipc"))
        self.assertIn("compile", manual.commands("camipc-gen"))
        self.assertIn("--frames", manual.flags(manual.help_of(
            "camipc", "capture")))

    def test_each_program_and_command_has_its_page(self):
        expected = {"-".join((program, *command)) + ".1"
                    for program, command in manual.everything()}
        self.assertEqual(
            expected, set(os.listdir(os.path.join(manual.MANUAL, "man1"))))

    def test_help_and_manual_have_the_same_options(self):
        for program, command in manual.everything():
            with self.subTest(program=program, command=command):
                wanted = manual.flags(manual.help_of(program, *command))
                entries, mentioned = described(
                    manual.page_of(program, command))
                self.assertTrue({"--help", "--version"} <= wanted)
                self.assertEqual(entries, wanted)
                self.assertLessEqual(
                    mentioned - wanted,
                    manual.flags(manual.help_of(program)) |
                    {flag for one in manual.commands(program)
                     for flag in manual.flags(manual.help_of(program, one))})

    def test_usage_names_the_same_options(self):
        """argparse prints the options a second time."""
        for command in manual.commands("camipc-gen"):
            text = manual.help_of("camipc-gen", command)
            usage = text.partition("\n\n")[0]
            self.assertLessEqual(set(manual.FLAG.findall(usage)),
                                 manual.flags(text), command)

    def test_commands_are_listed(self):
        for program in ("camipc", "camipc-gen"):
            section = manual.page_of(program, ()).split('.SH "COMMANDS"')[1]
            listed = re.findall(r"^\.TP\n\\fB(\w+)\\fR$",
                                section.split("\n.SH ")[0], re.MULTILINE)
            self.assertEqual(listed, manual.commands(program))

    def test_help_names_its_variables_and_the_page_describes_them(self):
        for program, command in manual.everything():
            with self.subTest(program=program, command=command):
                if program == "camipc-gen":
                    self.assertIn("environment", manual.help_of(program))
                    continue
                text = manual.help_of(program, *command)
                section = re.search(r"^environment:\n(.*?)\n\n", text,
                                    re.DOTALL | re.MULTILINE)
                self.assertTrue(section)
                names = re.findall(r"^  ([A-Z][A-Z_, ]*[A-Z])  ",
                                   section.group(1), re.MULTILINE)
                page = manual.plain(manual.page_of(program, command))
                part = page.split('.SH "ENVIRONMENT"')[1].split("\n.SH ")[0]
                self.assertEqual(names, re.findall(r"^\.TP\n(.*)$", part,
                                                   re.MULTILINE))
                self.assertGreaterEqual(len(names), 3)

    def test_exit_codes_are_the_same(self):
        for program, command in manual.everything():
            if program == "camipc-gen":
                continue
            text = manual.help_of(program, *command)
            section = text.split("\nexit codes:\n")[1]
            codes = re.findall(r"^  (\d+(?: \+ n)?)  ", section, re.MULTILINE)
            page = manual.plain(manual.page_of(program, command))
            part = page.split('.SH "EXIT STATUS"')[1].split("\n.SH ")[0]
            self.assertEqual(codes, re.findall(r"^\.TP\n(.*)$", part,
                                               re.MULTILINE))
            self.assertGreaterEqual(len(codes), 4)

    def test_worker_codes_are_those_of_its_header(self):
        path = os.path.join(manual.SOURCE, "proxy/servant/worker.h")
        with open(path, encoding="utf-8") as file:
            codes = re.findall(r"CAMIPC_WORKER_EXIT_\w+ = (\d+)", file.read())
        text = manual.help_of("camipc-worker").split("\nexit codes:\n")[1]
        self.assertEqual(codes, re.findall(r"^  (\d+)  ", text, re.MULTILINE))


if __name__ == "__main__":
    unittest.main(argv=["test_options.py"], verbosity=2)
