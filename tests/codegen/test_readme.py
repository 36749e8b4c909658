#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compiles the IDL of README.md, and compares the C beside it with what the
generator makes: each paragraph must be in one header as it is, where only
comments and empty lines may be left out.

usage: test_readme.py ROOT
"""

import os
import re
import subprocess
import sys
import tempfile

IDL_LINES = 15


def blocks(text, language):
    return re.findall(r"^```%s\n(.*?)^```$" % language, text, re.M | re.S)


def bare(code):
    """Code without comments and empty lines."""
    code = re.sub(r"[ \t]*/\*.*?\*/", "", code, flags=re.DOTALL)
    return "".join(line.rstrip() + "\n" for line in code.split("\n")
                   if line.strip())


def generated(root, idl, folder):
    """The headers that the generator makes of an interface."""
    source = os.path.join(folder, "blink.mojom")
    with open(source, "w", encoding="utf-8") as file:
        file.write(idl)
    subprocess.run(
        [sys.executable, os.path.join(root, "codegen", "camipc-gen"),
         "compile", "-I", os.path.join(root, "idl"), "--out", folder,
         source], check=True)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".h"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield bare(file.read())


def missing(readme, headers):
    """Paragraphs of the C that no header has."""
    for paragraph in blocks(readme, "c")[0].split("\n\n"):
        if not any("\n" + bare(paragraph) in "\n" + header
                   for header in headers):
            yield paragraph


def main(root):
    with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    idl = [block for block in blocks(readme, "") if "module ipa" in block][0]
    failed = 0
    if len(idl.splitlines()) > IDL_LINES:
        print("README.md: the interface has %d lines, more than %d" % (
            len(idl.splitlines()), IDL_LINES))
        failed = 1
    with tempfile.TemporaryDirectory() as folder:
        headers = list(generated(root, idl, folder))
    for paragraph in missing(readme, headers):
        print("README.md: the generator does not make this:\n" + paragraph)
        failed = 1
    # The comparison must notice a line that is left out or changed.
    for broken in (readme.replace("\tuint32_t size; /* sizeof this struct */\n",
                                  ""),
                   readme.replace("uint32_t frame,\n", "uint32_t number,\n")):
        if not list(missing(broken, headers)):
            print("test_readme.py: a wrong declaration was not noticed")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:][0]))
