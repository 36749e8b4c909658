# SPDX-License-Identifier: MIT
"""Tests random interfaces from end to end: camipc-gen, C compilers with all
warnings, and the oracle of tests/oracle with random values and sanitizers.

CAMIPC_TEST_EFFORT=10 tries ten times as many. "test_property.py SEED..." tries
these, and keeps what it made in the folder that it prints.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from random_idl import RandomIdl

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
CODEGEN = os.path.join(ROOT, "codegen")
ORACLE = os.path.join(ROOT, "tests", "oracle")
RUNTIME = os.path.join(ROOT, "runtime")

sys.dont_write_bytecode = True
sys.path.insert(0, CODEGEN)
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import seeds  # noqa: E402
from camipc_gen import compiler  # noqa: E402
from camipc_gen.commands import explain  # noqa: E402
from camipc_gen.output import render  # noqa: E402
from camipc_gen.output.table import OUTPUTS  # noqa: E402
from camipc_gen.text.loader import Options  # noqa: E402

# Of tests/oracle: what is about any interface.
ORACLE_PARTS = ("oracle_build", "oracle_match", "oracle_random",
                "oracle_walk", "test_oracle", "trial")

# Enough that a new kind of mistake shows soon, and that the suite stays fast.
SEEDS = 3
ROUNDS = 40

SANITIZE = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-g1", "-w",
            "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
            "-fno-omit-frame-pointer"]
WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic",
            "-Wconversion", "-Wshadow", "-Wundef", "-Wvla",
            "-Wstrict-prototypes", "-Wmissing-prototypes", "-Werror",
            "-fsyntax-only"]
INCLUDES = ["-I" + path for path in (
    os.path.join(RUNTIME, "include"), os.path.join(RUNTIME, "base"),
    os.path.join(RUNTIME, "wire"), ORACLE,
    os.path.join(ROOT, "tests", "support"), HERE)]


def run(*command, **more):
    """Runs a command; what it says is the message if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=600, **more)
    if done.returncode:
        raise AssertionError("%s: exit status %d\n%s" % (
            " ".join(command)[:300], done.returncode, done.stdout[-6000:]))
    return done.stdout


def has_tools():
    return all(shutil.which(tool) for tool in ("gcc", "protoc-c"))


def build_oracle(folder, rounds=ROUNDS):
    """Objects that every interface is linked with; @rounds are values of
    each message and direction."""
    sources = glob.glob(os.path.join(RUNTIME, "base", "*.c"))
    sources += [path for path in glob.glob(os.path.join(
        RUNTIME, "wire", "*.c")) if "control" not in os.path.basename(path)]
    sources += [os.path.join(ORACLE, name + ".c") for name in ORACLE_PARTS]
    sources.append(os.path.join(HERE, "property_main.c"))
    # Only test_oracle.c has a main() that is called oracle_main().
    mains = [path for path in sources if path.endswith(
        ("test_oracle.c", "property_main.c"))]
    run("gcc", *SANITIZE, *INCLUDES, "-c",
        *[path for path in sources if path not in mains], cwd=folder)
    run("gcc", *SANITIZE, *INCLUDES, "-Dmain=oracle_main",
        "-DORACLE_ROUNDS=%d" % rounds, "-DORACLE_MESSAGES=0", "-c",
        os.path.join(ORACLE, "test_oracle.c"), cwd=folder)
    run("gcc", *SANITIZE, *INCLUDES, "-DROUNDS=%d" % rounds, "-c",
        os.path.join(HERE, "property_main.c"), cwd=folder)
    return sorted(glob.glob(os.path.join(folder, "*.o")))


def sizes_table(compiled):
    lines = ['#include <stdint.h>', '#include "property.h"',
             "const struct property_size property_sizes[] = {"]
    for module in compiled.inputs:
        for table in explain.tables(compiled.program, module):
            if table.c_name:
                most = table.size.most
                lines.append('\t{ "%s", %d, %s },' % (
                    table.idl_name, table.size.least,
                    "SIZE_MAX" if most is None else most))
    return "\n".join(lines + ["\t{ 0 },", "};", ""])


class Trial:
    """One interface, in a folder of its own."""

    def __init__(self, seed, folder, objects, files=None):
        self.seed = seed
        self.folder = folder
        self.objects = objects
        self.files = files or RandomIdl(seed).files()

    def generate(self):
        paths = []
        for name, text in self.files.items():
            paths.append(os.path.join(self.folder, name))
            with open(paths[-1], "w", encoding="utf-8") as stream:
                stream.write(text)
        compiled = compiler.compile_files(paths, Options())
        render.render(compiled.program, compiled.inputs, self.folder,
                      OUTPUTS)
        with open(os.path.join(self.folder, "sizes.c"), "w",
                  encoding="utf-8") as stream:
            stream.write(sizes_table(compiled))

    def found(self, pattern):
        return sorted(glob.glob(os.path.join(self.folder, pattern)))

    def warn(self):
        """The other compiler's turn every other time."""
        name = ("gcc", "clang")[self.seed % 2]
        run(name if shutil.which(name) else "gcc", *WARNINGS, *INCLUDES, "-I" + self.folder,
            *self.found("*_ipa_*.c"))

    def link(self):
        run("protoc-c", "--c_out=" + self.folder,
            "--proto_path=" + self.folder, *self.found("*.proto"))
        tables = os.path.join(self.folder, "tables.c")
        run(sys.executable, "-B", os.path.join(ORACLE, "make_tables.py"),
            tables, *self.found("*_ipa_types.h"),
            *self.found("*_ipa_serializer.h"),
            *self.found("*_ipa_interface.h"), *self.found("*.pb-c.h"))
        sources = [tables, os.path.join(self.folder, "sizes.c")] + \
            self.found("*.pb-c.c")
        for part in ("types", "serializer", "interface"):
            sources += self.found("*_ipa_%s.c" % part)
        program = os.path.join(self.folder, "trial")
        run("gcc", *SANITIZE, *INCLUDES, "-I" + self.folder, "-o", program,
            *sources, *self.objects, "-lcmocka", "-lprotobuf-c", "-lpthread")
        return program

    def all(self):
        self.generate()
        self.warn()
        run(self.link())


def try_it(seed, objects, files=None):
    with tempfile.TemporaryDirectory() as folder:
        Trial(seed, folder, objects, files).all()


class Property(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not has_tools():
            raise unittest.SkipTest("gcc or protoc-c is not installed")
        cls.folder = tempfile.mkdtemp()
        cls.objects = build_oracle(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_what_was_found_before(self):
        files = {}
        for name in ("found.mojom", "found-far.mojom"):
            with open(os.path.join(HERE, name), encoding="utf-8") as stream:
                files[name] = stream.read()
        for seed in range(2):
            try_it(seed, self.objects, files)

    def test_random_interfaces(self):
        effort = int(os.environ.get("CAMIPC_TEST_EFFORT", "1"))
        for seed in seeds.some(SEEDS * effort):
            with self.subTest(seed=seed):
                try_it(seed, self.objects)

    def test_a_seed_always_gives_the_same(self):
        self.assertEqual(RandomIdl(7).files(), RandomIdl(7).files())
        self.assertNotEqual(RandomIdl(7).files(), RandomIdl(8).files())


def by_hand(wanted):
    folder = tempfile.mkdtemp()
    print(folder)
    objects = build_oracle(folder)
    for seed in wanted:
        place = os.path.join(folder, str(seed))
        os.mkdir(place)
        try:
            Trial(seed, place, objects).all()
        except Exception as error:
            print("seed %d: %s" % (seed, error))
        else:
            shutil.rmtree(place)
            print("seed %d passed" % seed)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdigit():
        by_hand([int(word) for word in sys.argv[1:]])
    else:
        unittest.main()
