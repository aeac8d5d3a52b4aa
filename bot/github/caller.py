"""Asks GitHub as one installation, or as the App: in turn, within the limits, again where that can do no harm."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from gidgethub.sansio import create_headers

from bot.github.address import Address
from bot.github.answers import NotSent, Page, Silent, read, said
from bot.github.cache import EtagCache
from bot.github.errors import NotFound, RateLimited, Refused, Unauthorized, Unreachable
from bot.github.limits import Budget, Limit
from bot.github.paging import github_cuts, listed
from bot.github.port import Pages
from bot.github.repository import InstallationId
from bot.github.routes import route
from bot.github.tokens import Credential, Token
from bot.github.transport import Answer, NoAnswer, Transport

AT_ONCE = 20
"""Requests of one installation under way. GitHub allows 100, over everybody who acts for it.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

WRITES_AT_ONCE = 8
"""Writes of one installation under way. GitHub asks for one at a time and a pause of a second after each, which would
hold up every check; in a burst GitHub says itself when it is too much (a secondary limit), and that we obey.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
"""

REQUESTER = "headgate"
ACCEPT = "application/vnd.github+json"
API_VERSION = "2022-11-28"
"""GitHub Enterprise Server knows it since 3.9; older ones do not look at the header.

https://docs.github.com/en/enterprise-server@3.10/rest/about-the-rest-api/api-versions
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was sent, for metrics. ``status`` is None where no whole answer came."""

    installation: InstallationId | None
    method: str
    route: str
    """The path with every name in it replaced, so that there are few."""
    status: int | None
    """304 is an answer from memory, at no cost."""
    remaining: int | None
    """Requests that this installation has left until the reset, where GitHub says so."""
    seconds: float


Observer = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What all who call for one App share."""

    address: Address
    transport: Transport
    cache: EtagCache
    pauses: tuple[float, ...]
    now: Callable[[], datetime]
    observer: Observer


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``repeatable`` if doing it twice is as good as once."""

    method: str
    path: str
    url: str
    body: bytes | None
    repeatable: bool

    @property
    def write(self) -> bool:
        return self.method != "GET"


class Caller:
    """Implements :class:`bot.github.port.Api`. What is returned belongs to the caller, who may change it."""

    def __init__(self, means: Means, installation: InstallationId | None, credential: Credential) -> None:
        self._means, self._installation, self.credential = means, installation, credential
        self._budget = Budget()
        self._slots = asyncio.Semaphore(AT_ONCE)
        # The App's own writes are requests for tokens, mostly: installations must not wait for each other's.
        self._writes = asyncio.Semaphore(AT_ONCE if installation is None else WRITES_AT_ONCE)

    async def get(self, path: str, **query: str | int) -> Any:
        return (await self._call(self._request("GET", path, None, query, repeatable=True))).data

    async def pages(self, path: str, *, most: int, key: str | None = None, **query: str | int) -> Pages:
        """See the port. ``complete`` is also False where the answer counts more, or holds as many as GitHub gives."""
        request = self._request("GET", path, None, {"per_page": 100, **query}, repeatable=True)
        page = await self._call(request)
        items, number = listed(path, page, key), 1
        while page.next and len(items) < most and number < most:
            request = self._next(request, page.next)
            page = await self._call(request)
            items, number = items + listed(path, page, key), number + 1
        cut = bool(page.next) or len(items) > most or github_cuts(path, key, len(items), page)
        return Pages(tuple(items[:most]), not cut)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, repeatable: bool = False) -> Any:
        """See the port; ``repeatable`` allows to send it again though GitHub may have done it already."""
        return (await self._call(self._request("POST", path, body, {}, repeatable=repeatable))).data

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return (await self._call(self._request("PATCH", path, body, {}, repeatable=False))).data

    async def delete(self, path: str) -> None:
        await self._call(self._request("DELETE", path, None, {}, repeatable=False))

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int],
        *,
        repeatable: bool,
    ) -> Request:
        url = self._means.address.url(path, query)
        if url is None:
            raise NotFound(method, path, None, "GitHub has no paths with dot segments")
        return Request(method, path, url, json.dumps(body).encode() if body is not None else None, repeatable)

    def _next(self, request: Request, link: str) -> Request:
        url = self._means.address.follow(link, request.url)
        if url is None:
            raise Refused(request.method, request.path, 200, "the next page is said to be outside of GitHub's API")
        return Request(request.method, request.path, url, None, request.repeatable)

    async def _call(self, request: Request) -> Page:
        """Ask until there is an answer; once more with a fresh token after a 401, and a few times where it may help."""
        refused: Token | None = None
        pauses = iter(self._means.pauses)
        while True:
            token = await self.credential.token(refused)
            try:
                return read(request.method, request.path, await self._once(request, token))
            except Unauthorized:
                if refused is not None:
                    raise
                refused = token
            except Unreachable as error:
                pause = next(pauses, None) if _may_repeat(request, error) else None
                if pause is None:
                    raise
                log.info("github.repeated", installation=self._installation, error=str(error))
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # keeps clients apart, no secret

    async def _once(self, request: Request, token: Token) -> Answer | NoAnswer:
        self._admit(request)
        async with self._turn(request):
            self._admit(request)  # the limit may have come while we waited
            return await self._exchange(request, token)

    @asynccontextmanager
    async def _turn(self, request: Request) -> AsyncIterator[None]:
        if request.write:
            async with self._writes, self._slots:
                yield
        else:
            async with self._slots:
                yield

    def _admit(self, request: Request) -> None:
        limit = self._budget.closed(self._means.now(), write=request.write)
        if limit is not None:
            raise _limited(request, limit)

    async def _exchange(self, request: Request, token: Token) -> Answer | NoAnswer:
        key = (self._installation, request.url)
        kept = None if request.write else self._means.cache.get(key)
        headers = self._headers(token)
        if kept is not None:
            headers["if-none-match"] = kept[0]
        if request.body is not None:
            headers["content-type"] = "application/json"
        started = time.perf_counter()
        answer = await self._means.transport.exchange(request.method, request.url, headers, request.body)
        self._account(request, answer, time.perf_counter() - started)
        if isinstance(answer, NoAnswer) or request.write:
            return answer
        if answer.status == 304 and kept is not None:
            return kept[1]
        if answer.status < 500:
            self._means.cache.put(key, answer)
        return answer

    def _headers(self, token: Token) -> dict[str, str]:
        if self._installation is None:
            headers = create_headers(REQUESTER, accept=ACCEPT, jwt=token.value)
        else:
            headers = create_headers(REQUESTER, accept=ACCEPT, oauth_token=token.value)
        headers["x-github-api-version"] = API_VERSION
        return headers

    def _account(self, request: Request, answer: Answer | NoAnswer, seconds: float) -> None:
        """Keep the books. Raises RateLimited if that is what the answer says."""
        now, limit, status = self._means.now(), None, None
        if isinstance(answer, Answer):
            status = answer.status
            limit = self._budget.learn(answer.status, answer.headers, lambda: said(answer), now)
        remaining = self._budget.remaining(now)
        name = route(request.path)
        self._means.observer(Exchange(self._installation, request.method, name, status, remaining, seconds))
        if limit is not None:
            until = limit.until.isoformat()
            log.warning("github.limited", installation=self._installation, until=until, said=limit.said)
            raise _limited(request, limit)


def _may_repeat(request: Request, error: Unreachable) -> bool:
    """Say whether to ask again: never where GitHub may have done it (a second comment), never after long silence."""
    return isinstance(error, NotSent) or (request.repeatable and not isinstance(error, Silent))


def _limited(request: Request, limit: Limit) -> RateLimited:
    return RateLimited(request.method, request.path, limit.status, limit.said, limit.until)
