"""The branching model and the rules that keep to it, one file a rule."""
