"""Draw a table of growth as a plain SVG: both axes logarithmic, one line for each series, without other libraries."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path("var/bench")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 70, 200, 40, 50
COLOURS = ("#0b6e4f", "#c1440e", "#1d4e89", "#8d5b4c", "#6a4c93", "#b8860b", "#007a87", "#a4243b", "#4f5d2f", "#555555")

Series = Mapping[str, Sequence[tuple[float, float]]]


def draw(name: str, title: str, axes: tuple[str, str], series: Series) -> Path:
    """Write `name`.svg, a line through the (x, y) of each series; return where it is. All values are above 0."""
    points = [point for line in series.values() for point in line]
    across, up = _Axis([x for x, _ in points], LEFT, WIDTH - RIGHT), _Axis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    parts += [_tick(across.at(x), HEIGHT - BOTTOM, 0, TOP - HEIGHT + BOTTOM, _short(x)) for x in across.ticks()]
    parts += [_tick(LEFT, up.at(y), WIDTH - LEFT - RIGHT, 0, _short(y)) for y in up.ticks()]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(axes[0])}</text>')
    parts.append(f'<text transform="translate(14,{HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">{escape(axes[1])}</text>')
    ends = _apart([up.at(line[-1][1]) for line in series.values()])
    for number, (label, line) in enumerate(series.items()):
        colour, places = COLOURS[number % len(COLOURS)], [(across.at(x), up.at(y)) for x, y in line]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{ends[number] + 4:.1f}" fill="{colour}">{escape(label)}</text>')
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.svg"
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
    path.write_text(f'{head}\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n', encoding="utf-8")
    return path


class _Axis:
    """A logarithmic axis over some values, between two places of the picture."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, self._high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self._high += self._high == self._low
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        return self._start + (math.log10(value) - self._low) / (self._high - self._low) * (self._end - self._start)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _tick(x: float, y: float, right: float, down: float, label: str) -> str:
    line = f'<path d="M{x:.1f} {y:.1f}l{right:.1f} {down:.1f}" stroke="#dddddd"/>'
    place = f'x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end"' if right else f'x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle"'
    return f"{line}<text {place}>{label}</text>"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _apart(places: Sequence[float], least: float = 14) -> list[float]:
    """Move labels apart, so that none lies on another."""
    moved, last = list(places), -math.inf
    for number in sorted(range(len(places)), key=lambda one: places[one]):
        moved[number] = last = max(places[number], last + least)
    return moved
