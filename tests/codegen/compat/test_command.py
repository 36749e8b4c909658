# SPDX-License-Identifier: MIT
"""Tests camipc-gen compat as a person or a build runs it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COMMAND = os.path.join(ROOT, "codegen", "camipc-gen")

CORE = "module core;\nstruct Size { uint32 width; };\n"
OLD = """module ipa.t;
import "core.mojom";
[Version=%d, CompatibleSince=%d] interface IPATInterface {
	poke(core.Size size);%s
};
"""


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for side in ("old", "new"):
            os.mkdir(os.path.join(self.folder, side))
            self.write(side + "/core.mojom", CORE)
        self.write("old/t.mojom", OLD % (1, 1, ""))
        self.write("new/t.mojom", OLD % (2, 1, " prod();"))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as stream:
            stream.write(text)

    def compat(self, *arguments):
        return subprocess.run(
            [sys.executable, COMMAND, "compat"] + list(arguments),
            cwd=self.folder, stdin=subprocess.DEVNULL, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def status(self, *arguments):
        result = self.compat(*arguments, "old/t.mojom", "new/t.mojom")
        self.assertNotIn("Traceback", result.stderr)
        return result.returncode

    def test_each_exit_status(self):
        self.assertEqual(self.status(), 0)
        self.write("new/t.mojom", OLD % (1, 1, " prod();"))
        self.assertEqual(self.status(), 1)
        self.write("new/t.mojom", "module t")
        self.assertEqual(self.status(), 2)
        os.remove(os.path.join(self.folder, "new/t.mojom"))
        self.assertEqual(self.status(), 2)
        self.assertEqual(self.status("--allow=everything"), 2)
        self.assertEqual(self.compat("old/t.mojom").returncode, 2)

    def test_errors_go_to_the_other_stream(self):
        self.write("old/t.mojom", "module t;\nstruct S { X x; };\n")
        result = self.compat("old/t.mojom", "new/t.mojom")
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith(
            "old/t.mojom:2:12: error: "), result.stderr)

    def test_each_side_has_its_own_imports(self):
        self.write("new/core.mojom", CORE.replace("width", "height"))
        result = self.compat("old/t.mojom", "new/t.mojom")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("new/core.mojom:2:22: breaks C API: 'width' of 'Size' "
                      "was renamed to 'height' [renamed]", result.stdout)
        self.assertIn("old/core.mojom:2:22: note: ", result.stdout)

    def test_imports_of_a_lone_old_file(self):
        os.rename(os.path.join(self.folder, "old/t.mojom"),
                  os.path.join(self.folder, "was.mojom"))
        self.assertEqual(self.compat("was.mojom",
                                     "new/t.mojom").returncode, 2)
        self.assertEqual(self.compat("-I", "new", "was.mojom",
                                     "new/t.mojom").returncode, 0)
        self.write("new/core.mojom", CORE.replace("uint32", "string"))
        self.assertEqual(self.compat(
            "-I", "new", "--old-include", "old", "was.mojom",
            "new/t.mojom").returncode, 1)

    def test_what_no_interface_carries_counts_in_its_own_file(self):
        self.write("new/core.mojom", CORE.replace("uint32", "string"))
        result = self.compat("old/core.mojom", "new/core.mojom")
        self.assertEqual(result.returncode, 1)
        self.assertIn("[type-changed]", result.stdout)

    def test_json(self):
        result = self.compat("--json", "old/t.mojom", "new/t.mojom")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        said = json.loads(result.stdout)
        self.assertEqual(said["verdict"], "safe")
        interface, = said["interfaces"]
        self.assertEqual((interface["name"], interface["old"]["version"],
                          interface["new"]["version"]), ("ipa.t", 1, 2))
        self.assertNotEqual(interface["old"]["fingerprint"],
                            interface["new"]["fingerprint"])
        change, = said["changes"]
        self.assertEqual(
            (change["id"], change["effects"], change["position"]["file"],
             change["position"]["line"], change["notes"][0]["position"][
                 "file"]),
            ("member-added", [], "new/t.mojom", 4, "old/t.mojom"))

    def test_an_overlay_belongs_to_both(self):
        self.write("o", "overlay module ipa.t;\ninterface IPATInterface {\n"
                   "\t[timeout_ms=5] poke;\n};\n")
        self.assertEqual(self.status("--overlay", "o"), 0)


if __name__ == "__main__":
    unittest.main()
