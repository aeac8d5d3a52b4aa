"""No story of the issue tracker is named.

## What it does

Searches the title, the branch name and the body of the pull request, in this order, for a story key. Off by default.

## Why it matters

The story says why the change exists and who asked for it. Without the key nobody who reads the history later finds the
way back to it.

## How to fix it

Put the key into the title: `gh pr edit NUMBER --title "feat: forecast by store (MEIP-42)"`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.facts import PullRequest
from policies.gitflow.pattern import found
from policies.phrase import Phrase
from policies.rule import Findings, Options, Regex, Rule, Stricter
from policies.verdict import Finding
from policies.words import offences, remedies, skips


class MissingStory(Options):
    pattern: Regex = Field(default=r"\b[A-Z][A-Z0-9]+-\d+\b", description="What a story key looks like, in RE2 syntax.")
    jira: Annotated[str | None, Stricter.EITHER] = Field(
        default=None,
        pattern=r"^https://[^\s/]+(/\S*)?$",
        max_length=255,
        description="Base URL of the Jira site, so that messages can link to stories.",
    )


def story(pull_request: PullRequest, pattern: str) -> str | None:
    """Return the first story key in title, branch name or body."""
    texts = (pull_request.title, pull_request.head, pull_request.body)
    return next((key for text in texts if text and (key := found(pattern, text))), None)


def applies(pull_request: PullRequest, options: MissingStory) -> Phrase | None:
    nothing_yet = pull_request.title is None and pull_request.body is None
    return skips.no_title(pull_request.number) if nothing_yet and story(pull_request, options.pattern) is None else None


def check(pull_request: PullRequest, options: MissingStory) -> Findings:
    if story(pull_request, options.pattern) is None:
        yield Finding(
            offences.missing_story(options.pattern),
            remedies.name_story(pull_request.number, pull_request.title, options.jira),
        )


RULE = Rule(name="missing-story", since="0.1.0", check=check, applies=applies, options=MissingStory)
