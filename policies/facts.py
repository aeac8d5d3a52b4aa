"""What the world looked like when somebody looked: frozen, eager and dated.

A fact that could not be had is a value too. :class:`Unavailable` means *could not look* and makes the rules that
need it answer ``unknown``; :class:`Absent` means *there is no such thing here* and makes them ``skip``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NewType

from policies.phrase import Phrase, say
from policies.verdict import Remedy

if TYPE_CHECKING:  # the other way round it is more than an annotation
    from policies.metrics.runs import ModelRuns

Sha = NewType("Sha", str)
"""A full commit id in lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Could not look: why, and what would help. Blocks, like everything that is not known.

    ``advisory``: shown as a warning only; another rule, or the policy itself, has a say in whether it blocks.
    """

    why: Phrase
    remedy: Remedy | None = None
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing of the kind exists here, for example no title before there is a pull request."""

    why: Phrase


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, open or only meant: ``number`` is None where somebody asks before opening one.

    ``root`` is the branch that a stack of pull requests ends in; None where it is no stack. ``stack`` says why nobody
    could look where a stack ends that this may be part of; None where somebody has looked.
    ``title``, ``body`` and ``author`` are None when there is no pull request to have them; a branch that is not there
    (deleted, or not fetched) has no SHA.
    """

    head: str
    base: str
    head_sha: Sha | None = None
    base_sha: Sha | None = None
    number: int | None = None
    title: str | None = None
    body: str | None = None
    author: str | None = None
    draft: bool = False
    fork: bool = False
    root: str | None = None
    stack: Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Branches:
    """The branches of the repository, name to tip. ``missing`` says why some may be absent from the list."""

    tips: Mapping[str, Sha]
    missing: Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. ``author`` is an e-mail address or a login: only ever compared, never shown.

    ``when`` is the committer's date in seconds since 1970; it decides the order in lists and nothing else.
    """

    sha: Sha
    subject: str = ""
    author: str = ""
    parents: int = 1
    when: int = 0


def oldest_first(commits: Iterable[Commit]) -> tuple[Commit, ...]:
    """Put commits in the order in which people read them, whatever order they came in."""
    return tuple(sorted(commits, key=lambda commit: (commit.when, commit.sha)))


@dataclass(frozen=True, slots=True)
class Arrival:
    """The merge by which a commit came to a branch: the pull request's number and head branch where known."""

    branch: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Commits of this pull request that lie on ``branch`` too.

    ``own``: those on that branch's first-parent line, so made there rather than merged into it.
    ``holds_head``: the branch contains our head, so it was started from us, or has merged us.
    ``held_by_head``: our head contains the branch's tip, so we were started from it, or have merged it.
    ``authors``: who made the commits that are only on that branch.
    """

    branch: str
    shared: frozenset[Sha]
    own: frozenset[Sha] = frozenset()
    holds_head: bool = False
    held_by_head: bool = False
    authors: frozenset[str] = frozenset()
    arrivals: Mapping[Sha, Arrival] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drift:
    """Commits (merges left out) of the production branch that ``branch`` lacks.

    ``total`` is how many there are where ``lacking`` lists only some. ``last_tag`` is the newest version tag of
    production, ``tagged`` those of ``lacking`` that it contains.
    """

    source: str
    branch: str
    lacking: tuple[Commit, ...] = ()
    total: int | None = None
    last_tag: str | None = None
    tagged: frozenset[Sha] = frozenset()


@dataclass(frozen=True, slots=True)
class Release:
    """An open release branch: not merged into production yet."""

    branch: str
    sha: Sha


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. ``on_base``: the base branch contains it. ``at_start``: the commit where the head branched off does.

    ``on_head``: it stands on a commit that only the head contains, so it was set early, for this very branch.
    ``created`` is None where nobody looked it up; no rule asks for it.
    """

    name: str
    created: datetime | None = None
    on_base: bool = False
    at_start: bool = False
    on_head: bool = False


class Mergeability(Enum):
    """What Git says of merging head into base. "Not computed yet" is an :class:`Unavailable`, never a value here."""

    CLEAN = "clean"
    DIRTY = "dirty"


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome of a trial merge, with the conflicting paths where they are known."""

    state: Mergeability
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The latest review of one person; ``state`` is GitHub's word in lower case (approved, dismissed, …)."""

    author: str
    state: str
    sha: Sha | None = None
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MergedPullRequest:
    """The pull request that brought a commit, and how: ``method`` is merge, squash or rebase.

    ``number`` is None for a merge that somebody made in a clone and pushed; ``head`` where history does not say it.
    """

    number: int | None
    head: str | None
    method: str


@dataclass(frozen=True, slots=True)
class PushedCommit:
    """A commit new on the first-parent line of a branch, with the pull request that brought it, if any did."""

    commit: Commit
    pull_request: MergedPullRequest | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """What a push added to a branch, newest first."""

    branch: str
    commits: tuple[PushedCommit, ...]


NOT_ASKED = Unavailable(say("nobody gathered this fact"))


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules of one evaluation may see. Field names are the names of the rules' parameters."""

    as_of: datetime
    pull_request: PullRequest | Absent = Absent(say("there is no pull request"))
    push: Push | Absent | Unavailable = Absent(say("nothing was pushed"))
    branches: Branches | Unavailable = NOT_ASKED
    commits: tuple[Commit, ...] | Absent | Unavailable = NOT_ASKED
    elsewhere: tuple[Elsewhere, ...] | Absent | Unavailable = NOT_ASKED
    drift: tuple[Drift, ...] | Absent | Unavailable = NOT_ASKED
    releases: tuple[Release, ...] | Absent | Unavailable = NOT_ASKED
    tags: tuple[Tag, ...] | Absent | Unavailable = NOT_ASKED
    merge: Merge | Absent | Unavailable = NOT_ASKED
    reviews: tuple[Review, ...] | Absent | Unavailable = NOT_ASKED
    paths: frozenset[str] | Absent | Unavailable = NOT_ASKED
    metrics: tuple[ModelRuns, ...] | Absent | Unavailable = NOT_ASKED
    """One an entry of the policy's ``mlflow`` section; see :meth:`policies.config.mlflow.MlflowSection.each`."""
