"""What a page's properties say about its post: its title, date, tags… and which property says what.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from notion2jekyll.convert import Style
from notion2jekyll.jekyll.shelves import Shelf
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.model import Page, Property
from notion2jekyll.notion.properties import Period, value

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
    shelf: Shelf = field(default_factory=Shelf)
    """Where the pages of the source go."""
    addresses: Literal["keep", "follow"] = "keep"
    """Whether a post that is published keeps its address when its title or date changes."""
    unpublished: Literal["skip", "draft", "hidden"] = "skip"
    """What becomes of pages that are not published: nothing, a draft, or a post with `published: false`."""
    draft_key: bool = False
    """Whether `draft: true` or `draft: false` is written."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What a page's properties say about its post."""

    title: str
    date: datetime
    """In the zone of the site."""
    slug: str
    """What the author asked for, or the title; not yet made fit for a file name."""
    asked: bool = False
    """Whether the author asked for that slug, in a property of the page."""
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
        date=moment(values.get("date"), zone, site.zone) or page.created.astimezone(zone),
        slug=_line(values.get("slug")) or title,
        asked=bool(_line(values.get("slug"))),
        tags=_names(values.get("tags")),
        categories=_fixed(options, "categories") or _names(values.get("categories")),
        description=_line(values.get("description")),
        author=", ".join(_names(values.get("author"))),
    )


def moment(raw: object, zone: ZoneInfo, build: ZoneInfo | None = None) -> datetime | None:
    """Return the moment of a date property's value in `zone`, None for no date.

    A day is its first minute there; where the site is built in another zone, `build`, the first minute that is on that
    day in both, so that no reader sees it dated a day early.
    """
    start = raw.start if isinstance(raw, Period) else raw
    try:
        if isinstance(start, datetime):
            named = _zone(raw.zone if isinstance(raw, Period) else None) or zone
            return (start if start.tzinfo else start.replace(tzinfo=named)).astimezone(zone)
        if isinstance(start, date):
            # By way of UTC: times of one zone would be compared by the clock.
            firsts = [datetime.combine(start, time(), each).astimezone(UTC) for each in (zone, build or zone)]
            return max(firsts).astimezone(zone)
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
