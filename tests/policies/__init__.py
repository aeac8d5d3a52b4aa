"""Tests of the pure part: what is allowed, and what we say about it."""
