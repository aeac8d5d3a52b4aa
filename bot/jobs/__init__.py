"""Durable work: what was accepted is done, once at a time for each key, also after a crash."""
