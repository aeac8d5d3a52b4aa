"""Our one comment on a pull request: there because something blocks, or to show what happens to metrics.

It is edited in place. What blocked and is mended leaves one quiet line, or the metrics.
"""

from __future__ import annotations

from bot.report.check import NAME
from bot.report.fit import LONGEST_COMMENT, Part, fitted, joined, size
from bot.report.opinion import Opinion
from policies.verdict import Outcome
from policies.words import comment as words

MARKER = "<!-- headgate:pull-request -->"
"""Stands in each comment of ours, where no reader sees it. Anybody can write it, so the author counts too."""


def comment(opinion: Opinion, previous_comment_exists: bool) -> str | None:  # noqa: FBT001 -- all of the past
    """Return what the comment should say; None where it should stay as it is, or not be there.

    What the author cannot mend (a broken policy, a fault of ours) begins no comment: it would stand on every open pull
    request at once. One that is there already follows.
    """
    shown = [Part(section.markdown, weight) for weight, section in enumerate(opinion.sections, 1) if section.commented]
    silent = opinion.outcome is Outcome.ERROR or (opinion.outcome is Outcome.PASS and not shown)
    if opinion.outcome is None or (silent and not previous_comment_exists):
        return None
    if opinion.outcome is Outcome.PASS and not shown:
        return joined([words.mended(opinion.head, opinion.base).markdown(), MARKER])
    rest = words.where_the_rest_is(NAME).markdown()
    room = LONGEST_COMMENT - size(rest) - size(MARKER) - 4
    return joined([fitted([Part(opinion.summary), *shown], room, words.shortened(NAME).markdown()), rest, MARKER])
