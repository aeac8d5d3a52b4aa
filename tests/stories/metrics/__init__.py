"""A change of a model: what its runs in MLflow say of it, on the page of its pull request."""
