"""A Notion workspace in memory: what the demo and the tests read in place of an account.

Content is put in as people put it in through Notion's API (its *create* form) and comes out as that API returns it,
Notion-Version 2026-03-11, with every field of the envelope. `notion_server` serves it over HTTP. Ids follow from the
order of the calls alone, so the same calls make the same workspace.

    workspace = Workspace(clock=lambda: moment)
    journal = workspace.add_database("Journal", {"Name": {"title": {}}, "Public": {"checkbox": {}}})
    page = workspace.add_page(journal, {"Name": "A walk", "Public": True}, [block("paragraph", "Up ", text("high", bold=True))])

Names of properties in `add_page` and `update_page` are those of the schema; a value is either what the API takes
(`{"date": {"start": "2026-11-20"}}`) or, for short, a string, a boolean, a number or a list of strings. A page that is in
no database has one property, `title`.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qs, quote, urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

Json = dict[str, Any]
Kind = Literal["page", "block", "database", "data_source"]

FILE_LIFE: Final = timedelta(hours=1)
"""How long the address of a hosted file works (developers.notion.com/reference/file-object)."""
REFERENCES_IN_A_PAGE: Final = 25
"""How many pages or people a property of a page object refers to (developers.notion.com/reference/retrieve-a-page)."""

_UNMARKED: Final = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
_TEXT: Final[Json] = {"rich_text": [], "color": "default"}
_MEDIA: Final[Json] = {"caption": []}
_BODIES: Final[Mapping[str, Json]] = {
    "paragraph": {**_TEXT, "icon": None},
    **{f"heading_{level}": {**_TEXT, "is_toggleable": False} for level in (1, 2, 3, 4)},
    "bulleted_list_item": _TEXT,
    "numbered_list_item": _TEXT,
    "quote": _TEXT,
    "to_do": {**_TEXT, "checked": False},
    "toggle": _TEXT,
    "template": {"rich_text": []},
    "synced_block": {"synced_from": None},
    "callout": {**_TEXT, "icon": None},
    "code": {"caption": [], "rich_text": [], "language": "plain text"},
    "table": {"table_width": 0, "has_column_header": False, "has_row_header": False},
    "table_row": {"cells": []},
    "table_of_contents": {"color": "default"},
    "embed": _MEDIA,
    "bookmark": _MEDIA,
    **dict.fromkeys(("image", "video", "pdf", "file", "audio"), _MEDIA),
}
"""What a block's body has where nothing was said; other types have an empty body."""

_EMPTY: Final[Mapping[str, Any]] = {
    "title": [],
    "rich_text": [],
    "multi_select": [],
    "files": [],
    "people": [],
    "relation": [],
    "checkbox": False,
    "button": {},
    "formula": {"type": "string", "string": None},
    "rollup": {"type": "array", "array": [], "function": "show_original"},
    "unique_id": {"prefix": None, "number": None},
}
"""What a property has where nothing was said; other types have null."""

_COLORS: Final = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red", "default")


# Builders ------------------------------------------------------------------------------------------------------------


def text(content: str, *, link: str | None = None, color: str = "default", **marks: bool) -> Json:
    """Return a rich text item: `content` with `marks` (bold, italic, strikethrough, underline, code) and a link."""
    return {
        "type": "text",
        "text": {"content": content, "link": {"url": link} if link else None},
        "annotations": {**marks, "color": color},
    }


def equation(expression: str) -> Json:
    """Return a rich text item that shows the TeX `expression`."""
    return {"type": "equation", "equation": {"expression": expression}}


def mention(kind: str, target: Any) -> Json:
    """Return a rich text item that mentions `target`: an id for `page`, `database` and `user`, else the API's object."""
    inner = {"id": target} if isinstance(target, str) else dict(target)
    return {"type": "mention", "mention": {"type": kind, kind: inner}}


def rich(*parts: str | Json) -> list[Json]:
    """Return a rich text array of plain strings and rich text items."""
    return [text(part) if isinstance(part, str) else part for part in parts]


def block(
    kind: str, *parts: str | Json, children: Sequence[Json] | Mapping[str, Sequence[Json]] = (), **body: Any
) -> Json:
    """Return a block in create form: type `kind`, rich text `parts` (where the type has any), the rest of its body.

    The children of `meeting_notes` are a mapping: blocks of the `summary`, the `notes` and the `transcript`.
    """
    inner: Json = {"rich_text": rich(*parts), **body} if parts else dict(body)
    made: Json = {"type": kind, kind: inner}
    return {**made, "children": children} if children else made


# Records -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Record:
    id: str
    kind: Kind
    parent: str | None
    created: datetime
    edited: datetime
    body: Json
    """A page: properties, icon, cover, public_url · a block: type and body · a database or data source: title, schema."""
    children: list[str] = field(default_factory=list)
    trashed: bool = False
    archived: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the workspace hosts."""

    key: str
    """`space id/file id/name`, the path of every address of it."""
    name: str
    content: bytes


def minute(moment: datetime) -> datetime:
    """Return `moment` in UTC, rounded down to the minute, as Notion rounds the times of pages and blocks."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def iso(moment: datetime) -> str:
    """Return `moment` as Notion writes times: `2026-11-20T18:30:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Workspace:
    """Pages, databases, blocks and files. Methods raise KeyError for an id that does not exist. Thread-safe."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seed: str = "demo",
        page_limit: int = 100,
    ) -> None:
        """Make an empty workspace: `clock` gives the time (aware), `seed` the ids, `page_limit` items a page of results."""
        self.clock = clock
        self.page_limit = page_limit
        self.query_limit = 10_000
        """How many rows one query returns at most over all its pages of results."""
        self.files_url = "https://prod-files-secure.s3.us-west-2.amazonaws.com"
        """Where hosted files are served; the server puts its own address here."""
        self.lock = threading.RLock()
        self.changes = 0
        """Goes up with everything that changes what a query returns."""
        self._seed = seed
        self._made = 0
        self._signed = 0
        self._records: dict[str, _Record] = {}
        self._files: dict[str, StoredFile] = {}
        self.space = self._new_id()
        """Id of the workspace itself."""
        self.person = self._new_id()
        """Id of the one person in it, `Ada Example`."""
        self.bot = self._new_id()
        """Id of the connection that reads it."""

    # Putting content in

    def add_database(
        self,
        title: str,
        schema: Mapping[str, Json],
        *,
        parent: str | None = None,
        data_sources: Sequence[str] = (),
        created: datetime | None = None,
    ) -> str:
        """Add a database and return its id.

        `schema` gives each property in create form (`{"Status": {"status": {"options": [{"name": "Draft"}]}}}`);
        `parent` is the page it lies on; `data_sources` names its data sources where there is not just one called `title`.
        All of them start with the same schema. A data source named `""` makes none: a linked view, which the API cannot read.
        """
        with self.lock:
            made = self._add("database", parent, {"title": rich(title), "data_sources": []}, created)
            for name in data_sources or (title,):
                if not name:
                    continue
                body = {"title": rich(name), "schema": {}, "numbers": 0}
                source = self._add("data_source", made.id, body, created)
                made.body["data_sources"].append(source.id)
                for label, definition in schema.items():
                    self._add_property(source, label, definition)
            return made.id

    def data_source(self, database: str, name: str | None = None) -> str:
        """Return the id of the data source called `name` (or the first one) of `database`."""
        with self.lock:
            ids: list[str] = self._records[database].body["data_sources"]
            return next(each for each in ids if name in (None, _plain(self._records[each].body["title"])))

    def add_page(
        self,
        parent: str | None,
        properties: Mapping[str, Any],
        children: Iterable[Json] = (),
        *,
        created: datetime | None = None,
        edited: datetime | None = None,
        icon: Json | None = None,
        cover: Json | None = None,
        public_url: str | None = None,
    ) -> str:
        """Add a page and return its id.

        `parent` is a database (its first data source), a data source, a page or block (a child page at its end), or None
        for the top of the workspace. Times default to the clock's and are rounded down to the minute.
        """
        with self.lock:
            holder = self._holder(parent)
            body: Json = {"properties": {}, "icon": icon, "cover": cover, "public_url": public_url}
            page = self._add("page", holder, body, created, edited)
            source = self._records[holder] if holder else None
            if source and source.kind == "data_source":
                source.body["numbers"] += 1
                body["number"] = source.body["numbers"]
            self._set_properties(page, properties)
            self._add_children(page, children)
            return page.id

    def add_blocks(self, parent: str, children: Iterable[Json]) -> list[str]:
        """Append `children` (create form) to a page or block and return their ids; the page counts as edited."""
        with self.lock:
            ids = self._add_children(self._records[parent], children)
            self._touch(parent)
            return ids

    def add_file(self, name: str, content: bytes) -> Json:
        """Host `content` and return the file object to put into a block, an icon, a cover or a files property."""
        with self.lock:
            upload = self._new_id()
            self._files[upload] = StoredFile(f"{self.space}/{upload}/{name}", name, content)
            return {"type": "file_upload", "file_upload": {"id": upload}}

    # Changing it

    def update_page(
        self, page: str, properties: Mapping[str, Any] | None = None, *, silent: bool = False, **fields: Any
    ) -> None:
        """Change properties, `icon`, `cover` or `public_url` of a page; `silent` leaves its edit time as it was."""
        with self.lock:
            record = self._records[page]
            record.body.update(fields)
            self._set_properties(record, properties or {})
            if not silent:
                self._touch(page)

    def update_block(self, block: str, body: Mapping[str, Any], *, silent: bool = False) -> None:
        """Change keys of a block's body (`{"rich_text": [...]}`); `silent` leaves the edit times as they were."""
        with self.lock:
            record = self._records[block]
            record.body["body"].update(_complete_body(record.body["type"], body))
            if not silent:
                self._touch(block)

    def replace_children(self, parent: str, children: Iterable[Json], *, silent: bool = False) -> list[str]:
        """Replace all blocks of a page or block and return the ids of the new ones; pages and databases inside go too."""
        with self.lock:
            record = self._records[parent]
            for child in record.children:
                self._forget(child)
            record.children.clear()
            ids = self._add_children(record, children)
            if not silent:
                self._touch(parent)
            return ids

    def trash(self, target: str) -> None:
        """Put a page, block or database into the trash: lists leave it out, asking for it by id still answers."""
        self._mark(target, trashed=True)

    def restore(self, target: str) -> None:
        """Take it out of the trash and out of the archive."""
        self._mark(target, trashed=False, archived=False)

    def archive(self, page: str) -> None:
        """Archive a page: queries leave it out, asking for it by id still answers."""
        self._mark(page, archived=True)

    def unshare(self, target: str) -> None:
        """Take access to a page, block or database, and all that is inside, away from the connection."""
        with self.lock:
            self._records[target].hidden = True
            self.changes += 1

    def share(self, target: str) -> None:
        """Give back what `unshare` took away."""
        with self.lock:
            self._records[target].hidden = False
            self.changes += 1

    def delete(self, target: str) -> None:
        """Delete a page, block or database for good: nothing knows its id any more."""
        with self.lock:
            parent = self._records[target].parent
            if parent and target in self._records[parent].children:
                self._records[parent].children.remove(target)
            self._forget(target)

    def move(self, page: str, parent: str | None) -> None:
        """Put a page under another parent; properties that the new data source lacks are lost."""
        with self.lock:
            record = self._records[page]
            if record.parent and page in self._records[record.parent].children:
                self._records[record.parent].children.remove(page)
            kept = {"title": self._title(record)} | record.body["properties"]
            record.parent = self._holder(parent)
            if record.parent and self._records[record.parent].kind != "data_source":
                self._records[record.parent].children.append(page)
            record.body["properties"] = {}
            names = self._schema(record)
            title = next(name for name, definition in names.items() if definition["type"] == "title")
            values = {
                name: {definition["type"]: kept[name]} for name, definition in names.items() if name in kept
            }
            self._set_properties(record, {title: {"title": kept["title"]}, **values})
            self._touch(page)

    # Taking it out, as the API returns it

    def kind(self, target: str) -> Kind | None:
        """Return what `target` is, None where it does not exist or is not shared."""
        with self.lock:
            record = self._records.get(target)
            return record.kind if record and self._visible(record) else None

    def page(self, page: str) -> Json:
        """Return the page object."""
        with self.lock:
            record = self._records[page]
            return {
                "object": "page",
                "id": page,
                **self._times(record),
                **self._authors(),
                "cover": self._file(record.body["cover"]),
                "icon": self._file(record.body["icon"]),
                "parent": self._parent(record),
                "in_trash": record.trashed,
                "is_archived": record.archived,
                "is_locked": False,
                "properties": {
                    name: self._property(record, definition)
                    for name, definition in self._schema(record).items()
                },
                "url": self._url(record),
                "public_url": record.body["public_url"],
            }

    def block(self, target: str) -> Json:
        """Return the block object; a page or database is a `child_page` or `child_database` block too."""
        with self.lock:
            record = self._records[target]
            if record.kind == "block":
                kind, body = record.body["type"], self._resolve(record.body["body"])
            elif record.kind == "page":
                kind, body = "child_page", {"title": _plain(self._title(record))}
            else:
                linked = not record.body.get("data_sources")
                kind = "child_database"
                body = {"title": "" if linked else _plain(record.body["title"])}
            return {
                "object": "block",
                "id": target,
                "parent": self._parent(record),
                **self._times(record),
                **self._authors(),
                "has_children": record.kind != "database" and bool(self.child_ids(target)),
                "in_trash": record.trashed,
                "type": kind,
                kind: body,
            }

    def child_ids(self, target: str) -> list[str]:
        """Return the ids of a page's or block's children; those of a synced copy are its original's."""
        with self.lock:
            record = self._records[target]
            if record.kind == "block":
                origin = (record.body["body"].get("synced_from") or {}).get("block_id")
                if origin:
                    return self.child_ids(origin) if self.kind(origin) else []
            children = (self._records[child] for child in record.children)
            return [child.id for child in children if not child.trashed and self._visible(child)]

    def database(self, database: str) -> Json:
        """Return the database object."""
        with self.lock:
            record = self._records[database]
            moment = record.created.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
            return {
                "object": "database",
                "id": database,
                "title": self._rich(record.body["title"]),
                "description": [],
                "parent": self._parent(record),
                "is_inline": False,
                "in_trash": record.trashed,
                "is_locked": False,
                "created_time": moment,
                "last_edited_time": moment,
                "data_sources": [
                    {"id": source, "name": _plain(self._records[source].body["title"])}
                    for source in record.body["data_sources"]
                ],
                "icon": None,
                "cover": None,
                "url": self._url(record),
                "public_url": None,
            }

    def source(self, data_source: str) -> Json:
        """Return the data source object."""
        with self.lock:
            record = self._records[data_source]
            database = self._records[str(record.parent)]
            return {
                "object": "data_source",
                "id": data_source,
                "title": self._rich(record.body["title"]),
                "description": [],
                "parent": self._parent(record),
                "database_parent": self._parent(database),
                "is_inline": False,
                "in_trash": record.trashed,
                **self._times(record),
                **self._authors(),
                "properties": deepcopy(record.body["schema"]),
                "icon": None,
                "cover": None,
                "url": self._url(database),
                "public_url": None,
            }

    def rows(self, data_source: str) -> list[str]:
        """Return the ids of the pages of a data source that are neither trashed nor hidden, in order of creation here."""
        with self.lock:
            return [
                record.id
                for record in self._records.values()
                if record.parent == data_source and not record.trashed and self._visible(record)
            ]

    def everything(self, kind: Kind) -> list[str]:
        """Return the ids of all pages or data sources that the connection sees, for a search."""
        with self.lock:
            records = [record for record in self._records.values() if record.kind == kind]
            return [record.id for record in records if not record.trashed and self._visible(record)]

    def property_value(self, page: str, property_id: str) -> Json | None:
        """Return a page's property, complete, by the property's id; None where it has none such."""
        with self.lock:
            record = self._records[page]
            for definition in self._schema(record).values():
                if definition["id"] == property_id:
                    return self._property(record, definition, complete=True)
            return None

    def rolled_up(self, page: str, property_id: str) -> list[str]:
        """Return the ids of the pages from which a rollup of a page is computed, by the rollup's id."""
        with self.lock:
            record = self._records[page]
            for definition in self._schema(record).values():
                if definition["id"] == property_id:
                    return self._inputs(record, definition.get("rollup") or {}, complete=True)
            return []

    def read_file(self, path: str, query: str) -> StoredFile | None:
        """Return the file at `path` (no leading slash) where the signature in `query` is right and has not expired."""
        with self.lock:
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            stored = next((file for file in self._files.values() if file.key == path), None)
            try:
                signed = datetime.strptime(asked["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                proof = self._signature(path, asked["X-Amz-Date"], asked["X-Amz-Security-Token"])
            except (KeyError, ValueError):
                return None
            good = proof == asked.get("X-Amz-Signature") and self.clock() < signed + FILE_LIFE
            return stored if good else None

    # Inside

    def _new_id(self) -> str:
        self._made += 1
        return str(uuid5(NAMESPACE_URL, f"{self._seed}/{self._made}"))

    def _add(
        self,
        kind: Kind,
        parent: str | None,
        body: Json,
        created: datetime | None,
        edited: datetime | None = None,
    ) -> _Record:
        born = minute(created or edited or self.clock())
        record = _Record(self._new_id(), kind, parent, born, minute(edited) if edited else born, body)
        self._records[record.id] = record
        self.changes += 1
        if parent and kind != "data_source" and self._records[parent].kind in ("page", "block"):
            self._records[parent].children.append(record.id)
        return record

    def _add_children(self, parent: _Record, children: Iterable[Json]) -> list[str]:
        return [self._add_block(parent, child) for child in children]

    def _add_block(self, parent: _Record, child: Json) -> str:
        kind = str(child["type"])
        body = dict(child.get(kind) or {})
        pointers = kind in ("meeting_notes", "transcription")
        inside = child.get("children") or (() if pointers else body.pop("children", ()))
        made = self._add("block", parent.id, {"type": kind, "body": {}}, parent.edited)
        if pointers and isinstance(inside, Mapping):
            # Summary, notes and transcript are blocks of their own that no list of children shows.
            body["children"] = {}
            for part, blocks in inside.items():
                section = self._add_block(made, {"type": "paragraph", "children": blocks})
                made.children.remove(section)
                body["children"][f"{part}_block_id"] = section
            inside = ()
        made.body["body"] = {**deepcopy(dict(_BODIES.get(kind, {}))), **_complete_body(kind, body)}
        if kind == "file" and "name" not in made.body["body"]:
            upload = body.get("file_upload", {}).get("id")
            made.body["body"]["name"] = self._files[upload].name if upload else ""
        self._add_children(made, inside)
        return made.id

    def _forget(self, target: str) -> None:
        for record in [each for each in self._records.values() if each.parent == target]:
            self._forget(record.id)
        self._records.pop(target, None)
        self.changes += 1

    def _mark(self, target: str, **marks: bool) -> None:
        with self.lock:
            for name, value in marks.items():
                setattr(self._records[target], name, value)
            self._touch(target)

    def _touch(self, target: str) -> None:
        """Give `target`, and the page that it is part of, the time of now."""
        self.changes += 1
        record: _Record | None = self._records[target]
        now = minute(self.clock())
        if record:
            record.edited = now
        while record and record.kind == "block" and record.parent:
            record = self._records[record.parent]
            if record.kind == "page":
                record.edited = now

    def _holder(self, parent: str | None) -> str | None:
        if parent and self._records[parent].kind == "database":
            return self.data_source(parent)
        return parent

    def _visible(self, record: _Record) -> bool:
        at: _Record | None = record
        while at:
            if at.hidden:
                return False
            at = self._records.get(at.parent) if at.parent else None
        return True

    def _add_property(self, source: _Record, name: str, definition: Json) -> None:
        kind = str(definition.get("type") or next(iter(definition)))
        body = deepcopy(definition.get(kind) or {})
        digest = hashlib.sha256(f"{self._seed}/{name}".encode()).hexdigest()
        made: Json = {
            "id": "title" if kind == "title" else quote(f"{digest[:2]}:{digest[2:5]}", safe=""),
            "name": name,
            "description": None,
            "type": kind,
            kind: body,
        }
        source.body["schema"][name] = made
        if kind in ("select", "multi_select", "status"):
            names = [option["name"] for option in body.get("options", ())]
            made[kind] = {"options": []}
            for option in names:
                self._option(made, option)
        if kind == "status":
            options = made[kind]["options"]
            made[kind]["groups"] = [
                {
                    "id": "todo-status-group",
                    "name": "To-do",
                    "color": "gray",
                    "option_ids": _ids(options[:-1]),
                },
                {
                    "id": "complete-status-group",
                    "name": "Complete",
                    "color": "green",
                    "option_ids": _ids(options[-1:]),
                },
            ]
        if kind == "number":
            made[kind].setdefault("format", "number")

    def _option(self, definition: Json, name: str) -> Json:
        options: list[Json] = definition[definition["type"]]["options"]
        for option in options:
            if option["name"] == name:
                return option
        made = {
            "id": str(uuid5(NAMESPACE_URL, f"{self._seed}/{definition['id']}/{name}")),
            "name": name,
            "color": _COLORS[len(options) % len(_COLORS)],
            "description": None,
        }
        options.append(made)
        return made

    def _schema(self, page: _Record) -> Mapping[str, Json]:
        holder = self._records.get(page.parent) if page.parent else None
        if holder and holder.kind == "data_source":
            schema: Mapping[str, Json] = holder.body["schema"]
            return schema
        return {"title": {"id": "title", "name": "title", "type": "title", "title": {}}}

    def _set_properties(self, page: _Record, properties: Mapping[str, Any]) -> None:
        self.changes += 1
        schema = self._schema(page)
        for name, value in properties.items():
            if name not in schema:
                raise ValueError(f"{name!r} is no property; there are {', '.join(map(repr, schema))}")
            definition = schema[name]
            kind = definition["type"]
            given = value[kind] if isinstance(value, Mapping) and kind in value else value
            page.body["properties"][name] = self._stored(definition, given)

    def _stored(self, definition: Json, given: Any) -> Any:
        """Return `given`, in create form or for short, as it is kept: options become names, dates get all keys."""
        kind = definition["type"]
        if kind in ("title", "rich_text"):
            return [_complete_run(item) for item in (rich(given) if isinstance(given, str) else given)]
        if kind in ("select", "status"):
            name = given.get("name") if isinstance(given, Mapping) else given
            if name:
                self._option(definition, str(name))
            return name
        if kind == "multi_select":
            names = [item["name"] if isinstance(item, Mapping) else item for item in given]
            for name in names:
                self._option(definition, name)
            return names
        if kind == "date" and given is not None:
            period = {"start": given} if isinstance(given, str) else given
            return {"start": None, "end": None, "time_zone": None, **period}
        if kind == "relation":
            return [{"id": item} if isinstance(item, str) else dict(item) for item in given]
        return deepcopy(given)

    def _property(self, page: _Record, definition: Json, *, complete: bool = False) -> Json:
        kind = definition["type"]
        stored = page.body["properties"].get(definition["name"], deepcopy(_EMPTY.get(kind)))
        value: Any = stored
        more: Json = {}
        if kind in ("title", "rich_text"):
            value = self._rich(stored) if complete else _populated(self._rich(stored))
        elif kind == "rollup" and definition[kind].get("relation_property_name"):
            value = self._rollup(page, definition[kind], complete=complete)
        elif kind == "formula" and (counted := _COUNT.fullmatch(definition[kind].get("expression", ""))):
            inputs = self._inputs(page, {"relation_property_name": counted[1]}, complete=complete)
            value = {"type": "number", "number": len(inputs)}
        elif kind in ("select", "status"):
            value = self._chosen(definition, stored) if stored else None
        elif kind == "multi_select":
            value = [self._chosen(definition, name) for name in stored]
        elif kind == "files":
            value = [self._named_file(item) for item in stored]
        elif kind == "relation":
            value = stored if complete else stored[:REFERENCES_IN_A_PAGE]
            more = {"has_more": len(stored) > len(value)}
        elif kind == "people":
            value = stored if complete else stored[:REFERENCES_IN_A_PAGE]
        elif kind in ("created_time", "last_edited_time"):
            value = self._times(page)[kind]
        elif kind in ("created_by", "last_edited_by"):
            value = self._authors()[kind]
        elif kind == "unique_id":
            value = {"prefix": definition[kind].get("prefix"), "number": page.body.get("number")}
        return {"id": definition["id"], "type": kind, kind: deepcopy(value), **more}

    def _inputs(self, page: _Record, definition: Json, *, complete: bool) -> list[str]:
        """Return the ids of the pages that a rollup or formula of `page` takes into account."""
        items = page.body["properties"].get(definition.get("relation_property_name"), [])
        ids: list[str] = [item["id"] for item in items]
        return ids if complete else ids[:REFERENCES_IN_A_PAGE]

    def _rollup(self, page: _Record, definition: Json, *, complete: bool) -> Json:
        """Compute a rollup (`show_original`, `count` or `sum`): over what a page object refers to, unless `complete`."""
        function, name = definition["function"], definition["rollup_property_name"]
        found: list[Json] = []
        for target in self._inputs(page, definition, complete=complete):
            record = self._records.get(target)
            if record and name in self._schema(record):
                whole = self._property(record, self._schema(record)[name], complete=complete)
                found.append({key: value for key, value in whole.items() if key != "id"})
        if function == "show_original":
            return {"type": "array", "array": found, "function": function}
        numbers = [item.get("number") or 0 for item in found]
        total = len(found) if function == "count" else sum(numbers)
        return {"type": "number", "number": total, "function": function}

    def _chosen(self, definition: Json, name: str) -> Json:
        option = self._option(definition, name)
        return {key: option[key] for key in ("id", "name", "color")}

    def _title(self, page: _Record) -> list[Json]:
        for name, definition in self._schema(page).items():
            if definition["type"] == "title":
                found: list[Json] = page.body["properties"].get(name, [])
                return found
        return []

    def _times(self, record: _Record) -> Json:
        return {"created_time": iso(record.created), "last_edited_time": iso(record.edited)}

    def _authors(self) -> Json:
        person = {"object": "user", "id": self.person}
        return {"created_by": dict(person), "last_edited_by": dict(person)}

    def _parent(self, record: _Record) -> Json:
        holder = self._records.get(record.parent) if record.parent else None
        if holder is None:
            return {"type": "workspace", "workspace": True}
        parent = {"type": f"{holder.kind}_id", f"{holder.kind}_id": holder.id}
        return {**parent, "database_id": holder.parent} if holder.kind == "data_source" else parent

    def _url(self, record: _Record) -> str:
        title = _plain(self._title(record)) if record.kind == "page" else ""
        words = re.findall(r"[A-Za-z0-9]+", title)
        return "https://app.notion.com/p/" + "-".join([*words, UUID(record.id).hex])

    def _rich(self, items: Iterable[Json]) -> list[Json]:
        return [self._run(_complete_run(item)) for item in items]

    def _run(self, item: Json) -> Json:
        inner = item.get("mention") or {}
        if inner.get("type") not in ("page", "database"):
            return deepcopy(item)
        target = inner[inner["type"]]["id"]
        record = self._records.get(target)
        name = "Untitled"
        if record and self._visible(record):
            name = _plain(self._title(record) if record.kind == "page" else record.body["title"])
        return {**deepcopy(item), "plain_text": name, "href": f"https://app.notion.com/p/{UUID(target).hex}"}

    def _resolve(self, body: Json) -> Json:
        resolved = dict(body)
        for name in ("rich_text", "caption", "title"):
            if isinstance(body.get(name), list):
                resolved[name] = self._rich(body[name])
        if "cells" in body:
            resolved["cells"] = [self._rich(cell) for cell in body["cells"]]
        if body.get("icon"):
            resolved["icon"] = self._file(body["icon"])
        file = self._file(resolved) if resolved.get("type") == "file_upload" else resolved
        return deepcopy(file) if file else {}

    def _named_file(self, item: Json) -> Json:
        upload = item.get("file_upload", {}).get("id")
        name = self._files[upload].name if upload else item.get("external", {}).get("url", "")
        return {"name": name, **(self._file(item) or {})}

    def _file(self, item: Json | None) -> Json | None:
        """Return a file or icon object with an uploaded file's address, signed anew."""
        if not item or item.get("type") != "file_upload":
            return deepcopy(item)
        stored = self._files[item["file_upload"]["id"]]
        rest = {name: deepcopy(value) for name, value in item.items() if name != "file_upload"}
        now = self.clock().astimezone(UTC)
        return {
            **rest,
            "type": "file",
            "file": {"url": self._sign(stored, now), "expiry_time": iso(now + FILE_LIFE)},
        }

    def _sign(self, stored: StoredFile, now: datetime) -> str:
        self._signed += 1
        date = now.strftime("%Y%m%dT%H%M%SZ")
        token = f"EXAMPLE{self._signed}"
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
            "X-Amz-Credential": f"ASIAEXAMPLE/{date[:8]}/us-west-2/s3/aws4_request",
            "X-Amz-Date": date,
            "X-Amz-Expires": str(int(FILE_LIFE.total_seconds())),
            "X-Amz-Security-Token": token,
            "X-Amz-Signature": self._signature(stored.key, date, token),
            "X-Amz-SignedHeaders": "host",
            "x-amz-checksum-mode": "ENABLED",
            "x-id": "GetObject",
        }
        return f"{self.files_url}/{quote(stored.key)}?{urlencode(query, safe='')}"

    def _signature(self, *parts: str) -> str:
        return hashlib.sha256("\n".join((self._seed, *parts)).encode()).hexdigest()


def _ids(options: Iterable[Json]) -> list[str]:
    return [option["id"] for option in options]


_COUNT: Final = re.compile(r'prop\("([^"]+)"\)\.length\(\)')
"""The one formula that is computed here: how many pages a relation has."""


def _populated(runs: list[Json]) -> list[Json]:
    """Return the runs of a property as a page object has them: mentions beyond the 25th have lost what they show."""
    seen = 0
    found = []
    for run in runs:
        kind = run["mention"]["type"] if run["type"] == "mention" else ""
        seen += kind in ("page", "user")
        lost = kind in ("page", "user") and seen > REFERENCES_IN_A_PAGE
        found.append({**run, "plain_text": "@Anonymous" if kind == "user" else "Untitled"} if lost else run)
    return found


def _plain(items: Iterable[Json]) -> str:
    return "".join(_complete_run(item)["plain_text"] for item in items)


def _mention_text(inner: Json) -> tuple[str, str | None]:
    """Return what Notion shows for a mention, and where it points."""
    kind = inner["type"]
    body = inner[kind]
    if kind == "date":
        return (f"{body['start']} → {body['end']}" if body.get("end") else body["start"]), None
    if kind == "user":
        return f"@{body.get('name') or 'Ada Example'}", None
    if kind == "template_mention":
        return "@" + str(body[body["type"]]).capitalize(), None
    if kind == "custom_emoji":
        return f":{body['name']}:", None
    address = body.get("href") or body.get("url")
    return address or "Untitled", address


def _complete_run(item: Json) -> Json:
    """Return a rich text item in the form in which the API returns it; one that has that form already stays as it is."""
    kind = item.get("type") or next(name for name in ("text", "mention", "equation") if name in item)
    body = item[kind]
    href: str | None = None
    if kind == "text":
        link = body.get("link")
        shown, href = body["content"], link["url"] if link else None
        body = {"content": shown, "link": {"url": href} if link else None}
    elif kind == "equation":
        shown = body["expression"]
    else:
        inner = body if "type" in body else {"type": next(iter(body)), **body}
        if inner["type"] == "date":
            inner = {**inner, "date": {"start": None, "end": None, "time_zone": None, **inner["date"]}}
        if inner["type"] == "user":
            inner = {**inner, "user": {"object": "user", **inner["user"]}}
        shown, href = _mention_text(inner)
        body = inner
    return {
        "type": kind,
        kind: body,
        "annotations": {**_UNMARKED, **(item.get("annotations") or {})},
        "plain_text": item.get("plain_text", shown),
        "href": item.get("href", href),
    }


def _complete_body(kind: str, body: Mapping[str, Any]) -> Json:
    """Return a block's body with complete rich text; the rest as it was given."""
    done = {name: deepcopy(value) for name, value in body.items()}
    for name in ("rich_text", "caption", "title"):
        if isinstance(body.get(name), list | tuple):
            done[name] = [_complete_run(item) for item in body[name]]
    if kind == "table_row":
        done["cells"] = [[_complete_run(item) for item in cell] for cell in body.get("cells", ())]
    if kind == "synced_block" and done.get("synced_from"):
        done["synced_from"] = {"type": "block_id", **done["synced_from"]}
    return done
