#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The lint rules themselves: each finds what it is there for."""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import citations  # noqa: E402
import lint  # noqa: E402
import texts  # noqa: E402
import whitespace  # noqa: E402

HEAD = "/* SPDX-License-Identifier: MIT */\n"


class RuleTest(unittest.TestCase):
    def find(self, rule, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            return [(name, number) for name, number, _
                    in lint.RULES[rule](lint.Tree(root))]

    def includes(self, name, include, **others):
        files = {"proxy/link/ipa_link.h": "", "runtime/base/text.h": "",
                 "runtime/camera/cam_controls.h": "",
                 "runtime/include/camipc/base.h": "",
                 "runtime/module/module_info.h": "",
                 "ipa/one/one.h": "", "ipa/two/two.h": "",
                 "pipeline/one/scene.h": ""}
        files.update(others)
        files[name] = "%s\n#include %s\n" % (HEAD, include)
        return self.find("layers", files)

    def allowed(self, name, include):
        self.assertEqual(self.includes(name, include), [])

    def refused(self, name, include):
        self.assertEqual(self.includes(name, include), [(name, 3)])

    def test_layers_allowed(self):
        self.allowed("proxy/link/a.c", '"ipa_link.h"')
        self.allowed("proxy/link/a.c", '"text.h"')
        self.allowed("proxy/link/a.c", "<camipc/base.h>")
        self.allowed("proxy/link/a.c", "<stdio.h>")
        self.allowed("runtime/camera/a.c", '"core_ipa_types.h"')
        self.allowed("ipa/one/a.c", '"one.h"')
        self.allowed("ipa/one/a.c", '"x_ipa_worker.h"')
        self.allowed("ipa/one/a.c", '"x_ipa_types.h"')
        self.allowed("pipeline/one/a.c", '"x_ipa_proxy.h"')
        self.allowed("tools/a.c", '"scene.h"')

    def test_layers_refused(self):
        self.refused("runtime/base/a.c", '"ipa_link.h"')
        self.refused("runtime/base/a.c", '"module_info.h"')
        self.refused("runtime/module/a.c", '"core_ipa_types.h"')
        self.refused("proxy/link/a.c", '"cam_controls.h"')
        self.refused("proxy/link/a.c", '"x_ipa_types.h"')
        self.refused("proxy/link/a.c", '"core_ipa_types.h"')
        self.refused("ipa/one/a.c", '"ipa_link.h"')
        self.refused("ipa/one/a.c", '"text.h"')
        self.refused("ipa/one/a.c", '"two.h"')
        self.refused("ipa/one/a.c", '"scene.h"')
        self.refused("ipa/one/a.c", '"x_ipa_proxy.h"')
        self.refused("pipeline/one/a.c", '"one.h"')
        self.refused("pipeline/one/a.c", '"x_ipa_worker.h"')
        self.refused("pipeline/one/a.c", '"../../proxy/link/ipa_link.h"')
        self.refused("proxy/link/a.c", '"unheard_of.h"')
        self.refused("proxy/link/a.c", "<camipc/unheard_of.h>")

    def test_spdx(self):
        self.assertEqual(
            self.find("spdx", {"a.c": HEAD, "b.c": "int b;\n"}),
            [("b.c", 1)])

    def test_python(self):
        env = "#!/usr/bin/" + "env python3\n"
        self.assertEqual(
            self.find("python", {"a.py": env, "b.py": "#!/usr/bin/python3"}),
            [("a.py", 1)])

    def test_environment(self):
        self.assertEqual(
            self.find("environment", {
                "proxy/link/a.c": 'getenv("X");\n',
                "proxy/link/b.c": 'secure_getenv("X");\n',
                "tests/c.c": 'getenv("X");\n'}),
            [("proxy/link/a.c", 1)])

    def test_readmes(self):
        found = self.find("readmes", {"idl/README.md": "", "proxy/link/a.c": ""})
        self.assertIn(("proxy", 1), found)
        self.assertNotIn(("idl", 1), found)

    def test_machine(self):
        self.assertEqual(
            self.find("machine", {
                "a.md": "see /usr/lib and ~/x and $root/build\n",
                "b.md": "\nsee /home/" + "somebody\n"}),
            [("b.md", 2)])

    def test_unfinished(self):
        self.assertEqual(
            self.find("unfinished", {
                "a.c": 'mkstemp("x-XXXXXX");\n',
                "b.c": "/* TO" + "DO: write this */\n"}),
            [("b.c", 1)])

    def test_docs(self):
        name = "runtime/include/camipc/a.h"
        bare = HEAD + "\n/** A. */\nvoid a(void);\n\nCAMIPC_API void b(void);"
        self.assertEqual(self.find("docs", {name: bare}), [(name, 6)])
        group = HEAD + "\n/* Two. */\n\nCAMIPC_API void a(void);\n\n" \
            "CAMIPC_API void b(void);"
        self.assertEqual(self.find("docs", {name: group}), [])

    def test_threads(self):
        name = "runtime/include/camipc/a.h"
        bare = HEAD + "/** A. */\nCAMIPC_API void a(void);\n"
        self.assertEqual(self.find("threads", {name: bare}), [(name, 2)])
        said = bare.replace("A.", "A. Thread word: safe.")
        self.assertEqual(self.find("threads", {name: said}), [])
        self.assertEqual(self.find("threads", {name: HEAD + (
            "/* Thread word of every function in this header: safe. */\n") +
            bare}), [])
        self.assertEqual(self.find("threads", {
            name: bare.replace("API", "API extern")}), [])

    def test_documents(self):
        self.assertEqual(
            self.find("documents", {
                "README.md": "see a/b.md, [c](a/c.md) and *.md\n",
                "a/b.md": "see README.md, ./c.md and a/b.md\n",
                "a/c.md": "see ../README.md\nand ../c.md\n"
                          "`a/d.c` `NAME/x.c`\n`a/e.c`\n",
                "a/d.c": "/* des" + "ign 6 */\n/* a design */\n",
                "a/e.patch": "Breaks: ans" + "wers 3: it\n",
                "a/f.py": "# of iss" + "ue 11\n# an issue, 2 of them\n"}),
            [("a/c.md", 2), ("a/c.md", 4), ("a/d.c", 1), ("a/e.patch", 1), ("a/f.py", 1)])

    def test_installed(self):
        name = "runtime/include/camipc/a.h"
        self.assertEqual(
            self.find("installed", {
                name: "/* See base.h. */\n/* See the README. */\n"
                      "/* Threats 1 and 2. */\n/* tests/a.c */\n",
                "codegen/a.j2": "{# See\nREADME.md #}\n/* proxy/a.md */\n",
                "proxy/a.h": "/* See README.md. */\n"}),
            [("codegen/a.j2", 3), (name, 2), (name, 3), (name, 4)])

    def opening(self, name, text):
        return texts.judge_opening(name, text.split("\n"))

    def test_openings_of_c(self):
        for good in ("/* Says it. */\n#include <a.h>\n",
                     "/*\n * Says it,\n * twice.\n *\n * more\n */\n",
                     "/* Says it: */\n\n#define A 1\n"):
            self.assertIsNone(self.opening("a.c", HEAD + good), good)
        for bad in ("#include <a.h>\n/* Says it. */\n", "", "/* it */\n",
                    "/* says it. */\n", "/* The size. */\n#define A 1\n",
                    "/** A function. */\nstatic int a(void);\n"):
            self.assertIsNotNone(self.opening("a.c", HEAD + bad), bad)
        self.assertIsNone(self.opening(
            "a.h", "/* SPDX-License-Identifier: MIT\n *\n * Says it. */\n"))

    def test_openings_of_others(self):
        spdx = "# SPDX-License-Identifier: MIT\n"
        shell = "#!/bin/sh\n" + spdx
        self.assertIsNone(self.opening("a.py", spdx + '"""Says it."""\n'))
        self.assertIsNotNone(self.opening("a.py", spdx + "import os\n"))
        self.assertIsNone(self.opening("a.sh", shell + "# Says it.\nset -e\n"))
        self.assertIsNotNone(self.opening("a.sh", shell + "set -e\n# It.\n"))
        self.assertIsNone(self.opening(
            "a.j2", "{# SPDX-License-Identifier: MIT #}\n{# Says it. #}\n"))
        self.assertIsNotNone(self.opening("a.j2", "{{ a }}\n"))
        self.assertIsNone(self.opening(
            "meson.build.j2", spdx + "# Says it.\nproject()\n"))

    def test_openings_of_data(self):
        self.assertEqual(
            self.find("openings", {"tests/a.c": HEAD,
                                   "tests/codegen/golden/a.c": HEAD}),
            [("tests/a.c", 1)])

    def test_phrases(self):
        self.assertEqual(
            self.find("phrases", {
                "tests/a.c": "/* For who" + "ever. */\n"
                             'check("for who' + 'ever");\n',
                "tests/b.md": "Such\non" + "es.\nIt is called once.\n",
                "ipa/a.c": "/* For who" + "ever. */\n"}),
            [("ipa/a.c", 1), ("tests/a.c", 1), ("tests/b.md", 1)])


class CitationTest(unittest.TestCase):
    def cited(self, text):
        return sorted(citations.citations_of(text))

    def test_forms(self):
        self.assertEqual(self.cited("/** threats 4, 26 to 28,\n * and 52: */"),
                         [("threat", n) for n in (4, 26, 27, 28, 52)])
        self.assertEqual(self.cited("# Requirement 9 and 10 things"),
                         [("requirement", 9), ("requirement", 10)])
        self.assertEqual(self.cited("invariants 1 and 2"),
                         [("invariant", 1), ("invariant", 2)])
        self.assertEqual(self.cited("threats to 3 of them; requirements"), [])

    def test_lists(self):
        lines = ["1. A thing.", "", "## Attacks", "| # | a | b |",
                 "| 1 | rings | Not tested yet: there is none. |",
                 "| 2 | a 3. | b |"]
        self.assertEqual(citations.entries_of(lines, "## Attacks"),
                         {1: "there is none", 2: None})
        self.assertEqual(citations.entries_of(lines[:2], None), {1: None})

    def test_judgement(self):
        lists = {"requirement": {1: None, 2: None}, "invariant": {1: None},
                 "threat": {1: None, 2: "no rings", 3: "no streams"}}
        found = {"requirement": {1: {"tests/a.c"}, 2: {"tests/a.patch"}},
                 "invariant": {1: {"proxy/a.c"}},
                 "threat": {1: {"tests/a.py"}, 2: {"tests/b.c"},
                            4: {"proxy/b.c"}}}
        self.assertEqual(
            [line.split(":")[0] for line in citations.judge(lists, found)],
            ["requirement 2", "invariant 1", "threat 2", "threat 4"])

    def test_repository(self):
        root = os.path.join(os.path.dirname(__file__), "..", "..")
        lists = citations.read_lists(root)
        self.assertEqual({kind: max(lists[kind]) for kind in lists},
                         {"requirement": 34, "invariant": 6, "threat": 54})



class WhitespaceTest(unittest.TestCase):
    def found(self, data, name="runtime/a.c"):
        return [(number, text) for _, number, text
                in whitespace.judge(name, data.encode())]

    def test_good(self):
        self.assertEqual(self.found("int a;\n\tcall(b,\n\t     c);\n"), [])
        self.assertEqual(self.found(""), [])
        self.assertEqual(self.found("\t" + "x" * 92 + "\n"), [])

    def test_bad(self):
        for data, number, word in (
                ("int a;", 1, "newline"), ("int a;\n\n", 2, "empty"),
                ("a\nint b; \n", 2, "trailing"), ("a\r\n", 1, "trailing"),
                ("\t        call();\n", 1, "tabs"), (" \tb;\n", 1, "tabs"),
                ("\t" + "x" * 93 + "\n", 1, "100 columns")):
            with self.subTest(data=data):
                [(line, text)] = self.found(data)
                self.assertEqual(line, number)
                self.assertIn(word, text)

    def test_only_c_has_tabs_and_a_limit(self):
        self.assertEqual(self.found("        x\n", "a.py"), [])
        self.assertEqual(self.found("x" * 200 + "\n", "a.md"), [])


if __name__ == "__main__":
    unittest.main()
