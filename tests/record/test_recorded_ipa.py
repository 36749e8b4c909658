#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests camipc replay --pipeline: a recording answers a live camera.

usage: test_recorded_ipa.py CAMIPC WORKER SOFTISP VIMC NOISE FAULTY RKISP1
"""

import os
import sys
import unittest

from recordings import FAULTY, RecordTest, has_hashes, items
from tool_runs import SANITIZED, SMALL, run_text

RKISP1 = os.path.abspath(sys.argv[7])


class RecordedIpa(RecordTest):
    def module(self, file, name="recorded.so"):
        result = run_text("replay", file, "--pipeline", self.path(name))
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", ""))
        return self.path(name)

    def capture(self, name, *words, code=0):
        """Metadata and frames as bytes, or what is reported."""
        os.makedirs(self.path(name))
        size = [] if "--size" in words else SMALL
        result = run_text("capture", "-q", "--metadata",
                          self.path(name, "metadata"), "--output",
                          self.path(name, "%d.ppm"), *size, *words)
        self.assertEqual(result.returncode, code, result.stderr)
        if code:
            self.one_line(result.stderr)
            return result.stderr
        self.assertEqual(result.stderr, "")
        return {one: self.read(os.path.join(name, one))
                for one in sorted(os.listdir(self.path(name)))}

    def answered(self, name, module, *words, code=0):
        return self.capture(name, "--ipa", module, "--isolation", "loopback",
                            *words, code=code)

    def setUp(self):
        super().setUp()
        self.file = self.path("a.rec")

    def recorded(self, *words, name="before"):
        frames = self.capture(name, "--frames", "8", "--record", self.file,
                              *words)
        if not has_hashes(self.file):
            self.skipTest("camipc was built without libcrypto")
        self.assertEqual(len(frames), 9)
        return frames, self.module(self.file)

    def test_identical(self):
        """The recording gives the same frames as the IPA."""
        for isolation in ("thread", "process"):
            with self.subTest(recorded_in=isolation):
                before, module = self.recorded("--isolation", isolation,
                                               name="as-" + isolation)
                for answers in ("thread", "loopback"):
                    self.assertEqual(self.capture(
                        answers + isolation, "--frames", "8", "--ipa", module,
                        "--isolation", answers), before)
                # Not by chance: another seed has other frames.
                other = self.capture("seed" + isolation, "--frames", "8",
                                     "--seed", "2")
                self.assertNotEqual(other, before)
                os.remove(self.file)

    def test_other_cameras(self):
        """Interfaces of production IPAs, which the tool does not know."""
        if not os.path.exists(RKISP1):
            self.skipTest("the IPA modules of libcamera are not built")
        for camera in ("virtual-rkisp1", "virtual-rpi"):
            with self.subTest(camera=camera):
                words = ["--camera", camera, "--pace", "8", "--frames", "6",
                         "--size", "160x120"]
                file = self.path(camera + ".rec")
                before = self.capture(camera, "--isolation", "process",
                                      "--module-path", os.path.dirname(RKISP1),
                                      "--record", file, *words)
                init = items(file, "--filter", "method==init && kind==call")
                tuning = init[0]["args"]["settings"]["configurationFile"]
                if tuning:
                    words += ["--tuning", tuning]
                self.assertEqual(self.answered(
                    camera + "-after", self.module(file, camera + ".so"),
                    *words), before)

    def test_values_of_the_ipa(self):
        """Results and events are those of the recorded module."""
        before, module = self.recorded("--control", "AeEnable=off",
                                       "--control", "ExposureTime=5000")
        words = ["--frames", "8", "--control", "AeEnable=off", "--control",
                 "ExposureTime=5000"]
        self.assertEqual(self.answered("after", module, *words), before)

    def test_tuning_file(self):
        """A file that the pipeline handler passes is compared, too."""
        tuning = self.write("t.yaml", b"version: 1\n")
        result = run_text("capture", "--tuning", tuning, "--frames", "2",
                          "--record", self.file, "-q", *SMALL)
        if result.returncode != 0:
            self.skipTest("softisp does not take this file: " + result.stderr)
        module = self.module(self.file)
        self.answered("same", module, "--tuning", tuning, "--frames", "2")
        self.write("t.yaml", b"version: 1 \n")
        text = self.answered("other", module, "--tuning", tuning, "--frames",
                             "2", code=2)
        self.assertIn("call 0: init: the contents of a buffer of 11 bytes, "
                      "from byte 10 on", text)

    def test_differences(self):
        """The first difference has method, field, both values and frame."""
        _, module = self.recorded()
        for words, parts in (
                (["--size", "128x64"],
                 ["call 0: init: sensorInfo.activeAreaSize.width: recorded 96, "
                  "now 128"]),
                (["--seed", "2"],
                 ["frame 0: queueRequest: the contents of a buffer of ",
                  " bytes, from byte "]),
                (["--control", "AeEnable=off"],
                 ["frame 0: queueRequest: controls.controls[0]: recorded "
                  "nothing, now {", "boolean: false"]),
                (["--frames", "4"],
                 ["frame 3: stop: recorded a call of queueRequest"]),
                (["--frames", "9"],
                 ["frame 7: queueRequest: recorded a call of stop"])):
            if "--frames" not in words:
                words = words + ["--frames", "8"]
            size = SMALL if "--size" not in words else []
            result = run_text("capture", "-q", "--ipa", module, "--isolation",
                              "loopback", "--timeout", "300", *words, *size)
            self.assertEqual(result.returncode, 2 if "--size" in words else 1,
                             result.stderr)
            self.one_line(result.stderr)
            self.assertIn("differs from the recording at call ", result.stderr)
            for part in parts:
                self.assertIn(part, result.stderr)

    def test_recorded_crash(self):
        """Where the recorded IPA crashed, this one fails."""
        self.record("a.rec", "--ipa", FAULTY, "--ipa-argument", "crash@3",
                    "--isolation", "process", "--restart", "0", code=1)
        text = self.answered("after", self.module(self.file), "--frames", "8",
                             "--timeout", "300", code=1)
        self.assertRegex(text, r"frame 3: \w+: the recorded IPA ended here: .*"
                               r"signal 11")

    def test_redacted(self):
        """What is not in the recording cannot be played."""
        self.record("a.rec", "--redact", "cam.Control.value")
        text = self.answered("after", self.module(self.file), "--frames", "8",
                             "--timeout", "300", code=1)
        self.assertIn("the event was not recorded as a whole, or redacted",
                      text)
        os.remove(self.file)
        self.record("a.rec", "--no-buffers")
        text = self.answered("none", self.module(self.file), "--frames", "8",
                             "--timeout", "300", code=2)
        self.assertIn("they were not recorded", text)

    def test_worker(self):
        """The sandbox hides the recording: one line says so."""
        if SANITIZED:
            self.skipTest("sanitizers run without the sandbox")
        _, module = self.recorded()
        result = run_text("capture", "--ipa", module, "--isolation", "process",
                          *SMALL)
        self.assertEqual(result.returncode, 2)
        self.one_line(result.stderr)
        self.assertIn("create() returned -EACCES", result.stderr)
        os.remove(self.file)
        text = self.answered("gone", module, code=2)
        self.assertIn("create() returned -ENOENT", text)

    def test_other_interface(self):
        """The module has the interface of the recording, and no other one."""
        _, module = self.recorded()
        result = run_text("replay", self.file, "--module", module,
                          "--isolation", "loopback")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("equal: ", result.stdout)
        result = run_text("modules", "--module-path", self.folder)
        self.assertRegex(result.stdout, r"recorded.*ipa\.softisp")

    def test_outputs(self):
        self.record("a.rec", frames=1)
        before = self.read("a.rec")
        os.symlink(self.file, self.path("link"))
        for name, why in (("a.rec", "it is the recording"),
                          ("link", "it is the recording"),
                          ("none/x.so", "its folder does not exist"),
                          ("", "folder")):
            result = run_text("replay", self.file, "--pipeline",
                              self.path(name))
            self.assertEqual(result.returncode, 2)
            self.one_line(result.stderr)
            self.assertIn(why, result.stderr)
        self.assertEqual(self.read("a.rec"), before)
        for words in (["--module", "x"], ["--expect"], ["--speed", "recorded"],
                      ["--tolerance", "a=1"]):
            result = run_text("replay", self.file, "--pipeline",
                              self.path("x.so"), *words)
            self.assertEqual(result.returncode, 2)
            self.one_line(result.stderr)
            self.assertIn("--pipeline cannot be combined with " + words[0],
                          result.stderr)
        result = run_text("replay", self.file, "--pipeline", "/dev/full")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no space left", result.stderr)
        self.write("cut", before[:20])
        result = run_text("replay", self.path("cut"), "--pipeline",
                          self.path("x.so"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("cut: the recording has no calls", result.stderr)
        self.assertFalse(os.path.exists(self.path("x.so")))

    def test_damage(self):
        """A recording that is damaged after the module was made."""
        _, module = self.recorded()
        data = self.read("a.rec")
        for at in range(0, len(data), len(data) // 40):
            with open(self.file, "wb") as file:
                file.write(data[:at] + bytes([data[at] ^ 0x55]) +
                           data[at + 1:])
            result = run_text("capture", "-q", "--frames", "8", "--ipa",
                              module, "--isolation", "loopback", "--timeout",
                              "100", *SMALL)
            self.assertIn(result.returncode, (0, 1, 2), result.stderr)
            if result.returncode:
                self.one_line(result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[8:])
