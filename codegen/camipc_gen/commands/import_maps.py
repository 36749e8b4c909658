# SPDX-License-Identifier: MIT
"""Finds out how the imports of a foreign tree are to be read: the folder that
they start at, and which of its files camipc has under another name."""

from __future__ import annotations

import dataclasses
import os
from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

from ..model.scope import FD_NAMES, is_skipped
from ..text.diagnostics import Diagnostics
from ..text.loader import Options, own_idl
from ..text.parser import parse
from ..text.source import SourceError
from ..text.syntax import File, GenericType, NamedType, NullableType

# The file of camipc's that has types which every camera stack has.
SHARED = "<core.mojom>"


class MapFinder:
    """Adds to @options what the imports of some files need. Problems are left
    to the front end, which reports them with their places."""

    def __init__(self, options: Options, diagnostics: Diagnostics):
        self.options = options
        self._sources = diagnostics.sources
        self._files: Dict[str, Optional[File]] = {}     # by real path
        self._shared_path = str(own_idl(SHARED))
        shared = self._parse(self._shared_path)
        self._module = shared.module.name if shared and shared.module else ""
        self._known = set(_names(shared)) if shared else set()

    def run(self, paths: Sequence[str]) -> Options:
        pending = list(paths)
        seen: Set[str] = set()
        for path in pending:
            real = os.path.realpath(path)
            file = self._parse(path)
            if real in seen or file is None:
                continue
            seen.add(real)
            for node in file.imports:
                pending += self._import(path, file, node.path)
        for path in paths:
            file = self._parse(path)
            if file is not None and self._is_shared(file):
                self._map_module(file.module.name)
                self._replace(os.path.basename(path), only_once=True)
        return self.options

    # ---- imports -----------------------------------------------------------

    def _import(self, path: str, file: File, wanted: str) -> List[str]:
        """Decides about one import; returns the file to go on with."""
        if wanted in dict(self.options.import_map):
            return []
        found = self._find(path, wanted)
        if found is None:
            found = self._climb(path, wanted)
        if found is None:
            # The tree is not here, only one file of it.
            own = own_idl("<%s>" % os.path.basename(wanted))
            if own == self._shared_path:
                self._replace(wanted)
                self._map_references(file)
            return []
        imported = self._parse(found)
        if imported is not None and self._is_shared(imported):
            self._replace(wanted)
            self._map_module(imported.module.name)
            return []
        return [found]

    def _find(self, path: str, wanted: str) -> Optional[str]:
        for folder in self.options.include_dirs + (
                os.path.dirname(path), os.path.dirname(self._shared_path)):
            candidate = os.path.normpath(os.path.join(folder, wanted))
            if os.path.isfile(candidate):
                return candidate
        return None

    def _climb(self, path: str, wanted: str) -> Optional[str]:
        """Looks in the folders above; the one that has it becomes an include
        folder."""
        folder = os.path.dirname(os.path.abspath(path))
        while True:
            candidate = os.path.join(folder, wanted)
            if os.path.isfile(candidate):
                root = os.path.relpath(folder)
                self.options = dataclasses.replace(
                    self.options,
                    include_dirs=self.options.include_dirs + (root,))
                return os.path.normpath(os.path.join(root, wanted))
            above = os.path.dirname(folder)
            if above == folder:
                return None
            folder = above

    # ---- what camipc has ---------------------------------------------------

    def _is_shared(self, file: File) -> bool:
        """Whether most of what a file only repeats for its tree, [skipHeader],
        are types that camipc has."""
        if file.module is None or file.module.name == self._module:
            return False
        repeated = [node.name for node in file.declarations
                    if is_skipped(node)]
        ours = [name for name in repeated
                if name in self._known or name in FD_NAMES]
        return 2 * len(ours) > len(repeated)

    def _replace(self, wanted: str, only_once: bool = False) -> None:
        """Maps an import to the file of camipc's."""
        maps = self.options.import_map
        if only_once and self._shared_path in [to for _, to in maps]:
            return
        self.options = dataclasses.replace(
            self.options, import_map=maps + ((wanted, self._shared_path),))

    def _map_module(self, module: str) -> None:
        maps = self.options.module_map
        if module not in dict(maps):
            self.options = dataclasses.replace(
                self.options, module_map=maps + ((module, self._module),))

    def _map_references(self, file: File) -> None:
        """Maps the module whose types a file uses, if camipc has all of
        them."""
        used: Dict[str, List[str]] = {}
        for name in _references(file):
            module, dot, rest = name.partition(".")
            if dot:
                used.setdefault(module, []).append(rest)
        for module, names in used.items():
            if module != self._module and all(
                    name in self._known or name in FD_NAMES
                    for name in names):
                self._map_module(module)

    def _parse(self, path: str) -> Optional[File]:
        real = os.path.realpath(path)
        if real not in self._files:
            try:
                source = self._sources.read_file(path)
                quiet = Diagnostics(self._sources)
                self._files[real] = parse(source, quiet)
            except (SourceError, RecursionError):
                self._files[real] = None
        return self._files[real]


def _names(file: File) -> Iterator[str]:
    """The names and aliases of all types of a file."""
    for node in file.declarations:
        yield node.name
        for attribute in node.attributes:
            if attribute.name == "alias":
                yield str(getattr(attribute.value, "value", ""))


def _references(file: File) -> Iterator[str]:
    for node in file.declarations:
        members: Tuple = (getattr(node, "fields", ()) +
                          getattr(node, "arms", ()))
        for method in getattr(node, "methods", ()):
            members += method.params + (method.outs or ())
        for member in members:
            yield from _named(member.type)


def _named(node) -> Iterator[str]:
    if isinstance(node, NamedType):
        yield node.name
    elif isinstance(node, NullableType):
        yield from _named(node.inner)
    elif isinstance(node, GenericType):
        for argument in node.arguments:
            yield from _named(argument)
