"""Facts about a pull request on GitHub. They mean what :mod:`bot.gather.local` reads from a clone of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.gather.remote import mergeable
from bot.gather.remote.asked import Asked
from bot.gather.remote.compare import Comparisons, paths_of
from bot.gather.remote.compared import Compared
from bot.gather.remote.elsewhere import Surroundings
from bot.gather.remote.production import Production
from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.reviews import Reviews
from bot.gather.remote.tags import Tags
from bot.gather.remote.tracked import Tracked
from bot.tracking.gather import gather_metrics
from policies.config.mlflow import MlflowSection
from policies.facts import (
    Absent,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    Merge,
    PullRequest,
    Release,
    Review,
    Sha,
    Tag,
    Unavailable,
)
from policies.gitflow.foreign_commits import MOST_COMMITS
from policies.gitflow.model import BranchModel
from policies.metrics.runs import ModelRuns
from policies.words import blind

MOST_PATHS = 3_000
"""GitHub lists no more: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files"""


@dataclass
class GitHubFacts:
    """One method a fact, called only when a rule needs its fact. ``payload`` is the pull request as GitHub has it."""

    reader: Reader
    pull_request: PullRequest
    payload: Mapping[str, Any]
    branches: Branches
    model: BranchModel
    asked: Asked = field(default_factory=Asked)
    mlflow: MlflowSection = field(default_factory=MlflowSection)

    @cached_property
    def _comparisons(self) -> Comparisons:
        return Comparisons(self.reader)

    async def _compared(self) -> Compared | Unavailable:
        """Compare head and base; what never changes is asked for once, so each fact may start here."""
        subject = self.pull_request
        head, base = subject.head_sha, subject.base_sha
        if head is None or base is None:
            return blind.no_tip_on_github(subject.head if head is None else subject.base)
        mine = await self._comparisons.whole(base, head)
        if mine.start is None:
            return blind.unrelated(subject.head, subject.base)
        return Compared(subject, base, head, mine.start, mine)

    async def _listed(self) -> Compared | Unavailable:
        """Compare them where all commits are needed."""
        compared = await self._compared()
        if isinstance(compared, Compared) and not compared.mine.whole:
            return blind.too_many_commits(compared.mine.ahead, MOST_COMMITS)
        return compared

    async def commits(self) -> tuple[Commit, ...] | Unavailable:
        """Return the commits that the head has and the base lacks, newest first."""
        compared = await self._listed()
        if isinstance(compared, Unavailable):
            return compared
        return tuple(node.commit for node in reversed(list(compared.nodes.values())))

    async def paths(self) -> frozenset[str] | Unavailable:
        """Return the files that the pull request changes; of a renamed one both names."""
        compared = await self._compared()
        if isinstance(compared, Unavailable):
            return compared
        if compared.mine.paths is not None:
            return compared.mine.paths
        key = f"paths/{self.pull_request.number}/{compared.base}/{compared.head}"
        listed = await self.reader.known.once(key, self._listed_paths)
        return blind.too_many_files(MOST_PATHS) if listed is None else frozenset(listed)

    async def _listed_paths(self) -> list[str] | None:
        """Read the long list, which is that of the head at this moment; so make sure that it is still ours."""
        address = f"{self.reader.repository.path}/pulls/{self.pull_request.number}"
        pages = await self.reader.api.pages(f"{address}/files", most=MOST_PATHS)
        present = await self.reader.api.get(address)
        with documented(address):
            if present["head"]["sha"] != self.pull_request.head_sha:
                raise self.reader.later("The head has moved while its files were read")
        with documented(f"{address}/files"):
            return sorted(paths_of(list(pages.items))) if pages.complete else None

    async def elsewhere(self) -> tuple[Elsewhere, ...] | Unavailable:
        """Return the other branches that hold commits of this pull request."""
        compared = await self._listed()
        if isinstance(compared, Unavailable):
            return compared
        if self.model.missing and None in self.model.roles.values():
            return self.model.missing
        return await Surroundings(self.reader, self._comparisons, compared, self.branches, self.model).elsewhere()

    def _production(self) -> Production | None:
        name = self.model.production
        tip = self._tip(name) if name else None
        return Production(self.reader, self._comparisons, name, tip) if name and tip else None

    def _tip(self, branch: str) -> Sha | None:
        """Return where a branch stands; the base is a branch even where the list of all was cut."""
        if branch in self.branches.tips:
            return self.branches.tips[branch]
        return self.pull_request.base_sha if branch == self.pull_request.base else None

    def _is_release(self, branch: str) -> bool:
        kind = self.model.classify(branch)
        return kind is not None and kind.name == "release"

    async def releases(self) -> tuple[Release, ...] | Unavailable:
        """Return the release branches that production does not contain."""
        if self.model.missing is not None:
            return self.model.missing
        named = {name: tip for name, tip in self.branches.tips.items() if self._is_release(name)}
        production = self._production()
        if production is None:
            return tuple(Release(name, tip) for name, tip in sorted(named.items()))
        return await production.releases(named)

    async def drift(self) -> tuple[Drift, ...] | Absent | Unavailable:
        """Return what the integration branch and the open releases lack of production."""
        open_releases = await self.releases()
        if isinstance(open_releases, Unavailable):
            return open_releases
        production = self._production()
        if production is None:
            return Absent(blind.no_production())
        places = {release.branch: release.sha for release in open_releases}
        if self._is_release(self.pull_request.head) and self.pull_request.head_sha:
            places[self.pull_request.head] = self.pull_request.head_sha
        integration = self._tip(self.model.integration) if self.model.integration else None
        if self.model.integration and integration:
            places[self.model.integration] = integration
        return await production.drift(places, last_tag=self.asked.last_tag)

    async def tags(self) -> tuple[Tag, ...] | Unavailable:
        """Return the tags. Which of them there were at the start matters only for a hotfix."""
        compared = await self._compared()
        if isinstance(compared, Unavailable):
            return compared
        kind = self.model.head(self.pull_request)
        tags = Tags(self.reader, self._comparisons, compared, self.asked.versions)
        return await tags.read(at_start=kind is not None and kind.name == "hotfix")

    async def metrics(self) -> tuple[ModelRuns, ...] | Unavailable:
        """Return the runs of this pull request and of its baselines, by MLflow's word."""
        compared = await self._compared()
        if isinstance(compared, Unavailable):
            return compared
        reader = self.reader
        tracked = Tracked(reader, self._comparisons, compared, self.payload, self._released(compared))
        subject = await tracked.subject(self.mlflow, await self.commits())
        return await gather_metrics(self.mlflow, subject, reader.pool, reader.known, reader.now)

    def _released(self, compared: Compared) -> Sha:
        kind = self.model.classify(compared.subject.base)
        is_support = kind is not None and kind.name == "support"
        tip = None if is_support or self.model.production is None else self._tip(self.model.production)
        return tip or compared.base

    async def merge(self) -> Merge | Unavailable:
        return mergeable.merge(self.reader, self.payload)

    async def reviews(self) -> tuple[Review, ...] | Unavailable:
        """Return the review that counts of each person."""
        with documented(f"{self.reader.repository.path}/pulls/{self.pull_request.number}"):
            number, updated_at = int(self.payload["number"]), str(self.payload["updated_at"])
        return await Reviews(self.reader, number, updated_at).latest(self.asked.teams)
