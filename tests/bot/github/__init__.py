"""The GitHub client, against servers on loopback that play GitHub."""
