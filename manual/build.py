#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes texts about the programs and their files, for the build.

usage: build.py ids DESCRIPTION OUT
       build.py table DESCRIPTION OUT VERSION
       build.py help DESCRIPTION OUT VERSION
       build.py pages FOLDER VERSION DEPFILE [--no-library]
       build.py completions FOLDER DEPFILE [--no-library]

DESCRIPTION is a command_line.py. "pages" makes the folders man1, man3, man5 and
man7 in FOLDER, "completions" the folders completions, for bash, and
site-functions, for zsh. Without the library the generator is the only program.
DEPFILE gets the list of files that were read, in make's syntax.
"""

import glob
import os
import runpy
import shutil
import sys
from typing import Iterable, List, Sequence

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from camipc_manual import argparse_source  # noqa: E402
from camipc_manual import bash  # noqa: E402
from camipc_manual import c_table  # noqa: E402
from camipc_manual import command_pages  # noqa: E402
from camipc_manual import documents  # noqa: E402
from camipc_manual import header_pages  # noqa: E402
from camipc_manual import headers  # noqa: E402
from camipc_manual import roff  # noqa: E402
from camipc_manual import zsh  # noqa: E402
from camipc_manual.model import Program  # noqa: E402

# Public headers: folder, pattern, what #include has before the name.
HEADERS = (("runtime/include/camipc", "*.h", "camipc/"),
           ("runtime/camera", "cam_*.h", ""))

TOOL = "tools/command_line.py"
WORKER = "proxy/servant/command_line.py"


def program_of(path: str) -> Program:
    """The program that a command_line.py describes, with files beside it."""
    whole = os.path.join(ROOT, path)
    sys.path.insert(0, os.path.dirname(whole))
    try:
        return runpy.run_path(whole)["PROGRAM"]
    finally:
        sys.path.pop(0)


def generator() -> Program:
    return argparse_source.program_of(os.path.join(ROOT, "codegen"))


def write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def empty(folder: str) -> None:
    """Makes an empty folder: pages of an earlier build may have other names."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)


def finish(folders: Sequence[str], depfile: str, sources: Iterable[str]) -> None:
    """Writes the list of sources, and makes the folders as new as it is: a
    build looks at the time of a folder, which writing to its files keeps."""
    write(depfile, "%s: %s\n" % (folders[0], " ".join(
        os.path.join(ROOT, source).replace(" ", "\\ ")
        for source in sorted(set(sources)))))
    for folder in folders:
        os.utime(folder)


def generator_sources() -> List[str]:
    """The files of which the generator consists."""
    return [os.path.relpath(path, ROOT) for path in glob.glob(
        os.path.join(ROOT, "codegen/camipc_gen/**/*.py"), recursive=True)]


def write_page(folder: str, page: roff.Page) -> None:
    write(os.path.join(folder, "man" + page.section,
                       "%s.%s" % (page.name, page.section)), page.text())


def pages(folder: str, version: str, depfile: str, *flags: str) -> None:
    """Writes all manual pages."""
    folders = [os.path.join(folder, "man" + section) for section in "1357"]
    for one in folders:
        empty(one)
    sources = generator_sources()
    found = command_pages.pages(generator(), version,
                                "codegen/camipc_gen/cli.py")
    if "--no-library" not in flags:
        for source in (TOOL, WORKER):
            found += command_pages.pages(program_of(source), version, source)
            sources.append(source)
    for document in documents.DOCUMENTS:
        text, read = documents.read(ROOT, document)
        found.append(documents.page(document, text, version))
        sources += read
    for page in found:
        write_page(folder, page)
    for place in HEADERS:
        sources += write_headers(folder, version, *place)
    finish(folders, depfile, sources)


def write_headers(folder: str, version: str, place: str, pattern: str,
                  prefix: str) -> List[str]:
    """Writes a page for each header in a folder, and the other names. Returns
    the headers."""
    read = {}
    for path in sorted(glob.glob(os.path.join(ROOT, place, pattern))):
        with open(path, encoding="utf-8") as file:
            read[os.path.basename(path)] = headers.read(file.read())
    found, aliases = header_pages.pages(read, prefix, version, place)
    for page in found:
        write_page(folder, page)
    for name, page_name in aliases.items():
        write(os.path.join(folder, "man3", name + ".3"),
              roff.alias(page_name, "3"))
    return [os.path.join(place, name) for name in read]


def completions(folder: str, depfile: str, *flags: str) -> None:
    """Writes the completions for both shells."""
    programs = [generator()]
    sources = generator_sources()
    if "--no-library" not in flags:
        programs.append(program_of(TOOL))
        sources.append(TOOL)
    folders = [os.path.join(folder, "completions"),
               os.path.join(folder, "site-functions")]
    for one in folders:
        empty(one)
    for program in programs:
        write(os.path.join(folders[0], program.name), bash.script(program))
        write(os.path.join(folders[1], "_" + program.name),
              zsh.script(program))
    finish(folders, depfile, sources)


def main(words) -> int:
    what, *words = words
    if what == "pages":
        pages(*words)
        return 0
    if what == "completions":
        completions(*words)
        return 0
    description, out, *more = words
    program = program_of(os.path.realpath(description))
    source = os.path.relpath(os.path.realpath(description), ROOT)
    if what == "ids":
        write(out, c_table.ids(program, source))
    elif what == "table":
        write(out, c_table.table(program, source, *more))
    elif what == "help":
        write(out, c_table.help_header(program, source, *more))
    else:
        raise SystemExit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
