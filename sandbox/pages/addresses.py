"""Where the pages are. They live below ``/web``, because the REST API owns the root."""

from __future__ import annotations

from urllib.parse import quote

from sandbox.github.model import CheckRun, PullRequest, Repository

ROOT = "/web"


def home(repository: Repository) -> str:
    return f"{ROOT}/{quote(repository.owner.login)}/{quote(repository.name)}"


def pull_page(pull: PullRequest) -> str:
    return f"{home(pull.repository)}/pull/{pull.number}"


def run_page(run: CheckRun) -> str:
    return f"{home(run.repository)}/runs/{run.id}"


def commit_page(repository: Repository, sha: str) -> str:
    return f"{home(repository)}/commit/{sha}"
