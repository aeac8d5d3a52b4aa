"""Says what is wrong with the set-up of a server: ``headgate doctor``."""
