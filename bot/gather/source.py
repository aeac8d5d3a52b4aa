"""What a source of facts is: one method a fact, called only for the facts that some rule asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.git.command import GitError
from policies.config import Config
from policies.evaluate import needed
from policies.facts import Branches, Facts, PullRequest, Push
from policies.words import blind


class Source(Protocol):
    """A clone, its history, or (with the server) GitHub. It also has a method for each fact it can look up."""

    @property
    def subject(self) -> PullRequest | Push: ...

    @property
    def branches(self) -> Branches: ...


def gather(source: Source, config: Config, now: datetime, given: Mapping[str, Any] | None = None) -> Facts:
    """Look up what the rules that apply ask for, and nothing else. ``given`` are facts known beforehand."""
    about = {"push" if isinstance(source.subject, Push) else "pull_request": source.subject}
    first = Facts(as_of=now, branches=source.branches, **about)  # type: ignore[arg-type]  # the key decides the type
    known = dict(given or {})
    for name in sorted(needed(first, config)):
        if name not in known:
            known[name] = _looked_up(source, name)
    return Facts(as_of=now, branches=source.branches, **about, **known)  # type: ignore[arg-type]  # likewise


def _looked_up(source: Source, name: str) -> object:
    try:
        fact: object = getattr(source, name)()
    except GitError as error:
        return blind.git_failed(error.said or str(error))
    return fact
