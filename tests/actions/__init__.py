"""The published Actions, run by the real act and read by every validator that there is."""
