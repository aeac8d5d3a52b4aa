"""A small server that plays what GitHub documents of tokens, limits and ETags; the rest is scripted by each test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

APP = 4711


class Clock:
    """Time that only moves when a test moves it. It begins now: libraries look at the real time behind our back."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``json`` is sent as GitHub sends it; ``raw`` is sent as it is."""

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived. ``installation`` is whose token came with it; None for the App's JWT."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    installation: int | None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Stub:
    """GitHub on loopback. ``script`` says what a route answers, one after the other; the last answer is repeated."""

    def __init__(self, public_key: RSAPublicKey, clock: Clock, prefix: str = "") -> None:
        self.clock, self.prefix = clock, prefix
        self.public_key = public_key
        self.asked: list[Asked] = []
        self.unknown: list[str] = []
        self.tokens: dict[str, int] = {}
        self.issued: list[str] = []
        self.jwts: list[str] = []
        self.rates: dict[int, tuple[int, int, datetime]] = {}
        self.token_replies: list[Reply | Handler] = []
        self.closing = asyncio.Event()
        self._scripts: dict[tuple[str, str], list[Reply | Handler]] = {}
        self._runner: web.ServerRunner | None = None
        self.port = 0

    # --- what a test says ---

    def script(self, method: str, path: str, *replies: Reply | Handler) -> None:
        self._scripts[method, path] = list(replies)

    def count(self, method: str, path: str) -> int:
        return sum((asked.method, asked.path) == (method, path) for asked in self.asked)

    def rate(self, installation: int, remaining: int, limit: int = 5_000) -> datetime:
        """Give an installation a budget; returns when it is new again."""
        reset = self.clock().replace(microsecond=0) + timedelta(minutes=30)
        self.rates[installation] = (limit, remaining, reset)
        return reset

    def revoke(self) -> None:
        self.tokens.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    async def start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        self.closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- what GitHub does ---

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0].removeprefix(self.prefix)
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        body = await request.read()
        who = self.tokens.get(value)
        self.asked.append(Asked(request.method, path, dict(request.query), request.headers.copy(), body, who))
        if path.startswith("/app"):
            if kind.lower() != "bearer" or not self._valid(value):
                return self._unauthorized()
            if path.endswith("/access_tokens"):
                return await self._issue(request, int(path.split("/")[3]))
        elif who is None:
            return self._unauthorized()
        return await self._scripted(request, path, who)

    def _valid(self, token: str) -> bool:
        """Check a JWT as GitHub does: signature, issuer, not issued in the future, not valid for over ten minutes."""
        self.jwts.append(token)
        options: Any = {"verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self.public_key, algorithms=["RS256"], issuer=str(APP), options=options)
        except jwt.InvalidTokenError:
            return False
        now = self.clock().timestamp()
        return bool(claims["iat"] <= now < claims["exp"] <= now + 600)

    async def _issue(self, request: web.BaseRequest, installation: int) -> web.StreamResponse:
        if self.token_replies:
            return await self._render(request, self.token_replies.pop(0), {})
        token = f"ghs_{installation}secret{len(self.issued)}"
        self.issued.append(token)
        self.tokens[token] = installation
        expires = (self.clock() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return await self._render(request, Reply(201, {"token": token, "expires_at": expires}), {})

    async def _scripted(self, request: web.BaseRequest, path: str, who: int | None) -> web.StreamResponse:
        replies = self._scripts.get((request.method, path))
        if not replies:
            self.unknown.append(f"{request.method} {path}")
            return web.json_response({"message": "no such route"}, status=599)
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        etag = reply.headers.get("etag") if isinstance(reply, Reply) else None
        unchanged = etag is not None and request.headers.get("if-none-match") == etag
        rate = self._spend(who, 0 if unchanged else 1)
        if unchanged and etag:
            return web.Response(status=304, headers={**rate, "etag": etag})
        return await self._render(request, reply, rate)

    def _spend(self, who: int | None, cost: int) -> dict[str, str]:
        if who not in self.rates:
            return {}
        limit, remaining, reset = self.rates[who]
        self.rates[who] = (limit, max(remaining - cost, 0), reset)
        return rate_headers(*self.rates[who])

    async def _render(
        self, request: web.BaseRequest, reply: Reply | Handler, rate: Mapping[str, str]
    ) -> web.StreamResponse:
        if not isinstance(reply, Reply):
            return await reply(request)
        headers = {**rate, **{name: value.replace("{url}", self.url) for name, value in reply.headers.items()}}
        if reply.raw is not None:
            return web.Response(status=reply.status, body=reply.raw, headers=headers)
        if reply.json is None:
            return web.Response(status=reply.status, headers=headers)
        return web.json_response(reply.json, status=reply.status, headers=headers)

    def _unauthorized(self) -> web.Response:
        """Answer as GitHub does, with the budget of callers who are not known."""
        headers = rate_headers(60, 0, self.clock() + timedelta(minutes=50))
        return web.json_response({"message": "Bad credentials"}, status=401, headers=headers)

    # --- how connections fail ---

    async def half(self, request: web.BaseRequest) -> web.StreamResponse:
        """Promise 100 bytes, send a few, hang up."""
        response = web.StreamResponse(headers={"content-type": "application/json", "content-length": "100"})
        await response.prepare(request)
        await response.write(b'{"title": "for')
        assert request.transport is not None
        request.transport.close()
        return response

    async def reset(self, request: web.BaseRequest) -> web.StreamResponse:
        """Hang up without a word."""
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def silence(self, _: web.BaseRequest) -> web.StreamResponse:
        """Say nothing until the test is over."""
        await self.closing.wait()
        return web.Response()


def rate_headers(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(reset.timestamp())),
        "x-ratelimit-resource": "core",
    }
