"""What the tests of the server share: a key, a GitHub that signs, and a server to send to."""

from __future__ import annotations

import functools
import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from bot.settings import Settings

SECRET = "correct-horse-battery-staple"
OLD_SECRET = "the-one-before-that"
APP_ID = 4711


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None, passphrase: bytes | None = None) -> str:
    """Return a private key as GitHub hands it out."""
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return (key or rsa_key()).private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def public_pem() -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key().public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def settings_for(database: Path) -> Settings:
    """Return the settings of a server that listens on a free port."""
    return Settings(
        app_id=APP_ID,
        private_key=SecretStr(pem()),
        webhook_secrets=(SecretStr(SECRET),),
        github_api_url="https://api.github.com",
        database_url=SecretStr(f"sqlite:///{database}"),
        data=database.parent,
        host="127.0.0.1",
        port=0,
        workers=2,
        log_level="info",
    )


def opened(number: int = 7, **changes: Any) -> dict[str, Any]:
    """A pull request was opened, as far as GitHub's payload is read."""
    payload = {
        "action": "opened",
        "installation": {"id": 5},
        "repository": {"id": 9, "full_name": "acme/forecast"},
        "pull_request": {"number": number},
    }
    return payload | changes


def signed(body: bytes, secret: str = SECRET, hash_name: str = "sha256") -> str:
    return f"{hash_name}={hmac.new(secret.encode(), body, hash_name).hexdigest()}"


def headers(body: bytes, event: str = "pull_request", guid: str = "guid-1") -> dict[str, str]:
    """What GitHub sends along with a body."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": signed(body),
    }


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Sender:
    """Speaks real HTTP with one server."""

    url: str
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        async with self.session.request(method, self.url + path, **how) as response:
            return Answer(response.status, response.headers, await response.text())

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, body: bytes, given: Mapping[str, str]) -> Answer:
        return await self.ask("POST", "/webhook", data=io.BytesIO(body), headers=given)

    async def deliver(self, payload: Any, event: str = "pull_request", guid: str = "guid-1") -> Answer:
        """Send what GitHub would send."""
        body = json.dumps(payload).encode()
        return await self.post(body, headers(body, event, guid))
