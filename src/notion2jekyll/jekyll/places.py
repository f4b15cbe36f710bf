"""Where a post goes: its path in the repository and its address on the blog, settled before anything is converted.

Facts by experiment in GitHub Pages' own versions; see docs/architecture.md. Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from anyascii import anyascii

from notion2jekyll.convert import Address
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll.meta import Meta, Options, meta
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.notion.model import File, Page

POSTS: Final = "_posts/"
"""Jekyll's folder of posts."""

MAX_SLUG: Final = 80
"""Letters in a slug."""
MAX_SLUG_BYTES: Final = 180
"""Bytes in a slug: with date, id and `.md` a file name stays below the 255 bytes that file systems allow."""


def slugify(text: str, policy: Literal["unicode", "ascii", "id"], page_id: str) -> str:
    """Return the part of a post's file name that stands for its title: letters and digits in groups, NFC, lower case.

    Falls back to the first 8 digits of the page id where nothing is left (a title of emoji alone: Jekyll would publish
    it at `/.html`).
    """
    fallback = page_id.replace("-", "")[:8]
    if policy == "id":
        return page_id.replace("-", "")
    if policy == "ascii":
        text = anyascii(text)
    # Variation selectors choose the look of an emoji or ideograph; they would be an invisible part of the name.
    text = re.sub("[\u180b-\u180d\ufe00-\ufe0f\u20dd-\u20e4\U000e0100-\U000e01ef]", "", text)
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    words = "".join(
        char if unicodedata.category(char)[0] in "LM" or char.isdecimal() else " " for char in text
    ).split()
    # A mark without its letter would join the hyphen before it.
    slug = "-".join(filter(None, map(_without_loose_marks, words)))[:MAX_SLUG].rstrip("-")
    while len(slug.encode()) > MAX_SLUG_BYTES:
        slug = slug[:-1].rstrip("-")
    return unicodedata.normalize("NFC", slug) or fallback


def _without_loose_marks(word: str) -> str:
    while word and unicodedata.category(word[0])[0] == "M":
        word = word[1:]
    return word


def asset_path(file: File, folder: str) -> str:
    """Return where the copy of `file` is kept: told by its stable key alone, so equal files are stored once.

    The name is ASCII (names in other scripts depend on the file system's Unicode form) and starts with a digit or
    letter of the key (Jekyll copies no name that starts with `_`, `.` or `#`).
    """
    key = hashlib.sha256(file.key.encode()).hexdigest()[:12]
    stem, dot, extension = file.name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", extension):
        stem, extension = file.name, ""
    if extension.lower() in ("md", "markdown", "mkd", "mkdn"):
        # GitHub Pages makes a page of every Markdown file it finds.
        extension += ".txt"
    words = re.findall(r"[a-z0-9]+", anyascii(stem).lower())
    name = "-".join([key, *words])[:60].rstrip("-")
    return f"{folder}/{name}" + (f".{extension.lower()}" if extension else "")


def address(path: str, meta: Meta, site: Site) -> str:
    """Return the address that Jekyll gives the post at `path`: starts with `/`, not percent-encoded."""
    name = path.rsplit("/", 1)[-1].removesuffix(".md")
    slug = _jekyll_slug(name[len("2026-11-20-") :])
    # The zone of the build: that of the site, whatever zone the date is written in.
    day = meta.date.astimezone(site.zone)
    # Jekyll sees a category in lower case and drops repetitions.
    names = dict.fromkeys(filter(None, (*site.categories, *meta.categories, site.category)))
    fields = {
        "categories": "/".join(dict.fromkeys(category.lower() for category in names)),
        "slugified_categories": "/".join(dict.fromkeys(map(_jekyll_slug, names))),
        "year": f"{day.year:04}", "month": f"{day:%m}", "day": f"{day:%d}",
        "i_month": str(day.month), "i_day": str(day.day), "short_year": f"{day:%y}", "y_day": f"{day:%j}",
        "hour": f"{day:%H}", "minute": f"{day:%M}", "second": f"{day:%S}",
        "week": f"{day:%V}", "short_day": f"{day:%a}", "long_day": f"{day:%A}", "short_month": f"{day:%b}",
        "long_month": f"{day:%B}", "w_year": f"{day.isocalendar().year:04}", "w_day": f"{day:%u}",
        "title": slug, "slug": slug, "name": _jekyll_slug(name), "output_ext": ".html", "collection": "posts", "path": name,
    }  # fmt: skip

    def filled(found: re.Match[str]) -> str:
        key = found[1]
        return (
            fields[key]
            if key in fields
            else fields.get(key.removesuffix("_"), found[0]) + "_" * key.endswith("_")
        )

    whole = "/" + re.sub(r":([a-z_]+)", filled, site.permalink)
    return re.sub(r"/+", "/", whole.replace("..", "/").replace("./", ""))


def _jekyll_slug(text: str) -> str:
    return re.sub(r"-+", "-", "".join(char if _is_alnum(char) else "-" for char in text)).strip("-").lower()


def _is_alnum(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind[0] in "LM" or kind == "Nd"


def own_permalink(place: Place) -> str | None:
    """Return the address to write into the post itself: where Jekyll's versions disagree about it.

    Jekyll 4 keeps the marks of Indian scripts and others in an address, Jekyll 3, which GitHub Pages runs, makes hyphens
    of many. In an address a colon would be a placeholder, and a percent sign be decoded.
    """
    marks = any(unicodedata.category(char)[0] == "M" for char in place.path)
    return place.url if marks and not re.search(r":[a-z_]|%", place.url) else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a published page is."""

    path: str
    url: str
    """The address without the base URL, not percent-encoded."""
    meta: Meta


@dataclass(frozen=True, slots=True)
class Index:
    """Where everything is, known before anything is converted; what conversion asks for links."""

    places: Mapping[str, Place]
    """Page id → place of every published page."""
    titles: Mapping[str, str]
    """Page id → title of every page of the source."""
    assets: str
    elsewhere: Mapping[str, str | None] = field(default_factory=dict)
    """Page id → address of the pages whose post is not where it belongs (a person edited it, or it could not be written),
    so that no link leads to nothing; None where there is no post."""

    def page(self, page_id: str) -> Address | None:
        """Return the title and address of a page of the source, None for any other page."""
        if page_id not in self.titles:
            return None
        url = self._url(page_id)
        return Address(self.titles[page_id], SitePath(url) if url else None)

    def _url(self, page_id: str) -> str | None:
        place = self.places.get(page_id)
        return self.elsewhere.get(page_id, place.url if place else None)

    def file(self, file: File) -> SitePath:
        """Return where the copy of `file` will be."""
        return SitePath("/" + asset_path(file, self.assets))

    def links(self, page_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return (address, title) of each of `page_ids`, as the state remembers them."""
        return {page_id: self._link(page_id) for page_id in page_ids}

    def _link(self, page_id: str) -> tuple[str, str]:
        # The title of a page that is not published stays out of what is committed.
        url = self._url(page_id)
        return (url, self.titles[page_id]) if url else ("", "")


def index(
    published: Sequence[Page],
    everything: Iterable[Page],
    options: Options,
    site: Site,
    *,
    held: Mapping[str, str],
    paths: Collection[str] = (),
    reserved: Collection[str] = (),
) -> Index:
    """Return where every page of `published` goes.

    Two pages that would share a file or an address get two, for good: whoever is there already (`held`: page id → path)
    stays, then the older one comes first; the other's name gets the first digits of its id. `paths` are the files of the
    site, whose own pages keep their addresses; `reserved` are paths of posts that are no longer published and stay.
    """
    permalink = options.front_matter.get("permalink")
    if isinstance(permalink, str) and permalink:
        site = replace(site, permalink=permalink)
    metas = {page.id: meta(page, options, site) for page in published}
    wishes = {page.id: _wishes(page, metas[page.id], options) for page in published}
    places: dict[str, Place] = {}
    used = {path.casefold() for path in reserved}
    visited = {_plain_address(url) for url in ("/", "/404.html", *_site_pages(paths))}
    for page in sorted(
        published, key=lambda page: (held.get(page.id) not in wishes[page.id], page.created, page.id)
    ):
        about, own = metas[page.id], held.get(page.id)
        free = [path for path in wishes[page.id] if path.casefold() not in used]
        # A place of one's own first; a template that tells no posts apart leaves them all at one address.
        path = min(
            free, key=lambda path: (_plain_address(address(path, about, site)) in visited, path != own)
        )
        url = address(path, about, site)
        used.add(path.casefold())
        visited.add(_plain_address(url))
        places[page.id] = Place(path, url, about)
    titles = {page.id: meta(page, options, site).title for page in everything}
    return Index(places, titles, options.assets)


def _plain_address(url: str) -> str:
    """Return `url` so that addresses that a site takes for the same are equal: `/about`, `/about/`, `/about.html`."""
    return (
        unicodedata.normalize("NFC", url)
        .casefold()
        .removesuffix("index.html")
        .removesuffix(".html")
        .rstrip("/")
    )


def _site_pages(paths: Iterable[str]) -> Iterator[str]:
    """Yield the addresses of the site's own pages, as far as their file names tell."""
    for path in paths:
        stem, _, extension = path.rpartition(".")
        if extension in ("md", "markdown", "html") and not re.search(r"(^|/)[_.]", path):
            yield f"/{stem.removesuffix('index')}"


def shared(places: Mapping[str, Place]) -> tuple[Problem, ...]:
    """Return a warning for every post at an address that another post has too: Jekyll would show but one of them."""
    owners: dict[str, str] = {}
    found: list[Problem] = []
    for page, place in sorted(places.items()):
        other = owners.setdefault(_plain_address(place.url), page)
        if other != page:
            found.append(
                Problem(
                    "warning",
                    f"“{place.meta.title}” and “{places[other].meta.title}” have one address, {place.url}: readers see only one.",
                    page=page,
                    hint="Give the site's `permalink` a `:title`.",
                )
            )
    return tuple(found)


def _wishes(page: Page, about: Meta, options: Options) -> tuple[str, ...]:
    """Return where the post of `page` would go, and where it goes if that is taken; the last is never taken."""
    stem = f"{POSTS}{about.date.date().isoformat()}-{slugify(about.slug, options.slug, page.id)}"
    digits = page.id.replace("-", "")
    return f"{stem}.md", f"{stem}-{digits[:8]}.md", f"{stem}-{digits}.md"
