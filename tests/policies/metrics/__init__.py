"""Runs compared: the numbers against SciPy, the judgement, and what is true of any runs."""
