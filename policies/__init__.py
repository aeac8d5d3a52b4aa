"""What is allowed: pure policy over facts, with no way to reach the network, files, a clock or the environment."""
