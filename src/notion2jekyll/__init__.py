"""notion2jekyll: keeps a Jekyll blog on GitHub Pages in step with journal pages in Notion."""

from importlib.metadata import version

__version__ = version("notion2jekyll-sync")
