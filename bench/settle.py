#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares how the virtual cameras settle: exposure and white balance of each
IPA under four lights and after a step of light, as a table and a plot.

For people who change an IPA or a model of an image processor. Each run captures
the built-in chart with 'camipc capture', so that what is measured is what an
application gets: the six grey patches of the images. Of a photograph (--scene)
nobody knows what is grey: its mean brightness and its mean colour are measured.
"""

import argparse
import os
import subprocess
import sys
import tempfile

WIDTH, HEIGHT = 320, 240
FRAMES = 140
STEP = 60  # frame of the step of light
LAST = 10  # frames whose mean is the value at the end
LIGHTS = (2800, 4000, 5000, 6500)

# Camera, colour in the plot, and milliseconds that each frame lasts: the
# Raspberry Pi's IPA has threads that need time.
CAMERAS = (("virtual", "softisp", "#1b6ca8", 0),
           ("virtual-rkisp1", "rkisp1", "#c8553d", 0),
           ("virtual-rpi", "rpi", "#3a7d44", 8))

# The greys of the chart, in sRGB, and where they are, in thousandths.
GREYS = (244, 202, 162, 122, 84, 50)
GREY_Y = (50 + 3 * 190 + 40, 50 + 3 * 190 + 150)
MIDDLE = 2  # the patch whose brightness is followed


def grey_box(column):
    left = 50 + column * 150
    return ((left + 40) * WIDTH // 1000, GREY_Y[0] * HEIGHT // 1000,
            (left + 110) * WIDTH // 1000, GREY_Y[1] * HEIGHT // 1000)


def linear(value):
    value /= 255
    if value <= 0.04045:
        return value / 12.92
    return ((value + 0.055) / 1.055) ** 2.4


LINEAR = [linear(value) for value in range(256)]


def mean_of(pixels, box):
    """Returns the mean of a part of an image, linear."""
    left, top, right, bottom = box
    sums = [0.0, 0.0, 0.0]
    for y in range(top, bottom, 2):
        for x in range(left, right, 2):
            at = 3 * (y * WIDTH + x)
            for i in range(3):
                sums[i] += LINEAR[pixels[at + i]]
    n = len(range(top, bottom, 2)) * len(range(left, right, 2))
    return [value / n for value in sums]


def lab(rgb):
    """CIE Lab of linear sRGB; white is D65."""
    red, green, blue = rgb
    xyz = (0.4124 * red + 0.3576 * green + 0.1805 * blue,
           0.2126 * red + 0.7152 * green + 0.0722 * blue,
           0.0193 * red + 0.1192 * green + 0.9505 * blue)
    f = []
    for value, white in zip(xyz, (0.9505, 1.0, 1.0890)):
        value /= white
        f.append(value ** (1 / 3) if value > 0.008856
                 else 7.787 * value + 16 / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def colour_error(pixels):
    """Mean distance of the greys from neutral, Delta E of a and b; patches that
    are clipped tell nothing about colour."""
    errors = []
    for column in range(len(GREYS)):
        rgb = mean_of(pixels, grey_box(column))
        if max(rgb) < 0.98:
            _, a, b = lab(rgb)
            errors.append((a * a + b * b) ** 0.5)
    return sum(errors) / len(errors) if errors else float("nan")


def distance(one, other):
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5


def look_at_photograph(images):
    """Returns the series of its luma, that of how far its mean colour is from
    the last one (Delta E of a and b), and the last one."""
    means = [mean_of(pixels, (0, 0, WIDTH, HEIGHT)) for pixels in images]
    colours = [lab(mean)[1:] for mean in means]
    last = tuple(last_of(series) for series in zip(*colours))
    return ([mean[1] for mean in means],
            [distance(colour, last) for colour in colours], last)


def look_at_chart(images):
    """The same of the middle grey, and of how far the greys are from neutral."""
    errors = [colour_error(pixels) for pixels in images]
    return ([mean_of(pixels, grey_box(MIDDLE))[1] for pixels in images], errors,
            (last_of(errors), 0.0))


def read_ppm(path):
    with open(path, "rb") as file:
        return file.read()[-WIDTH * HEIGHT * 3:]


def capture(options, camera, pace, light, folder):
    """Runs a camera. Returns the series of luma and of colour error with the
    colour at the end, and None; or None, and why the camera could not run."""
    command = [options.camipc, "capture", "--quiet", "--camera", camera,
               "--frames", str(FRAMES), "--size", f"{WIDTH}x{HEIGHT}",
               "--light", light, "--isolation", options.isolation,
               "--output", os.path.join(folder, "%d.ppm")]
    for path in options.module_path:
        command += ["--module-path", path]
    for path in options.worker:
        command += ["--worker", path]
    if pace:
        command += ["--pace", str(pace)]
    if options.scene:
        command += ["--scene", options.scene]
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, check=False)
    except OSError as error:
        raise SystemExit(f"settle.py: cannot run {options.camipc}: "
                         f"{error.strerror}; build it, or name it with "
                         "--camipc") from error
    if run.returncode:
        lines = run.stderr.decode(errors="replace").strip().splitlines()
        return None, (lines or ["it printed nothing"])[-1]
    paths = [os.path.join(folder, f"{frame}.ppm") for frame in range(FRAMES)]
    images = [read_ppm(path) for path in paths]
    for path in paths:
        os.unlink(path)
    look = look_at_photograph if options.scene else look_at_chart
    return look(images), None


def last_of(series):
    return sum(series[-LAST:]) / LAST


def settled_after(series, begin, tolerance):
    """Returns after how many frames a series stays near its last value."""
    last = last_of(series)
    frame = len(series)
    while frame > begin and tolerance(series[frame - 1], last):
        frame -= 1
    return frame - begin


def near(value, last):
    return abs(value / last - 1) < 0.1 if last else value == last


def alike(value, last):
    return abs(value - last) < 1.0


def overshoot(series, begin):
    """Returns how far a series goes beyond its last value, in percent, after it
    has come from the other side."""
    last = last_of(series)
    sign = 1 if series[begin] < last else -1
    beyond = max(sign * (value - last) for value in series[begin:])
    return 100 * max(0.0, beyond) / last if last else 0.0


def lights_of():
    """Pairs of a label and a script of light, and the frame that counts."""
    steps = [("8 x light", f"0=0.5@5000,{STEP}=4@5000", STEP),
             ("light / 8", f"0=4@5000,{STEP}=0.5@5000", STEP)]
    return [(f"{kelvin} K", f"0=1@{kelvin}", 0) for kelvin in LIGHTS] + steps


def measure(options, folder):
    """Runs all cameras. Returns rows of the table and series for the plot."""
    rows, series = [], {}
    for camera, name, _, pace in CAMERAS:
        for label, light, begin in lights_of():
            result, why = capture(options, camera, pace, light, folder)
            # camipc always has softisp.
            if why and (begin or name == "softisp"):
                raise SystemExit(f"settle.py: {name}: {why}")
            if why:
                print(f"{name}: skipped: {why}", file=sys.stderr)
                break
            luma, error, colour = result
            series[name, label] = luma, error
            rows.append((name, label, settled_after(luma, begin, near),
                         overshoot(luma, begin),
                         settled_after(error, begin, alike), colour))
    return rows, series


def print_table(rows, scene):
    """Of a photograph, colours are compared with those under 5000 K."""
    last = "colour" if scene else "greys"
    print(f"{'IPA':10}{'light':12}{'exposure':>10}{'overshoot':>11}"
          f"{'balance':>9}{last:>8}")
    print(f"{'':10}{'':12}{'frames':>10}{'%':>11}{'frames':>9}{'ΔE':>8}")
    usual = {name: colour for name, light, _, _, _, colour in rows
             if light == "5000 K"}
    for name, light, exposure, over, balance, colour in rows:
        origin = usual[name] if scene else (0.0, 0.0)
        print(f"{name:10}{light:12}{exposure:10}{over:11.1f}{balance:9}"
              f"{distance(colour, origin):8.1f}")


# ---- plot --------------------------------------------------------------------

PANEL = (300, 170)
MARGIN = 46


def polyline(values, x0, y0, top, colour):
    width, height = PANEL
    points = " ".join(
        f"{x0 + width * i / (len(values) - 1):.1f},"
        f"{y0 + height * (1 - min(max(value, 0), top) / top):.1f}"
        for i, value in enumerate(values) if value == value)
    return (f'<polyline points="{points}" fill="none" stroke="{colour}" '
            'stroke-width="1.5"/>')


def panel(series, light, which, column, row, top, unit):
    """Draws one light; which: 0 luma, 1 colour error."""
    width, height = PANEL
    x0 = MARGIN + column * (width + MARGIN)
    y0 = MARGIN + row * (height + MARGIN)
    parts = [f'<rect x="{x0}" y="{y0}" width="{width}" height="{height}" '
             'fill="none" stroke="#999"/>',
             f'<text x="{x0}" y="{y0 - 6}">{light}: {unit}, 0 to {top}, '
             f'{FRAMES} frames</text>']
    for _, name, colour, _ in CAMERAS:
        if (name, light) in series:
            parts.append(polyline(series[name, light][which], x0, y0, top,
                                  colour))
    return parts


def check_plot(path):
    """Before the cameras run: whether the plot can be written."""
    if os.path.isdir(path) or not os.access(os.path.dirname(path) or ".",
                                            os.W_OK):
        raise SystemExit(f"settle.py: --plot {path}: expected the name of a "
                         "file in a folder that can be written")


def write_plot(series, path, scene):
    lights = [label for label, _, _ in lights_of()]
    units = (("mean, linear", "ΔE from the last colour") if scene else
             ("middle grey, linear", "ΔE of the greys"))
    width = MARGIN + 2 * (PANEL[0] + MARGIN)
    height = MARGIN + len(lights) * (PANEL[1] + MARGIN) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
             f'height="{height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for row, light in enumerate(lights):
        parts += panel(series, light, 0, 0, row, 1.0, units[0])
        parts += panel(series, light, 1, 1, row, 40, units[1])
    for i, (_, name, colour, _) in enumerate(CAMERAS):
        parts.append(f'<text x="{MARGIN + 100 * i}" y="{height - 12}" '
                     f'fill="{colour}">{name}</text>')
    parts.append("</svg>\n")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(parts))
    except OSError as error:
        raise SystemExit(f"settle.py: --plot {path}: cannot be written: "
                         f"{error.strerror}") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--camipc", default="build/tools/camipc",
                        help="the program; default: that of build/")
    parser.add_argument("--module-path", action="append", default=[],
                        help="folder with IPA modules; may be repeated")
    parser.add_argument("--worker", action="append", default=[],
                        help="program that runs isolated modules")
    parser.add_argument("--isolation", default="process",
                        help="where the IPAs run; default: process")
    parser.add_argument("--scene", metavar="FILE",
                        help="a photograph, PNG or JPEG, instead of the chart")
    parser.add_argument("--plot", metavar="FILE.svg",
                        help="write a plot of all series")
    options = parser.parse_args()
    if options.plot:
        check_plot(options.plot)
    with tempfile.TemporaryDirectory() as folder:
        rows, series = measure(options, folder)
    print_table(rows, options.scene)
    if options.plot:
        write_plot(series, options.plot, options.scene)


if __name__ == "__main__":
    main()
