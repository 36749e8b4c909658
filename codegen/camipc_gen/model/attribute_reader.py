# SPDX-License-Identifier: MIT
"""Attribute syntax to attributes of the IR; reports invalid ones."""

from __future__ import annotations

from typing import Dict, Iterable, Optional, Tuple

from ..text.diagnostics import Diagnostics, did_you_mean, list_of
from ..text.parser import NO_CONDITIONS
from ..text.source import Span
from ..text.syntax import AttributeNode, Literal, Name
from .attributes import (ATTRIBUTES, CONDITIONS, FLAG, IGNORED, INTEGER, NAME,
                         NUMBER, TEXT, WORD, Spec)
from .constants import BadValue, Evaluator, Place, short
from .ir import Attribute


def _articled(place: str) -> str:
    return "%s %s" % ("an" if place[0] in "aeio" else "a", place)


class AttributeReader:
    def __init__(self, evaluator: Evaluator, diagnostics: Diagnostics):
        self._evaluator = evaluator
        self._diagnostics = diagnostics

    def read(self, nodes: Iterable[AttributeNode], target: str,
             place: Place) -> Tuple[Attribute, ...]:
        """@target is the kind of declaration: field, method, …"""
        found: Dict[str, Attribute] = {}
        for node in nodes:
            if node.name in found:
                self._diagnostics.error(
                    "duplicate-attribute", node.span,
                    "attribute '%s' is given twice" % node.name,
                    [(found[node.name].span, "the first one is here")])
                continue
            attribute = self._read_one(node, target, place)
            if attribute is not None:
                found[node.name] = attribute
        return tuple(found.values())

    def _read_one(self, node: AttributeNode, target: str,
                  place: Place) -> Optional[Attribute]:
        spec = ATTRIBUTES.get(node.name)
        if spec is None:
            self._unknown(node, target, place)
            return None
        if target not in spec.places:
            self._misplaced(node, target, spec)
            return None
        try:
            value = self._value(node, spec, place)
        except BadValue:
            return None
        if spec.kind == FLAG and value is False:
            return None
        return Attribute(node.name, value, node.span)

    def _unknown(self, node: AttributeNode, target: str,
                 place: Place) -> None:
        if node.name in CONDITIONS:
            self._diagnostics.error(
                "build-condition", node.span, "build condition '%s' is not "
                "supported" % node.name, hint=NO_CONDITIONS)
        elif node.name in IGNORED:
            if node.overlay or not place.unit.is_foreign:
                self._diagnostics.warning(
                    "ignored-attribute", node.span,
                    "attribute '%s' has no effect here" % node.name)
        else:
            fitting = [name for name, spec in ATTRIBUTES.items()
                       if target in spec.places]
            self._diagnostics.error(
                "unknown-attribute", node.span,
                "unknown attribute '%s'" % node.name,
                hint=did_you_mean(node.name, fitting) or
                did_you_mean(node.name, ATTRIBUTES) or list_of(fitting))

    def _misplaced(self, node: AttributeNode, target: str,
                   spec: Spec) -> None:
        places = list(spec.places)
        if target in ("method", "event") and \
                ("method" in places or "event" in places):
            id = "event-attribute"
        else:
            id = "attribute-place"
        self._diagnostics.error(
            id, node.span, "attribute '%s' is not allowed on %s"
            % (node.name, _articled(target)),
            hint="it is allowed on %s" % ", ".join(
                _articled(place) for place in places))

    # ---- values ------------------------------------------------------------

    def _fail(self, span: Span, message: str, hint=None) -> None:
        self._diagnostics.error("attribute-value", span, message, hint=hint)
        raise BadValue()

    def _value(self, node: AttributeNode, spec: Spec, place: Place):
        name, value = node.name, node.value
        if spec.kind == FLAG:
            if value is None:
                return None
            if isinstance(value, Literal) and isinstance(value.value, bool):
                return None if value.value else False
            if spec.words:
                return self._word(name, value, spec, place)
            self._fail(value.span, "attribute '%s' takes no value" % name,
                       "write '%s' alone" % name)
        if value is None:
            self._fail(node.span, "attribute '%s' needs a value: write, for "
                       "example, %s=%s" % (name, name, _example(spec)))
        read = {WORD: self._word, NAME: self._name, TEXT: self._string,
                INTEGER: self._number, NUMBER: self._number}[spec.kind]
        return read(name, value, spec, place)

    def _name(self, name: str, value, spec: Spec, place: Place) -> str:
        text = _text(value)
        if not text or not text.replace(".", "_").isidentifier():
            self._fail(value.span, "invalid value of '%s': expected a name"
                       % name)
        return text

    def _string(self, name: str, value, spec: Spec, place: Place) -> str:
        if not isinstance(value, Literal) or not isinstance(value.value, str):
            self._fail(value.span, "invalid value of '%s': expected a string"
                       % name)
        return value.value

    def _word(self, name: str, value, spec: Spec, place: Place) -> str:
        word = _text(value)
        if word in spec.words:
            return word
        self._fail(value.span, "invalid value of '%s': expected %s"
                   % (name, " or ".join(
                       part for part in (", ".join(spec.words[:-1]),
                                         spec.words[-1]) if part)),
                   did_you_mean(word, spec.words) if word else None)

    def _number(self, name: str, value, spec: Spec, place: Place):
        number = self._evaluator.evaluate(value, place).value
        wanted = (int, float) if spec.kind == NUMBER else int
        if isinstance(number, bool) or not isinstance(number, wanted):
            self._fail(value.span, "invalid value of '%s': expected %s" % (
                name, "a number" if spec.kind == NUMBER else "an integer"))
        if number != number:
            self._fail(value.span, "invalid value of '%s': NaN is not allowed"
                       % name)
        if spec.kind == INTEGER and not \
                spec.minimum <= number <= spec.maximum:
            self._fail(value.span, "value %s of '%s' is out of range: "
                       "expected %d to %d" % (short(number), name,
                                              spec.minimum, spec.maximum))
        return number


def _text(value) -> Optional[str]:
    """A word, with or without quotes."""
    if isinstance(value, Name):
        return value.name
    if isinstance(value, Literal) and isinstance(value.value, str):
        return value.value
    return None


def _example(spec: Spec) -> str:
    return {WORD: spec.words[0] if spec.words else "", NAME: "Name",
            TEXT: '"…"', INTEGER: str(max(1, spec.minimum or 0)),
            NUMBER: "1"}[spec.kind]
