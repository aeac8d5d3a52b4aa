"""What each page shows: from an address to the values of a template."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from aiohttp import web
from markupsafe import Markup

from sandbox.github.git.bare import EMPTY_TREE
from sandbox.github.model import CheckRun, PullRequest, Repository, User
from sandbox.github.protections import opinions
from sandbox.github.world import World
from sandbox.pages import lists
from sandbox.pages.addresses import commit_page, home
from sandbox.pages.checks import checks_of, of_run, worst
from sandbox.pages.diff import Row, excerpt, read_diff
from sandbox.pages.finding import find_commit, find_delivery, find_pull, find_repository, find_run
from sandbox.pages.gate import gate
from sandbox.pages.graph import Graph, Ref, draw, read_history
from sandbox.pages.journal import LATEST
from sandbox.pages.markdown.code import highlight
from sandbox.pages.pulls import commits_of, conversation, head_name, range_of, siblings, status
from sandbox.pages.site import Site

Values = dict[str, Any]


def overview(site: Site, _: web.Request) -> Values:
    world = site.world
    return {
        "template": "overview.html",
        "cards": [lists.card(world, one) for one in world.repositories.values()],
        "open": lists.newest(world),
        "apps": list(world.apps.values()),
        "deliveries": world.deliveries[: -LATEST - 1 : -1],
        "news": list(islice(site.journal.news(), 14)),
    }


def delivery(site: Site, request: web.Request) -> Values:
    found = find_delivery(site.world, request)
    payload = highlight(json.dumps(found.payload, indent=2, ensure_ascii=True), "json")
    return {"template": "delivery.html", "delivery": found, "payload": Markup(payload)}  # noqa: S704 (Pygments escapes)


def repository(site: Site, request: web.Request) -> Values:
    shown = find_repository(site.world, request)
    rows = [lists.row(pull) for pull in sorted(shown.pulls.values(), key=lambda pull: -pull.number)]
    news = (entry for entry in site.journal.news() if entry.repository is shown)
    return {
        "template": "repository.html",
        "repository": shown,
        "page": home(shown),
        "picture": lists.picture(site.world, shown),
        "open": [row for row in rows if row.pull.state == "open"],
        "closed": [row for row in rows if row.pull.state == "closed"],
        "queue": shown.queue,
        "branches": lists.branches(site.world, shown),
        "news": list(islice(news, 10)),
    }


def _frame(site: Site, request: web.Request, tab: str) -> Values:
    """Return what all three tabs of a pull request show."""
    world, shown = site.world, find_pull(site.world, request)
    branches = world.git(shown.repository).under("refs/heads/")
    stands = gate(world, shown)
    source = world.git(shown.head_repository) if shown.head_repository else None
    old, new = range_of(world, shown)
    return {
        "tab": tab,
        "repository": shown.repository,
        "page": home(shown.repository),
        "pull": shown,
        "status": status(shown),
        "head": head_name(shown),
        "head_gone": source is None or source.branch(shown.head_ref) is None,
        "base_gone": shown.base_ref not in branches,
        "commits": commits_of(world, shown),
        "changes": world.git(shown.repository).changes(old, new),
        "gate": stands,
        "verdict": worst(check.tone for check, _ in stands.checks),
        "branches": sorted(name for name in branches if not name.startswith(lists.QUEUE)),
    }


def pull(site: Site, request: web.Request) -> Values:
    shown = find_pull(site.world, request)
    return _frame(site, request, "talk") | {
        "template": "pull.html",
        "items": conversation(site.journal, shown),
        "picture": _pull_picture(site.world, shown),
        "siblings": siblings(shown),
        "reviewers": _reviewers(shown),
    }


def _pull_picture(world: World, pull: PullRequest) -> Graph:
    """Draw the head and the base alone; nothing once they are one."""
    bare = world.git(pull.repository)
    tip = bare.branch(pull.base_ref)
    refs = [Ref(pull.base_ref, tip, commit_page(pull.repository, tip))] if tip else []
    if pull.state == "open":
        refs.append(
            Ref(head_name(pull), pull.head_sha, commit_page(pull.repository, pull.head_sha), lists.verdict(pull) or "")
        )
    return draw(read_history(bare, refs if len(refs) == 2 else [], most=12))


def _reviewers(pull: PullRequest) -> list[tuple[User, str]]:
    said = {review.user: "COMMENTED" for review in pull.reviews if review.user is not pull.author} | opinions(pull)
    return [*said.items(), *((user, "") for user in pull.requested_reviewers if user not in said)]


def files(site: Site, request: web.Request) -> Values:
    frame = _frame(site, request, "files")
    shown: PullRequest = frame["pull"]
    remarks: dict[tuple[str, int], list[Any]] = {}
    for check, _ in frame["gate"].checks:
        for one in check.run.output.annotations if check.run else ():
            remarks.setdefault((one.path, one.end_line), []).append(one)
    diffs = read_diff(site.world.git(shown.repository), *range_of(site.world, shown))
    return frame | {"template": "files.html", "files": diffs, "remarks": remarks}


def checks(site: Site, request: web.Request) -> Values:
    return _frame(site, request, "checks") | {
        "template": "checks.html",
        "notes_of": lambda run: _notes(site.world, run),
    }


def _notes(world: World, run: CheckRun) -> list[tuple[Any, tuple[Row, ...]]]:
    """Return the annotations of a run, each with the lines that it is about."""
    bare = world.git(run.repository)
    return [(one, excerpt(bare, run.head_sha, one)) for one in run.output.annotations]


def run(site: Site, request: web.Request) -> Values:
    found = find_run(site.world, request)
    return {
        "template": "run_page.html",
        "repository": found.repository,
        "page": home(found.repository),
        "run": found,
        "check": of_run(found),
        "pulls": _pulls_with(found.repository, found.head_sha),
        "notes_of": lambda run: _notes(site.world, run),
    }


def _pulls_with(repository: Repository, head: str) -> list[PullRequest]:
    return [one for one in repository.pulls.values() if one.head_sha == head]


def commit(site: Site, request: web.Request) -> Values:
    shown, found = find_repository(site.world, request), find_commit(site.world, request)
    bare = site.world.git(shown)
    return {
        "template": "commit.html",
        "repository": shown,
        "page": home(shown),
        "commit": found,
        "names": [name for name, sha in bare.under("refs/heads/").items() if sha == found.sha],
        "checks": checks_of(shown, found.sha),
        "pulls": _pulls_with(shown, found.sha),
        "files": read_diff(bare, found.parents[0] if found.parents else EMPTY_TREE, found.sha),
    }
