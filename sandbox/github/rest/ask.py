"""A request as a route sees it: who asks, about which repository, with which words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from sandbox.github.errors import Refused, not_found
from sandbox.github.http.body import Body
from sandbox.github.http.identity import Caller
from sandbox.github.http.limits import Limits
from sandbox.github.http.pages import Page
from sandbox.github.http.query import Query
from sandbox.github.model import App, Installation, PullRequest, Repository, User
from sandbox.github.webhooks.post import Post
from sandbox.github.world import World

Item = TypeVar("Item")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; ``text`` instead of ``body`` for other media types than JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: bytes | None = None
    media_type: str = "application/json"


NOTHING = Answer(status=204)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that may be answered: its caller has the permissions that the route needs."""

    world: World
    post: Post
    limits: Limits
    request: web.Request
    caller: Caller
    path: Mapping[str, str]
    """The parameters in the path, decoded."""
    query: Query
    body: Body
    _repository: Repository | None

    @property
    def repository(self) -> Repository:
        if self._repository is None:
            raise not_found()
        return self._repository

    @property
    def actor(self) -> User:
        """Return who acts: a person, or the bot of an App. Raises Refused (401) for nobody."""
        if self.caller.token is None:
            raise Refused(401, "Requires authentication")
        return self.caller.token.user

    @property
    def via(self) -> App | None:
        """The App that acts, if it is one."""
        return self.caller.installation.app if self.caller.installation else None

    @property
    def app(self) -> App:
        """The App that asks as itself."""
        if self.caller.app is None:
            raise Refused(401, "A JSON web token could not be decoded")
        return self.caller.app

    @property
    def installation(self) -> Installation:
        if self.caller.installation is None:
            raise Refused(403, "You must authenticate with an installation access token in order to list repositories.")
        return self.caller.installation

    @property
    def accept(self) -> str:
        return self.request.headers.get("Accept", "")

    @property
    def page(self) -> Page:
        return Page.asked(self.query)

    def number(self, name: str) -> int:
        """Return a number from the path; raises Refused (404) for anything else."""
        value = self.path[name]
        if not value.isdecimal():
            raise not_found()
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """Return a time from the query; raises Refused (422) for what is none."""
        given = self.query.get(name)
        try:
            return datetime.fromisoformat(given) if given else None
        except ValueError as error:
            raise Refused(422, "Invalid request.") from error

    def pull(self, name: str = "pull_number") -> PullRequest:
        found = self.repository.pulls.get(self.number(name))
        if found is None:
            raise not_found()
        return found

    def commit(self, ref: str) -> str:
        """Return the commit that a ref names; raises Refused (422) as GitHub does."""
        found = self.world.git(self.repository).resolve(ref)
        if found is None:
            raise Refused(422, f"No commit found for SHA: {ref}")
        return found

    def listed(self, items: Sequence[Item], show: Callable[[Item], Json]) -> Answer:
        """Answer with a page of a list."""
        shown = [show(one) for one in self.page.of(items)]
        return Answer(shown, headers=self.page.link(self.request, len(items)))

    def wrapped(self, key: str, items: Sequence[Item], show: Callable[[Item], Json]) -> Answer:
        """Answer with a page of a list that is wrapped in an object, beside its length."""
        shown = [show(one) for one in self.page.of(items)]
        body = {"total_count": len(items), key: shown}
        return Answer(body, headers=self.page.link(self.request, len(items)))


def one_with_id(items: Iterable[Item], number: int) -> Item:
    """Return the item with an id; raises Refused (404)."""
    for item in items:
        if getattr(item, "id", None) == number:
            return item
    raise not_found()
