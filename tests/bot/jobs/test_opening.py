"""Which queue belongs to which address."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageProblem
from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.opening import open_queue
from bot.jobs.postgres import PostgresQueue
from tests.bot.jobs.workshop import EmbeddedPlace, PostgresPlace, opened, pull_request


async def test_a_file_has_the_embedded_queue(embedded: EmbeddedPlace) -> None:
    queue = open_queue(f"sqlite:///{embedded.path}")
    assert isinstance(queue, EmbeddedQueue)
    async with opened(queue):
        assert await queue.accept("guid-1", [pull_request(1)])
    assert embedded.path.with_name(f"{embedded.path.name}.lock").exists()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
async def test_a_postgres_has_procrastinate(shared: PostgresPlace, scheme: str) -> None:
    queue = open_queue(shared.url.replace("postgresql", scheme))
    assert isinstance(queue, PostgresQueue)
    async with opened(queue):
        assert await queue.accept("guid-1", [pull_request(1)])


def test_an_unknown_address_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(UsageProblem) as refusal:
        open_queue("mysql://headgate:secret@db/headgate")
    assert "secret" not in str(refusal.value)


def test_nothing_is_made_before_a_queue_is_open(tmp_path: Path) -> None:
    open_queue(f"sqlite:///{tmp_path}/headgate.db")
    assert list(tmp_path.iterdir()) == []
