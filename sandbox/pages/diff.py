"""The changes of a file as rows of a table: old line, new line, text with its words coloured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from sandbox.github.git.bare import Bare
from sandbox.github.git.changes import Change
from sandbox.github.model import Annotation
from sandbox.pages.markdown.code import highlight_lines

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)")
MOST_ROWS = 2_000
AROUND = 2
"""Lines that are shown before and after a remark's own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``old`` and ``new`` count from 1; 0 where the line is not on that side."""

    kind: Literal["same", "added", "removed", "gap", "meant"]
    old: int
    new: int
    html: Markup


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed file. ``rows`` is empty for a binary file, and for a rename without changes."""

    change: Change
    rows: tuple[Row, ...]


def read_diff(bare: Bare, old: str, new: str) -> tuple[FileDiff, ...]:
    """Return what differs between two commits (or trees)."""
    patches = bare.patches(old, new)
    return tuple(
        FileDiff(change, tuple(_rows(patches.get(change.path, ""), change.path))) for change in bare.changes(old, new)
    )


def _rows(patch: str, path: str) -> Iterator[Row]:
    old = new = 0
    lines = patch.split("\n")[:MOST_ROWS] if patch else []
    coloured = _coloured([line[1:] for line in lines], path)
    for line, html in zip(lines, coloured, strict=False):
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            if new > 1:
                yield Row("gap", 0, 0, Markup("⋯ {}").format(hunk[3]))
        elif line.startswith("+"):
            yield Row("added", 0, new, html)
            new += 1
        elif line.startswith("-"):
            yield Row("removed", old, 0, html)
            old += 1
        elif line.startswith(" "):
            yield Row("same", old, new, html)
            old, new = old + 1, new + 1


def _coloured(lines: Iterable[str], path: str) -> list[Markup]:
    """Colour lines by themselves: in a diff, what surrounds them is not there."""
    return [Markup(highlight_lines(line, path)[0]) for line in lines]  # noqa: S704 (Pygments escapes)


def excerpt(bare: Bare, sha: str, remark: Annotation) -> tuple[Row, ...]:
    """Return the lines of a file that a remark is about and some around them, none where there is no such text."""
    try:
        entry = bare.objects.find(sha, remark.path)
    except KeyError:
        return ()
    found = bare.objects.get(entry.sha) if entry else None
    if found is None or found[0] != "blob" or b"\0" in found[1][:8000]:
        return ()
    lines = highlight_lines(found[1].decode("utf-8", "replace"), remark.path)
    first, last = max(1, remark.start_line - AROUND), min(len(lines), remark.end_line + AROUND)
    return tuple(_meant(number, lines[number - 1], remark) for number in range(first, last + 1))


def _meant(number: int, html: str, remark: Annotation) -> Row:
    inside = remark.start_line <= number <= remark.end_line
    return Row("meant" if inside else "same", 0, number, Markup(html))  # noqa: S704 (Pygments escapes)
