"""https://docs.github.com/rest/pulls/pulls"""

from __future__ import annotations

from typing import cast

from sandbox.github.acts import merging, pulls
from sandbox.github.errors import Refused
from sandbox.github.mergeable import look
from sandbox.github.model import Organisation, PullRequest
from sandbox.github.payloads import pulls as shown
from sandbox.github.payloads.accounts import simple_user, team
from sandbox.github.payloads.commits import changed_files, commit
from sandbox.github.rest.ask import Answer, Ask
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}/pulls"
MOST_COMMITS = 250
MOST_FILES = 3_000


@routes.get(_BASE, pull_requests="read")
def list_pulls(ask: Ask) -> Answer:
    state, head, base = (ask.query.get(name, "") for name in ("state", "head", "base"))
    found = [one for one in ask.repository.pulls.values() if _wanted(one, state or "open", head, base)]
    newest = ask.query.get("direction", "desc" if ask.query.get("sort", "created") == "created" else "asc") == "desc"
    key = ask.query.get("sort", "created")
    found.sort(key=lambda one: (one.updated_at if key == "updated" else one.created_at, one.id), reverse=newest)
    return ask.listed(found, lambda one: shown.simple_pull(ask.world, one))


def _wanted(pull: PullRequest, state: str, head: str, base: str) -> bool:
    owner, colon, branch = head.partition(":")
    same_head = not colon or (owner.lower(), branch) == (pull.head_owner.login.lower(), pull.head_ref)
    return state in ("all", pull.state) and same_head and base in ("", pull.base_ref)


@routes.post(_BASE, pull_requests="write")
def create_pull(ask: Ask) -> Answer:
    body = ask.body
    opening = pulls.Opening(
        head=body.text("head"),
        base=body.text("base"),
        title=body.text("title"),
        body=body.optional_text("body"),
        draft=body.flag("draft"),
    )
    return Answer(_full(ask, pulls.open_(ask.world, ask.repository, opening, ask.actor)), 201)


def _full(ask: Ask, pull: PullRequest) -> dict[str, object]:
    return shown.pull_request(ask.world, pull, look(ask.world, pull))


@routes.get(_BASE + "/{pull_number}", pull_requests="read")
def get_pull(ask: Ask) -> Answer:
    return Answer(_full(ask, ask.pull()))


@routes.patch(_BASE + "/{pull_number}", pull_requests="write")
def update_pull(ask: Ask) -> Answer:
    pull, body = ask.pull(), ask.body
    state, base = body.choice("state", ("open", "closed")), body.optional_text("base")
    title, text = body.optional_text("title"), body.optional_text("body")
    pulls.edit(ask.world, pull, ask.actor, title=title, body=text)
    if base is not None:
        pulls.retarget(ask.world, pull, base, ask.actor)
    if state == "closed":
        pulls.close(ask.world, pull, ask.actor)
    elif state == "open":
        pulls.reopen(ask.world, pull, ask.actor)
    return Answer(_full(ask, pull))


@routes.get(_BASE + "/{pull_number}/commits", pull_requests="read")
def list_commits(ask: Ask) -> Answer:
    pull = ask.pull()
    shas = shown.commits_of(ask.world.git(pull.repository), pull)[:MOST_COMMITS]
    return ask.listed(shas, lambda sha: commit(ask.world, pull.repository, sha))


@routes.get(_BASE + "/{pull_number}/files", pull_requests="read")
def list_files(ask: Ask) -> Answer:
    pull = ask.pull()
    between = (shown.base_of(ask.world.git(pull.repository), pull), pull.head_sha)
    part = slice(ask.page.part.start, min(ask.page.part.stop, MOST_FILES))
    files, total = changed_files(ask.world, pull.repository, between, part)
    return Answer(files, headers=ask.page.link(ask.request, min(total, MOST_FILES)))


@routes.get(_BASE + "/{pull_number}/merge", pull_requests="read")
def is_merged(ask: Ask) -> Answer:
    return Answer(status=204 if ask.pull().merged_at else 404)


@routes.put(_BASE + "/{pull_number}/merge", contents="write")
def merge(ask: Ask) -> Answer:
    body = ask.body
    method = cast("merging.Method", body.choice("merge_method", ("merge", "squash", "rebase"), "merge"))
    wish = merging.Wish(
        method, body.optional_text("sha"), body.optional_text("commit_title"), body.optional_text("commit_message")
    )
    sha = merging.merge(ask.world, ask.pull(), wish, ask.actor)
    return Answer({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@routes.get(_BASE + "/{pull_number}/requested_reviewers", pull_requests="read")
def list_requested(ask: Ask) -> Answer:
    pull = ask.pull()
    users = [simple_user(ask.world, one) for one in pull.requested_reviewers]
    return Answer({"users": users, "teams": [team(ask.world, one) for one in pull.requested_teams]})


@routes.post(_BASE + "/{pull_number}/requested_reviewers", pull_requests="write")
def request_reviewers(ask: Ask) -> Answer:
    pull = ask.pull()
    for login in ask.body.texts("reviewers") or []:
        if login.lower() not in ask.world.accounts:
            raise Refused(422, "Reviews may only be requested from collaborators.")
        pulls.request_review(ask.world, pull, ask.world.user(login), ask.actor)
    for slug in ask.body.texts("team_reviewers") or []:
        teams = owner.teams if isinstance(owner := pull.repository.owner, Organisation) else {}
        if slug not in teams:
            raise Refused(422, "Reviews may only be requested from collaborators.")
        pulls.request_review(ask.world, pull, teams[slug], ask.actor)
    return Answer(shown.simple_pull(ask.world, pull), 201)
