"""What the App asks GitHub for. ``app.yml`` says the same to GitHub, with its reasons (``tests/test_manifest.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "actions": "read",
        "checks": "write",
        "contents": "read",
        "members": "read",
        "merge_queues": "read",
        "metadata": "read",
        "pull_requests": "write",
    }
)

EVENTS = (
    "check_run",
    "check_suite",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
    "workflow_run",
)

NOT_FOR_ALL: Mapping[str, str] = MappingProxyType(
    {
        "actions": "to wait for training in GitHub Actions",
        "workflow_run": "to wait for training in GitHub Actions",
        "members": "for reviews by teams",
        "merge_queues": "for merge queues",
        "merge_group": "for merge queues",
    }
)
"""Permissions and events that not everybody needs, and what for."""
