"""Check suites come into being: for each App that may write checks, when somebody pushes.

https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-checks#about-check-suites
"""

from __future__ import annotations

from sandbox.github.model import Account, App, CheckSuite, Repository
from sandbox.github.move import Move
from sandbox.github.payloads.checks import suite_in_webhook
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World


def suite_for(world: World, repository: Repository, app: App, sha: str) -> CheckSuite:
    """Return the suite of an App on a commit; made if there is none."""
    found = next((one for one in repository.suites if one.app is app and one.head_sha == sha), None)
    return found or make(world, repository, app, sha, _branch_at(world, repository, sha))


def _branch_at(world: World, repository: Repository, sha: str) -> str | None:
    """Return the branch whose tip a commit is; None for a commit that only a fork has pushed."""
    tips = world.git(repository).under("refs/heads/")
    return next((name for name, tip in tips.items() if tip == sha), None)


def make(world: World, repository: Repository, app: App, sha: str, branch: str | None) -> CheckSuite:
    """Make one more suite. Only GitHub Actions has several on a commit, one for each run of a workflow."""
    now = world.clock.now()
    suite = CheckSuite(world.id(), repository, app, sha, branch, now, now)
    repository.suites.append(suite)
    return suite


def request(world: World, move: Move, by: Account) -> None:
    """Make the suites for a push to a branch, and ask each App for its checks. Pushes to forks are not seen here."""
    if move.after is None:
        return
    for installation in world.installations_on(move.repository):
        wanted = installation.permissions.get("checks") == "write" and installation.suspended_at is None
        have = any(one.app is installation.app and one.head_sha == move.after for one in move.repository.suites)
        if wanted and not have:
            suite = make(world, move.repository, installation.app, move.after, move.branch)
            suite.before = move.before
            tell(world, suite, "requested", by)


def tell(world: World, suite: CheckSuite, action: str, by: Account) -> None:
    """``requested`` and ``rerequested`` are for the App of the suite alone."""
    world.emit(
        Event(
            "check_suite",
            action,
            by,
            suite.repository,
            lambda: {"check_suite": suite_in_webhook(world, suite)},
            only=None if action == "completed" else suite.app,
        )
    )
