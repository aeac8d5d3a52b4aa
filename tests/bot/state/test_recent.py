"""The answers in memory: bounded by their size, and not trusted for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.state.recent import TRUSTED, RecentAnswers

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def test_what_was_used_last_stays() -> None:
    recent = RecentAnswers(most=1000)  # room for three of these
    for key in "abc":
        recent.put(1, key, "x" * 100, NOW)
    assert recent.get(1, "a", NOW) == "x" * 100
    recent.put(1, "d", "x" * 100, NOW)
    assert [key for key in "abcd" if recent.get(1, key, NOW)] == ["a", "c", "d"]


def test_size_counts_not_number() -> None:
    recent = RecentAnswers(most=1000)
    recent.put(1, "small", "x", NOW)
    recent.put(1, "large", "x" * 700, NOW)
    assert recent.get(1, "small", NOW) is None
    recent.put(1, "too large", "x" * 1000, NOW)
    assert recent.get(1, "too large", NOW) is None
    recent.put(1, "small", "x", NOW)
    assert recent.get(1, "small", NOW) == "x"


def test_putting_again_does_not_count_twice() -> None:
    recent = RecentAnswers(most=1000)
    recent.put(1, "a", "x", NOW)
    for _ in range(10):
        recent.put(1, "b", "y" * 100, NOW)
    assert recent.get(1, "a", NOW) == "x"


def test_after_a_day_the_database_is_asked_again() -> None:
    recent = RecentAnswers()
    recent.put(1, "a", "x", NOW)
    assert recent.get(1, "a", NOW + TRUSTED) == "x"
    later = NOW + TRUSTED + timedelta(seconds=1)
    assert recent.get(1, "a", later) is None
    recent.put(1, "a", "x", later)
    assert recent.get(1, "a", later) == "x"


def test_a_forgotten_repository_is_gone_and_makes_room() -> None:
    recent = RecentAnswers(most=1000)
    for repository, key in ((1, "a"), (2, "a"), (1, "b")):
        recent.put(repository, key, "x" * 100, NOW)
    recent.forget(1)
    for key in "cd":
        recent.put(2, key, "x" * 100, NOW)
    assert recent.get(1, "a", NOW) is None
    assert recent.get(1, "b", NOW) is None
    assert all(recent.get(2, key, NOW) for key in "acd")
