# SPDX-License-Identifier: MIT
"""Finds the files of a run and puts imports before their importers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from .diagnostics import Diagnostics
from .parser import parse
from .source import SourceError, Span
from .syntax import File, ImportNode, Literal

# The IDL that lies beside the generator, installed or not. It is searched last.
_OWN_IDL = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(
    __file__)), "..", "..", "..", "idl"))


def own_idl(text: str) -> Optional[str]:
    """The path that <NAME> means, a file of camipc's own IDL; None for other
    texts."""
    if len(text) > 2 and text[0] + text[-1] == "<>" and \
            os.path.basename(text[1:-1]) == text[1:-1]:
        return os.path.join(_OWN_IDL, text[1:-1])
    return None


# Files that may import each other in a row. Each takes frames of Python's
# stack, which has a thousand.
MAX_IMPORT_DEPTH = 200


@dataclass(frozen=True)
class Options:
    """The options that change the meaning of files."""
    include_dirs: Tuple[str, ...] = ()
    import_map: Tuple[Tuple[str, str], ...] = ()
    module_map: Tuple[Tuple[str, str], ...] = ()
    overlays: Tuple[str, ...] = ()
    ordinal_base: int = 1
    # Put before the names of the output files. Files of camipc's own IDL, and
    # those that replace an import, keep their names.
    output_prefix: str = ""
    # The file of --config, for hints; and overlays from there, which may be
    # for modules that are not compiled.
    config: str = ""
    config_overlays: Tuple[str, ...] = ()


@dataclass(eq=False)
class Unit:
    """A file that was read; @imports are its direct imports, in order."""
    path: str
    file: File
    is_input: bool = False
    imports: List["Unit"] = field(default_factory=list)
    output_prefix: str = ""
    # Whether an overlay or a map shows that nobody can change the file. Its
    # author's slips are then not reported.
    is_foreign: bool = False

    @property
    def module(self) -> str:
        return self.file.module.name if self.file.module else ""

    @property
    def stem(self) -> str:
        """[cname] of the module, or made from the file's name, after the
        prefix."""
        return self.output_prefix + self._own_stem()

    def _own_stem(self) -> str:
        for attribute in self.file.attributes:
            if attribute.name == "cname" and \
                    isinstance(attribute.value, Literal) and \
                    isinstance(attribute.value.value, str):
                return attribute.value.value
        return stem_of(self.path)


def stem_of(path: str) -> str:
    """The common part of the output files' names, made from a file name."""
    name = os.path.basename(path)
    if name.endswith(".mojom"):
        name = name[:-len(".mojom")]
    name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return "_" + name if name[:1].isdigit() else name or "_"


class Loader:
    def __init__(self, options: Options, diagnostics: Diagnostics):
        self._options = options
        self._diagnostics = diagnostics
        self._import_map = dict(options.import_map)
        self._used_maps: set = set()
        self._replacing = {os.path.realpath(target)
                           for _, target in options.import_map
                           if "\0" not in target}
        self._units: Dict[str, Optional[Unit]] = {}   # by real path
        self._loading: List[Tuple[str, str]] = []     # (real path, path)
        self.units: List[Unit] = []                   # imports first
        # Replaced imports: (the import, its original, the replacement).
        self.replaced: List[Tuple[Span, str, Unit]] = []

    def load(self, paths) -> List[Unit]:
        """Reads @paths and the files that they import; returns the inputs."""
        inputs: List[Unit] = []
        for path in paths:
            unit = self._load(path, None)
            if unit is not None and unit not in inputs:
                unit.is_input = True
                inputs.append(unit)
        for name, target in self._options.import_map:
            # A replacement that no file imports can still check an input.
            if name not in self._used_maps and os.path.exists(target):
                self._load(target, None)
        self._check_stems(inputs)
        return inputs

    def parse_file(self, path: str, at: Optional[Span]) -> Optional[File]:
        sources = self._diagnostics.sources
        try:
            return parse(sources.read_file(path), self._diagnostics)
        except SourceError as error:
            span = Span(path, error.line, error.column) if error.line else at
            self._diagnostics.error(
                "unreadable", span, str(error) if error.line else
                "'%s': %s" % (path, error))
            return None

    # ---- inside ------------------------------------------------------------

    def _load(self, path: str, at: Optional[Span]) -> Optional[Unit]:
        real = os.path.realpath(path) if "\0" not in path else path
        if any(real == loading for loading, _ in self._loading):
            self._report_cycle(real, path, at)
            return None
        if real in self._units:
            return self._units[real]
        file = self.parse_file(path, at)
        unit = Unit(path, file, output_prefix=self._prefix(real)) \
            if file is not None else None
        if file is not None and file.module is None:
            first = file.declarations[0].span if file.declarations \
                else Span(path, 1, 1)
            if not self._diagnostics.has_errors:
                self._diagnostics.error(
                    "no-module", first, "the file has no module statement",
                    hint="start the file with 'module ipa.%s;'"
                         % stem_of(path))
        if unit is not None:
            unit.is_foreign = any(unit.module == source for source, _ in
                                  self._options.module_map)
            self._loading.append((real, path))
            for node in file.imports:
                self._import(unit, node)
            self._loading.pop()
            self.units.append(unit)
        self._units[real] = unit
        return unit

    def _prefix(self, real: str) -> str:
        """The prefix of the outputs' names. Code for camipc's own files has
        the names that are installed."""
        own = os.path.realpath(_OWN_IDL)
        return "" if os.path.dirname(real) == own or real in self._replacing \
            else self._options.output_prefix

    def _import(self, unit: Unit, node: ImportNode) -> None:
        path = self._find(unit, node)
        if path is None:
            return
        if len(self._loading) > MAX_IMPORT_DEPTH:
            self._diagnostics.error(
                "too-deep", node.span, "imports are nested deeper than %d "
                "files" % MAX_IMPORT_DEPTH)
            return
        imported = self._load(path, node.span)
        if imported is None:
            return
        if imported not in unit.imports:
            unit.imports.append(imported)
        if node.path in self._import_map:
            self.replaced.append((node.span, node.path, imported))
            unit.is_foreign |= bool(self._options.module_map)

    def _find(self, unit: Unit, node: ImportNode) -> Optional[str]:
        """Looks in the import map, in each -I, beside the file, and in the
        generator's own folder of IDL files."""
        mapped = self._import_map.get(node.path)
        if mapped is not None:
            self._used_maps.add(node.path)
            return mapped
        tried = []
        for folder in self._options.include_dirs + (
                os.path.dirname(unit.path), _OWN_IDL):
            path = os.path.normpath(os.path.join(folder, node.path))
            if _is_file(path):
                return path
            tried.append(path)
        self._diagnostics.error(
            "import-not-found", node.span, "cannot find the imported file "
            "'%s'" % node.path,
            [(None, "tried %s" % path) for path in dict.fromkeys(tried)],
            hint=self._import_hint(node.path))
        return None

    def _import_hint(self, path: str) -> str:
        config = self._options.config
        if config:
            return "add its folder to 'include' in '%s', or map it under " \
                "'import-map' there" % config
        hint = "add its folder with -I, or map it with --import-map"
        if "/" not in path:
            return hint
        # Imports from the root of a tree are others' style.
        return hint + "; --config FILE says so once for a foreign tree, and " \
            "'camipc-gen import' writes that file"

    def original_of(self, path: str) -> Optional[str]:
        """The file in -I that a mapped import replaces, or None."""
        for folder in self._options.include_dirs:
            original = os.path.normpath(os.path.join(folder, path))
            if _is_file(original):
                return original
        return None

    def _report_cycle(self, real: str, path: str,
                      at: Optional[Span]) -> None:
        names = [shown for _, shown in self._loading]
        reals = [loading for loading, _ in self._loading]
        loop = names[reals.index(real):] + [path]
        self._diagnostics.error(
            "import-cycle", at, "import cycle: %s"
            % " imports ".join("'%s'" % name for name in loop))

    def _check_stems(self, inputs: List[Unit]) -> None:
        """Reports files that write the same outputs, or that include each
        other's by the same name."""
        seen: Dict[str, Unit] = {}
        for unit in inputs:
            first = seen.setdefault(unit.stem, unit)
            if first is not unit:
                self._same_stem(unit, first, Span(unit.path, 1, 1))
        for unit in inputs:
            within: Dict[str, Unit] = {}
            for one in _with_imports(unit):
                first = within.setdefault(one.stem, one)
                if first is not one:
                    self._same_stem(one, first,
                                    _import_of(_with_imports(unit), one))

    def _same_stem(self, unit: Unit, first: Unit, span: Span) -> None:
        self._diagnostics.error(
            "duplicate-stem", span, "'%s' and '%s' would both write "
            "'%s_ipa_…'" % (first.path, unit.path, unit.stem),
            hint='rename one of the files, or give its outputs another name: '
                 '[cname="other_%s"] before its module statement, or '
                 'output-prefix in the file of --config' % unit.stem)


def _with_imports(unit: Unit) -> List[Unit]:
    """A file and all files that it imports, directly or not."""
    found = [unit]
    for one in found:
        found += [other for other in one.imports if other not in found]
    return found


def _import_of(units: List[Unit], wanted: Unit) -> Span:
    """An import statement among @units that imports @wanted."""
    for unit in units:
        if wanted in unit.imports:
            for node in unit.file.imports:
                if os.path.normpath(wanted.path).endswith(
                        os.path.normpath(node.path)):
                    return node.span
    return Span(wanted.path, 1, 1)


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:   # a NUL byte in the name
        return False
