"""A real Git repository in which several people work, made with the git command line: the same commits in every run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGINNING = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
STEP = timedelta(hours=3)

_SETTINGS = {
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": "/dev/null",
    "gc.auto": "0",
    "init.defaultBranch": "main",
    "maintenance.auto": "false",
    "tag.gpgSign": "false",
}


class GitFailed(Exception):
    """Git refused a step; the message is Git's own."""


class Desk:
    """A clone of an empty bare repository. Each commit is made some hours after the one before it."""

    def __init__(self, root: Path, name: str) -> None:
        self.origin = root / f"{name}.git"
        self.clone = root / name
        self._now = BEGINNING
        self.clone.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", str(self.origin))
        self.git("init", "--quiet")
        self.git("remote", "add", "origin", f"../{name}.git")
        self.git("config", "user.name", "You")
        self.git("config", "user.email", "you@example.com")

    def git(self, *arguments: str, who: str = "Nobody") -> str:
        """Run Git in the clone and return what it prints, whatever configuration the machine has."""
        settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.clone,
            env=environment() | self._signature(who),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise GitFailed(f"git {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()

    def _signature(self, who: str) -> dict[str, str]:
        person = {"NAME": who, "EMAIL": email_of(who), "DATE": self._now.isoformat()}
        return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}

    def start(self, branch: str, at: str) -> None:
        """Start a branch where ``at`` is, and go to it."""
        self.git("switch", "--quiet", "--no-track", "--create", branch, at)

    def commit(self, who: str, subject: str, files: Mapping[str, str]) -> None:
        """Write the files and commit them on the branch that is checked out."""
        for path, text in files.items():
            file = self.clone / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        self._now += STEP
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject, who=who)

    def merge(self, who: str, branch: str, into: str, number: int) -> None:
        """Merge a pull request the way GitHub does."""
        self.git("switch", "--quiet", into)
        self._now += STEP
        subject = f"Merge pull request #{number} from acme/{branch}"
        self.git("merge", "--quiet", "--no-ff", "--message", subject, branch, who=who)

    def publish(self) -> None:
        """Push everything, and leave ``main`` checked out, as after a clone."""
        self.git("switch", "--quiet", "main")
        self.git("push", "--quiet", "--all", "origin")
        self.git("push", "--quiet", "--tags", "origin")
        self.git("fetch", "--quiet", "origin")
        self.git("remote", "set-head", "origin", "main")


def email_of(who: str) -> str:
    return f"{who.lower().replace(' ', '.')}@example.com"


def environment() -> dict[str, str]:
    """Return an environment for Git in which nothing of the machine's own configuration counts."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return foreign | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
