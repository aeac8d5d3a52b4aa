"""Which repository, and through which installation of the App: the address of everything that we ask GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType
from urllib.parse import quote

InstallationId = NewType("InstallationId", int)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as an installation sees it. ``id`` stays when ``full_name`` (``owner/name``) changes."""

    installation: InstallationId
    id: int
    full_name: str

    @property
    def owner(self) -> str:
        return self.full_name.partition("/")[0]

    @property
    def path(self) -> str:
        """The beginning of its addresses in the REST API: ``/repos/owner/name``."""
        return "/repos/" + "/".join(quote(part, safe="") for part in self.full_name.split("/", 1))
