"""What fits: GitHub refuses a check run or a comment that is too long, so the least important is left out first.

https://docs.github.com/en/rest/checks/runs#create-a-check-run says 65,535 characters for a summary and for a text.
Bytes are counted here, which are never fewer than characters, whichever of the two a server means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.phrase import LONGEST_FOREIGN, Phrase, visible
from policies.words import check as words

LONGEST_OUTPUT = 65_535
LONGEST_COMMENT = 65_536
LONGEST_TITLE = 255
LONGEST_HEADLINE = 140
"""Characters that GitHub's list of checks and an e-mail show without cutting."""

LONGEST_MARK = 4_000
"""Bytes of one annotation; GitHub takes 64 KB, but shows it between two lines of code."""

_NAMES = (LONGEST_FOREIGN, 80, 48, 32, 20, 12)
"""Lengths that the names in a headline are cut to, until it fits."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page, of whole blocks. Where room runs out, the greatest ``weight`` goes first; 0 is only cut."""

    text: str
    weight: int = 0


def size(text: str) -> int:
    """Return how many bytes a text takes on its way."""
    return len(text.encode("utf-8"))


def joined(blocks: Sequence[str]) -> str:
    """Put blocks of Markdown below one another."""
    return "\n\n".join(block for block in blocks if block)


def fitted(parts: Sequence[Part], limit: int, remark: str = words.shortened().markdown()) -> str:
    """Put parts together so that they fit into ``limit`` bytes, with a ``remark`` where something had to go."""
    kept = [part for part in parts if part.text]
    whole = joined([part.text for part in kept])
    if size(whole) <= limit:
        return whole
    room = limit - size(remark) - 2
    sizes = [size(part.text) + 2 for part in kept]
    while sum(sizes) > room and max(part.weight for part in kept) > 0:
        last = max(range(len(kept)), key=lambda index: (kept[index].weight, index))
        del kept[last], sizes[last]
    return joined([cut(joined([part.text for part in kept]), room), remark])


def cut(markdown: str, limit: int) -> str:
    """Return as many whole blocks of a page as fit; of a list or a table that does not, as many lines.

    Blocks are parted by blank lines, which our fenced code, lists and tables never hold.
    """
    kept: list[str] = []
    left = limit
    for block in markdown.split("\n\n"):
        if size(block) + 2 > left:
            if block.startswith(("- ", "|")):
                kept.append(_lines(block, left - 2))
            break
        kept.append(block)
        left -= size(block) + 2
    return joined(kept)


def _lines(block: str, limit: int) -> str:
    kept: list[str] = []
    for line in block.split("\n"):
        limit -= size(line) + 1
        if limit < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def bare(phrase: Phrase, longest: int = LONGEST_FOREIGN) -> str:
    """Return one line without any marks, for places that show text as it is; foreign texts are cut at ``longest``."""
    parts = (part.replace("`", "") if isinstance(part, str) else visible(part.text, longest) for part in phrase.parts)
    return "".join(parts)


def one_line(phrase: Phrase, end: str = "", longest: int = LONGEST_HEADLINE) -> str:
    """Return a headline that ends with ``end``; long names in it are shortened before our own words are."""
    room = longest - len(end)
    texts = (bare(phrase, name).rstrip(".") for name in _NAMES)
    fitting = next((text for text in texts if len(text) <= room), None)
    return (fitting or shortened(bare(phrase, _NAMES[-1]), room)) + end


def shortened(text: str, longest: int) -> str:
    """Cut a plain text to so many characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def shortened_mark(text: str) -> str:
    """Cut the text of an annotation."""
    data = text.encode("utf-8")
    return text if len(data) <= LONGEST_MARK else data[:LONGEST_MARK].decode("utf-8", "ignore") + "…"
