"""A GitHub that is well, of both kinds: github.com, and an Enterprise Server with its API under a path."""
