"""What a post is, as bytes: front matter and body.

Facts by experiment in GitHub Pages' own versions; see docs/architecture.md. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from notion2jekyll.convert import Article
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import excerpts, front_matter, themes
from notion2jekyll.jekyll.extras import Extras
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.places import Place
from notion2jekyll.jekyll.site import CONFIG, Site
from notion2jekyll.markdown.anchors import fragments
from notion2jekyll.markdown.headings import written
from notion2jekyll.markdown.nodes import CodeBlock, Doc, Math, MathBlock, SitePath, Url
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.markdown.walk import within
from notion2jekyll.notion.model import File, Page

IDENTITY: Final = "notion_id"
"""The key that says which page a post is of."""
AUTOMATIC: Final = frozenset({"last_modified_at"})
"""Keys that change with every version of a post."""


NOTHING: Final = Extras()
"""The extras of a post without any."""


@dataclass(frozen=True, slots=True)
class Body:
    """What stands below the front matter of a post, and what the front matter has to know of it."""

    text: str
    content: Doc
    separator: str
    """What ends its excerpt."""
    math: bool
    mermaid: bool


def body(article: Article, place: Place, options: Options, site: Site) -> Body:
    """Return the body of the post of `article` at `place`."""
    own = site.excerpt_separator(place.shelf.label, place.path)
    content, separator = excerpts.ended(themes.fitted(article.body, site.theme), options.excerpt, own)
    inside = within(content)
    # Without a math engine formulas are written as code.
    math = site.math and any(isinstance(node, Math | MathBlock) for node in inside)
    mermaid = any(isinstance(node, CodeBlock) and node.language == "mermaid" for node in inside)
    text = serialize(content, site.dialect(options.typography, formulas=math))
    return Body(text, content, separator, math, mermaid)


def render(
    article: Article,
    place: Place,
    options: Options,
    site: Site,
    *,
    modified: str,
    extras: Extras = NOTHING,
    below: Body | None = None,
) -> bytes:
    """Return the bytes of the post of `article` at `place`; `modified` is its `last_modified_at`, as it is written.

    `below` is its `body`, where that was made already.
    """
    below = below or body(article, place, options, site)
    about, separator = place.meta, below.separator
    own = site.excerpt_separator(place.shelf.label, place.path)
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
        "excerpt": excerpts.instead(below.content, below.text, separator),
        "excerpt_separator": separator if separator != own else "",
        # minima, the theme of GitHub Pages, escapes all of these but this one.
        "author": front_matter.inert(about.author),
        **themes.front_matter(
            site.theme, cover=_written(article.cover), math=below.math, mermaid=below.mermaid
        ),
        "icon": front_matter.inert(_written(article.icon)),
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
    return front_matter.dump(values, below.text).encode("utf-8", "replace")


def anchors(article: Article, options: Options, site: Site) -> dict[str, str]:
    """Return, by block id, the `id` of the element that shows the block in the post of `article`.

    Of all headings that have one, and of the other blocks that are linked to.
    """
    headings = {node.name: "" for node in written(article.body)} | fragments(
        article.body, site.dialect(options.typography)
    )
    places = {block: headings.get(name, name) for block, name in article.names.items()}
    return {block: place for block, place in places.items() if place}


def bare(page: Page, options: Options, extras: Extras) -> Page:
    """Return `page` without the cover and the icon that its post does not have, because something else is in their place."""
    taken = extras.values.keys() | options.front_matter.keys()
    return replace(
        page, cover=None if "image" in taken else page.cover, icon=None if "icon" in taken else page.icon
    )


def files(article: Article, extras: Extras = NOTHING) -> Mapping[str, File]:
    """Return path → file of everything that the post of `article` shows and the blog keeps, its cover included."""
    return {place.path.lstrip("/"): file for place, file in article.files.items()} | dict(extras.files)


def _written(url: Url | None) -> str:
    """Return an address as the front matter has it, a path without the base URL: themes add that."""
    return url.path if isinstance(url, SitePath) else str(url or "")


def modified(page: Page, options: Options, site: Site) -> str:
    """Return the edit time of `page` as `last_modified_at` has it."""
    return front_matter.stamp(page.edited.astimezone(options.zone or site.zone))


def left_out(paths: Iterable[str], site: Site) -> Iterator[Problem]:
    """Yield a warning for every item of `exclude:` that keeps files at `paths` out of the site: once, with one folder."""
    found: dict[str, str] = {}
    for path in paths:
        # Data files are read whatever is excluded.
        if not path.startswith("_data/") and (item := site.excluder(path)):
            found.setdefault(item, path.rpartition("/")[0] or "/")
    for item, folder in found.items():
        yield Problem(
            "warning",
            f"`exclude:` in {CONFIG} has “{item}”: what is published in {folder} is left out of the site, and nobody sees it.",
            hint=f"Take “{item}” out of `exclude:`, or publish to another folder.",
        )


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
