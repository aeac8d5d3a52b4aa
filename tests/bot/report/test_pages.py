"""The words that people read, held against the pages that somebody has looked at."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bot.judged import Judged
from bot.report import render
from bot.report.change import Effect, PolicyChange
from bot.report.check import check_run
from bot.report.fit import LONGEST_HEADLINE
from policies.facts import Facts
from policies.phrase import say
from policies.verdict import Finding, Outcome, Report, Severity, Verdict
from policies.words import check as words
from tests.bot.report import worlds
from tests.bot.report.pages import CASES, PAGES, alone, opinion_of
from tests.bot.report.worlds import HEAD, NOON


@pytest.mark.parametrize("name", PAGES)
def test_the_page_reads_as_it_was_approved(name: str) -> None:
    """To change a page on purpose: ``python -m tests.bot.report.pages``."""
    assert PAGES[name]() == (CASES / f"{name}.md").read_text("utf-8")


def test_every_approved_page_is_still_made() -> None:
    assert {path.stem for path in CASES.glob("*.md")} == set(PAGES)


def test_a_headline_names_the_offence_before_what_could_not_be_seen() -> None:
    blind = Verdict("foreign-commits", Severity.ERROR, Outcome.UNKNOWN, (Finding(say("Could not look.")),))
    crashed = Verdict("bad-version", Severity.ERROR, Outcome.ERROR, (Finding(say("Crashed.")),))
    broken = Verdict("merge-conflict", Severity.ERROR, Outcome.FAIL, (Finding(say("They conflict.")),))
    assert headline(blind, crashed, broken) == "They conflict (merge-conflict) and 2 more"
    assert headline(blind, crashed) == "Could not decide: Crashed (bad-version) and 1 more"
    assert headline(blind) == "Could not decide: Could not look (foreign-commits)"


def headline(*verdicts: Verdict) -> str:
    found = worlds.fine()
    report = Report(NOON, verdicts)
    return render.opinion(Judged(found.facts, report, found.policy)).headline


def test_a_long_name_is_cut_before_our_own_words_are() -> None:
    found = worlds.judged(worlds.pull_request("feature/" + "x" * 200, "main"))
    line = render.opinion(found).headline
    assert line.startswith("feature/xxx")
    assert line.endswith("… is of type feature: it merges into dev, not into main (wrong-merge-target)")
    assert len(line) <= LONGEST_HEADLINE


def test_a_headline_that_has_no_short_name_still_ends_with_the_rule() -> None:
    message = say("word " * 100)
    line = headline(Verdict("bad-title", Severity.ERROR, Outcome.FAIL, (Finding(message),)))
    assert len(line) == LONGEST_HEADLINE
    assert line.endswith("… (bad-title)")


def test_a_headline_shows_no_marks() -> None:
    found = worlds.judged(worlds.pull_request("feature/x", "main"))
    assert "`" not in render.opinion(found).headline


def test_a_rule_that_an_organisation_asks_for_names_its_repository() -> None:
    organisation = worlds.policy(b"rules:\n  missing-story: warning\n").config
    repository = b"extends: acme/.github\nrules:\n  bad-title: error\n"
    held = worlds.policy(repository, organisation=organisation)
    details = render.opinion(worlds.judged(worlds.pull_request(), held)).details.replace("\N{NO-BREAK SPACE}", " ")
    assert "| bad-title | ✓ kept | `error` | line 3 of `.github/headgate.yml on main` |" in details
    assert "| missing-story | ! warning | `warning` | line 2 of `.github/headgate.yml` in `acme/.github` |" in details
    assert "| merge-conflict | ✓ kept | `error` | preset `gitflow` |" in details


def test_links_are_there_only_where_somebody_says_where_the_pages_are() -> None:
    found = worlds.feature_into_main()
    assert "](" not in alone(render.opinion(found))
    linked = alone(render.opinion(found, docs="https://example.com/rules"))
    assert "[wrong-merge-target](https://example.com/rules/wrong-merge-target.md)" in linked


def test_only_the_facts_that_a_rule_looked_at_are_shown() -> None:
    seen = {name: say("SEEN") for name in words.FACTS}
    shown = render.opinion(worlds.fine(), seen=seen).seen
    assert "- its commits: SEEN" in shown
    assert "- tags:" not in shown, "no rule judges versions of a feature"
    assert "- the push:" not in shown


def test_a_warning_of_a_push_is_told() -> None:
    lenient = worlds.policy(b"rules: {direct-push: warning}\n")
    told = render.opinion(worlds.pushed(held=lenient))
    assert told.outcome is Outcome.PASS
    assert told.headline == "2 commits reached main without a pull request (direct-push)"
    assert told.summary.startswith("**A push to `main` is at odds with `direct-push`.")


def test_effects_of_a_new_policy_are_counted_and_cut() -> None:
    free, blocked = worlds.fine().report, worlds.feature_into_main().report
    many = tuple(Effect(number, "feature/x", "main", free, blocked) for number in range(1, 81))
    (section, *_) = opinion_of(worlds.fine(), PolicyChange(effects=(*many, Effect(99, "a", "b", free, free)))).sections
    assert "With the new policy, 80 of 81 other open pull requests are judged differently:" in section.body
    assert section.body.count("would block") == 50
    assert section.body.endswith("… and 30 more")
    (section, *_) = opinion_of(worlds.fine(), PolicyChange(effects=(Effect(99, "a", "b", free, free),))).sections
    assert section.body.endswith("The new policy changes no verdict on the one other open pull request.")


def test_a_broken_policy_blocks_what_is_fine_otherwise() -> None:
    told = opinion_of(worlds.fine(), PolicyChange(errors=worlds.errors()))
    assert told.outcome is Outcome.FAIL
    assert check_run(HEAD, [told]).conclusion == "failure"
    assert [mark.line for mark in told.annotations] == [3, 4, 4]


def test_everything_that_can_be_said_has_a_word() -> None:
    assert set(words.FACTS) == {field.name for field in fields(Facts)} - {"as_of"}
    can_block = {Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR}
    assert set(words.STANDINGS) == {(outcome, False) for outcome in Outcome} | {(each, True) for each in can_block}
    assert set(words.OUTCOMES) == {None, *Outcome} - {Outcome.SKIP}
