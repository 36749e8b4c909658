# SPDX-License-Identifier: MIT
"""Compiles the generated C++ of every interface of the tree with the warnings
that strict projects use, with and without exceptions, and with Qt's macros
defined. Without CAMIPC_TEST_CXX=all it takes gcc with C++17, and clang with
C++20 without exceptions and RTTI, instead of all combinations.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "codegen", "back"))

import support  # noqa: E402
from camipc_gen.cxx import names as cxx_names  # noqa: E402

WARNINGS = """
-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast
-Wzero-as-null-pointer-constant -Weffc++ -Werror
""".split()
# What Qt defines, for its sources and for those of its users.
QT = """
#define signals public
#define slots
#define emit
#define foreach(a, b) for (a : b)
#define forever for (;;)
#define Q_OBJECT
"""
BARE = ["-fno-exceptions", "-fno-rtti"]
SOURCES = dict(support.SOURCES)
SOURCES[HERE] = ["studio.mojom", "world.mojom"]
SOURCES[os.path.join(ROOT, "tests", "echo")] = ["echo.mojom"]

# The header of an external type.
LENSES = os.path.join(ROOT, "examples", "external-types")

# Uses of templates, which are compiled only where they are used.
USES = """
#include <string>
using namespace test::studio;
camipc::Error use_all(camipc_manager *manager, const camipc_match &match,
		      Events &events)
{
	camipc::Result<Proxy> made = Proxy::create(manager, match, events);
	Proxy ipa = std::move(*made);
	const std::string text = "x";
	const camipc::CString texts[] = { text, "y" };
	StringPointEntry places[] = { StringPointEntry().key("z") };
	camipc::Span<StringPointEntry> all(places);

	camipc::sort(all);
	static_cast<void>(camipc::find(camipc::Span<const StringPointEntry>(all),
				       "z"));
	static_cast<void>(ipa.echo(0, Mood::Calm, Colour::Red,
		Option::Fast | Option::Quiet, text, "", 3, Point(), nullptr,
		{}, texts, {}, all, { { 1, 2, 3 } }, nullptr, Value(), -1));
	static_cast<void>(ipa.initBegin("", 0, [](const camipc::Error &,
						  const InitOuts *) {}));
	static_cast<void>(ipa.stopBegin([](const camipc::Error &) {}));
	return ipa.dispatch();
}
"""


def compilers():
    return [one for one in ("g++", "clang++") if shutil.which(one)]


def variants():
    """(compiler, standard, further flags)"""
    found = [(compiler, standard, flags) for compiler in compilers()
             for standard in ("17", "20", "2b") for flags in ([], BARE)]
    if os.environ.get("CAMIPC_TEST_CXX") == "all":
        return found
    return [one for one in found if one[1:] == ("17", [])][:1] + \
        [one for one in found if one[1:] == ("20", BARE)][-1:]


class Headers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = cls.folder.name
        for folder, files in SOURCES.items():
            support.generate(cls.out, folder, files,
                             extra=["--emit", "all", "-I", support.IDL])
        support.generate(cls.out, support.GOLDEN, ["glass.mojom"],
                         extra=["--emit", "all"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def compiles(self, compiler, standard, flags, text):
        path = os.path.join(self.out, "all.cpp")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        own = ["-Wuseless-cast"] if compiler == "g++" else []
        done = subprocess.run(
            [compiler, "-std=c++" + standard, "-fsyntax-only"] + WARNINGS
            + own + flags + ["-I", self.out, "-I", support.INCLUDE,
                             "-I", LENSES, path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 0, done.stdout[:4000])

    def test_every_interface_under_every_warning(self):
        self.assertTrue(compilers())
        names = [name for name in sorted(os.listdir(self.out))
                 if name.endswith(".hpp")]
        self.assertGreater(len(names), 20)
        text = QT + "".join('#include "%s"\n' % name for name in names) + USES
        for compiler, standard, flags in variants():
            with self.subTest((compiler, standard, flags)):
                self.compiles(compiler, standard, flags, text)

    def test_older_standards_are_refused_in_a_sentence(self):
        for compiler in compilers():
            for standard in ("11", "14"):
                done = subprocess.run(
                    [compiler, "-std=c++" + standard, "-fsyntax-only", "-x",
                     "c++", "-I", self.out, "-I", support.INCLUDE, "-"],
                    input='#include "glass_ipa.hpp"\n', encoding="utf-8",
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    check=False)
                self.assertNotEqual(done.returncode, 0)
                first = re.findall("error: (.*)", done.stdout)[0]
                self.assertRegex(first, "needs C.*17: compile with -std=")

    def test_words_of_other_headers(self):
        """Macros of X11 as the names of all that can have them."""
        words = sorted(cxx_names.MACROS)
        with open(os.path.join(self.out, "t.mojom"), "w",
                  encoding="utf-8") as stream:
            stream.write("module t;\n[scopedEnum] enum E { %s };\n" %
                         ", ".join(words))
            for word in words:
                stream.write("struct %s { uint32 a; };\n" % word)
            stream.write("union U { %s };\ninterface IPATInterface { "
                         "init(E e, U u) => (int32 ret, %s); };\n" % (
                             " ".join("%s arm%s; uint32 %s;" % (one, one, one)
                                      for one in words if one != "None"),
                             ", ".join("uint32 %s" % one for one in words)))
        folder = os.path.join(self.out, "words")
        support.generate(folder, self.out, ["t.mojom"],
                         extra=["--emit", "all"])
        with open(os.path.join(self.out, "c.mojom"), "w",
                  encoding="utf-8") as stream:
            # A type may have a constant's name.
            stream.write("module c;\nstruct Status { uint32 a; };\n"
                         "struct Limit { Status s; };\n"
                         "const uint32 kLimit = 1;\n"
                         "struct AProxy { Limit l; };\n"
                         "interface IPAAInterface { init(AProxy a); };\n")
            for word in words:
                stream.write("const uint32 k%s = 1;\n" % word)
        support.generate(folder, self.out, ["c.mojom"],
                         extra=["--emit", "all"])
        text = "".join("#include <camipc/%s.hpp>\n" % name
                       for name in ("proxy", "module", "values"))
        text += "".join("#define %s ] ) }\n" % word for word in words)
        text += "".join('#include "words/%s"\n' % name
                        for name in sorted(os.listdir(folder))
                        if name.endswith(".hpp"))
        self.compiles(compilers()[0], "17", ["-I", folder], text)

    def test_each_header_alone(self):
        names = [name for name in sorted(os.listdir(self.out))
                 if name.endswith(".hpp")]
        if os.environ.get("CAMIPC_TEST_CXX") != "all":
            names = [name for name in names if name.startswith("gallery")]
        for name in names:
            with self.subTest(name):
                self.compiles(compilers()[0], "17", [],
                              '#include "%s"\n#include "%s"\n' % (name, name))


if __name__ == "__main__":
    unittest.main()
