"""The story goes on: the engineers' models in a repository of their own, with real training and what becomes of it."""

from sandbox.models.scenes import SCENES, TRAINED, Measured
from sandbox.models.story import build

__all__ = ["SCENES", "TRAINED", "Measured", "build"]
