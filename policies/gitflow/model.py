"""The branching model: which branches there are, what they are called, where they start and where they merge."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from policies.facts import Branches, PullRequest, Unavailable
from policies.gitflow.pattern import NamePattern

PRODUCTION = "production"
INTEGRATION = "integration"

ANY = "any"
"""In ``from``: the branch may start anywhere."""


@dataclass(frozen=True, slots=True)
class BranchType:
    """One kind of branch. ``starts_from`` and ``into`` name other types; ``stack`` allows merging into its like."""

    name: str
    patterns: tuple[NamePattern, ...]
    starts_from: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    stack: bool = False

    @property
    def is_role(self) -> bool:
        """True for a type that is one branch: the first of its fixed names that exists."""
        return self.name in (PRODUCTION, INTEGRATION) or all(pattern.is_fixed for pattern in self.patterns)

    @property
    def names_for_anybody(self) -> tuple[str, ...]:
        """The patterns that are not bound to an account."""
        return tuple(pattern.shown for pattern in self.patterns if pattern.author is None)

    def pattern_of(self, name: str) -> NamePattern | None:
        """Return the first pattern that matches ``name``."""
        return next((pattern for pattern in self.patterns if pattern.matches(name)), None)


@dataclass(frozen=True)
class BranchModel:
    """The types in order of preference, with each role bound to the branch that plays it (None: no such branch).

    ``missing`` says why a role may be unbound although its branch exists; None if the list of branches was complete.
    """

    types: tuple[BranchType, ...]
    roles: Mapping[str, str | None]
    missing: Unavailable | None = None
    _known: dict[tuple[str, str | None], BranchType | None] = field(default_factory=dict, compare=False, repr=False)
    """Answers given before: every rule asks for the same two or three names."""

    @property
    def production(self) -> str | None:
        return self.roles.get(PRODUCTION)

    @property
    def integration(self) -> str | None:
        return self.roles.get(INTEGRATION)

    @cached_property
    def _by_name(self) -> Mapping[str, BranchType]:
        return {kind.name: kind for kind in self.types}

    def type_named(self, name: str) -> BranchType | None:
        return self._by_name.get(name)

    def classify(self, name: str, author: str | None = None) -> BranchType | None:
        """Return the type of a branch: the roles first, then the first type with a pattern that matches.

        A pattern that is bound to an account counts only if ``author`` is that account: anybody can push
        ``dependabot/x``, but only GitHub gives out logins that end in ``[bot]``
        (https://docs.github.com/en/rest/users/users#get-a-user).
        """
        for role, branch in self.roles.items():
            if name == branch:
                return self.type_named(role)
        return self._short_lived(name, author)

    def head(self, pull_request: PullRequest) -> BranchType | None:
        """Return the type of the head branch. A fork's ``main`` is a branch of somebody, not our production branch."""
        if pull_request.fork and pull_request.head in self.roles.values():
            return self._short_lived(pull_request.head, pull_request.author)
        return self.classify(pull_request.head, pull_request.author)

    def base(self, pull_request: PullRequest) -> BranchType | None:
        """Return the type of the branch that the pull request ends in, through a stack where there is one."""
        return self.classify(pull_request.root or pull_request.base)

    def _short_lived(self, name: str, author: str | None) -> BranchType | None:
        if (name, author) not in self._known:
            kinds = (kind for kind in self.types if not kind.is_role and _named(kind, name, author))
            self._known[name, author] = next(kinds, None)
        return self._known[name, author]

    def reserved_for(self, name: str) -> str | None:
        """Return the account that ``name`` is reserved for, if a pattern with an author matches it."""
        patterns = (pattern for kind in self.types for pattern in kind.patterns if pattern.author)
        return next((pattern.author for pattern in patterns if pattern.matches(name)), None)

    def accepts(self, kind: BranchType, base: BranchType) -> bool:
        """Say whether a branch of type ``kind`` may be merged into a branch of type ``base``."""
        return base.name in kind.into or (kind.stack and base.stack)

    def targets(self, kind: BranchType) -> tuple[str, ...]:
        """Return where ``kind`` merges into, as names to show: branches for roles, patterns for the other types."""
        return tuple(name for target in kind.into for name in self.shown(target))

    def shown(self, type_name: str) -> tuple[str, ...]:
        """Return the branch of a role (its possible names while unbound), or the patterns of another type."""
        branch = self.roles.get(type_name)
        if branch is not None:
            return (branch,)
        kind = self.type_named(type_name)
        return tuple(pattern.shown for pattern in kind.patterns) if kind else ()

    def target(self, kind: BranchType) -> str | None:
        """Return the branch that ``kind`` merges into first, if that is a role that is bound."""
        return next((branch for branch in map(self.roles.get, kind.into) if branch), None)

    def start(self, kind: BranchType) -> str | None:
        """Return the branch that ``kind`` starts from, if that is a role that is bound."""
        return next((branch for branch in map(self.roles.get, kind.starts_from) if branch), None)

    def beginning_of(self, type_name: str) -> str | None:
        """Return how the names of a type begin (``release/``), or None where its patterns do not say."""
        kind = self.type_named(type_name)
        return next(iter(_prefixes(kind)), None) if kind else None

    def beginning(self, branch: str) -> str | None:
        """Return how the name of a branch begins that starts from ``branch`` and is merged back into it."""
        home = self.classify(branch)
        kinds = (k for k in self.types if home and home.name in k.starts_from and home.name in k.into and not k.is_role)
        return next((prefix for kind in kinds for prefix in _prefixes(kind)), None)

    def unbound(self, kind: BranchType) -> str | None:
        """Return the first role that ``kind`` merges into, if no existing branch plays it."""
        first = next((name for name in kind.into if name in self.roles), None)
        return first if first and self.roles[first] is None else None

    def suggestion(self, name: str) -> str | None:
        """Return the legal branch name nearest to ``name``, or None where no type has a name to offer."""
        usable = [kind for kind in self.types if kind.into and not kind.is_role]
        usual = [kind for kind in usable if kind.stack] or usable
        respelled = _respelled(name, [prefix for kind in usable for prefix in _prefixes(kind)])
        prefixed = (prefix + name.strip("/") for kind in usual for prefix in _prefixes(kind))
        return next((near for near in (*respelled, *prefixed) if self.classify(near) is not None), None)


def bind(types: Sequence[BranchType], branches: Branches, also: Iterable[str] = ()) -> BranchModel:
    """Bind each role to the first of its names that exists; ``also`` are branches known to exist besides."""
    existing = {*branches.tips, *also}
    roles = {kind.name: _first_existing(kind, existing) for kind in types if kind.is_role}
    return BranchModel(tuple(types), roles, branches.missing)


def _first_existing(kind: BranchType, existing: set[str]) -> str | None:
    for pattern in kind.patterns:
        if pattern.is_fixed and pattern.shown in existing:
            return pattern.shown
        if not pattern.is_fixed and (matching := sorted(filter(pattern.matches, existing))):
            return matching[-1]
    return None


def _named(kind: BranchType, name: str, author: str | None) -> bool:
    return any(pattern.author in (None, author) and pattern.matches(name) for pattern in kind.patterns)


def _prefixes(kind: BranchType) -> list[str]:
    """Return the fixed beginnings of a type's globs (``feature/`` of ``feature/**``) that take any rest."""
    globs = (p.shown for p in kind.patterns if p.glob and not p.author and p.shown.endswith("*"))
    return [prefix for prefix in (glob.rstrip("*") for glob in globs) if not re.search(r"[*?\[]", prefix)]


def _respelled(name: str, prefixes: Sequence[str]) -> Iterable[str]:
    """Yield ``name`` with a mistyped beginning set right: ``Feature/x``, ``features/x``, ``feature-x``."""
    folded = name.lower()
    for prefix in prefixes:
        word = prefix.rstrip("/-_")
        if word and folded.startswith(word) and folded[len(word) :][:1] in ("/", "-", "_"):
            yield prefix + name[len(word) + 1 :]
    word, slash, rest = name.partition("/")
    words = {prefix.rstrip("/-_"): prefix for prefix in reversed(prefixes)}
    for near in difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.7) if slash and rest else ():
        yield words[near] + rest
