"""What people do in a repository. ``by`` is who does it; without it, the owner does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sandbox.github.acts import accounts, checks, commits, merging, pulls, pushes, releases, repositories, workflows
from sandbox.github.git.writing import Files
from sandbox.github.model import (
    Account,
    App,
    CommitStatus,
    Permission,
    Protection,
    Release,
    Repository,
    RequiredCheck,
    User,
    WorkflowRun,
)
from sandbox.github.people.pull import Pull
from sandbox.github.world import World


class Repo:
    """A repository, as people use it. ``model`` is what GitHub remembers of it."""

    def __init__(self, world: World, model: Repository) -> None:
        self._world = world
        self.model = model

    @property
    def full_name(self) -> str:
        return self.model.full_name

    @property
    def path(self) -> Path:
        """The bare Git repository."""
        return self.model.path

    def sha(self, name: str) -> str:
        """Return the commit that a branch, a tag or a SHA names; raises KeyError."""
        found = self._world.git(self.model).resolve(name)
        if found is None:
            raise KeyError(name)
        return found

    def branches(self) -> dict[str, str]:
        """Return the tips of all branches."""
        return self._world.git(self.model).under("refs/heads/")

    # --- Git ---

    async def commit(self, branch: str, files: Files, subject: str, by: User | None = None) -> str:
        """Commit files (None deletes one) on a branch and push; a new branch starts at the default branch."""
        return await self.commits(branch, [(subject, files)], by)

    async def commits(self, branch: str, made: Sequence[tuple[str, Files]], by: User | None = None) -> str:
        """Make several commits, each with its subject, and push them in one go. Returns the last one's SHA."""
        drafts = [commits.draft(self._world, subject, files, self._by(by)) for subject, files in made]
        return commits.push_commits(self._world, self.model, branch, drafts, self._by(by))

    async def create_branch(self, name: str, at: str, by: User | None = None) -> str:
        """Start a branch at another one, a tag or a SHA."""
        await self.push(name, at, by)
        return self.sha(at)

    async def push(self, branch: str, at: str, by: User | None = None) -> None:
        """Push something that exists to a branch, by force if need be."""
        pushes.push(self._world, self.model, f"refs/heads/{branch}", self.sha(at), self._by(by))

    async def merge_branch(self, base: str, head: str, by: User | None = None) -> str | None:
        """Merge ``head`` into ``base`` without a pull request and push; None if there is nothing to merge."""
        message = f"Merge branch '{head}' into {base}"
        return merging.merge_branch(self._world, self.model, (base, head), message, self._by(by))

    async def delete_branch(self, name: str, by: User | None = None) -> None:
        """Press *Delete branch*; what is stacked on a merged branch goes to where that was merged to."""
        pushes.delete_merged(self._world, self.model, name, self._by(by))

    async def rename_branch(self, old: str, new: str, by: User | None = None) -> None:
        repositories.rename_branch(self._world, self.model, old, new, self._by(by))

    async def tag(self, name: str, at: str, by: User | None = None) -> None:
        pushes.push(self._world, self.model, f"refs/tags/{name}", self.sha(at), self._by(by))

    async def pushed(self, by: User | None = None) -> None:
        """Take notice of what was pushed to :attr:`path` with the git command."""
        pushes.reread(self._world, self.model, self._by(by))

    # --- pull requests ---

    async def open_pull_request(  # noqa: PLR0913 (what the form asks for)
        self,
        head: str,
        base: str,
        title: str | None = None,
        body: str | None = None,
        *,
        draft: bool = False,
        by: User | None = None,
    ) -> Pull:
        """Open a pull request from a branch (of a fork: ``owner:branch``); the title is the last commit's subject."""
        if title is None:
            owner, colon, branch = head.partition(":")
            source = self._world.in_network(self.model, owner) if colon else self.model
            tip = self._world.git(source or self.model).branch(branch if colon else head)
            message = self._world.git(self.model).objects.commit(tip).message if tip else head
            title = message.partition("\n")[0]
        opening = pulls.Opening(head, base, title, body, draft)
        return Pull(self._world, pulls.open_(self._world, self.model, opening, self._by(by)))

    def pull(self, number: int) -> Pull:
        """Return a pull request by its number; raises KeyError."""
        return Pull(self._world, self.model.pulls[number])

    # --- checks of others ---

    async def set_status(
        self, at: str, context: str, state: Literal["error", "failure", "pending", "success"], by: User | None = None
    ) -> None:
        """Set a commit status, the older kind of check."""
        now, who = self._world.clock.now(), self._by(by)
        one = CommitStatus(self._world.id(), self.model, self.sha(at), context, state, who, now)
        checks.set_status(self._world, one, who)

    async def run_workflow(self, file: str, branch: str, by: User | None = None, event: str = "push") -> WorkflowRun:
        """Let GitHub Actions begin a workflow (``train.yml``) on the tip of a branch; see :meth:`finish_workflow`."""
        run = await self.queue_workflow(file, branch, by, event)
        await self.begin_workflow(run)
        return run

    async def queue_workflow(self, file: str, branch: str, by: User | None = None, event: str = "push") -> WorkflowRun:
        """Let a workflow wait for a runner."""
        start = workflows.Start(f".github/workflows/{file}", branch, event)
        return workflows.request(self._world, self.model, start, self._by(by))

    async def begin_workflow(self, run: WorkflowRun) -> None:
        """Let a runner take a workflow that waits."""
        workflows.begin(self._world, run)

    async def finish_workflow(self, run: WorkflowRun, conclusion: str = "success") -> None:
        workflows.complete(self._world, run, conclusion)

    async def release(self, tag: str, target: str, by: User | None = None) -> Release:
        """Publish a release; the tag is made if it is new."""
        return releases.publish(self._world, self.model, releases.Wish(tag, target), self._by(by))

    # --- settings ---

    async def fork(self, owner: Account) -> Repo:
        return Repo(self._world, repositories.fork(self._world, self.model, owner))

    async def delete(self, by: User | None = None) -> None:
        repositories.delete(self._world, self.model, self._by(by))

    async def rename(self, name: str, by: User | None = None) -> None:
        repositories.rename(self._world, self.model, name, self._by(by))

    async def set_default_branch(self, branch: str, by: User | None = None) -> None:
        repositories.set_default_branch(self._world, self.model, branch, self._by(by))

    def add_collaborator(self, user: User, permission: Permission = "write") -> None:
        self.model.collaborators[user] = permission

    def require(self, branch: str, *checks: str, app: App | None = None, approvals: int | None = None) -> Protection:
        """Protect a branch: these checks (of this App alone, if one is named) and so many approvals are required.

        The protection can be changed further; :class:`sandbox.github.model.Protection` says what there is.
        """
        required = [RequiredCheck(name, app) for name in checks]
        protection = Protection(self._world.id(), branch, required, approvals=approvals)
        self.model.protections.append(protection)
        return protection

    def _by(self, by: User | None) -> User:
        return by or accounts.owner_of(self.model.owner)
