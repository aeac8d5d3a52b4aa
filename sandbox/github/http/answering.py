"""From a request to an answer: found, struck by a fault, allowed, limited, done, tagged, written down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from aiohttp import web
from yarl import URL

from sandbox.github.errors import Refused, not_found
from sandbox.github.http import gate
from sandbox.github.http.body import Body
from sandbox.github.http.faults import Faults, Holds
from sandbox.github.http.identity import Caller, identify
from sandbox.github.http.journal import Call
from sandbox.github.http.limits import Limits
from sandbox.github.http.query import Query
from sandbox.github.http.sending import cut, encode, etag, moved, send
from sandbox.github.model import Repository
from sandbox.github.rest import ROUTES
from sandbox.github.rest.ask import Answer, Ask
from sandbox.github.rest.routes import Route
from sandbox.github.webhooks.post import Post
from sandbox.github.world import World

_FREE = "/rate_limit"
"""Asking for one's limit costs nothing."""

_VARY = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding"


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a request before it is judged."""

    route: Route | None
    path: dict[str, str]
    data: bytes
    fault: Refused | None


class Answering:
    """The REST API: what comes in goes through :meth:`answer`."""

    def __init__(self, world: World, post: Post) -> None:
        self._world, self._post = world, post
        self.limits = Limits(world.clock)
        self.faults = Faults()
        self.calls: list[Call] = []
        self._router = web.UrlDispatcher()
        self._routes: dict[tuple[str, str], Route] = {}
        for route in ROUTES:
            resource = self._router.add_resource(route.template)
            resource.add_route(route.method, self.answer)
            self._routes[route.method, resource.canonical] = route

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        request = self._by_number(request)
        data = await request.read()
        route, path = await self._find(request)
        call = Call(request.method, request.path, request.rel_url.raw_query_string, dict(request.headers))
        call.route = route.pattern if route else ""
        self.calls.append(call)
        fault = self.faults.strike(request.method, request.path)
        if fault:
            call.fault = True
            await asyncio.sleep(fault.delay if fault.silence is None else fault.silence)
            await fault.pass_by(Holds.BEFORE)
        if fault and fault.silence is not None:
            return cut(request)
        with_fault = fault.refusal if fault else None
        answer = self._judge(request, call, _Found(route, path, data, with_fault))
        data = encode(request, answer)
        answer = self._bill(request, call, answer, data)
        if fault:
            await fault.pass_by(Holds.AFTER)
        return await send(request, call, answer, data, half=bool(fault and fault.half))

    def _by_number(self, request: web.Request) -> web.Request:
        """Read ``/repositories/{id}/…``, where renamed repositories are found, as the address that they have now."""
        head, _, rest = request.rel_url.raw_path.lstrip("/").partition("/")
        number, slash, tail = rest.partition("/")
        found = self._world.repositories.get(int(number)) if head == "repositories" and number.isdecimal() else None
        if found is None:
            return request
        url = URL.build(
            path=f"/repos/{found.full_name}{slash}{tail}", query_string=request.rel_url.raw_query_string, encoded=True
        )
        return request.clone(rel_url=url)

    async def _find(self, request: web.Request) -> tuple[Route | None, dict[str, str]]:
        match = await self._router.resolve(request)
        resource = match.route.resource
        route = self._routes.get((request.method, resource.canonical)) if resource else None
        return route, dict(match) if route else {}

    def _judge(self, request: web.Request, call: Call, found: _Found) -> Answer:
        """Return the answer, refusals included."""
        try:
            return self._do(request, call, found)
        except gate.Moved as where:
            return moved(self._world, request, where.repository)
        except Refused as refused:
            return Answer(refused.body, refused.status, refused.headers)

    def _do(self, request: web.Request, call: Call, found: _Found) -> Answer:
        """Do what is asked for. Raises Refused, Moved."""
        if found.fault:
            raise found.fault
        call.caller = identify(self._world, request.headers.get("Authorization", ""))
        body, query = Body.read(found.data), Query(request.query)
        call.request = body.fields
        if found.route is None:
            raise not_found()
        if request.path != _FREE:
            self.limits.demand(call.caller)
        repository = self._admit(found.route, call.caller, found.path)
        ask = Ask(self._world, self._post, self.limits, request, call.caller, found.path, query, body, repository)
        answer = found.route.handler(ask)
        call.unread = query.unread
        return answer

    def _admit(self, route: Route, caller: Caller, path: dict[str, str]) -> Repository | None:
        """Return the repository that the request is about. Raises Refused."""
        if route.as_app and caller.app is None:
            raise Refused(401, "A JSON web token could not be decoded")
        if caller.app and not route.as_app:
            raise Refused(401, "Bad credentials")
        if "repo" in path:
            return gate.repository_for(self._world, route, caller, f"{path['owner']}/{path['repo']}")
        if not route.as_app and route.needs:
            gate.demand_token(route, caller)
        return None

    def _bill(self, request: web.Request, call: Call, answer: Answer, data: bytes) -> Answer:
        """Tag what can be tagged, spare what the caller has already, and count the rest against the budget.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
        """
        headers = dict(answer.headers)
        status = answer.status
        if request.method == "GET" and status == 200:
            headers |= {"ETag": etag(request, data), "Cache-Control": "private, max-age=60, s-maxage=60", "Vary": _VARY}
            if headers["ETag"] in request.headers.get("If-None-Match", ""):
                status = 304
        if status != 304 and request.path != _FREE and not call.fault:
            self.limits.spend(call.caller)
        headers = self.limits.headers(call.caller) | headers
        return replace(answer, status=status, headers=headers)
