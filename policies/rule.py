"""What a rule is: a name, documentation, options, and a pure check that is handed everything it may see."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict

from policies.facts import Absent, Unavailable
from policies.gitflow.pattern import compiled, translate
from policies.phrase import Phrase
from policies.verdict import Finding

Findings: TypeAlias = Iterator[Finding | Unavailable | Absent]
"""What a check yields: offences, what it could not see, and (``Absent``) why there was nothing to judge after all.

Nothing at all means that the rule is kept.
"""

CONTEXT = frozenset({"model", "options", "mlflow"})
"""Parameters that are not facts: the branching model, the options of the rule for this branch type, and the ``mlflow``
section of the policy, which is None where there is none."""


class Stricter(Enum):
    """Which way an option gets stricter, for policies that extend an organisation's; others are fixed there."""

    MORE = "more"
    LESS = "less"
    ON = "on"
    OFF = "off"
    EITHER = "either"
    """Every value is as strict as every other."""


def _is_regex(text: str) -> str:
    compiled(text)
    return text


Regex: TypeAlias = Annotated[str, AfterValidator(_is_regex)]
"""A regular expression in RE2 syntax, refused at the border if RE2 refuses it."""


def _is_glob(text: str) -> str:
    compiled(translate(text))
    return text


Glob: TypeAlias = Annotated[str, AfterValidator(_is_glob)]
"""A path pattern: ``*`` stays within a segment, ``**`` crosses ``/``."""


class Options(BaseModel):
    """The options of one rule, as the policy file spells them; every field has a description and a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class Rule:
    """One policy. ``applies`` (optional) is asked first, without any costly fact, and answers why to skip, or None."""

    name: str
    since: str
    check: Callable[..., Findings]
    applies: Callable[..., Phrase | None] | None = None
    options: type[Options] = Options
    spares: Callable[..., frozenset[str]] | None = None
    """Which facts are not needed with certain options; the check is then handed None for them."""
    follows_stack: bool = False
    """Its verdict depends on where a stack of pull requests ends, so without that it is not known."""

    @property
    def docs(self) -> str:
        """The module docstring of the rule's file: its documentation page, in Markdown."""
        return inspect.cleandoc(sys.modules[self.check.__module__].__doc__ or "")

    @property
    def summary(self) -> str:
        """The first line of the documentation: what the rule is about, in one sentence."""
        return self.docs.partition("\n")[0]

    @functools.cached_property
    def needs(self) -> tuple[str, ...]:
        """The facts that the check asks for: the names of its parameters."""
        return tuple(name for name in parameters(self.check) if name not in CONTEXT)

    def needed_with(self, options: Options) -> frozenset[str]:
        """The facts that the check asks for when it is given these options."""
        return frozenset(self.needs) - (self.spares(options) if self.spares else frozenset())

    @property
    def judges_push(self) -> bool:
        """True for a rule that looks at what a push did to a branch, after the event."""
        return "push" in self.needs


@functools.cache
def parameters(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of a function's parameters, in order."""
    code = inspect.unwrap(function).__code__
    return tuple(code.co_varnames[: code.co_argcount])
