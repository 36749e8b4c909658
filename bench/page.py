#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws one page from bench.json: what isolation costs, beside the floors.

usage: page.py BENCH.json PAGE.html PICTURE.png

The picture has five parts: how the times of each transport are distributed
beside its floor, what a call costs with more proxies, what a table costs in
messages and in a shared buffer, the slowest frames while all processors are busy,
and a call beside those of other libraries. The page shows it above tables of all
rows that are compared. Rows and parts that were not measured are left out; with no
calls at all it is an error. Exits 1 if a file cannot be read or written.
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
# The slowest frames, from the median to the percentile that is compared.
TAILS = [
    ("shared memory", "frame.process.shm.wait.busy.same_core"),
    ("shared memory, FIFO", "frame.process.shm.wait.busy_fifo.same_core"),
    ("shared memory, 2 cores", "frame.process.shm.wait.busy.cross_core"),
    ("shared memory, 2 cores, FIFO",
     "frame.process.shm.wait.busy_fifo.cross_core"),
    ("socket", "frame.process.socket.wait.busy.same_core"),
    ("socket, FIFO", "frame.process.socket.wait.busy_fifo.same_core"),
]
OUR_CALL = "rtt.process.shm.same_core"
PEERS = [
    ("camipc, shared memory", OUR_CALL),
    ("sd-bus", "rtt.peer.sd_bus.same_core"),
    ("Cap'n Proto RPC", "rtt.peer.capnp_rpc.same_core"),
    ("ZeroMQ", "rtt.peer.zeromq.same_core"),
    ("nng", "rtt.peer.nng.same_core"),
    ("gRPC", "rtt.peer.grpc.same_core"),
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


def times_of(rows, names):
    """(label, row, row of its floor) of each time that was measured."""
    return [(label, rows[name], rows.get(rows[name].get("floor_name")))
            for label, name in names if name in rows]


def peers_of(rows):
    """(label, row) of our call and others'; nothing if others were not measured."""
    found = [(label, rows[name]) for label, name in PEERS if name in rows]
    if len(found) < 2 or OUR_CALL not in rows:
        return []
    return found[:1] + sorted(found[1:], key=lambda peer: peer[1]["p50_ns"])


def series_of(rows, names):
    """(x, microseconds) of each row that was measured."""
    return [(x, rows[name]["p50_ns"] / 1000) for x, name in names
            if name in rows]


def name_bars(axes, labels):
    axes.set_yticks(range(len(labels)))
    axes.set_yticklabels(labels)
    axes.invert_yaxis()


def draw_times(axes, times, last, title):
    """A line from the 1st to the last percentile, a bar for the middle half, and
    a stroke at the median; the floor's below, in grey."""
    for at, (_, row, floor) in enumerate(times):
        for one, colour, shift in ((row, OURS, -0.17), (floor, FLOOR, 0.17)):
            if one is None:
                continue
            at_ns = {float(key): value / 1000 for key, value
                     in one["percentiles_ns"].items()}
            axes.plot([at_ns[1], at_ns[last]], [at + shift] * 2, color=colour,
                      linewidth=1)
            axes.plot([at_ns[25], at_ns[75]], [at + shift] * 2, color=colour,
                      linewidth=7, solid_capstyle="butt")
            axes.plot([at_ns[50]] * 2, [at + shift - 0.16, at + shift + 0.16],
                      color="black", linewidth=1.5)
    name_bars(axes, [
        label + (", %.2f x" % row["ratio"] if row.get("ratio") else "")
        for label, row, _ in times])
    axes.set_xscale("log")
    axes.set_xlabel("microseconds; blue: camipc, grey: its floor")
    axes.set_title(title)


def draw_peers(axes, peers):
    name_bars(axes, [
        label + (", %.1f x" % row["ratio"] if at > 0 else "")
        for at, (label, row) in enumerate(peers)])
    axes.barh(range(len(peers)), [row["p50_ns"] / 1000 for _, row in peers],
              color=[OURS] + ["#c0504d"] * (len(peers) - 1))
    axes.set_xlabel("microseconds, median")
    axes.set_title("A call, with other libraries")


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
    tails, peers = times_of(rows, TAILS), peers_of(rows)
    more = bool(tails or peers)
    figure = pyplot.figure(figsize=(13, 12 if more else 8),
                           constrained_layout=True)
    grid = figure.add_gridspec(2 + more, 2, width_ratios=(3, 2))
    left = figure.add_subplot(grid[:2, 0])
    draw_times(left, times_of(rows, TIMES), 99, "Both sides on one processor")
    if tails:
        draw_times(figure.add_subplot(grid[2, 0]), tails, 99.9,
                   "Frames, all processors busy, to the 99.9th percentile")
    if peers:
        draw_peers(figure.add_subplot(grid[2, 1]), peers)
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
    if left.get_xlim()[1] > 100 * left.get_xlim()[0]:
        left.xaxis.set_minor_formatter("")
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
%s</html>
"""
TABLE = """<h2>%s</h2>
<table><tr><th>case<th>median, \u00b5s<th>%s percentile, \u00b5s<th>%s
<th>%s, \u00b5s<th>ratio</tr>
%s</table>
"""


def table_of(rows, title, percentile, key, other):
    """One table, whose heads name the percentile of @key and what is compared."""
    lines = [
        "<tr><td>%s<td>%.2f<td>%.2f<td>%s<td>%.2f<td>%.2f</tr>" % (
            html.escape(row["name"]), row["p50_ns"] / 1000, row[key] / 1000,
            html.escape(row["floor_name"]), row["floor"] / 1000, row["ratio"])
        for row in rows]
    if not lines:
        return ""
    return TABLE % (title, percentile, other, other, "\n".join(lines))


def tables_of(rows):
    compared = [row for row in rows.values() if row.get("ratio") is not None]
    peers = [row for row in compared if row["name"].startswith("rtt.peer.")]
    tails = [row for row in compared if "tail_ns" in row]
    floors = [row for row in compared if row not in peers and row not in tails]
    return (table_of(floors, "Medians, beside their floors", "99th", "p99_ns",
                     "floor")
            + table_of(tails, "The slowest frames, all processors busy", "99.9th",
                       "tail_ns", "floor")
            + table_of(peers, "Calls with other libraries", "99th", "p99_ns",
                       "our call"))


def main(arguments):
    if len(arguments) != 3:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    source, page, picture = arguments
    try:
        rows = read_rows(source)
        if not times_of(rows, TIMES):
            raise PageError("%s has no rows of calls: run camipc-bench without "
                            "--filter" % source)
        draw(rows, picture)
        with open(picture, "rb") as file:
            data = base64.b64encode(file.read()).decode("ascii")
        with open(page, "w", encoding="utf-8") as file:
            file.write(PAGE % (data, tables_of(rows)))
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
