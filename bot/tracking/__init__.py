"""MLflow: which tracking servers there are, what they know of a pull request's runs, and when to ask again."""
