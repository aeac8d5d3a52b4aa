"""The title of the pull request does not match the team's pattern.

## What it does

Searches the title for `pattern`, in RE2 syntax. The default is Conventional Commits 1.0.0
(https://www.conventionalcommits.org/en/v1.0.0/): a type, an optional scope, an optional `!`, a colon and a description.

## Why it matters

The title becomes the subject of the merge and a line of the changelog. One form for all makes both readable by people
and by tools.

## How to fix it

Edit the title on the pull request, or with `gh pr edit NUMBER --title TITLE`.
"""

from __future__ import annotations

from pydantic import Field

from policies.facts import PullRequest
from policies.gitflow.pattern import matched
from policies.phrase import Phrase
from policies.rule import Findings, Options, Regex, Rule
from policies.verdict import Finding
from policies.words import offences, remedies, skips

CONVENTIONAL = r"^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([^()]+\))?!?: \S"


class BadTitle(Options):
    pattern: Regex = Field(default=CONVENTIONAL, description="What the title must contain, in RE2 syntax.")


def applies(pull_request: PullRequest) -> Phrase | None:
    return skips.no_title(pull_request.number) if pull_request.title is None else None


def check(pull_request: PullRequest, options: BadTitle) -> Findings:
    title = pull_request.title or ""
    if not matched(options.pattern, title):
        conventional = options.pattern == CONVENTIONAL
        yield Finding(
            offences.bad_title(title, options.pattern, conventional=conventional),
            remedies.edit_title(pull_request.number),
        )


RULE = Rule(name="bad-title", since="0.1.0", check=check, applies=applies, options=BadTitle)
