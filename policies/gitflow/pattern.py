"""Which branch names a pattern means: globs and RE2 regular expressions, both in linear time.

A stranger picks the branch name, so nothing here may backtrack: https://github.com/google/re2/wiki/WhyRE2
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

import re2

LONGEST_REGEX = 1_000
"""Characters of a regular expression in a policy file."""

MEMORY = 256 * 1024
"""Bytes for one compiled expression. RE2's default of 8 MiB takes seconds to fill, by `[a-z]{1,900}` often enough."""


class PatternError(ValueError):
    """A pattern that RE2 refuses; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class NamePattern:
    """One way to name a branch. With ``author`` the name counts only on that account's pull requests."""

    regex: str
    shown: str
    author: str | None = None
    glob: bool = True

    @property
    def is_fixed(self) -> bool:
        """True for a glob without a wildcard: it names one branch."""
        return self.glob and not re.search(r"[*?\[]", self.shown)

    def matches(self, name: str) -> bool:
        return matched(self.regex, name, whole=True)

    def rest(self, name: str) -> str:
        """Return what follows the fixed beginning of a glob: ``1.2.0`` of ``release/1.2.0``.

        A regular expression has no such beginning: there, what looks like a version at the end, else the whole name.
        """
        if not self.glob:
            version = re.search(r"(?:^|[/_-])(v?\d+\.\S+)$", name)
            return version[1] if version else name
        return name.removeprefix(re.split(r"[*?\[]", self.shown, maxsplit=1)[0]) or name


def from_glob(glob: str, author: str | None = None) -> NamePattern:
    """Read a glob: ``*`` and ``?`` stay within one path segment, ``**`` crosses ``/``, ``[a-z]`` is a set."""
    regex = translate(glob)
    compiled(regex)
    return NamePattern(regex, glob, author)


def from_regex(regex: str, author: str | None = None) -> NamePattern:
    """Read a regular expression in RE2 syntax; it must match the whole branch name."""
    compiled(regex)
    return NamePattern(regex, regex, author, glob=False)


def translate(glob: str) -> str:
    r"""Return the RE2 expression for a glob.

    >>> translate("release/*")
    'release\\/[^/]*'
    """
    tokens = re.findall(r"\*+|\?|\[!?[^\]/]+\]|.", glob, flags=re.DOTALL)
    return "".join(_token(token) for token in tokens)


def _token(token: str) -> str:
    if token == "*":
        return "[^/]*"
    if token.startswith("*"):
        return ".*"
    if token == "?":
        return "[^/]"
    if len(token) > 1:
        inside = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return "[^/" + inside[1:] + "]" if inside.startswith("!") else f"[{inside}]"
    return str(re2.escape(token))


@functools.lru_cache(maxsize=1024)
def compiled(regex: str) -> Any:  # google-re2 ships no type information
    """Compile with RE2 or raise :class:`PatternError`; look-around and back-references do not exist there."""
    if len(regex) > LONGEST_REGEX:
        raise PatternError(f"is longer than {LONGEST_REGEX} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    options.dot_nl = True
    try:
        return re2.compile(regex.encode("utf-8", "replace").decode(), options)
    except re2.error as error:
        reason = error.args[0]
        raise PatternError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def matched(regex: str, text: str, *, whole: bool = False) -> bool:
    """Say whether ``regex`` is found in ``text`` (with ``whole``: is all of it); any text may come."""
    readable = text.encode("utf-8", "replace").decode()
    pattern = compiled(regex)
    return bool(pattern.fullmatch(readable) if whole else pattern.search(readable))


def found(regex: str, text: str) -> str | None:
    """Return the first piece of ``text`` that ``regex`` matches, or None."""
    match = compiled(regex).search(text.encode("utf-8", "replace").decode())
    return str(match.group(0)) if match else None
