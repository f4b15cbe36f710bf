"""Notion's objects as this program sees them; raw JSON becomes these at the border and is never seen again.

Shapes follow Notion-Version 2026-03-11 (developers.notion.com/reference). Notion adds block types, mention kinds and
fields at any time, on every version, so every enumeration here is open and every reader tolerates what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from notion2jekyll.errors import Problem

Json = Mapping[str, Any]
"""A JSON object as the API returns it."""

MARKS = ("bold", "italic", "strikethrough", "underline", "code")
"""The annotations of rich text that are on or off."""

CHILDLESS = frozenset({"child_page", "child_database", "unsupported", "link_to_page"})
"""Block types whose children are never asked for: another page's body, or an error (400) from the API."""


def as_object(raw: Any) -> Json:
    """Return `raw` where it is a JSON object, an empty one for anything else."""
    return (
        raw if isinstance(raw, (dict, Mapping)) else {}
    )  # what it nearly always is comes first: that is looked up fast


def as_text(raw: Any) -> str:
    """Return `raw` where it is a text, an empty one for anything else.

    Halves of surrogate pairs, which no file can hold, are joined or become U+FFFD: Notion may cut an emoji in two.
    """
    if not isinstance(raw, str):
        return ""
    return raw if raw.isascii() else raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def expires(url: str) -> bool:
    """Return whether `url` is signed for a while: a file in Notion's storage, or Notion's own copy of that address."""
    return "X-Amz-Signature=" in url or ("expirationTimestamp=" in url and "signature=" in url)


def normal_id(text: str) -> str:
    """Return the id `text` (32 hex digits, dashed or not) in the dashed lower-case form; other text as it is."""
    if _ID.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        return text


_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form in which Notion gives nearly all ids."""


def is_id(text: str) -> bool:
    """Return whether `text` is an id in the dashed lower-case form."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of rich text with one set of marks."""

    text: str
    """What Notion shows (`plain_text`); for an equation its TeX."""
    kind: str = "text"
    """`text`, `equation`, or the kind of mention: user, date, page, database, link_preview, link_mention,
    template_mention, custom_emoji; an open set."""
    marks: frozenset[str] = frozenset()
    """Those of `MARKS` that are on."""
    color: str = "default"
    """A colour name, or one with `_background`."""
    href: str | None = None
    """Where the run points, as Notion gives it: absolute, or relative to Notion (`/32hex#32hex`)."""
    target: str | None = None
    """The dashed id of the page or database that is mentioned."""
    data: Json = field(default_factory=dict)
    """The rest of a mention (a date's start and end, an emoji's url)."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to pickle it; see `Block`."""
        return Run, _of_run(self)


_of_run: Final = attrgetter(*(each.name for each in fields(Run)))

RichText = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page shows: hosted by Notion under an address that expires, or anywhere else."""

    url: str
    hosted: bool
    """True where Notion hosts it and `url` stops working within the hour."""
    name: str = ""
    """The file's name as the author knows it; may be empty, may lack an extension."""
    key: str = ""
    """For hosted files: the part of the address that survives re-signing (space, file id and name), with no query."""
    expires: datetime | None = None
    """When `url` stops working (UTC), for hosted files."""


@dataclass(frozen=True, slots=True)
class Icon:
    """The icon of a page, callout or tab."""

    emoji: str = ""
    """The emoji, or empty."""
    file: File | None = None
    """A picture: uploaded, external or a custom emoji."""
    name: str = ""
    """The name of a custom emoji, or of one of Notion's own icons (no picture is given for those)."""
    color: str = ""
    """The colour of one of Notion's own icons."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its children."""

    id: str
    type: str
    """An open set; see docs/blocks.md."""
    data: Json = field(default_factory=dict)
    """What the fields below do not hold, as the API returned it."""
    text: RichText = ()
    """The block's own rich text."""
    caption: RichText = ()
    cells: tuple[RichText, ...] = ()
    """Of a table row."""
    file: File | None = None
    """Of an image, video, audio, pdf or file."""
    icon: Icon | None = None
    color: str = "default"
    children: tuple[Block, ...] = ()
    has_children: bool = False
    """Whether Notion holds children, fetched or not."""
    edited: datetime | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to pickle it: trees have thousands, and what dataclasses come with looks all fields up each time."""
        return Block, _of_block(self)


_of_block: Final = attrgetter(*(each.name for each in fields(Block)))


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a page as the API returned it; `properties.value` makes a Python value of it."""

    id: str
    """Percent-encoded where it has to be: it goes into an address as it is."""
    name: str
    type: str
    data: Json
    listed: Json | None = None
    """What the page object had, where that was cut and the property was asked for by itself; see `properties.is_cut`."""
    memo: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)
    """Its value, once `properties.value` made it: many ask for the same one."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to pickle it; see `Block`."""
        return Property, (self.id, self.name, self.type, self.data, self.listed)


@dataclass(frozen=True, slots=True)
class Page:
    """A page without its body: what a listing returns."""

    id: str
    url: str
    """The page's address in Notion; changes with its title."""
    created: datetime
    """UTC; Notion rounds down to the minute."""
    edited: datetime
    """UTC; Notion rounds down to the minute, and not every edit moves it."""
    properties: Mapping[str, Property] = field(default_factory=dict)
    """By name, in the API's order."""
    parent: str = ""
    """Dashed id of the data source, page or block that holds the page; empty for the workspace."""
    trashed: bool = False
    archived: bool = False
    cover: File | None = None
    icon: Icon | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A page with its body."""

    page: Page
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A page whose body could not be read."""

    page: Page
    problem: Problem


def parse_time(text: str) -> datetime:
    """Return the UTC time of `text`, an ISO 8601 date-time as Notion writes it (`Z` or an offset, with or without ms).

    A time without an offset is taken as UTC. Raises ValueError where `text` is no date-time.
    """
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_run(raw: Json) -> Run:
    """Return the `Run` of a rich text item (reference/rich-text); unknown kinds keep their plain text and address."""
    annotations = as_object(raw.get("annotations"))
    kind = as_text(raw.get("type")) or "text"
    body = as_object(raw.get(kind))
    text = raw.get("plain_text")
    target: str | None = None
    data: Json = {}
    if kind == "equation":
        text = body.get("expression", text)
    elif kind == "mention":
        kind = as_text(body.get("type")) or "mention"
        data = as_object(body.get(kind))
        if kind in ("page", "database", "data_source") and isinstance(data.get("id"), str):
            target = normal_id(data["id"])
    elif text is None:
        text = body.get("content")
    return Run(
        text=as_text(text),
        kind=kind,
        marks=frozenset([mark for mark in MARKS if annotations.get(mark)]),
        color=as_text(annotations.get("color")) or "default",
        href=as_text(raw.get("href")) or None,
        target=target,
        data=data,
    )


def parse_text(raw: Any) -> RichText:
    """Return the runs of a `rich_text` array; anything that is no array has none."""
    return (
        tuple(parse_run(item) for item in raw if isinstance(item, Mapping)) if isinstance(raw, list) else ()
    )


def parse_file(raw: Any, *, name: str = "") -> File | None:
    """Return the `File` of a file object (reference/file-object), None where it has no address.

    The path of a hosted file is stable over years while its query is signed anew on each read (facts: two recordings
    four months apart), so the path without the bucket's host is the key.
    """
    if not isinstance(raw, Mapping):
        return None
    kind = raw.get("type")
    body = raw.get(kind) if isinstance(kind, str) else None
    if not isinstance(body, Mapping):
        kind = next(
            (key for key in ("file", "external", "file_upload", "custom_emoji") if raw.get(key)), None
        )
        body = raw.get(kind) if kind else None
    url = body.get("url") if isinstance(body, Mapping) else None
    if not isinstance(url, str) or not url:
        return None
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        path = ""
    # An address that is signed for an hour expires, whatever Notion calls the kind.
    hosted = kind == "file" or expires(url)
    return File(
        url=as_text(url),
        hosted=hosted,
        name=as_text(raw.get("name")) or name or path.rsplit("/", 1)[-1],
        key=(path.strip("/") or url) if hosted else "",
        expires=_time(as_object(body).get("expiry_time")) if hosted else None,
    )


def parse_icon(raw: Any) -> Icon | None:
    """Return the `Icon` of a page or block, None where it has none."""
    if not isinstance(raw, Mapping):
        return None
    kind = raw.get("type")
    if kind == "emoji":
        return Icon(emoji=as_text(raw.get("emoji")))
    body = as_object(raw.get(kind)) if isinstance(kind, str) else {}
    name = as_text(body.get("name"))
    if kind == "icon":
        return Icon(name=name, color=as_text(body.get("color")))
    file = parse_file(raw)
    return Icon(file=file, name=name) if file else None


def parse_block(raw: Json, children: tuple[Block, ...] = ()) -> Block:
    """Return the `Block` of a block object (reference/block) with `children`, which are fetched apart."""
    kind = as_text(raw.get("type")) or "unsupported"
    body = as_object(raw.get(kind))
    known = {"rich_text", "caption", "cells", "icon", "color", "file", "external"}
    cells = body.get("cells")
    return Block(
        id=normal_id(as_text(raw.get("id"))),
        type=kind,
        data={key: value for key, value in body.items() if key not in known},
        text=parse_text(body.get("rich_text")),
        caption=parse_text(body.get("caption")),
        cells=tuple(parse_text(cell) for cell in cells) if isinstance(cells, list) else (),
        file=parse_file(body) if body.get("type") in ("file", "external", "file_upload") else None,
        icon=parse_icon(body.get("icon")),
        color=as_text(body.get("color")) or "default",
        children=children,
        has_children=bool(raw.get("has_children")),
        edited=_time(raw.get("last_edited_time")),
    )


def _time(raw: Any) -> datetime | None:
    try:
        return parse_time(raw)
    except (TypeError, ValueError, OverflowError):
        return None


def parse_page(raw: Json) -> Page:
    """Return the `Page` of a page object (reference/page); reads `archived` where an old version has no `in_trash`.

    Where one of its two times is missing, the other stands in. Raises KeyError or ValueError for an object without an
    id or any time: that is no page.
    """
    created = _time(raw.get("created_time")) or _time(raw.get("last_edited_time"))
    edited = _time(raw.get("last_edited_time")) or created
    if created is None or edited is None:
        raise ValueError("a page without any time")
    parent = as_object(raw.get("parent"))
    holder = parent.get(as_text(parent.get("type")), "")
    properties = {
        as_text(name): Property(
            id=as_text(value.get("id")), name=as_text(name), type=as_text(value.get("type")), data=value
        )
        for name, value in as_object(raw.get("properties")).items()
        if isinstance(value, Mapping)
    }
    return Page(
        id=normal_id(str(raw["id"])),
        url=as_text(raw.get("url")),
        created=created,
        edited=edited,
        properties=properties,
        parent=normal_id(holder) if isinstance(holder, str) else "",
        trashed=bool(raw.get("in_trash", raw.get("archived", False))),
        archived=bool(raw.get("is_archived")),
        cover=parse_file(raw.get("cover")),
        icon=parse_icon(raw.get("icon")),
    )


def plain(text: RichText) -> str:
    """Return the text of `text` without marks."""
    return "".join(run.text for run in text)


def emoji(run: Run) -> File | None:
    """Return the picture of `run`, None where it is no custom emoji."""
    if run.kind != "custom_emoji":
        return None
    return parse_file({"type": "external", "external": run.data}, name=as_text(run.data.get("name")))


def hosted_files(tree: Tree) -> Iterator[File]:
    """Yield every file of `tree` that Notion hosts: of its blocks, their icons and emoji, its cover, icon and properties."""
    icon = tree.page.icon
    found: list[File | None] = [tree.page.cover, icon.file if icon else None]
    for each in tree.page.properties.values():
        found += _files(each.data)
    todo = list(tree.blocks)
    while todo:
        block = todo.pop()
        found += [block.file, block.icon.file if block.icon else None]
        found += [emoji(run) for text in (block.text, block.caption, *block.cells) for run in text]
        todo += block.children
    yield from (file for file in found if file and file.hosted)


def _files(value: Json) -> Iterator[File | None]:
    """Yield the files of a property's value, also of those that a rollup holds."""
    kind = value.get("type")
    items = value.get(kind) if isinstance(kind, str) else None
    if kind == "files" and isinstance(items, list):
        yield from map(parse_file, items)
    elif kind == "rollup":
        held = as_object(items).get("array")
        for item in held if isinstance(held, list) else ():
            yield from _files(as_object(item))
