"""The examples: what a new user copies works as it stands."""
