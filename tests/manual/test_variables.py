#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every variable of the environment that the programs read is in camipc(7), and
camipc(7) names no variable that nobody reads."""

import glob
import os
import re
import unittest

import manual

FOLDERS = ("runtime", "proxy", "pipeline", "tools", "ipa")
CALL = re.compile(r"\b(?:secure_getenv|getenv)\s*\(\s*([^)]*?)\s*\)")

# Calls with a name that is computed: what may be read there.
COMPUTED = {
    # The variables that a worker gets: a list, and names of the host's own.
    "names[i]": "proxy/link/worker_spawn.c",
    # Of sanitizers, for a program that is attacked.
    "name": "tools/hostile/hostile_program.c",
}


def sources():
    for folder in FOLDERS:
        for ending in ("c", "h"):
            yield from glob.glob(os.path.join(
                manual.SOURCE, folder, "**", "*." + ending), recursive=True)


def texts():
    for path in sorted(sources()):
        with open(path, encoding="utf-8") as file:
            # Comments cite functions, too.
            yield path, re.sub(r"/\*.*?\*/", " ", file.read(),
                               flags=re.DOTALL)


def read_by_c():
    """Names that C code reads, with the file."""
    everything = dict(texts())
    defines = {}
    for text in everything.values():
        defines.update(re.findall(r'#define\s+(\w+)\s*\\?\s*"([A-Z_]+)"',
                                  text))
    found = {}
    for path, text in everything.items():
        for argument in CALL.findall(text):
            if argument.startswith('"'):
                found[argument.strip('"')] = path
            elif argument in defines:
                found[defines[argument]] = path
            elif argument in COMPUTED:
                other = os.path.join(manual.SOURCE, COMPUTED[argument])
                for name in re.findall(r'"([A-Z][A-Z_]+)"',
                                       everything[other]):
                    if not name.endswith("SAN_OPTIONS"):
                        found[name] = other
            else:
                raise AssertionError("%s reads the variable %s: add a row to "
                                     "COMPUTED" % (path, argument))
        # What is set for others, or taken away.
        for name in re.findall(r'\b(?:unsetenv|setenv)\s*\(\s*"(\w+)"', text):
            found[name] = path
    return found


def read_by_python():
    for path in glob.glob(os.path.join(manual.SOURCE, "codegen", "**",
                                       "*.py"), recursive=True):
        with open(path, encoding="utf-8") as file:
            for match in re.finditer(r"\bos\.(?:environb?|getenvb?)\b",
                                     file.read()):
                yield path, match.group()


class Variables(unittest.TestCase):
    def section(self):
        page = manual.plain(manual.source_of("camipc", "7"))
        return page.split('.SH "ENVIRONMENT"')[1].split("\n.SH ")[0]

    def described(self):
        part = self.section()
        return [name for tag in re.findall(r"^\.TP\n(.*)$", part, re.MULTILINE)
                for name in tag.split(", ")]

    def test_each_variable_is_described(self):
        found = read_by_c()
        self.assertIn("CAMIPC_LOG", found)
        self.assertIn("CAMIPC_IPA_MODULE_PATH", found)
        self.assertIn("PATH", found)
        self.assertIn("TZ", found)
        words = set(re.findall(r"\b[A-Z][A-Z_]+\b", self.section()))
        for name, path in found.items():
            self.assertIn(name, words, "is read by %s" % path)
        self.assertLessEqual(set(self.described()), set(found))

    def test_names_are_unique(self):
        names = self.described()
        self.assertEqual(len(names), len(set(names)))

    def test_generator_reads_none(self):
        """As its help text says."""
        self.assertEqual(list(read_by_python()), [])
        self.assertIn("No variable of the environment",
                      manual.help_of("camipc-gen"))


if __name__ == "__main__":
    unittest.main(argv=["test_variables.py"], verbosity=2)
