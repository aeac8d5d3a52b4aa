"""https://docs.github.com/rest/commits/commits, https://docs.github.com/rest/commits/statuses"""

from __future__ import annotations

from typing import Literal, cast

from sandbox.github.acts import checks
from sandbox.github.errors import Refused, not_found
from sandbox.github.model import CommitStatus
from sandbox.github.payloads.checks import combined_status, status
from sandbox.github.payloads.commits import changed_files, commit, full_commit
from sandbox.github.payloads.pulls import simple_pull
from sandbox.github.payloads.repositories import api_url, html_url
from sandbox.github.protections import latest_statuses, protecting
from sandbox.github.rest.ask import Answer, Ask
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}"
MOST_FILES = 300
"""Files of a commit or a comparison on one page."""

MOST_COMMITS = 250
"""Commits of a comparison that is not asked for in pages: the newest ones."""


@routes.get(_BASE + "/commits", contents="read")
def list_commits(ask: Ask) -> Answer:
    git = ask.world.git(ask.repository)
    start = git.resolve(ask.query.get("sha") or ask.repository.default_branch)
    if start is None:
        if not git.under("refs/heads/"):
            raise Refused(409, "Git Repository is empty.")
        raise not_found()
    page = ask.page
    limits = {"since": "max-age", "until": "min-age"}  # Git's own since and until do not take the future
    only = [f"--{limits[name]}={when.timestamp():.0f}" for name in limits if (when := ask.moment(name))]
    shas = git.log(start, ask.query.get("path", ""), *only, skip=page.part.start, most=page.size + 1)
    total = page.part.start + len(shas)
    shown = [commit(ask.world, ask.repository, sha) for sha in shas[: page.size]]
    return Answer(shown, headers=page.link(ask.request, total))


@routes.get(_BASE + "/commits/{commit_sha}/pulls", pull_requests="read")
def list_pulls(ask: Ask) -> Answer:
    """List the merged and open pull requests of a commit; only the merged ones if the default branch has it."""
    sha, git = ask.commit(ask.path["commit_sha"]), ask.world.git(ask.repository)
    default = git.branch(ask.repository.default_branch)
    on_default = default is not None and git.is_ancestor(sha, default)
    found = []
    for pull in ask.repository.pulls.values():
        inside = sha in git.between(pull.base_sha, pull.head_sha) or pull.merge_commit_sha == sha
        if inside and (pull.merged_at or (pull.state == "open" and not on_default)):
            found.append(pull)
    return ask.listed(found, lambda one: simple_pull(ask.world, one))


@routes.get(_BASE + "/commits/{commit_sha}/branches-where-head", contents="read")
def list_branches_where_head(ask: Ask) -> Answer:
    sha = ask.commit(ask.path["commit_sha"])
    url = f"{api_url(ask.world, ask.repository)}/commits/{sha}"
    tips = ask.world.git(ask.repository).under("refs/heads/")
    return Answer(
        [
            {"name": name, "commit": {"sha": sha, "url": url}, "protected": bool(protecting(ask.repository, name))}
            for name, tip in tips.items()
            if tip == sha
        ]
    )


@routes.get(_BASE + "/commits/{ref}/status", statuses="read")
def get_combined_status(ask: Ask) -> Answer:
    sha = ask.commit(ask.path["ref"])
    found = latest_statuses(ask.repository, sha)
    body = combined_status(ask.world, ask.repository, sha, ask.page.of(found))
    return Answer(body, headers=ask.page.link(ask.request, len(found)))


@routes.get(_BASE + "/commits/{ref}/statuses", statuses="read")
def list_statuses(ask: Ask) -> Answer:
    sha = ask.commit(ask.path["ref"])
    found = [one for one in reversed(ask.repository.statuses) if one.sha == sha]
    return ask.listed(found, lambda one: status(ask.world, one))


@routes.post(_BASE + "/statuses/{sha}", statuses="write")
def create_status(ask: Ask) -> Answer:
    state = ask.body.choice("state", ("error", "failure", "pending", "success"))
    if state is None:
        raise Refused(422, 'Invalid request.\n\n"state" wasn\'t supplied.')
    one = CommitStatus(
        id=ask.world.id(),
        repository=ask.repository,
        sha=ask.commit(ask.path["sha"]),
        context=ask.body.optional_text("context") or "default",
        state=cast("Literal['error', 'failure', 'pending', 'success']", state),
        creator=ask.actor,
        created_at=ask.world.clock.now(),
        description=ask.body.optional_text("description"),
        target_url=ask.body.optional_text("target_url"),
    )
    checks.set_status(ask.world, one, ask.actor)
    return Answer(status(ask.world, one), 201)


@routes.get(_BASE + "/commits/{ref}", contents="read")
def get_commit(ask: Ask) -> Answer:
    sha = ask.commit(ask.path["ref"])
    if "sha" in ask.accept:
        return Answer(text=sha.encode("ascii"), media_type="application/vnd.github.sha")
    parent = ask.world.git(ask.repository).parent_tree(sha)
    page = ask.page if "per_page" in ask.query or "page" in ask.query else None
    part = page.part if page else slice(0, MOST_FILES)
    files, total = changed_files(ask.world, ask.repository, (parent, sha), part)
    headers = page.link(ask.request, total) if page else {}
    return Answer(full_commit(ask.world, ask.repository, sha, files), headers=headers)


@routes.get(_BASE + "/compare/{basehead}", contents="read")
def compare(ask: Ask) -> Answer:
    """Compare two commits from their merge base on. Files stand on the first page alone."""
    base_name, dots, head_name = ask.path["basehead"].partition("...")
    git = ask.world.git(ask.repository)
    base, head = _tip(ask, base_name), _tip(ask, head_name)
    if not dots or base is None or head is None:
        raise not_found()
    merge_base = git.merge_base(base, head)
    if merge_base is None:
        raise Refused(404, f"No common ancestor between {base_name} and {head_name}.")
    behind, ahead = git.count(base, head)
    page, shas = ask.page, git.between(base, head)
    asked_for_pages = "page" in ask.query or "per_page" in ask.query
    shown = page.of(shas) if asked_for_pages else list(shas[-MOST_COMMITS:])
    url = f"{api_url(ask.world, ask.repository)}/compare/{base_name}...{head_name}"
    html = f"{html_url(ask.world, ask.repository)}/compare/{base_name}...{head_name}"
    body = {
        "url": url,
        "html_url": html,
        "permalink_url": f"{html_url(ask.world, ask.repository)}/compare/{base[:7]}...{head[:7]}",
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": commit(ask.world, ask.repository, base),
        "merge_base_commit": commit(ask.world, ask.repository, merge_base),
        "status": _status(ahead, behind),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [commit(ask.world, ask.repository, sha) for sha in shown],
    }
    if page.number == 1:
        body["files"] = changed_files(ask.world, ask.repository, (merge_base, head), slice(0, MOST_FILES))[0]
    return Answer(body, headers=page.link(ask.request, ahead) if asked_for_pages else {})


def _tip(ask: Ask, name: str) -> str | None:
    """Return the commit that a name stands for; ``owner:branch`` is a branch of a fork."""
    owner, colon, ref = name.partition(":")
    repository = ask.world.in_network(ask.repository, owner) if colon else ask.repository
    return ask.world.git(repository).resolve(ref if colon else name) if repository else None


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"
