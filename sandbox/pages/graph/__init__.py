"""A repository's history as a picture: one row a branch, time from left to right, as people draw a branching model."""

from sandbox.pages.graph.drawing import Graph, draw
from sandbox.pages.graph.history import History, Ref, read_history

__all__ = ["Graph", "History", "Ref", "draw", "read_history"]
