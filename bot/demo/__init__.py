"""The chapter's story on a GitHub that lives on this machine: real repositories, the real server, a page to look at."""

from bot.demo.command import demo

__all__ = ["demo"]
