"""Where the database is: the addresses that people write, read once for the memory and for the queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import UsageProblem

CONNECT_SECONDS = 10
"""How long a PostgreSQL may take to let us in."""

_FORMS = "write sqlite:////data/headgate.db or postgresql://USER:PASSWORD@HOST/NAME"


@dataclass(frozen=True, slots=True)
class Address:
    """The file of an embedded database, or else what libpq needs to find a PostgreSQL (it may hold a password)."""

    path: Path | None
    conninfo: str = field(default="", repr=False)


def read_address(url: str) -> Address:
    """Read an address. Raises UsageProblem, which never repeats it.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """
    scheme, separator, rest = url.partition("://")
    kind = scheme.partition("+")[0]  # sqlite+aiosqlite and the like name a driver; we have our own
    if separator and kind == "sqlite":
        return Address(_file(rest))
    if separator and kind in {"postgresql", "postgres"}:
        return Address(None, _checked(f"postgresql://{rest}"))
    raise UsageProblem(f"The address of the database is of an unknown kind: {_FORMS}.")


def _file(rest: str) -> Path:
    """Four slashes make an absolute path, three a relative one."""
    name = rest.removeprefix("/")
    if not rest.startswith("/") or not name or name.endswith("/") or ":memory:" in name or "?" in name:
        raise UsageProblem(f"The embedded database must be a file: {_FORMS}.")
    return Path(name)


def _checked(conninfo: str) -> str:
    import psycopg  # noqa: PLC0415 -- costs 0.2 s and 20 MB, which an embedded database does without

    try:
        psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        raise UsageProblem(f"The address of the database cannot be read: {_FORMS}.") from None
    return conninfo
