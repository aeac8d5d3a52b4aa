"""What GitHub does not let us see: a fact that is unavailable, with the permission that would help."""

from __future__ import annotations

import re

from bot.github.errors import Forbidden, GitHubError, NotFound, Refused
from policies.facts import Unavailable
from policies.words import blind

REFUSALS = (NotFound, Forbidden, Refused)
"""Answers that asking again does not change. Others are raised: the job comes again."""

_PERMISSIONS = (
    (re.compile(r"^/orgs/"), "Members: read (of the organisation)"),
    (re.compile(r"^/repos/[^/]+/[^/]+/(commits/[^/]+/)?pulls(/|$)"), "Pull requests: read"),
    (re.compile(r""), "Contents: read"),
)
"""The App's permissions by what they allow to read.

https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
"""


def unavailable(error: GitHubError) -> Unavailable:
    """Say what GitHub refused, and which permission allows it."""
    if is_unknown_commit(error):
        return blind.not_on_github(error.path)
    permission = next(permission for path, permission in _PERMISSIONS if path.search(error.path))
    return blind.refused(error.path, error.said, permission)


def is_unknown_commit(error: GitHubError) -> bool:
    """Say whether GitHub does not know a commit, perhaps not yet: not all of it learns of a push at the same moment.

    A comparison is then 404; the pull requests of a commit are 422, "No commit found for SHA".
    """
    if isinstance(error, NotFound):
        return "/compare/" in error.path or "/commits/" in error.path
    return error.status == 422 and "/commits/" in error.path
