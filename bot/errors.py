"""Errors that a person at the command line can do something about."""

from __future__ import annotations


class UsageProblem(Exception):
    """Something about the call is wrong; the message says what to do instead. Exit code 2."""
