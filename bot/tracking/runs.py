"""Finds runs by the commits that they name, in as few searches as can be.

MLflow searches one tag for one value at a time, and walks every run that has the tag. So first the newest runs are
read, whatever they are about: in most teams they hold everything, and are all there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.tracking import words
from bot.tracking.client import LARGEST_PAGE, MOST_RUNS, Tracking
from bot.tracking.found import COMMIT_TAG, HEAD_TAG, Experiment, Found, Page
from bot.tracking.memory import Memory
from policies.facts import Absent, Commit, Sha

SKEW = timedelta(days=1)
"""How wrong clocks may be: of the machine that committed, and of the one that trained."""

MOST_DRAWN = 20
"""Commits of the base branch whose runs are shown as its history."""

TAGS = (HEAD_TAG, COMMIT_TAG)


@dataclass(frozen=True, slots=True)
class Named:
    """The runs of one commit, newest first; ``behind`` as in :class:`policies.metrics.runs.Group`."""

    commit: Sha | None
    runs: tuple[Found, ...]
    behind: int | None = None
    committed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A commit under the tag that names it; ``when`` it was committed, 0 if nobody knows."""

    tag: str
    sha: Sha
    when: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """Ids of the runs of a commit, the tag under which they were found, and when."""

    runs: tuple[str, ...]
    tag: str
    on: date


@dataclass
class Runs:
    """The runs of some experiments, all of which exist and may be read. Methods raise CouldNotLook."""

    tracking: Tracking
    experiments: tuple[Experiment, ...]
    memory: Memory
    today: date
    page: Page
    searches: int = 0
    """How many there were, the first page left out."""
    for_candidate: int = 0
    """How many of them were for the candidate, which entries that share the experiments share as well."""
    _exact: dict[tuple[str, str], tuple[Found, ...]] = field(default_factory=dict)

    @classmethod
    async def opened(cls, tracking: Tracking, experiments: tuple[Experiment, ...], memory: Memory, today: date) -> Runs:
        """Read the newest runs; where they were too much to be read at once today, few of them."""
        key, day = f"mlflow/{tracking.name}/{_ids(experiments)}/few", today.isoformat()
        few = (await memory.found([key])).get(key) == day
        page = await tracking.newest(experiments, few=few)
        if page.few and not few:
            await memory.keep({key: day})
        return cls(tracking, experiments, memory, today, replace(page, runs=_inheriting(page.runs)))

    @property
    def whole(self) -> bool:
        """True if no run is older than those that were read."""
        return self.page.more is None

    async def deepen(self, most: int) -> None:
        """Read more of the newest runs, up to so many, if they are as wide as those that were read."""
        self.searches += 1
        few, wide = self.page.few, sum(map(_weight, self.page.runs)) / max(1, len(self.page.runs))
        most = max(MOST_RUNS, min(most, int(LARGEST_PAGE / max(1, wide))))
        further = await self.tracking.newest(self.experiments, most=most, after=self.page.more or "", few=few)
        self.page = Page(_inheriting(self.page.runs + further.runs), further.more, few or further.few)

    def listed(self, sha: str) -> tuple[Found, ...]:
        """Return the runs that were read and are about a commit, under whatever tag."""
        return tuple(each for each in self.page.runs if each.about == sha)

    async def candidate(self, head: Key, merge: Sha | None) -> Named | Absent:
        """Return the runs of the head: under the first tag that names it, else those of the trial merge.

        The default checkout of a workflow is the merge; MLflow then logs its id, and no branch.
        https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
        """
        keys = [head, Key(COMMIT_TAG, head.sha, head.when)]
        if merge is not None:
            keys.append(Key(COMMIT_TAG, merge, head.when))
        before, runs = self.searches, tuple[Found, ...]()
        usual = self.usual_tags  # those that were seen come first, then those that are in use, in their order
        for key in sorted(keys, key=lambda key: (not self._listed(key), key.tag not in usual)):
            runs = runs or await self.naming(key)
        if self.searches - before < len(TAGS):
            runs = await self.measured(runs, head.when)
        self.for_candidate += self.searches - before
        return Named(head.sha, runs, 0, moment(head.when)) if runs else words.no_run(len({key.sha for key in keys}))

    @property
    def usual_tags(self) -> tuple[str, ...]:
        """The tags under which the newest runs name commits; both where they name none."""
        used = {HEAD_TAG: [each.head for each in self.page.runs], COMMIT_TAG: [each.commit for each in self.page.runs]}
        return tuple(tag for tag in TAGS if any(used[tag])) or TAGS

    async def naming(self, key: Key) -> tuple[Found, ...]:
        """Return all runs that name a commit under a tag, newest first. Costs a search where they may be older."""
        listed = self._listed(key)
        if self.whole or (listed and self._reaches(key.when)):
            return listed
        asked = (key.tag, key.sha)
        if asked not in self._exact:
            self.searches += 1
            found = await self.tracking.of_commit(self.experiments, *asked)
            whole = _inheriting(merged(found, self.page.runs))  # what was found may be around what was read
            self._exact[asked] = tuple(each for each in whole if each.names(key.tag) == key.sha)
        return self._exact[asked]

    async def measured(self, runs: tuple[Found, ...], when: int) -> tuple[Found, ...]:
        """Look for the runs within the newest one, if none has any value and they may be older than what was read."""
        if not runs or self.whole or self._reaches(when) or any(each.run.metrics for each in runs):
            return runs
        self.searches += 1
        return merged(runs, await self.tracking.within(self.experiments, runs[0].run.id))

    def older(self, head: Sha, commits: Sequence[Commit]) -> tuple[Named, ...]:
        """Return those of the newest runs that are of the pull request's older commits, newest commit first."""
        older = [commit for commit in commits if commit.sha != head]
        return tuple(self._of_commits(older, first=1))

    def drawn(self, commits: Sequence[Commit]) -> tuple[Named, ...]:
        """Return the finished runs of the last commits of the base branch, oldest commit first."""
        groups = (usable(each) for each in self._of_commits(commits, first=0))
        return tuple(group for group in groups if group.runs)[:MOST_DRAWN][::-1]

    def _of_commits(self, commits: Sequence[Commit], first: int) -> Iterator[Named]:
        for behind, commit in enumerate(commits, start=first):
            runs = self.listed(commit.sha)
            if runs:
                yield Named(commit.sha, runs, behind, moment(commit.when))

    def _listed(self, key: Key) -> tuple[Found, ...]:
        return tuple(each for each in self.page.runs if each.names(key.tag) == key.sha)

    def _reaches(self, when: int) -> bool:
        """True if every run that began after a moment was read: a commit cannot be trained before it is made."""
        oldest = self.page.runs[-1].run.started if self.page.runs else None
        made = moment(when)
        return oldest is not None and made is not None and oldest < made - SKEW

    # What is remembered: the runs of a commit of the base branch, once they have ended. More may still be logged for
    # it, which are among the newest then; the rest is believed for the day.

    async def remembered(self, shas: Sequence[Sha]) -> dict[Sha, Remembered]:
        """Return what is known of the runs of those commits that had some."""
        keys = {self._memory_key(sha): sha for sha in shas}
        known = await self.memory.found(keys)
        return {
            keys[key]: Remembered(tuple(each["runs"]), each["tag"], date.fromisoformat(each["on"]))
            for key, each in known.items()
            if each["runs"]
        }

    async def of_base_commit(self, commit: Commit, tag: str) -> tuple[Found, ...]:
        """Return all runs of a commit; ``tag`` is the one to search for where the runs that were read do not say."""
        listed = self.listed(commit.sha)
        tag = next((tag for tag in TAGS if any(each.names(tag) == commit.sha for each in listed)), tag)
        if self.whole or (listed and self._reaches(commit.when)):
            return listed
        known = (await self.remembered([commit.sha])).get(commit.sha)
        if known is not None and known.on == self.today and {each.run.id for each in listed} <= set(known.runs):
            self.searches += 1
            found = await self.tracking.by_id(self.experiments, known.runs)
            if len(found) == len(known.runs) and all(each.about == commit.sha for each in _inheriting(found)):
                return found
        tag = known.tag if known is not None and not listed else tag
        runs = merged(await self.naming(Key(tag, commit.sha)), listed)
        if known is not None or (runs and all(each.run.ended for each in runs)):
            await self._remember(commit.sha, runs, tag)
        return runs

    async def _remember(self, sha: Sha, runs: Sequence[Found], tag: str) -> None:
        done = [each.run.id for each in runs] if all(each.run.ended for each in runs) else []
        await self.memory.keep({self._memory_key(sha): {"runs": done, "tag": tag, "on": self.today.isoformat()}})

    def _memory_key(self, sha: str) -> str:
        return f"mlflow/{self.tracking.name}/{_ids(self.experiments)}/{sha}"


def _ids(experiments: Sequence[Experiment]) -> str:
    return "+".join(each.id for each in experiments)


def _inheriting(runs: Sequence[Found]) -> tuple[Found, ...]:
    """Return the runs, those that are nested with the commits that the runs around them name.

    A tag of the run around a loop over seeds is not a tag of the runs within.
    """
    known, done = {each.run.id: each for each in runs}, dict[str, Found]()

    def filled(each: Found, inner: frozenset[str]) -> Found:
        outer = known.get(each.run.parent or "")
        if each.run.id not in done:
            if outer is not None and outer.run.id not in inner:
                outer = filled(outer, inner | {outer.run.id})
                each = replace(each, head=each.head or outer.head, commit=each.commit or outer.commit)
            done[each.run.id] = each
        return done[each.run.id]

    return tuple(filled(each, frozenset({each.run.id})) for each in runs)


def _weight(found: Found) -> int:
    """Return about how many bytes of an answer a run is."""
    return 500 + 130 * (len(found.run.metrics) + len(found.run.params) + len(found.run.tags))


def usable(group: Named) -> Named:
    """Leave the runs that a baseline can consist of: those that ended well."""
    runs = tuple(each for each in group.runs if each.run.status == "FINISHED")
    return Named(group.commit, runs, group.behind, group.committed)


def merged(some: tuple[Found, ...], others: tuple[Found, ...]) -> tuple[Found, ...]:
    """Return runs that were found in two ways, each once."""
    return tuple({each.run.id: each for each in (*some, *others)}.values())


def moment(when: int) -> datetime | None:
    """Return the moment of a commit; None for one that nobody knows, or that is no date."""
    try:
        return datetime.fromtimestamp(when, UTC) if when > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
