# SPDX-License-Identifier: MIT
"""The command "import FILE...": writes what camipc needs beside interface files
that were not written for it, an overlay for each and a configuration."""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import shlex
import sys
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

from ..compiler import Compiled, compile_files
from ..text.config import is_path
from ..text.diagnostics import CompileError, Diagnostics
from ..text.loader import Options, own_idl
from ..text.printable import one_line
from ..text.syntax import EnumNode, InterfaceNode, StructNode, UnionNode
from . import console, fresh, options

_KINDS = {StructNode: "struct", UnionNode: "union", EnumNode: "enum",
          InterfaceNode: "interface"}

# Errors that an overlay answers with [cname].
_NAME_ERRORS = ("reserved-name", "c-name-clash")
_MOST_ROUNDS = 20

_DESCRIPTION = """\
Prepares interface files of another project, such as libcamera, for camipc. No
FILE is changed. Beside each FILE, import writes an overlay: a version, roles,
deadlines, and what a restarted module gets again, as far as names and types
reveal it. For --config of other commands, it writes a configuration: the folder
where imports start, and the types that camipc has under other names. The word
CHECK marks each place that a person must look at."""

_EPILOG = """\
Without --config, the configuration is printed. Existing files are never
changed.

Exit status: 0 if everything was written and each FILE compiles with it; 1 if
not, or if a file exists or cannot be written (no file is left then); 2 if the
command line is wrong.

Example:
  camipc-gen import --config camipc-gen.yaml include/libcamera/ipa/vimc.mojom
  camipc-gen compile --config camipc-gen.yaml --out generated \\
      include/libcamera/ipa/vimc.mojom"""

_CONFIG_HEAD = (
    "# How camipc-gen reads interfaces that were not written for camipc; for",
    "# --config. 'camipc-gen import' wrote this file, and never changes it: it is",
    "# yours. Relative paths start at the folder of this file. camipc-idl(5)",
    "# explains the keys; output-prefix: lc_ would put lc_ before the names of",
    "# output files.")

# Plain words that are no texts to some readers of YAML.
_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf",
          ".nan")


def add_to(commands) -> None:
    parser = options.add_command(
        commands, "import", "prepare interface files of another project",
        _DESCRIPTION, _EPILOG)
    options.add_reading(parser, "write the configuration to FILE; if FILE "
                        "exists, read it instead, and print what it lacks")
    parser.add_argument("--out", metavar="DIR",
                        help="write the overlays to DIR; default: beside each "
                        "FILE")
    options.add_files(parser)
    parser.set_defaults(run=run)


def run(arguments) -> int:
    diagnostics = Diagnostics()
    text = options.guarded(diagnostics,
                           lambda: _import(arguments, diagnostics))
    if diagnostics.found and sys.stderr is not None:
        console.write(sys.stderr, diagnostics.format())
    if text is None:
        return 1
    console.write(sys.stdout, text)
    return 0


def _import(arguments, diagnostics: Diagnostics) -> str:
    """Writes the files; returns what to print. Raises CompileError."""
    # Imported here, because no other command needs it.
    from .import_maps import MapFinder
    is_new = arguments.config is not None and \
        not os.path.lexists(arguments.config)
    given = argparse.Namespace(**vars(arguments))
    if is_new:
        given.config = None
    reading = options.reading_of(given, diagnostics)
    found = MapFinder(reading, diagnostics).run(arguments.files)
    found, overlays = _overlays(arguments, found, diagnostics)
    _check_names(arguments, diagnostics)
    config = _config_text(arguments, _configured(given, diagnostics), found,
                          list(overlays))
    texts = list(overlays.items())
    if is_new and config:
        texts.append((arguments.config, config))
    try:
        fresh.write_all(texts, "remove it, or write elsewhere with --out")
    except fresh.Refused as refused:
        is_beside = arguments.out is None and any(
            "cannot write '%s'" % path in str(refused) for path in overlays)
        diagnostics.error("unwritable", None, str(refused) + (
            "; --out DIR writes overlays elsewhere" if is_beside else ""))
        diagnostics.stop_on_errors()
    return _report(arguments, texts, "" if is_new else config)


def _check_names(arguments, diagnostics: Diagnostics) -> None:
    """A configuration can name only texts."""
    for path in arguments.files + [arguments.out, arguments.config]:
        if path is not None and not is_path(path):
            _refuse(diagnostics, "'%s': a configuration cannot name this file: "
                    "expected UTF-8 text without control characters" % path)


def _configured(given, diagnostics: Diagnostics) -> Options:
    """What the configuration that exists says by itself."""
    return options.reading_of(argparse.Namespace(
        include=[], import_map=[], module_map=[], overlay=[],
        ordinal_base=None, config=given.config), diagnostics)


def _refuse(diagnostics: Diagnostics, message: str) -> None:
    diagnostics.error("bad-option", None, message)
    diagnostics.stop_on_errors()


# ---- overlays --------------------------------------------------------------

def _overlays(arguments, found: Options, diagnostics: Diagnostics
              ) -> Tuple[Options, Dict[str, str]]:
    """The options, and the text of each overlay by its path. Each file compiles
    with them, or CompileError is raised."""
    from .import_overlay import OverlayWriter
    writers: Dict[str, OverlayWriter] = {}
    compiled = None
    for _ in range(_MOST_ROUNDS):
        try:
            compiled = _compiled(arguments.files, found, writers,
                                 Diagnostics(), arguments.out)
            break
        except CompileError as error:
            found, answered = _answered(arguments.files, found, writers,
                                        error.diagnostics)
            if not answered:
                break
    if compiled is not None:
        for module in compiled.inputs:
            writer = writers.setdefault(module.path, OverlayWriter(
                module.name, module.path))
            writer.propose(compiled.program, module)
    # With errors, this reports them.
    _compiled(arguments.files, found, writers, diagnostics, arguments.out)
    texts: Dict[str, str] = {}
    for writer in writers.values():
        if writer.is_empty:
            continue
        path = _overlay_path(writer.path, arguments.out)
        if path in texts:
            _refuse(diagnostics, "two files would get the overlay '%s': give "
                    "them to two runs with different --out" % path)
        texts[path] = writer.text()
    return found, texts


def _overlay_path(path: str, out: Optional[str]) -> str:
    name = re.sub(r"\.mojom\Z", "", path) + ".overlay"
    return name if out is None else os.path.join(out, os.path.basename(name))


def _compiled(files: Sequence[str], found: Options, writers: Dict,
              diagnostics: Diagnostics, out: Optional[str]) -> Compiled:
    """Compiles with overlays that are not written yet."""
    from ..edit.rewrite import Edited
    texts = {_overlay_path(path, out): writer.text().encode()
             for path, writer in writers.items() if not writer.is_empty}
    diagnostics.sources = Edited(texts, diagnostics.sources)
    return compile_files(files, dataclasses.replace(
        found, config_overlays=found.config_overlays + tuple(
            path for path in texts if path not in found.config_overlays)),
        diagnostics)


def _answered(files: Sequence[str], found: Options, writers: Dict,
              diagnostics: Diagnostics) -> Tuple[Options, bool]:
    """Answers errors that options or an overlay can answer: ordinals from 0,
    and names that C cannot have."""
    from .import_overlay import OverlayWriter, place_of
    answered = False
    inputs = {os.path.realpath(path) for path in files}
    for error in diagnostics.sorted():
        if error.id == "ordinal-zero" and found.ordinal_base == 1:
            found = dataclasses.replace(found, ordinal_base=0)
            answered = True
        if error.id not in _NAME_ERRORS or error.span is None or \
                os.path.realpath(error.span.path) not in inputs:
            continue
        path = error.span.path
        file = _parsed(path, diagnostics)
        place = place_of([(_KINDS[type(node)], node)
                          for node in file.declarations
                          if type(node) in _KINDS], error.span)
        if place is None:
            continue
        writer = writers.setdefault(path, OverlayWriter(file.module.name,
                                                        path))
        answered |= writer.rename(*place)
    return found, answered


def _parsed(path: str, diagnostics: Diagnostics):
    from ..text.parser import parse
    return parse(diagnostics.sources.files[path], Diagnostics())


# ---- configuration ---------------------------------------------------------

def _config_text(arguments, given: Options, found: Options,
                 overlays: List[str]) -> str:
    """A configuration that says what @found has and @given lacks; "" if that is
    nothing."""
    folder = os.path.dirname(os.path.abspath(arguments.config or "FILE"))

    def relative(name: str) -> str:
        return os.path.relpath(name, folder)

    def replacement(name: str) -> str:
        own = "<%s>" % os.path.basename(name)
        is_own = os.path.realpath(str(own_idl(own))) == os.path.realpath(name)
        return own if is_own else relative(name)
    lines: List[str] = []
    _add_list(lines, "include", map(relative, found.include_dirs),
              map(relative, given.include_dirs))
    _add_mapping(lines, "import-map", [
        (source, replacement(target)) for source, target in found.import_map
        if source not in dict(given.import_map)])
    _add_mapping(lines, "module-map", [
        pair for pair in found.module_map
        if pair[0] not in dict(given.module_map)])
    _add_list(lines, "overlay", map(relative, found.config_overlays + tuple(
        overlays) + found.overlays), map(relative, given.config_overlays))
    if found.ordinal_base != given.ordinal_base:
        lines.append("ordinal-base: %d" % found.ordinal_base)
    if lines and not given.config:
        lines[:0] = _CONFIG_HEAD
    return "".join(line + "\n" for line in lines)


def _add_list(lines: List[str], key: str, found: Iterable[str],
              given: Iterable[str]) -> None:
    known = set(given)
    values = [name for name in dict.fromkeys(found) if name not in known]
    if values:
        lines += [key + ":"] + ["- " + _quoted(value) for value in values]


def _add_mapping(lines: List[str], key: str,
                 pairs: Sequence[Tuple[str, str]]) -> None:
    if pairs:
        lines += [key + ":"] + ["  %s: %s" % (_quoted(source), _quoted(target))
                                for source, target in pairs]


def _quoted(text: str) -> str:
    """A text of YAML, which is the same text to every reader of YAML."""
    if re.match(r"[A-Za-z_./<][A-Za-z0-9_./<>+-]*\Z", text) and \
            text.lower() not in _WORDS:
        return text
    return '"%s"' % "".join(
        "\\" + c if c in '"\\' else c if c.isprintable()
        else "\\U%08x" % ord(c) for c in text)


# ---- what is printed -------------------------------------------------------

def _report(arguments, texts: Sequence[Tuple[str, str]], config: str) -> str:
    """The files that were written, and what is left to do. @config is what no
    file says yet."""
    lines = [one_line("wrote %s" % path) for path, _ in texts]
    checks = sum(text.count("// CHECK: ") for _, text in texts)
    if checks:
        lines.append("look at the %s marked CHECK" % (
            "place" if checks == 1 else "%d places" % checks))
    if config:
        lines.append("add to %s, under the keys that it has:"
                     % one_line(arguments.config) if arguments.config else
                     "'--config FILE' writes this configuration:")
        lines += ["    " + line if line else "" for line in
                  config.rstrip("\n").split("\n")]
    if not texts and not config:
        lines.append("nothing to write: these files have everything that "
                     "camipc needs")
    elif arguments.config:
        lines.append("to compile: camipc-gen compile --config %s --out DIR %s"
                     % (shlex.quote(arguments.config), " ".join(
                         map(shlex.quote, arguments.files))))
    return "".join(line + "\n" for line in lines)
