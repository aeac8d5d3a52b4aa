"""Names for requests in metrics: few enough to count by, whatever repositories, branches and files are called."""

from __future__ import annotations

from collections.abc import Iterator

_WORDS = frozenset(
    {
        "access_tokens",
        "annotations",
        "app",
        "attempts",
        "branches",
        "check-runs",
        "check-suites",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
        "deliveries",
        "files",
        "git",
        "hook",
        "installation",
        "installations",
        "issues",
        "labels",
        "matching-refs",
        "merges",
        "permission",
        "protection",
        "pulls",
        "ref",
        "refs",
        "releases",
        "repos",
        "repositories",
        "requested_reviewers",
        "reviews",
        "rules",
        "rulesets",
        "status",
        "statuses",
        "tags",
        "teams",
        "trees",
    }
)
_REST = frozenset({"compare", "contents", "matching-refs", "ref", "refs", "trees"})
"""What follows them is one name, slashes or not."""

_MOST_PARTS = 8


def route(path: str) -> str:
    """Return a path with every name in it replaced: ``/repos/*/*/pulls/*/files``."""
    return "/" + "/".join(_parts(path.strip("/").split("/")[:_MOST_PARTS]))


def _parts(given: list[str]) -> Iterator[str]:
    names = range(1, 3) if given[0] == "repos" else range(0)
    for position, part in enumerate(given):
        yield part if part in _WORDS and position not in names else "*"
        if part in _REST and position not in names:
            yield "*"
            return
