"""Small parts that many answers share: times, node ids, encoded names."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]


def moment(when: datetime) -> str:
    """Return a time as GitHub writes it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(when: datetime | None) -> str | None:
    return moment(when) if when else None


def node_id(kind: str, number: int | str) -> str:
    """Return the id of an object in GraphQL; nobody may read anything into it."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def in_path(name: str) -> str:
    """Encode a name that may hold slashes (a branch, a file) for an address."""
    return quote(name, safe="/")
