"""What we remember between two jobs: pull requests seen, what we last said, answers that never change."""
