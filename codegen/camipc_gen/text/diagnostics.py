# SPDX-License-Identifier: MIT
"""Errors and warnings, in the form of a compiler's.

Every message has an id from text/diagnostic_ids.py. A stage reports what it
finds and continues; compiler.py stops between stages after an error.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import Iterable, List, Optional, Sequence, Tuple

from .diagnostic_ids import ERRORS, LINTS, WARNINGS
from .printable import one_line
from .source import Sources, Span

# Errors of the lexer.
LEXICAL = ("bad-character", "bad-number", "unclosed-string",
           "unclosed-comment")

# Of more diagnostics, only the count is printed.
MAX_PRINTED = 50


# Of a longer line, only the part around the place is shown.
MAX_LINE = 160


@dataclass(frozen=True)
class Note:
    span: Optional[Span]
    message: str


@dataclass(frozen=True)
class Diagnostic:
    id: str
    severity: str          # error, warning
    span: Optional[Span]   # None: about the command line
    message: str
    notes: Tuple[Note, ...] = ()
    hint: Optional[str] = None


class CompileError(Exception):
    """Compilation failed; @diagnostics has the errors."""

    def __init__(self, diagnostics: "Diagnostics"):
        super().__init__(diagnostics.format().rstrip("\n"))
        self.diagnostics = diagnostics


class Diagnostics:
    """The diagnostics of one run."""

    def __init__(self, sources: Optional[Sources] = None,
                 disabled: Iterable[str] = (), fatal: Iterable[str] = ()):
        self.sources = sources or Sources()
        self.found: List[Diagnostic] = []
        self._seen: set = set()
        self._words: set = set()         # lines with invalid words
        self._disabled = frozenset(disabled)
        self._fatal = frozenset(fatal)   # warnings made errors; "*" is all

    def error(self, id: str, span: Optional[Span], message: str,
              notes: Sequence[Tuple[Optional[Span], str]] = (),
              hint: Optional[str] = None) -> None:
        assert id in ERRORS, id
        self._add(id, "error", span, message, notes, hint)

    def warning(self, id: str, span: Optional[Span], message: str,
                notes: Sequence[Tuple[Optional[Span], str]] = (),
                hint: Optional[str] = None) -> None:
        assert id in WARNINGS or id in LINTS, id
        if id in self._disabled:
            return
        fatal = id in self._fatal or "*" in self._fatal
        self._add(id, "error" if fatal else "warning", span, message, notes,
                  hint)

    def set_warnings(self, disabled: Iterable[str],
                     fatal: Iterable[str]) -> None:
        """Disables further warnings, or makes them errors."""
        self._disabled |= frozenset(disabled)
        self._fatal |= frozenset(fatal)

    def _add(self, id, severity, span, message, notes, hint) -> None:
        diagnostic = Diagnostic(id, severity, span, message,
                                tuple(Note(*note) for note in notes), hint)
        if diagnostic in self._seen:
            return
        self._seen.add(diagnostic)
        self.found.append(diagnostic)
        if id in LEXICAL and span is not None:
            self._words.add((span.path, span.line))

    def has_bad_word(self, *spans: Span) -> bool:
        """Whether the lexer reported an error on one of these lines. Other
        errors there are probably consequences."""
        return any((span.path, span.line) in self._words for span in spans)

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.found)

    def stop_on_errors(self) -> None:
        if self.has_errors:
            raise CompileError(self)

    def sorted(self) -> List[Diagnostic]:
        """By file and position; those about the command line come first."""
        def key(diagnostic: Diagnostic):
            span = diagnostic.span
            if span is None:
                return ("", 0, 0, diagnostic.id)
            return (span.path, span.line, span.column, diagnostic.id)
        return sorted(self.found, key=key)

    # ---- printing ----------------------------------------------------------

    def format(self) -> str:
        return self.format_all(self.sorted())

    def format_all(self, found: Sequence[Diagnostic]) -> str:
        lines: List[str] = []
        for diagnostic in found[:MAX_PRINTED]:
            lines += self._format_one(diagnostic)
        if len(found) > MAX_PRINTED:
            lines.append("%d more messages are not shown"
                         % (len(found) - MAX_PRINTED))
        return "".join(line + "\n" for line in lines)

    def _format_one(self, diagnostic: Diagnostic) -> List[str]:
        where = "%s: " % diagnostic.span if diagnostic.span else "camipc-gen: "
        lines = [one_line("%s%s: %s [%s]" % (
            where, diagnostic.severity, diagnostic.message, diagnostic.id))]
        lines += self._excerpt(diagnostic.span)
        for note in diagnostic.notes:
            where = "%s: " % note.span if note.span else ""
            lines.append(one_line("%snote: %s" % (where, note.message)))
            lines += self._excerpt(note.span)
        if diagnostic.hint:
            lines.append(one_line("  hint: %s" % diagnostic.hint))
        return lines

    def _excerpt(self, span: Optional[Span]) -> List[str]:
        """The line, and a caret under the place, aligned by the same tabs."""
        source = self.sources.files.get(span.path) if span else None
        if source is None:
            return []
        text, column = _window(source.line(span.line), span.column)
        before = text[:column - 1]
        indent = "".join("\t" if c == "\t" else " " for c in before)
        width = max(1, min(span.length, len(text) - len(before)))
        shown = "".join(c if c == "\t" or c.isprintable() else "?"
                        for c in text)
        return ["  " + shown, "  " + indent + "^" + "~" * (width - 1)]

    def to_json(self) -> str:
        """One object per diagnostic, for editors."""
        def position(span: Optional[Span]):
            return None if span is None else {
                "file": span.path, "line": span.line, "column": span.column,
                "length": span.length}
        return json.dumps([{
            "id": d.id, "severity": d.severity, "message": d.message,
            "position": position(d.span), "hint": d.hint,
            "notes": [{"position": position(n.span), "message": n.message}
                      for n in d.notes],
        } for d in self.sorted()], indent=1, ensure_ascii=True) + "\n"


def _window(text: str, column: int) -> Tuple[str, int]:
    """The part of a very long line around the column."""
    if len(text) <= MAX_LINE:
        return text, column
    start = max(0, min(column - 1 - MAX_LINE // 4, len(text) - MAX_LINE))
    shown = text[start:start + MAX_LINE]
    if start + MAX_LINE < len(text):
        shown += "…"
    return ("…" + shown, column - start + 1) if start else (shown, column)


def did_you_mean(word: str, known: Iterable[str]) -> Optional[str]:
    """A hint that names the nearest known word, or None if none is near."""
    candidates = sorted(set(known))
    folded = {name.lower().replace("_", ""): name for name in candidates}
    same = folded.get(word.lower().replace("_", ""))
    # A word in other letters is nearer than one with other letters.
    match = [same] if same else difflib.get_close_matches(word, candidates, 1,
                                                          0.6)
    return "did you mean '%s'?" % match[0] if match else None


# A hint lists at most this many words.
MAX_LISTED = 20


def list_of(known: Iterable[str]) -> Optional[str]:
    """A hint that lists the known words, or None if there are too many."""
    words = ["'%s'" % word for word in dict.fromkeys(known)]
    if not words or len(words) > MAX_LISTED:
        return None
    return "expected %s" % (words[0] if len(words) == 1 else "%s or %s" % (
        ", ".join(words[:-1]), words[-1]))
