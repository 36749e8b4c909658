# SPDX-License-Identifier: MIT
"""YAML as far as configuration files need it: a mapping of texts, lists of texts
and mappings of texts, each with its place in the file.

Only the events of PyYAML's safe parser are used. No value is constructed, every
plain word stays the text that it is, and anchors, aliases and tags are refused.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Iterator, List, Tuple, Union

from .diagnostics import Diagnostics
from .source import Source, Span

# Far above any configuration. PyYAML is slow.
MAX_TEXT = 64 << 10


class Missing(Exception):
    """Python's module yaml is not installed."""


@dataclass(frozen=True)
class Text:
    """A scalar. @is_nothing: without a value, as in "key:" or "~"."""
    span: Span
    text: str
    is_nothing: bool


@dataclass(frozen=True)
class List_:
    span: Span
    items: Tuple["Value", ...]


@dataclass(frozen=True)
class Mapping:
    span: Span
    entries: Tuple[Tuple[Text, "Value"], ...]


Value = Union[Text, List_, Mapping]


class YamlReader:
    """Reads one document. run() raises CompileError at the first mistake."""

    def __init__(self, source: Source, diagnostics: Diagnostics):
        try:
            import yaml
        except ImportError:
            raise Missing() from None
        self._yaml = yaml
        self._path = source.path
        self._text = source.text
        self._diagnostics = diagnostics
        self._starts = [0] + [at + 1 for at, c in enumerate(source.text)
                              if c == "\n"]
        self._at = 0

    def run(self) -> Mapping:
        """The mapping that the file consists of; an empty one for a file
        without a value."""
        if len(self._text) > MAX_TEXT:
            self._fail(self._span(0, 0), "the file is too long: expected at "
                       "most %d KiB" % (MAX_TEXT >> 10))
        yaml = self._yaml
        try:
            return self._document(self._events())
        except yaml.reader.ReaderError as error:
            self._fail(self._span(error.position, error.position),
                       "the file contains a character that YAML does not "
                       "allow: U+%04X" % _code(error.character))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = mark.index if mark is not None else self._at
            self._fail(self._span(at, at), "invalid YAML: %s" % ": ".join(
                part for part in (error.context, error.problem) if part))
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # chr() refuses some escape sequences.
            self._fail(self._span(self._at, self._at),
                       "invalid YAML: %s" % error)

    # ---- inside ------------------------------------------------------------

    def _span(self, start: int, end: int) -> Span:
        """PyYAML counts lines by other ends of lines than we do, so only its
        offsets are used."""
        start = min(start, len(self._text))
        line = bisect.bisect_right(self._starts, start)
        column = start - self._starts[line - 1] + 1
        stop = self._text.find("\n", start)
        most = (len(self._text) if stop < 0 else stop) - start
        return Span(self._path, line, column,
                    max(1, min(end - start, most)))

    def _fail(self, span: Span, message: str) -> None:
        self._diagnostics.error("bad-config", span, message)
        self._diagnostics.stop_on_errors()

    def _events(self) -> Iterator:
        """Events with a kind, "mapping start" as "MappingStart"."""
        yaml = self._yaml
        for event in yaml.parse(self._text, Loader=yaml.SafeLoader):
            self._at = event.start_mark.index
            span = self._span(event.start_mark.index, event.end_mark.index)
            if isinstance(event, yaml.AliasEvent) or \
                    getattr(event, "anchor", None) is not None:
                self._fail(span, "anchors (&) and aliases (*) are not "
                           "supported: write the value where it is needed, "
                           "in quotes if it begins with & or *")
            if getattr(event, "tag", None) is not None:
                self._fail(span, "tags (!) are not supported: remove '%s', or "
                           "write the value in quotes if it begins with !"
                           % event.tag)
            yield type(event).__name__[:-len("Event")], span, event

    def _document(self, events: Iterator) -> Mapping:
        result = None
        for kind, span, event in events:
            if kind == "DocumentStart" and result is not None:
                self._fail(span, "the file has a second document: expected "
                           "one")
            elif kind in ("Scalar", "SequenceStart", "MappingStart"):
                value = self._value(kind, span, event, events, 0)
                if isinstance(value, Text) and value.is_nothing:
                    result = Mapping(span, ())
                elif isinstance(value, Mapping):
                    result = value
                else:
                    self._fail(span, "expected keys with values, such as "
                               "'include: [.]'")
        return result or Mapping(self._span(0, 0), ())

    def _value(self, kind: str, span: Span, event, events: Iterator,
               depth: int) -> Value:
        if kind == "Scalar":
            plain = event.style is None
            return Text(span, event.value, plain and event.value in (
                "", "~", "null", "Null", "NULL"))
        if depth == 2:
            self._fail(span, "expected a text, not a list or a mapping")
        items: List[Value] = []
        for inner, where, more in events:
            if inner in ("SequenceEnd", "MappingEnd"):
                break
            items.append(self._value(inner, where, more, events, depth + 1))
        if kind == "SequenceStart":
            return List_(span, tuple(items))
        entries = []
        for key, value in zip(items[::2], items[1::2]):
            if not isinstance(key, Text):
                self._fail(key.span, "expected a text as the key")
            entries.append((key, value))
        return Mapping(span, tuple(entries))


def _code(character) -> int:
    return character if isinstance(character, int) else ord(character)
