"""The policy file: bytes in, a complete :class:`Config` or every problem with its place out."""

from policies.config.document import Position, Problem
from policies.config.policy import Config, ConfigErrors, RuleSetting
from policies.config.read import default, read

__all__ = ["Config", "ConfigErrors", "Position", "Problem", "RuleSetting", "default", "read"]
