"""Worlds to try Headgate in. It shares no code with ``bot`` and ``policies``, so it cannot share their mistakes."""
