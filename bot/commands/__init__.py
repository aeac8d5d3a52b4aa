"""The commands, one file each: parse, call, print. What they decide is decided elsewhere; ``bot/cli.py`` finds them."""
