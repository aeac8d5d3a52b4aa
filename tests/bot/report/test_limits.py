"""However much there is to say, GitHub takes it, and what matters most is still there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.report import render
from bot.report.check import check_run
from bot.report.comment import MARKER, comment
from bot.report.fit import LONGEST_COMMENT, LONGEST_MARK, LONGEST_OUTPUT, Part, cut, fitted, size
from bot.report.marks import MOST_MARKS
from bot.report.opinion import Annotation, CheckRun, Opinion, Section
from bot.report.request import batches, updated
from policies.catalogue import CATALOGUE
from policies.phrase import say
from policies.verdict import Finding, Outcome, Place, Remedy, Report, Severity, Verdict
from tests.bot.report import worlds
from tests.bot.report.worlds import HEAD, NOON
from tests.policies.readers import MARKDOWN, leaves

WIDE = "\N{PILE OF POO}" * 300
"""The longest foreign text that is shown: 1,200 bytes."""

SHORTENED = "Shortened: GitHub shows no more than this."


def verbose(findings: int, rules: int = len(CATALOGUE)) -> Opinion:
    """Return an opinion that has very much to say."""
    finding = Finding(
        say("{what} is wrong.", what=WIDE),
        Remedy(say("Mend {what}.", what=WIDE), ("git mend " + "`" * 300,) * 5),
        tuple(say("{what}", what=WIDE) for _ in range(100)),
        Place("a.py", 1),
    )
    verdicts = tuple(
        Verdict(rule.name, Severity.ERROR if index % 2 == 0 else Severity.WARNING, Outcome.FAIL, (finding,) * findings)
        for index, rule in enumerate(CATALOGUE[:rules])
    )
    found = worlds.fine()
    return render.opinion(replace(found, report=Report(NOON, verdicts)))


def assert_fits(check: CheckRun) -> None:
    output = updated(check, (), NOON, last=True)["output"]
    assert size(output["summary"]) <= LONGEST_OUTPUT
    assert size(output["text"]) <= LONGEST_OUTPUT
    assert len(output["title"]) <= 255
    json.dumps(output).encode("utf-8")


@pytest.mark.parametrize(("findings", "rules"), [(1, 1), (1, 14), (10, 14), (1_000, 14), (1, 3), (1, 5)])
def test_a_verbose_opinion_fits(findings: int, rules: int) -> None:
    check = check_run(HEAD, [verbose(findings, rules)])
    assert_fits(check)
    assert check.summary.startswith("**`feature/x` cannot be merged into `dev` yet: blocked by ")
    assert check.summary.endswith("` in a clone lists everything.") == (SHORTENED in check.summary)
    assert_whole(check.summary)


def assert_whole(markdown: str) -> None:
    """Say that a page was cut between blocks: no fence is left open, no row of a table is half there."""
    tokens = MARKDOWN.parse(markdown)
    last_line = markdown.count("\n") + 1
    for token in leaves(tokens):
        if token.type == "fence":
            assert token.map is not None
            assert markdown.splitlines()[token.map[1] - 1].startswith("```")
            assert token.map[1] <= last_line
    for line in markdown.splitlines():
        assert not line.startswith("| ") or line.endswith(" |")


def test_the_table_goes_before_the_warnings_and_they_before_what_blocks() -> None:
    table = "| Verdict | Rule |\n" + "| broken | bad-title |\n" * 3_000
    told = replace(worlds_fine(), sections=(Section("Warnings", "w" * 9_000), Section("Every rule", table)))
    little, more = (check_run(HEAD, [replace(told, summary="s" * size)]).summary for size in (10_000, 60_000))
    assert SHORTENED in little
    assert ("### Warnings" in little, "### Every rule" in little) == (True, False)
    assert ("### Warnings" in more, "s" * 60_000 in more) == (False, True)


def test_many_pull_requests_with_one_head_fit() -> None:
    several = [replace(verbose(1, 2), number=number) for number in range(1, 301)]
    check = check_run(HEAD, several)
    assert_fits(check)
    assert check.summary.startswith("300 open pull requests have this commit as their head")
    assert "| #100 | `feature/x` → `dev` | ✗\N{NO-BREAK SPACE}blocked |" in check.summary
    assert check.title.startswith("Pull request #1, one of 300: ")


def test_details_that_leave_no_room_push_out_what_was_seen() -> None:
    told = replace(verbose(1), details="x" * (LONGEST_OUTPUT - 100), seen="y" * 99)
    assert check_run(HEAD, [told]).seen == ""
    assert check_run(HEAD, [replace(told, details="x")]).seen == "y" * 99
    assert_fits(check_run(HEAD, [told]))
    exact = check_run(HEAD, [replace(told, details="x" * (LONGEST_OUTPUT - 101), seen="y" * 99)])
    assert size(updated(exact, (), NOON, last=True)["output"]["text"]) == LONGEST_OUTPUT


@pytest.mark.parametrize("findings", [1, 10, 1_000])
def test_a_verbose_comment_fits_and_is_still_found(findings: int) -> None:
    said = comment(verbose(findings), previous_comment_exists=False)
    assert said is not None
    assert size(said) <= LONGEST_COMMENT
    assert said.endswith(MARKER)
    assert SHORTENED in said
    assert_whole(said)


def test_remarks_beyond_a_sane_number_are_counted() -> None:
    told = verbose(1, 1)
    marks = tuple(Annotation("a.py", line, "warning", "t", "m") for line in range(1, 301))
    failure = Annotation("b.py", 1, "failure", "t", "m")
    check = check_run(HEAD, [replace(told, summary="SUMMARY", annotations=(*marks, failure))])
    assert len(check.annotations) == MOST_MARKS
    assert check.annotations[0] == failure, "what blocks comes first"
    assert "200 of 301 remarks on lines are shown." in check.summary


def test_more_remarks_than_are_shown_are_not_even_stored() -> None:
    findings = tuple(Finding(say("x"), place=Place("a.py", line)) for line in range(1, 1_001))
    verdict = Verdict("bad-title", Severity.ERROR, Outcome.FAIL, findings)
    told = render.opinion(replace(worlds.fine(), report=Report(NOON, (verdict,))))
    assert len(told.annotations) == MOST_MARKS
    assert told.summary.endswith("200 of 1000 remarks on lines are shown.")


def test_an_opinion_is_not_stored_beyond_a_page_a_section() -> None:
    told = verbose(1_000)
    pages = 3 + len(told.sections)  # summary, details, what was seen
    most = pages * LONGEST_OUTPUT + MOST_MARKS * (LONGEST_MARK + 200)
    assert size(json.dumps(told.to_json(), ensure_ascii=False)) < most


def test_the_same_remark_of_two_pull_requests_stands_once() -> None:
    mark = Annotation("a.py", 1, "warning", "t", "m")
    told = replace(worlds_fine(), annotations=(mark,))
    assert check_run(HEAD, [told, replace(told, number=13)]).annotations == (mark,)


def worlds_fine() -> Opinion:
    return render.opinion(worlds.fine())


def test_a_long_remark_is_cut_between_characters() -> None:
    finding = Finding(say("{what}", what="x"), details=tuple(say(WIDE) for _ in range(60)), place=Place("a.py", 1))
    lines = Finding(say("y" * 3_999 + "\N{PILE OF POO}" * 9), place=Place("a.py", 2))
    verdict = Verdict("bad-title", Severity.ERROR, Outcome.FAIL, (finding, lines))
    told = render.opinion(replace(worlds.fine(), report=Report(NOON, (verdict,))))
    assert [size(mark.message) <= 4_003 for mark in told.annotations] == [True, True]
    assert told.annotations[1].message == "y" * 3_999 + "…"


def test_a_path_that_is_no_text_gets_no_remark() -> None:
    """One such path and GitHub refuses the whole request."""
    places = (Place("\udc80.py", 1), Place("", 1), Place("good.py", 0), Place("good.py", 2))
    verdict = Verdict("bad-title", Severity.ERROR, Outcome.FAIL, tuple(Finding(say("x"), place=at) for at in places))
    told = render.opinion(replace(worlds.fine(), report=Report(NOON, (verdict,))))
    assert [(mark.path, mark.line) for mark in told.annotations] == [("good.py", 2)]


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (1, [1]), (50, [50]), (51, [50, 1]), (200, [50] * 4)])
def test_fifty_remarks_go_into_a_request(count: int, sizes: list[int]) -> None:
    marks = [Annotation("a.py", line, "notice", "t", "m") for line in range(1, count + 1)]
    parted = batches(marks)
    assert [len(batch) for batch in parted] == sizes
    assert [mark for batch in parted for mark in batch] == marks


def test_parts_that_fit_are_left_alone() -> None:
    parts = [Part("a"), Part(""), Part("b", 2), Part("c", 1)]
    assert fitted(parts, 7) == "a\n\nb\n\nc"


def test_the_heaviest_part_goes_first_and_of_equals_the_last() -> None:
    parts = [Part("a" * 50), Part("b" * 50, 1), Part("c" * 50, 2), Part("d" * 50, 1)]
    for limit, left in ((206, "abcd"), (205, "ab"), (260, "abcd")):
        shown = fitted(parts, limit)
        assert size(shown) <= limit
        assert [letter for letter in "abcd" if letter * 50 in shown] == list(left)


def test_a_list_is_cut_between_its_items() -> None:
    assert cut("first\n\n- one\n- two\n- three", 20) == "first\n\n- one"
    assert cut("first\n\n```sh\nlong command\n```", 20) == "first"
