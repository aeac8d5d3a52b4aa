"""Reads the JSON that a request carries, and says what is wrong with it as GitHub does: 400 and 422."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.github.errors import Refused


class Body:
    """The fields of a request. What is not asked for is ignored, as on GitHub."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    @classmethod
    def read(cls, data: bytes) -> Body:
        """Raises Refused: 400 for what is no JSON object."""
        if not data.strip():
            return cls({})
        try:
            fields = json.loads(data)
        except ValueError as error:
            raise Refused(400, "Problems parsing JSON") from error
        if not isinstance(fields, dict):
            raise Refused(400, "Body should be a JSON object")
        return cls(fields)

    def __contains__(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def text(self, name: str, longest: int | None = None) -> str:
        """Return a text that must be there; ``longest`` counts characters."""
        value = self.optional_text(name, longest)
        if value is None:
            raise Refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return value

    def optional_text(self, name: str, longest: int | None = None) -> str | None:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, value, "a string")
        if value is not None and longest is not None and len(value) > longest:
            raise Refused(
                422, f"Invalid request.\n\nOnly {longest} characters are allowed; {len(value)} were supplied."
            )
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
        """Return one of the allowed words."""
        value = self.optional_text(name)
        if value is not None and value not in allowed:
            raise Refused(
                422, f"Invalid request.\n\n{value} is not a possible value. Must be one of: {', '.join(allowed)}."
            )
        return value if value is not None else default

    def number(self, name: str) -> int | None:
        value = self.fields.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self._wrong(name, value, "an integer")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, value, "a boolean")
        return default if value is None else value

    def moment(self, name: str) -> datetime | None:
        value = self.optional_text(name)
        if value is None:
            return None
        try:
            when = datetime.fromisoformat(value)
        except ValueError as error:
            raise self._wrong(name, value, "a date-time") from error
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)

    def part(self, name: str) -> Body | None:
        """Return an object inside."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(name, value, "an object")
        return Body(value)

    def parts(self, name: str, most: int) -> list[Body]:
        """Return a list of objects inside; ``most`` is how many a request may carry."""
        value = self.fields.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self._wrong(name, value, "an array of objects")
        if len(value) > most:
            raise Refused(
                422, f"Invalid request.\n\nNo more than {most} items are allowed; {len(value)} were supplied."
            )
        return [Body(one) for one in value]

    def numbers(self, name: str) -> list[int] | None:
        value = self.fields.get(name)
        if value is not None and not (isinstance(value, list) and all(type(one) is int for one in value)):
            raise self._wrong(name, value, "an array of integers")
        return value

    def texts(self, name: str) -> list[str] | None:
        value = self.fields.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise self._wrong(name, value, "an array of strings")
        return value

    @staticmethod
    def _wrong(name: str, value: Any, kind: str) -> Refused:
        return Refused(422, f"Invalid request.\n\nFor '{name}', {json.dumps(value)[:100]} is not {kind}.")
