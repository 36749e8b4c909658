# SPDX-License-Identifier: MIT
"""Tests that the output of camipc-gen new builds in an empty folder, that
its test passes, and that a new method is one line in each of three files."""

import os
import shutil
import unittest

import installation

STRICT = ("-Dwerror=true", "-Dc_args=-Wpedantic -Wconversion -Wshadow")


class New(unittest.TestCase):
    def setUp(self):
        self.installed = installation.INSTALLED
        self.folder = os.path.join(self.installed.work, self.id())
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def run_it(self, *command):
        return self.installed.run(*command, cwd=self.folder)

    def add_line(self, name, behind, line):
        """A line of ours behind the first one that ends with a text."""
        path = os.path.join(self.folder, name)
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().split("\n")
        at = [i for i, text in enumerate(lines) if text.endswith(behind)][0]
        lines.insert(at + 1, line)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines))

    def test_a_project(self):
        said = self.run_it("camipc-gen", "new", "my_isp")
        # The last line tells what to do next; it is right.
        setup, test = said.splitlines()[-1].split(": ", 1)[1].split(" && ")
        self.run_it(*setup.split(), *STRICT)
        self.assertRegex(self.run_it(*test.split()), r"Ok:\s+4")
        self.run_it("ninja", "-C", "my_isp/build")
        said = self.run_it("my_isp/build/my_isp-pipeline", "my_isp/build")
        self.assertEqual(said, "8 frames, isolation process: "
                         "brightness 0.40\n")

    def test_a_module_that_answers_otherwise(self):
        """The scaffold's replay finds it, and names what differs."""
        self.run_it("camipc-gen", "new", "blink")
        self.run_it("meson", "setup", "blink/build", "blink", *STRICT)
        self.run_it("meson", "test", "-C", "blink/build", "blink-replay")
        recording = os.path.join(self.folder, "blink/kept.rec")
        os.rename(os.path.join(self.folder, "blink/build/blink.rec"), recording)
        self.add_line("blink/meson.build", "blink_recordings = [",
                      "    files('kept.rec'),")
        self.add_line("blink/blink_module.c", "if (brightness > 0)",
                      "\t\tgain *= 1.01f;\n\tif (brightness > 0)")
        with self.assertRaises(installation.Failed):
            self.run_it("meson", "test", "-C", "blink/build", "blink-replay")
        with open(os.path.join(self.folder, "blink/build/meson-logs/testlog.txt"),
                  encoding="utf-8") as log:
            self.assertIn("setGain", log.read())

    def test_part_of_a_project(self):
        with open(os.path.join(self.folder, "meson.build"), "w",
                  encoding="utf-8") as stream:
            stream.write("project('stack', 'c')\n")
        said = self.run_it("camipc-gen", "new", "one")
        with open(os.path.join(self.folder, "meson.build"), "a",
                  encoding="utf-8") as stream:
            stream.write(said.splitlines()[-1].split(": ", 1)[1] + "\n")
        self.run_it("meson", "setup", "build", *STRICT)
        self.assertRegex(self.run_it("meson", "test", "-C", "build"),
                         r"Ok:\s+4")

    def test_one_method_is_three_lines(self):
        self.run_it("camipc-gen", "new", "blink")
        self.run_it("meson", "setup", "blink/build", "blink", *STRICT)
        self.run_it("ninja", "-C", "blink/build")
        # The interface:
        self.add_line("blink/blink.mojom", " stop();",
                      "\ttwice(int32 value) => (int32 ret);")
        # A missing op is a compile-time error.
        with self.assertRaisesRegex(installation.Failed, "op_twice"):
            self.run_it("ninja", "-C", "blink/build", "blink.so")
        # The module:
        self.add_line("blink/blink_module.c", "#define TARGET 0.4f",
                      "static int32_t op_twice(void *self, int32_t value) "
                      "{ (void)self; return 2 * value; }")
        # The pipeline side:
        self.add_line("blink/blink_pipeline.c", "\tfloat brightness = 0;",
                      '\tprintf("twice 21 is %d\\n", '
                      'ipa_blink_twice(camera->ipa, 21));')
        self.run_it("ninja", "-C", "blink/build")
        for isolation in ("thread", "process", "loopback"):
            said = self.run_it("blink/build/blink-pipeline", "blink/build",
                               isolation)
            self.assertIn("twice 21 is 42\n", said)
            self.assertIn("isolation %s: brightness 0.40\n" % isolation,
                          said)
