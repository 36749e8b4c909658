# SPDX-License-Identifier: MIT
"""Lint rule about the shape of lines: what .editorconfig asks for.

No formatter is named, so none is obeyed: this holds what every reviewer would
otherwise have to say, and leaves the breaking of lines to people.
"""

import os
import re

# A line of C is at most 80 columns wide if that reads well, and never more
# than this.
MOST_COLUMNS = 100
TAB = 8

C_ENDINGS = (".c", ".h", ".cpp", ".hpp")
ENDINGS = C_ENDINGS + (".py", ".j2", ".mojom", ".proto", ".sh", ".md",
                       "meson.build", "meson_options.txt")
# Inputs whose bytes are the point of the test.
DATA = re.compile(r"/(?:bad|pairs|corpus|fmt|format|lint)/")


def rule_whitespace(tree):
    for name in tree.files:
        if name.endswith(ENDINGS) and not DATA.search("/" + name):
            with open(os.path.join(tree.root, name), "rb") as file:
                yield from judge(name, file.read())


def judge(name, data):
    """(name, number, text) of each violation in a file's bytes."""
    if data and not data.endswith(b"\n"):
        yield name, data.count(b"\n") + 1, "no newline at the end of the file"
    if data.endswith(b"\n\n"):
        yield name, data.count(b"\n"), "empty lines at the end of the file"
    for number, line in enumerate(data.decode("utf-8").split("\n"), 1):
        if line != line.rstrip():
            yield name, number, "trailing white space"
        if not name.endswith(C_ENDINGS):
            continue
        indentation = line[:len(line) - len(line.lstrip())]
        if " \t" in indentation or " " * TAB in indentation:
            yield name, number, "indent with tabs"
        if len(line.expandtabs(TAB)) > MOST_COLUMNS:
            yield name, number, "more than %d columns" % MOST_COLUMNS
