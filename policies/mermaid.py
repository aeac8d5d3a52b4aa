"""Writes a plot for Mermaid: GitHub draws it, so no image has to be stored where private metrics could be seen.

https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams#creating-mermaid-diagrams
and https://mermaid.js.org/syntax/xyChart.html. Its grammar knows neither NaN nor powers of ten, nor a legend.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

COLOURS = ("#2f81f7", "#f0883e")
"""Blue and orange, which can be seen on white and on black; the words beside a plot say what they are."""

WIDTH, HEIGHT = 760, 280

FEWEST = 2
"""Points of which a line can be drawn."""

LONGEST_LABEL = 40

LARGEST_STEP = 10**9
"""Beyond, the numbers of an axis are so large that Mermaid cannot step from one to the next."""

SMALLEST, LARGEST = 0.01, 1e6
"""Between these the numbers of an axis are written as they are."""

DIGITS = 4
"""Significant digits of what is drawn, as a share of the height."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over the same places. ``labels`` name the places; without them they lie evenly between two steps.

    Each line has as many values as there are places. A place where one of them is not finite is not drawn.
    """

    name: str
    lines: tuple[tuple[float, ...], ...]
    labels: tuple[str, ...] = ()
    steps: tuple[int, int] | None = None


def mermaid(plot: Plot) -> str | None:
    """Return the source of a plot; None where nothing can be drawn."""
    finite = _finite(plot)
    if not finite.lines or len(finite.lines[0]) < FEWEST or not _has_axis(finite):
        return None
    exponent = _exponent([value for line in finite.lines for value in line])
    lines = [[_scaled(value, exponent) for value in line] for line in finite.lines]
    low, high = _range(lines)
    places = _places(high - low)
    name = _quoted(f"{plot.name}, times 10^{exponent}" if exponent else plot.name)
    return "\n".join(
        (
            *_settings(),
            "xychart-beta",
            f"  x-axis {_x_axis(finite)}",
            f"  y-axis {name} {low:.{places}f} --> {high:.{places}f}",
            *(f"  line [{', '.join(f'{value:.{places}f}' for value in line)}]" for line in lines),
        )
    )


def fenced(source: str) -> str:
    return f"```mermaid\n{source}\n```"


def _settings() -> tuple[str, ...]:
    return (
        "---",
        "config:",
        "  xyChart:",
        f"    width: {WIDTH}",
        f"    height: {HEIGHT}",
        "  themeVariables:",
        "    xyChart:",
        f'      plotColorPalette: "{", ".join(COLOURS)}"',
        "---",
    )


def _finite(plot: Plot) -> Plot:
    """Leave out the places that cannot be drawn; evenly spaced ones would move, so there the whole plot is left out."""
    kept = [place for place, values in enumerate(zip(*plot.lines, strict=True)) if all(map(math.isfinite, values))]
    if plot.steps is not None and plot.lines and len(kept) < len(plot.lines[0]):
        return replace(plot, lines=())
    lines = tuple(tuple(line[place] for place in kept) for line in plot.lines)
    return replace(plot, lines=lines, labels=tuple(plot.labels[place] for place in kept) if plot.labels else ())


def _has_axis(plot: Plot) -> bool:
    if plot.steps is None:
        return bool(plot.labels)
    return plot.steps[0] < plot.steps[1] and max(map(abs, plot.steps)) <= LARGEST_STEP


def _x_axis(plot: Plot) -> str:
    if plot.steps is not None:
        return f'"step" {plot.steps[0]} --> {plot.steps[1]}'
    return f"[{', '.join(_distinct([_quoted(label) for label in plot.labels]))}]"


def _distinct(labels: Sequence[str]) -> Iterator[str]:
    """Number labels that are there more than once: Mermaid would put their points on top of one another."""
    seen: set[str] = set()
    for label in labels:
        further = (f'{label[:-1]} {number}"' for number in count(2))
        chosen = next(each for each in chain((label,), further) if each not in seen)
        seen.add(chosen)
        yield chosen


def _exponent(values: Sequence[float]) -> int:
    """Return the power of ten that the numbers are divided by: a multiple of three, zero for numbers of usual size."""
    most = max(map(abs, values))
    if not most or SMALLEST <= most < LARGEST:
        return 0
    return 3 * math.floor(math.log10(most) / 3)


def _scaled(value: float, exponent: int) -> float:
    """Divide by a power of ten, in two steps: one alone might be beyond what a float can hold."""
    half = exponent // 2
    return value / 10.0**half / 10.0 ** (exponent - half)


def _range(lines: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return from where to where the axis goes: a little beyond all values, and never nowhere."""
    low, high = min(map(min, lines)), max(map(max, lines))
    room = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    room = max(room, abs(high) * 1e-6)
    return low - room, high + room


def _places(span: float) -> int:
    """Return how many decimals tell apart what the eye can."""
    return max(0, DIGITS - 1 - math.floor(math.log10(span)))


def _quoted(text: str) -> str:
    """Return a text that is nothing but a label in Mermaid: it has no way to escape a character, so others go."""
    kept = "".join(character if _harmless(character) else "_" for character in text[:LONGEST_LABEL])
    return f'"{kept.strip() or "_"}"'


def _harmless(character: str) -> bool:
    return character.isalnum() or character in " .,:/_-^"
