"""Both kinds of GitHub, and a server that is neither."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.bot.github.stub import Clock, Stub


@pytest_asyncio.fixture(params=["", "/api/v3"], ids=["github.com", "GHES"])
async def stub(request: pytest.FixtureRequest, key: RSAPrivateKey, clock: Clock) -> AsyncIterator[Stub]:
    stub = Stub(key.public_key(), clock, request.param)
    await stub.start()
    yield stub
    await stub.stop()
    assert stub.unknown == []


@pytest_asyncio.fixture
async def elsewhere(key: RSAPrivateKey, clock: Clock) -> AsyncIterator[Stub]:
    """Somebody else's server."""
    other = Stub(key.public_key(), clock)
    await other.start()
    yield other
    await other.stop()
    assert other.asked == [], "our token would have gone there"
