"""What the subject of a merge says: which branch was merged into which, and by which pull request.

Git writes the subjects of local merges (https://git-scm.com/docs/git-fmt-merge-msg); GitHub, GitLab, Bitbucket, Gitea
and Azure DevOps each have a form of their own. People rewrite them, so every part may be missing.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MergeSubject:
    """What could be read. ``owner`` is the account whose branch it was; ``tag`` was merged instead of a branch."""

    source: str | None = None
    target: str | None = None
    number: int | None = None
    owner: str | None = None
    tag: str | None = None


LONGEST = 1_000
"""Characters of a subject that are read; a stranger may write any number."""

_REF = r"[^\s'\"]+"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # GitHub: https://docs.github.com/en/pull-requests/how-tos/merge-and-close-pull-requests
        (
            rf"Merge pull request #(?P<number>\d+) from (?P<owner>[\w.-]+(?:\[bot\])?)[/:](?P<source>{_REF})"
            rf"(?: into (?P<target>{_REF}))?(?: \(#\d+\))?$"
        ),
        rf"Merge PR #(?P<number>\d+)[: ].*?(?:from )?(?:(?P<owner>[\w.-]+)[/:](?P<source>{_REF}))?$",
        # Gitea and Forgejo
        rf"Merge pull request '.*' \(#(?P<number>\d+)\) from (?P<source>{_REF}) into (?P<target>{_REF})$",
        # Bitbucket Cloud
        rf"Merged in (?:(?P<owner>[\w.-]+/[\w.-]+)/)??(?P<source>{_REF}) \(pull request #(?P<number>\d+)\)$",
        # Azure DevOps
        r"Merged PR (?P<number>\d+): ",
        # Bitbucket Server: the branches stand in the body
        r"Pull request #(?P<number>\d+): ",
        # Git itself, and GitLab, which quotes the target too
        (
            rf"Merge (?P<remote>remote-tracking |remote )?branch '(?P<source>{_REF})'"
            rf"(?: of \S+)?(?: into '?(?P<target>[^\s']+)'?)?$"
        ),
        rf"Merge branch \"(?P<source>{_REF})\"(?: of \S+)?(?: into \"?(?P<target>[^\s\"]+)\"?)?$",
        rf"Merge (?P<source>{_REF}) branch(?: into (?P<target>{_REF}))?$",
        rf"Merge tag '(?P<tag>{_REF})'(?: of \S+)?(?: into '?(?P<target>[^\s']+)'?)?$",
        rf"(?:Merge|Merging|Merged) (?P<source>{_REF}) (?:in)?to (?P<target>{_REF})$",
        rf".*\bmerge (?P<source>{_REF}) (?:back )?into (?P<target>[\w./-]+)\b",
        r"(?i:.*\bmerge\b.*)`(?P<source>[^`\s]+)` ?(?:->|→) ?`(?P<target>[^`\s]+)`",
        rf"Auto-merge (?P<source>{_REF}) (?:back )?to (?P<target>{_REF})$",
    )
)
_BODY_FORMS = (
    re.compile(rf"Merge in \S+ from (?P<source>{_REF}) to (?P<target>{_REF})"),  # Bitbucket Server
    re.compile(r"See merge request \S*!(?P<number>\d+)"),  # GitLab
)
_HEX = re.compile(r"[0-9a-f]{7,64}$")
_SQUASHED = re.compile(r"\(#(?P<number>\d+)\)$")


@functools.lru_cache(maxsize=65_536)
def read(subject: str, body: str = "", remotes: tuple[str, ...] = ("origin", "upstream")) -> MergeSubject:
    """Read the message of a merge commit; what it does not say is None."""
    said: dict[str, str] = {}
    subject = subject.strip()[:LONGEST]
    match = next((match for form in _FORMS if (match := form.match(subject))), None)
    if match:
        said.update({key: value for key, value in match.groupdict().items() if value})
    for form in _BODY_FORMS:
        if (match is not None or form is _BODY_FORMS[1]) and (extra := form.search(body[:LONGEST])):
            said = {**{k: v for k, v in extra.groupdict().items() if v}, **said}
    source = said.get("source")
    if source and "remote" in said and "/" in source and not source.startswith("refs/"):
        remote, _, source = source.partition("/")
        if remote not in remotes:
            said.setdefault("owner", remote)
    return MergeSubject(
        _branch(source, remotes),
        _branch(said.get("target"), remotes),
        int(said["number"]) if "number" in said else None,
        said.get("owner"),
        said.get("tag"),
    )


def number_of(subject: str) -> int | None:
    """Return the pull request of a squashed or rebased commit, which GitHub appends as ``(#12)``."""
    match = _SQUASHED.search(subject.strip()[-LONGEST:])
    return int(match["number"]) if match else None


def _branch(name: str | None, remotes: tuple[str, ...]) -> str | None:
    if name is None or _HEX.match(name):
        return None
    name = name.removeprefix("refs/heads/").removeprefix("refs/remotes/").removeprefix("remotes/")
    head, slash, rest = name.partition("/")
    return rest if slash and head in remotes else name


_NOREPLY = re.compile(r"(?:\d+\+)?(?P<login>[^@+]+)@users\.noreply\.github\.com")


def login(email: str) -> str | None:
    """Return the GitHub login behind a commit, where its author uses GitHub's private address.

    https://docs.github.com/en/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
    """
    match = _NOREPLY.fullmatch(email)
    return match["login"] if match else None
