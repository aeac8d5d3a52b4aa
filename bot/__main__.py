"""Makes ``python -m bot`` the same as ``headgate``."""

from bot.cli import main

main()
