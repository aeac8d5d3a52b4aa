"""What GitHub refuses. People get the exception; programs get it as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """GitHub said no. ``errors`` are the entries of a 422: https://docs.github.com/rest/using-the-rest-api/troubleshooting"""

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message}" + (f" {errors}" if errors else ""))
        self.status, self.message = status, message
        self.errors = errors
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The answer as GitHub gives it."""
        answer: dict[str, Any] = {"message": self.message, "documentation_url": "https://docs.github.com/rest"}
        if self.errors is not None:
            answer["errors"] = self.errors
        return answer | {"status": str(self.status)}


def not_found() -> Refused:
    """Return what GitHub says of everything that is not there or may not be known to be there."""
    return Refused(404, "Not Found")


def invalid(resource: str, message: str, field: str | None = None) -> Refused:
    """Return a validation error with a message of its own."""
    error = {"resource": resource, "code": "custom", "message": message} | ({"field": field} if field else {})
    return Refused(422, "Validation Failed", [error])


def invalid_field(resource: str, field: str, code: str = "invalid") -> Refused:
    """Return a validation error that names a field: ``missing``, ``missing_field``, ``invalid``, ``already_exists``."""
    return Refused(422, "Validation Failed", [{"resource": resource, "field": field, "code": code}])
