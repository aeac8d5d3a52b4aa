"""The policy that holds for a repository on GitHub: the default branch's, never that of a pull request's head.

A file at a commit never changes, so each is asked for once.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from bot.gather.policy import MISSPELT, PATH, PRESET, TOP, Policy, PolicyProblem, problem
from bot.gather.remote.known import Known
from bot.github.errors import Forbidden, NotFound, Unreachable
from bot.github.port import Api
from bot.github.repository import Repository
from policies.config import Config, ConfigErrors, Position, default, read
from policies.config.document import LARGEST, Document, parse
from policies.facts import Sha
from policies.phrase import Phrase
from policies.words import faults, policy

Fetch = Callable[[], Awaitable[Any]]


class PolicyReader:
    """Reads policy files of one repository, and of the organisation whose policy they extend."""

    def __init__(self, api: Api, repository: Repository, known: Known) -> None:
        self._api, self._repository, self._known = api, repository, known

    async def at(self, sha: Sha, branch: str) -> Policy:
        """Return the policy at a commit of ``branch``; raises PolicyProblem where it cannot be used.

        A repository without the file has the preset ``gitflow``. An error of GitHub is raised: a policy that could
        not be read is not the same as none.
        """
        label = f"{PATH} on {branch}"
        data = await self._file(sha, PATH, label)
        if data is None:
            if await self._file(sha, MISSPELT, label) is not None:
                raise problem(label, policy.misspelt(MISSPELT, PATH))
            return Policy(default(), PRESET)
        return Policy(await self._parsed(data, label), label)

    async def differ(self, one: Sha, other: Sha) -> bool:
        """Say whether two commits have different policies, as far as their own files go."""
        try:
            return await self._given(one) != await self._given(other)
        except PolicyProblem:  # one of them is too large, or no file at all
            return one != other

    async def _given(self, sha: Sha) -> tuple[bytes | None, bytes | None]:
        data = await self._file(sha, PATH, PATH)
        return data, None if data is not None else await self._file(sha, MISSPELT, PATH)

    async def _parsed(self, data: bytes, label: str) -> Config:
        first = _read(data, label)
        if first.extends is None:
            return first
        try:
            organisation = await self._organisation(first.extends)
        except _NotExtendable as error:
            raise problem(label, error.said, _place_of_extends(data)) from error
        return _read(data, label, organisation)

    async def _organisation(self, full_name: str) -> Config:
        """Read the policy of ``owner/repository`` as it is now; without it nothing is judged by less."""
        label = f"{PATH} of {full_name}"
        named = Repository(self._repository.installation, 0, full_name)
        try:
            data = _decoded(await self._content(named, PATH, label), label)
        except NotFound as error:
            raise _NotExtendable(policy.organisation_not_readable(full_name)) from error
        organisation = read(data)
        if isinstance(organisation, ConfigErrors):
            raise PolicyProblem(label, organisation, ours=False)
        if organisation.extends is not None:
            raise _NotExtendable(policy.extended_twice(full_name, organisation.extends))
        return organisation

    async def _file(self, sha: Sha, path: str, label: str) -> bytes | None:
        async def fetch() -> Any:
            try:
                answer = await self._content(self._repository, path, label, ref=sha)
            except NotFound:
                return None
            return base64.b64encode(_decoded(answer, label)).decode("ascii")

        stored = await self._known.once(f"file/{sha}/{path}", fetch)
        return None if stored is None else base64.b64decode(stored)

    async def _content(self, repository: Repository, path: str, label: str, **query: str) -> Any:
        """Ask for a file. A commit that is so new that not all of GitHub knows it is no commit without the file."""
        address = f"{repository.path}/contents/{quote(path)}"
        try:
            return await self._api.get(address, **query)
        except NotFound as error:
            if error.said.startswith("No commit found"):
                raise Unreachable("GET", address, error.status, error.said) from error
            raise
        except Forbidden as error:
            if "too_large" in error.said:
                raise problem(label, policy.larger_than_github_gives(LARGEST)) from error
            raise


def _decoded(answer: Any, label: str) -> bytes:
    """Return the bytes of a file; GitHub leaves out the content of one over a megabyte.

    https://docs.github.com/en/rest/repos/contents#get-repository-content
    """
    if not isinstance(answer, dict) or answer.get("type") != "file":
        raise problem(label, policy.not_a_file(PATH))
    if answer.get("encoding") != "base64" or answer.get("size", 0) > LARGEST:
        raise problem(label, faults.too_large(int(answer.get("size", 0)), LARGEST))
    return base64.b64decode(answer["content"])


def _read(data: bytes, label: str, organisation: Config | None = None) -> Config:
    config = read(data, organisation)
    if isinstance(config, ConfigErrors):
        raise PolicyProblem(label, config)
    return config


class _NotExtendable(Exception):
    """The policy that another one extends cannot be had; ``said`` tells its maintainer why."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said.plain())
        self.said = said


def _place_of_extends(data: bytes) -> Position:
    document = parse(data)
    return document.where(("extends",)) if isinstance(document, Document) else TOP
