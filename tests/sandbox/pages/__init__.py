"""The pages of the sandbox: what they show of real state, what they refuse, and that they follow what happens."""
