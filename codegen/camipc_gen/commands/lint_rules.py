# SPDX-License-Identifier: MIT
"""The rules of camipc-gen lint, about choices that are hard to change later.

Each finding has a name of its own in messages.LINTS, and can be disabled by
it, as a warning of the compiler.
"""

from __future__ import annotations

import re
from typing import Callable, Iterator, List, Optional, Sequence, Tuple

from ..compiler import Compiled
from ..model import ir
from ..model.attributes import KEPT_BYTES, WINDOW
from ..model.parts import innermost
from ..model.sizes import Sizes
from ..text.diagnostics import Diagnostics

_UPPER_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_LOWER_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*\Z")


def lint(compiled: Compiled, diagnostics: Diagnostics) -> None:
    """Applies all rules to the input files, but not to their imports."""
    for module in compiled.inputs:
        for rule in _RULES:
            # Comments and names of a foreign file are its author's.
            if not (module.is_foreign and rule in (_missing_docs, _names)):
                rule(compiled.program, module, diagnostics)


# ---- documentation ----------------------------------------------------------

def _missing_docs(program: ir.Program, module: ir.Module,
                  diagnostics: Diagnostics) -> None:
    for what, declaration in _documented(module):
        if declaration.doc is None or not any(declaration.doc.lines):
            diagnostics.warning("missing-docs", declaration.span,
                                "%s '%s' has no documentation comment"
                                % (what, declaration.name))


def _documented(module: ir.Module) -> Iterator[Tuple[str, ir.Declaration]]:
    """The declarations that need a comment. Methods with a role do not: the
    role explains them."""
    for what, declarations in (("struct", module.structs),
                               ("union", module.unions),
                               ("enum", module.enums)):
        for declaration in declarations:
            yield what, declaration
    for interface in module.interfaces:
        yield "interface", interface
        if interface.event_interface is not None:
            yield "interface", interface.event_interface
        for method in interface.methods + interface.events:
            if method.role not in ir.ROLES:
                yield ("event" if method.role == "event" else "method"), \
                    method


# ---- calls ------------------------------------------------------------------

def _missing_timeouts(program: ir.Program, module: ir.Module,
                      diagnostics: Diagnostics) -> None:
    for method in _waiting(module):
        if not method.timeout_ms:
            diagnostics.warning(
                "missing-timeout", method.span, "callers wait for '%s', which "
                "has no [timeout_ms]" % method.name,
                hint="the default is [timeout_ms=%d]"
                     % _default_timeout(method))


def _default_timeout(method: ir.Method) -> int:
    if method.role == "init" or method.when == "stopped":
        return 10000
    return 2000 if method.role in ir.ROLES else 1000


def _sync_while_running(program: ir.Program, module: ir.Module,
                        diagnostics: Diagnostics) -> None:
    for method in _waiting(module):
        if method.role == "call" and method.when == "default":
            diagnostics.warning(
                "sync-while-running", method.span, "callers may wait for '%s' "
                "while frames are processed" % method.name,
                hint="make it [async], limit it with [when=stopped], or "
                     "accept it with [when=any]")


def _waiting(module: ir.Module) -> List[ir.Method]:
    return [method for interface in module.interfaces
            for method in interface.methods if method.role != "async"]


# ---- restarts ---------------------------------------------------------------

def _missing_restore(program: ir.Program, module: ir.Module,
                     diagnostics: Diagnostics) -> None:
    """Only calls that are legal while the camera is stopped, or that return
    nothing but a result, are likely to leave state behind."""
    for interface in module.interfaces:
        if not interface.has_roles or any(
                method.attribute("restore") for method in interface.methods
                if method.role == "call"):
            continue
        undoing = {method.attribute("undo") for method in interface.methods}
        for method in interface.methods:
            if method.role == "call" and method.params and not method.outs \
                    and method.name not in undoing:
                diagnostics.warning(
                    "missing-restore", method.span, "a restarted module does "
                    "not get '%s' again" % method.name,
                    hint="mark what sets the module up with [restore], and "
                         "name in its [undo] what reverts it")
                break


# ---- sizes ------------------------------------------------------------------

def _unbounded(program: ir.Program, module: ir.Module,
               diagnostics: Diagnostics) -> None:
    for interface in module.interfaces:
        for method in interface.methods + interface.events:
            if method.role not in ("async", "event"):
                continue
            for parameter in method.params:
                _unbounded_field(module, method, parameter, (), diagnostics)


def _kept_bytes(program: ir.Program, module: ir.Module,
                diagnostics: Diagnostics) -> None:
    sizes = Sizes(program)
    for interface in module.interfaces:
        for method in interface.methods + interface.events:
            if method.overflow != "keep":
                continue
            most = sizes.message(method.params).most
            queue = method.queue or WINDOW
            if most is not None and queue * most > KEPT_BYTES:
                diagnostics.warning(
                    "kept-bytes", method.span, "%d messages '%s' of up to %d "
                    "bytes do not fit into the %d bytes that are kept" % (
                        queue, method.name, most, KEPT_BYTES),
                    hint="at most %d do, unless a proxy has a budget of its "
                         "own" % (KEPT_BYTES // most))


def _unbounded_field(module: ir.Module, method: ir.Method, field: ir.Field,
                     owners: Tuple[ir.Declaration, ...],
                     diagnostics: Diagnostics) -> None:
    """Checks a field, and the fields of its types in the same file."""
    if _grows(field.type) and field.max_len is None:
        diagnostics.warning(
            "unbounded", field.span, "'%s' has no length limit, and '%s' does "
            "not wait for a reply" % (field.name, method.name),
            [(method.span, "the message is here")] if owners else (),
            "add [max_len=n]")
    own = {d.qualified: d for d in module.structs + module.unions}
    inner = own.get(getattr(innermost(field.type), "name", ""))
    if inner is None or inner in owners:
        return
    for member in getattr(inner, "fields", None) or \
            getattr(inner, "arms", ()):
        _unbounded_field(module, method, member, owners + (inner,),
                         diagnostics)


def _grows(value_type) -> bool:
    if isinstance(value_type, ir.Nullable):
        return _grows(value_type.inner)
    return isinstance(value_type, (ir.String, ir.Map)) or \
        isinstance(value_type, ir.Array) and value_type.count is None


# ---- names, versions --------------------------------------------------------

def _names(program: ir.Program, module: ir.Module,
           diagnostics: Diagnostics) -> None:
    for what, style, pattern, declarations in _named(module):
        for declaration in declarations:
            if not pattern.match(declaration.name):
                diagnostics.warning("naming", declaration.span,
                                    "%s '%s' should be written %s" % (
                                        what, declaration.name, style),
                                    hint=_suggested(declaration.name, style))


def _named(module: ir.Module) -> Iterator[
        Tuple[str, str, "re.Pattern", Sequence[ir.Declaration]]]:
    def types(what, declarations):
        return what, "LikeThis", _UPPER_CAMEL, declarations

    def members(what, declarations):
        return what, "likeThis", _LOWER_CAMEL, declarations
    yield types("type", module.structs + module.unions + module.enums)
    yield "constant", "LikeThis or kLikeThis", re.compile(
        r"k?[A-Z][A-Za-z0-9]*\Z"), module.consts
    for enum in module.enums:
        yield "value", "LikeThis or kLikeThis", re.compile(
            r"k?[A-Z][A-Za-z0-9]*\Z"), enum.enumerators
    for struct in module.structs:
        yield members("field", struct.fields)
    for union in module.unions:
        yield members("arm", union.arms)
    for interface in module.interfaces:
        yield types("interface", (interface,))
        for method in interface.methods + interface.events:
            yield members("method", (method,))
            yield members("parameter", method.params)
            yield members("output", method.outs)


def _suggested(name: str, style: str) -> Optional[str]:
    words = [word for word in name.split("_") if word]
    if not words:
        return None
    words = [word.lower() if word.isupper() else word for word in words]
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    if style == "likeThis":
        joined = joined[:1].lower() + joined[1:]
    return "rename it to '%s'" % joined if joined != name else None


def _versions(program: ir.Program, module: ir.Module,
              diagnostics: Diagnostics) -> None:
    for interface in module.interfaces:
        if interface.attribute("Version") is None:
            diagnostics.warning(
                "missing-version", interface.span, "interface '%s' has no "
                "version" % interface.name,
                hint="add [Version=1, CompatibleSince=1]; 'camipc-gen compat' "
                     "reports when to raise them" if not module.is_foreign
                else "'camipc-gen import' writes an overlay for a foreign "
                "file, with a version, which --config or --overlay adds")


_RULES: Tuple[Callable, ...] = (
    _missing_docs, _missing_timeouts, _sync_while_running, _unbounded,
    _kept_bytes, _missing_restore, _names, _versions)
