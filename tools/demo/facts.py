# SPDX-License-Identifier: MIT
"""What a run of the demo has shown: collected from camipc-demo's facts, put
into words, and judged.
"""

import itertools
import os
import platform
import statistics

# A grey patch is grey if its colours differ by no more than this, in percent
# of the largest: what an eye does not see.
GREY_PERCENT = 4.0

# The table of attacks on a terminal; the gap is between two frames.
ATTACK_LINE = "%-12s  %-32s %10s %11s  %s"
ATTACK_HEADER = ATTACK_LINE % (
    "IPA", "what the camera process saw", "after", "next frame",
    "2nd camera's gap (before)")

# Lines of a crash report on a terminal; the page has all of it.
CRASH_LINES = 2

# Frames after which exposure and white balance have settled.
SETTLED = 35


class Run:
    """A camera, with its IPA in a thread and isolated."""

    def __init__(self, camera):
        self.camera = camera
        self.frames = []
        self.pictures = {}
        self.calls = {}
        self.same = 0
        self.similar = 0
        self.is_rough = False
        self.has_held = False

    @property
    def grey(self):
        """Of each frame: red, green and blue of the grey patch, in hundredths;
        empty with a photograph."""
        return [frame["grey_percent"] for frame in self.frames
                if "grey_percent" in frame]

    def call_us(self, isolation):
        return statistics.median(self.calls[isolation]) / 1000

    def frame_ms(self, isolation):
        return statistics.median(frame[isolation + "_us"]
                                 for frame in self.frames) / 1000

    def tint(self):
        """How far the grey patch is from grey where the light has been the
        same for long, in percent; None if that is not known."""
        n = len(self.frames)
        if self.is_rough or not self.grey or n // 3 < SETTLED:
            return None
        return max(100 * (1 - min(self.grey[i]) / max(self.grey[i]))
                   for i in (n // 3 - 1, 2 * n // 3 - 1, n - 1))

    def verdict(self):
        """How alike the two sides are."""
        if self.is_rough:
            return "%d of %d frames agree: exposure and gain equal, colour " \
                "temperature within 1 %%" % (self.similar, len(self.frames))
        return "%d of %d frames are identical: image, raw frame, metadata" % (
            self.same, len(self.frames))

    def lines(self):
        """The run in words, for a terminal."""
        if self.is_rough:
            return "%-12s %s" % (self.camera, self.verdict())
        found = [
            "%-12s %s" % (self.camera, self.verdict()),
            "a frame      %.1f ms in a thread, %.1f ms isolated (median)"
            % (self.frame_ms("thread"), self.frame_ms("process"))]
        if self.calls:
            found.append("a call       %.1f µs in a thread, %.1f µs isolated "
                         "(median of %d)" % (self.call_us("thread"),
                                             self.call_us("process"),
                                             len(self.calls["thread"])))
        tint = self.tint()
        if tint is not None:
            found.append("grey         differs from grey by at most %.1f %%: "
                         "in warm light, in the dark, in daylight" % tint)
        return "\n".join(found)

    def failures(self):
        found = []
        if not self.has_held:
            found.append(self.camera + " (frames differ)")
        tint = self.tint()
        if tint is not None and tint > GREY_PERCENT:
            found.append(self.camera + " (white balance)")
        return found

    def summary(self):
        return {
            "camera": self.camera,
            "frames": len(self.frames),
            "same": self.same,
            "similar": self.similar,
            "rough": self.is_rough,
            "hashes": [frame["process_hash"] for frame in self.frames],
            "frame_ms": {isolation: self.frame_ms(isolation)
                         for isolation in ("thread", "process")},
            "call_us": {isolation: self.call_us(isolation)
                        for isolation in self.calls},
            "tint_percent": self.tint(),
        }


class Facts:
    """Everything that was seen."""

    def __init__(self, photo, no_real):
        self.no_real = no_real
        self.runs = {}
        self.layers = []
        self.attacks = []
        self.is_whole = False
        self.scene = photo or "the built-in chart"
        self.machine = "%d processors, Linux %s" % (os.cpu_count() or 1,
                                                    platform.release())

    def add(self, fact):
        """Takes a fact. Returns lines about it, or None."""
        kind = fact.pop("fact")
        if kind == "attack":
            fact["note"] = note_of(fact)
            self.attacks.append(fact)
            return attack_lines(fact)
        if kind == "layer":
            self.layers.append(fact)
            return None
        if kind == "left-out":
            # A reader of the page asked for it, and knows.
            return None if self.no_real else "%-12s left out: %s" % (
                fact["camera"], fact["why"])
        run = self.runs.setdefault(fact["camera"], Run(fact["camera"]))
        if kind == "frame":
            run.frames.append(fact)
        elif kind == "picture":
            run.pictures[fact["name"]] = fact
        elif kind == "calls":
            run.calls[fact["isolation"]] = fact["ns"]
        elif kind == "comparison":
            run.same = fact["same"]
            run.similar = fact["similar"]
            run.is_rough = fact["rough"]
            run.has_held = fact["held"]
            return run.lines()
        return None

    def sandbox(self):
        """The layers of the worker's sandbox, in words."""
        found = ["%s %s" % (layer["name"], layer["state"]) +
                 (" (%s)" % layer["why"] if layer["why"] else "")
                 for layer in self.layers if layer["state"] != "reached"]
        return "%d of %d layers%s" % (
            len(self.layers) - len(found), len(self.layers),
            ": " + "; ".join(found) if found else "")

    def failures(self):
        """Names of what did not hold."""
        found = [name for run in self.runs.values() for name in run.failures()]
        found += [attack["name"] if not attack["expected"]
                  else attack["name"] + " (second camera)"
                  for attack in self.attacks if not attack["held"]]
        if not self.is_whole:
            found.append("the run ended early")
        return found

    def summary(self):
        """What programs may want to read in the page."""
        return {
            "whole": self.is_whole,
            "failures": self.failures(),
            "scene": self.scene,
            "runs": [run.summary() for run in self.runs.values()],
            "layers": self.layers,
            "attacks": [{name: value for name, value in attack.items()
                         if name != "backtrace"} for attack in self.attacks],
        }


def note_of(attack):
    """What happened to an IPA that goes on."""
    if attack["ended"]:
        return ""
    if attack["restarted"]:
        return "%s; frames without an IPA: %d" % (
            attack["text"], attack["frames_without_ipa"])
    if attack["said"]:
        return attack["said"]
    if attack["error"] == "0":
        return "%d lines reached the log, the others were counted and " \
            "dropped" % attack["log_lines"]
    return "%s; %d settings of the sensor were out of range and clamped" % (
        attack["text"], attack["clamped"])


def attack_lines(attack):
    """One line: what was seen, how fast, and the other camera's stream; and
    after a crash, the functions of the IPA in which it was."""
    if attack["ended"]:
        seen = "%s, %s" % (attack["reason"], attack["error"])
    elif attack["restarted"]:
        seen = "restarted, frames without IPA: %d" % (
            attack["frames_without_ipa"])
    elif attack["said"]:
        seen = "EPERM each time, goes on"
    elif attack["error"] == "0":
        seen = "%d lines logged, goes on" % attack["log_lines"]
    else:
        seen = "%s, %d clamped, goes on" % (attack["error"],
                                            attack["clamped"])
    places = list(itertools.takewhile(lambda line: " at " in line,
                                      attack["backtrace"].splitlines()))
    return ATTACK_LINE % (
        attack["name"], seen, "%.1f ms" % attack["seen_ms"],
        "%.1f ms" % attack["next_ms"],
        "%.0f ms (%.0f ms)" % (attack["gap_ms"], attack["gap_before_ms"])) + (
            "" if attack["held"] else "  DID NOT HOLD") + "".join(
                "\n  " + line for line in places[:CRASH_LINES])
