"""Says whether one rule's options ask for as much as another's, by the marks that the options carry."""

from __future__ import annotations

from collections.abc import Mapping

from policies.rule import Options, Stricter


def as_strict(option: str, mine: Options, floor: Options) -> bool:
    """Say whether ``mine`` has ``option`` at least as strict as ``floor``; without a mark it must be the same."""
    here, there = getattr(mine, option), getattr(floor, option)
    way = direction(type(floor), option)
    if here == there or way is Stricter.EITHER:
        return True
    if isinstance(there, Mapping):
        return way is Stricter.MORE and _covers(
            here, there, getattr(mine, "approvals", 0), getattr(floor, "approvals", 0)
        )
    if isinstance(there, tuple):
        return way is Stricter.LESS and _narrower(here, there)
    if way is Stricter.MORE:
        return bool(here > there)
    if way is Stricter.LESS:
        return bool(here < there)
    return (way is Stricter.ON and here is True) or (way is Stricter.OFF and here is False)


def direction(options: type[Options], option: str) -> Stricter | None:
    """Return the mark of an option."""
    return next((mark for mark in options.model_fields[option].metadata if isinstance(mark, Stricter)), None)


def _narrower(here: tuple[str, ...], there: tuple[str, ...]) -> bool:
    """A list of those who count: an empty one means everybody."""
    return bool(here) and (not there or set(here) <= set(there))


def _covers(here: Mapping[str, object], there: Mapping[str, object], mine: int, floor: int) -> bool:
    """Compare entry by entry; a number that one of them leaves out is the general one."""
    return all(_entry(here.get(key, mine), there.get(key, floor)) for key in {*here, *there})


def _entry(here: object, there: object) -> bool:
    if isinstance(here, Options) and isinstance(there, Options):
        return all(as_strict(name, here, there) for name in type(there).model_fields)
    if isinstance(here, int) and isinstance(there, int):
        return here >= there
    return isinstance(here, Options)  # a demand of the repository's own, on top of the general number
