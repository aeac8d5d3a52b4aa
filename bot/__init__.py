"""The shell around the policies: the only code that touches Git, GitHub, the clock and the environment."""
