"""Who is asking: an App by its JWT, an installation or a person by a token, or nobody.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import jwt

from sandbox.github.errors import Refused
from sandbox.github.model import App, Installation, Repository, Token, User
from sandbox.github.world import World

LONGEST_JWT = 600
"""Seconds between now and ``exp``, at most."""

LEEWAY = 5
"""Seconds by which a clock may be fast; GitHub refuses an ``iat`` that lies further ahead."""

LIFE = timedelta(hours=1)
"""How long an installation token lives."""


@dataclass(frozen=True, slots=True)
class Caller:
    """``app`` alone is an App as itself; ``token`` is an installation or a person; neither is nobody."""

    app: App | None = None
    token: Token | None = None

    @property
    def installation(self) -> Installation | None:
        return self.token.installation if self.token else None

    @property
    def key(self) -> str:
        """Whose budget and whose ETags these are."""
        if self.installation:
            return f"installation {self.installation.id}"
        if self.token:
            return f"user {self.token.user.id}"
        return f"app {self.app.id}" if self.app else "nobody"


def identify(world: World, header: str) -> Caller:
    """Read an ``Authorization`` header; raises Refused (401)."""
    scheme, _, value = header.partition(" ")
    if not header:
        return Caller()
    if scheme.lower() not in ("bearer", "token") or not value:
        raise Refused(401, "Bad credentials")
    if value.count(".") == 2:
        return Caller(app=_app(world, value))
    token = world.tokens.get(value)
    if token is None or (token.expires_at and token.expires_at <= world.clock.exact()):
        raise Refused(401, "Bad credentials")
    if token.installation and token.installation.suspended_at:
        raise Refused(403, "This installation has been suspended")
    return Caller(token=token)


def _app(world: World, value: str) -> App:
    """Return the App that signed a JWT; ``iss`` is its id or its client id."""
    try:
        claims = jwt.decode(value, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    issuer = str(claims.get("iss", ""))
    app = next((one for one in world.apps.values() if issuer in (str(one.id), one.client_id)), None)
    if app is None:
        raise Refused(404, "Integration not found")
    _demand_times(world, claims)
    try:
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        jwt.decode(value, app.public_key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]
    except jwt.PyJWTError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    return app


def _demand_times(world: World, claims: Mapping[str, object]) -> None:
    now, issued, expires = world.clock.unix(), claims.get("iat"), claims.get("exp")
    if not isinstance(expires, int) or expires <= now:
        raise Refused(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
            "assertion expires",
        )
    if expires > now + LONGEST_JWT + LEEWAY:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int) or issued > now + LEEWAY:
        raise Refused(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        )


def issue(
    world: World,
    installation: Installation,
    repositories: Sequence[Repository] | None = None,
    permissions: Mapping[str, str] | None = None,
) -> Token:
    """Return a new token of an installation, for all of its repositories and permissions or for fewer."""
    token = Token(
        value=f"ghs_{secrets.token_hex(18)}",
        user=installation.app.bot,
        installation=installation,
        permissions=dict(permissions or installation.permissions),
        repositories=list(repositories) if repositories is not None else None,
        expires_at=world.clock.now() + LIFE,
    )
    world.tokens[token.value] = token
    return token


def personal_token(world: World, user: User) -> Token:
    """Return a token with which a program acts as a person."""
    token = Token(f"ghp_{secrets.token_hex(18)}", user)
    world.tokens[token.value] = token
    return token
