"""What a post is, as bytes: front matter and body.

Facts by experiment in GitHub Pages' own versions; see docs/architecture.md. Pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from notion2jekyll.convert import Article
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import front_matter, themes
from notion2jekyll.jekyll.extras import Extras
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.places import Place, asset_path
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.anchors import fragments
from notion2jekyll.markdown.headings import written
from notion2jekyll.markdown.nodes import (
    BlockNode,
    CodeBlock,
    Container,
    Details,
    Doc,
    Inlines,
    List,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Toc,
)
from notion2jekyll.markdown.plain import visible
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.markdown.walk import within
from notion2jekyll.notion.model import File, Page

IDENTITY: Final = "notion_id"
"""The key that says which page a post is of."""
AUTOMATIC: Final = frozenset({"last_modified_at"})
"""Keys that change with every version of a post."""


NOTHING: Final = Extras()
"""The extras of a post without any."""


def render(
    article: Article,
    place: Place,
    options: Options,
    site: Site,
    *,
    modified: str,
    extras: Extras = NOTHING,
) -> bytes:
    """Return the bytes of the post of `article` at `place`; `modified` is its `last_modified_at`, as it is written."""
    about = place.meta
    cover = article.page.cover
    image = ""
    if cover is not None:
        image = "/" + asset_path(cover, options.assets) if cover.hosted else cover.url
        image = image if image.startswith(("/", "https://", "http://")) else ""
    content = themes.fitted(article.body, site.theme)
    inside = list(within(content))
    # Without a math engine formulas are written as code.
    math = site.math and any(isinstance(node, Math | MathBlock) for node in inside)
    mermaid = any(isinstance(node, CodeBlock) and node.language == "mermaid" for node in inside)
    body = serialize(content, site.dialect(options.typography, formulas=math))
    values: dict[str, Any] = {
        "layout": site.layout(place.shelf.label, place.path),
        "title": about.title,
        "date": about.date,
        "permalink": place.permalink,
        "redirect_from": list(place.redirects),
        "last_modified_at": front_matter.Stamp(modified) if modified else None,
        "categories": list(about.categories),
        "tags": list(about.tags),
        "description": about.description,
        "excerpt": excerpt(content, body),
        # minima, the theme of GitHub Pages, escapes all of these but this one.
        "author": front_matter.inert(about.author),
        **themes.front_matter(site.theme, cover=image, math=math, mermaid=mermaid),
    }
    # What is mapped to a key that is there already takes its place; None takes it away.
    values = {key: item for key, item in values.items() if item or key == "title" or key in extras.values}
    values |= extras.values
    values = {key: item for key, item in values.items() if item is not None}
    values |= options.front_matter
    # After what the configuration fixes for all: an address that is kept is the post's own.
    if place.permalink:
        values["permalink"] = place.permalink
    if options.draft_key:
        values["draft"] = not place.live
    if not place.live and not re.search(r"(^|/)_drafts/", place.path):
        values["published"] = False
    values["notion_id"] = article.page.id
    return front_matter.dump(values, body).encode("utf-8", "replace")


def anchors(article: Article, options: Options, site: Site) -> dict[str, str]:
    """Return, by block id, the `id` of the element that shows the block in the post of `article`.

    Of all headings that have one, and of the other blocks that are linked to.
    """
    headings = {node.name: "" for node in written(article.body)} | fragments(
        article.body, site.dialect(options.typography)
    )
    places = {block: headings.get(name, name) for block, name in article.names.items()}
    return {block: place for block, place in places.items() if place}


def excerpt(doc: Doc, body: str) -> str:
    """Return the excerpt to write in the front matter of `doc`, written as `body`; empty where Jekyll's own is right.

    Jekyll takes everything before the first blank line. Of a box, a list in HTML or code with blank lines that is half an
    element; of a line across the page, nothing to read. Then the first text of the page stands in for it, as HTML.
    """
    start = body.split("\n\n", 1)[0]
    if not doc.children or (not isinstance(doc.children[0], Rule | Toc) and _in_one_piece(start)):
        return ""
    text = next((text for text in map(visible, _paragraphs(doc.children)) if text.strip()), "")
    return html.escape(" ".join(text.split()), quote=False)


def _in_one_piece(start: str) -> bool:
    """Return whether `start`, a body up to its first blank line, ends every fence and element that it begins with."""
    if fence := re.match(r"`{3,}", start):
        return start.count("\n") > 0 and start.rsplit("\n", 1)[1] == fence[0]
    if re.fullmatch(r"<div id=\"[^\"]*\"></div>", start):
        return False  # an anchor alone
    element = re.match(r"<(\w+)", start)
    return element is None or element[1] in ("img", "br") or f"</{element[1]}>" in start


def _paragraphs(nodes: Iterable[BlockNode]) -> Iterator[Inlines]:
    """Yield the text of every paragraph in `nodes`, in order, whatever it is in."""
    for node in nodes:
        if isinstance(node, Paragraph):
            yield node.children
        elif isinstance(node, Details):
            yield node.summary
            yield from _paragraphs(node.children)
        elif isinstance(node, Container | Quote):
            yield from _paragraphs(node.children)
        elif isinstance(node, List):
            for item in node.items:
                yield from _paragraphs(item.children)


def files(article: Article, options: Options, extras: Extras = NOTHING) -> Mapping[str, File]:
    """Return path → file of everything that the post of `article` shows and Notion hosts, its cover included."""
    found = {place.path.lstrip("/"): file for place, file in article.files.items()} | dict(extras.files)
    cover = article.page.cover
    if cover is not None and cover.hosted and "image" not in extras.values:
        found[asset_path(cover, options.assets)] = cover
    return found


def modified(page: Page, options: Options, site: Site) -> str:
    """Return the edit time of `page` as `last_modified_at` has it."""
    return front_matter.stamp(page.edited.astimezone(options.zone or site.zone))


def ahead(places: Mapping[str, Place], site: Site, now: datetime) -> tuple[Problem, ...]:
    """Return a note for every post that is dated after `now`: Jekyll leaves it out until a build after that time."""
    if site.future:
        return ()
    return tuple(
        Problem(
            "note",
            f"“{place.meta.title}” is dated {place.meta.date:%Y-%m-%d %H:%M %z}, which is still to come: Jekyll shows it "
            "with the first build after that.",
            page=page,
            hint="Set `future: true` in _config.yml to show it at once"
            + (
                "."
                if site.zone.key != "UTC"
                else ", or `timezone:` to your own zone, if it is only the hours that differ."
            ),
        )
        for page, place in sorted(places.items())
        # A plain page has no date to Jekyll.
        if place.url and place.shelf.kind != "pages" and place.meta.date.astimezone(UTC) > now
    )
