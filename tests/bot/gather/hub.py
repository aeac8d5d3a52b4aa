"""What tests do with a repository on GitHub: push to it, open pull requests, gather facts, count what that cost."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.gather.local import LocalFacts
from bot.gather.pull import Pull, read_pull
from bot.gather.remote.asked import asked
from bot.gather.remote.branches import branches
from bot.gather.remote.facts import GitHubFacts
from bot.gather.remote.gather import gather
from bot.gather.remote.known import Known
from bot.gather.remote.reader import Reader
from bot.git.clone import Clone
from bot.git.command import Git
from bot.github.port import Api
from bot.github.repository import Repository
from policies.config import Config, default
from policies.evaluate import evaluate
from policies.facts import Branches, Facts, PullRequest, Sha
from policies.gitflow.model import bind
from policies.verdict import Finding, Outcome, Report
from sandbox.desk import Desk, environment
from sandbox.github.http.journal import Call
from sandbox.github.model import User
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox

_KINDS = re.compile(r"/(compare|tags|branches|reviews|files|memberships|pulls)\b(?!/\d+/)")


@dataclass
class Hub:
    """One repository on GitHub, and one server that looks at it."""

    desk: Desk
    github: Sandbox
    repo: Repo
    alice: User
    api: Api
    known: Known
    repository: Repository
    config: Config = field(default_factory=default)
    waited: float = 0.0
    """Seconds for which we have waited for GitHub already."""
    now: datetime | None = None
    """When we look; by default so much later that nothing has happened just now."""
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    """The pull requests that were opened, by head and base."""
    _counted: int = 0

    @property
    def reader(self) -> Reader:
        now = self.now or self.github.clock.now() + timedelta(minutes=5)
        return Reader(self.api, self.repository, self.known, now, self.waited)

    def sha(self, revision: str) -> Sha:
        return Sha(self.desk.git("rev-parse", revision))

    # --- what GitHub was asked ---

    def count_from_here(self) -> None:
        self._counted = len(self.github.calls)

    @property
    def asked(self) -> list[Call]:
        """What was read since counting began."""
        return [call for call in self.github.calls[self._counted :] if call.method == "GET"]

    def kinds(self) -> Counter[str]:
        """Return how often each kind of thing was read."""
        return Counter(_KINDS.findall(call.path)[-1] for call in self.asked)

    # --- facts ---

    async def publish(self) -> Branches:
        """Push what the desk has, and list the branches that are on GitHub then."""
        self.desk.publish()
        await self.repo.pushed()
        return await branches(self.api, self.repository)

    async def publish_by_force(self, branch: str) -> None:
        """Rewrite a branch on GitHub."""
        self.desk.git("push", "--quiet", "--force", "origin", branch)
        await self.publish()

    async def source(self, head: str, base: str, **changes: Any) -> GitHubFacts:
        """Publish, and return the facts about what would be a pull request from ``head`` into ``base``."""
        listed = await self.publish()
        subject = PullRequest(head, base, self.sha(head), self.sha(base), number=12, title="feat: x", author="ada")
        payload = {"number": 12, "updated_at": "2024-05-01T12:00:00Z", "mergeable": True}
        return self._source(replace(subject, **changes), payload, listed)

    async def opened(self, head: str, base: str) -> GitHubFacts:
        """Publish, open a pull request unless there is one, and return the facts about it."""
        listed = await self.publish()
        if (head, base) not in self.numbers:
            made = await self.repo.open_pull_request(head, base, "feat: x", by=self.alice)
            self.numbers[head, base] = made.number
        pull: Pull | None = await read_pull(self.api, self.repository, self.numbers[head, base])
        assert pull is not None
        return self._source(pull.placed(listed), pull.payload, listed)

    def _source(self, subject: PullRequest, payload: Any, listed: Branches) -> GitHubFacts:
        self.count_from_here()
        model = bind(self.config.branches, listed, [subject.base])
        return GitHubFacts(self.reader, subject, payload, listed, model, asked(self.config))

    async def facts(self, head: str, base: str) -> Facts:
        """Gather what the rules ask for about a pull request; it is opened if need be."""
        return await self.gather(await self.opened(head, base))

    async def gather(self, source: GitHubFacts) -> Facts:
        return await gather(source.reader, source.pull_request, source.payload, source.branches, self.config)

    async def said(self, head: str, base: str, rule: str = "foreign-commits") -> tuple[Outcome, list[Finding]]:
        """Return what one rule says of a pull request."""
        report: Report = evaluate(await self.facts(head, base), self.config)
        verdict = next(verdict for verdict in report.verdicts if verdict.rule == rule)
        return verdict.outcome, list(verdict.findings)

    def local(self, source: GitHubFacts) -> LocalFacts:
        """Return the facts about the same pull request from the clone."""
        return LocalFacts(Clone(Git(self.desk.clone)), source.pull_request, source.model, opened=True)


def grow(desk: Desk, branch: str, count: int, start: str) -> None:
    """Put ``count`` commits without a change on a branch, which may be there already."""
    tip = desk.git("rev-parse", start)
    stream = "".join(
        f"commit refs/heads/{branch}\ncommitter B <b@example.com> {1_712_000_000 + n} +0000\n"
        f"data <<END\nstep {n}\nEND\n" + (f"from {tip}\n" if n == 0 else "")
        for n in range(count)
    )
    importer = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(importer, cwd=desk.clone, input=stream.encode(), check=True, env=environment())


def point(desk: Desk, branches: list[str], at: str) -> None:
    """Put new branches on GitHub where ``at`` is, many at once."""
    _refer(desk, [f"refs/heads/{name}" for name in branches], at)


def label(desk: Desk, tags: list[str], at: str) -> None:
    """Put new tags on GitHub where ``at`` is, many at once."""
    _refer(desk, [f"refs/tags/{name}" for name in tags], at)


def _refer(desk: Desk, references: list[str], at: str) -> None:
    """Write all into one file, as ``git pack-refs`` does: a push would write one for each."""
    rows = desk.git("--git-dir", str(desk.origin), "for-each-ref", "--format=%(objectname) %(refname)").split("\n")
    known = {name: sha for sha, name in (row.split(" ", 1) for row in rows)}
    known |= dict.fromkeys(references, desk.git("rev-parse", at))
    lines = "".join(f"{sha} {name}\n" for name, sha in sorted(known.items()))
    (desk.origin / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
