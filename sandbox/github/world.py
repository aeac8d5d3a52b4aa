"""Everything that the sandbox holds, and how it is found: accounts, repositories, Apps, tokens, and Git beside them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.github.clock import Clock
from sandbox.github.errors import not_found
from sandbox.github.git.bare import Bare
from sandbox.github.model import (
    Account,
    App,
    Delivery,
    Installation,
    Manifest,
    Organisation,
    Repository,
    Token,
    User,
)
from sandbox.github.webhooks.event import Event


class World:
    """The state. One thing happens at a time: whatever changes it does so without waiting in between."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.root = root
        self.clock = clock
        self.api = ""
        """Where the REST API is; also where Apps are told that things are."""
        self.web = "https://github.com"
        """Where the pages for people are."""
        self.accounts: dict[str, Account] = {}
        """By login in lower case: GitHub takes them in any."""
        self.repositories: dict[int, Repository] = {}
        self.names: dict[str, int] = {}
        """``owner/name`` in lower case, past names included."""
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.proposed: dict[str, tuple[Manifest, Account]] = {}
        """Apps that somebody has said yes to in the browser, by the code that turns them into Apps."""
        self.deliveries: list[Delivery] = []
        self.listeners: list[Callable[[Event], None]] = []
        """Told of everything that happens, whether an App wants to hear of it or not."""
        self.looks_before_mergeable = 1
        """How often ``mergeable`` is null before it is known; GitHub works it out after the first time it is asked."""
        self._bares: dict[int, Bare] = {}
        self._ids = itertools.count(1_000)

    def id(self) -> int:
        """Return a number that nothing else has."""
        return next(self._ids)

    def emit(self, event: Event) -> None:
        """Tell of something that has happened."""
        for listener in self.listeners:
            listener(event)

    # --- accounts ---

    def account(self, login: str) -> Account:
        """Return an account; raises Refused (404)."""
        found = self.accounts.get(login.lower())
        if found is None:
            raise not_found()
        return found

    def user(self, login: str) -> User:
        """Return a person or a bot; raises Refused (404)."""
        found = self.account(login)
        if not isinstance(found, User):
            raise not_found()
        return found

    def organisation(self, login: str) -> Organisation:
        """Return an organisation; raises Refused (404)."""
        found = self.account(login)
        if not isinstance(found, Organisation):
            raise not_found()
        return found

    def by_email(self, email: str) -> User | None:
        """Return whose commits have this address."""
        return next((one for one in self.accounts.values() if isinstance(one, User) and one.email == email), None)

    # --- repositories ---

    def git(self, repository: Repository) -> Bare:
        """Return Git's view of a repository."""
        found = self._bares.get(repository.id)
        if found is None:
            found = self._bares[repository.id] = Bare(repository.path)
        return found

    def find(self, full_name: str) -> Repository:
        """Return a repository by its present or a past name; raises Refused (404)."""
        found = self.repositories.get(self.names.get(full_name.lower(), 0))
        if found is None:
            raise not_found()
        return found

    def forks(self, repository: Repository) -> Iterator[Repository]:
        return (one for one in self.repositories.values() if one.parent is repository)

    def in_network(self, repository: Repository, owner: str) -> Repository | None:
        """Return somebody's repository of the same network: the repository itself, a fork, or what it is a fork of."""
        network = [repository, *self.forks(repository), *([repository.parent] if repository.parent else [])]
        return next((one for one in network if one.owner.login.lower() == owner.lower()), None)

    # --- Apps ---

    def repositories_of(self, installation: Installation) -> list[Repository]:
        """Return what an installation was given."""
        chosen = installation.selected if installation.repository_selection == "selected" else None
        mine = (one for one in self.repositories.values() if one.owner is installation.account)
        return [one for one in mine if chosen is None or one in chosen]

    def installations_on(self, repository: Repository) -> list[Installation]:
        """Return the installations that a repository was given to."""
        return [one for one in self.installations.values() if repository in self.repositories_of(one)]

    def close(self) -> None:
        """End the processes of Git."""
        for bare in self._bares.values():
            bare.close()
