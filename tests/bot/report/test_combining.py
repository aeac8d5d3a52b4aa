"""One check for all pull requests that share a commit, and when a comment is worth anybody's time."""

from __future__ import annotations

import itertools
import json

import pytest

from bot.report.check import check_run
from bot.report.comment import MARKER, comment
from bot.report.opinion import Annotation, Opinion, Section, from_json
from bot.report.render import opinion
from policies.verdict import Outcome
from tests.bot.report import worlds
from tests.bot.report.worlds import HEAD

OUTCOMES = (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR, None)


def says(outcome: Outcome | None, number: int = 1) -> Opinion:
    return Opinion(number, "feature/x", "dev", outcome, f"HEADLINE {number}", f"SUMMARY {number}", f"DETAILS {number}")


@pytest.mark.parametrize(
    ("outcome", "conclusion"), list(zip(OUTCOMES, ("success", "failure", "failure", "failure", None), strict=True))
)
def test_only_a_pass_is_green(outcome: Outcome | None, conclusion: str | None) -> None:
    check = check_run(HEAD, [says(outcome)])
    assert check.conclusion == conclusion
    assert (check.title, check.summary, check.text) == ("HEADLINE 1", "SUMMARY 1", "DETAILS 1")
    assert (check.name, check.head_sha) == ("headgate", HEAD)


@pytest.mark.parametrize("outcomes", list(itertools.combinations_with_replacement(OUTCOMES, 3)))
def test_the_worst_of_several_decides(outcomes: tuple[Outcome | None, ...]) -> None:
    several = [says(outcome, number) for number, outcome in enumerate(outcomes, start=1)]
    for order in itertools.permutations(several):
        check = check_run(HEAD, order)
        assert check == check_run(HEAD, several), "the order in which they are read does not matter"
    expected = None if None in outcomes else "success" if set(outcomes) == {Outcome.PASS} else "failure"
    assert check_run(HEAD, several).conclusion == expected


def test_each_of_several_is_told_the_worst_first() -> None:
    check = check_run(HEAD, [says(Outcome.PASS, 3), says(Outcome.UNKNOWN, 2), says(Outcome.FAIL, 9)])
    assert check.title == "Pull request #9, one of 3: HEADLINE 9"
    for page, word in ((check.summary, "SUMMARY"), (check.text, "DETAILS")):
        told = [f"## #{number} `feature/x` → `dev`\n\n{word} {number}" for number in (9, 2, 3)]
        assert page.endswith("\n\n".join(told))


def test_several_that_pass_say_so_in_one_line() -> None:
    assert check_run(HEAD, [says(Outcome.PASS, 1), says(Outcome.PASS, 2)]).title == "Both pull requests may be merged"


def test_a_merge_group_of_one_is_told_as_a_group() -> None:
    check = check_run(HEAD, [says(Outcome.FAIL)], group=True)
    assert check.title == "HEADLINE 1"
    assert check.summary.startswith("The merge queue wants to merge 1 pull request;")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_opinion_survives_being_stored(outcome: Outcome | None) -> None:
    told = Opinion(
        7,
        "feature/\udc80",
        "dev",
        outcome,
        "HEADLINE",
        "SUMMARY",
        "DETAILS",
        (Annotation("a.py", 3, "notice", "t", "m"),),
        (Section("TITLE", "BODY"),),
        "SEEN",
    )
    assert from_json(json.loads(json.dumps(told.to_json()))) == told


def test_an_opinion_of_an_older_version_is_read() -> None:
    stored = says(Outcome.FAIL).to_json()
    del stored["sections"], stored["seen"]
    assert from_json(stored) == says(Outcome.FAIL)


@pytest.mark.parametrize(
    ("outcome", "before", "expected"),
    [
        (Outcome.FAIL, False, "SUMMARY 1"),
        (Outcome.FAIL, True, "SUMMARY 1"),
        (Outcome.UNKNOWN, False, "SUMMARY 1"),
        (Outcome.UNKNOWN, True, "SUMMARY 1"),
        (Outcome.ERROR, False, None),
        (Outcome.ERROR, True, "SUMMARY 1"),
        (Outcome.PASS, False, None),
        (Outcome.PASS, True, "✓ Nothing blocks any more: `feature/x` may be merged into `dev`."),
        (None, False, None),
        (None, True, None),
    ],
)
def test_a_comment_is_there_only_where_somebody_has_to_act(
    outcome: Outcome | None, before: bool, expected: str | None
) -> None:
    said = comment(says(outcome), previous_comment_exists=before)
    assert (said and said.split("\n\n")[0]) == expected
    assert said is None or said.endswith(f"\n\n{MARKER}")


def test_a_comment_starts_with_one_sentence() -> None:
    said = comment(opinion(worlds.feature_into_main()), previous_comment_exists=False)
    assert said is not None
    assert said.splitlines()[0] == "**`feature/x` cannot be merged into `main` yet: blocked by `wrong-merge-target`.**"
