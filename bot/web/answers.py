"""Every answer in one form, JSON, also where something went wrong; and never a word of what went wrong inside."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger()


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json", headers=headers)


@web.middleware
async def in_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn aiohttp's own refusals (404, 405) and our faults (500) into JSON."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        allowed = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return answer(error.status, {"error": error.reason}, allowed)
    except Exception:
        log.exception("request.failed", method=request.method, path=request.path)
        return answer(500, {"error": "Internal Server Error"})
