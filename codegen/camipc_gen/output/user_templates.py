# SPDX-License-Identifier: MIT
"""Fills in a user's own templates (compile --template DIR), for each interface.

The templates see the model of public.py and nothing else of the generator. What
they do wrong becomes a diagnostic with file and line. codegen/TEMPLATES.md is for the
people who write them.
"""

from __future__ import annotations

import os
import re
from typing import Dict, List, NamedTuple, Sequence, Tuple

import jinja2
import jinja2.sandbox

from ..c import names as c_names
from ..c.methods import InterfaceView
from ..c.model import model_of
from ..model import ir, wire
from ..text.diagnostics import CompileError, Diagnostics, did_you_mean
from ..text.source import SourceError, Span
from .public import MODEL_COMPATIBLE_SINCE, MODEL_VERSION, PublicModel

SUFFIX = ".j2"

# The name of an output, without what a placeholder stands for.
_PLACEHOLDER = re.compile(r"@([a-z_]*)@")
PLACEHOLDERS = ("interface", "prefix", "stem")
_OUTPUT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}\Z")


class Output(NamedTuple):
    """A file that a template becomes for one interface."""
    name: str
    template: str              # its file in the folder
    module: ir.Module
    interface: ir.Interface


class _Failure(Exception):
    """fail() or demand_model() in a template."""


def demand_model(version: int) -> str:
    """For templates: prints nothing, or refuses this generator."""
    if not isinstance(version, int) or isinstance(version, bool):
        raise _Failure("demand_model() needs the number of a version")
    if version > MODEL_VERSION:
        raise _Failure("the template needs version %d of the model, and this "
                       "camipc-gen has version %d: use a newer camipc-gen"
                       % (version, MODEL_VERSION))
    if version < MODEL_COMPATIBLE_SINCE:
        raise _Failure("the template was written for version %d of the model, "
                       "and this camipc-gen supports versions from %d on: "
                       "adapt the template" % (version,
                                               MODEL_COMPATIBLE_SINCE))
    return ""


def fail(message: object) -> str:
    """For templates: refuses the interface."""
    raise _Failure(str(message))


class UserTemplates:
    """The templates of a folder. Problems are reported, then CompileError is
    raised."""

    def __init__(self, folder: str, diagnostics: Diagnostics):
        self._folder = folder
        self._diagnostics = diagnostics
        self._names = self._find()
        self._paths: Dict[str, str] = {}     # of templates that were read

    # ---- the folder ----------------------------------------------------------

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _refuse(self, message: str) -> None:
        self._diagnostics.error("bad-option", None, "--template %s: %s" % (
            self._folder, message))
        self._diagnostics.stop_on_errors()

    def _find(self) -> List[str]:
        try:
            found = sorted(os.listdir(self._folder))
        except OSError as error:
            self._refuse("cannot read the folder: %s" % error.strerror)
        names = [name for name in found if name.endswith(SUFFIX)
                 and not name.startswith("_")]
        if not names:
            self._refuse("the folder has no template: expected a file NAME.j2 "
                         "for each output")
        return names

    def outputs(self, inputs: Sequence[ir.Module],
                others: Sequence[str]) -> List[Output]:
        """What the templates become, in the order of inputs and interfaces.
        @others are outputs of the generator's own."""
        found = [Output(self._output_name(name, module, interface), name,
                        module, interface)
                 for module in inputs for interface in module.interfaces
                 for name in self._names]
        if not found:
            self._refuse("templates are filled in for interfaces, and none of "
                         "the files declares one")
        makers = {name: "camipc-gen itself (see --emit)" for name in others}
        for one in found:
            maker = "%s for %s" % (one.template, one.interface.name)
            if one.name in makers:
                self._report(self._path(one.template), 1,
                             "the output '%s' is also made by %s: choose "
                             "another name, for example one with @prefix@"
                             % (one.name, makers[one.name]))
            makers[one.name] = maker
        self._diagnostics.stop_on_errors()
        return found

    def _output_name(self, template: str, module: ir.Module,
                     interface: ir.Interface) -> str:
        values = {"stem": module.stem, "interface": interface.name,
                  "prefix": c_names.interface_prefix(module, interface)}
        name = template[:-len(SUFFIX)]
        for word in _PLACEHOLDER.findall(name):
            if word not in values:
                self._report(
                    self._path(template), 1,
                    "unknown placeholder '@%s@' in the name of the template: "
                    "expected %s" % (word, " or ".join(
                        "@%s@" % one for one in PLACEHOLDERS)),
                    did_you_mean(word, PLACEHOLDERS))
                self._diagnostics.stop_on_errors()
        name = _PLACEHOLDER.sub(lambda match: values[match.group(1)], name)
        if not _OUTPUT.match(name) or name.endswith(SUFFIX):
            self._report(
                self._path(template), 1,
                "invalid name of an output '%s': use at most 200 letters, "
                "digits, '_', '.', '+' and '-', start with a letter, a digit "
                "or '_', and do not end with .j2" % name)
            self._diagnostics.stop_on_errors()
        return name

    # ---- texts ---------------------------------------------------------------

    def texts(self, program: ir.Program,
              outputs: Sequence[Output]) -> List[Tuple[str, str]]:
        """(name, text) of each output."""
        model = model_of(program)
        public = PublicModel(program, model)
        environment = self._environment()
        texts = []
        for one in outputs:
            view = InterfaceView(model, one.module, one.interface,
                                 wire.fingerprint(program, one.interface))
            text = self._fill(environment, one.template, {
                "file": public.file(one.module),
                "interface": public.interface(one.module, view),
                "types": public.types(one.module),
                "model_version": MODEL_VERSION,
            })
            if text is not None:
                texts.append((one.name, text))
        self._diagnostics.stop_on_errors()
        return texts

    def _environment(self) -> jinja2.Environment:
        # The sandbox keeps templates to the documented fields: no internals,
        # no Python. It is no border of trust: who writes a template also
        # writes the build.
        environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
            loader=jinja2.FunctionLoader(self._load),
            undefined=jinja2.StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
        environment.globals.update(demand_model=demand_model, fail=fail)
        return environment

    def _load(self, name: str):
        path = self._path(name)
        if name.startswith("/") or ".." in name.split("/"):
            raise _Failure("the template '%s' is outside of the folder" % name)
        if not os.path.lexists(path):
            return None
        try:
            text = self._diagnostics.sources.read_file(path).text
        except SourceError as error:
            self._diagnostics.error(
                "unreadable", Span(path, error.line or 1, error.column or 1),
                str(error))
            raise CompileError(self._diagnostics) from None
        self._paths[path] = name
        return text, path, lambda: True

    def _fill(self, environment, name: str, variables):
        try:
            text = environment.get_template(name).render(**variables)
            text.encode("utf-8")
            return text
        except CompileError:
            raise
        except jinja2.TemplateSyntaxError as error:
            self._report(error.filename or self._path(name), error.lineno,
                         error.message or "syntax error")
        except jinja2.TemplateNotFound as error:
            self._report(*self._place(error, name), "the folder has no "
                         "template '%s'" % error.name)
        except RecursionError as error:
            self._report(*self._place(error, name), "templates or macros "
                         "call each other without end")
        except UnicodeEncodeError:
            self._report(self._path(name), 1, "the output is not valid "
                         "Unicode: it contains half of a surrogate pair")
        except Exception as error:  # anything that an expression raises
            self._report(*self._place(error, name), "%s" % error or
                         type(error).__name__)
        return None

    def _place(self, error: BaseException, name: str) -> Tuple[str, int]:
        """The innermost line of a template; jinja2 puts it into the
        traceback."""
        place = (self._path(name), 1)
        at = error.__traceback__
        while at is not None:
            if at.tb_frame.f_code.co_filename in self._paths:
                place = (at.tb_frame.f_code.co_filename, at.tb_lineno)
            at = at.tb_next
        return place

    def _report(self, path: str, line: int, message: str, hint=None) -> None:
        self._diagnostics.error("bad-template", Span(path, line, 1), message,
                                hint=hint)
