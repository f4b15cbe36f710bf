"""Notion's model → the Markdown tree. Pure: nothing is fetched here, and nothing of Jekyll is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notion2jekyll.convert.blocks import nodes
from notion2jekyll.convert.context import Address, Context, Links, Style
from notion2jekyll.errors import Problem
from notion2jekyll.markdown.nodes import Doc, SitePath
from notion2jekyll.notion.model import File, Page, Tree

__all__ = ["Address", "Article", "Links", "Style", "convert"]


@dataclass(frozen=True, slots=True)
class Article:
    """A page, converted."""

    page: Page
    body: Doc
    files: Mapping[SitePath, File]
    """The files hosted by Notion that the body shows, by their place on the blog."""
    targets: Mapping[str, Address | None]
    """Every page that the body refers to, by id, with the address that was used (None: not in the source)."""
    problems: tuple[Problem, ...]


def convert(tree: Tree, links: Links, style: Style | None = None) -> Article:
    """Return the article of `tree`; `links` says where pages and files will be, `style` how looks are carried over.

    Never raises for any content: what cannot be shown becomes a `Problem` of the article.
    """
    context = Context(page=tree.page.id, links=links, style=style or Style())
    body = Doc(nodes(tree.blocks, context))
    return Article(tree.page, body, context.files, context.targets, tuple(context.problems))
