# SPDX-License-Identifier: MIT
"""Helpers that the tests of the front end share."""

import os
import shlex
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
CODEGEN = os.path.join(ROOT, "codegen")
COMMAND = os.path.join(CODEGEN, "camipc-gen")
IDL = os.path.join(ROOT, "idl")

sys.dont_write_bytecode = True
sys.path.insert(0, CODEGEN)

from camipc_gen import cli, compiler  # noqa: E402
from camipc_gen.commands import options  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Loader, Options  # noqa: E402,F401
from camipc_gen.text.source import Source, Sources  # noqa: E402


class TextSources(Sources):
    """Files that exist in a test only."""

    def __init__(self, texts):
        super().__init__()
        self.texts = texts

    def read_file(self, path):
        if path in self.texts:
            self.read.append(path)
            return self.add(Source(path, self.texts[path]))
        return super().read_file(path)


def compile_text(text, options=None, **more):
    """The Compiled of a text, which may import the texts in @more: core=…
    for "core.mojom". Raises CompileError."""
    return _compile(text, options, more)[0]


def _compile(text, options, more):
    texts = {name + ".mojom": body for name, body in more.items()}
    texts["t.mojom"] = text
    diagnostics = Diagnostics(TextSources(texts))
    options = options or Options()
    # Imports are looked for on disk, so they get there through the map.
    options = Options(options.include_dirs, options.import_map + tuple(
        (name, name) for name in texts), options.module_map,
        options.overlays, options.ordinal_base)
    return compiler.compile_files(["t.mojom"], options,
                                  diagnostics), diagnostics


def found_in(text, options=None, **more):
    """What is reported about a text: (severity, id, line, column)."""
    try:
        diagnostics = _compile(text, options, more)[1]
    except compiler.CompileError as error:
        diagnostics = error.diagnostics
    return [(d.severity, d.id) + ((d.span.line, d.span.column)
                                  if d.span else (0, 0))
            for d in diagnostics.sorted()]


def module_of(text, options=None, **more):
    return compile_text("module t;\n" + text, options, **more).inputs[0]


def report(path, arguments):
    """What camipc-gen prints about a file, and its status; nothing is
    rendered."""
    parser = cli.parser()
    parsed = parser.parse_args(
        ["compile", "--out", os.devnull] + arguments + [path])
    diagnostics = Diagnostics()
    try:
        reading = options.reading_of(parsed, diagnostics)
        compiler.compile_files([path], reading, diagnostics)
    except compiler.CompileError:
        pass
    return diagnostics


def arguments_of(path):
    """Options in a line "// args: …" of a bad file."""
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("// args:"):
                return shlex.split(line[len("// args:"):])
    return []
