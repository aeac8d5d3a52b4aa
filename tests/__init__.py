"""The tests; the directories mirror the rooms of the repository."""
