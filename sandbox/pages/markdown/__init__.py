"""What people write, as GitHub would show it: Markdown in, HTML out that can do no harm."""

from sandbox.pages.markdown.references import References
from sandbox.pages.markdown.render import render

__all__ = ["References", "render"]
