"""The one world that all servers are measured in: pull request n of a repository, and what is right to say of it.

Every third pull request is fine, every third has a branch that no type matches, every third aims a feature at main.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

APP_ID = 7
INSTALLATION = 3
OWNER, NAME = "acme", "forecast"
FULL_NAME = f"{OWNER}/{NAME}"
SECRET = "a secret of the benchmark"
PAYLOAD_BYTES = 25_000

MAIN, DEV = (hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest() for name in ("main", "dev"))


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Pull request ``number``; everything about it follows from the number."""

    number: int

    @property
    def head(self) -> str:
        return f"topic-{self.number}" if self.number % 3 == 1 else f"feature/topic-{self.number}"

    @property
    def base(self) -> str:
        return "main" if self.number % 3 == 2 else "dev"

    @property
    def right(self) -> str:
        """The conclusion that a check of Gitflow must come to."""
        return "success" if self.number % 3 == 0 else "failure"

    @property
    def sha(self) -> str:
        return hashlib.sha1(f"head of {self.number}".encode(), usedforsecurity=False).hexdigest()

    def as_json(self, padding: int = 0) -> dict[str, Any]:
        """Return it as the REST API and webhooks write it; ``padding`` makes the body that many characters longer."""
        return {
            "id": 1_000_000 + self.number,
            "number": self.number,
            "state": "open",
            "title": f"feat: topic {self.number}",
            "body": "Forecast better. " + "x" * padding,
            "draft": False,
            "merged": False,
            "mergeable": True,
            "mergeable_state": "clean",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "user": {"login": "alice", "id": 11, "type": "User"},
            "head": {"ref": self.head, "sha": self.sha, "repo": repository()},
            "base": {"ref": self.base, "sha": MAIN if self.base == "main" else DEV, "repo": repository()},
        }

    def webhook(self, action: str = "opened") -> bytes:
        """Return the body of a delivery of 25 KB."""
        payload = {
            "action": action,
            "number": self.number,
            "pull_request": self.as_json(),
            "repository": repository(),
            "installation": {"id": INSTALLATION},
            "sender": {"login": "alice", "id": 11, "type": "User"},
        }
        missing = PAYLOAD_BYTES - len(json.dumps(payload))
        payload["pull_request"] = self.as_json(padding=max(missing, 0))
        return json.dumps(payload).encode()


def repository() -> dict[str, Any]:
    return {
        "id": 5,
        "name": NAME,
        "full_name": FULL_NAME,
        "owner": {"login": OWNER, "id": 10, "type": "Organization"},
        "private": True,
        "default_branch": "main",
    }


def commit(sha: str, subject: str, *parents: str) -> dict[str, Any]:
    person = {"name": "Alice", "email": "alice@example.com", "date": "2026-01-01T00:00:00Z"}
    return {
        "sha": sha,
        "commit": {"message": subject, "author": person, "committer": person},
        "author": {"login": "alice", "id": 11},
        "parents": [{"sha": parent} for parent in parents],
    }


def comparison(base: str, head: str) -> dict[str, Any]:
    """Return what `/compare/base...head` says: a head is one commit ahead of both branches, and they are equal."""
    ahead = [] if head in (MAIN, DEV) else [commit(head, "feat: a topic", base)]
    return {
        "status": "ahead" if ahead else "identical",
        "ahead_by": len(ahead),
        "behind_by": 0,
        "total_commits": len(ahead),
        "merge_base_commit": commit(base, "chore: begin"),
        "base_commit": commit(base, "chore: begin"),
        "commits": ahead,
        "files": [{"filename": "src/model.py", "status": "modified", "sha": head}] if ahead else [],
    }
