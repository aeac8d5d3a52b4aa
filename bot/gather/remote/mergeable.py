"""Whether head and base merge without conflicts, as GitHub says with the pull request itself.

https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.gather.remote.reader import Reader
from policies.facts import Merge, Mergeability, Unavailable
from policies.words import blind


def merge(reader: Reader, payload: Mapping[str, Any]) -> Merge | Unavailable:
    """Return GitHub's answer. GitHub computes it after each push and says null until then: raises Later, for a while.

    Only conflicts count here; a merge that is blocked for another reason (a draft, a missing review) is clean. Which
    paths are in conflict GitHub does not tell.
    """
    mergeable = payload.get("mergeable")
    if mergeable is False or payload.get("mergeable_state") == "dirty":
        return Merge(Mergeability.DIRTY)
    if mergeable is True:
        return Merge(Mergeability.CLEAN)
    if reader.patient:
        raise reader.later("GitHub has not computed yet whether the pull request can be merged")
    return blind.not_yet_mergeable()
