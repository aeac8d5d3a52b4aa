"""Who we are to GitHub: the App's JWT, and a token for each installation. Kept until shortly before they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SKEW = timedelta(minutes=1)
LIFETIME = timedelta(minutes=9)
"""A JWT is issued a minute ago, in case our clock is ahead, and may end at most ten minutes from now.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""

EARLY = timedelta(minutes=5)
"""Before the end of an installation token (it lasts an hour) a new one is asked for."""

AT_LEAST = timedelta(minutes=1)
"""How long a token is used at least, so that a wrong clock of ours does not ask for one with every request."""


@dataclass(frozen=True, slots=True)
class Token:
    """A secret, and when to use it. Not shown when printed."""

    value: str = field(repr=False)
    made_at: datetime
    use_until: datetime


class Credential:
    """A token that is made when first asked for, and once for all who wait for it."""

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Token]], now: Callable[[], datetime]) -> None:
        self._make, self._now = make, now
        self._kept: Token | None = None
        self._making: asyncio.Task[Token] | None = None

    async def token(self, refused: Token | None = None) -> Token:
        """Return a token that is not the ``refused`` one, which GitHub answered with 401. Raises what making raises."""
        kept = self._kept
        if kept and kept is not refused and kept.made_at <= self._now() < kept.use_until:
            return kept
        if self._making is None:
            self._making = asyncio.create_task(self._make())
            self._making.add_done_callback(self._keep)
        return await asyncio.shield(self._making)

    def _keep(self, made: asyncio.Task[Token]) -> None:
        self._making = None
        if not made.cancelled() and made.exception() is None:
            self._kept = made.result()

    async def close(self) -> None:
        """End what is under way."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait([self._making])


class AppKey:
    """The App's private key. It is read here and now: that takes 50 ms in which no other thread runs either.

    Raises ValueError or TypeError where ``pem`` is not an RSA private key without a passphrase.
    """

    def __init__(self, app_id: int, pem: str, now: Callable[[], datetime]) -> None:
        key = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("the App's private key is not an RSA key")
        self._app_id, self._key, self._now = app_id, key, now

    async def sign(self) -> Token:
        """Make a new JWT; off the event loop, which answers webhooks meanwhile."""
        return await asyncio.to_thread(self._sign)

    def _sign(self) -> Token:
        now = self._now()
        issued, expires = now - SKEW, now - SKEW + LIFETIME
        claims = {"iat": int(issued.timestamp()), "exp": int(expires.timestamp()), "iss": str(self._app_id)}
        return Token(jwt.encode(claims, self._key, algorithm="RS256"), now, expires - SKEW)
