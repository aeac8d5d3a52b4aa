"""How an answer goes out: with its ETag, in the version of the API that was asked for, whole or cut off."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from aiohttp import web

from sandbox.github.http.journal import Call
from sandbox.github.model import Repository
from sandbox.github.rest.ask import Answer
from sandbox.github.world import World

NEWEST = "2026-03-10"
_GONE = frozenset({"merge_commit_sha", "assignee", "has_downloads", "rate"})
"""What the newest version of the API no longer shows: https://docs.github.com/rest/about-the-rest-api/breaking-changes"""


def in_version(version: str, body: Any) -> Any:
    """Return a body as a version of the API shows it; without a version it is the oldest."""
    if version != NEWEST:
        return body
    if isinstance(body, list):
        return [in_version(version, one) for one in body]
    if isinstance(body, dict):
        return {key: in_version(version, value) for key, value in body.items() if key not in _GONE}
    return body


def encode(request: web.Request, answer: Answer) -> bytes:
    """Return the bytes of an answer."""
    if answer.text is not None:
        return answer.text
    if answer.body is None:
        return b""
    body = in_version(request.headers.get("X-GitHub-Api-Version", ""), answer.body)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")


def etag(request: web.Request, data: bytes) -> str:
    """Return a weak ETag. It depends on the token and the media type too, as GitHub's ``Vary`` says."""
    about = "\0".join(request.headers.get(name, "") for name in ("Authorization", "Accept", "X-GitHub-Api-Version"))
    return f'W/"{hashlib.sha256(about.encode("utf-8", "replace") + data).hexdigest()}"'


def moved(world: World, request: web.Request, repository: Repository) -> Answer:
    """Send the caller of an old name to where the repository is found under its number."""
    tail = request.rel_url.raw_path.lstrip("/").split("/", 3)[3:]
    query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
    url = f"{world.api}/repositories/{repository.id}" + "".join(f"/{part}" for part in tail) + query
    status = 301 if request.method in ("GET", "HEAD") else 307
    word = "Moved Permanently" if status == 301 else "Temporary Redirect"
    body = {"message": word, "url": url, "documentation_url": "https://docs.github.com/rest"}
    return Answer(body, status, {"Location": url})


async def send(request: web.Request, call: Call, answer: Answer, data: bytes, *, half: bool) -> web.StreamResponse:
    """Send an answer, or the first half of it."""
    call.status = answer.status
    if answer.text is None:
        call.answer = json.loads(data) if data else None
    bodiless = answer.status in (204, 304)
    headers = {"X-GitHub-Media-Type": "github.v3; format=json", "Server": "github.com", **answer.headers}
    if not bodiless:
        kind = answer.media_type
        headers["Content-Type"] = f"{kind}; charset=utf-8" if kind == "application/json" else kind
    if not half:
        return web.Response(body=None if bodiless else data, status=answer.status, headers=headers)
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = len(data)
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    return cut(request)


def cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without (another) word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
