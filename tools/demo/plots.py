# SPDX-License-Identifier: MIT
"""Plots of the demo's page, as inline SVG.

Colours and fonts come from the page's style sheet, so that a plot follows the
page into the dark. Text stays text.
"""

import html
import math

WIDTH = 480
HEIGHT = 230
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 26, 34


def number(value):
    """A coordinate, short."""
    return ("%.1f" % value).rstrip("0").rstrip(".")


def ticks(low, high, wanted=5):
    """Round numbers from low to high, about as many as wanted."""
    span = high - low
    if span <= 0:
        return [low]
    step = 10 ** math.floor(math.log10(span / wanted))
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= wanted:
            step *= factor
            break
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, int(high / step + 1e-9) + 1)]


def log_ticks(low, high):
    """1, 2, 5, 10, 20, ... from low to high; 1, 10, ... if that is far."""
    found = []
    factors = (1, 2, 5) if high / low < 100 else (1,)
    for exponent in range(math.floor(math.log10(low)),
                          math.ceil(math.log10(high)) + 1):
        found += [factor * 10 ** exponent for factor in factors]
    return [tick for tick in found if low <= tick <= high]


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Plot:
    """A plot with two axes. x and y are (low, high); a log axis needs low > 0.
    """

    def __init__(self, title, x, y, x_label, y_label, log_x=False):
        self.title = title
        self.x = x
        self.y = y
        self.log_x = log_x
        self.parts = []
        self.keys = []
        self._axes(x_label, y_label)

    def at_x(self, value):
        low, high = self.x
        value = min(max(value, low), high)
        if self.log_x:
            low, high, value = (math.log(v) for v in (low, high, value))
        part = (value - low) / ((high - low) or 1)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def at_y(self, value):
        low, high = self.y
        value = min(max(value, low), high)
        part = (value - low) / ((high - low) or 1)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def text(self, x, y, text, kind, anchor="start"):
        self.parts.append(
            '<text x="%s" y="%s" class="%s" text-anchor="%s">%s</text>'
            % (number(x), number(y), kind, anchor, html.escape(text)))

    def rule(self, x1, y1, x2, y2, kind):
        self.parts.append('<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>'
                          % (number(x1), number(y1), number(x2), number(y2),
                             kind))

    def _axes(self, x_label, y_label):
        bottom = HEIGHT - BOTTOM
        for tick in ticks(*self.y):
            y = self.at_y(tick)
            self.rule(LEFT, y, WIDTH - RIGHT, y, "grid")
            self.text(LEFT - 6, y + 4, "%g" % round(tick, 6), "tick", "end")
        for tick in (log_ticks if self.log_x else ticks)(*self.x):
            x = self.at_x(tick)
            self.rule(x, bottom, x, bottom + 4, "axis")
            self.text(x, bottom + 16, "%g" % round(tick, 6), "tick", "middle")
        self.rule(LEFT, bottom, WIDTH - RIGHT, bottom, "axis")
        self.text(WIDTH - RIGHT, HEIGHT - 3, x_label, "unit", "end")
        self.text(2, 12, y_label, "unit")

    def mark(self, value, text):
        """A vertical line with a word, as where the light changes."""
        x = self.at_x(value)
        self.rule(x, TOP, x, HEIGHT - BOTTOM, "mark")
        self.text(x + 4, TOP + 10, text, "note")

    def line(self, points, kind, name):
        path = " ".join("%s,%s" % (number(self.at_x(x)), number(self.at_y(y)))
                        for x, y in points)
        self.parts.append('<polyline points="%s" class="line %s"/>'
                          % (path, kind))
        self.keys.append((kind, name))

    def steps(self, edges, counts, kind, name):
        """A histogram: counts between neighbouring edges."""
        path = ["%s,%s" % (number(self.at_x(edges[0])),
                           number(self.at_y(0)))]
        for i, count in enumerate(counts):
            path += ["%s,%s" % (number(self.at_x(edge)),
                                number(self.at_y(count)))
                     for edge in edges[i:i + 2]]
        path.append("%s,%s" % (number(self.at_x(edges[-1])),
                               number(self.at_y(0))))
        self.parts.append('<polygon points="%s" class="area %s"/>'
                          % (" ".join(path), kind))
        self.keys.append((kind, name))

    def svg(self):
        x = WIDTH - RIGHT
        keys = []
        for kind, name in reversed(self.keys):
            keys.append('<text x="%s" y="12" class="key %s" '
                        'text-anchor="end">%s</text>'
                        % (number(x), kind, html.escape(name)))
            x -= 7 * len(name) + 14
        return ('<svg viewBox="0 0 %d %d" role="img" aria-label="%s">%s%s'
                "</svg>" % (WIDTH, HEIGHT, html.escape(self.title, True),
                            "".join(self.parts), "".join(keys)))


def histogram(series, title, x_label):
    """A histogram with a log axis of [(values, kind, name)], all above 0."""
    everything = [value for values, _, _ in series for value in values]
    low = min(everything) * 0.9
    # A handful of outliers would leave no room for the rest.
    high = max(max(percentile(values, 98) for values, _, _ in series) * 1.5,
               low * 2)
    n = 60
    edges = [low * (high / low) ** (i / n) for i in range(n + 1)]
    counted = []
    for values, kind, name in series:
        counts = [0] * n
        for value in values:
            part = math.log(value / low) / math.log(high / low)
            if part < 1:
                counts[int(part * n)] += 1
        counted.append(([100 * c / len(values) for c in counts], kind, name))
    top = max(max(counts) for counts, _, _ in counted) * 1.1
    plot = Plot(title, (low, high), (0, top), x_label, "% of the calls", True)
    for counts, kind, name in counted:
        plot.steps(edges, counts, kind, name)
    return plot.svg()
