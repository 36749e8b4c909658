# SPDX-License-Identifier: MIT
"""camipc-gen new: the first files of an interface, which build and pass."""

from __future__ import annotations

import os
import re
import sys
from typing import Iterable, List, Tuple

from . import console

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

# Files of camipc itself, and words that meson keeps for itself.
_TAKEN = frozenset((
    "core", "controls", "all", "benchmark", "camipc", "clean", "coverage",
    "dist", "install", "phony", "reconfigure", "test", "uninstall"))


class Refused(Exception):
    """Why nothing was written."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "new", help="begin an interface: IDL, module, pipeline side, test and "
        "meson.build", allow_abbrev=False)
    parser.add_argument("name", metavar="NAME",
                        help="of interface and module, in lower case: my_isp")
    parser.add_argument("--dir", metavar="DIR",
                        help="where files go; default ./NAME. Below a folder "
                        "with a meson.build they become part of its project")
    parser.set_defaults(run=run)


def run(arguments) -> int:
    folder = arguments.dir if arguments.dir is not None else arguments.name
    try:
        texts = render(arguments.name, is_project=not _parent_build(folder))
        write_all(folder, texts)
    except Refused as refused:
        console.write(sys.stderr, "camipc-gen: error: %s [new]\n"
                      % console.one_line(str(refused)))
        return 1
    lines = [os.path.join(folder, name) for name, _ in texts]
    lines.append(_next_step(folder))
    console.write(sys.stdout, "".join(line + "\n" for line in lines))
    return 0


def _parent_build(folder: str) -> str:
    """The meson.build that a new folder would belong to, or ""."""
    parent = os.path.dirname(os.path.abspath(folder))
    path = os.path.join(parent, "meson.build")
    return path if os.path.exists(path) else ""


def _next_step(folder: str) -> str:
    build = _parent_build(folder)
    if build:
        return "add to %s: subdir('%s')" % (
            os.path.relpath(build), os.path.basename(os.path.abspath(folder)))
    return "try: meson setup %s %s && meson test -C %s" % (
        os.path.join(folder, "build"), folder, os.path.join(folder, "build"))


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise Refused("'%s' is no name: lower case letters and digits, words "
                      "joined by '_', %d characters at most"
                      % (name, _MAX_NAME))
    if name in _TAKEN:
        raise Refused("'%s' is taken by camipc or meson" % name)


def render(name: str, is_project: bool) -> List[Tuple[str, str]]:
    """(file name, text) of each file."""
    # Not at the top: other commands need no templates.
    from ..output.render import OUTPUTS, render_template
    check_name(name)
    context = {
        "name": name,
        "camel": "".join(word.capitalize() for word in name.split("_")),
        "prefix": "ipa_" + name,
        "is_project": is_project,
        "outputs": [output.name % name for outputs in OUTPUTS.values()
                    for output in outputs],
    }
    texts = []
    for template, target in FILES:
        texts.append((target.replace("NAME", name),
                      render_template("new/" + template, **context)))
    return texts


def write_all(folder: str, texts: Iterable[Tuple[str, str]]) -> None:
    """All files or none. What is there is never touched."""
    texts = list(texts)
    there = [name for name, _ in texts
             if os.path.lexists(os.path.join(folder, name))]
    if there:
        raise Refused("%s: %s is there already" % (folder, ", ".join(there)))
    made: List[str] = []
    written: List[str] = []
    try:
        _make_folder(os.path.abspath(folder), made)
        for name, text in texts:
            path = os.path.join(folder, name)
            with open(path, "x", encoding="utf-8") as stream:
                written.append(path)
                stream.write(text)
    except BaseException as error:
        for path in written:
            os.unlink(path)
        for path in reversed(made):
            os.rmdir(path)
        if isinstance(error, OSError):
            raise Refused("cannot write '%s': %s" % (
                error.filename or folder,
                error.strerror or error)) from error
        raise


def _make_folder(folder: str, made: List[str]) -> None:
    if os.path.isdir(folder):
        return
    _make_folder(os.path.dirname(folder), made)
    os.mkdir(folder)
    made.append(folder)
