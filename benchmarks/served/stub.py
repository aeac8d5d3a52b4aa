"""A GitHub that knows one repository, answers at once (or after a delay), and remembers who asked and wrote what, when.

Run as a process of its own; `GET /_state` tells what it has seen, `POST /_reset` forgets it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a file, too

from benchmarks.served import world  # noqa: E402  # after the path is set

BRANCHES = [{"name": "main", "commit": {"sha": world.MAIN}}, {"name": "dev", "commit": {"sha": world.DEV}}]


@dataclass
class State:
    """What has been asked and written. ``checks`` holds (nanoseconds, status, conclusion) of every write, by commit."""

    delay: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    checks: dict[str, list[tuple[int, str, str | None]]] = field(default_factory=dict)
    run_of: dict[int, str] = field(default_factory=dict)


STATE = web.AppKey("state", State)


@web.middleware
async def counted(request: web.Request, handler: Any) -> web.StreamResponse:
    """Count a request by method and answer, wait as long as was asked for, and answer 304 to what is unchanged."""
    state = request.app[STATE]
    if request.path.startswith("/_"):
        own: web.Response = await handler(request)
        return own
    if state.delay:
        await asyncio.sleep(state.delay)
    response: web.Response = await handler(request)
    if request.method == "GET" and response.status == 200:
        body = response.body if isinstance(response.body, bytes) else b""
        etag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        response.headers["ETag"] = f'W/"{etag}"'
        if request.headers.get("If-None-Match") == f'W/"{etag}"':
            response = web.Response(status=304, headers={"ETag": f'W/"{etag}"'})
    if "access_tokens" not in request.path:
        state.calls[f"{request.method} {response.status}"] += 1
    response.headers.update({"x-ratelimit-limit": "5000000", "x-ratelimit-remaining": "4999999"})
    response.headers["x-ratelimit-reset"] = str(int(time.time()) + 3600)
    return response


def answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), status=status, content_type="application/json")


async def token(_request: web.Request) -> web.Response:
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    return answer({"token": "ghs_benchmark", "expires_at": expires, "permissions": {}}, 201)


async def pull(request: web.Request) -> web.Response:
    return answer(world.PullRequest(int(request.match_info["number"])).as_json())


async def compare(request: web.Request) -> web.Response:
    base, _, head = request.match_info["range"].partition("...")
    return answer(world.comparison(base, head))


async def write_check(request: web.Request) -> web.Response:
    state, given = request.app[STATE], await request.json()
    run = int(request.match_info.get("run", 0))
    if not run:
        run = len(state.run_of) + 1
        state.run_of[run] = given["head_sha"]
    sha = state.run_of[run]
    status = "completed" if given.get("conclusion") else given.get("status", "queued")
    state.checks.setdefault(sha, []).append((time.time_ns(), status, given.get("conclusion")))
    made = {"id": run, "head_sha": sha, "name": given.get("name", "headgate"), "status": status, "app": {"id": 7}}
    return answer({**made, "conclusion": given.get("conclusion")}, 201 if request.method == "POST" else 200)


async def list_checks(_request: web.Request) -> web.Response:
    return answer({"total_count": 0, "check_runs": []})


async def write_comment(_request: web.Request) -> web.Response:
    return answer({"id": 1, "body": "", "user": {"login": "headgate[bot]", "type": "Bot"}}, 201)


async def show_state(request: web.Request) -> web.Response:
    state = request.app[STATE]
    return answer({"calls": state.calls, "checks": state.checks})


async def reset(request: web.Request) -> web.Response:
    state = request.app[STATE]
    state.calls.clear()
    state.checks.clear()
    state.delay = float(request.query.get("delay", 0))
    return answer({})


def constant(value: Any, status: int = 200) -> Any:
    async def handler(_request: web.Request) -> web.Response:
        return answer(value, status)

    return handler


def application() -> web.Application:
    app = web.Application(middlewares=[counted], client_max_size=64 * 1024 * 1024)
    app[STATE] = State()
    repository = f"/repos/{world.OWNER}/{world.NAME}"
    app.router.add_get("/_state", show_state)
    app.router.add_post("/_reset", reset)
    for root in ("", "/api/v3"):  # the second is where a GitHub Enterprise Server has it; Probot asks there
        home = root + repository
        app.router.add_post(root + "/app/installations/{id}/access_tokens", token)
        app.router.add_get(root + "/app", constant({"id": world.APP_ID, "slug": "headgate", "events": []}))
        app.router.add_get(root + "/app/hook/deliveries", constant([]))
        app.router.add_get(home, constant(world.repository()))
        app.router.add_get(home + "/pulls", constant([]))
        app.router.add_get(home + "/pulls/{number}", pull)
        app.router.add_get(home + "/pulls/{number}/reviews", constant([]))
        app.router.add_get(home + "/branches", constant(BRANCHES))
        app.router.add_get(home + "/tags", constant([]))
        app.router.add_get(home + "/compare/{range}", compare)
        app.router.add_get(home + "/contents/{path:.*}", constant({"message": "Not Found"}, 404))
        app.router.add_get(home + "/commits/{sha}/pulls", constant([]))
        app.router.add_get(home + "/commits/{sha}/check-runs", list_checks)
        app.router.add_post(home + "/check-runs", write_check)
        app.router.add_patch(home + "/check-runs/{run}", write_check)
        app.router.add_get(home + "/issues/{number}/comments", constant([]))
        app.router.add_post(home + "/issues/{number}/comments", write_comment)
        app.router.add_patch(home + "/issues/comments/{id}", write_comment)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
