"""What a browser may do with a page: run our own script and style, show our own pictures, talk to this server only."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from sandbox.pages.addresses import ROOT

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A drawn diagram has its style inside; opened by itself it may still do nothing."""


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on whatever is answered below ``/web``, errors included."""
    if not request.path.startswith(ROOT):
        return
    picture = response.content_type == "image/svg+xml"
    response.headers["Content-Security-Policy"] = _PICTURE if picture else _PAGE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"


def from_here(request: web.Request) -> bool:
    """True if a form was sent by one of our own pages, or by something that is no browser.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and (origin is None or urlsplit(origin).netloc == request.host)
