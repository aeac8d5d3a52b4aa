"""The App on GitHub: as itself, and as each of its installations.

Built on gidgethub's layer without I/O (headers, reading answers, links, limits). Its ``GitHubAPI`` settles the token
before the first attempt, keeps ETags by URL alone, and fails on half an answer outside of its hooks; so the way from a
question to an answer is ours, in :mod:`bot.github.caller`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from bot.clock import utc_now
from bot.github.address import Address
from bot.github.cache import EtagCache
from bot.github.caller import Caller, Exchange, Means, Observer
from bot.github.errors import Forbidden, NotFound, Unreachable
from bot.github.port import Api
from bot.github.repository import InstallationId
from bot.github.tokens import AT_LEAST, EARLY, AppKey, Credential, Token
from bot.github.transport import DEFAULT, Timeouts, Transport


def ignore(_: Exchange) -> None:
    """Observe nothing."""


class AppGitHub:
    """GitHub for an App; implements :class:`bot.github.port.GitHub`.

    ``private_key`` is RSA in PEM; ``api_url`` is ``https://api.github.com`` or ``https://HOST/api/v3``. Others raise
    ValueError. Nothing is asked, and no connection opened, before it is needed. The proxy is the environment's
    (``HTTPS_PROXY``, ``NO_PROXY``), and so are certificates (``SSL_CERT_FILE``).
    """

    def __init__(  # noqa: PLR0913  # three say who and where, three are for tests and metrics
        self,
        app_id: int,
        private_key: str,
        api_url: str,
        *,
        timeouts: Timeouts = DEFAULT,
        now: Callable[[], datetime] = utc_now,
        observer: Observer = ignore,
    ) -> None:
        address = Address(api_url)
        self._means = Means(address, Transport(address, timeouts), EtagCache(), timeouts.pauses, now, observer)
        self._app = Caller(self._means, None, Credential(AppKey(app_id, private_key, now).sign, now))
        self._installations: dict[InstallationId, Caller] = {}

    def __repr__(self) -> str:
        return f"AppGitHub({self._means.address.root})"

    def app(self) -> Api:
        return self._app

    def installation(self, installation: InstallationId) -> Api:
        """Return the same object each time: it has the token, the books of the budget, and who waits for a turn."""
        if installation not in self._installations:
            credential = Credential(lambda: self._token(installation), self._means.now)
            self._installations[installation] = Caller(self._means, installation, credential)
        return self._installations[installation]

    async def _token(self, installation: InstallationId) -> Token:
        """Ask for a token; twice is as good as once.

        An App that is not installed any more gets 404 here. That must not pass for "this file does not exist".
        https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
        """
        path = f"/app/installations/{installation}/access_tokens"
        try:
            made = await self._app.post(path, repeatable=True)
        except NotFound as error:
            raise Forbidden(error.method, path, error.status, f"not installed: {error.said}") from None
        now = self._means.now()
        try:
            use_until = max(datetime.fromisoformat(made["expires_at"]) - EARLY, now + AT_LEAST)
            return Token(str(made["token"]), now, use_until)
        except (TypeError, KeyError, ValueError):
            raise Unreachable("POST", path, HTTPStatus.CREATED, "the answer is not a token") from None

    async def close(self) -> None:
        for caller in (*self._installations.values(), self._app):
            await caller.credential.close()
        await self._means.transport.close()
