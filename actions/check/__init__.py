"""The Action `check`: the policies without a server."""
