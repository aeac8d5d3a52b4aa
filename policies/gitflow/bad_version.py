"""The version in the name of a release or hotfix branch is not the next one.

## What it does

Reads the version from the branch name and holds it against the tags:

* a release must carry a valid version of Semantic Versioning 2.0.0 (https://semver.org/spec/v2.0.0.html); a hotfix may
  carry a version or a topic;
* into production or a support branch, the version must not be tagged already, and must be greater than the highest
  version that this branch contains, so that every support line counts for itself;
* a hotfix is the patch after the version it was started from.

Merging back into the integration branch needs no more than a valid version: the tag may stand by then. Tags count with
`v` in front and without, or with `tag_prefix` where the team sets one.

## Why it matters

The tag that follows the merge comes from this name. A version that exists, or that goes backwards, is found out when
the deployment has already picked the wrong model.

## How to fix it

Rename the branch to the version that the message names. A hotfix that was started before another hotfix was deployed
is first rebased.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field
from semver import Version

from policies.facts import PullRequest, Tag
from policies.gitflow.model import PRODUCTION, BranchModel, BranchType
from policies.gitflow.versions import Reader, Tagged, nearest, next_minor, next_patch
from policies.phrase import Phrase
from policies.rule import Findings, Options, Rule, Stricter
from policies.verdict import Finding
from policies.words import offences, remedies, skips

LOOKS_LIKE_VERSION = re.compile(r"v?\d+(\.\d+)+")


class BadVersion(Options):
    tag_prefix: str | None = Field(
        default=None, description="What stands before the version in a tag; by default `v` or nothing."
    )
    allow_partial: Annotated[bool, Stricter.OFF] = Field(
        default=False, description="Read `1.2` as `1.2.0`, in branch names and in tags."
    )


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    kind = model.head(pull_request)
    if kind is None or kind.name not in ("release", "hotfix"):
        return skips.only_for("release", "hotfix")
    named = _written(kind, pull_request.head)
    if kind.name == "hotfix" and not LOOKS_LIKE_VERSION.match(named):
        return skips.hotfix_names_topic()
    return None


def check(pull_request: PullRequest, model: BranchModel, tags: tuple[Tag, ...], options: BadVersion) -> Findings:
    kind = model.head(pull_request)
    if kind is None:
        return
    head, written = pull_request.head, _written(kind, pull_request.head)
    reader = Reader(options.tag_prefix, options.allow_partial)
    version, tagged = reader.version(written), Tagged.read(tags, reader)
    beginning = head.removesuffix(written)
    if version is None:
        proposed = nearest(written) or next_minor(tagged.reachable)
        yield Finding(offences.not_a_version(head, written), remedies.rename_branch(head, beginning + proposed))
        return
    base = model.classify(pull_request.base)
    if base is None or base.name not in (PRODUCTION, "support"):
        return
    message = _offence(kind, head, version, tagged)
    if message is None:
        return
    if kind.name != "hotfix":
        yield Finding(message, remedies.rename_branch(head, beginning + next_minor(tagged.existing)))
    elif tagged.has_moved_on:
        proposed = beginning + next_patch(tagged.reachable)
        yield Finding(message, remedies.catch_up(head, pull_request.base, proposed))
    else:
        proposed = beginning + next_patch(tagged.start or tagged.reachable)
        yield Finding(message, remedies.rename_branch(head, proposed))


def _offence(kind: BranchType, head: str, version: Version, tagged: Tagged) -> Phrase | None:
    if version in tagged.existing:
        return offences.version_exists(head, tagged.existing[version])
    if tagged.reachable and version < max(tagged.reachable):
        return offences.version_not_greater(head, str(version), tagged.reachable[max(tagged.reachable)])
    final = [known for known in tagged.start if not known.prerelease]
    if kind.name == "hotfix" and final and version.finalize_version() != max(final).bump_patch():
        return offences.not_the_next_patch(head, tagged.start[max(final)], str(max(final).bump_patch()))
    return None


def _written(kind: BranchType, head: str) -> str:
    """Return the part of the branch name that should be a version."""
    pattern = kind.pattern_of(head)
    return pattern.rest(head) if pattern else head


RULE = Rule(name="bad-version", since="0.1.0", check=check, applies=applies, options=BadVersion)
