# SPDX-License-Identifier: MIT
"""Reads a mutant, and applies it to a tree without depending on line
numbers."""

import os
import re

HEADERS = ("Breaks", "Test")


class MutantError(Exception):
    """What is wrong with a mutant, in one line."""


class Hunk:
    def __init__(self, path):
        self.path = path
        self.line = 0
        self.old = []
        self.new = []


class Mutant:
    """One file of tests/mutants: headers, then a unified diff."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(".patch")]
        self.headers = {}
        self.hunks = []
        with open(path, encoding="utf-8") as file:
            self._parse(file.read().split("\n"))
        for header in HEADERS:
            if header not in self.headers:
                raise MutantError("%s: no line \"%s: ...\""
                                  % (self.name, header))
        if not self.hunks:
            raise MutantError("%s: no diff" % self.name)

    @property
    def test(self):
        """The name of the meson test that has to fail, and its filter."""
        return self.headers["Test"].split(None, 1)

    def _parse(self, lines):
        path = None
        for line in lines:
            header = re.match(r"([A-Z][a-z]+): (.+)$", line)
            if line.startswith("+++ b/"):
                path = line[len("+++ b/"):]
            elif line.startswith("@@ "):
                self.hunks.append(Hunk(path))
                self.hunks[-1].line = int(
                    re.match(r"@@ -(\d+)", line).group(1))
            elif self.hunks and line[:1] in (" ", "-", "+"):
                if line[0] != "+":
                    self.hunks[-1].old.append(line[1:])
                if line[0] != "-":
                    self.hunks[-1].new.append(line[1:])
            elif header and path is None:
                self.headers[header.group(1)] = header.group(2)

    def apply(self, root):
        """Changes the files; returns what they were, for restore()."""
        before = {}
        for hunk in self.hunks:
            path = os.path.join(root, hunk.path)
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
            except OSError:
                raise MutantError("%s no longer applies: no file %s"
                                  % (self.name, hunk.path))
            before.setdefault(path, text)
            write(path, "\n".join(self._replace(hunk, text.split("\n"))))
        return before

    def check(self, root):
        """As apply(), but leaves the files as they are."""
        for hunk in self.hunks:
            path = os.path.join(root, hunk.path)
            if not os.path.isfile(path):
                raise MutantError("%s no longer applies: no file %s"
                                  % (self.name, hunk.path))
            with open(path, encoding="utf-8") as file:
                self._replace(hunk, file.read().split("\n"))

    def _replace(self, hunk, lines):
        size = len(hunk.old)
        places = [i for i in range(len(lines) - size + 1)
                  if lines[i:i + size] == hunk.old]
        if not places:
            raise MutantError(
                "%s no longer applies: %s has no such lines; write it anew, or "
                "delete it if what it breaks is gone"
                % (self.name, hunk.path))
        # Where the same lines are in several places, the nearest is meant.
        place = min(places, key=lambda i: abs(i + 1 - hunk.line))
        return lines[:place] + hunk.new + lines[place + size:]


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def restore(before):
    for path, text in before.items():
        write(path, text)


def load_all(folder):
    """All mutants of a folder by name; raises MutantError."""
    names = sorted(name for name in os.listdir(folder)
                   if name.endswith(".patch"))
    return [Mutant(os.path.join(folder, name)) for name in names]
