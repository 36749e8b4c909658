# SPDX-License-Identifier: MIT
"""Provides interface files, those of this repository and random ones, to
tests of commands that rewrite files and must keep their meaning."""

import dataclasses
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COMMAND = os.path.join(ROOT, "codegen", "camipc-gen")

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))
sys.path.insert(0, os.path.join(ROOT, "tests", "codegen", "property"))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import seeds  # noqa: E402
from random_idl import RandomIdl  # noqa: E402
from camipc_gen import compiler  # noqa: E402
from camipc_gen.output import render  # noqa: E402
from camipc_gen.model import wire  # noqa: E402
from camipc_gen.cli import EMIT  # noqa: E402
from camipc_gen.text.diagnostics import CompileError, Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402
from camipc_gen.edit.rewrite import Edited  # noqa: E402
from camipc_gen.text.source import Span  # noqa: E402

# Files that are wrong on purpose, each in its own way.
_BROKEN = os.path.join("tests", "codegen", "front", "bad")
# Others' files, as they came.
FOREIGN = os.path.join("tests", "codegen", "foreign")


def paths(foreign=True):
    """Of every file that is meant to compile, relative to the root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name[0] != "."
                            and not name.startswith("build"))
        path = os.path.relpath(folder, ROOT)
        if path == _BROKEN or not foreign and path.startswith(FOREIGN):
            folders[:] = []
            continue
        found += [os.path.normpath(os.path.join(path, name))
                  for name in sorted(names) if name.endswith(".mojom")]
    return found


def read(path):
    with open(os.path.join(ROOT, path), "rb") as stream:
        return stream.read()


class Case:
    """A file, and all that it takes to compile it."""

    def __init__(self, name, path, texts, options=Options()):
        self.name = name
        self.path = path
        self.data = texts[path]
        self._texts = texts
        self.options = options

    def diagnostics(self, data=None):
        texts = dict(self._texts)
        texts[self.path] = self.data if data is None else data
        return Diagnostics(Edited(texts))

    def compile(self, data=None):
        return compiler.compile_files([self.path], self.options,
                                      self.diagnostics(data))

    def facts(self, data=None):
        """All that the generator goes by, and the fingerprints."""
        compiled = self.compile(data)
        return [wire.fingerprint(compiled.program, interface)
                for module in compiled.inputs
                for interface in module.interfaces], _facts(compiled.inputs)

    def outputs(self, data=None):
        """Every byte that is generated."""
        compiled = self.compile(data)
        return render.render_texts(compiled.program, compiled.inputs, EMIT)


def _facts(value):
    """Objects as tuples, without their places in the text."""
    if isinstance(value, Span):
        return None
    if isinstance(value, tuple):
        return tuple(_facts(item) for item in value)
    if dataclasses.is_dataclass(value):
        return (type(value).__name__,) + tuple(
            _facts(getattr(value, field.name))
            for field in dataclasses.fields(value))
    return value


def repository_cases():
    """Each file of the repository that compiles by itself. Those that need
    an import map or an overlay to compile are not among them."""
    found = []
    for path in paths():
        full = os.path.join(ROOT, path)
        case = Case(path, full, {full: read(path)},
                    Options(include_dirs=(os.path.join(ROOT, "idl"),)))
        try:
            case.compile()
        except CompileError:
            continue
        found.append(case)
    return found


def random_cases(count):
    """Random interfaces; a failure names its seed."""
    for seed in seeds.some(count):
        files = {name: text.encode()
                 for name, text in RandomIdl(seed).files().items()}
        options = Options(import_map=tuple((name, name) for name in files))
        for name in files:
            case = Case("seed %d, %s" % (seed, name), name, files, options)
            try:
                case.compile()
            except CompileError:
                continue           # tests/codegen/property says why not
            yield case
