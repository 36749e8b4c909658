# SPDX-License-Identifier: MIT
"""Configuration files, which say once what the options of --config's command
would say in every call:

    include: [.]
    import-map:
      include/libcamera/ipa/core.mojom: <core.mojom>
    module-map:
      libcamera: cam
    overlay: [vimc.overlay]

Relative paths are relative to the folder of the file. Every mistake is reported
with its place.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from .diagnostic_ids import LINTS, WARNINGS
from .diagnostics import Diagnostics, did_you_mean, list_of
from .loader import own_idl
from .source import SourceError, Span
from .yaml_text import List_, Mapping, Missing, Text, Value, YamlReader

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
# The beginning of a file name, and of an include guard.
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}\Z")


@dataclass(frozen=True)
class Config:
    """The contents of a configuration file; paths start where the program
    runs."""
    path: str
    include: Tuple[str, ...] = ()
    import_map: Tuple[Tuple[str, str], ...] = ()
    module_map: Tuple[Tuple[str, str], ...] = ()
    overlay: Tuple[str, ...] = ()
    ordinal_base: Optional[int] = None
    warnings: Tuple[str, ...] = ()
    output_prefix: str = ""


def read_config(path: str, diagnostics: Diagnostics) -> Config:
    """Reads a configuration file. Raises CompileError."""
    try:
        source = diagnostics.sources.read_file(path)
    except SourceError as error:
        span = Span(path, error.line, error.column) if error.line else None
        diagnostics.error("unreadable", span, str(error) if span else
                          "'%s': %s" % (path, error))
        diagnostics.stop_on_errors()
        raise                                 # never reached
    try:
        document = YamlReader(source, diagnostics).run()
    except Missing:
        diagnostics.error(
            "bad-option", None, "--config %s: reading a configuration needs "
            "the module 'yaml' of Python, which is not installed: install "
            "PyYAML (Debian: python3-yaml), or write its settings as options"
            % path)
        diagnostics.stop_on_errors()
        raise                                 # never reached
    config = _Schema(path, diagnostics).config(document)
    diagnostics.stop_on_errors()
    return config


def is_path(text: str) -> bool:
    """Whether a configuration can name this path: it has no control characters,
    and no halves of characters, which stand for bytes that are not UTF-8."""
    return not any(ord(c) < 0x20 or ord(c) == 0x7f or
                   0xd800 <= ord(c) <= 0xdfff for c in text)


class _Schema:
    """What each key may have. Mistakes are reported, and the value is left
    out."""

    def __init__(self, path: str, diagnostics: Diagnostics):
        self._path = path
        self._folder = os.path.dirname(path)
        self._diagnostics = diagnostics
        self._keys = {
            "include": self._include, "import-map": self._import_map,
            "module-map": self._module_map, "overlay": self._overlay,
            "ordinal-base": self._ordinal_base, "warnings": self._warnings,
            "output-prefix": self._output_prefix}

    def config(self, document: Mapping) -> Config:
        found = {}
        for key, value in self._once(document):
            read = self._keys.get(key.text)
            if read is None:
                self._error(key, "unknown key '%s'" % key.text, hint=(
                    did_you_mean(key.text, self._keys) or
                    list_of(self._keys)))
            else:
                found[key.text.replace("-", "_")] = read(key.text, value)
        return Config(self._path, **found)

    def _error(self, at: Value, message: str, notes=(), hint=None) -> None:
        self._diagnostics.error("bad-config", at.span, message, notes, hint)

    # ---- keys --------------------------------------------------------------

    def _include(self, key: str, value: Value) -> Tuple[str, ...]:
        return tuple(self._existing(item, os.path.isdir, "a folder")
                     for item in self._list(key, value, "folders", "[.]"))

    def _overlay(self, key: str, value: Value) -> Tuple[str, ...]:
        return tuple(self._existing(item, os.path.exists, "a file")
                     for item in self._list(key, value, "files",
                                            "[vimc.overlay]"))

    def _import_map(self, key: str, value: Value
                    ) -> Tuple[Tuple[str, str], ...]:
        found = []
        for source, target in self._mapping(
                key, value, "imports to files",
                "'{a/core.mojom: <core.mojom>}'"):
            own = own_idl(target.text)
            if own is None:
                own = self._existing(target, os.path.exists, "a file")
            elif not os.path.isfile(own):
                self._error(target, "camipc has no file '%s'"
                            % target.text[1:-1], hint="its files are in '%s'"
                            % os.path.dirname(own))
            found.append((source.text, own))
        return tuple(found)

    def _module_map(self, key: str, value: Value
                    ) -> Tuple[Tuple[str, str], ...]:
        found = []
        for source, target in self._mapping(key, value, "modules to modules",
                                            "'{libcamera: cam}'"):
            for text in (source, target):
                if not _MODULE.match(text.text):
                    self._error(text, "invalid module name '%s': expected "
                                "a name such as ipa.vimc" % text.text)
            found.append((source.text, target.text))
        return tuple(found)

    def _ordinal_base(self, key: str, value: Value) -> Optional[int]:
        if isinstance(value, Text) and value.text in ("0", "1"):
            return int(value.text)
        self._error(value, "invalid value of 'ordinal-base': expected 1, or 0 "
                    "for Chromium's files")
        return None

    def _warnings(self, key: str, value: Value) -> Tuple[str, ...]:
        """Also those of lint: one file serves all commands."""
        items = self._list(key, value, "settings of -W", "[no-doc-mismatch]")
        known = {**WARNINGS, **LINTS}
        words = ["error"] + [form + name for name in known
                             for form in ("no-", "error=")]
        for item in items:
            if item.text not in words:
                self._error(item, "unknown warning '%s': expected no-NAME, "
                            "error=NAME or error" % item.text,
                            hint=did_you_mean(item.text, words))
        return tuple(item.text for item in items)

    def _output_prefix(self, key: str, value: Value) -> str:
        if isinstance(value, Text) and _PREFIX.match(value.text):
            return value.text
        self._error(value, "invalid value of 'output-prefix': expected a "
                    "letter, then letters, digits and '_', at most 32 "
                    "characters")
        return ""

    # ---- values ------------------------------------------------------------

    def _list(self, key: str, value: Value, what: str,
              example: str) -> List[Text]:
        if not isinstance(value, List_):
            self._error(value, "invalid value of '%s': expected a list of %s, "
                        "such as %s" % (key, what, example))
            return []
        found: List[Text] = []
        first: Dict[str, Text] = {}
        for item in value.items:
            if not self._is_text(item):
                continue
            other = first.setdefault(item.text, item)
            if other is not item:
                self._error(item, "'%s' is in the list twice: remove one"
                            % item.text, [(other.span, "the first one is "
                                           "here")])
            else:
                found.append(item)
        return found

    def _mapping(self, key: str, value: Value, what: str,
                 example: str) -> List[Tuple[Text, Text]]:
        if not isinstance(value, Mapping):
            self._error(value, "invalid value of '%s': expected a mapping from "
                        "%s, such as %s" % (key, what, example))
            return []
        return [(source, target) for source, target in self._once(value)
                if self._is_text(source) & self._is_text(target)]

    def _once(self, mapping: Mapping) -> List[Tuple[Text, Value]]:
        """The entries, without a second one of the same key."""
        first: Dict[str, Text] = {}
        found = []
        for key, value in mapping.entries:
            other = first.setdefault(key.text, key)
            if other is key:
                found.append((key, value))
            else:
                self._error(key, "key '%s' is given twice: remove one"
                            % key.text,
                            [(other.span, "the first one is here")])
        return found

    def _is_text(self, value: Value) -> bool:
        """Whether it is a text that a path or a name can be."""
        if not isinstance(value, Text):
            self._error(value, "expected a text, not a list or a mapping")
            return False
        if value.is_nothing or not value.text:
            self._error(value, "expected a text that is not empty")
            return False
        if not is_path(value.text):
            self._error(value, "invalid text '%s': it contains a control "
                        "character" % value.text)
            return False
        return True

    def _existing(self, item: Text, exists, what: str) -> str:
        """The path from where the program runs."""
        path = os.path.normpath(os.path.join(self._folder, item.text))
        if not exists(path):
            self._error(item, "invalid path '%s': expected %s that exists"
                        % (item.text, what),
                        hint="relative paths start at the folder of this "
                        "file: tried '%s'" % path)
        return path
