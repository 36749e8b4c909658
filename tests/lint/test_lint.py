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


class CitationTest(unittest.TestCase):
    def cited(self, text):
        return sorted(citations.citations_of(text))

    def test_forms(self):
        self.assertEqual(self.cited("/** threats 4, 26 to 28,\n * and 52: */"),
                         [("threat", n) for n in (4, 26, 27, 28, 52)])
        self.assertEqual(self.cited("# Requirement 9 and 10 things"),
                         [("requirement", 9), ("requirement", 10)])
        self.assertEqual(self.cited("threats to 3 of them; requirements"), [])

    def test_judgement(self):
        found = {kind: {n: {"tests/a.c"} for n in range(1, last + 1)
                        if n not in citations.NOT_YET[kind]}
                 for kind, last in citations.LAST.items()}
        self.assertEqual(list(citations.judge(found)), [])
        del found["requirement"][31]
        found["threat"][43] = found["threat"][53] = {"tests/b.c"}
        self.assertEqual([line.split(":")[0].split(",")[0]
                          for line in citations.judge(found)],
                         ["requirement 31",
                          "threat 43 is cited by tests/b.c",
                          "threat 53"])


if __name__ == "__main__":
    unittest.main()
