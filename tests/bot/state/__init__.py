"""Tests of our memory, on SQLite and on PostgreSQL."""
