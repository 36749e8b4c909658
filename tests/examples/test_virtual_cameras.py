#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests the virtual cameras with the IPAs that the distribution ships: pictures
settle after a step of light, and are the same however the IPA runs.

test_virtual_cameras.py CAMIPC WORKER MODULES SETTLE.PY
"""

import argparse
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

ISOLATIONS = ("thread", "process", "loopback")
# A step of 8 x in light, which changes its colour, too.
LIGHT = "0=0.5@5000,50=4@3000"
# The Raspberry Pi's IPA has threads of its own: frames last 8 ms or more. On a
# busy machine its threads may need longer to be done by the next frame.
PACES = {"virtual-rkisp1": 0, "virtual-rpi": 8}
BUSY_PACES = (8, 25, 80)


def load_settle(path):
    spec = importlib.util.spec_from_file_location("settle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class VirtualCameraTest(unittest.TestCase):
    camipc, worker, modules, settle = "", "", "", None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="camipc-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def take(self, camera, isolation, pace=None):
        """Returns the metadata of 100 frames, and the hash of their bytes."""
        video = os.path.join(self.folder, "frames.y4m")
        metadata = os.path.join(self.folder, "metadata")
        run = subprocess.run(
            [self.camipc, "capture", "--quiet", "--camera", camera,
             "--module-path", self.modules, "--worker", self.worker,
             "--isolation", isolation, "--frames", "100", "--size", "320x240",
             "--pace", str(PACES[camera] if pace is None else pace),
             "--light", LIGHT,
             "--output", video, "--metadata", metadata],
            stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
        with open(video, "rb") as file:
            pixels = hashlib.sha256(file.read()).hexdigest()
        with open(metadata, encoding="utf-8") as file:
            return [json.loads(line) for line in file], pixels

    def test_rkisp1_is_the_same_everywhere(self):
        runs = [self.take("virtual-rkisp1", how) for how in ISOLATIONS]
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(runs[0], runs[2])

    def is_alike(self, pace):
        """Says what differs between runs at this pace: exposure and gain at
        all, or colour temperature by more than 1 %; or None."""
        runs = [self.take("virtual-rpi", how, pace) for how in ISOLATIONS]
        for how, (frames, pixels) in zip(ISOLATIONS, runs):
            print(f"rpi, {how}, {pace} ms:", pixels)
            for frame, reference in zip(frames, runs[0][0]):
                kelvin = reference["ColourTemperature"]
                if frame["sensor"] != reference["sensor"] or \
                        abs(frame["ColourTemperature"] / kelvin - 1) > 0.01:
                    return f"{how}: {frame}, not {reference}"
        return None

    def test_rpi_is_alike_everywhere(self):
        for pace in BUSY_PACES:
            difference = self.is_alike(pace)
            if not difference:
                return
        self.fail(difference)

    def test_camera_time(self):
        """Frames are as far apart as the sensor's lines say, whatever the pace
        of this machine."""
        frames, _ = self.take("virtual-rpi", "thread")
        for before, frame in zip(frames, frames[1:]):
            step = frame["SensorTimestamp"] - before["SensorTimestamp"]
            self.assertGreater(step, 33e6)
            self.assertLess(step, 260e6)

    def how_it_fails_to_settle(self, camera, pace, light):
        """Says what is wrong after a step of light, or None."""
        options = argparse.Namespace(camipc=self.camipc, isolation="process",
                                     module_path=[self.modules],
                                     worker=[self.worker], scene=None)
        step = self.settle.STEP
        result, why = self.settle.capture(options, camera, pace, light,
                                          self.folder)
        if why:
            return why
        luma, error, _ = result
        frames = self.settle.settled_after(luma, step, self.settle.near)
        if frames >= 40:
            return f"exposure took {frames} frames"
        if abs(luma[-1] / luma[step - 1] - 1) > 0.15:
            return f"middle grey is {luma[-1]}, was {luma[step - 1]}"
        if not max(error[step - 1], error[-1]) < 8:
            return f"the greys are off by {error[step - 1]}, {error[-1]} ΔE"
        return None

    def test_pictures_settle(self):
        step = self.settle.STEP
        for camera, pace in PACES.items():
            for light in (f"0=0.5@5000,{step}=4@5000",
                          f"0=4@4000,{step}=0.5@4000"):
                for wait in BUSY_PACES if pace else (0,):
                    wrong = self.how_it_fails_to_settle(camera, wait, light)
                    if not wrong:
                        break
                self.assertIsNone(wrong, f"{camera}, {light}")

    def test_a_photograph_settles(self):
        photograph = os.path.join(self.folder, "photograph.png")
        subprocess.run([self.camipc, "capture", "--quiet", "--frames", "1",
                        "--isolation", "process", "--worker", self.worker,
                        "--output", photograph], check=True)
        options = argparse.Namespace(camipc=self.camipc, isolation="process",
                                     module_path=[self.modules],
                                     worker=[self.worker], scene=photograph)
        step = self.settle.STEP
        result, why = self.settle.capture(
            options, "virtual-rkisp1", 0, f"0=0.5@5000,{step}=4@5000",
            self.folder)
        self.assertIsNone(why)
        luma, error, _ = result
        self.assertLess(self.settle.settled_after(luma, step,
                                                  self.settle.near), 40)
        # The same light has the same colour, of whatever brightness.
        self.assertLess(error[step - 1], 3)
        self.assertLess(error[-1], 1)


if __name__ == "__main__":
    (VirtualCameraTest.camipc, VirtualCameraTest.worker,
     VirtualCameraTest.modules) = sys.argv[1:4]
    VirtualCameraTest.settle = load_settle(sys.argv[4])
    unittest.main(argv=sys.argv[:1], verbosity=2)
