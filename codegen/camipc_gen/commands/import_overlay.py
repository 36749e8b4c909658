# SPDX-License-Identifier: MIT
"""Writes the overlay of a foreign file: what camipc needs to know about its
interfaces, as far as names and types say it. What a person must look at is
marked CHECK.
"""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from ..c import names as c_names
from ..model import ir, keys, reach
from ..model.scope import has_attribute

# Beginnings of the names of a call, and of the call that reverts it.
_PAIRS = (("map", "unmap"), ("add", "remove"), ("attach", "detach"),
          ("register", "unregister"), ("enable", "disable"),
          ("import", "release"))

# Names of an int32 that says what went wrong, as libcamera writes them.
_RESULTS = frozenset(("ret", "res", "rc", "result", "err", "error", "errno",
                      "status", "code"))

_WIDTH = 80
_TAB = 8

_HEAD = """\
What camipc needs to know about %s, beside what that file says.

'camipc-gen import' wrote this file, and never changes it: it is yours. Look at \
each line marked CHECK, and correct what the names of %s did not reveal. \
camipc-idl(5) explains the attributes, and 'camipc-gen lint' reports what is \
still open."""


@dataclass
class Entry:
    """A declaration or a member, with what is added to it."""
    name: str
    kind: str = ""               # of a declaration: interface, struct, …
    attributes: List[str] = field(default_factory=list)
    comments: List[str] = field(default_factory=list)
    members: Dict[str, "Entry"] = field(default_factory=dict)
    params: Dict[str, "Entry"] = field(default_factory=dict)
    outs: Dict[str, "Entry"] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.attributes or self.comments or self.members or
                    self.params or self.outs)


class OverlayWriter:
    """The overlay of one file."""

    def __init__(self, module: str, path: str):
        self._module = module
        self.path = path
        self.entries: Dict[str, Entry] = {}

    def entry(self, kind: str, name: str) -> Entry:
        return self.entries.setdefault(name, Entry(name, kind))

    @property
    def is_empty(self) -> bool:
        return all(entry.is_empty for entry in self.entries.values())

    def text(self) -> str:
        name = os.path.basename(self.path)
        lines = []
        for paragraph in (_HEAD % (name, name)).split("\n\n"):
            lines += ["//"] * bool(lines) + _comment(paragraph, "")
        lines += ["overlay module %s;" % self._module]
        for entry in self.entries.values():
            if not entry.is_empty:
                lines += [""] + _declaration(entry)
        return "".join(line + "\n" for line in lines)

    def rename(self, kind: str, name: str, member: str, value: str) -> bool:
        """Gives a declaration, its member or the member's parameter another
        name in C. False if that has not helped before."""
        entry = self.entry(kind, name)
        own = c_names.type_words(name)
        for inner in filter(None, (member, value)):
            entry = (entry.params if entry is not self.entries[name]
                     else entry.members).setdefault(inner, Entry(inner))
            own = c_names.member(inner)
        # A name may be taken, or begin as names of generated functions do.
        own = own.rstrip("_")
        tries = ['cname="%s"' % text for text in (
            own + "_", "its_" + own, "its_%s_" % own)]
        old = [text for text in entry.attributes if text in tries]
        left = tries[tries.index(old[0]) + 1:] if old else tries
        entry.attributes = [text for text in entry.attributes
                            if text not in old] + left[:1]
        entry.comments = ["CHECK: '%s' cannot keep its name in C." % (
            value or member or name)]
        return bool(left)

    # ---- what the program reveals ------------------------------------------

    def propose(self, program: ir.Program, module: ir.Module) -> None:
        """Adds entries for the interfaces of @module, which has the attributes
        of the file and of overlays that exist."""
        for interface in module.interfaces:
            entry = self.entry("interface", interface.name)
            if interface.attribute("Version") is None:
                entry.comments.append(
                    "After a change of %s, 'camipc-gen compat' says what to "
                    "raise here." % os.path.basename(self.path))
                entry.attributes.append("Version=1, CompatibleSince=1")
            roles = _roles(interface)
            pairs = _pairs(interface)
            for method in interface.methods:
                found = entry.members.setdefault(method.name,
                                                 Entry(method.name))
                _Proposal(program, interface, method, roles.get(method.name),
                          pairs, found).run()
                if found.is_empty:
                    del entry.members[method.name]


def _roles(interface: ir.Interface) -> Dict[str, str]:
    """Roles of methods that have their names in another style."""
    taken = {method.role for method in interface.methods}
    found: Dict[str, str] = {}
    for method in interface.methods:
        role = c_names.of_method(method)
        if role in ir.ROLES and role not in taken and \
                method.role == "call" and method.attribute("role") is None:
            taken.add(role)
            found[method.name] = role
    return found


def _pairs(interface: ir.Interface) -> Dict[str, str]:
    """Calls, and the calls that revert them, by their names."""
    names = {c_names.snake(method.name): method.name
             for method in interface.methods}
    found = {}
    for words, name in names.items():
        first, _, rest = words.partition("_")
        for do, undo in _PAIRS:
            other = names.get(undo + ("_" + rest if rest else ""))
            if first == do and other is not None:
                found[name] = other
    return found


class _Proposal:
    """The attributes of one method that the file does not have."""

    def __init__(self, program: ir.Program, interface: ir.Interface,
                 method: ir.Method, role: Optional[str],
                 pairs: Dict[str, str], entry: Entry):
        self._program = program
        self._interface = interface
        self._method = method
        self._role = role or method.role
        self._given_role = role
        self._pairs = pairs
        self._entry = entry

    def run(self) -> None:
        name = self._method.name
        if self._given_role:
            self._add("role=%s" % self._given_role, "by its name, it is the "
                      "call that has this role.")
        is_call = self._role == "call"
        if is_call and c_names.snake(name).split("_")[0] == "configure":
            self._restore()
            self._when("stopped")
            if self._entry.attributes:
                self._check("by its name, it sets the module up while the "
                            "camera is stopped: it fails with -EBUSY at other "
                            "times, and a restarted module gets the latest "
                            "call again.")
        elif name in self._pairs:
            self._pair(self._pairs[name], is_call)
        elif is_call and name in self._pairs.values():
            self._when("any")
        elif is_call and self._method.when == "default":
            self._check("add when=any if a running camera may wait for it, "
                        "else when=stopped; add restore if it sets the module "
                        "up.")
        if self._role != "async" and not self._method.timeout_ms:
            self._entry.attributes.append("timeout_ms=%d" % self._timeout())
        self._result()

    def _check(self, text: str) -> None:
        self._entry.comments.append("CHECK: " + text)

    def _add(self, attribute: str, why: str = "") -> None:
        self._entry.attributes.append(attribute)
        if why:
            self._check(why)

    def _when(self, state: str) -> None:
        if self._method.when == "default":
            self._entry.attributes.append("when=%s" % state)

    def _restore(self) -> None:
        if self._method.attribute("restore") is None:
            ignores = reach.holds_fd(self._program, self._method.outs)
            self._entry.attributes.append(
                "restore=ignore_result" if ignores else "restore")

    def _timeout(self) -> int:
        """The default, written down."""
        if self._role == "init" or "when=stopped" in self._entry.attributes \
                or self._method.when == "stopped":
            return 10000
        return 2000 if self._role in ir.ROLES else 1000

    # ---- calls that another one reverts ------------------------------------

    def _pair(self, other: str, is_call: bool) -> None:
        undoing = next(method for method in self._interface.methods
                       if method.name == other)
        key = self._key(undoing)
        if self._method.attribute("restore") or self._method.attribute("undo"):
            pass                  # The author has decided.
        elif key is None:
            self._check("a restarted module does not get this call again. For "
                        "that it needs [restore, key=…, undo=%s], and %s a "
                        "parameter of the key's type." % (other, other))
        else:
            self._restore()
            if key and not self._method.attribute("key"):
                self._entry.attributes.append("key=%s" % key)
            self._entry.attributes.append("undo=%s" % other)
            self._check("a restarted module gets this call again%s, until %s "
                        "reverts it." % (", for each %s" % key if key else "",
                                         other))
        if is_call:
            self._when("any")

    def _key(self, undoing: ir.Method) -> Optional[str]:
        """What tells the calls apart, and is a parameter of @undoing. None if
        that is not clear; "" if @undoing reverts all calls."""
        wanted = [keys.element_type(param.type) for param in undoing.params]
        found = []
        for param in self._method.params:
            element = keys.element_type(param.type)
            struct = self._program.structs.get(getattr(element, "name", ""))
            if element in wanted and _is_key(element):
                found.append(param.name)
            for member in struct.fields if struct else ():
                if _is_key(member.type) and (
                        member.type in wanted or not undoing.params):
                    found.append("%s.%s" % (param.name, member.name))
        ids = [key for key in found if key.rpartition(".")[2] == "id"]
        if len(ids) == 1 or len(found) == 1:
            return (ids if len(ids) == 1 else found)[0]
        return "" if not undoing.params and not self._method.params else None

    # ---- results -----------------------------------------------------------

    def _result(self) -> None:
        name = self._method.return_name
        if name is not None and c_names.snake(name) not in _RESULTS:
            self._entry.outs[name] = Entry(name, attributes=["value"])
            self._check("by its name, '%s' is a number, not an errno." % name)


def _is_key(value_type) -> bool:
    return isinstance(value_type, (ir.String, ir.EnumRef)) or \
        isinstance(value_type, ir.Scalar) and \
        value_type.name not in ("float", "double")


# ---- text ------------------------------------------------------------------

def _declaration(entry: Entry) -> List[str]:
    lines = []
    for comment in entry.comments:
        lines += _comment(comment, "")
    lines += _attributes(entry, "")
    members = [line for member in entry.members.values()
               if not member.is_empty for line in _member(member)]
    lines.append("%s %s {" % (entry.kind, entry.name))
    return lines + members + ["};"]


def _member(entry: Entry) -> List[str]:
    lines = []
    for comment in entry.comments:
        lines += _comment(comment, "\t")
    text = entry.name
    if entry.params or entry.outs:
        text += _values(entry.params)
    if entry.outs:
        text += " => " + _values(entry.outs)
    return lines + _attributes(entry, "\t", text + ";")


def _values(entries: Dict[str, Entry]) -> str:
    return "(%s)" % ", ".join("[%s] %s" % (", ".join(e.attributes), e.name)
                              for e in entries.values())


def _attributes(entry: Entry, indent: str, after: str = "") -> List[str]:
    """The attributes, on the line of what they belong to if that fits."""
    if not entry.attributes:
        return [indent + after] if after else []
    text = "%s[%s]" % (indent, ", ".join(entry.attributes))
    line = "%s %s" % (text, after) if after else text
    if len(line.expandtabs(_TAB)) <= _WIDTH or not after:
        return [line]
    return [text, indent + after]


def _comment(text: str, indent: str) -> List[str]:
    width = _WIDTH - len(indent.expandtabs(_TAB)) - 3
    return ["%s// %s" % (indent, line)
            for line in textwrap.wrap(text, width, break_long_words=False,
                                      break_on_hyphens=False)]


def place_of(declarations, span) -> Optional[Tuple[str, str, str, str]]:
    """Kind and name of the declaration at @span, and names of the member and of
    its parameter there. None if nothing is there, or something whose author has
    chosen its name in C. @declarations: pairs of kind and syntax."""
    for kind, node in declarations:
        names = [kind, node.name, "", ""]
        found = node if node.span == span else None
        for member in _members(node):
            for inner in (member,) + getattr(member, "params", ()):
                if inner.span == span:
                    found = inner
                    names[2:] = [member.name, inner.name
                                 if inner is not member else ""]
        if found is not None:
            return None if has_attribute(found, "cname") else (
                names[0], names[1], names[2], names[3])
    return None


def _members(node):
    for members in ("fields", "arms", "enumerators", "methods"):
        yield from getattr(node, members, ())
