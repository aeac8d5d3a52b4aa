"""Who has reviewed a pull request, and with what result.

https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.together import together
from bot.github.errors import NotFound
from policies.facts import Review, Sha, Unavailable
from policies.words import blind

MOST_REVIEWS = 1_000

SETTLED = timedelta(minutes=1)
"""How long ago the last change must have been for the reviews to be remembered under its date. Dates are whole seconds:
a review could follow in the same one. A clock that is ahead by more than this cannot sign in to GitHub at all."""

_DECIDES = frozenset({"approved", "changes_requested", "dismissed"})
"""A comment takes nothing back:

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
"""


class Reviews:
    """The reviews of one pull request.

    They have no date of their own, but a new review moves the ``updated_at`` of its pull request. GitHub's
    documentation does not promise that; Singer's tap-github, which reads reviews only where that date has moved, has
    relied on it for years. Should it ever fail, an approval is seen late. An approval that was seen before is never
    taken from memory, so one that was dismissed does not go on counting; "unchanged" is free.
    """

    def __init__(self, reader: Reader, number: int, updated_at: str) -> None:
        self._reader, self._number, self._updated_at = reader, number, updated_at

    async def latest(self, teams: frozenset[str]) -> tuple[Review, ...] | Unavailable:
        """Return the review that counts of each person, with those of ``teams`` that they are in."""
        given = await self._given()
        if given is None:
            return blind.too_many_reviews(MOST_REVIEWS)
        found = latest(given)
        members = await together(self._teams(review, teams) for review in found)
        return tuple(
            Review(review.author, review.state, review.sha, of) for review, of in zip(found, members, strict=True)
        )

    async def _given(self) -> list[Any] | None:
        """Return triples of login, state and commit, in the order in which they were made; None if too many."""
        with documented(f"{self._reader.repository.path}/pulls/{self._number}"):
            settled = self._reader.now - datetime.fromisoformat(self._updated_at) >= SETTLED
        if not settled:
            return await self._asked()
        key = f"reviews/{self._number}/{self._updated_at}"
        kept = await self._reader.known.found([key])
        if key not in kept or _has_approval(kept[key]):
            kept[key] = await self._asked()
            await self._reader.known.keep(kept)
        given: list[Any] | None = kept[key]
        return given

    async def _asked(self) -> list[Any] | None:
        path = f"{self._reader.repository.path}/pulls/{self._number}/reviews"
        pages = await self._reader.api.pages(path, most=MOST_REVIEWS)
        with documented(path):
            given = [[_login(each), str(each["state"]).lower(), each.get("commit_id")] for each in pages.items]
        return given if pages.complete else None

    async def _teams(self, review: Review, teams: frozenset[str]) -> frozenset[str]:
        """Ask only where it can matter. Who is in a team is never remembered: people leave."""
        if review.state != "approved":
            return frozenset()
        asked = sorted(teams)
        is_member = await together(self._is_member(team, review.author) for team in asked)
        return frozenset(team for team, is_in in zip(asked, is_member, strict=True) if is_in)

    async def _is_member(self, team: str, login: str) -> bool:
        """https://docs.github.com/en/rest/teams/members#get-team-membership-for-a-user"""
        organisation = quote(self._reader.repository.owner, safe="")
        path = f"/orgs/{organisation}/teams/{quote(team, safe='')}/memberships/{quote(login, safe='')}"
        try:
            membership: Mapping[str, Any] = await self._reader.api.get(path)
        except NotFound:  # not a member, or no such team: both mean that the review does not count for it
            return False
        with documented(path):
            return bool(membership["state"] == "active")


def latest(given: Iterable[Iterable[Any]]) -> list[Review]:
    """Return one review a person, from triples of login, state and commit in the order in which they were made."""
    found: dict[str, Review] = {}
    for login, state, sha in given:
        if login is not None and state != "pending" and (state in _DECIDES or login not in found):
            found[login] = Review(login, state, Sha(sha) if sha else None)
    return list(found.values())


def _has_approval(given: list[Any] | None) -> bool:
    return any(state == "approved" for _, state, _ in given or ())


def _login(given: Mapping[str, Any]) -> str | None:
    """Return who reviewed; None for an account that is gone."""
    user = given.get("user")
    return str(user["login"]) if user else None
