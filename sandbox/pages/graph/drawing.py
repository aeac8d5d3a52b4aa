"""Where the dots, lines and names of a history stand. The style sheet says how they look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

from sandbox.pages.graph.history import History, Lane
from sandbox.pages.text import plain

COLUMN, ROW, LEFT, TOP = 30, 34, 18, 30
CHARACTER = 7.0
"""Width of a character of a name, in units of the picture: the style sheet sets them in 11.5px of a fixed width."""
LONGEST = 34
"""Characters of a name that are shown."""
COLOURS = 8
"""The first two are for the branches that live long, the others take turns."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A commit."""

    x: int
    y: int
    sha: str
    title: str
    colour: str
    merge: bool
    tag: str


@dataclass(frozen=True, slots=True)
class Line:
    """From a commit to one of its parents, as the path of an SVG."""

    path: str
    colour: str
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a branch, right of its tip."""

    x: int
    y: int
    width: int
    text: str
    full: str
    href: str
    tone: str
    colour: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture, in units that are pixels when it is shown at its size."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    now: int
    """Where the newest commit stands."""
    cut: bool


Place = tuple[int, int, str]
"""Of a commit: x, y and colour."""


def draw(history: History) -> Graph:
    """Lay a history out."""
    columns = {sha: number for number, sha in enumerate(history.commits)}
    rows = _rows(history.lanes, columns)
    places = {
        sha: (LEFT + columns[sha] * COLUMN, TOP + row * ROW, _colour(number, lane))
        for number, (lane, row) in enumerate(zip(history.lanes, rows, strict=True))
        for sha in lane.shas
    }
    labels = tuple(_labels(history.lanes, rows, places))
    right = max((label.x + label.width for label in labels), default=0)
    return Graph(
        width=max(right, LEFT + len(columns) * COLUMN) + 12,
        height=TOP + max(rows, default=0) * ROW + 24,
        dots=tuple(_dots(history, places)),
        lines=(*_lines(history, places), *_stubs(history.lanes, rows, places)),
        labels=labels,
        now=LEFT + len(columns) * COLUMN,
        cut=history.cut,
    )


def _colour(number: int, lane: Lane) -> str:
    if lane.ref is None:
        return "gone"
    return str(number if number < 2 else 2 + (number - 2) % (COLOURS - 2))


def _rows(lanes: tuple[Lane, ...], columns: Mapping[str, int]) -> list[int]:
    """Give each lane the first row in which it has room; the first two, which live long, have rows of their own."""
    ends: list[list[tuple[float, float]]] = []
    rows = []
    for number, lane in enumerate(lanes):
        span = _span(lane, columns)
        free = (row for row, taken in enumerate(ends) if row > 1 and all(_apart(span, other) for other in taken))
        row = next(free, max(len(ends), min(2, number)))
        while len(ends) <= row:
            ends.append([])
        ends[row].append(span)
        rows.append(row)
    return rows


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _span(lane: Lane, columns: Mapping[str, int]) -> tuple[float, float]:
    known = [columns[sha] for sha in (*lane.shas, *([lane.root] if lane.root else []))]
    label = (_width(lane.name) + 16) / COLUMN if lane.ref else 0.5
    return min(known), max(known) + label


def _width(name: str) -> int:
    shown = _short(name)
    cells = sum(2 if east_asian_width(character) in "WF" else 1 for character in shown)
    return round(cells * CHARACTER) + 34


def _short(name: str) -> str:
    shown = plain(name)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _dots(history: History, places: Mapping[str, Place]) -> Iterator[Dot]:
    for sha, (x, y, colour) in places.items():
        commit = history.commits[sha]
        title = f"{sha[:7]} {plain(commit.message.partition(chr(10))[0])}, {plain(commit.author.name)}"
        yield Dot(x, y, sha, title, colour, len(commit.parents) > 1, plain(history.tags.get(sha, "")))


def _lines(history: History, places: Mapping[str, Place]) -> Iterator[Line]:
    for sha, (x, y, colour) in places.items():
        for number, parent in enumerate(history.commits[sha].parents):
            if parent not in places:
                yield Line(f"M{x - 16} {y}H{x}", colour, faint=True)
                continue
            left, up, other = places[parent]
            yield Line(_path(left, up, x, y, late=number > 0), other if number else colour)


def _path(left: int, up: int, x: int, y: int, *, late: bool) -> str:
    """Draw along one row and change to the other in a curve: ``late`` for a merge, early where a branch starts."""
    if up == y:
        return f"M{left} {up}H{x}"
    bend = min(26, x - left)
    if late:
        return f"M{left} {up}H{x - bend}C{x - bend / 3:g} {up} {x - bend / 1.5:g} {y} {x} {y}"
    return f"M{left} {up}C{left + bend / 1.5:g} {up} {left + bend / 3:g} {y} {left + bend} {y}H{x}"


def _labels(lanes: tuple[Lane, ...], rows: list[int], places: Mapping[str, Place]) -> Iterator[Label]:
    for number, (lane, row) in enumerate(zip(lanes, rows, strict=True)):
        if lane.ref is not None:
            ref, x, y = lane.ref, _label_x(lane, places), TOP + row * ROW
            shown, colour = _short(ref.name), _colour(number, lane)
            yield Label(x, y, _width(ref.name), shown, plain(ref.name), ref.href, ref.tone, colour)


def _label_x(lane: Lane, places: Mapping[str, Place]) -> int:
    return places[lane.shas[-1]][0] + 13 if lane.shas else places[str(lane.root)][0] + 26


def _stubs(lanes: tuple[Lane, ...], rows: list[int], places: Mapping[str, Place]) -> Iterator[Line]:
    """Tie the name of a branch without commits of its own to the commit where it stands."""
    for number, (lane, row) in enumerate(zip(lanes, rows, strict=True)):
        if lane.root and not lane.shas:
            x, y, _ = places[lane.root]
            path = _path(x, y, _label_x(lane, places), TOP + row * ROW, late=False)
            yield Line(path, _colour(number, lane), faint=True)
