#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compiles the IDL of README.md and compares the C beside it.

usage: test_readme.py ROOT
"""

import os
import re
import subprocess
import sys
import tempfile


def blocks(text, language):
    return re.findall(r"^```%s\n(.*?)^```$" % language, text, re.M | re.S)


def main(root):
    with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    idl = [block for block in blocks(readme, "") if "module ipa" in block][0]
    declarations = blocks(readme, "c")[0]
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "blink.mojom")
        with open(source, "w", encoding="utf-8") as file:
            file.write(idl)
        subprocess.run(
            [sys.executable, os.path.join(root, "codegen", "camipc-gen"),
             "compile", "-I", os.path.join(root, "idl"), "--out", folder,
             source], check=True)
        generated = set()
        for name in os.listdir(folder):
            if name.endswith(".h"):
                with open(os.path.join(folder, name),
                          encoding="utf-8") as file:
                    generated.update(file.read().split("\n"))
    missing = [line for line in declarations.split("\n")
               if line and line not in generated]
    for line in missing:
        print("README.md: the generator does not say: %s" % line)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
