# SPDX-License-Identifier: MIT
"""Tests that the compiler ends soon, in diagnostics or output, on any file.

CAMIPC_TEST_EFFORT=10 takes ten times as long. "test_fuzz.py N..." tries these
rounds and prints what they are.
"""

import contextlib
import faulthandler
import io
import os
import signal
import sys
import tempfile
import time
import unittest

from mutate import ROOT, Mutator, corpus

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "codegen"))

from camipc_gen import cli, compiler  # noqa: E402
from camipc_gen.commands import explain  # noqa: E402
from camipc_gen.output import render  # noqa: E402
from camipc_gen.text.config import read_config  # noqa: E402
from camipc_gen.text.diagnostics import Diagnostics  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402
from camipc_gen.text.diagnostic_ids import ERRORS, WARNINGS  # noqa: E402
from camipc_gen.text.source import Source, Sources, decode  # noqa: E402

SECONDS = 5
# Far more than any file of the corpus takes, on a machine that is busy.
HANG = 60


class ByteSources(Sources):
    """Files as bytes, which need not be text."""

    def __init__(self, files):
        super().__init__()
        self.bytes = files

    def read_file(self, path):
        if path not in self.bytes:
            return super().read_file(path)
        self.read.append(path)
        return self.add(Source(path, decode(self.bytes[path])))


def options(data):
    """So that a file of the corpus finds what it imports."""
    folders = tuple(os.path.join(ROOT, path) for path in sorted(
        {os.path.dirname(path) for path in corpus()}))
    if b"libcamera" not in data:
        return Options(include_dirs=folders)
    return Options(
        include_dirs=folders, module_map=(("libcamera", "cam"),),
        import_map=(("include/libcamera/ipa/core.mojom",
                     os.path.join(ROOT, "idl", "core.mojom")),))


def check_diagnostics(diagnostics, sources):
    """Each has a position inside its file, and can be printed."""
    for found in diagnostics.sorted():
        assert found.id in ERRORS or found.id in WARNINGS, found
        for span in [found.span] + [note.span for note in found.notes]:
            source = span and sources.files.get(span.path)
            if source is None:
                continue
            lines = source.text.split("\n")
            assert 1 <= span.line <= len(lines), found
            assert 1 <= span.column <= len(lines[span.line - 1]) + 2, found
    diagnostics.format().encode("utf-8")
    diagnostics.to_json().encode("ascii")


def compiled(data, chosen, extra=None):
    """The program, or None after errors."""
    files = {"t.mojom": data}
    files.update(extra or {})
    sources = ByteSources(files)
    diagnostics = Diagnostics(sources)
    result = None
    try:
        result = compiler.compile_files(["t.mojom"], chosen, diagnostics)
        assert not diagnostics.has_errors
    except compiler.CompileError:
        assert diagnostics.has_errors
    except RecursionError:
        pass                       # cli.py says that in words
    check_diagnostics(diagnostics, sources)
    return result


def emitted(result):
    """What the file would become."""
    explain.text_of(result.program, result.inputs[0])
    return render.render_texts(result.program, result.inputs,
                               ("types", "proto"))


def command(*words):
    """Exit status and errors of a command of camipc-gen, in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), \
            contextlib.redirect_stderr(streams[1]):
        status = cli.main(list(words))
    streams[1].seek(0)
    return status, streams[1].read()


def _hang(signum, frame):
    raise TimeoutError("no end in %d s" % HANG)


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.addCleanup(faulthandler.cancel_dump_traceback_later)
        previous = signal.signal(signal.SIGALRM, _hang)
        self.addCleanup(signal.signal, signal.SIGALRM, previous)
        self.addCleanup(signal.alarm, 0)
        self.effort = int(os.environ.get("CAMIPC_TEST_EFFORT", "1"))

    def for_a_while(self, make, attempt):
        """Another beginning each day would find more, and fail elsewhere:
        rounds count from 0, how many there are is the machine's."""
        end = time.monotonic() + SECONDS * self.effort
        number = 0
        while number < 20 or time.monotonic() < end:
            data = make(number)
            # The signal waits for Python; a regular expression does not.
            faulthandler.dump_traceback_later(4 * HANG, exit=True)
            signal.alarm(HANG)
            try:
                attempt(data, number)
            except BaseException:
                print("\nround %d: %r" % (number, data[:3000]))
                raise
            signal.alarm(0)
            number += 1
        return number

    def test_mutated_files(self):
        accepted = []

        def attempt(data, number):
            result = compiled(data, options(data))
            if result is None:
                return
            accepted.append(number)
            # Templates are slow; most of what gets there looks alike.
            if number % 8 == 0:
                emitted(result)
        total = self.for_a_while(Mutator(corpus()).mutate, attempt)
        # Neither noise nor copies.
        self.assertGreater(len(accepted), 0)
        self.assertLess(len(accepted), total)

    def test_mutated_files_that_are_imported(self):
        """camipc-gen import writes what its file compiles with, or nothing."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        folders = [word for path in options(b"").include_dirs
                   for word in ("-I", path)]
        accepted = []

        def attempt(data, number):
            for name in os.listdir("."):
                os.unlink(name)
            with open("t.mojom", "wb") as stream:
                stream.write(data)
            status, said = command("import", "--config", "c.yaml", *folders,
                                   "t.mojom")
            if status:
                assert os.listdir(".") == ["t.mojom"], said
                # A mistake in what was written is the generator's.
                assert "t.overlay:" not in said, said
                return
            accepted.append(number)
            config = ["--config", "c.yaml"] if os.path.exists("c.yaml") else \
                folders
            status, said = command("outputs", *config, "t.mojom")
            assert status == 0, said
        attempt(b"module t; interface Pure { Init(); dispatch(); };", -1)
        self.assertEqual(accepted, [-1])
        total = self.for_a_while(Mutator(corpus()).mutate, attempt)
        self.assertLess(len(accepted), total)

    def test_mutated_overlays(self):
        base = b"module t; struct P { uint32 x; string s; }; " \
            b"interface IPATInterface { init(P p) => (int32 ret, P q); " \
            b"map(array<uint32> ids); unmap(array<uint32> ids); };"
        overlay = b"overlay module t;\nstruct P { [max=3] x; };\n" \
            b"interface IPATInterface {\n\t[restore, undo=unmap] map;\n" \
            b"\tinit([max_len=8] p) => (q);\n\t[timeout_ms=5] unmap;\n};\n"
        chosen = Options(overlays=("o.overlay",))
        self.assertIsNotNone(compiled(
            base, chosen, {"o.overlay": overlay.replace(b"[max_len=8] p",
                                                         b"p")}))
        mutator = Mutator({"overlay": overlay})
        self.for_a_while(mutator.mutate, lambda data, number: compiled(
            base, chosen, {"o.overlay": data}))

    def test_mutated_configurations(self):
        text = b"# settings\ninclude: [., idl]\nimport-map:\n" \
            b"  a/core.mojom: <core.mojom>\n  \"b\\u0031\": idl/core.mojom\n" \
            b"module-map: {libcamera: cam, 'x.y': z}\noverlay:\n" \
            b"- idl/README.md\nordinal-base: 0\n" \
            b"warnings: [no-doc-mismatch, error]\noutput-prefix: lc_\n"
        path = os.path.join(ROOT, "c.yaml")
        accepted = []

        def attempt(data, number):
            sources = ByteSources({path: data})
            diagnostics = Diagnostics(sources)
            try:
                read_config(path, diagnostics)
                accepted.append(number)
            except compiler.CompileError:
                assert diagnostics.has_errors
            check_diagnostics(diagnostics, sources)
        attempt(text, -1)
        self.assertEqual(accepted, [-1])
        total = self.for_a_while(Mutator({"config": text}).mutate, attempt)
        self.assertGreater(len(accepted), 1)
        self.assertLess(len(accepted), total)

    def test_the_corpus_is_accepted(self):
        """Or the mutants would be refused for what was wrong before."""
        for path, data in sorted(corpus().items()):
            if "bad" not in path.split(os.sep):
                with self.subTest(path):
                    self.assertIsNotNone(compiled(data, options(data)))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdigit():
        for word in sys.argv[1:]:
            text = Mutator(corpus()).mutate(int(word))
            sys.stdout.buffer.write(text)
            found = compiled(text, options(text))
            print("accepted" if found and emitted(found) else "refused")
    else:
        unittest.main()
