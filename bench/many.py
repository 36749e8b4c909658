#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws what 'camipc-many --json FILE' has measured.

usage: many.py FILE PICTURE.png

For each camera, the 99th percentile of its frames' times in each half second. A
line marks the moment at which a worker was killed, another one that at which a
camera was unplugged: the other cameras should not show them.
"""

import json
import sys

WINDOW = 0.5  # seconds
NEEDED = ("cameras", "rate", "width", "height", "seconds", "killed", "kill_s",
          "unplugged", "unplug_s", "frames")


class PlotError(Exception):
    """A reason to stop, in one line."""


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            run = json.load(file)
    except OSError as error:
        raise PlotError("cannot read %s: %s" % (path, error.strerror))
    except ValueError:
        run = None
    if not isinstance(run, dict) or any(key not in run for key in NEEDED):
        raise PlotError("%s is not what camipc-many --json writes" % path)
    return run


def percentile(values, percent):
    """The smallest value that this part of the values does not exceed."""
    ordered = sorted(values)
    at = -(-len(ordered) * percent // 100) - 1
    return ordered[max(0, at)]


def windows(run, camera):
    """The middle of each window, and the 99th percentile there."""
    times = {}
    for number, due, took in run["frames"]:
        if number == camera:
            times.setdefault(int(due / WINDOW), []).append(took)
    return [((at + 0.5) * WINDOW, percentile(times[at], 99))
            for at in sorted(times)]


def draw(run, path):
    try:
        import matplotlib
    except ImportError:
        raise PlotError("the Python module matplotlib is missing; on Debian: "
                        "apt-get install python3-matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(11, 5.5), constrained_layout=True)
    for camera in range(run["cameras"]):
        points = windows(run, camera)
        if not points:
            continue
        note = (" (killed)" if camera == run["killed"] else
                " (unplugged)" if camera == run["unplugged"] else "")
        axes.plot(*zip(*points), marker=".", label="camera %d%s" % (
            camera, note), linewidth=2.5 if note else 1)
    for at, text in ((run["kill_s"], "worker killed"),
                     (run["unplug_s"], "camera unplugged")):
        axes.axvline(at, color="black", linestyle="--", linewidth=1)
        axes.annotate(text, (at, 0.98), xycoords=("data", "axes fraction"),
                      rotation=90, va="top", ha="right", fontsize=8)
    axes.axhline(1000 / run["rate"], color="grey", linestyle=":", linewidth=1,
                 label="the time of a frame")
    axes.set_yscale("log")
    axes.set_xlabel("seconds")
    axes.set_ylabel("ms until a frame is complete, 99 %% of %g s" % WINDOW)
    axes.set_title("%d cameras in one process, isolated, %dx%d, %d frames per "
                   "second" % (run["cameras"], run["width"], run["height"],
                               run["rate"]))
    axes.legend(frameon=False, fontsize=8, loc="center left",
                bbox_to_anchor=(1, 0.5))
    try:
        figure.savefig(path, dpi=100)
    except OSError as error:
        raise PlotError("cannot write %s: %s" % (path, error.strerror))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        draw(read(arguments[0]), arguments[1])
    except PlotError as error:
        print("many.py: %s" % error, file=sys.stderr)
        return 1
    print("many.py: %s" % arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
