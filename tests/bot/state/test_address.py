"""The addresses that people write, and that a wrong one is refused without being repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageProblem
from bot.state.address import Address, read_address


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////data/headgate.db", "/data/headgate.db"),
        ("sqlite:///headgate.db", "headgate.db"),
        ("sqlite+aiosqlite:////data/a b%20c.db", "/data/a b%20c.db"),
    ],
)
def test_a_file(url: str, path: str) -> None:
    assert read_address(url) == Address(Path(path))


@pytest.mark.parametrize(
    ("url", "conninfo"),
    [
        ("postgresql://u:p@db/headgate", "postgresql://u:p@db/headgate"),
        ("postgres://u:p@db:5433/headgate?sslmode=require", "postgresql://u:p@db:5433/headgate?sslmode=require"),
        ("postgresql+psycopg://db/headgate", "postgresql://db/headgate"),
        ("postgresql:///headgate?host=/run/postgresql", "postgresql:///headgate?host=/run/postgresql"),
        ("postgresql://one,two/headgate", "postgresql://one,two/headgate"),
    ],
)
def test_a_server(url: str, conninfo: str) -> None:
    assert read_address(url) == Address(None, conninfo)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "headgate.db",
        "mysql://u:hunter2@db/headgate",
        "mongodb+srv://u:hunter2@db",
        "sqlite://",
        "sqlite:///",
        "sqlite:////data/",
        "sqlite://data/headgate.db",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "postgresql://u:hunter2@[db/headgate",
        "postgresql://u:hunter2@db/headgate?no_such_option=1",
        "postgresql://u:hunter2@db/head%zzgate",
    ],
)
def test_what_cannot_be_meant_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageProblem, match=r"write sqlite:////data/headgate\.db or postgresql://USER") as refused:
        read_address(url)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None, "nor in a traceback"


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(read_address("postgresql://u:hunter2@db/headgate"))
