"""Nothing that a stranger wrote acts on the page of a check run, in a comment or in a title."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from bot.gather.policy import Policy
from bot.judged import Judged
from bot.report import render, undecided
from bot.report.change import Effect, PolicyChange
from bot.report.check import check_run
from bot.report.comment import MARKER, comment
from bot.report.fit import joined
from bot.report.opinion import CheckRun, Opinion
from bot.report.request import updated
from policies.config import ConfigErrors, read
from policies.evaluate import evaluate
from policies.facts import Unavailable
from policies.phrase import say
from policies.verdict import Outcome
from policies.words import check as words
from tests.bot.report import worlds
from tests.bot.report.worlds import HEAD, NOON
from tests.policies.hostile import HOSTILE
from tests.policies.readers import ITEM, MARKDOWN, PLAIN, TABLE, Browser, invisible_in, leaves
from tests.policies.strategies import CONFIGS, FACTS, TEXT

OURS = PLAIN | TABLE | ITEM | {"fence", "heading_open", "heading_close", "strong_open", "strong_close", "softbreak"}
"""What our own Markdown consists of: no links (nobody has said where the pages are), no images."""

FOLDS = {"details", "detailsopen", "summary", "code"}
"""What our own HTML consists of: parts that open with a click."""

ACTS = re.compile(r"[@>]|<(?! )|https?:|www\.|(?:^|[^ ])#(?!\d)|\bGH-")
"""What GitHub would make a mention, a reference, a tag or a link of, outside code. ("p < 0.001" is none of these.)"""


QUOTED = (
    "escape sequence",
    "NUL in a word",
    "half a surrogate pair",
    "half a surrogate pair as a key",
    "Python object",
    "many unknown keys",
    "many unknown rules",
    "look-ahead",
    "back-reference",
    "long expression",
    "very long word",
    "very long key",
    "very long repository",
)
"""Policies of which our answer quotes something."""


def elements(markdown: str) -> list[Token]:
    tokens = MARKDOWN.parse(markdown)
    return [*tokens, *leaves(tokens)]


def assert_inert(markdown: str) -> None:
    found = elements(markdown)
    assert {token.type for token in found} - {"inline", "html_block"} <= OURS
    assert_folded([token.content for token in found if token.type == "html_block"])
    assert [token.content for token in found if token.type == "text" and ACTS.search(token.content)] == []
    assert not invisible_in(markdown.replace("\n", ""))
    markdown.encode("utf-8")


def assert_folded(html: list[str]) -> None:
    """Say that HTML consists of folds that are closed again, and that only code is foreign in it."""
    browser, depth = Browser(), 0
    for part in html:
        assert (part.startswith("<details"), part.strip() == "</details>") in ((True, False), (False, True))
        depth += 1 if part.startswith("<details") else -1
        assert depth in (0, 1)
        browser.feed(part)
    assert depth == 0
    assert set(browser.elements) <= FOLDS
    assert not ACTS.search(re.sub("<[^>]*>", "", re.sub("<code>.*?</code>", "", "".join(html))))


def assert_shown_safely(check: CheckRun) -> None:
    assert_inert(check.summary)
    assert_inert(joined([check.text, check.seen]))
    assert len(check.title) <= 255
    assert not {unicodedata.category(character) for character in check.title} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    updated(check, check.annotations, NOON, last=True)["output"]["title"].encode("utf-8")


@st.composite
def opinions(draw: st.DrawFn) -> Opinion:
    facts, config, text = draw(FACTS), draw(CONFIGS), draw(TEXT)
    found = Judged(facts, evaluate(facts, config), Policy(config, text))
    seen = {name: say("{what}", what=text) for name in words.FACTS}
    effect = Effect(7, text, text, found.report, worlds.fine().report)
    return render.opinion(found, seen=seen, change=draw(st.sampled_from((None, PolicyChange(effects=(effect,))))))


@settings(max_examples=60)
@given(opinions())
def test_a_check_run_is_inert(opinion: Opinion) -> None:
    assert_shown_safely(check_run(HEAD, [opinion]))


@settings(max_examples=30)
@given(st.lists(opinions(), min_size=2, max_size=3), st.booleans())
def test_a_check_run_of_several_is_inert(several: list[Opinion], group: bool) -> None:
    assert_shown_safely(check_run(HEAD, several, group=group))


@settings(max_examples=60)
@given(opinions())
def test_a_comment_is_inert(opinion: Opinion) -> None:
    said = comment(opinion, previous_comment_exists=True)
    assert said is not None
    text, marker, rest = said.rpartition(MARKER)
    assert (marker, rest) == (MARKER, "")
    assert_inert(text)


@given(TEXT, TEXT)
def test_what_could_not_be_decided_is_inert(one: str, other: str) -> None:
    subject = worlds.pull_request(one, other)
    for opinion in (
        render.looking(subject),
        undecided.undecided(subject, Unavailable(say("{one} is not there.", one=one))),
        undecided.failed(subject, delivery=one, attempts=8, error=other),
        undecided.broken_policy(subject, one, worlds.errors()),
    ):
        assert_shown_safely(check_run(HEAD, [opinion]))


def test_what_is_wrong_with_a_hostile_policy_is_inert() -> None:
    for name in QUOTED:
        errors = read(HOSTILE[name])
        assert isinstance(errors, ConfigErrors), name
        for opinion in (
            undecided.broken_policy(worlds.pull_request(), "a policy", errors),
            render.opinion(worlds.fine(), change=PolicyChange(errors=errors)),
        ):
            assert opinion.outcome is not Outcome.PASS
            assert_shown_safely(check_run(HEAD, [opinion]))


def test_what_would_act_is_seen() -> None:
    """The test above would notice if something did."""
    assert "link_open" in {token.type for token in elements("[x](http://x)")}
    assert "html_inline" in {token.type for token in elements("a <b>")}
    assert ACTS.search("ask @everyone")
    assert not ACTS.search("brought by #7")
