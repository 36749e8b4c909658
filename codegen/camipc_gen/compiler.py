# SPDX-License-Identifier: MIT
"""The front end in one call: files to a checked Program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional, Sequence, Tuple

from .check.rules import check
from .model import ir
from .model.program import build
from .model.resolve import Resolver
from .model.scope import Scope, skip_mapped
from .text.diagnostics import CompileError, Diagnostics
from .text.loader import Loader, Options
from .text.overlay import apply_overlays

__all__ = ["CompileError", "Compiled", "compile_files", "load"]


@dataclass(frozen=True)
class Compiled:
    program: ir.Program
    inputs: Tuple[ir.Module, ...]
    read_files: Tuple[str, ...]    # for the depfile


def compile_files(files: Sequence[str], options: Options,
                  diagnostics: Optional[Diagnostics] = None) -> Compiled:
    """Raises CompileError; warnings stay in @diagnostics."""
    if diagnostics is None:
        diagnostics = Diagnostics()
    loader = Loader(options, diagnostics)
    inputs = loader.load(files)
    units = apply_overlays(loader, options, diagnostics)
    diagnostics.stop_on_errors()
    skip_mapped(units, options.module_map)
    scope = Scope(units, options.module_map, diagnostics)
    diagnostics.stop_on_errors()
    resolver = Resolver(scope, options, diagnostics)
    program, modules = build(units, resolver)
    diagnostics.stop_on_errors()
    check(program, units, loader, resolver)
    diagnostics.stop_on_errors()
    return Compiled(program, tuple(modules[id(unit)] for unit in inputs),
                    tuple(dict.fromkeys(diagnostics.sources.read)))


def load(files: Sequence[str], include_dirs: Iterable[str] = (),
         import_map: Iterable[Tuple[str, str]] = (),
         module_map: Iterable[Tuple[str, str]] = (),
         overlay: Optional[str] = None) -> ir.Program:
    """The program of some files, or CompileError."""
    options = Options(tuple(include_dirs), tuple(import_map),
                      tuple(module_map),
                      (overlay,) if overlay is not None else ())
    return compile_files(files, options).program
