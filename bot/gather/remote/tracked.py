"""What GitHub knows of a pull request that helps to find its runs in MLflow: commits, workflows, files, the release."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.gather.remote.compare import Comparisons, seconds
from bot.gather.remote.compared import Compared
from bot.gather.remote.known import Known
from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.refused import REFUSALS, unavailable
from bot.gather.remote.tags import Walk, named_commits
from bot.gather.remote.together import together
from bot.gather.remote.workflows import workflows
from bot.github.errors import NotFound
from bot.tracking.baselines import MOST_BASE_COMMITS
from bot.tracking.subject import Released, Subject
from bot.tracking.words import no_release
from policies.config.mlflow import MlflowSection
from policies.facts import Absent, Commit, Sha, Unavailable
from policies.gitflow.versions import Reader as VersionReader
from policies.metrics.runs import NO_FILE

LARGEST_FILE = 256 * 1024
"""Bytes of a file of requirements; a lock file with hashes has some thousand lines."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A pull request whose runs somebody wants to see. ``payload`` is the pull request as GitHub has it.

    ``released`` is the commit whose tags are the releases: the tip of production, or of a support branch.
    """

    reader: Reader
    comparisons: Comparisons
    compared: Compared
    payload: Mapping[str, Any]
    released: Sha

    async def subject(self, section: MlflowSection, commits: tuple[Commit, ...] | Unavailable) -> Subject:
        """Ask for all of it at once; and remember that a workflow of this head matters (:func:`is_tracked`)."""
        head = self.compared.head
        await self.reader.known.once(_mark(head), _yes)
        merge, base_commits, running, files, release = await self._asked(section)
        return Subject(
            repository=self.reader.repository.full_name,
            head=head,
            base=self.compared.subject.base,
            merge=merge,
            commits=commits,
            base_commits=base_commits,
            release=release,
            workflows=running,
            early=self.reader.patient,
            files=files,
            changed_since=self._changed_since,
        )

    async def _asked(self, section: MlflowSection) -> list[Any]:
        head = self.compared.head
        return await together(
            (
                self._first_merge(),
                self._base_commits(),
                workflows(self.reader, head),
                self._files(sorted({path for model in section.each().values() for path in model.environment})),
                self._release(section),
            )
        )

    async def _first_merge(self) -> Sha | None:
        """Return the trial merge that the workflows of this head have checked out.

        GitHub makes another one whenever the base moves, and starts no workflow for it. While ``mergeable`` is null
        the commit is one of an earlier head: https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
        """
        key = f"trial-merge/{self.compared.head}/{self.compared.subject.base}"
        known = await self.reader.known.found([key])
        with documented(f"{self.reader.repository.path}/pulls/{self.compared.subject.number}"):
            merge = self.payload["merge_commit_sha"] if self.payload["mergeable"] else None
        if key not in known and merge is not None:
            known = {key: str(merge)}
            await self.reader.known.keep(known)
        return Sha(known[key]) if key in known else None

    async def _base_commits(self) -> tuple[Commit, ...] | Unavailable:
        """Return the commits of the base branch from the merge base on, newest first.

        https://docs.github.com/en/rest/commits/commits#list-commits
        """
        start, path = self.compared.start, f"{self.reader.repository.path}/commits"

        async def fetch() -> list[list[Any]]:
            pages = await self.reader.api.pages(path, most=MOST_BASE_COMMITS, sha=start)
            with documented(path):
                return [[str(each["sha"]), str(each["commit"]["committer"]["date"])] for each in pages.items]

        try:
            listed = await self.reader.known.once(f"history/{start}", fetch)
        except REFUSALS as error:
            return unavailable(error)
        return tuple(Commit(Sha(sha), when=seconds(when)) for sha, when in listed)

    async def _files(self, paths: Sequence[str]) -> Mapping[str, tuple[str, ...]] | Absent | Unavailable:
        try:
            texts = await together(self._file(path) for path in paths)
        except REFUSALS as error:
            return unavailable(error)
        found = {path: tuple(text.splitlines()) for path, text in zip(paths, texts, strict=True) if text is not None}
        return found or NO_FILE

    async def _file(self, path: str) -> str | None:
        """Return a file of the head commit, None if there is none; one that is no text holds no requirements.

        https://docs.github.com/en/rest/repos/contents#get-repository-content
        """
        address = f"{self.reader.repository.path}/contents/{quote(path)}"

        async def fetch() -> str | None:
            try:
                given = await self.reader.api.get(address, ref=self.compared.head)
            except NotFound as error:
                if error.said.startswith("No commit found"):  # not yet; a commit that is there has a tip
                    raise
                return None
            return _text(given)

        text = await self.reader.known.once(f"requirements/{self.compared.head}/{path}", fetch)
        return None if text is None else str(text)

    async def _release(self, section: MlflowSection) -> Released | Absent | Unavailable:
        """Return the newest release, if any model is held against it."""
        models = section.each().values()
        wanted = [each for model in models for each in (model.baseline, model.also) if each is not None]
        if not any(each.branch == "release" for each in wanted):
            return no_release()
        try:
            return await self._last_release()
        except REFUSALS as error:
            return unavailable(error)

    async def _last_release(self) -> Released | Absent | Unavailable:
        """Return the highest version that was released, pre-releases left out."""
        tags = await named_commits(self.reader, VersionReader())
        if isinstance(tags, Unavailable):
            return tags
        final = [tag for tag in tags if tag.version is not None and not tag.version.prerelease]
        names = await Walk(self.comparisons, final).contained(self.released, self.compared.subject.base, final=True)
        if isinstance(names, Unavailable):
            return names
        newest = next((tag for tag in final if tag.name in names), None)
        return no_release() if newest is None else Released(newest.name, Commit(newest.sha))

    async def _changed_since(self, older: Sha) -> frozenset[str] | None:
        try:
            return (await self.comparisons.pair(older, self.compared.head)).paths
        except REFUSALS:
            return None


def _text(given: Any) -> str | None:
    """Return what a file holds; None for a folder, a link to another repository, or what is no text of usual size."""
    if not isinstance(given, dict) or given.get("type") != "file" or given.get("encoding") != "base64":
        return None
    data = base64.b64decode(given["content"])
    return data.decode("utf-8", "replace") if len(data) <= LARGEST_FILE else None


async def is_tracked(known: Known, sha: Sha) -> bool:
    """Say whether runs of this commit were looked for: then a workflow that ends may have brought some."""
    return bool(await known.found([_mark(sha)]))


def _mark(sha: Sha) -> str:
    return f"tracked/{sha}"


async def _yes() -> bool:
    return True
