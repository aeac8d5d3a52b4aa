"""What a job is about: something to look at again. A hint, not a message: the job re-reads the world."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeAlias, get_args

from bot.github.repository import InstallationId, Repository


@dataclass(frozen=True, slots=True)
class PullRequestTarget:
    """Judge one pull request."""

    KIND: ClassVar[str] = "pull_request"
    repository: Repository
    number: int

    @property
    def key(self) -> str:
        return f"{self.repository.id}/pull_request/{self.number}"


@dataclass(frozen=True, slots=True)
class HeadTarget:
    """Somebody wants our checks on a commit to be made again, whatever we remember of them.

    ``branch`` is the one it was pushed to, ``before`` what that one was at until then; None where that is not known.
    """

    KIND: ClassVar[str] = "head"
    repository: Repository
    sha: str
    branch: str | None = None
    before: str | None = None

    @property
    def key(self) -> str:
        return f"{self.repository.id}/head/{self.sha}"


@dataclass(frozen=True, slots=True)
class WorkflowTarget:
    """A workflow of a commit has begun or ended: training may have, where somebody looks for its runs."""

    KIND: ClassVar[str] = "workflow"
    repository: Repository
    sha: str

    @property
    def key(self) -> str:
        return f"{self.repository.id}/workflow/{self.sha}"


@dataclass(frozen=True, slots=True)
class PushTarget:
    """A ref moved (``refs/heads/…`` or ``refs/tags/…``); a SHA is None where it was created or deleted.

    ``again``: somebody wants to know once more, so what was said is written anew, and also that all is well.
    """

    KIND: ClassVar[str] = "push"
    repository: Repository
    ref: str
    before: str | None
    after: str | None
    again: bool = False

    @property
    def key(self) -> str:
        """Pushes are not folded into one another: each has commits of its own."""
        return f"{self.repository.id}/push/{self.ref}/{self.before}/{self.after}"


@dataclass(frozen=True, slots=True)
class MergeGroupTarget:
    """Judge a group of the merge queue: what lies between ``base_sha`` and ``head_sha`` would go into ``base_ref``."""

    KIND: ClassVar[str] = "merge_group"
    repository: Repository
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str

    @property
    def key(self) -> str:
        return f"{self.repository.id}/merge_group/{self.head_sha}"


@dataclass(frozen=True, slots=True)
class RepositoryTarget:
    """Look at every open pull request of a repository."""

    KIND: ClassVar[str] = "repository"
    repository: Repository

    @property
    def key(self) -> str:
        return f"{self.repository.id}/repository"


@dataclass(frozen=True, slots=True)
class InstallationTarget:
    """Look at every repository of an installation; after a permission was granted, for example."""

    KIND: ClassVar[str] = "installation"
    repository: Repository
    """Any of its repositories; only ``installation`` counts."""

    @property
    def key(self) -> str:
        return f"installation/{self.repository.installation}"


Target: TypeAlias = (
    PullRequestTarget
    | HeadTarget
    | WorkflowTarget
    | PushTarget
    | MergeGroupTarget
    | RepositoryTarget
    | InstallationTarget
)

KINDS: dict[str, type[Target]] = {kind.KIND: kind for kind in get_args(Target)}


def to_json(target: Target) -> dict[str, Any]:
    """Return a target as it is stored."""
    return {"kind": target.KIND, **asdict(target)}


def from_json(stored: dict[str, Any]) -> Target:
    """Read a stored target; raises KeyError or TypeError for one that this version does not know."""
    fields = dict(stored)
    kind = KINDS[fields.pop("kind")]
    given = fields.pop("repository")
    repository = Repository(InstallationId(given["installation"]), given["id"], given["full_name"])
    return kind(repository=repository, **fields)
