"""How much of a fact the options of the rules ask for: who is in which team, how versions are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.config import Config
from policies.gitflow.bad_version import BadVersion
from policies.gitflow.missing_approval import MissingApproval
from policies.gitflow.missing_back_merge import MissingBackMerge
from policies.gitflow.versions import Reader


@dataclass(frozen=True, slots=True)
class Asked:
    """``teams`` whose members' reviews count, ``versions`` as tags write them, whether the last tag decides."""

    teams: frozenset[str] = frozenset()
    versions: Reader = field(default_factory=Reader)
    last_tag: bool = False


def asked(config: Config) -> Asked:
    """Read the options that change what has to be looked up."""
    approval, version, back_merge = (
        config.rules[name].options for name in ("missing-approval", "bad-version", "missing-back-merge")
    )
    teams: frozenset[str] = frozenset()
    if isinstance(approval, MissingApproval):
        teams = frozenset(approval.teams).union(*(path.teams for path in approval.paths.values()))
    versions = Reader(version.tag_prefix, version.allow_partial) if isinstance(version, BadVersion) else Reader()
    last_tag = isinstance(back_merge, MissingBackMerge) and back_merge.measured_at == "last_tag"
    return Asked(teams, versions, last_tag)
