"""The shell, against real Git repositories."""
