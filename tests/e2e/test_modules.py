#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What camipc says about modules and workers: those it finds, and files that
are none.

usage: test_modules.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import shutil
import subprocess
import unittest

from tool_runs import (CAMIPC, LIMIT, SMALL, SOFTISP, TextTest, VIMC,
                       run_text as run)


def run_tool(*words):
    """A command that searches for no modules."""
    return subprocess.run((CAMIPC,) + words, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          timeout=LIMIT)


class ModulesTest(TextTest):
    def test_list_and_modules(self):
        result = run("list")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("virtual: ", result.stdout)
        self.assertIn(SOFTISP, result.stdout)
        self.assertIn("in a process: ", result.stdout)
        result = run("modules", "--module-path", os.path.dirname(VIMC),
                     "--trust", VIMC)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("softisp version 1: interface ipa.softisp version 3, "
                      "licence MIT", result.stdout)
        self.assertIn("vimc version 1: interface ipa.vimc version 3, "
                      "licence MIT", result.stdout)
        self.assertIn("in a thread: ", result.stdout)

    def test_trust_is_explained(self):
        """Keys, policies and manifests decide, and each says so."""
        if "has no libcrypto" in run_tool("verify", "--key", os.devnull,
                                          os.devnull).stderr:
            self.skipTest("built without libcrypto")
        os.mkdir(self.path("open"))
        os.mkdir(self.path("keys"))
        os.mkdir(self.path("policy"))
        module = self.path("open", "v.so")
        shutil.copy(VIMC, module)
        os.chmod(self.path("open"), 0o777)
        os.chmod(self.folder, 0o755)

        def explained():
            result = run("modules", "--module-path", self.path("open"),
                         "--keys", self.path("keys"),
                         "--policy", self.path("policy"))
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            return result.stdout.split(module)[1].split("\n\S")[0]
        text = explained()
        self.assertIn("in a process: not on the trusted list", text)
        self.assertIn("    trust: none\n", text)
        self.assertIn("    sandbox: best-effort: surroundings, limits", text)
        self.assertRegex(text, "    content sha256 [0-9a-f]{64}\n")
        self.assertIn("    manifest: ", text)
        content = text.split("content sha256 ")[1][:64]
        key_id = run_tool("keygen", self.path("k")).stdout.split()[-1]
        run_tool("sign", "--key", self.path("k"), module)
        self.assertIn("signed by the unknown key " + key_id, explained())
        shutil.copy(self.path("k.pub"), self.path("keys"))
        text = explained()
        self.assertIn("in a thread: signed by key " + key_id, text)
        self.assertIn("    trust: its signature; signed by key " + key_id,
                      text)
        self.write("policy/a.yaml", b"modules:\n- match: {name: vimc}\n"
                   b"  backend: process\n  sandbox: required\n")
        text = explained()
        self.assertIn("in a process: a.yaml:2 isolates it; sandbox required",
                      text)
        self.assertIn("    sandbox: required: ", text)
        os.rename(self.path("keys", "k.pub"), self.path("keys", "k.revoked"))
        self.assertIn("signed by the revoked key " + key_id, explained())
        self.write("policy/a.yaml", ("modules:\n- match: {sha256: %s}\n"
                                     "  backend: thread\n" % content).encode())
        text = explained()
        self.assertIn("in a thread: its hash is in the policy a.yaml:2", text)
        self.assertIn("    trust: its hash\n", text)
        self.write("policy/a.yaml", b"modules:\n- bakend: thread\n")
        self.fails(1, ["modules", "--policy", self.path("policy")],
                   "a.yaml:2", "bakend")

    def test_why_a_file_is_no_module(self):
        """Each command that searches says it, once for each file."""
        with open(SOFTISP, "rb") as file:
            whole = file.read()
        note = whole.index(b"camipc\0", whole.index(b"camipc\0") - 12)

        def patched(at, data):
            return whole[:at] + data + whole[at + len(data):]
        files = {
            "class": (patched(4, b"\1"), "for another machine: a 32-bit file"),
            "order": (patched(5, b"\2"), "of the other byte order"),
            "type": (patched(16, b"\1"), "not a shared object"),
            "machine": (patched(18, b"\xf3\0"), "for another machine: "),
            "number": (patched(18, b"\xcd\xab"), "number 43981"),
            "abi": (patched(note + 8, b"\xff\xff"), "module ABI 65535"),
            "foreign": (whole.replace(b"camipc\0", b"camipd\0"),
                        "has no camipc note"),
            "short": (whole[:4000], "truncated"),
            "text": (b"hello\n", "not an ELF file"),
            "byte": (b"x", "not an ELF file"),
            "empty": (b"", "an empty file"),
        }
        for name, (data, _) in files.items():
            self.write(name + ".so", data)
        os.mkfifo(self.path("pipe.so"))
        os.mkdir(self.path("folder.so"))
        os.symlink("nowhere", self.path("link.so"))
        texts = {name: text for name, (_, text) in files.items()}
        texts.update(pipe="not a regular file", folder="not a regular file",
                     link="no such file")
        if os.geteuid() != 0:
            os.chmod(self.path("text.so"), 0)
            texts["text"] = "permission denied"
        for command in ("list", "modules"):
            result = run(command, "--module-path", self.folder)
            self.assertEqual(result.returncode, 0)
            self.assertIn(SOFTISP, result.stdout)
            lines = result.stderr.splitlines()
            self.assertEqual(len(lines), len(texts), result.stderr)
            for name, text in texts.items():
                line, = (line for line in lines if name + ".so" in line)
                self.assertTrue(line.startswith("camipc: warning: "), line)
                self.assertIn(text, line)
        result = subprocess.run(
            [CAMIPC, "list", "--module-path", os.path.dirname(VIMC)],
            stdout=subprocess.PIPE, universal_newlines=True, timeout=LIMIT)
        if SOFTISP not in result.stdout and "softisp.so" not in result.stdout:
            self.assertIn("but 1 for other interfaces", result.stdout)

    def test_names_of_files_are_escaped(self):
        """A name cannot act on a terminal, nor pretend to be a line."""
        folder = self.path("a\x1b[31m\nb\u202e\xad")
        os.mkdir(folder)
        shutil.copy(VIMC, folder)
        open(os.path.join(folder, "no\x1b]0;x\x07\n.so"), "w").close()
        result = run("modules", "--module-path", folder)
        self.assertEqual(result.returncode, 0)
        for text in (result.stdout, result.stderr):
            self.assertFalse(set(text) & set("\x1b\x07\u202e\xad"), text)
        self.assertIn("a\\u{1B}[31m\\nb\\u{202E}\\u{AD}", result.stdout)
        self.assertEqual([line for line in result.stdout.splitlines()
                          if line.startswith("b")], [])

    def test_broken_module(self):
        with open(SOFTISP, "rb") as file:
            whole = file.read()
        capture = ["capture", "--isolation", "process"] + SMALL
        for module, part in (
                ("nothing", "'nothing'"),
                (self.path("nothing.so"), "nothing.so"),
                (self.write("text.so", b"no ELF file\n" * 20), "text.so"),
                (self.write("short.so", whole[:4000]), "short.so"),
                (VIMC, "interface")):
            self.fails(2, capture + ["--ipa", module], part)

    def test_broken_worker(self):
        plain = self.write("worker", b"not to be run\n")
        os.chmod(plain, 0o644)
        for path in (self.path("nothing"), plain):
            result = subprocess.run(
                [CAMIPC, "capture", "--module-path", os.path.dirname(SOFTISP),
                 "--worker", path, "--isolation", "process"] + SMALL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                universal_newlines=True, timeout=LIMIT)
            if result.returncode == 0:
                # An installed one is next in the order of search.
                continue
            self.assertEqual(result.returncode, 2)
            self.one_line(result.stderr)
            self.assertIn("worker", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=["test_modules.py"], verbosity=2)
