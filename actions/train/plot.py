"""A metric drawn as GitHub draws it: a Mermaid chart, in the part of its language that every version understands.

https://mermaid.js.org/syntax/xyChart.html. Scientific notation, NaN, an empty series and quotes in a text are errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, count

MOST_POINTS = 20
"""More labels than that run into one another."""

LONGEST_TEXT = 60

_DECIMALS = 6
_HARMFUL = re.compile(r"[^\w .,:/()+*=@%^-]")


def chart(title: str, axis: str, points: Sequence[tuple[str, float]]) -> str | None:
    """Return a fenced chart of labelled points; None if none of them is finite.

    Very small and very large values are shown as multiples of a power of ten, which stands beside the axis.
    """
    points = _thinned([(label, value) for label, value in points if math.isfinite(value)])
    if not points:
        return None
    power = _power([value for _, value in points])
    values = [float(Decimal(value).scaleb(-power)) for _, value in points]
    unit = f"{title} in 10^{power}" if power else title
    low, high = _range(values)
    # One point makes no line; a bar has to begin at zero, else its length lies.
    kind = "line" if len(values) > 1 else "bar"
    labels = ", ".join(f'"{label}"' for label in _distinct(label for label, _ in points))
    lines = [
        "```mermaid",
        "xychart-beta",
        f"    title {_text(title)}",
        f"    x-axis {_text(axis)} [{labels}]",
        f"    y-axis {_text(unit)} {_number(low)} --> {_number(high)}",
        f"    {kind} [{', '.join(map(_number, values))}]",
        "```",
    ]
    return "\n".join(lines)


def _thinned(points: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Keep the first, the last, and as many as can be read between them."""
    if len(points) <= MOST_POINTS:
        return points
    gap = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * gap)] for place in range(MOST_POINTS)]


def _distinct(labels: Iterable[str]) -> Iterator[str]:
    """Number labels that are there more than once; Mermaid would put their points on top of one another."""
    given: set[str] = set()
    for label in labels:
        short = _harmless(label)
        further = (f"{short} ({number})" for number in count(2))
        name = next(each for each in chain((short,), further) if each not in given)
        given.add(name)
        yield name


def _power(values: Sequence[float]) -> int:
    largest = max(map(abs, values))
    power = math.floor(math.log10(largest)) if largest else 0
    return power if power < -2 or power > 5 else 0


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if len(values) == 1:
        return (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    room = (high - low) / 10 or abs(high) / 10 or 1.0
    return low - room, high + room


def _number(value: float) -> str:
    return f"{value:.{_DECIMALS}f}"


def _text(text: str) -> str:
    """Return a quoted text; there is no way to escape anything in it."""
    return f'"{_harmless(text)}"'


def _harmless(text: str) -> str:
    kept = _HARMFUL.sub("_", text)
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[: LONGEST_TEXT - 3]}..."
