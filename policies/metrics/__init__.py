"""What a change does to a model: its runs, how they compare with a baseline, and one file a rule."""
