"""What can go wrong between us and GitHub, by what should be done about it."""

from __future__ import annotations

from datetime import datetime


class GitHubError(Exception):
    """GitHub did not do what was asked. ``said`` is GitHub's own message, which may hold foreign text."""

    def __init__(self, method: str, path: str, status: int | None, said: str) -> None:
        super().__init__(f"{method} {path}: {status or 'no answer'} {said}".rstrip())
        self.method, self.path, self.status, self.said = method, path, status, said


class NotFound(GitHubError):
    """404 or 410: it is not there, or this installation may not know that it is."""


class Forbidden(GitHubError):
    """403 that is no limit: a permission is missing, or the installation is suspended or gone."""


class Unauthorized(GitHubError):
    """401 also with a fresh token: the key, the App id or the installation is wrong."""


class Refused(GitHubError):
    """409, 422 and other answers of the 400s: asking again the same way is useless."""


class Unreachable(GitHubError):
    """No whole answer: 5xx, a broken connection, silence. Asking again later may help."""


class RateLimited(GitHubError):
    """The budget is used up (primary or secondary limit); ``until`` is when to ask again."""

    def __init__(self, method: str, path: str, status: int, said: str, until: datetime) -> None:
        super().__init__(method, path, status, said)
        self.until = until
