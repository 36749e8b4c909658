# SPDX-License-Identifier: MIT
"""Writes the outputs: fills in templates and replaces files that changed."""

import os
from typing import Iterable, List, Optional, Tuple, Union as Either

import jinja2
import jinja2.ext

from ..c.model import model_of
from ..model import ir
from . import files
from .layout import layout, layout_macro
from .table import outputs_of
from .view import ModuleView

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_TEMPLATES = os.path.join(os.path.dirname(_PACKAGE), "templates")


def render(program: ir.Program, inputs: Iterable[ir.Module], out_dir: str,
           emit: Iterable[str], depfile: Optional[str] = None,
           read_files: Iterable[str] = (),
           defines_core_types: bool = False,
           more: Iterable[Tuple[str, str]] = ()) -> List[str]:
    """Writes the outputs named by @emit for each of @inputs, and @more, which
    are (name, text).

    A file is written only if its bytes changed. Returns the paths of all
    outputs. @depfile, in make's syntax, says that they depend on @read_files.
    """
    texts = render_texts(program, inputs, emit, defines_core_types)
    texts += more
    files.make_folder(out_dir)
    paths = []
    for name, text in texts:
        path = os.path.join(out_dir, name)
        write_text(path, text)
        paths.append(path)
    if depfile:
        write_text(depfile, _make_rule(paths, read_files))
    return paths


def render_texts(program: ir.Program, inputs: Iterable[ir.Module],
                 emit: Iterable[str],
                 defines_core_types: bool = False) -> List[Tuple[str, str]]:
    """(file name, text) of each output, in the order of the inputs."""
    model = model_of(program)
    environment = _environment()
    emit = tuple(emit)
    texts = []
    for module in inputs:
        view = ModuleView(program, model, module, defines_core_types)
        texts += [(name, _fill(environment, output.template, view=view,
                               takes_values="cxx-values" in emit))
                  for name, output in outputs_of(module, emit)]
    return texts


def render_template(name: str, /, **context) -> str:
    """One output that is not in the table."""
    return _fill(_environment(), name, **context)


def _fill(environment: jinja2.Environment, name: str, /, **context) -> str:
    text = environment.get_template(name).render(**context)
    return layout(text) if name.endswith((".c.j2", ".h.j2", ".hpp.j2")) else text


class Lines(jinja2.ext.Extension):
    """The tag {% lines LIST, TABS %}: prints each item of a list on a line of
    its own, with so many tabs in front, and nothing for an empty list. Instead
    of a list it takes the text of a macro, which it prints unchanged."""

    tags = {"lines"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        arguments = [parser.parse_expression()]
        if parser.stream.skip_if("comma"):
            arguments.append(parser.parse_expression())
        return jinja2.nodes.Output(
            [self.call_method("_print", arguments)]).set_lineno(line)

    @staticmethod
    def _print(lines: Either[str, List[str]], tabs: int = 0) -> str:
        if isinstance(lines, str):
            return lines
        return "".join("\t" * tabs + line + "\n" for line in lines)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), extensions=[Lines],
        undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    environment.filters.update({"rule": _rule, "macro": layout_macro})
    return environment


def _rule(title: str) -> str:
    """/* ---- title ------- */"""
    start = "/* ---- %s " % title
    return start + "-" * max(3, 76 - len(start)) + " */"


def generator_files() -> List[str]:
    """The generator's own sources: outputs depend on them, too."""
    found = []
    for folder, suffix in ((_TEMPLATES, ".j2"), (_PACKAGE, ".py")):
        for path, folders, names in os.walk(folder):
            folders.sort()
            found += [os.path.join(path, name) for name in sorted(names)
                      if name.endswith(suffix)]
    return found


# ---- files -------------------------------------------------------------------

def write_text(path: str, text: str) -> None:
    """Writes a file, unless it holds @text already. Raises OSError."""
    # Only a rule for make contains paths, which may be invalid UTF-8.
    files.write(path, text.encode("utf-8", "surrogateescape"))


def _make_rule(outputs: Iterable[str], inputs: Iterable[str]) -> str:
    def escape(path: str) -> str:
        return path.replace("\\", "\\\\").replace(" ", "\\ ").replace(
            "#", "\\#").replace("$", "$$")
    needed = sorted(set(inputs)) + generator_files()
    return "%s: \\\n%s\n" % (
        " ".join(escape(path) for path in outputs),
        " \\\n".join("  " + escape(path) for path in needed))
