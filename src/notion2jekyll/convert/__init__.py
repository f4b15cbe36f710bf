"""Notion's model → the Markdown tree. Pure: nothing is fetched here, and nothing of Jekyll is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notion2jekyll.convert.blocks import nodes
from notion2jekyll.convert.context import Address, Context, Copy, Links, Style, Trouble
from notion2jekyll.convert.pictures import cover, icon
from notion2jekyll.errors import Problem
from notion2jekyll.markdown.nodes import Doc, SitePath, Url
from notion2jekyll.notion.model import File, Page, Tree

__all__ = ["Address", "Article", "Copy", "Links", "Style", "Trouble", "convert"]


@dataclass(frozen=True, slots=True)
class Article:
    """A page, converted."""

    page: Page
    body: Doc
    files: Mapping[SitePath, File]
    """The files that the page shows and the blog keeps, by their place there; cover and icon included."""
    targets: Mapping[str, Address | None]
    """What the body refers to: every page by its id, every block of another page as `page id#block id`, with the address
    that was used (None: not in the source)."""
    problems: tuple[Problem, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Block id → what `body` calls it, of all headings and of the blocks that are linked to."""
    cover: Url | None = None
    icon: Url | None = None
    """An emoji, or where the picture is."""


def convert(
    tree: Tree, links: Links, style: Style | None = None, wanted: frozenset[str] = frozenset()
) -> Article:
    """Return the article of `tree`; `links` says where pages and files will be, `style` how looks are carried over.

    `wanted` are the ids of those of its blocks that other pages link to. Never raises for any content: what cannot be shown
    becomes a `Problem` of the article.
    """
    context = Context(tree.page.id, links, style or Style(), wanted=wanted)
    article = _article(tree, context)
    if context.here:
        # What links within the page lead to may come before them.
        own, shown = context.here, context.shown
        context = Context(
            tree.page.id, links, context.style, wanted=wanted | (own & shown), missing=frozenset(own - shown)
        )
        article = _article(tree, context)
    return article


def _article(tree: Tree, context: Context) -> Article:
    front = cover(tree.page, context), icon(tree.page, context)
    body = Doc(nodes(tree.blocks, context))
    return Article(
        tree.page,
        body,
        context.files,
        context.targets,
        tuple(context.problems),
        context.names,
        *front,
    )
