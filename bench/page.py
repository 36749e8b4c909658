#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws one page from bench.json: what isolation costs, beside the floors.

usage: page.py BENCH.json PAGE.html PICTURE.png

The picture has three parts: how the times of each transport are distributed
beside its floor, what a call costs with more proxies, and what a table costs in
messages and in a shared buffer. The page shows it above a table of all rows that
have a floor. Rows that were not measured are left out; with none at all it is an
error. Exits 1 if a file cannot be read or written.
"""

import base64
import html
import json
import sys

# What a caller waits for, in the order of the picture.
TIMES = [
    ("call, thread", "rtt.thread.same_core"),
    ("call, shared memory", "rtt.process.shm.same_core"),
    ("call, socket", "rtt.process.socket.same_core"),
    ("event, thread", "event.thread.wait.same_core"),
    ("event, shared memory", "event.process.shm.wait.same_core"),
    ("event, socket", "event.process.socket.poll.same_core"),
    ("frame, thread", "frame.thread.wait.same_core"),
    ("frame, shared memory", "frame.process.shm.wait.same_core"),
    ("frame, socket", "frame.process.socket.poll.same_core"),
]
SIZES = [("1k", 1), ("4k", 4), ("16k", 16), ("64k", 64), ("256k", 256),
         ("1m", 1024), ("4m", 4096)]
WAYS = [("in a message, socket", "socket"),
        ("in a message, shared memory", "shm"),
        ("in a shared buffer", "shared")]
COUNTS = (1, 4, 16, 64)
OURS, FLOOR = "#1f5fa8", "#9a9a9a"


class PageError(Exception):
    """What is wrong with a file, for people."""


def read_rows(path):
    """Name -> row of bench.json."""
    try:
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
        return {row["name"]: row for row in rows}
    except OSError as error:
        raise PageError("cannot read %s: %s" % (path, error.strerror))
    except (ValueError, TypeError, KeyError):
        raise PageError("%s is not what camipc-bench --json writes" % path)


def times_of(rows):
    """(label, row, row of its floor) of each time that was measured."""
    return [(label, rows[name], rows.get(rows[name].get("floor_name")))
            for label, name in TIMES if name in rows]


def series_of(rows, names):
    """(x, microseconds) of each row that was measured."""
    return [(x, rows[name]["p50_ns"] / 1000) for x, name in names
            if name in rows]


def draw_times(axes, times):
    """A line from the 1st to the 99th percentile, a bar for the middle half, and
    a stroke at the median; the floor's below, in grey."""
    for at, (_, row, floor) in enumerate(times):
        for one, colour, shift in ((row, OURS, -0.17), (floor, FLOOR, 0.17)):
            if one is None:
                continue
            at_ns = {float(key): value / 1000 for key, value
                     in one["percentiles_ns"].items()}
            axes.plot([at_ns[1], at_ns[99]], [at + shift] * 2, color=colour,
                      linewidth=1)
            axes.plot([at_ns[25], at_ns[75]], [at + shift] * 2, color=colour,
                      linewidth=7, solid_capstyle="butt")
            axes.plot([at_ns[50]] * 2, [at + shift - 0.16, at + shift + 0.16],
                      color="black", linewidth=1.5)
    axes.set_yticks(range(len(times)))
    axes.set_yticklabels([
        label + (", %.2f x" % row["ratio"] if row.get("ratio") else "")
        for label, row, _ in times])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("microseconds; blue: camipc, grey: its floor")
    axes.set_title("Both sides on one processor")


def draw_series(axes, series, title, label):
    for name, points, colour, style in series:
        if points:
            axes.plot(*zip(*points), style, color=colour, label=name)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlabel(label)
    axes.set_ylabel("microseconds")
    axes.set_title(title)
    if any(points for _, points, _, _ in series):
        axes.legend(frameon=False, fontsize=8)


def draw(rows, path):
    try:
        import matplotlib
    except ImportError:
        raise PageError("the Python module matplotlib is missing; on Debian: "
                        "apt-get install python3-matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter
    figure = pyplot.figure(figsize=(13, 8), constrained_layout=True)
    grid = figure.add_gridspec(2, 2, width_ratios=(3, 2))
    times = times_of(rows)
    left = figure.add_subplot(grid[:, 0])
    draw_times(left, times)
    plain = FuncFormatter(lambda value, _: "%g" % value)
    many = figure.add_subplot(grid[0, 1])
    draw_series(many, [
        ("a call in turn", series_of(rows, [
            (n, "many.shm.%d" % n) for n in COUNTS]), OURS, "o-"),
        ("its floor", series_of(rows, [
            (n, "floor.many.%d" % n) for n in COUNTS]), FLOOR, "o--")],
        "A call, with more proxies", "proxies, each with a worker")
    tables = figure.add_subplot(grid[1, 1])
    draw_series(tables, [
        (name, series_of(rows, [(kib, "table.%s.%s" % (size, way))
                                for size, kib in SIZES]), colour, style)
        for (name, way), colour, style in zip(
            WAYS, ("#c0504d", OURS, "#4f9d4f"), ("o-", "o-", "o-"))],
        "A table, written and read", "KiB")
    for axis in (left.xaxis, many.xaxis, many.yaxis, tables.xaxis,
                 tables.yaxis):
        axis.set_major_formatter(plain)
        axis.set_minor_formatter(plain)
    # Powers of ten are enough for such a range.
    tables.yaxis.set_minor_formatter("")
    figure.savefig(path, dpi=100)


PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>What isolation costs</title>
<style>body{font:15px sans-serif;margin:2em auto;max-width:1300px}
img{width:100%%}td,th{padding:2px 12px;text-align:right}
td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#f4f4f4}
</style><h1>What isolation costs</h1>
<p>Each figure stands beside its floor from the same run: what the kernel, or a shared
buffer, takes for the same way. Compare ratios, not times of two machines.</p>
<p><img alt="Distributions and growth" src="data:image/png;base64,%s"></p>
<table><tr><th>case<th>median, \u00b5s<th>99th percentile, \u00b5s<th>floor
<th>floor, \u00b5s<th>ratio</tr>
%s</table></html>
"""


def table_of(rows):
    lines = []
    for name, row in rows.items():
        if row.get("ratio") is None:
            continue
        lines.append("<tr><td>%s<td>%.2f<td>%.2f<td>%s<td>%.2f<td>%.2f</tr>" % (
            html.escape(name), row["p50_ns"] / 1000, row["p99_ns"] / 1000,
            html.escape(row["floor_name"]), row["floor"] / 1000, row["ratio"]))
    return "\n".join(lines)


def main(arguments):
    if len(arguments) != 3:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    source, page, picture = arguments
    try:
        rows = read_rows(source)
        if not times_of(rows):
            raise PageError("%s has no rows of calls: run camipc-bench without "
                            "--filter" % source)
        draw(rows, picture)
        with open(picture, "rb") as file:
            data = base64.b64encode(file.read()).decode("ascii")
        with open(page, "w", encoding="utf-8") as file:
            file.write(PAGE % (data, table_of(rows)))
    except OSError as error:
        print("page.py: cannot write %s: %s" % (error.filename,
                                                error.strerror),
              file=sys.stderr)
        return 1
    except PageError as error:
        print("page.py: %s" % error, file=sys.stderr)
        return 1
    print("page.py: %s and %s" % (page, picture))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
