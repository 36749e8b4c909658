# SPDX-License-Identifier: MIT
"""Makes the demo's page: one HTML file that needs no other file and no network.
"""

import base64
import html
import json
import struct
import zlib

import plots

STYLE = """
:root { color-scheme: light dark;
  --back: #fbfaf8; --ink: #1d1d1f; --soft: #6a6a70; --rule: #dcdad4;
  --card: #ffffff; --good: #1a7f4b; --bad: #c0322b;
  --a: #2463c9; --b: #d0610c; --c: #3d8a4a; }
@media (prefers-color-scheme: dark) { :root {
  --back: #151618; --ink: #ececee; --soft: #9c9ca4; --rule: #34363b;
  --card: #1d1f22; --good: #4cc38a; --bad: #ff7a70;
  --a: #76a9ff; --b: #ff9e4f; --c: #7ecb8c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.2rem 4rem; max-width: 66rem;
  background: var(--back); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .6rem;
  letter-spacing: -.02em; text-wrap: balance; }
h2 { font-size: 1.3rem; margin: 3rem 0 .4rem; letter-spacing: -.01em; }
p { max-width: 46rem; margin: .4rem 0 1rem; }
.soft, figcaption, footer { color: var(--soft); }
.verdict { display: inline-block; font-weight: 600; padding: .3rem .8rem;
  border: 1.5px solid; border-radius: 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.numbers { display: grid; gap: 1rem; margin: 1.6rem 0;
  grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
.numbers div { border-top: 2px solid var(--rule); padding-top: .5rem; }
.numbers b { display: block; font-size: 1.5rem; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem;
  margin: 0 0 1.6rem; }
figure { margin: 0; min-width: 0; }
figure img { display: block; width: 100%; height: auto; border-radius: 6px;
  background: #000; }
figcaption { font-size: .86rem; padding-top: .35rem; line-height: 1.4; }
.plots { display: grid; gap: 1.4rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.plots figure, pre { background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; padding: .9rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
svg text.key { font-weight: 600; }
svg .a { color: var(--a); } svg .b { color: var(--b); }
svg .c { color: var(--c); } svg .d { color: var(--soft); }
svg text.key { fill: currentColor; }
svg .line { fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linejoin: round; }
svg .line.d { stroke-dasharray: 4 3; }
svg .area { fill: currentColor; fill-opacity: .28; stroke: currentColor;
  stroke-width: 1.2; }
svg .grid { stroke: var(--rule); stroke-width: .7; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .mark { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .55rem .8rem .55rem 0; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
td.n, th.n { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
code, pre { font: .84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas,
  monospace; }
pre { overflow-x: auto; }
td small { color: var(--soft); display: block; overflow-wrap: anywhere; }
footer { margin-top: 3rem; font-size: .86rem;
  border-top: 1px solid var(--rule); padding-top: 1rem; }
@media (max-width: 44rem) {
  body { padding-top: 1.4rem; } h1 { font-size: 1.6rem; }
  table, tbody, tr, td { display: block; width: 100%; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--rule); padding: .7rem 0; }
  td, td.n { border: 0; padding: .1rem 0; text-align: left;
    white-space: normal; }
  td[data-is]::before { content: attr(data-is) ": "; color: var(--soft); } }
"""


def escape(text):
    return html.escape(str(text), quote=True)


# --- pictures ----------------------------------------------------------------

def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png_of_ppm(data):
    """A PNG of a binary PPM; each pixel is stored as it differs from the one
    at its left, which packs better."""
    magic, size, depth, pixels = data.split(b"\n", 3)
    width, height = (int(word) for word in size.split())
    if magic != b"P6" or depth != b"255" or len(pixels) != 3 * width * height:
        raise ValueError("not a PPM file of 8 bits")
    rows = []
    for y in range(height):
        row = pixels[3 * width * y:3 * width * (y + 1)]
        rows.append(b"\1" + row[:3] + bytes(
            (here - left) & 255 for here, left in zip(row[3:], row)))
    # Noise has no strings worth a search, so this is smaller and faster.
    packer = zlib.compressobj(3, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    packed = packer.compress(b"".join(rows)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0,
                                       0)) +
            chunk(b"IDAT", packed) +
            chunk(b"IEND", b""))


def picture(run, name, caption):
    fact = run.pictures.get(name)
    if not fact:
        return ""
    with open(fact["file"], "rb") as file:
        data = base64.b64encode(png_of_ppm(file.read())).decode()
    return ('<figure><img alt="%s" src="data:image/png;base64,%s">'
            "<figcaption>Frame %d: %s</figcaption></figure>"
            % (escape(caption), data, fact["frame"], escape(caption)))


def pair(*figures):
    return '<div class="pair">%s</div>' % "".join(figures)


def pictures(run):
    def at(name):
        return run.pictures[name]["frame"] / 30
    return "".join((
        pair(picture(run, "sensor", "what the sensor sees in warm light"),
             picture(run, "warm", "the same with the parameters of the IPA: "
                     "grey is grey")),
        pair(picture(run, "dark-first", "the light goes out"),
             picture(run, "dark", "%.1f s later: exposure and gain have "
                     "followed; the noise is the sensor's"
                     % (at("dark") - at("dark-first")))),
        pair(picture(run, "day-first",
                     "daylight, with the settings of the night"),
             picture(run, "day", "%.1f s later"
                     % (at("day") - at("day-first"))))))


def comparison(run):
    return "".join((
        pair(picture(run, "day-thread", "IPA in a thread"),
             picture(run, "day", "IPA in a worker process")),
        "<p>%s.</p>" % escape(run.verdict())))


# --- plots -------------------------------------------------------------------

def figure(svg, caption):
    return "<figure>%s<figcaption>%s</figcaption></figure>" % (
        svg, escape(caption))


def light_marks(plot, run):
    n = len(run.frames)
    plot.mark(n // 3, "dark")
    plot.mark(2 * n // 3, "daylight")


def frame_plot(run, title, y_label, lines, low=0.0):
    """A plot over the frames; lines are (values, kind, name)."""
    top = max(max(values) for values, _, _ in lines) * 1.1
    plot = plots.Plot(title, (0, len(run.frames) - 1), (low, top), "frame",
                      y_label)
    light_marks(plot, run)
    for values, kind, name in lines:
        plot.line(list(enumerate(values)), kind, name)
    return plot.svg()


def algorithm_plots(run):
    # An IPA need not say everything with each frame.
    data = []
    known = {"AnalogueGain": 1, "DigitalGain": 1, "ExposureTime": 0,
             "ColourTemperature": 0}
    for frame in run.frames:
        known.update(frame["metadata"])
        data.append(dict(known))
    figures = [
        figure(frame_plot(
            run, "Exposure time", "ms",
            [([d["ExposureTime"] / 1000 for d in data], "a", "exposure")]),
            "Exposure time. The sensor takes a new setting two frames later."),
        figure(frame_plot(
            run, "Gain", "factor",
            [([d["AnalogueGain"] * d["DigitalGain"] for d in data], "b",
              "gain")]),
            "Gain moves where the exposure is at its end: in the dark."),
        figure(frame_plot(
            run, "Colour temperature", "K",
            [([d["light"]["kelvin"] for d in data], "d", "light"),
             ([d["ColourTemperature"] for d in data], "c", "estimate")],
            2000),
            "Colour temperature of the light, and what the IPA makes of it."),
    ]
    if run.grey:
        plot = plots.Plot("Grey patch of the chart", (0, len(data) - 1),
                          (0.7, 1.3), "frame", "ratio")
        light_marks(plot, run)
        for i, kind, name in ((0, "b", "red/green"), (2, "a", "blue/green")):
            plot.line([(n, grey[i] / max(grey[1], 1))
                       for n, grey in enumerate(run.grey)], kind, name)
        figures.append(figure(
            plot.svg(), "The chart's grey patch in the picture: white balance "
            "is right where both ratios are 1. The first frame in daylight is "
            "white all over."))
    return '<div class="plots">%s</div>' % "".join(figures)


def latency_plots(run):
    thread = [frame["thread_us"] / 1000 for frame in run.frames]
    process = [frame["process_us"] / 1000 for frame in run.frames]
    top = max(plots.percentile(thread + process, 98) * 1.2, 0.001)
    plot = plots.Plot("Time of each frame", (0, len(thread) - 1), (0, top),
                      "frame", "ms")
    plot.line(list(enumerate(thread)), "a", "thread")
    plot.line(list(enumerate(process)), "b", "process")
    found = figure(
        plot.svg(), "A whole frame, from sensor to image. Peaks are the "
        "machine's other work.")
    if not run.calls:
        return '<div class="plots">%s</div>' % found
    calls = plots.histogram(
        [([max(ns, 1) / 1000 for ns in run.calls["thread"]], "a", "thread"),
         ([max(ns, 1) / 1000 for ns in run.calls["process"]], "b",
          "process")], "Time of a call", "µs")
    return '<div class="plots">%s%s</div>' % (
        figure(calls, "A call and its answer: %d calls each. Isolation adds "
               "%.1f µs at the median." % (len(run.calls["thread"]),
                                           run.call_us("process") -
                                           run.call_us("thread"))), found)


# --- attacks -----------------------------------------------------------------

def attack_row(attack):
    seen = ('<code>%s</code>, <code>%s</code><small>%s</small>'
            % (escape(attack["reason"]), escape(attack["error"]),
               escape(attack["text"])))
    if not attack["ended"]:
        seen = ("the IPA goes on; <code>%s</code><small>%s</small>"
                % (escape(attack["error"]), escape(attack["note"])))
    return ("<tr><td>The IPA <b>%s</b></td>"
            '<td data-is="the camera process sees">%s</td>'
            '<td class="n" data-is="after">%.1f ms</td>'
            '<td class="n" data-is="next good frame">%.1f ms</td>'
            '<td class="n" data-is="largest gap of the other camera, before '
            'and meanwhile">%.0f / %.0f ms</td>'
            '<td class="%s">%s</td></tr>'
            % (escape(attack["title"]), seen, attack["seen_ms"],
               attack["next_ms"], attack["gap_before_ms"], attack["gap_ms"],
               "good" if attack["held"] else "bad",
               "held" if attack["held"] else "did not hold"))


def sandbox(facts):
    """Which layers of the sandbox these workers had."""
    if not facts.layers:
        return ""
    return "<p><b>Sandbox of these workers:</b> %s.</p>" % "; ".join(
        "%s <span class=\"%s\">%s</span>%s"
        % (escape(layer["name"]),
           "good" if layer["state"] == "reached" else "soft",
           escape(layer["state"]),
           escape(" (%s)" % layer["why"] if layer["why"] else ""))
        for layer in facts.layers)


def attacks(facts):
    rows = "".join(attack_row(attack) for attack in facts.attacks)
    running = "" if facts.is_whole else \
        "<p><b>The attacks are still running: reload this page.</b></p>"
    crash = next((attack["backtrace"] for attack in facts.attacks
                  if attack["backtrace"]), "")
    return (
        "<h2>When the IPA goes wrong</h2>"
        "<p>In each row the IPA of a camera does harm. The table shows what "
        "the pipeline handler sees, in how many milliseconds, and when the "
        "camera has its next good frame: of the same IPA, of one that was "
        "restarted, or of a new one that the pipeline handler has made. All the time a second camera in the "
        "same process takes 30 frames per second; the largest time between "
        "two of its frames shows whether it was disturbed.</p>" + running +
        "<table><thead><tr><th>Attack</th><th>The camera process sees</th>"
        '<th class="n">after</th><th class="n">next frame</th>'
        '<th class="n">gap before / meanwhile</th><th></th></tr></thead>'
        "<tbody>" + rows + "</tbody></table>" + sandbox(facts) +
        ("<h2>The crash report</h2><p>Of the IPA that read through a null "
         "pointer, as <code>camipc capture</code> prints it.</p><pre>%s</pre>"
         % escape(crash) if crash else ""))


# --- the page ----------------------------------------------------------------

def numbers(facts):
    runs = [run for run in facts.runs.values() if not run.is_rough]
    worst = max((attack["seen_ms"] for attack in facts.attacks), default=None)
    gap = max((attack["gap_ms"] for attack in facts.attacks), default=None)
    cells = [("%d of %d" % (sum(run.same for run in runs),
                            sum(len(run.frames) for run in runs)),
              "frames identical, in a thread and isolated")]
    cells += [("%.1f / %.1f µs" % (run.call_us("thread"),
                                   run.call_us("process")),
               "a call, in a thread / isolated (median)")
              for run in runs if run.calls]
    if worst is not None:
        cells += [
            ("%.0f ms" % worst, "until the slowest fault was seen"),
            ("%.0f ms" % gap, "largest gap of the second camera"),
        ]
    return '<div class="numbers">%s</div>' % "".join(
        "<div><b>%s</b>%s</div>" % (escape(value), escape(what))
        for value, what in cells)


def section(run):
    """Everything about a camera that was compared with itself."""
    return "".join((
        "<h2>What the IPA does: camera %s</h2>" % escape(run.camera),
        "<p>The IPA is the part of a camera stack that often comes from a "
        "vendor: it computes exposure, white balance and colours. The scene "
        "starts under a light bulb of 2500 K, becomes nearly as dark as night, "
        "and ends under a cloudy sky of 6500 K.</p>",
        pictures(run),
        "<h2>In a thread, and isolated</h2>",
        "<p>The same module runs twice: in a thread of the camera process, "
        "and in a worker process, which can neither crash nor change that "
        "process. Both cameras take the same frames.</p>",
        comparison(run),
        # Frames that were paced tell nothing about time.
        "" if run.is_rough else
        "<h2>What isolation costs</h2>" + latency_plots(run),
        "<h2>How the IPA follows the light</h2>", algorithm_plots(run)))


def verdict(facts):
    if not facts.is_whole:
        return '<span class="verdict">still running</span>'
    failures = facts.failures()
    if not failures:
        return '<span class="verdict good">All of it held.</span>'
    return '<span class="verdict bad">Did not hold: %s</span>' % escape(
        ", ".join(failures))


def make(facts):
    """The page's text."""
    data = json.dumps(facts.summary()).replace("<", "\\u003c")
    return "".join((
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, '
        'initial-scale=1"><title>camipc demo</title><style>', STYLE,
        "</style></head><body><h1>A camera that survives its image "
        "algorithms</h1>",
        "<p>camipc runs the image algorithms of a camera in a process of "
        "their own, as if they were a library. This page shows one run of "
        "<code>./dev demo</code> on this machine.</p>",
        verdict(facts), numbers(facts),
        "".join(section(run) for run in facts.runs.values()), attacks(facts),
        "<footer>%s. Scene: %s.</footer>"
        % (escape(facts.machine), escape(facts.scene)),
        '<script type="application/json" id="facts">', data,
        "</script></body></html>\n"))
