"""Any world that somebody could hand in: hostile names, facts that are missing, policies of all kinds."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from policies import facts as world
from policies.catalogue import CATALOGUE
from policies.config import Config
from policies.facts import Absent, Facts, Sha, Unavailable
from policies.phrase import say
from policies.presets import NAMES
from policies.verdict import Remedy
from tests.policies.cases import NOON
from tests.policies.fixtures import config_of
from tests.policies.metrics.strategies import METRICS

NASTY = (
    "",
    "`",
    "``` ",
    "@everyone",
    "#1 GH-1 acme/x#2",
    "[x](javascript:alert(1))",
    "![x](http://x/y.png)",
    "<img src=x onerror=alert(1)>",
    "<!-- headgate -->",
    "a|b\\|c",
    "\\`x`\\",
    "$(reboot) `reboot` ; reboot & | > x",
    "'\"'\"",
    "-rf",
    "::error file=x::y",
    "##[group]",
    "\x1b[31m\x07\r\n\x00",
    "\u202e\u2066\u200b\ufeff",
    "\ud83d\udc80",
    "http://example.com www.example.com a@example.com",
    "*_~**__~~",
    "\n\n# heading\n\n- item\n",
    "&lt;&#60;&amp;",
    "é" * 127,
    "x" * 5_000,
    "%s {head} {0}",
)
TEXT = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=30)
"""Text that a stranger picked, lone surrogates and all."""

VERSION = st.sampled_from(
    ("1.2.3", "1.2.4", "v1.3.0", "2.0.0-rc.1", "1.2.3+build", "1.2", "01.2.3", "9" * 40, "latest")
)
NAME = st.one_of(
    st.sampled_from(("main", "dev", "develop", "staging", "feature/x", "support/1.x", "gh-readonly-queue/dev/pr-1")),
    st.builds("{}{}".format, st.sampled_from(("release/", "hotfix/", "release-", "")), VERSION),
    st.builds("{}{}".format, st.sampled_from(("feature/", "bugfix/", "Feature-", "dependabot/", "play/", "")), TEXT),
)
SHA = st.sampled_from([Sha(digit * 40) for digit in "0123456789ab"])
SHAS = st.frozensets(SHA, max_size=6)
PERSON = st.sampled_from(("ana", "ben", "eve", "dependabot[bot]")) | TEXT

BLIND = st.builds(
    Unavailable,
    st.builds(lambda text: say("Could not look at {what}.", what=text), TEXT),
    st.none() | st.just(Remedy(say("Fetch it."), ("git fetch",))),
)
ABSENT = st.just(Absent(say("there is no such thing here")))
ARRIVAL = st.builds(world.Arrival, st.none() | NAME, st.none() | st.integers(1, 99))
COMMIT = st.builds(world.Commit, SHA, TEXT, PERSON, st.integers(0, 3), st.integers(0, 3))
COMMITS = st.lists(COMMIT, max_size=8, unique_by=lambda commit: commit.sha).map(tuple)

HEAD = st.sampled_from(("feature/x", "bugfix/y", "hotfix/1.2.4", "release/1.3.0", "main", "dev", "staging")) | NAME
BASE = st.sampled_from(("main", "dev", "release/1.3.0", "staging", "support/1.x")) | NAME
PULL_REQUEST = st.builds(
    world.PullRequest,
    head=HEAD,
    base=BASE,
    head_sha=SHA,
    base_sha=SHA,
    number=st.none() | st.integers(1, 99),
    title=st.none() | TEXT,
    body=st.none() | TEXT,
    author=st.none() | PERSON,
    draft=st.booleans(),
    fork=st.booleans(),
    root=st.none() | BASE,
    stack=st.none() | BLIND,
)
BRANCHES = st.builds(
    world.Branches,
    st.just({"main": Sha("0" * 40), "dev": Sha("1" * 40)}) | st.dictionaries(NAME, SHA, max_size=5),
    st.none() | BLIND,
)
ELSEWHERE = st.lists(
    st.builds(
        world.Elsewhere,
        BASE,
        SHAS,
        SHAS,
        st.booleans(),
        st.booleans(),
        st.frozensets(PERSON, max_size=3),
        st.dictionaries(SHA, ARRIVAL, max_size=3),
    ),
    max_size=4,
    unique_by=lambda place: place.branch,
).map(tuple)
DRIFT = st.lists(
    st.builds(world.Drift, BASE, BASE, COMMITS, st.none() | st.integers(1, 300), st.none() | VERSION, SHAS),
    max_size=3,
    unique_by=lambda place: place.branch,
).map(tuple)
RELEASES = st.lists(st.builds(world.Release, NAME, SHA), max_size=7, unique_by=lambda release: release.branch).map(
    tuple
)
TAGS = st.lists(
    st.builds(world.Tag, VERSION | TEXT, st.just(NOON), st.booleans(), st.booleans()),
    max_size=5,
    unique_by=lambda tag: tag.name,
).map(tuple)
MERGE = st.builds(world.Merge, st.sampled_from(world.Mergeability), st.lists(TEXT, max_size=7, unique=True).map(tuple))
REVIEWS = st.lists(
    st.builds(
        world.Review,
        PERSON,
        st.sampled_from(("approved", "dismissed", "commented", "changes_requested")),
        st.none() | SHA,
        st.frozensets(st.sampled_from(("leads", "data", "interns"))),
    ),
    max_size=5,
    unique_by=lambda review: review.author,
).map(tuple)
PATHS = st.frozensets(TEXT | st.sampled_from(("src/a.py", "src/x/y.py", "README.md")), max_size=5)
PUSH = st.builds(
    world.Push,
    BASE,
    st.lists(
        st.builds(
            world.PushedCommit,
            COMMIT,
            st.none()
            | st.builds(
                world.MergedPullRequest,
                st.none() | st.integers(1, 9),
                HEAD,
                st.sampled_from(("merge", "squash", "rebase")),
            ),
        ),
        max_size=5,
        unique_by=lambda pushed: pushed.commit.sha,
    ).map(tuple),
)

Known = TypeVar("Known")


def seldom_missing(strategy: st.SearchStrategy[Known]) -> st.SearchStrategy[Known | Absent | Unavailable]:
    """Nearly always the fact, so that rules come to judge; sometimes it could not be had, or is not there."""
    return st.one_of(strategy, strategy, strategy, strategy, strategy, strategy, ABSENT, BLIND)


GATHERED: Mapping[str, st.SearchStrategy[object]] = {
    "commits": seldom_missing(COMMITS),
    "elsewhere": seldom_missing(ELSEWHERE),
    "drift": seldom_missing(DRIFT),
    "releases": seldom_missing(RELEASES),
    "tags": seldom_missing(TAGS),
    "merge": seldom_missing(MERGE),
    "reviews": seldom_missing(REVIEWS),
    "paths": seldom_missing(PATHS),
    "metrics": seldom_missing(METRICS),
}
BEFORE = st.builds(
    Facts,
    as_of=st.just(NOON),
    pull_request=seldom_missing(PULL_REQUEST).filter(lambda fact: not isinstance(fact, Unavailable)),
    branches=BRANCHES | BLIND,
    **GATHERED,
)
AFTER = st.builds(
    Facts,
    as_of=st.just(NOON),
    push=seldom_missing(PUSH),
    branches=BRANCHES | BLIND,
)
FACTS = BEFORE | BEFORE | AFTER
"""What is known before a merge, or after a push."""

OPTIONS: Mapping[str, Mapping[str, object]] = {
    "wrong-merge-target": {"allow_direct_promotion": True},
    "bad-version": {"allow_partial": True, "tag_prefix": "v"},
    "missing-back-merge": {"measured_at": "last_tag", "open_release_only": True},
    "bad-title": {"pattern": "(a*)*$"},
    "missing-story": {"jira": "https://example.atlassian.net"},
    "unreproducible-run": {"dataset": False, "environment": False},
    "missing-approval": {
        "for": {"feature": 2, "bot": 0},
        "current_head": True,
        "teams": ["leads"],
        "paths": {"src/**": {"teams": ["data"]}},
    },
}


MLFLOW = {"metrics": {"rmse": {"goal": "minimize", "tolerance": "2%", "floor": 0, "gate": True}}}
"""A section by which no rule about runs is skipped beforehand; the facts have the settings of each model."""


def configs(*severities: str) -> st.SearchStrategy[Config]:
    """Policies over every preset; a fixed choice, because reading one takes longer than judging by it."""
    chance = random.Random(", ".join(severities))  # no secret
    return st.sampled_from([_config(chance, severities) for _ in range(40)])


def _config(chance: random.Random, severities: Sequence[str]) -> Config:
    rules = {rule.name: _entry(chance, rule.name, severities) for rule in CATALOGUE}
    mlflow = {"mlflow": MLFLOW} if chance.random() < 0.8 else {}
    return config_of(json.dumps({"preset": chance.choice(NAMES), "rules": rules, **mlflow}).encode())


def _entry(chance: random.Random, rule: str, severities: Sequence[str]) -> dict[str, object]:
    """One rule with a severity, perhaps others for single types, and some of its options."""
    words = {kind: chance.choice(severities) for kind in ("severity", "feature", "bot")}
    maybe = {**words, **OPTIONS.get(rule, {})}
    return {"severity": words["severity"], **{key: value for key, value in maybe.items() if chance.random() < 0.5}}


CONFIGS = configs("off", "warning", "error")
