# SPDX-License-Identifier: MIT
"""The command "new NAME": writes the first files of an interface, which
build and whose test passes."""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import Iterable, List, Tuple

from ..text.printable import one_line
from . import console, fresh, options
from .fresh import Refused

# Template, and the file that it becomes.
FILES = (
    ("interface.mojom.j2", "NAME.mojom"),
    ("module.c.j2", "NAME_module.c"),
    ("pipeline.c.j2", "NAME_pipeline.c"),
    ("test.c.j2", "test_NAME.c"),
    ("meson.build.j2", "meson.build"),
)

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MAX_NAME = 20

# Names of camipc's own files, and words that meson reserves.
_TAKEN = frozenset((
    "core", "controls", "all", "benchmark", "camipc", "clean", "coverage",
    "dist", "install", "phony", "reconfigure", "test", "uninstall"))


_DESCRIPTION = """\
Writes the first files of a new interface: the .mojom file, an IPA module, a
pipeline handler, a test and meson.build. They build as they are, and the test
passes. Existing files are never overwritten."""

_EPILOG = """\
Exit status: 0 if the files were written; 1 if the name is invalid, or if a file
exists or cannot be written (no file is left then); 2 if the command line is
wrong.

Example:
  camipc-gen new blink
  meson setup blink/build blink && meson test -C blink/build"""


def add_to(commands) -> None:
    parser = options.add_command(
        commands, "new", "write the first files of a new interface",
        _DESCRIPTION, _EPILOG)
    parser.add_argument("name", metavar="NAME",
                        help="name of interface and module: lower-case "
                        "letters, digits and '_', such as my_isp")
    parser.add_argument("--dir", metavar="DIR",
                        help="write the files to DIR; default: ./NAME. If the "
                        "folder above DIR has a meson.build, the files become "
                        "part of that project")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    folder = arguments.dir if arguments.dir is not None else arguments.name
    try:
        texts = render(arguments.name, is_project=not _parent_build(folder))
        write_all(folder, texts)
    except Refused as refused:
        console.write(sys.stderr, "camipc-gen: error: %s [new]\n"
                      % one_line(str(refused)))
        return 1
    lines = [os.path.join(folder, name) for name, _ in texts]
    lines.append(_next_step(folder))
    console.write(sys.stdout, "".join(one_line(line) + "\n" for line in lines))
    return 0


def _parent_build(folder: str) -> str:
    """The meson.build that a new folder would belong to, or ""."""
    parent = os.path.dirname(os.path.abspath(folder))
    path = os.path.join(parent, "meson.build")
    return path if os.path.exists(path) else ""


def _next_step(folder: str) -> str:
    build = _parent_build(folder)
    if build:
        name = os.path.basename(os.path.abspath(folder))
        return "to build it, add to %s: subdir('%s')" % (
            os.path.relpath(build),
            name.replace("\\", r"\\").replace("'", r"\'"))
    if folder.startswith("-"):
        folder = os.path.join(".", folder)
    source, target = (shlex.quote(path) for path in
                      (folder, os.path.join(folder, "build")))
    return "to build and test it: meson setup %s %s && meson test -C %s" % (
        target, source, target)


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise Refused("invalid name '%s': use lower-case letters, digits and "
                      "'_' between them, start with a letter, at most %d "
                      "characters" % (name, _MAX_NAME))
    if name in _TAKEN:
        raise Refused("name '%s' is reserved by camipc or meson: choose "
                      "another" % name)


def render(name: str, is_project: bool) -> List[Tuple[str, str]]:
    """(file name, text) of each file."""
    # Imported here, because most commands need no templates.
    from ..output.render import render_template
    check_name(name)
    context = {
        "name": name,
        "camel": "".join(word.capitalize() for word in name.split("_")),
        "prefix": "ipa_" + name,
        "is_project": is_project,
    }
    texts = []
    for template, target in FILES:
        texts.append((target.replace("NAME", name),
                      render_template("new/" + template, **context)))
    return texts


def write_all(folder: str, texts: Iterable[Tuple[str, str]]) -> None:
    """Writes all files or none. Existing files are never changed."""
    fresh.write_all([(os.path.join(folder, name), text)
                     for name, text in texts], "choose another name or --dir")
