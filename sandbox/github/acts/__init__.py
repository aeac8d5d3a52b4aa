"""What can be done on GitHub, by whomever: each act changes the state and tells of it. Nothing waits in between."""
