"""Any world that somebody could hand in: hostile names, facts that are missing, policies of all kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

VERSION = st.sampled_from(("1.2.3", "1.2.4", "v1.3.0", "2.0.0-rc.1", "1.2.3+build", "1.2", "01.2.3", "9" * 40, "latest"))
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

PULL_REQUEST = st.builds(
    world.PullRequest,
    head=NAME,
    base=NAME,
    head_sha=SHA,
    base_sha=SHA,
    number=st.none() | st.integers(1, 99),
    title=st.none() | TEXT,
    body=st.none() | TEXT,
    author=st.none() | PERSON,
    draft=st.booleans(),
    fork=st.booleans(),
    root=st.none() | NAME,
)
BRANCHES = st.builds(world.Branches, st.dictionaries(NAME, SHA, max_size=5), st.none() | BLIND)
ELSEWHERE = st.lists(
    st.builds(
        world.Elsewhere,
        NAME,
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
    st.builds(world.Drift, NAME, NAME, COMMITS, st.none() | st.integers(1, 300), st.none() | VERSION, SHAS),
    max_size=3,
    unique_by=lambda place: place.branch,
).map(tuple)
RELEASES = st.lists(st.builds(world.Release, NAME, SHA), max_size=7, unique_by=lambda release: release.branch).map(tuple)
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
    NAME,
    st.lists(
        st.builds(
            world.PushedCommit,
            COMMIT,
            st.none()
            | st.builds(
                world.MergedPullRequest,
                st.none() | st.integers(1, 9),
                NAME,
                st.sampled_from(("merge", "squash", "rebase")),
            ),
        ),
        max_size=5,
        unique_by=lambda pushed: pushed.commit.sha,
    ).map(tuple),
)

Known = TypeVar("Known")


def known_or_not(strategy: st.SearchStrategy[Known]) -> st.SearchStrategy[Known | Absent | Unavailable]:
    return strategy | strategy | ABSENT | BLIND


FACTS = st.builds(
    Facts,
    as_of=st.just(NOON),
    pull_request=PULL_REQUEST | PULL_REQUEST | ABSENT,
    push=ABSENT | ABSENT | BLIND | PUSH,
    branches=BRANCHES | BLIND,
    commits=known_or_not(COMMITS),
    elsewhere=known_or_not(ELSEWHERE),
    drift=known_or_not(DRIFT),
    releases=known_or_not(RELEASES),
    tags=known_or_not(TAGS),
    merge=known_or_not(MERGE),
    reviews=known_or_not(REVIEWS),
    paths=known_or_not(PATHS),
)

OPTIONS: Mapping[str, Mapping[str, object]] = {
    "wrong-merge-target": {"allow_direct_promotion": True},
    "bad-version": {"allow_partial": True, "tag_prefix": "v"},
    "missing-back-merge": {"measured_at": "last_tag", "open_release_only": True},
    "bad-title": {"pattern": "(a*)*$"},
    "missing-story": {"jira": "https://example.atlassian.net"},
    "missing-approval": {
        "for": {"release": 2, "bot": 0},
        "current_head": True,
        "teams": ["leads"],
        "paths": {"src/**": {"teams": ["data"]}},
    },
}


def rules(*severities: str) -> st.SearchStrategy[dict[str, dict[str, object]]]:
    """Every rule with one of these severities, some for single types, with its options or without."""
    word = st.sampled_from(severities)
    entries = {
        rule.name: st.fixed_dictionaries(
            {"severity": word},
            optional={
                "feature": word,
                "hotfix": word,
                **{key: st.just(value) for key, value in OPTIONS.get(rule.name, {}).items()},
            },
        )
        for rule in CATALOGUE
    }
    return st.fixed_dictionaries(entries)


def configs(*severities: str) -> st.SearchStrategy[Config]:
    """Policies over every preset."""
    written = st.fixed_dictionaries({"preset": st.sampled_from(NAMES)}, optional={"rules": rules(*severities)})
    return written.map(_read)


def _read(policy: Mapping[str, object]) -> Config:
    text = json.dumps(policy)
    return config_of(text.replace('"hotfix"', '"bot"').encode() if "github-flow" in text else text.encode())


CONFIGS = configs("off", "warning", "error")
