"""What a post is: its properties, its place in the repository, its address on the blog, and its bytes.

Facts by experiment in GitHub Pages' own versions; see docs/architecture.md. Pure.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from anyascii import anyascii

from notion2jekyll.convert import Address, Article, Style
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import front_matter
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import (
    BlockNode,
    Container,
    Details,
    Doc,
    Inlines,
    List,
    Paragraph,
    Quote,
    Rule,
    SitePath,
    Toc,
)
from notion2jekyll.markdown.plain import visible
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.notion.model import File, Page, Property
from notion2jekyll.notion.properties import Period, value

POSTS: Final = "_posts/"
"""Jekyll's folder of posts."""

Role = Literal["title", "date", "tags", "categories", "slug", "description", "author"]
"""What a property can be to a post."""

ROLES: Final[Mapping[Role, tuple[frozenset[str], tuple[str, ...]]]] = {
    "title": (frozenset({"title"}), ()),
    "date": (
        frozenset({"date", "created_time"}),
        (
            "date",
            "published",
            "publish date",
            "published on",
            "published at",
            "날짜",
            "작성일",
            "게시일",
            "발행일",
            "일자",
            "日付",
            "公開日",
            "投稿日",
            "日期",
            "发布日期",
            "發佈日期",
        ),
    ),
    "tags": (
        frozenset({"multi_select", "select"}),
        ("tags", "tag", "keywords", "태그", "키워드", "タグ", "标签", "標籤"),
    ),
    "categories": (
        frozenset({"multi_select", "select"}),
        ("categories", "category", "분류", "카테고리", "범주", "カテゴリ", "カテゴリー", "分类", "分類"),
    ),
    "slug": (
        frozenset({"rich_text", "formula"}),
        ("slug", "permalink", "url slug", "슬러그", "スラッグ", "网址"),
    ),
    "description": (
        frozenset({"rich_text", "formula"}),
        (
            "description",
            "summary",
            "excerpt",
            "subtitle",
            "설명",
            "요약",
            "소개",
            "説明",
            "概要",
            "要約",
            "描述",
            "摘要",
        ),
    ),
    "author": (
        frozenset({"people", "created_by", "rich_text", "select"}),
        ("author", "authors", "writer", "작성자", "저자", "글쓴이", "著者", "作者", "執筆者"),
    ),
}
"""Role → the types of property that can play it, and the names, in lower case, under which people keep it."""

MAX_SLUG: Final = 80
"""Letters in a slug."""
MAX_SLUG_BYTES: Final = 180
"""Bytes in a slug: with date, id and `.md` a file name stays below the 255 bytes that file systems allow."""


@dataclass(frozen=True, slots=True)
class Options:
    """How posts are made; part of the configuration."""

    slug: Literal["unicode", "ascii", "id"] = "unicode"
    typography: Literal["site", "verbatim"] = "site"
    zone: ZoneInfo | None = None
    """Overrules the site's own time zone."""
    assets: str = "assets/notion"
    """Folder of the media, without slashes at its ends."""
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    """Keys that every post gets, with fixed values; they win over everything but `notion_id`."""
    properties: Mapping[Role, str | None] = field(default_factory=dict)
    """Role → name of the property that plays it; None: no property does."""
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True)
class Meta:
    """What a page's properties say about its post."""

    title: str
    date: datetime
    """In the zone of the site."""
    slug: str
    """What the author asked for, or the title; not yet made fit for a file name."""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    description: str = ""
    author: str = ""


def roles(properties: Mapping[str, Property], options: Options) -> Mapping[Role, str]:
    """Return which property plays which role: by configuration, else by type and name; the title by type alone."""
    found: dict[Role, str] = {}
    for role, (kinds, names) in ROLES.items():
        if role in options.properties:
            name = options.properties[role]
            if name is not None and name in properties:
                found[role] = name
            continue
        candidates = [
            (names.index(folded) if folded in names else 0, name)
            for name, prop in properties.items()
            if prop.type in kinds and ((folded := _folded(name)) in names or not names)
        ]
        if candidates:
            found[role] = min(candidates)[1]
    if "date" not in found and "date" not in options.properties:
        # A source with a single date property leaves no doubt, whatever its name.
        dates = [name for name, prop in properties.items() if prop.type == "date"]
        if len(dates) == 1:
            found["date"] = dates[0]
    return found


def _folded(name: str) -> str:
    return " ".join(
        unicodedata.normalize("NFKC", name).casefold().replace("_", " ").replace("-", " ").split()
    )


def meta(page: Page, options: Options, site: Site) -> Meta:
    """Return what the properties of `page` say about its post.

    The date is the date property's start, else the time the page was created, in the zone of the site.
    """
    zone = options.zone or site.zone
    values = {role: value(page.properties[name]) for role, name in roles(page.properties, options).items()}
    title = _line(values.get("title"))
    return Meta(
        title=title,
        date=moment(values.get("date"), zone) or page.created.astimezone(zone),
        slug=_line(values.get("slug")) or title,
        tags=_names(values.get("tags")),
        categories=_fixed(options, "categories") or _names(values.get("categories")),
        description=_line(values.get("description")),
        author=", ".join(_names(values.get("author"))),
    )


def moment(raw: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment of a date property's value in `zone`: a day is its first minute there. None for no date."""
    start = raw.start if isinstance(raw, Period) else raw
    try:
        if isinstance(start, datetime):
            named = _zone(raw.zone if isinstance(raw, Period) else None) or zone
            return (start if start.tzinfo else start.replace(tzinfo=named)).astimezone(zone)
        if isinstance(start, date):
            first = datetime.combine(start, time(), zone)
            first.astimezone(UTC)
            return first
    except OverflowError:
        # The first and the last day of the calendar have no time in every zone.
        return None
    return None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):  # an unknown zone is a KeyError
        return None


def _line(raw: object) -> str:
    """Return a text on one line; the wide space of Chinese, Japanese and Korean stays what it is."""
    return re.sub(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", raw).strip() if isinstance(raw, str) else ""


def _fixed(options: Options, key: str) -> tuple[str, ...]:
    """Return the names that the configuration fixes for every post under `key`; a text is split at spaces, as in Jekyll."""
    raw = options.front_matter.get(key)
    return (
        tuple(map(str, raw)) if isinstance(raw, list) else tuple(raw.split()) if isinstance(raw, str) else ()
    )


def _names(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        return (raw,) if raw.strip() else ()
    return (
        tuple(item for item in raw if isinstance(item, str) and item.strip())
        if isinstance(raw, tuple)
        else ()
    )


# Places --------------------------------------------------------------------------------------------------------------


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


def _own_permalink(place: Place) -> str | None:
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


# Content -------------------------------------------------------------------------------------------------------------


IDENTITY: Final = "notion_id"
"""The key that says which page a post is of."""
AUTOMATIC: Final = frozenset({"last_modified_at"})
"""Keys that change with every version of a post."""


def render(article: Article, place: Place, options: Options, site: Site, *, modified: str) -> bytes:
    """Return the bytes of the post of `article` at `place`; `modified` is its `last_modified_at`, as it is written."""
    about = place.meta
    cover = article.page.cover
    image = ""
    if cover is not None:
        image = "/" + asset_path(cover, options.assets) if cover.hosted else cover.url
        image = image if image.startswith(("/", "https://", "http://")) else ""
    body = serialize(article.body, site.dialect(options.typography))
    values: dict[str, Any] = {
        "layout": site.layout,
        "title": about.title,
        "date": about.date,
        "permalink": _own_permalink(place),
        "last_modified_at": front_matter.Stamp(modified) if modified else None,
        "categories": list(about.categories),
        "tags": list(about.tags),
        "description": about.description,
        "excerpt": excerpt(article.body, body),
        "author": about.author,
        "image": image,
    }
    values = {key: item for key, item in values.items() if item or key == "title"}
    values |= options.front_matter
    values["notion_id"] = article.page.id
    return front_matter.dump(values, body).encode("utf-8", "replace")


def excerpt(doc: Doc, body: str) -> str:
    """Return the excerpt to write in the front matter of `doc`, written as `body`; empty where Jekyll's own is right.

    Jekyll takes everything before the first blank line. Of a box, a list in HTML or code with blank lines that is half an
    element; of a line across the page, nothing to read. Then the first text of the page stands in for it, as HTML.
    """
    if not doc.children or (
        not isinstance(doc.children[0], Rule | Toc) and _in_one_piece(body.split("\n\n", 1)[0])
    ):
        return ""
    text = next((text for text in map(visible, _paragraphs(doc.children)) if text.strip()), "")
    return html.escape(" ".join(text.split()), quote=False)


def _in_one_piece(start: str) -> bool:
    """Return whether `start`, a body up to its first blank line, ends every fence and element that it begins with."""
    if fence := re.match(r"`{3,}", start):
        return start.count("\n") > 0 and start.rsplit("\n", 1)[1] == fence[0]
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


def files(article: Article, options: Options) -> Mapping[str, File]:
    """Return path → file of everything that the post of `article` shows and Notion hosts, its cover included."""
    found = {place.path.lstrip("/"): file for place, file in article.files.items()}
    cover = article.page.cover
    if cover is not None and cover.hosted:
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
        if place.meta.date.astimezone(UTC) > now
    )
