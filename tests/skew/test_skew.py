#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs pipelines and modules of different versions, and compares the results
with the predictions of camipc-gen compat.

usage: test_skew.py BUILD_FOLDER WORKER BACKEND [--update]

Each pipeline makes the calls in its .calls file, each module answers as its
.script says; what both read goes to a text, which *.expected holds: it is the
same in a thread, a process and over the wire in a thread. --update writes the
texts anew; read the difference as code.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMPAT = [sys.executable, os.path.join(ROOT, "codegen", "camipc-gen"),
          "compat"]
BUILD, WORKER, BACKEND = "", "", ""
UPDATE = False

# What was never there, and what is gone.
LACKING = ": the module does not have this method"


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as stream:
        return stream.read()


def source_of(version):
    """breaking_forged is breaking_new with an overlay."""
    return version if version.endswith("_old") else \
        version.split("_")[0] + "_new"


def script_of(version):
    """Gives back what it got, besides what the file says."""
    echoes = re.findall(r"^\t(\w+)(?:@\d+)?\((?:\[flags\] )?\w+ s\) =>",
                        read(source_of(version) + ".mojom"), re.MULTILINE)
    return "".join("on %s return s: $s;\n" % name for name in echoes) + \
        read(source_of(version) + ".script")


def talk(pipeline, module):
    """What the one printed and the other recorded; nothing has paths or
    numbers of descriptors in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "skew.so")
        shutil.copy(os.path.join(BUILD, "skew-%s.so" % module), path)
        with open(os.path.join(folder, "skew.script"), "w",
                  encoding="utf-8") as stream:
            stream.write(script_of(module))
        # Under valgrind calls take longer than the interface allows.
        done = subprocess.run(
            [os.path.join(BUILD, "skew-run-" + pipeline), BACKEND, path,
             WORKER], input=read(source_of(pipeline) + ".calls"),
            env=dict(os.environ, CAMIPC_DEADLINE_SCALE="30"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            timeout=250)
        recorded = ""
        if os.path.exists(os.path.join(folder, "skew.calls")):
            with open(os.path.join(folder, "skew.calls"),
                      encoding="utf-8") as stream:
                recorded = stream.read()
        if done.returncode:
            raise AssertionError("exit status %d\n%s%s" % (
                done.returncode, done.stdout, done.stderr))
        return (tidy(done.stdout.replace(folder + "/", "")), tidy(recorded))


def tidy(text):
    return re.sub(r"\bfd \d+", "fd", text)


def transcript(pipeline, module):
    said, recorded = talk(pipeline, module)
    return "==== pipeline %s, module %s\n%s---- what the module saw\n%s\n" % (
        pipeline, module, said, recorded)


def judged(old, new, *arguments):
    """compat's exit status and what it says."""
    done = subprocess.run(
        COMPAT + ["--json"] + list(arguments) + [
            os.path.join(HERE, name + ".mojom") for name in (old, new)],
        stdout=subprocess.PIPE, check=False, timeout=100)
    return done.returncode, json.loads(done.stdout.decode())


class Skew(unittest.TestCase):
    maxDiff = None

    def expect(self, name, text):
        path = os.path.join(HERE, name)
        if UPDATE:
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        self.assertEqual(read(name), text)

    def test_what_is_called_safe_works(self):
        self.assertEqual(judged("safe_old", "safe_new")[0], 0)
        text = "".join(transcript(pipeline, module) for pipeline, module in (
            ("safe_old", "safe_new"), ("safe_new", "safe_old"),
            ("safe_new", "safe_new")))
        for wrong in ("refused", "closed"):
            self.assertNotIn(wrong, text)
        for line in text.splitlines():
            if re.match(r"\w+\(", line) and ": " in line.partition(")")[2]:
                rest = line.rpartition(")")[2] or line
                self.assertTrue(": returned" in line or
                                rest in (": done", LACKING), line)
        self.expect("safe.expected", text)

    def test_what_is_called_breaking_is_refused(self):
        for new in ("breaking_same", "breaking_honest"):
            for pair in (("breaking_old", new), (new, "breaking_old")):
                with self.subTest(pair):
                    said, recorded = talk(*pair)
                    self.assertEqual(recorded, "")
                    first, error = said.splitlines()
                    self.assertEqual(first, "refused: the module has "
                                     "another version of the interface")
                    self.both_are_named(error, new)

    def both_are_named(self, error, new):
        self.assertIn("test.skew: ", error)
        versions = re.findall(r"version (\d+) \(compatible since (\d+), "
                              r"fingerprint ([0-9a-f]{16})\)", error)
        self.assertEqual(len(versions), 2, error)
        self.assertNotEqual(versions[0][2], versions[1][2])
        self.assertEqual(
            {v[0] for v in versions},
            {"1"} if new == "breaking_same" else {"1", "2"})

    def test_nothing_crashes_where_the_versions_lie(self):
        """Each change stands alone in a method of its own."""
        self.expect("breaking.expected", "".join(
            transcript(pipeline, module) for pipeline, module in (
                ("breaking_old", "breaking_forged"),
                ("breaking_forged", "breaking_old"))))

    def test_each_breaking_change_is_called_one(self):
        status, report = judged("breaking_old", "breaking_new")
        self.assertEqual(status, 1)
        text = read("breaking_new.mojom")
        broken = {change["position"]["line"] for change in report["changes"]
                  if "wire" in change["effects"]}
        moved = " ".join(change["message"] for change in report["changes"])
        methods = re.findall(r"^\t(?:\[async\] )?(\w+)@\d+\(", text,
                             re.MULTILINE)
        self.assertGreater(len(methods), 30)
        for method in methods:
            if method == "raise":
                continue
            with self.subTest(method):
                self.assertTrue(broken & lines_of(text, method) or
                                "'%s' 3" % method in moved)


def lines_of(text, method):
    """Of a method, and of the declaration that was made for it."""
    found = set()
    inside = False
    name = method[0].upper() + method[1:]
    owner = re.compile(r"(struct|union|enum) %sRow \{" % name)
    # An external one has no fields.
    whole = re.compile(r"struct %sRow;" % name)
    for number, line in enumerate(text.splitlines(), 1):
        inside = inside or owner.match(line) is not None
        if whole.match(line):
            found.add(number)
        if inside or re.match(r"\t(\[async\] )?%s@" % method, line):
            found.add(number)
        inside = inside and line != "};"
    return found


if __name__ == "__main__":
    BUILD, WORKER, BACKEND = sys.argv[1:4]
    UPDATE = "--update" in sys.argv[4:]
    unittest.main(argv=[sys.argv[0]])
