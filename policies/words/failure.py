"""What people read where nothing could be decided: something cannot be had, or Headgate itself has failed."""

from __future__ import annotations

from policies.phrase import Phrase, say
from policies.words.check import count_of


def could_not_evaluate(attempts: int, delivery: str) -> Phrase:
    return say(
        "Could not evaluate: Headgate failed {times} (delivery {delivery})",
        times=count_of(attempts, "time"),
        delivery=delivery,
    )


def is_not_decided_yet(head: str, base: str) -> Phrase:
    return say("Whether {head} may be merged into {base} is not decided.", head=head, base=base)


def no_rule_was_asked() -> Phrase:
    return say("No rule was asked: this comes first.")


def could_not_be_evaluated(head: str, base: str) -> Phrase:
    return say("Headgate could not evaluate whether {head} may be merged into {base}.", head=head, base=base)


def our_fault(attempts: int) -> Phrase:
    return say(
        "It tried {times} and failed: a fault of Headgate or of its way to GitHub, not of this change.",
        times=count_of(attempts, "time"),
    )


def never_green() -> Phrase:
    return say("Nothing was decided, so the check is not green.")


def try_again() -> Phrase:
    return say("Press Re-run on this check.")


def for_operators() -> Phrase:
    return say("For those who run Headgate:")


def ask_operator(delivery: str) -> Phrase:
    return say("Look for delivery {delivery} in the list of jobs that have failed.", delivery=delivery)


def tried(attempts: int) -> Phrase:
    return say("Tried {times}", times=count_of(attempts, "time"))


def last_error(error: str) -> Phrase:
    return say("Last error: {error}", error=error)


def of_delivery(delivery: str) -> Phrase:
    return say("Delivery: {delivery}", delivery=delivery)
