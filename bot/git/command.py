"""Runs Git in one repository and reads its plumbing; work tree, index and configuration stay as they are."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import Undecided, UsageProblem
from policies.facts import Commit, Sha

TIMEOUT = 120
"""Seconds for one command; a partial clone may fetch from its remote in that time."""

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",  # GitHub does not know refs/replace either
    "GIT_GRAFT_FILE": os.devnull,  # nor .git/info/grafts
    "GIT_PAGER": "cat",
}


_ELSEWHERE = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"})
"""What Git sets for a hook (https://git-scm.com/docs/githooks): it means the hook's repository, not one named here."""


class GitError(Undecided):
    """Git said no. ``said`` is the last line of its complaint."""

    def __init__(self, arguments: Sequence[str], code: int, said: str) -> None:
        super().__init__(f"git {arguments[0]} ended with {code}: {said}")
        self.code = code
        self.said = said


def moment(seconds: int) -> datetime:
    """Return a date that Git knows in seconds since 1970; what lies beyond Python's calendar is cut."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC)


_FIRST, _LAST = (int(datetime(year, 1, 2, tzinfo=UTC).timestamp()) for year in (1, 9999))


class Git:
    """One repository. Text comes back as Git has it; bytes that are not UTF-8 survive as lone surrogates."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        inherited = _ELSEWHERE if directory != Path() else frozenset()
        self._environment = {k: v for k, v in os.environ.items() if k not in inherited} | _ENVIRONMENT
        try:
            self.run("rev-parse", "--git-dir")
        except GitError as error:
            raise UsageProblem(f"{directory} is not a Git repository; name one with --repo. ({error.said})") from error

    def run(self, *arguments: str, codes: Sequence[int] = (0,)) -> str:
        """Return what Git prints; raise :class:`GitError` for an exit code that is not in ``codes``."""
        return self.answer(*arguments, codes=codes)[1]

    def answer(self, *arguments: str, codes: Sequence[int] = (0,)) -> tuple[int, str]:
        """Return exit code and output, for commands that answer with both."""
        try:
            done = subprocess.run(
                ["git", "-c", "core.fsmonitor=false", *arguments],
                cwd=self.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(arguments, -1, f"no answer within {TIMEOUT} seconds") from error
        except PermissionError as error:
            raise UsageProblem(f"{self.directory} may not be entered.") from error
        except (FileNotFoundError, NotADirectoryError) as error:
            if self.directory.is_dir():
                raise UsageProblem("Git is not installed; Headgate needs git 2.38 or newer.") from error
            raise UsageProblem(f"{self.directory} is not a directory; name a clone with --repo.") from error
        if done.returncode not in codes:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise GitError(arguments, done.returncode, said)
        return done.returncode, done.stdout.decode("utf-8", "surrogateescape")

    def lines(self, *arguments: str) -> list[str]:
        """Return the output line by line; only a newline ends a line."""
        return [line for line in self.run(*arguments).split("\n") if line]

    def sha(self, revision: str) -> Sha | None:
        """Return the commit that a revision means, or None."""
        code, out = self.answer(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", codes=(0, 1, 128)
        )
        return Sha(out.strip()) if code == 0 else None

    def shas(self, *arguments: str) -> frozenset[Sha]:
        """Return what ``git rev-list`` lists."""
        return frozenset(Sha(line) for line in self.lines("rev-list", *arguments))

    def commits(self, *arguments: str) -> Iterator[tuple[Commit, tuple[Sha, ...]]]:
        """Yield what ``git rev-list`` lists, with the parents of each commit, newest first."""
        form = "--format=%H%x00%P%x00%ct%x00%ae%x00%s"
        for line in self.lines("rev-list", "--no-commit-header", "--encoding=UTF-8", form, *arguments):
            sha, parents, when, author, subject = line.split("\0", 4)
            above = tuple(Sha(parent) for parent in parents.split())
            yield Commit(Sha(sha), subject.strip(), author.lower(), len(above), int(when or 0)), above

    def is_ancestor(self, ancestor: Sha, descendant: Sha) -> bool:
        return self.answer("merge-base", "--is-ancestor", ancestor, descendant, codes=(0, 1))[0] == 0

    def merge_base(self, one: Sha, other: Sha) -> Sha | None:
        code, out = self.answer("merge-base", one, other, codes=(0, 1))
        return Sha(out.split()[0]) if code == 0 and out.strip() else None

    def config(self, key: str) -> list[str]:
        """Return all values of a configuration key."""
        return self.answer("config", "--get-all", key, codes=(0, 1))[1].split("\n")[:-1]
