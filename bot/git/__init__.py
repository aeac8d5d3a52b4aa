"""Git repositories: one command at a time, or the whole history in memory; what rules ask for is not known here."""
