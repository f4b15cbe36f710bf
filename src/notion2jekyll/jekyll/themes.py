"""What popular themes want to be written differently: a table, with nothing in it that their authors do not document.

The facts are from the documentation and the layouts of the themes: minima 2.5, Chirpy 5.3 to 7.4 ("Writing a New Post"),
Minimal Mistakes 4 ("Layouts", "Configuration") and al-folio 0.14 and 1 (its sample posts). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote

from notion2jekyll.markdown.nodes import Doc, Figure, Image, Paragraph, SitePath, Span, Text
from notion2jekyll.markdown.plain import is_blank
from notion2jekyll.markdown.walk import mapped

Name = Literal["minima", "chirpy", "minimal-mistakes", "al-folio"]


@dataclass(frozen=True, slots=True)
class Theme:
    """What a theme reads of a page. A key in front matter may lead into another: `header.image`."""

    post: str = "post"
    """The layout of a post."""
    page: str = "page"
    """The layout of a plain page."""
    cover: tuple[str, ...] = ("image",)
    """The keys that take the address of the cover; jekyll-seo-tag and jekyll-feed read `image` and `image.path`."""
    math: tuple[str, ...] = ()
    """The keys that are true on a page with formulas; where there are none, the theme needs none or typesets none."""
    mermaid: tuple[str, ...] = ()
    """The keys that are true on a page with a diagram in Mermaid."""
    dollars: bool = False
    """Whether text between single dollar signs is taken for a formula, wherever formulas are typeset."""
    handles_pictures: bool = False
    """Whether the theme works on each picture: it puts the base URL before its address, shows emphasis behind it as its
    caption, and moves it to the middle, where it is not of the class `normal`."""


THEMES: Final[Mapping[Name, Theme]] = {
    "minima": Theme(),
    "chirpy": Theme(
        # No `image.alt`: it stands under the picture as its caption.
        cover=("image.path",),
        math=("math",),
        mermaid=("mermaid",),
        dollars=True,
        handles_pictures=True,
    ),
    "minimal-mistakes": Theme(post="single", page="single", cover=("image", "header.image", "header.teaser")),
    "al-folio": Theme(cover=("image", "thumbnail"), mermaid=("mermaid.enabled",)),
}
"""Name → theme."""

_GEMS: Final[Mapping[str, Name]] = {
    "jekyll-theme-chirpy": "chirpy",
    "minimal-mistakes-jekyll": "minimal-mistakes",
    "minimal-mistakes": "minimal-mistakes",
    "al_folio_core": "al-folio",
    "al-folio": "al-folio",
}
"""The name of a gem, or of a repository → the theme in it."""
_WITHIN_TEXT: Final = frozenset({"notion-emoji", "notion-icon"})
"""The classes of pictures that stand in a line of text."""


def detected(config: Mapping[str, Any]) -> Theme:
    """Return the theme that `config`, a site's `_config.yml`, names as `theme` or `remote_theme`; of others, minima's."""
    named = str(config.get("remote_theme") or config.get("theme") or "")
    name = re.sub(r"@.*", "", named.rsplit("/", 1)[-1]).strip()
    return THEMES[_GEMS.get(name, "minima")]


def fitted(body: Doc, theme: Theme) -> Doc:
    """Return `body` with its pictures as `theme` wants them."""
    made: Doc = mapped(body, _handed_over) if theme.handles_pictures else body
    return made


def _handed_over(node: Any) -> Any:
    match node:
        case Image():
            url = quote(node.url.path) if isinstance(node.url, SitePath) else node.url
            look = tuple(
                (name, f"{value} normal" if value in _WITHIN_TEXT else value)
                for name, value in node.attributes
            )
            return replace(node, url=url, attributes=look)
        case Figure(Image() as picture, caption) if not is_blank(caption):
            return Paragraph((picture, Text(" "), Span("em", caption)))
    return node


def front_matter(theme: Theme, *, cover: str, math: bool, mermaid: bool) -> dict[str, Any]:
    """Return what is written for a page with `cover` (its address; empty for none), with formulas, or with diagrams."""
    found: dict[str, Any] = {}
    for wanted, keys, value in (
        (bool(cover), theme.cover, cover),
        (math, theme.math, True),
        (mermaid, theme.mermaid, True),
    ):
        for key in keys if wanted else ():
            *outer, last = key.split(".")
            at = found
            for name in outer:
                at = at.setdefault(name, {})
            at[last] = value
    return found
