"""What is remembered of MLflow's answers, for one repository: only what cannot change any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Memory(Protocol):
    """As :class:`bot.gather.remote.known.Known` keeps it. Keys are ours, answers are JSON."""

    async def found(self, keys: Iterable[str]) -> dict[str, Any]: ...

    async def keep(self, answers: Mapping[str, Any]) -> None: ...


class NoMemory:
    """Remembers nothing, for a command that ends."""

    async def found(self, keys: Iterable[str]) -> dict[str, Any]:  # noqa: ARG002  # the port's argument
        return {}

    async def keep(self, answers: Mapping[str, Any]) -> None: ...
