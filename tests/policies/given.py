"""What stands in a case wherever a fact may stand: that it could not be had, or that there is no such thing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from policies.facts import Absent, Sha, Unavailable
from policies.phrase import Phrase, say
from policies.verdict import Remedy

HEAD_SHA = Sha("f" * 40)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Unseen(Strict):
    unavailable: str
    try_: str | None = Field(default=None, alias="try")


class Missing(Strict):
    absent: str


def unavailable(why: str, command: str | None = None) -> Unavailable:
    remedy = Remedy(say("Fetch what is missing and look again."), (command,)) if command else None
    return Unavailable(Phrase((why,)), remedy)


def absent(why: str) -> Absent:
    return Absent(Phrase((why,)))
