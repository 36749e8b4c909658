#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Completes command lines in a real bash, and in a real zsh if there is one, and
compares what is offered with what --help lists, in both directions."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import manual

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, folder):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8",
                          stdin=subprocess.DEVNULL, cwd=folder,
                          timeout=manual.LIMIT, check=False)
    if done.returncode or done.stderr:
        raise AssertionError("%r: %d %s" % (command, done.returncode,
                                            done.stderr))
    return [line.strip() for line in done.stdout.split("\n") if line.strip()]


class Shell:
    """What both shells must offer; subclasses complete(words) -> words."""
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="camipc-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("a.png", "b.yaml", "c.mojom", "d.txt"):
            with open(os.path.join(self.folder, name), "w",
                      encoding="utf-8"):
                pass
        os.mkdir(os.path.join(self.folder, "folder"))

    def offers(self, line, wanted, exactly=True):
        """Compares what is offered for a line, whose last word is unfinished.
        A shell may repeat "--name=" before a value."""
        found = {word.rpartition("=")[2] if "=" in line.split()[-1] else word
                 for word in self.complete(line)}
        found = {word.rstrip("/") for word in found}
        if exactly:
            self.assertEqual(found, set(wanted), line)
        else:
            self.assertLessEqual(set(wanted), found, line)

    def test_commands(self):
        for program in ("camipc", "camipc-gen"):
            found = {word for word in self.complete(program + " ")
                     if not word.startswith("-")}
            self.assertEqual(found, set(manual.commands(program)) | {"help"})
            self.offers(program + " help ", manual.commands(program), False)

    def test_beginning_of_a_command(self):
        self.offers("camipc cap", ["capture"])
        self.offers("camipc-gen comp", ["compile", "compat"])

    def test_program_itself(self):
        for program in ("camipc", "camipc-gen"):
            self.offers(program + " -", ["-h", "--help", "--version"])

    def test_values(self):
        kinds = ["auto", "thread", "process", "loopback"]
        self.offers("camipc capture --isolation ", kinds)
        self.offers("camipc capture --isolation=", kinds)
        self.offers("camipc capture --isolation=l", ["loopback"])
        self.offers("camipc capture --quiet --isolation thr", ["thread"])
        # As --help lists them.
        text = " ".join(manual.help_of("camipc", "capture").split())
        self.assertIn("auto, thread, process or loopback", text)
        self.offers("camipc-gen compat --allow ", ["widen", "break"])
        self.offers("camipc-gen compile --ordinal-base ", ["0", "1"])
        self.offers("camipc-gen compile --emit type", ["types"])
        self.offers("camipc-gen compile --emit types,prox", ["types,proxy"])

    def test_value_attached_to_a_letter(self):
        self.offers("camipc-gen lint -Wno-unused", ["-Wno-unused-overlay"])
        self.offers("camipc-gen lint -W no-unused", ["no-unused-overlay"])

    def test_values_that_the_program_lists(self):
        """What its message says about a wrong value is what is offered."""
        seen = 0
        text = manual.help_of("camipc", "capture")
        for option in sorted(manual.flags(text)):
            if not option.startswith("--"):
                continue
            # Options that name an output file write it.
            with tempfile.TemporaryDirectory() as folder:
                said = subprocess.run(
                    [manual.CAMIPC, "capture", option, "zebra"], cwd=folder,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    encoding="utf-8", timeout=manual.LIMIT, check=False).stderr
            match = re.search(r": expected ((?:[\w-]+, )*[\w-]+ or [\w-]+)$",
                              said.strip())
            if match:
                seen += 1
                self.offers("camipc capture %s " % option,
                            re.split(", | or ", match.group(1)))
        self.assertGreaterEqual(seen, 3)

    def test_files(self):
        self.offers("camipc capture --scene ", ["a.png", "folder"])
        self.offers("camipc capture --tuning=", ["b.yaml", "folder"])
        self.offers("camipc capture --output ", ["a.png", "folder"])
        self.offers("camipc list --module-path ", ["folder"])
        self.offers("camipc list --worker ", ["a.png", "b.yaml", "c.mojom",
                                              "d.txt", "folder"])
        self.offers("camipc-gen lint ", ["c.mojom", "folder"])
        self.offers("camipc-gen compile --out folder c", ["c.mojom"])
        self.offers("camipc-gen compile --out ", ["folder"])

    def test_values_that_cannot_be_known(self):
        for line in ("camipc capture --frames ", "camipc capture --size=",
                     "camipc-gen mock --name "):
            self.offers(line, [])


@unittest.skipIf(not shutil.which("bash"), "bash is not installed")
class Bash(Shell, unittest.TestCase):
    def complete(self, line):
        words = line.split(" ")
        path = os.path.join(manual.MANUAL, "completions", words[0])
        found = set()
        # "=" separates words, unless somebody has changed that.
        split = [part for word in words
                 for part in (re.split("(=)", word) if word.startswith("--")
                              else [word])]
        for variant in (words, split):
            offered = set(run(["bash", "--norc", os.path.join(
                HERE, "complete.bash"), path] + variant, self.folder))
            self.assertTrue(not found or offered == found, line)
            found = offered
        return found

    def test_options(self):
        for program, command in manual.everything():
            if command:
                self.assertEqual(
                    self.complete(" ".join((program, *command, "-"))),
                    manual.flags(manual.help_of(program, *command)),
                    (program, command))

    def test_no_name_is_left_in_the_shell(self):
        """Functions have names of their own, and no variable is set."""
        for program in ("camipc", "camipc-gen"):
            path = os.path.join(manual.MANUAL, "completions", program)
            text = "source '%s'; compgen -A function; compgen -v" % path
            before = set(run(["bash", "--norc", "-c",
                              "compgen -A function; compgen -v"],
                             self.folder))
            added = set(run(["bash", "--norc", "-c", text],
                            self.folder)) - before
            for name in added:
                self.assertTrue(name.startswith("_camipc") or
                                name.startswith("BASH") or name == "_", name)


@unittest.skipIf(not shutil.which("zsh"), "zsh is not installed")
class Zsh(Shell, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="camipc-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.dump = os.path.join(folder.name, "dump")

    def zsh(self, what, line):
        return run(["zsh", "-f", os.path.join(HERE, "complete.zsh"),
                    os.path.join(manual.MANUAL, "site-functions"), self.dump,
                    what, line], self.folder)

    def complete(self, line):
        return set(self.zsh("offers", line))

    def test_options(self):
        for program, command in manual.everything():
            if not command:
                continue
            text = manual.help_of(program, *command)
            start = " ".join((program, *command, ""))
            wanted = manual.flags(text)
            self.offers(start + "--", {flag for flag in wanted
                                       if flag.startswith("--")})
            self.offers(start + "-", {flag for flag in wanted
                                      if not flag.startswith("--")}, False)


    def test_what_tab_makes_of_a_line(self):
        """Each TAB completes, and what is typed next goes on from there."""
        for typed, line in (
                ("camipc cap\t--qui\t.", "camipc capture --quiet ."),
                ("camipc help cap\t.", "camipc help capture ."),
                ("camipc-gen comp\ti\t.", "camipc-gen compile ."),
                ("camipc --vers\t.", "camipc --version ."),
                # "=" comes with the name, and goes if a blank is typed.
                ("camipc capture --is\tproc\t.",
                 "camipc capture --isolation=process ."),
                ("camipc capture --fra\t4 .", "camipc capture --frames=4 ."),
                ("camipc capture --isolat\t l\t.",
                 "camipc capture --isolation loopback ."),
                ("camipc capture --isolation zebra\t.",
                 "camipc capture --isolation zebra."),
                # So does the comma of a list.
                ("camipc-gen compile --emit=typ\tprox\t .",
                 "camipc-gen compile --emit=types,proxy ."),
                ("camipc-gen compile --emit typ\t .",
                 "camipc-gen compile --emit types ."),
                ("camipc-gen lint -Wno-unused\t.",
                 "camipc-gen lint -Wno-unused-overlay ."),
                ("camipc capture --sce\ta\t.",
                 "camipc capture --scene=a.png ."),
                ("camipc list --module-path f\t.",
                 "camipc list --module-path folder/."),
                ("camipc-gen lint c\t.", "camipc-gen lint c.mojom .")):
            self.assertEqual(self.zsh("line", typed), [line], repr(typed))

    def test_descriptions(self):
        """What zsh shows beside each option is from --help."""
        for program, command in (("camipc", "capture"), ("camipc", "sign"),
                                 ("camipc-gen", "compile")):
            text = manual.help_of(program, command)
            words = " ".join(text.split())
            shown = dict(
                re.split(r"\s+-- ", line, maxsplit=1)
                for line in self.zsh("list", "%s %s --\t" % (program, command))
                if " -- " in line)
            self.assertEqual({flag.split()[0] for flag in shown},
                             {flag for flag in manual.flags(text)
                              if flag.startswith("--")})
            for flag, description in shown.items():
                # argparse has words of its own for this one.
                if (program, flag.split()[0]) == ("camipc-gen", "--help"):
                    continue
                # The list is as wide as a terminal.
                self.assertGreater(len(description), 3, flag)
                self.assertIn(description, words, flag)


class Texts(unittest.TestCase):
    def test_both_shells_have_both_programs(self):
        self.assertEqual(sorted(os.listdir(os.path.join(
            manual.MANUAL, "completions"))), ["camipc", "camipc-gen"])
        self.assertEqual(sorted(os.listdir(os.path.join(
            manual.MANUAL, "site-functions"))), ["_camipc", "_camipc-gen"])

    def test_zsh_options_without_a_zsh(self):
        """The same comparison, from the text of the file."""
        for program, command in manual.everything():
            if not command:
                continue
            with open(os.path.join(manual.MANUAL, "site-functions",
                                   "_" + program), encoding="utf-8") as file:
                case = re.search(r"^\t%s\)\n(.*?);;$" % command, file.read(),
                                 re.DOTALL | re.MULTILINE).group(1)
            self.assertEqual(
                set(re.findall(r"^\t\t\t'\*?(--?[A-Za-z][a-z-]*)", case,
                               re.MULTILINE)),
                manual.flags(manual.help_of(program, *command)))


if __name__ == "__main__":
    unittest.main(argv=["test_completions.py"], verbosity=2)
