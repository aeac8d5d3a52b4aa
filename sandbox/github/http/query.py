"""The query of a request, which remembers what was asked of it: a parameter that nobody reads is not modelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Query(Mapping[str, str]):
    """The parameters; of several with the same name the first."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self._asked.add(name)
        return self._given[name]

    def __contains__(self, name: object) -> bool:
        self._asked.add(str(name))
        return name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    @property
    def unread(self) -> list[str]:
        """The names that nobody has asked for."""
        return sorted(set(self._given) - self._asked)
