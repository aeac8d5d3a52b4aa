"""Finds what a candidate is held against: the base branch, the last release, an alias of the registry, or a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.tracking import words
from bot.tracking.found import COMMIT_TAG, HEAD_TAG, Experiment, Found
from bot.tracking.rest import CouldNotLook
from bot.tracking.runs import TAGS, Named, Runs, moment, usable
from bot.tracking.subject import Subject
from policies.facts import Absent, Commit, Unavailable
from policies.metrics.runs import BaselineKind
from policies.metrics.settings import Baseline

DEEP = 1_000
"""Runs that are read where neither the merge base nor the newest runs yield a baseline."""

MOST_BASE_COMMITS = 250
"""Commits of the base branch that count, from the merge base on; a baseline from before says little of this change."""

TARGET = Baseline(branch="target")

_ALIAS = re.compile(r"models:/(?P<model>.+)@(?P<alias>[^@]+)")


@dataclass(frozen=True, slots=True)
class FoundBaseline:
    """A baseline as in :class:`policies.metrics.runs.BaselineRuns`, with what is needed to find more about it."""

    kind: BaselineKind
    name: str
    group: Named | Absent | Unavailable


@dataclass
class Baselines:
    """Baselines for the pull request ``subject``, among ``runs`` where they are to be found by their commit."""

    runs: Runs
    subject: Subject
    until: int
    """How many searches there may be in these runs altogether."""
    fits: Callable[[Found], bool]
    """Whether a run of the base branch is of the model that the candidate is of, as far as it shows."""

    async def find(self, wanted: Baseline | None) -> FoundBaseline:
        """Find one; None stands for the base branch. What cannot be seen is Unavailable."""
        kind, name = described(wanted, self.subject)
        try:
            return FoundBaseline(kind, name, await self._group(kind, name))
        except CouldNotLook as error:
            return FoundBaseline(kind, name, error.unavailable)

    async def _group(self, kind: BaselineKind, name: str) -> Named | Absent | Unavailable:
        if kind is BaselineKind.TARGET:
            return await self._target()
        if kind is BaselineKind.RELEASE:
            return await self._release()
        return await (self._alias(name) if kind is BaselineKind.ALIAS else self._run(name))

    async def _target(self) -> Named | Absent | Unavailable:
        """Find the newest commit of the base branch, from the merge base on, that has runs which ended well."""
        if isinstance(self.subject.base_commits, Unavailable):
            return self.subject.base_commits
        commits = self.subject.base_commits[:MOST_BASE_COMMITS]
        group = await self._before_the_newest(commits[: self._first(commits)])
        if group is not None:
            return group
        if self._first(commits) is None and not self.runs.whole and self._may_search():
            await self.runs.deepen(DEEP)
        place = self._first(commits)
        if place is not None:
            group = await self._at(commits[place], HEAD_TAG, place)
        return group or self._none_found()

    def _none_found(self) -> Absent | Unavailable:
        if self.runs.whole:
            return words.no_base_run(self.subject.base)
        return words.base_run_not_found(self.subject.base, len(self.runs.page.runs))

    def _first(self, commits: Sequence[Commit]) -> int | None:
        """Return the place of the first commit that one of the newest runs is of; rather one that fits."""
        places = {commit.sha: place for place, commit in enumerate(commits)}
        done = [each for each in self.runs.page.runs if each.run.status == "FINISHED" and each.about in places]
        return min((places[each.about] for each in list(filter(self.fits, done)) or done if each.about), default=None)

    async def _before_the_newest(self, commits: Sequence[Commit]) -> Named | None:
        """Look for older runs of commits that none of the newest runs is of: the merge base, and remembered ones."""
        if self.runs.whole or not commits:
            return None
        group, _ = await self._under_each_tag(commits[0], 0, sparing=True)
        if group is not None and not any(map(self.fits, group.runs)):
            group, commits = None, commits[1:]
        if group is None and self._may_search():
            known = await self.runs.remembered([commit.sha for commit in commits])
            place = next((place for place, commit in enumerate(commits) if commit.sha in known), None)
            group = None if place is None else await self._at(commits[place], HEAD_TAG, place)
        return group

    def _sufficient(self) -> Sequence[str]:
        """Return under which tags runs of a base commit are to be found: what trained the newest has trained it too.

        On a branch the head is what was checked out, so that of two tags one is enough, if all have it.
        """
        naming = [each for each in self.runs.page.runs if each.about]
        if naming and all(each.commit for each in naming):
            return (COMMIT_TAG,)
        return (HEAD_TAG,) if naming and all(each.head for each in naming) else TAGS

    async def _under_each_tag(self, commit: Commit, behind: int | None, *, sparing: bool) -> tuple[Named | None, bool]:
        """Return the runs of a commit, and whether all was asked that says that there are none.

        ``sparing``: the last search is not for a tag that is not in use, but for what comes after.
        """
        usual = self._sufficient()
        for tag in sorted(TAGS, key=lambda tag: tag not in usual):
            left = self.until - self.runs.searches
            if left < 1 or (sparing and left < 2 and tag not in usual):
                return None, False
            group = await self._at(commit, tag, behind)
            if group is not None:
                return group, True
        return None, True

    async def _release(self) -> Named | Absent | Unavailable:
        release = self.subject.release
        if isinstance(release, Absent | Unavailable):
            return release
        group, certain = await self._under_each_tag(release.commit, None, sparing=False)
        return group or (words.no_release_run(release.tag) if certain else words.release_run_not_found(release.tag))

    async def _alias(self, name: str) -> Named | Absent | Unavailable:
        parts = _ALIAS.fullmatch(name)
        if parts is None:
            raise ValueError("the policy's own check has let this pass")
        self.runs.searches += 1
        version = await self.runs.tracking.version(parts["model"], parts["alias"])
        if isinstance(version, Absent):
            return version
        if not version.run_id:
            return words.version_without_run(parts["model"], parts["alias"])
        return await self._run(version.run_id)

    async def _run(self, run_id: str) -> Named | Absent | Unavailable:
        self.runs.searches += 1
        found = await self.runs.tracking.run(run_id)
        if isinstance(found, Absent):
            return found
        if found.deleted:
            return words.deleted_run(run_id)
        if found.about in {self.subject.head, self.subject.merge} - {None}:
            return words.own_run(run_id)
        within = () if found.run.metrics else await self._within(found)
        return self._alone(found, within)

    async def _within(self, found: Found) -> tuple[Found, ...]:
        """A run without any value is one around others, such as a loop over seeds."""
        self.runs.searches += 1
        return await self.runs.tracking.within([Experiment(found.experiment_id, "")], found.run.id)

    def _alone(self, found: Found, within: tuple[Found, ...]) -> Named:
        """A run that somebody chose stands for itself: others of its commit may be why this one was chosen."""
        base = () if isinstance(self.subject.base_commits, Unavailable) else self.subject.base_commits
        when = next((commit.when for commit in base if commit.sha == found.about), 0)
        return Named(found.about, (found, *within), None, moment(when))

    async def _at(self, commit: Commit, tag: str, behind: int | None) -> Named | None:
        """Return the runs of a commit that can be a baseline; where no search is left, those that were read."""
        may_search = self._may_search()
        runs = await self.runs.of_base_commit(commit, tag) if may_search else self.runs.listed(commit.sha)
        if self._may_search():
            runs = await self.runs.measured(runs, commit.when)
        group = usable(Named(commit.sha, runs, behind, moment(commit.when)))
        return group if group.runs else None

    def _may_search(self) -> bool:
        return self.runs.searches < self.until


def described(wanted: Baseline | None, subject: Subject) -> tuple[BaselineKind, str]:
    """Say what a baseline is and what it is called; None is the base branch."""
    wanted = wanted or TARGET
    if wanted.alias is not None:
        return BaselineKind.ALIAS, wanted.alias
    if wanted.run is not None:
        return BaselineKind.RUN, wanted.run
    if wanted.branch == "target":
        return BaselineKind.TARGET, subject.base
    release = subject.release
    return BaselineKind.RELEASE, "" if isinstance(release, Absent | Unavailable) else release.tag
