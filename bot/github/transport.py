"""One exchange with GitHub over HTTP: time-outs, redirects, proxies, certificates. Failures are values here.

They are values because aiohttp's exceptions hold the request with its Authorization header, and a traceback that shows
its variables would print it.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from bot.github.address import Address

MOST_REDIRECTS = 3
_AFTER_A_READ = frozenset({301, 302, 303, 307, 308})
_AFTER_A_WRITE = frozenset({307, 308})
"""The others turn a POST into a GET. A renamed repository answers writes with 307.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
"""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``total`` is for one request (each hop of a redirect), from connecting to the last byte."""

    connect: float = 10.0
    total: float = 30.0
    pauses: tuple[float, ...] = (0.2, 1.0)
    """How long to wait, more or less, before each repetition of what may be repeated."""


DEFAULT = Timeouts()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``headers`` are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Failure(Enum):
    """Why there is no whole answer, by what may be done about it."""

    NOT_SENT = "could not connect"
    """Nothing has left us, so GitHub has surely done nothing."""
    BROKEN = "the connection broke"
    SILENT = "no answer in time"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    failure: Failure
    why: str


class Transport:
    """Connections to one API, reused; opened when first used, because that needs a running event loop."""

    def __init__(self, address: Address, timeouts: Timeouts) -> None:
        self._address, self._timeouts = address, timeouts
        self._opened: aiohttp.ClientSession | None = None

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer | NoAnswer:
        """Send a request and follow its redirects; one that leads away from the API, or too many, is the answer."""
        followed = _AFTER_A_READ if method == "GET" else _AFTER_A_WRITE
        for _ in range(MOST_REDIRECTS):
            answer = await self._send(method, url, headers, body)
            if isinstance(answer, NoAnswer) or answer.status not in followed:
                return answer
            target = self._address.follow(answer.headers.get("location", ""), url)
            if target is None or not answer.headers.get("location"):
                return answer
            url = target
        return await self._send(method, url, headers, body)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer | NoAnswer:
        try:
            async with self._session.request(
                method, URL(url), headers=headers, data=body, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            return _failure(error)

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=_trust(self._address.root)),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeouts.total, sock_connect=self._timeouts.connect),
                proxy=_proxy(self._address.root),
            )
        return self._opened

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()


def _failure(error: aiohttp.ClientError | TimeoutError) -> NoAnswer:
    """Say what happened, in words that hold nothing of the request."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NoAnswer(Failure.NOT_SENT, "could not connect in time")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return NoAnswer(Failure.NOT_SENT, f"its certificate is not trusted: {error.certificate_error}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return NoAnswer(Failure.NOT_SENT, f"could not connect: {error.strerror or error.os_error}")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return NoAnswer(Failure.NOT_SENT, f"the proxy refused to connect: {error.status}")
    if isinstance(error, TimeoutError):
        return NoAnswer(Failure.SILENT, Failure.SILENT.value)
    return NoAnswer(Failure.BROKEN, Failure.BROKEN.value)


def _trust(root: URL) -> ssl.SSLContext | bool:
    """Trust what OpenSSL trusts: the system's certificates, or those that SSL_CERT_FILE and SSL_CERT_DIR name."""
    return ssl.create_default_context() if root.scheme == "https" else True


def _proxy(root: URL) -> URL | None:
    """Return the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY ask for, with its user and password if it has them.

    Looked up once, as there is one host. aiohttp's ``trust_env`` looks it up for every request, in a thread, and reads
    a password for GitHub from .netrc on the way.
    """
    found = getproxies().get(root.scheme)
    return URL(found) if found and not proxy_bypass(str(root.host)) else None
