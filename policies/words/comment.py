"""What our one comment on a pull request says besides what the check says."""

from __future__ import annotations

from policies.phrase import Phrase, say


def where_the_rest_is(check: str) -> Phrase:
    return say("The check {check} has every rule. This comment follows it and is never repeated.", check=check)


def mended(head: str, base: str) -> Phrase:
    return say("✓ Nothing blocks any more: {head} may be merged into {base}.", head=head, base=base)


def shortened(check: str) -> Phrase:
    return say("Shortened: GitHub takes no more than this. The check {check} and MLflow have all of it.", check=check)
