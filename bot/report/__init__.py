"""Reports, for each kind of reader: people on GitHub or at a terminal, a program, a workflow run."""
