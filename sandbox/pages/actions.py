"""What the buttons do: the same acts that the REST API offers, done as the person who the reader said to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from sandbox.github.acts import checks, merging, pulls, queue, reviews
from sandbox.github.errors import Refused
from sandbox.github.model import PullRequest, User
from sandbox.github.protections import protecting
from sandbox.github.world import World
from sandbox.pages.addresses import ROOT
from sandbox.pages.finding import find_pull, find_run
from sandbox.pages.people import COOKIE
from sandbox.pages.security import from_here

Form = Mapping[str, str]
_METHODS: dict[str, merging.Method] = {"merge": "merge", "squash": "squash", "rebase": "rebase"}


async def act_as(request: web.Request) -> web.StreamResponse:
    """Be somebody else from now on."""
    if not from_here(request):
        raise web.HTTPForbidden(text="This form was sent by another site.")
    form = await request.post()
    back = str(form.get("back", ""))
    answer = web.Response(status=303, headers={"Location": back if back.startswith(f"{ROOT}/") else f"{ROOT}/"})
    answer.set_cookie(COOKIE, str(form.get("login", "")), path=ROOT, httponly=True, samesite="Strict")
    return answer


def on_pull(world: World, request: web.Request, form: Form, by: User) -> None:
    """Do what a button on a pull request says; raises Refused."""
    deed = _DEEDS.get(request.match_info["deed"])
    if deed is None:
        raise Refused(404, "There is no such button.")
    deed(world, find_pull(world, request), form, by)


def rerun(world: World, request: web.Request, _: Form, by: User) -> None:
    """Ask an App for a check again; raises Refused."""
    checks.rerequest(world, find_run(world, request), by)


def _merge(world: World, pull: PullRequest, form: Form, by: User) -> None:
    if any(rule.merge_queue for rule in protecting(pull.repository, pull.base_ref)):
        queue.enqueue(world, pull, by)
    else:
        merging.merge(world, pull, merging.Wish(_METHODS.get(form.get("method", ""), "merge")), by)


def _retarget(world: World, pull: PullRequest, form: Form, by: User) -> None:
    pulls.retarget(world, pull, form.get("base", ""), by)


def _comment(world: World, pull: PullRequest, form: Form, by: User) -> None:
    reviews.comment(world, pull, form.get("body", ""), by)


def _approve(world: World, pull: PullRequest, form: Form, by: User) -> None:
    reviews.submit(world, pull, reviews.Opinion("APPROVED", form.get("body", "")), by)


def _request_changes(world: World, pull: PullRequest, form: Form, by: User) -> None:
    reviews.submit(world, pull, reviews.Opinion("CHANGES_REQUESTED", form.get("body", "")), by)


def _close(world: World, pull: PullRequest, _: Form, by: User) -> None:
    pulls.close(world, pull, by)


def _reopen(world: World, pull: PullRequest, _: Form, by: User) -> None:
    pulls.reopen(world, pull, by)


def _ready(world: World, pull: PullRequest, _: Form, by: User) -> None:
    pulls.ready(world, pull, by, draft=False)


_DEEDS: dict[str, Callable[[World, PullRequest, Form, User], None]] = {
    "approve": _approve,
    "base": _retarget,
    "close": _close,
    "comment": _comment,
    "merge": _merge,
    "ready": _ready,
    "reopen": _reopen,
    "request-changes": _request_changes,
}
