"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Sign:
    """What was looked at, what is to be said of it, and what mends it where it needs mending."""

    about: str
    state: State
    said: str
    remedy: str = ""
