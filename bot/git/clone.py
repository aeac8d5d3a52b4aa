"""The branches of a local clone, as the repository on the server would name them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from bot.errors import UsageProblem
from bot.git.command import Git
from policies.facts import Branches, Sha, Unavailable
from policies.phrase import command, say
from policies.verdict import Remedy
from policies.words import blind

_EVERY_BRANCH = ("refs/heads/*:", "refs/*:")


class Clone:
    """A clone with at most one remote that counts: ``origin``, or the only one there is."""

    def __init__(self, git: Git, remote: str | None = None) -> None:
        self.git = git
        remotes = git.lines("remote")
        usual = "origin" if "origin" in remotes else (remotes[0] if len(remotes) == 1 else None)
        if remote and remote not in remotes:
            raise UsageProblem(
                f"There is no remote {remote} here; git remote lists them: {', '.join(remotes) or 'none'}."
            )
        self.remote = remote or usual

    @cached_property
    def local(self) -> dict[str, Sha]:
        """Local branches, name to tip."""
        return self._refs("refs/heads/")

    @cached_property
    def fetched(self) -> dict[str, Sha]:
        """Branches of the remote as they were at the last fetch."""
        if self.remote is None:
            return {}
        fetched = self._refs(f"refs/remotes/{self.remote}/")
        fetched.pop("HEAD", None)
        return fetched

    def _refs(self, prefix: str) -> dict[str, Sha]:
        rows = self.git.lines("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        pairs = (row.split(" ", 1) for row in rows)
        return {name.removeprefix(prefix): Sha(sha) for sha, name in pairs}

    @cached_property
    def branches(self) -> Branches:
        """All branches; where a name exists on both sides the remote's tip counts: that is what is merged into."""
        return Branches({**self.local, **self.fetched}, self.missing)

    @cached_property
    def missing(self) -> Unavailable | None:
        """Why a branch of the server may not be here, or None if the clone fetches them all."""
        if self._fetches_every_branch:
            return None if not self.is_shallow else blind.shallow(self.unshallow)
        return blind.single_branch(str(self.remote), (*self._widen, command("git", "fetch", str(self.remote))))

    @cached_property
    def _refspecs(self) -> Sequence[str]:
        return self.git.config(f"remote.{self.remote}.fetch") or ([*_EVERY_BRANCH] if self.is_bare else [])

    @property
    def _fetches_every_branch(self) -> bool:
        specs = (spec.removeprefix("+") for spec in self._refspecs)
        return self.remote is None or any(spec.startswith(_EVERY_BRANCH) for spec in specs)

    @cached_property
    def is_bare(self) -> bool:
        return self.git.run("rev-parse", "--is-bare-repository").strip() == "true"

    @cached_property
    def is_shallow(self) -> bool:
        return self.git.run("rev-parse", "--is-shallow-repository").strip() == "true"

    @property
    def _widen(self) -> tuple[str, ...]:
        """The command that makes a clone of one branch fetch all; nothing for a clone that does already."""
        if self.remote is None or self._fetches_every_branch:
            return ()
        return (command("git", "remote", "set-branches", self.remote, "*"),)

    @property
    def unshallow(self) -> tuple[str, ...]:
        """The commands that bring the whole history, every branch and the tags."""
        return (*self._widen, command("git", "fetch", "--unshallow", "--tags", self.remote or "origin"))

    def current(self) -> str | None:
        """Return the branch that is checked out, or None with a detached head."""
        code, out = self.git.answer("symbolic-ref", "--quiet", "HEAD", codes=(0, 1))
        return out.rstrip("\n").removeprefix("refs/heads/") if code == 0 else None

    @cached_property
    def top(self) -> Path | None:
        """The folder of the work tree; None in a bare repository and inside ``.git``."""
        if self.git.run("rev-parse", "--is-inside-work-tree").strip() != "true":
            return None
        return Path(self.git.run("rev-parse", "--show-toplevel").removesuffix("\n"))

    def name(self, given: str) -> str:
        """Return the branch that somebody means by ``dev``, ``origin/dev`` or ``refs/heads/dev``."""
        plain = given.removeprefix("refs/heads/")
        if plain in self.local or plain in self.fetched or self.remote is None:
            return plain
        return plain.removeprefix("refs/remotes/").removeprefix(f"{self.remote}/")

    def base_tip(self, branch: str) -> Sha | None:
        """Return the tip to merge into: the remote's, because a local copy may be old."""
        return self.fetched.get(branch) or self.local.get(branch)

    def head_tip(self, branch: str) -> Sha | None:
        """Return the tip to be merged: the local one, because it may not be pushed yet."""
        return self.local.get(branch) or self.fetched.get(branch)

    def fetch(self, what: str) -> str:
        """Return the command that fetches a commit or a branch."""
        return command("git", "fetch", self.remote or "origin", what)

    def not_here(self, branch: str) -> Unavailable:
        """Say that a branch is not in this clone, and how to get it."""
        if self.remote is None:
            return Unavailable(blind.no_branch(branch), Remedy(say("Create it, or name another branch.")))
        if self.is_shallow:
            commands = self.unshallow
        elif self._widen:
            commands = (*self._widen, command("git", "fetch", self.remote))
        else:
            refspec = f"+refs/heads/{branch}:refs/remotes/{self.remote}/{branch}"
            commands = (command("git", "fetch", self.remote, refspec),)
        return Unavailable(blind.no_branch(branch), Remedy(say("Fetch it, then check again."), commands))
