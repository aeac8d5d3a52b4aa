"""Tests that read as stories and compare the words that people will read."""
