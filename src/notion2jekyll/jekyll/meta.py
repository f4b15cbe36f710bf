"""What a page's properties say about its post: its title, date, tags… and which property says what.

Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from notion2jekyll.convert import Style
from notion2jekyll.jekyll.keys import Constant, Origin, Role, Template, properties_of
from notion2jekyll.jekyll.shelves import Shelf
from notion2jekyll.jekyll.site import Site
from notion2jekyll.jekyll.values import Titles, moment, texts
from notion2jekyll.notion.model import File, Page, Property
from notion2jekyll.notion.properties import Value, related, value

ROLES: Final[Mapping[Role, tuple[frozenset[str], tuple[str, ...]]]] = {
    "title": (frozenset({"title"}), ()),
    "date": (
        frozenset({"date", "created_time"}),
        (
            "date", "published", "publish date", "published date", "publication date", "published on",
            "published at", "post date", "posted", "posted on", "release date", "entry date", "journal date",
            "day", "날짜", "작성일", "작성 일자", "작성일자", "작성 날짜", "작성일시", "게시일", "게시 날짜", "게시일자", "발행일", "발행 날짜",
            "공개일", "등록일", "일자", "일시", "日付", "公開日", "公開日時", "投稿日", "投稿日時", "掲載日", "作成日", "日時", "日期", "发布日期",
            "发布时间", "发表日期", "發佈日期", "發布日期", "發佈時間", "發表日期", "撰写日期",
        ),
    ),
    "tags": (
        frozenset({"multi_select", "select"}),
        (
            "tags", "tag", "keywords", "keyword", "topics", "topic", "labels", "label", "hashtags", "태그",
            "해시태그", "키워드", "주제", "タグ", "キーワード", "トピック", "标签", "標籤", "关键词", "关键字", "關鍵詞", "關鍵字",
        ),
    ),
    "categories": (
        frozenset({"multi_select", "select"}),
        (
            "categories", "category", "section", "분류", "카테고리", "범주", "カテゴリ", "カテゴリー", "分类", "分類", "类别", "類別",
            "栏目",
        ),
    ),
    "slug": (
        frozenset({"rich_text", "formula"}),
        (
            "slug", "permalink", "url slug", "url path", "handle", "슬러그", "퍼머링크", "スラッグ", "スラグ", "パーマリンク",
            "网址", "網址", "固定链接", "永久链接",
        ),
    ),
    "description": (
        frozenset({"rich_text", "formula"}),
        (
            "description", "summary", "excerpt", "subtitle", "abstract", "synopsis", "tldr", "tl;dr", "intro",
            "meta description", "seo description", "short description", "설명", "요약", "소개", "한줄 요약", "한 줄 요약",
            "한줄 소개", "한 줄 소개", "부제", "부제목", "개요", "발췌", "説明", "概要", "要約", "抜粋", "紹介", "サブタイトル", "ディスクリプション",
            "描述", "摘要", "简介", "簡介", "概述", "说明", "說明", "副标题", "副標題",
        ),
    ),
    "author": (
        frozenset({"people", "created_by", "rich_text", "select", "multi_select"}),
        (
            "author", "authors", "writer", "writers", "written by", "posted by", "by", "작성자", "저자", "글쓴이",
            "필자", "지은이", "著者", "作者", "執筆者", "筆者", "投稿者", "ライター", "撰稿人",
        ),
    ),
}  # fmt: skip
"""Role → the types of property that can play it, and the names, in lower case and the best first, under which people keep it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How posts are made; part of the configuration."""

    slug: Literal["unicode", "ascii", "id"] = "unicode"
    typography: Literal["site", "verbatim"] = "site"
    zone: ZoneInfo | None = None
    """Overrules the site's own time zone."""
    assets: str = "assets/notion"
    """Folder of the media, without slashes at its ends."""
    max_bytes: int = 30_000_000
    """Larger files are not copied."""
    external: bool = False
    """Whether pictures that Notion does not host are copied, too."""
    excerpt: str = "auto"
    """Where excerpts end: `auto`, `divider`, or the text of a paragraph."""
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    """Keys that every post gets, with fixed values; they win over everything but `notion_id`."""
    properties: Mapping[str, Origin | None] = field(default_factory=dict)
    """Role or other key → where its value comes from, in the order of the configuration; None: the key is not written."""
    keep: tuple[str, ...] | Literal["all"] = ()
    """Names of properties that are written under their own name."""
    marker: str = ""
    """The property that says which rows are published: no reader has to see it."""
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


ADDRESS: Final[tuple[Role, ...]] = ("title", "date", "slug", "categories")
"""The roles that say where a post is."""

UNKEPT: Final = frozenset({"email", "phone_number", "last_edited_time", "last_edited_by", "button"})
"""Types of property that `keep: all` leaves out; see `kept`."""


def roles(properties: Mapping[str, Property], options: Options) -> Mapping[Role, str]:
    """Return which property plays which role: by configuration, else by type and name; the title by type alone."""
    columns = tuple((name, prop.type) for name, prop in properties.items())
    given = tuple(
        (role, origin if isinstance(origin, str) else None)
        for role, origin in options.properties.items()
        if role in ROLES
    )
    return _roles(columns, given)


@lru_cache(maxsize=256)  # thousands of rows have the same columns
def _roles(
    columns: tuple[tuple[str, str], ...], given: tuple[tuple[str, str | None], ...]
) -> Mapping[Role, str]:
    """Return the same for properties with these names and types, and the roles that the configuration gives."""
    types, configured = dict(columns), dict(given)
    found: dict[Role, str] = {}
    for role, (kinds, names) in ROLES.items():
        if role in configured:
            name = configured[role]
            if name in types:
                found[role] = name
            continue
        candidates = [
            (names.index(plain) if plain in names else 0, name)
            for name, kind in columns
            if kind in kinds and ((plain := folded(name)) in names or not names)
        ]
        if candidates:
            found[role] = min(candidates)[1]
    if "date" not in found and "date" not in configured:
        # A source with a single date property leaves no doubt, whatever its name.
        dates = [name for name, kind in columns if kind == "date"]
        if len(dates) == 1:
            found["date"] = dates[0]
    return MappingProxyType(found)


def kept(properties: Mapping[str, Property], options: Options) -> tuple[str, ...]:
    """Return the properties that are to be written under their own name, in the order of the API.

    Where all are kept, those are left out that are in the post already, that say who is published, that change with
    every edit, and addresses and numbers of people, which have to be asked for by name.
    """
    if options.keep != "all":
        return tuple(name for name in properties if name in options.keep)
    said = {options.marker, *roles(properties, options).values()}
    for origin in options.properties.values():
        if not isinstance(origin, Template):
            said |= set(properties_of(origin))
    return tuple(name for name, prop in properties.items() if name not in said and prop.type not in UNKEPT)


def used(properties: Mapping[str, Property], options: Options) -> tuple[str, ...]:
    """Return the names of the properties that a post depends on, in the order of the API."""
    found = {*roles(properties, options).values(), *kept(properties, options)}
    for origin in options.properties.values():
        found |= set(properties_of(origin))
    return tuple(name for name in properties if name in found)


def named(page: Page, options: Options) -> frozenset[str]:
    """Return the ids of the pages whose titles the front matter of `page` may have in it."""
    names = used(page.properties, options)
    return frozenset(id_ for name in names for id_ in related(value(page.properties[name])))


def said(page: Page, options: Options) -> str:
    """Return a short text that changes with what the properties of `page` say that its post depends on.

    Not every change moves a page's edit time: not those of a formula, of a rollup, of a name of an option or person.
    """
    parts = []
    for name in used(page.properties, options):
        prop = page.properties[name]
        # As it is in a listing: what was asked for beside that is not there the next time.
        held = value(replace(prop, data=prop.listed) if prop.listed else prop)
        parts.append((name, repr(_stable(held))))
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:12] if parts else ""


def _stable(held: Value) -> object:
    """Return `held` without what is another one at each reading: the addresses of files that Notion hosts."""
    if isinstance(held, tuple):
        return [
            (item.key or item.url, item.name) if isinstance(item, File) else _stable(item) for item in held
        ]
    return held


@lru_cache(maxsize=1024)  # the same few names for each of thousands of pages
def folded(name: str) -> str:
    """Return `name` without what does not matter: case, `-` and `_` for spaces, and what is around it: `📅 Date:`."""
    words = " ".join(re.split(r"[\s_-]+", unicodedata.normalize("NFKC", name).casefold()))
    return re.sub(r"^[^\w]+|[^\w]+$", "", words)


def meta(page: Page, options: Options, site: Site, titles: Titles | None = None) -> Meta:
    """Return what the properties of `page` say about its post; `titles` are those of pages that relations name.

    The date is the date property's start, else the time the page was created, in the zone of the site.
    """
    zone = options.zone or site.zone
    playing = roles(page.properties, options)

    def held(role: Role) -> tuple[str, ...]:
        origin = options.properties.get(role)
        if isinstance(origin, Constant):
            return _names(origin.value)
        if isinstance(origin, Template):
            return tuple(filter(str.strip, [filled(origin, page, options, titles or {}, zone)]))
        prop = page.properties[playing[role]] if role in playing else None
        return texts(value(prop), titles or {}, zone, options.style.language) if prop else ()

    title, slug = (_line(", ".join(held(role))) for role in ("title", "slug"))
    date = value(page.properties[playing["date"]]) if "date" in playing else None
    return Meta(
        title=title,
        date=(moment(date, zone, site.zone) or page.created.astimezone(zone)).replace(microsecond=0),
        slug=slug or title,
        asked=bool(slug),
        tags=held("tags"),
        categories=_fixed(options, "categories") or held("categories"),
        description=_line(", ".join(held("description"))),
        author=", ".join(held("author")),
    )


def filled(template: Template, page: Page, options: Options, titles: Titles, zone: ZoneInfo) -> str:
    """Return the text of `template` for `page`; empty where all that it names is."""
    known = {
        name: ", ".join(texts(value(page.properties[name]), titles, zone, options.style.language))
        for name in template.names()
        if name in page.properties
    }
    return template.filled(known)


def _line(raw: str) -> str:
    """Return a text on one line; the wide space of Chinese, Japanese and Korean stays what it is."""
    return re.sub(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", raw).strip()


def _fixed(options: Options, key: str) -> tuple[str, ...]:
    """Return the names that the configuration fixes for every post under `key`; a text is split at spaces, as in Jekyll."""
    raw = options.front_matter.get(key)
    return (
        tuple(map(str, raw)) if isinstance(raw, list) else tuple(raw.split()) if isinstance(raw, str) else ()
    )


def _names(raw: Any) -> tuple[str, ...]:
    """Return a constant of the configuration as names: a list has one each."""
    return tuple(str(item) for item in (raw if isinstance(raw, list) else [raw]) if item not in (None, ""))
