# SPDX-License-Identifier: MIT
"""Sections 5 and 7: which documents become manual pages, and what the pages say
instead of what only somebody with the source can read."""

from __future__ import annotations

import dataclasses
import os
import re
from typing import List, Tuple

from . import environment, markdown, roff
from .model import Variable


@dataclasses.dataclass(frozen=True)
class Document:
    """A page, and the file of this repository that has its text."""
    name: str
    section: str
    summary: str
    source: str
    see_also: Tuple[str, ...]
    replace: Tuple[Tuple[str, str], ...] = ()
    variables: Tuple[Variable, ...] = ()   # described before "See also"


class Stale(Exception):
    """A section that a document includes is not there."""


DOCUMENTS = (
    Document(
        "camipc", "7", "inter-process communication for camera stacks",
        "manual/camipc.md",
        ("camipc(1)", "camipc-gen(1)", "camipc-worker(1)", "camipc-idl(5)",
         "camipc-tuning(5)", "camipc_proxy.h(3)", "camipc_module.h(3)"),
        replace=(("`engine/state_table.c` is this table, and "
                  "`../tests/contract/test_states.c`\ntests it. E…", "E…"),),
        variables=environment.ALL),
    Document(
        "camipc-idl", "5", "the language of interfaces between a pipeline "
        "handler and an IPA", "idl/README.md",
        ("camipc-gen(1)", "camipc-gen-compile(1)", "camipc-gen-compat(1)",
         "camipc-templates(5)", "camipc_interface.h(3)", "camipc(7)"),
        replace=(
            ("This folder holds camipc's interfaces, one `.mojom` file each. "
             "An interface is\nthe list", "An interface is the list"),
            ("`codegen/camipc-gen` turns each file into C. This README defines "
             "the language:\nwho", "camipc-gen(1) turns each `.mojom` file into "
             "C. This page defines the language: who"),
            ("`proxy/README.md` has the table", "camipc(7) has the table"),
            ("; what else is special: `runtime/transport/message.h`", ""),
            (" (`runtime/module/layout.h`)", ""),
            (" `tests/codegen/compat/pairs` has a pair of files for each kind "
             "of\nchange, and `tests/skew` runs them.", ""),
            ("\n`tests/codegen/front/bad` has an example file for each id.", ""),
            ("The C code in `runtime/camera` uses", "Their camera helpers "
             "use"))),
    Document(
        "camipc-policy", "5", "policies and keys for IPA modules",
        "proxy/manager/policy.md",
        ("camipc-modules(1)", "camipc-keygen(1)", "camipc-sign(1)",
         "camipc_manager.h(3)", "camipc-security(7)", "camipc(7)")),
    Document(
        "camipc-probes", "7", "probes of libcamipc for bpftrace and others",
        "proxy/engine/probes.md",
        ("camipc-capture(1)", "camipc-dump(1)", "camipc-monitor(1)",
         "camipc_reason.h(3)", "camipc(7)")),
    Document(
        "camipc-security", "7", "what camipc protects, and what not",
        "SECURITY.md",
        ("camipc-capture(1)", "camipc_sandbox.h(3)", "camipc_manager.h(3)",
         "camipc(7)"),
        replace=(
            ("This file says what", "This page says what"),
            (": `tests/threats.md` lists the attacks and the answers.", "."),
            ("\n  (`runtime/process/sandbox/README.md` describes the layers)",
             ""),
            ("\n  (`runtime/process/sandbox/call_rows.h`)", ""))),
    Document(
        "camipc-templates", "5", "templates of your own for camipc-gen",
        "codegen/TEMPLATES.md",
        ("camipc-gen-compile(1)", "camipc-idl(5)", "camipc(7)"),
        replace=(("This file is for people", "This page is for people"),)),
    Document(
        "camipc-tuning", "5", "tuning files of the IPA module softisp",
        "ipa/softisp/tuning.md", ("camipc-capture(1)", "camipc(7)")),
)


def read(root: str, document: Document) -> Tuple[str, List[str]]:
    """The text of a document, with the sections of others that it includes,
    {{FILE#HEADING}}; and the files that were read."""
    files = [document.source]

    def section(match) -> str:
        files.append(match.group(1))
        whole = _file(root, match.group(1))
        _, found, rest = whole.partition("\n## %s\n" % match.group(2))
        if not found:
            raise Stale("%s has no section %s" % match.groups())
        return rest.split("\n## ")[0].strip("\n")
    return re.sub(r"\{\{([\w./-]+)#([\w ]+)\}\}", section,
                  _file(root, document.source)), files


def stale(document: Document, text: str) -> List[str]:
    """What the page replaces and the document does not have exactly once. A
    test fails then, and no build: the document may change in another hand."""
    return [before for before, _ in document.replace
            if text.count(before) != 1]


def _file(root: str, name: str) -> str:
    with open(os.path.join(root, name), encoding="utf-8") as file:
        return file.read()


def page(document: Document, text: str, version: str) -> roff.Page:
    """The page of a document with this text."""
    for before, after in document.replace:
        text = text.replace(before, after)
    made = roff.Page(document.name, document.section, document.summary,
                     version, document.source)
    if not text.split("\n## ")[0].strip().startswith("## "):
        made.heading("Description")
    markdown.append(made, text)
    if document.variables:
        made.heading("Environment")
    for variable in document.variables:
        made.item(roff.bold(variable.name), [
            roff.prose(one) for one in variable.details])
    roff.see_also(made, document.see_also)
    return made
