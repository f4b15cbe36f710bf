"""Where a page goes: its path in the repository and its address on the blog, settled before anything is converted.

A path follows the page's title and date, an address stays once it is published: where the two part, the post says its
address itself (`permalink`).

Facts by experiment in GitHub Pages' own versions; see docs/architecture.md. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal

from anyascii import anyascii

from notion2jekyll.convert import Address, Copy
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll.assets import asset_path, stem
from notion2jekyll.jekyll.meta import Meta, Options, meta
from notion2jekyll.jekyll.shelves import DRAFTS, POSTS, Shelf
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.notion.model import File, Page

MAX_SLUG: Final = 80
"""Letters in a slug."""
MAX_SLUG_BYTES: Final = 180
"""Bytes in a slug: with date, id and `.md` a file name stays below the 255 bytes that file systems allow."""

MAX_FORMER: Final = 20
"""How many addresses that a post once had are remembered, the latest ones."""

RESERVED: Final = frozenset(
    {"index", "404", "readme", "license", "contributing", "con", "prn", "aux", "nul"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)}
)
"""Names that mean something to Jekyll, GitHub or Windows where no date stands before them."""


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


def address(path: str, about: Meta, site: Site, shelf: Shelf = POSTS, template: str = "") -> str:
    """Return the address that Jekyll gives the file at `path`: starts with `/`, not percent-encoded; empty for none.

    `template` is what the file itself says of its address, in place of the site. Templates and placeholders:
    jekyllrb.com/docs/permalinks, Jekyll's drops/url_drop.rb and page.rb.
    """
    # The zone of the build: that of the site, whatever zone the date is written in.
    return _address(path, about, about.date.astimezone(site.zone), site, shelf, template)


def told(path: str, metadata: Mapping[str, Any], site: Site, shelf: Shelf) -> str:
    """Return the address of the file at `path` as its front matter tells it, empty where it has none or none is known."""
    permalink = metadata.get("permalink")
    if isinstance(permalink, str) and permalink.startswith("/") and _can_be_said(permalink):
        return permalink
    day = _moment(metadata.get("date"))
    if metadata.get("published") is False or day is None:
        return ""
    site = replace(site, category=str(metadata.get("category") or site.category))
    about = Meta("", day, "", categories=_categories(metadata))
    return address(path, about, site, shelf, permalink if isinstance(permalink, str) else "")


def _moment(raw: object) -> datetime | None:
    """Return the time that a front matter says: as `front_matter.stamp` writes it, or as YAML reads others."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw.replace(" +", "+").replace(" -", "-"))
        except ValueError:
            return None
    if not isinstance(raw, datetime):
        return None
    return raw if raw.tzinfo else raw.replace(tzinfo=UTC)


def _address(path: str, about: Meta, day: datetime, site: Site, shelf: Shelf, template: str = "") -> str:
    """Return the address of `path` with its parts of a date told by `day`."""
    name = path.rsplit("/", 1)[-1].removesuffix(".md")
    inside = path.removeprefix(shelf.path("", site.collections_dir)).lstrip("/").removesuffix(".md")
    if shelf.kind == "data" or (
        shelf.kind == "collection"
        and not (shelf.label in site.collections and site.collections[shelf.label].output)
    ):
        return ""
    if shelf.kind == "pages":
        fields = {"path": path.rpartition("/")[0], "basename": name, "output_ext": ".html"}
        return _filled(template or site.template("pages", path), fields)
    dated = shelf.kind == "posts"
    # Jekyll takes a date off the name of any document.
    slug = _jekyll_slug(re.sub(r"^\d{2,4}-\d{1,2}-\d{1,2}-", "", name))
    given = site.given(shelf.label, path)
    own = (
        (site.categories, site.category) if dated else (_categories(given), str(given.get("category") or ""))
    )
    # Jekyll sees a category in lower case and drops repetitions.
    names = dict.fromkeys(filter(None, (*own[0], *about.categories, own[1])))
    fields = {
        "categories": "/".join(dict.fromkeys(map(_lower, names))),
        "slugified_categories": "/".join(dict.fromkeys(map(_jekyll_slug, names))),
        "title": slug, "slug": slug, "name": _jekyll_slug(name), "output_ext": ".html", "collection": shelf.label,
        "path": name if dated else inside,
    }  # fmt: skip
    own_template = site.permalink if dated else site.template(shelf.label, path)
    return _filled(template or own_template, fields, day)


_OF_DAY: Final[Mapping[str, Callable[[datetime], str]]] = {
    "year": lambda day: f"{day.year:04}",
    "month": lambda day: f"{day.month:02}",
    "day": lambda day: f"{day.day:02}",
    "i_month": lambda day: str(day.month),
    "i_day": lambda day: str(day.day),
    "short_year": lambda day: f"{day:%y}",
    "y_day": lambda day: f"{day:%j}",
    "hour": lambda day: f"{day:%H}",
    "minute": lambda day: f"{day:%M}",
    "second": lambda day: f"{day:%S}",
    "week": lambda day: f"{day:%V}",
    "short_day": lambda day: f"{day:%a}",
    "long_day": lambda day: f"{day:%A}",
    "short_month": lambda day: f"{day:%b}",
    "long_month": lambda day: f"{day:%B}",
    "w_year": lambda day: f"{day.isocalendar().year:04}",
    "w_day": lambda day: f"{day:%u}",
}
"""Placeholder → what it tells of a date. Most templates ask for three, of every page each time."""


def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(char.lower() for char in text)  # by character: Ruby has no final sigma


def _categories(given: Mapping[str, Any]) -> tuple[str, ...]:
    raw = given.get("categories")
    return (
        tuple(raw.split()) if isinstance(raw, str) else tuple(map(str, raw)) if isinstance(raw, list) else ()
    )


def _filled(template: str, fields: Mapping[str, str], day: datetime | None = None) -> str:
    def value(key: str) -> str | None:
        return _OF_DAY[key](day) if day and key in _OF_DAY else fields.get(key)

    def filled(found: re.Match[str]) -> str:
        whole = value(found[1])
        if whole is not None:
            return whole
        part = value(found[1].removesuffix("_"))
        return (found[0] if part is None else part) + "_" * found[1].endswith("_")

    whole = "/" + re.sub(r":([a-z_]+)", filled, template)
    return re.sub(r"/+", "/", whole.replace("..", "/").replace("./", ""))


@lru_cache(65_536)
def _jekyll_slug(text: str) -> str:
    return re.sub(r"-+", "-", "".join(char if _is_alnum(char) else "-" for char in _lower(text))).strip("-")


def _is_alnum(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind[0] in "LM" or kind == "Nd"


def _can_be_said(url: str) -> bool:
    """Return whether a post can say its address `url` itself: a colon would be a placeholder, a percent sign be decoded."""
    return not re.search(r":[a-z_]|%", url)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is."""

    path: str
    url: str
    """The address without the base URL, not percent-encoded; empty where the page has none: drafts, data, and collections
    that the site does not put out."""
    meta: Meta
    shelf: Shelf = POSTS
    permalink: str | None = None
    """The address, where the post has to say it itself: it is kept from another title, or Jekyll's versions disagree."""
    former: tuple[str, ...] = ()
    """Addresses that the post had before, the latest last."""
    redirects: tuple[str, ...] = ()
    """Those of them that are to lead to it: no other page has them now."""
    live: bool = True
    """Whether the page is published; else it is a draft or hidden."""
    last: str = ""
    """The address, or where it has none now, the one that it had last."""
    template: str = ""
    """The kind of page and the template that addresses had when the page got this one."""


@dataclass(frozen=True, slots=True)
class Held:
    """Where the post of a page was when it was written last."""

    path: str
    url: str = ""
    """The address that it has, or had last; empty where it never had one, or none is known."""
    former: tuple[str, ...] = ()
    template: str = ""
    """See `Place.template`; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Index:
    """Where everything is, known before anything is converted; what conversion asks for links."""

    places: Mapping[str, Place]
    """Page id → place of every page that is written."""
    titles: Mapping[str, str]
    """Page id → title of every page of the source."""
    assets: str
    """Folder of the media."""
    external: bool = False
    """Whether pictures that Notion does not host are kept on the blog, too."""
    copies: Mapping[str, Copy] = field(default_factory=dict)
    """The stem of a path → the copy that is or will be there, as far as it is known."""
    elsewhere: Mapping[str, str | None] = field(default_factory=dict)
    """Page id → address of the pages whose post is not where it belongs (a person edited it, or it could not be written),
    so that no link leads to nothing; None where there is no post."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Page id → title of every page that a relation may name: those of the source, and pages outside that are known."""
    anchors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Page id → block id → the `id` of its element in the post, as far as it is known; empty where there is no such block."""

    def page(self, page_id: str) -> Address | None:
        """Return the title and address of a page of the source, None for any other page."""
        if page_id not in self.titles:
            return None
        url = self._url(page_id)
        return Address(self.titles[page_id], SitePath(url) if url else None, self.anchors.get(page_id, {}))

    def _url(self, page_id: str) -> str | None:
        place = self.places.get(page_id)
        return self.elsewhere.get(page_id, place.url if place and place.live else None)

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        """Return the copy of `file`, shown as a `picture` or otherwise; None where it stays at its own address."""
        if not (file.hosted or (self.external and picture)):
            return None
        path = asset_path(file, self.assets)
        return self.copies.get(stem(path)) or Copy(SitePath(f"/{path}"), known=False)

    def links(self, targets: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return (address, title) of each of `targets` (`page id`, `page id#block id`), as the state remembers them."""
        return {target: self._link(*target.partition("#")[::2]) for target in targets}

    def _link(self, page_id: str, block: str) -> tuple[str, str]:
        # The title of a page that is not published stays out of what is committed.
        url = self._url(page_id)
        fragment = self.anchors.get(page_id, {}).get(block)
        return (f"{url}#{fragment}" if fragment else url, self.titles[page_id]) if url else ("", "")


@dataclass(frozen=True, slots=True)
class Written:
    """A page that is to be written, and how."""

    page: Page
    options: Options
    live: bool = True
    """Whether it is published; else it becomes a draft or is hidden."""


def index(
    written: Iterable[Written],
    titles: Mapping[str, str],
    site: Site,
    *,
    held: Mapping[str, Held],
    paths: Collection[str] = (),
    reserved: Collection[str] = (),
    occupied: Collection[str] = (),
    assets: str = "assets/notion",
    related: Mapping[str, str] | None = None,
) -> Index:
    """Return where every page of `written` goes; `titles` has those of all pages of the sources, by id.

    Two pages that would share a file or an address get two, for good: whoever is there already (`held`, by page id)
    stays, then the older one comes first; the other's name gets the first digits of its id. `paths` are the files of the
    site, whose own pages keep their addresses; `reserved` and `occupied` are the paths and addresses of posts that stay
    though their page is not written. `related` has the titles of pages outside that relations name, as far as they are
    known.
    """
    names = {**(related or {}), **titles}
    wishes = _one_each(_wish(one, site, held.get(one.page.id), names) for one in written)
    # A file in the very place of ours is told as a conflict; nothing goes beside it in silence.
    meant = {wish.paths[0].casefold() for wish in wishes}
    strangers = (path for path in paths if path.casefold() not in meant)
    theirs = frozenset(map(_plain_address, ("/", "/404.html", *_site_pages(strangers, site), *occupied)))
    urls = {*theirs, *(_plain_address(wish.frozen) for wish in wishes if wish.frozen)}
    used = {path.casefold() for path in reserved}
    places: dict[str, Place] = {}
    for wish in wishes:
        place = _place(wish, used, urls)
        used.add(place.path.casefold())
        urls.add(_plain_address(place.url))
        places[wish.written.page.id] = place
    current = theirs | {_plain_address(place.url) for place in places.values()}
    owners = _owners(wishes, places)
    found = {
        page: _with_former(
            place, [url for url in place.former if owners.get(_plain_address(url)) == page], current, site
        )
        for page, place in places.items()
    }
    return Index(found, titles, assets, names=names)


def _owners(wishes: Iterable[_Wish], places: Mapping[str, Place]) -> dict[str, str]:
    """Return whose each address is that was left: of the page that has it now, else of the youngest that had it."""
    owners: dict[str, str] = {}
    for wish in sorted(wishes, key=lambda wish: (wish.written.page.created, wish.written.page.id)):
        page = wish.written.page.id
        owners |= dict.fromkeys(map(_plain_address, places[page].former), page)
    return owners | {_plain_address(place.url): page for page, place in places.items() if place.url}


def _with_former(place: Place, former: Sequence[str], current: Collection[str], site: Site) -> Place:
    """Return `place` with the addresses that it left, of which those lead to it that nothing else has."""
    leads = site.redirects and place.url
    redirects = tuple(url for url in former if _plain_address(url) not in current) if leads else ()
    return replace(place, former=tuple(former), redirects=redirects)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where one page would like to go."""

    written: Written
    about: Meta
    held: Held | None
    site: Site
    """With the category that the configuration fixes for the page, if it does."""
    fixed: str
    """The template that the configuration fixes for the page; empty for none."""
    paths: tuple[str, ...]
    """The best first; the last is never taken."""
    frozen: str | None
    """The address that the page keeps; None where it gets the one that follows from its path."""

    def url(self, path: str) -> str:
        """Return the address at `path` as the author means it, the day told by the author's own zone; empty for none."""
        if not self.written.live:
            return ""
        return _address(path, self.about, self.about.date, self.site, self.written.options.shelf, self.fixed)

    @property
    def template(self) -> str:
        """Return the kind of page and the template of its address."""
        shelf = self.written.options.shelf
        own = self.site.permalink if shelf.kind == "posts" else self.site.template(shelf.label, self.paths[0])
        return f"{shelf.label} {self.fixed or own}"

    @property
    def moved(self) -> bool:
        """Return whether the site has another template for such pages than when the page got its address."""
        before = self.held.template if self.held else ""
        same_kind = before.split(" ")[0] == self.written.options.shelf.label
        return same_kind and before != self.template


def _wish(written: Written, site: Site, held: Held | None, names: Mapping[str, str]) -> _Wish:
    options = written.options
    about = meta(written.page, options, site, names)
    permalink = options.front_matter.get("permalink")
    fixed = permalink if isinstance(permalink, str) else ""
    told = replace(site, category=str(options.front_matter.get("category") or site.category))
    wish = _Wish(written, about, held, told, fixed, _paths(written, about, site), None)
    if held is None or not held.url or options.addresses == "follow" or wish.moved:
        return wish
    # A slug that the author asks for is a wish for another address; the one that the post has already is none.
    asked = about.asked and _segment(held.url) not in map(_segment, map(wish.url, wish.paths))
    natural = wish.url(wish.paths[0])
    return wish if asked or not natural or not _can_be_said(held.url) else replace(wish, frozen=held.url)


def _one_each(wishes: Iterable[_Wish]) -> list[_Wish]:
    """Return `wishes`, the first to be granted first, with each address kept by one page only.

    Two can have had one in turn: a post that a person deleted leaves its address to others, and may come back.
    """
    owners: dict[str, str] = {}
    found = []
    for wish in sorted(wishes, key=_precedence):
        page = wish.written.page.id
        if wish.frozen and owners.setdefault(_plain_address(wish.frozen), page) != page:
            wish = replace(wish, frozen=None)
        found.append(wish)
    return found


def _precedence(wish: _Wish) -> tuple[bool, datetime, str]:
    own = wish.held.path if wish.held else None
    return own not in wish.paths, wish.written.page.created, wish.written.page.id


def _place(wish: _Wish, used: Collection[str], urls: Collection[str]) -> Place:
    """Return where the page of `wish` goes while `used` paths and `urls` are taken."""
    held = wish.held or Held("")

    def has_room(path: str) -> bool:
        url = "" if wish.frozen is not None else wish.url(path)
        return not url or _plain_address(url) not in urls

    # A place of one's own first; a template that tells no posts apart leaves them all at one address.
    free = sorted((path for path in wish.paths if path.casefold() not in used), key=held.path.__ne__)
    path = next(filter(has_room, free), free[0])
    url = wish.frozen or wish.url(path)
    left = (held.url,) if held.url and url else ()
    former = dict.fromkeys(each for each in (*held.former, *left) if each != url)
    return Place(
        path,
        url,
        wish.about,
        wish.written.options.shelf,
        permalink=_said(path, url, wish),
        former=tuple(former)[-MAX_FORMER:],
        live=wish.written.live,
        last=url or held.url,
        template=wish.template if url else held.template,
    )


def _said(path: str, url: str, wish: _Wish) -> str | None:
    """Return the address to write into the post: where Jekyll would give it another one, or its versions disagree.

    Jekyll 4 keeps the marks of Indian scripts and others in an address, Jekyll 3, which GitHub Pages runs, makes hyphens
    of many.
    """
    marks = any(unicodedata.category(char)[0] == "M" for char in path)
    same = url == address(path, wish.about, wish.site, wish.written.options.shelf, wish.fixed)
    return url if url and _can_be_said(url) and (marks or not same) else None


def _segment(url: str) -> str:
    """Return the last part of an address, which most often stands for the title."""
    return _plain_address(url).rsplit("/", 1)[-1]


def _paths(written: Written, about: Meta, site: Site) -> tuple[str, ...]:
    """Return where the file of a page would go, and where it goes if that is taken; the last is never taken."""
    options, digits = written.options, written.page.id.replace("-", "")
    draft = not written.live and options.shelf.kind == "posts" and options.unpublished == "draft"
    shelf = DRAFTS if draft else options.shelf
    dated = shelf.kind == "posts" and not draft
    slug = slugify(about.slug, options.slug, written.page.id)
    stem = f"{about.date.date().isoformat()}-{slug}" if dated else slug
    stems = [stem, f"{stem}-{digits[:8]}", f"{stem}-{digits}"]
    if slug in RESERVED and not dated:
        stems = stems[1:]
    return tuple(shelf.path(f"{stem}.md", site.collections_dir) for stem in stems)


def _plain_address(url: str) -> str:
    """Return `url` so that addresses that a site takes for the same are equal: `/about`, `/about/`, `/about.html`."""
    return (
        unicodedata.normalize("NFC", url)
        .casefold()
        .removesuffix("index.html")
        .removesuffix(".html")
        .rstrip("/")
    )


def _site_pages(paths: Iterable[str], site: Site) -> Iterator[str]:
    """Yield the addresses of the site's own pages and posts, as far as their file names tell."""
    posts = POSTS.path("", site.collections_dir)
    for path in paths:
        stem, _, extension = path.rpartition(".")
        if extension not in ("md", "markdown", "html"):
            continue
        # Many themes keep pages in `_pages`, which their `include:` adds.
        page = stem.removeprefix("_pages/")
        if not re.search(r"(^|/)[_.]", page):
            yield f"/{page.removesuffix('index')}"
        elif dated := re.fullmatch(rf"{re.escape(posts)}/(?:[^_][^/]*/)*(\d{{4}}-\d\d-\d\d)-[^/]+", stem):
            try:
                day = datetime.fromisoformat(dated[1]).replace(hour=12, tzinfo=site.zone)
            except ValueError:
                continue
            yield address(f"{posts}/{stem.rsplit('/', 1)[-1]}.md", Meta("", day, ""), site)


def shared(places: Mapping[str, Place]) -> tuple[Problem, ...]:
    """Return a warning for every post at an address that another post has too: Jekyll would show but one of them."""
    owners: dict[str, str] = {}
    found: list[Problem] = []
    for page, place in sorted(places.items()):
        if not place.url:
            continue
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
