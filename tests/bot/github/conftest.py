"""The client and a server that plays GitHub, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.caller import Exchange
from bot.github.client import AppGitHub
from bot.github.port import Api
from bot.github.repository import InstallationId
from bot.github.transport import Timeouts
from tests.bot.github.stub import APP, Clock, Stub

QUICK = Timeouts(connect=10, total=20, pauses=(0.001, 0.001))
"""Quick to ask again; patient enough for a busy machine."""
IMPATIENT = Timeouts(connect=10, total=0.5, pauses=(0.001,))


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def stub(key: rsa.RSAPrivateKey, clock: Clock) -> AsyncIterator[Stub]:
    """GitHub. A request that no test has foreseen fails the test by name."""
    stub = Stub(key.public_key(), clock)
    await stub.start()
    yield stub
    await stub.stop()
    assert stub.unknown == []


@dataclass
class Bot:
    """The client as a test holds it."""

    github: AppGitHub
    observed: list[Exchange] = field(default_factory=list)

    @property
    def api(self) -> Api:
        return self.installation(7)

    @property
    def app(self) -> Api:
        return self.github.app()

    def installation(self, number: int) -> Api:
        return self.github.installation(InstallationId(number))


@pytest_asyncio.fixture
async def client(stub: Stub, pem: str, clock: Clock) -> AsyncIterator[Bot]:
    bot = make(stub, pem, clock)
    yield bot
    await bot.github.close()


def make(stub: Stub, pem: str, clock: Clock, **options: Any) -> Bot:
    observed: list[Exchange] = []
    given = {"timeouts": QUICK, "now": clock, "observer": observed.append, **options}
    return Bot(AppGitHub(APP, pem, stub.url, **given), observed)
