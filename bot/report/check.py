"""One check run out of the opinions on all pull requests that share its commit: the worst of them decides.

A check belongs to a commit, not to a pull request, and GitHub counts ``neutral`` and ``skipped`` as passing, so a
conclusion is ``success`` or ``failure`` and nothing else:
https://docs.github.com/en/rest/checks/runs,
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bot.report.blocks import in_a_cell, table
from bot.report.fit import LONGEST_OUTPUT, LONGEST_TITLE, Part, fitted, joined, one_line, shortened, size
from bot.report.marks import MOST_MARKS
from bot.report.opinion import Annotation, CheckRun, Opinion, Opinions
from policies.facts import Sha
from policies.phrase import say
from policies.verdict import Outcome
from policies.words import check as words

NAME = "headgate"

MOST_LISTED = 100
"""Pull requests in the table of those that share a commit."""

_ORDER = (None, Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS)
"""Which opinion speaks for all: while one is still open nothing is concluded, then the worst."""


def check_run(sha: Sha, opinions: Opinions, name: str = NAME, *, group: bool = False) -> CheckRun:
    """Combine what we say of each pull request with this head, or in this ``group`` of the merge queue.

    There is at least one opinion; :func:`abandoned` is for none.
    """
    ordered = sorted(opinions, key=lambda opinion: (_ORDER.index(opinion.outcome), opinion.number))
    alone = len(ordered) == 1 and not group
    marks = _annotations(ordered)
    parts = list(_alone(ordered[0]) if alone else _together(ordered, group=group))
    if len(marks) > MOST_MARKS:
        parts.insert(1, Part(words.marks_left_out(MOST_MARKS, len(marks)).markdown()))
    text = fitted([Part(_under_title(each, each.details, alone=alone)) for each in ordered], LONGEST_OUTPUT)
    return CheckRun(
        name=name,
        head_sha=sha,
        conclusion=_conclusion(ordered),
        title=shortened(_title(ordered), LONGEST_TITLE),
        summary=fitted(parts, LONGEST_OUTPUT),
        text=text,
        annotations=marks[:MOST_MARKS],
        seen=_seen(ordered, LONGEST_OUTPUT - size(text) - 2, alone=alone),
    )


def abandoned(sha: Sha, name: str = NAME) -> CheckRun:
    """Return how a check ends that was in progress when the last pull request with its commit was closed."""
    said = words.nobody_waits()
    return CheckRun(name, sha, "failure", one_line(said), (said + say(".")).markdown(), "")


def _conclusion(ordered: Opinions) -> Literal["success", "failure"] | None:
    outcomes = {opinion.outcome for opinion in ordered}
    if None in outcomes:
        return None
    return "success" if outcomes == {Outcome.PASS} else "failure"


def _title(ordered: Opinions) -> str:
    first = ordered[0]
    if len(ordered) == 1:
        return first.headline
    if first.outcome is Outcome.PASS:
        return one_line(words.all_may_be_merged(len(ordered)))
    return one_line(words.of_several(first.number, len(ordered))) + first.headline


def _alone(opinion: Opinion) -> Iterator[Part]:
    yield Part(opinion.summary)
    yield from _section_parts(opinion)


def _together(ordered: Opinions, *, group: bool) -> Iterator[Part]:
    lead = words.is_a_group(len(ordered)) if group else words.shares_a_commit(len(ordered))
    rows = [
        (f"#{each.number}", _pair(each), in_a_cell(*words.OUTCOMES[each.outcome])) for each in ordered[:MOST_LISTED]
    ]
    yield Part(joined([lead.markdown(), table(("Pull request", "Branches", "Verdict"), rows)]))
    for each in ordered:
        yield Part(_under_title(each, each.summary, alone=False))
        yield from _section_parts(each)


def _section_parts(opinion: Opinion) -> Iterator[Part]:
    for weight, section in enumerate(opinion.sections, start=1):
        yield Part(section.markdown, weight)


def _under_title(opinion: Opinion, body: str, *, alone: bool) -> str:
    if alone or not body:
        return body
    return joined([f"## #{opinion.number} {_pair(opinion)}", body])


def _pair(opinion: Opinion) -> str:
    return say("{head} → {base}", head=opinion.head, base=opinion.base).markdown()


def _seen(ordered: Opinions, room: int, *, alone: bool) -> str:
    """Return what was seen, where the rest has left room for it."""
    parts = [Part(_under_title(each, each.seen, alone=alone), weight) for weight, each in enumerate(ordered)]
    text = fitted(parts, LONGEST_OUTPUT)
    return text if size(text) <= room else ""


def _annotations(ordered: Opinions) -> tuple[Annotation, ...]:
    """Return the remarks of all opinions, each once, those that block first."""
    marks = dict.fromkeys(mark for opinion in ordered for mark in opinion.annotations)
    return tuple(sorted(marks, key=lambda mark: mark.level != "failure"))
