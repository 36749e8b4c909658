#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compiles the installed headers where other headers' macros are defined.

usage: headers_macros.py ROOT BUILD COMPILER...

Qt defines `emit` and `slots`, Windows headers define `interface` and `near`.
The generator keeps such words out of the names that it makes from IDL names
(c_names.py has the list); this test holds the headers that are written by
hand, and what the templates add, to the same list, in C and in C++. Each word is
defined as a macro that no compiler accepts anywhere. Exits 1 if a header uses
one.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

from headers_alone import is_cpp

# Words that our headers may use, because they mean the macro itself.
STANDARD = frozenset("NULL errno offsetof assert".split())
GARBAGE = "a_word_of_another_header ] ) }"


def words(root):
    sys.path.insert(0, os.path.join(root, "codegen"))
    from camipc_gen.c import names as c_names
    from camipc_gen.cxx import names as cxx_names
    return sorted((c_names.MACROS | cxx_names.MACROS) - STANDARD)


def system_headers(paths):
    """What the headers include of the system's, which may use the words."""
    found = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found |= set(re.findall(r"^#\s*include <([^/>]*)>", file.read(),
                                    re.M))
    return sorted(found)


def generate_cxx(root, folder):
    """The C++ of the interfaces, with the C that it includes. Returns its
    headers."""
    subprocess.run(
        [sys.executable, "-B", os.path.join(root, "codegen", "camipc-gen"),
         "compile", "--emit", "all", "--out", folder]
        + sorted(glob.glob(os.path.join(root, "idl", "*.mojom"))), check=True)
    return sorted(glob.glob(os.path.join(folder, "*.hpp")))


def including(macros, headers):
    """A text that includes @headers where @macros are defined."""
    return "".join("#include <%s>\n" % name
                   for name in system_headers(headers)) + "".join(
        "#undef %s\n#define %s %s\n" % (word, word, GARBAGE)
        for word in macros) + "".join(
        '#include "%s"\n' % os.path.abspath(path) for path in headers)


def run(compiler, text, folders):
    """Returns what the compiler printed, or None if it accepted @text."""
    language = (["-x", "c++", "-std=c++17"] if is_cpp(compiler)
                else ["-x", "c", "-std=c11"])
    command = compiler.split() + language + ["-fsyntax-only", "-D_GNU_SOURCE"]
    command += ["-I" + folder for folder in folders] + ["-"]
    done = subprocess.run(command, input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode(errors="replace") if done.returncode else None


def main(root, build, compilers):
    public = os.path.join(root, "runtime", "include")
    generated = os.path.join(build, "idl")
    camera = os.path.join(root, "runtime", "camera")
    headers = sorted(glob.glob(os.path.join(public, "camipc", "*.h"))
                     + glob.glob(os.path.join(camera, "cam_*.h"))
                     + glob.glob(os.path.join(generated, "*.h")))
    macros = words(root)
    # A positive control: the old name of a member is found.
    control = including(macros, []) + "struct host { int (*emit)(void); };\n"
    with tempfile.TemporaryDirectory() as folder:
        cxx = sorted(glob.glob(os.path.join(public, "camipc", "*.hpp")))
        cxx += generate_cxx(root, folder)
        good = check(compilers, macros, control, headers, cxx,
                     [public, folder, generated, camera])
    print("%d headers, and %d of C++, compiled with %d words as macros, by %s"
          % (len(headers), len(cxx), len(macros), ", ".join(compilers)))
    return 0 if good and headers and len(cxx) > 5 and macros else 1


def check(compilers, macros, control, headers, cxx, folders):
    """Whether each compiler accepts the headers, and not the control."""
    good = True
    for compiler in compilers:
        some = headers + (cxx if is_cpp(compiler) else [])
        errors = run(compiler, including(macros, some), folders)
        if errors is not None:
            print("with %s:\n%s" % (compiler, errors))
            good = False
        if run(compiler, control, []) is None:
            print("%s accepts a member called emit: this test is void"
                  % compiler)
            good = False
    return good


if __name__ == "__main__":
    if len(sys.argv) < 4:
        print("usage: headers_macros.py ROOT BUILD COMPILER...")
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
