"""The addresses of the pages, and what each one shows. Everything lies below ``/web``, out of the REST API's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.world import World
from sandbox.pages import actions, show
from sandbox.pages.addresses import ROOT, run_page
from sandbox.pages.diagrams import Scheme
from sandbox.pages.finding import find_repository
from sandbox.pages.people import acting, people
from sandbox.pages.security import from_here, protect
from sandbox.pages.site import Site

SITE = web.AppKey("site", Site)
_STATIC = Path(__file__).with_name("static")

HEARTBEAT = 15.0
"""Seconds after which an open page is written to, so that one that has gone is noticed."""

Shows = Callable[[Site, web.Request], Mapping[str, Any]]
Does = Callable[[World, web.Request, Mapping[str, str], User], None]


def add_pages(app: web.Application, world: World) -> None:
    """Put the pages of a world below ``/web``. Call it before adding a route that takes whatever is left."""
    app[SITE] = site = Site(world)
    repository = ROOT + "/{owner}/{name}"
    pull = repository + r"/pull/{number:\d+}"
    app.router.add_static(f"{ROOT}/static", _STATIC)
    app.router.add_get(ROOT, _to_overview)
    app.router.add_get(f"{ROOT}/events", _events)
    app.router.add_get(ROOT + r"/diagrams/{digest:[0-9a-f]{32}}-{scheme:light|dark}.svg", _diagram)
    for path, shows in (
        (f"{ROOT}/", show.overview),
        (ROOT + r"/deliveries/{id:\d+}", show.delivery),
        (repository, show.repository),
        (pull, show.pull),
        (f"{pull}/files", show.files),
        (f"{pull}/checks", show.checks),
        (repository + r"/runs/{id:\d+}", show.run),
        (repository + "/commit/{sha:[0-9a-f]{7,40}}", show.commit),
    ):
        app.router.add_get(path, _page(shows))
    app.router.add_get(repository + r"/actions/runs/{id:\d+}", _to_job)
    app.router.add_post(f"{ROOT}/acting", actions.act_as)
    app.router.add_post(pull + "/{deed}", _deed(actions.on_pull, show.pull))
    app.router.add_post(repository + r"/runs/{id:\d+}/rerun", _deed(actions.rerun, show.run))
    app.on_response_prepare.append(protect)
    app.on_shutdown.append(_close)
    app.middlewares.append(_notice_changes)
    site.journal.touch()


def _page(shows: Shows) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        return _shown(request, shows)

    return handler


def _shown(request: web.Request, shows: Shows, said: str = "", status: int = 200) -> web.Response:
    site = request.app[SITE]
    try:
        values = shows(site, request)
    except Refused as refused:
        values, status = {"template": "nothing.html", "headline": "Not here", "reason": refused.message}, refused.status
    choices = people(site.world, values.get("repository"))
    html = site.render(
        **values,
        version=site.journal.version,
        people=choices,
        acting=acting(request, choices),
        here=request.rel_url.raw_path,
        said=said,
    )
    return web.Response(text=html, content_type="text/html", status=status, headers={"Cache-Control": "no-cache"})


def _deed(does: Does, shows: Shows) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Do something and show what came of it; what is refused is said above the page."""

    async def handler(request: web.Request) -> web.StreamResponse:
        site = request.app[SITE]
        form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        try:
            does(site.world, request, form, _me(site, request))
        except Refused as refused:
            return _shown(request, shows, _reason(refused), refused.status)
        raise web.HTTPSeeOther(request.rel_url.raw_path.rpartition("/")[0])

    return handler


def _reason(refused: Refused) -> str:
    return " ".join([refused.message, *(each["message"] for each in refused.errors or () if "message" in each)])


def _me(site: Site, request: web.Request) -> User:
    if not from_here(request):
        raise Refused(403, "This form was sent by another site.")
    me = acting(request, people(site.world, find_repository(site.world, request)))
    if me is None:
        raise Refused(403, "Nobody may write here.")
    return me


async def _to_overview(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{ROOT}/")


async def _to_job(request: web.Request) -> web.StreamResponse:
    """Show the job of a workflow's run, which is a check run."""
    site = request.app[SITE]
    runs = find_repository(site.world, request).workflow_runs
    run = next((each for each in runs if each.id == int(request.match_info["id"])), None)
    if run is None:
        raise web.HTTPNotFound
    raise web.HTTPFound(run_page(run.job))


async def _diagram(request: web.Request) -> web.Response:
    scheme: Scheme = "dark" if request.match_info["scheme"] == "dark" else "light"
    drawn = await request.app[SITE].diagrams.picture(request.match_info["digest"], scheme)
    if drawn is None:
        raise web.HTTPNotFound
    return web.Response(text=drawn, content_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


async def _events(request: web.Request) -> web.StreamResponse:
    """Tell a page whenever the world is newer than it was. https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    journal = request.app[SITE].journal
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await stream.prepare(request)
    version = ""
    while not journal.closed:
        newer = await journal.after(version, patience=HEARTBEAT)
        await stream.write(b":\n\n" if newer == version else f"data: {newer}\n\n".encode())
        version = newer
    return stream


async def _close(app: web.Application) -> None:
    app[SITE].journal.close()


@web.middleware
async def _notice_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A program has changed something: not everything that it may change is an event."""
    try:
        return await handler(request)
    finally:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            request.app[SITE].journal.touch()
