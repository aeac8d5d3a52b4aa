"""The request path: verify, commit, answer. It cannot do work even by accident: it may not import the pipeline."""
