#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Signatures of modules, with the real strip, objcopy and patchelf: what leaves
a signature valid, what breaks it, and which files camipc refuses.

usage: test_signing.py CAMIPC WORKER SOFTISP VIMC NOISE
"""

import os
import shutil
import stat
import struct
import subprocess
import sys
import unittest

from tool_runs import CAMIPC, LIMIT, SOFTISP, RunTest


def tool(*words):
    return subprocess.run((CAMIPC,) + words, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          timeout=LIMIT)


def has_signatures():
    result = tool("verify", "--key", os.devnull, os.devnull)
    return "has no libcrypto" not in result.stderr


def loads_of(data):
    """The offsets and sizes of the segments that are loaded."""
    is_64 = data[4] == 2
    order = "<" if data[5] == 1 else ">"
    start, = struct.unpack_from(order + ("Q" if is_64 else "I"), data,
                                32 if is_64 else 28)
    size, number = struct.unpack_from(order + "HH", data, 54 if is_64 else 42)
    found = []
    for at in range(start, start + size * number, size):
        if is_64:
            kind, _, offset, _, _, file_size = struct.unpack_from(
                order + "IIQQQQ", data, at)
        else:
            kind, offset, _, _, file_size = struct.unpack_from(
                order + "IIIII", data, at)
        if kind == 1 and file_size:
            found.append((offset, file_size))
    return found


class SigningTest(RunTest):
    def setUp(self):
        super().setUp()
        self.module = self.path("m.so")
        shutil.copy(SOFTISP, self.module)
        self.key = self.path("vendor")
        result = tool("keygen", self.key)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.key_id = result.stdout.split()[-1]
        self.sign()

    def sign(self, key=None):
        result = tool("sign", "--key", key or self.key, self.module)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def verify(self, module=None):
        return tool("verify", "--key", self.key + ".pub",
                    module or self.module)

    def expect_valid(self):
        result = self.verify()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("the signature of key %s is valid" % self.key_id,
                      result.stdout)
        return result.stdout.split()[-1]

    def expect_broken(self):
        result = self.verify()
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("changed after key %s signed it" % self.key_id,
                      result.stderr)

    def change(self, *words):
        subprocess.run(words, check=True, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, timeout=LIMIT)

    # ---- what leaves it valid

    def test_strip_leaves_it_valid(self):
        content = self.expect_valid()
        before = os.path.getsize(self.module)
        for options in (["--strip-debug"], ["--strip-unneeded"], []):
            with self.subTest(options=options):
                self.change("strip", *options, self.module)
                self.assertEqual(self.expect_valid(), content)
        self.assertLess(os.path.getsize(self.module), before)

    def test_a_debug_link_leaves_it_valid(self):
        content = self.expect_valid()
        debug = self.path("m.debug")
        self.change("objcopy", "--only-keep-debug", self.module, debug)
        self.change("strip", "--strip-debug", self.module)
        before = self.read("m.so")
        self.change("objcopy", "--add-gnu-debuglink=" + debug, self.module)
        self.assertNotEqual(self.read("m.so"), before)
        self.assertEqual(self.expect_valid(), content)

    def test_sections_have_no_meaning(self):
        data = bytearray(self.read("m.so"))
        sections = (40, 48, 58, 64) if data[4] == 2 else (32, 36, 46, 52)
        for at in list(range(*sections[:2])) + list(range(*sections[2:])):
            data[at] ^= 0xff
        self.write("m.so", data)
        self.expect_valid()

    # ---- what breaks it

    def test_every_loaded_byte_counts(self):
        """The first, a middle and the last byte of each segment, the header,
        the program headers."""
        whole = self.read("m.so")
        places = [16, 18, 20, 24, 28, 32, 36, 52, 54, 56, 70, 100]
        if whole[4] == 2:
            places += [44 + 4, 53]
        for offset, size in loads_of(whole):
            places += [offset + 200, offset + size // 2, offset + size - 1]
        for at in places:
            with self.subTest(at=at):
                data = bytearray(whole)
                data[at] ^= 1
                self.write("m.so", data)
                result = self.verify()
                self.assertIn(result.returncode, (1, 2))
                self.assertEqual(result.stdout, "")
        self.write("m.so", whole)
        self.expect_valid()

    def test_another_entry_breaks_it(self):
        data = bytearray(self.read("m.so"))
        data[24] ^= 1
        self.write("m.so", data)
        self.expect_broken()

    @unittest.skipUnless(shutil.which("patchelf"), "patchelf is missing")
    def test_patchelf_breaks_it(self):
        whole = self.read("m.so")
        for words in (["--set-rpath", "/elsewhere"],
                      ["--add-needed", "libevil.so"],
                      ["--set-soname", "other.so"]):
            with self.subTest(words=words):
                self.write("m.so", whole)
                self.change("patchelf", *words, self.module)
                self.expect_broken()

    def test_a_signature_belongs_to_one_module(self):
        shutil.copy(self.module + ".sig", self.path("other.so.sig"))
        data = bytearray(self.read("m.so"))
        offset, size = loads_of(data)[-1]
        data[offset + size - 1] ^= 0x80
        self.write("other.so", data)
        result = self.verify(self.path("other.so"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("changed after", result.stderr)

    # ---- keys

    def test_keys_are_new_and_private(self):
        mode = os.stat(self.key).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        keys = {self.read("vendor"), self.read("vendor.pub")}
        for name in ("vendor", "vendor.pub"):
            kept = self.read(name)
            os.rename(self.path(name), self.path("kept"))
            result = tool("keygen", self.key)
            self.assertEqual(result.returncode, 2)
            self.assertIn("already exists", result.stderr)
            self.assertFalse(os.path.exists(self.path(name)))
            os.rename(self.path("kept"), self.path(name))
            self.assertEqual(self.read(name), kept)
        self.assertEqual(tool("keygen", self.path("b")).returncode, 0)
        keys |= {self.read("b"), self.read("b.pub")}
        self.assertEqual(len(keys), 4)
        result = tool("keygen", self.path("no", "such", "folder"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("no such file", result.stderr)

    def test_a_link_is_not_followed_to_a_new_key(self):
        os.symlink(self.path("target"), self.path("link"))
        result = tool("keygen", self.path("link"))
        self.assertEqual(result.returncode, 2)
        self.assertFalse(os.path.exists(self.path("target")))

    def test_several_keys(self):
        tool("keygen", self.path("new"))
        self.sign(self.path("new"))
        self.expect_valid()
        self.assertEqual(tool("verify", "--key", self.path("new.pub"),
                              self.module).returncode, 0)
        # A changed module has no use for the old ones.
        data = bytearray(self.read("m.so"))
        offset, size = loads_of(data)[-1]
        data[offset + size - 1] ^= 1
        self.write("m.so", data)
        self.sign()
        self.expect_valid()
        self.assertEqual(self.read("m.so.sig").count(b"ed25519 "), 1)

    def test_unknown_keys(self):
        tool("keygen", self.path("other"))
        result = tool("verify", "--key", self.path("other.pub"), self.module)
        self.assertEqual(result.returncode, 1)
        self.assertIn("signed by the unknown key " + self.key_id,
                      result.stderr)
        os.remove(self.module + ".sig")
        result = self.verify()
        self.assertEqual(result.returncode, 1)
        self.assertIn("not signed", result.stderr)

    # ---- damaged files

    def damaged(self, whole):
        """Each kind of damage that a text can have."""
        first, second = whole.decode().splitlines(True)
        yield "empty", b""
        yield "one line", first.encode()
        yield "no newline", whole[:-1]
        yield "another kind", b"x" + whole
        yield "a later version", whole.replace(b" 1\n", b" 2\n", 1)
        yield "another algorithm", whole.replace(b"ed25519", b"ed25518")
        yield "too short", (first + second[:-3] + "\n").encode()
        yield "too long", (first + second[:-1] + "00\n").encode()
        yield "no hex", (first + second[:-2] + "g\n").encode()
        yield "two", whole + second.encode()
        yield "more", whole + b"\n"
        yield "a NUL", whole[:-1] + b"\0\n"
        yield "returns", whole.replace(b"\n", b"\r\n")
        yield "large", whole + b" " * 5000

    def test_damaged_signatures(self):
        for name, data in self.damaged(self.read("m.so.sig")):
            with self.subTest(name=name):
                self.write("m.so.sig", data)
                result = self.verify()
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertIn("its .sig: ", result.stderr)
                result = tool("sign", "--key", self.key, self.module)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(self.read("m.so.sig"), data)
        for size in (0, 1, 40):
            os.remove(self.module + ".sig")
            self.sign()
            data = bytearray(self.read("m.so.sig"))
            data[len(data) - 3 - size] = ord(
                "0" if data[len(data) - 3 - size] != ord("0") else "1")
            self.write("m.so.sig", data)
            self.expect_broken()

    def test_damaged_keys(self):
        for name in ("vendor", "vendor.pub"):
            whole = self.read(name)
            command = "sign" if name == "vendor" else "verify"
            for kind, data in self.damaged(whole):
                with self.subTest(name=name, kind=kind):
                    self.write("damaged", data)
                    result = tool(command, "--key", self.path("damaged"),
                                  self.module)
                    self.assertEqual((result.returncode, result.stdout),
                                     (2, ""))
                    self.assertIn("--key ", result.stderr)
        os.mkfifo(self.path("pipe"))
        for path in (self.path("nowhere"), self.folder, self.path("pipe"),
                     self.key + ".pub"):
            result = tool("sign", "--key", path, self.module)
            self.assertEqual(result.returncode, 2)

    def test_files_that_are_no_modules(self):
        self.write("text.so", b"hello\n")
        self.write("short.so", self.read("m.so")[:1000])
        os.mkfifo(self.path("pipe.so"))
        for name in ("text.so", "short.so", "pipe.so", "nowhere.so"):
            result = tool("sign", "--key", self.key, self.path(name))
            self.assertEqual(result.returncode, 2)
            self.assertFalse(os.path.exists(self.path(name + ".sig")))

    def test_wrong_arguments(self):
        for words, text in (
                (["sign", self.module], "--key is missing"),
                (["sign", "--key", self.key], "MODULE is missing"),
                (["keygen"], "NAME is missing"),
                (["verify", "--key", self.key, self.module, "more"],
                 "unexpected argument 'more'"),
                (["keygen", "--trust", "x", "y"], "--trust is an option of")):
            result = tool(*words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(text, result.stderr)


if __name__ == "__main__":
    if not has_signatures():
        print("skipped: built without libcrypto")
        sys.exit(77)
    unittest.main(argv=["test_signing.py"])
