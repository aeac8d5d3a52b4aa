"""The request path, over real HTTP."""
