"""Predicts how far a patient's diabetes has progressed after a year."""
