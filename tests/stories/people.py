"""What people of the stories do again and again."""

from __future__ import annotations

from sandbox.github.model import CheckRun
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.protections import latest_runs


async def feature(repo: Repo, branch: str = "feature/weekly", base: str = "dev", *, at: str = "dev") -> Pull:
    """Start a branch, commit one file, open a pull request."""
    await repo.create_branch(branch, at=at)
    await repo.commit(branch, {f"{branch.replace('/', '-')}.py": "1\n"}, "feat: know the days of the week")
    return await repo.open_pull_request(branch, base, title="feat: know the days of the week")


def verdict(pull: Pull, name: str = "headgate") -> tuple[str | None, str]:
    """Return conclusion and title of a check, as they stand on the head of a pull request."""
    return said(pull.checks()[name])


def said(check: CheckRun) -> tuple[str | None, str]:
    return check.conclusion, check.output.title or ""


def summary(pull: Pull, name: str = "headgate") -> str:
    return pull.checks()[name].output.summary or ""


def check_on(repo: Repo, sha: str, name: str = "headgate") -> CheckRun | None:
    """Return the newest check of a name on a commit, or None if nobody has said anything there."""
    return next((run for run in latest_runs(repo.model, sha) if run.name == name), None)
