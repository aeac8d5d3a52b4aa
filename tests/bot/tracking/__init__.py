"""Held against real tracking servers."""
