"""Finds a line in a patch, as a comment on a line needs it."""

from __future__ import annotations

import re
from typing import Literal

_HEAD = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
Side = Literal["LEFT", "RIGHT"]


def hunk_of(patch: str, side: Side, wanted: int) -> str | None:
    """Return the hunk down to a line of the old (``LEFT``) or new file, None if the line is not part of the diff."""
    hunk: list[str] = []
    old = new = 0
    for line in patch.split("\n"):
        head = _HEAD.match(line)
        if head:
            hunk, old, new = [line], int(head[1]), int(head[2])
            continue
        hunk.append(line)
        mine = (old, "-") if side == "LEFT" else (new, "+")
        if line[:1] in (mine[1], " ") and mine[0] == wanted:
            return "\n".join(hunk)
        old += line[:1] in ("-", " ")
        new += line[:1] in ("+", " ")
    return None
