"""The sandbox as people see it: web pages that follow what happens, with Markdown, diagrams and a merge button."""

from sandbox.pages.routes import add_pages

__all__ = ["add_pages"]
