"""Reads one pull request from GitHub, as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.gather.event import read_pull_request
from bot.github.errors import NotFound, Unreachable
from bot.github.port import Api
from bot.github.repository import InstallationId, Repository
from policies.facts import Branches, PullRequest, Sha


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request: GitHub's JSON, and what the rules see of it. ``repository`` has the name of this moment."""

    repository: Repository
    default_branch: str
    payload: Mapping[str, Any]
    subject: PullRequest
    open: bool

    @property
    def number(self) -> int:
        return int(self.payload["number"])

    @property
    def head_sha(self) -> Sha:
        return Sha(self.payload["head"]["sha"])

    def placed(self, branches: Branches, root: str | None = None) -> PullRequest:
        """Return it with the base as it is now, which GitHub's JSON does not have, and where a stack ends."""
        return replace(self.subject, base_sha=branches.tips.get(self.subject.base), root=root)


async def read_pull(api: Api, repository: Repository, number: int) -> Pull | None:
    """Return the pull request, or None where it is not there any more (a deleted repository, a lost permission).

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    address = f"{repository.path}/pulls/{number}"
    try:
        payload = await api.get(address)
    except NotFound:
        return None
    try:
        return as_pull(payload, repository.installation)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreachable("GET", address, 200, "the answer is not a pull request as GitHub documents it") from error


def as_pull(payload: Mapping[str, Any], installation: InstallationId) -> Pull:
    """Read GitHub's JSON; raises KeyError, TypeError or ValueError where it is not what GitHub documents."""
    home = payload["base"]["repo"]
    repository = Repository(installation, int(home["id"]), str(home["full_name"]))
    subject = read_pull_request(payload)
    return Pull(repository, str(home["default_branch"]), payload, subject, payload["state"] == "open")
