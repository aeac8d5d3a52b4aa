"""The Action `test`: the repository's own pytest, its failures on their lines."""
