"""The client against the sandbox, which shares no misunderstanding with it."""
