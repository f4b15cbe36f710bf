"""What was written last time: the memory that travels in the same commit as the posts, so it cannot disagree with them.

Pure. The file is JSON, sorted and indented: a person can read its diff, and git merges it line by line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from notion2jekyll.notion.model import Page, is_id, normal_id, parse_time

PATH: Final = ".notion2jekyll/state.json"
"""Where it is kept; Jekyll does not publish folders that start with a dot."""

BASES: Final = ".notion2jekyll/base/"
"""Folder of what Notion made of posts that hold a person's edits too: what the next merge starts from."""

VERSION: Final = 1

SETTLING: Final = timedelta(minutes=2)
"""Notion rounds edit times down to the minute, so a page that was read less than this after its edit time may have been
edited again under the same time; it is read once more. One minute, and one for clocks that differ."""

ALONE: Final = timedelta(days=1)
"""How often the state may be committed when no post changed: it bounds what re-reading costs, and builds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page that has a post."""

    page: str
    """Dashed page id."""
    path: str
    """Where the post is."""
    blob: str
    """Git blob id of what Notion made of the post last; another one in the repository means that a person's edits are in it,
    merged or not."""
    url: str = ""
    """The address of the post, without the base URL; empty where it has none (a draft) or it is not known."""
    last: str = ""
    """The address that the post had before it became a draft or was hidden; empty while it has one."""
    template: str = ""
    """The kind of page and the site's template when it got its address, to tell when the site changes it."""
    source: str = ""
    """The listed source that its page was found in (its id, and a mark of the filter)."""
    former: tuple[str, ...] = ()
    """Addresses that the post had before, the latest last."""
    redirects: tuple[str, ...] = ()
    """Those of them that the post was written to take over."""
    edited: str = ""
    """Notion's edit time of the version that was read (ISO 8601, UTC, to the minute); empty: read it again."""
    settled: bool = False
    """Whether it was read after that minute was over for certain."""
    fingerprint: str = ""
    """What the conversion depended on beside the page: version, configuration, options of the site."""
    modified: str = ""
    """`last_modified_at` as written."""
    title: str = ""
    """Title as written, for reports on pages that are gone."""
    files: tuple[str, ...] = ()
    """Paths of the media that the post shows."""
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Page id → (address, title) of every page that the post refers to, as used; the address is empty for none. A block of
    a page is `page id#block id`."""
    related: Mapping[str, str] = field(default_factory=dict)
    """Page id → title of every page that the front matter may name by a relation, as used; empty where it was not to be had."""
    said: str = ""
    """What the properties said, as a fingerprint; empty: it is not known."""
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Block id → the `id` of its element in the post, of the blocks that other pages link to; empty for one that is not in
    the page."""
    rows: int = 0
    """Of a data file, which stands for the source that `page` is: how many rows it has."""
    removed: bool = False
    """The page is no longer published, and the policy left a file (in `_drafts`, or where it was)."""
    recovered: bool = False
    """The post's own front matter told this, since the state was lost: whether a person edited the post is not known."""


_KEYS: Final = tuple(each.name for each in fields(Entry) if each.name != "page")


@dataclass(frozen=True, slots=True)
class State:
    """Everything remembered."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    """By page id."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → git blob id of every media file that this program wrote."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Configured source id → what it turned out to be (`data_source:<id>`, `page:<id>`), which saves a request."""
    written: datetime | None = None
    """When it was written last (UTC); None before the first time."""
    reconciled: datetime | None = None
    """When a run began last that reads every page, whatever its edit time (UTC); None: never, as far as is known."""
    sizes: Mapping[str, tuple[int, int] | None] = field(default_factory=dict)
    """Path → width and height in pixels of every picture in `files` that somebody looked into; None where it has none."""


def wanted(entries: Iterable[Entry]) -> dict[str, frozenset[str]]:
    """Return, by page id, the blocks that the posts of `entries` link to in other pages."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        for target in entry.links:
            page, _, block = target.partition("#")
            if block:
                found.setdefault(page, set()).add(block)
    return {page: frozenset(blocks) for page, blocks in found.items()}


def base_path(page: str) -> str:
    """Return where the base of the post of `page` is kept, if it is."""
    return f"{BASES}{page}.md"


class NewerState(ValueError):
    """The file was written by a newer version of the program."""


def dump(state: State) -> bytes:
    """Return the file's content for `state`."""
    entries = {}
    for page, entry in sorted(state.entries.items()):
        entries[page] = {
            key: value
            for key, value in ((key, getattr(entry, key)) for key in _KEYS)
            if value or key in ("path", "blob", "files", "links")
        }
    written = state.written.isoformat(timespec="seconds") if state.written else None
    raw = {
        "version": VERSION,
        "note": "Written by notion2jekyll, and not to be edited: it tells your edits of posts from its own.",
        "written": written,
        "reconciled": state.reconciled.isoformat(timespec="seconds") if state.reconciled else None,
        "sources": dict(sorted(state.sources.items())),
        "files": dict(sorted(state.files.items())),
        "sizes": {path: size and "x".join(map(str, size)) for path, size in sorted(state.sizes.items())},
        "pages": entries,
    }
    return (json.dumps(raw, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def parse(content: bytes) -> State:
    """Return the state in `content`.

    Raises NewerState where a newer version wrote it, and ValueError for anything else that is no state: the caller then
    rebuilds it from the posts, and never guesses.
    """
    try:
        raw = json.loads(content)
        json.dumps(raw, ensure_ascii=False).encode()  # refuses half a surrogate pair, which no file can hold
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("version"), int):
        raise ValueError("no version")  # noqa: TRY004  # to the caller it is one thing: no state
    if raw["version"] > VERSION:
        raise NewerState(f"version {raw['version']}")
    try:
        return State(
            entries={page: _entry(page, body) for page, body in raw["pages"].items()},
            files={str(path): str(blob) for path, blob in raw["files"].items()},
            sizes={str(path): _size(size) for path, size in raw.get("sizes", {}).items()},
            sources={str(key): str(value) for key, value in raw["sources"].items()},
            written=parse_time(raw["written"]) if raw.get("written") else None,
            reconciled=parse_time(raw["reconciled"]) if raw.get("reconciled") else None,
        )
    except (LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"damaged: {error}") from error


def _size(raw: str | None) -> tuple[int, int] | None:
    """Return a size as the file has it, one line a picture: `640x480`. Raises ValueError."""
    if raw is None:
        return None
    width, height = raw.split("x")
    return int(width), int(height)


def _entry(page: str, body: Mapping[str, Any]) -> Entry:
    links = {str(key): (str(link[0]), str(link[1])) for key, link in body.get("links", {}).items()}
    return Entry(
        page=page,
        path=str(body["path"]),
        blob=str(body["blob"]),
        url=str(body.get("url", "")),
        last=str(body.get("last", "")),
        template=str(body.get("template", "")),
        source=str(body.get("source", "")),
        former=tuple(str(url) for url in body.get("former", ())),
        redirects=tuple(str(url) for url in body.get("redirects", ())),
        edited=str(body.get("edited", "")),
        settled=bool(body.get("settled", False)),
        fingerprint=str(body.get("fingerprint", "")),
        modified=str(body.get("modified", "")),
        title=str(body.get("title", "")),
        files=tuple(str(path) for path in body.get("files", ())),
        links=links,
        related={str(key): str(title) for key, title in body.get("related", {}).items()},
        said=str(body.get("said", "")),
        anchors={str(block): str(place) for block, place in body.get("anchors", {}).items()},
        rows=int(body.get("rows", 0)),
        removed=bool(body.get("removed", False)),
        recovered=bool(body.get("recovered", False)),
    )


# Places and ids that this program writes; `places.asset_path` and the check of `assets.folder` are their other halves.
_BLOB: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SOURCE: Final = re.compile(r"(data_source|page):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_POST: Final = re.compile(r"([^/.\\][^/\\\0]*/)*[^/.\\][^/\\\0]*\.md")
_TABLE: Final = re.compile(r"_data/([^/.\\][^/\\\0]*/)*[^/.\\][^/\\\0]*\.(yml|yaml|json)")
_MEDIA: Final = re.compile(r"([^/_.#\\][^/\\\0]*/)+[0-9a-f]{12}[A-Za-z0-9.-]*")
_URL: Final = re.compile(r"(/(?![/\\]).*)?", re.DOTALL)


def sound(state: State, is_ours: Callable[[Entry], bool]) -> tuple[State, tuple[str, ...]]:
    """Return `state` without what this program cannot have written, and the places and ids that this was about.

    The file is in the repository, where others can change it, by mistake or not, and a run deletes and overwrites what
    it names. So a post is Markdown, in no hidden folder, or it is a data file, and `is_ours` says so; a media file has a name such as we give;
    an id is one; no two pages share a post. Whatever else is there is nobody's.
    """
    owners = Counter(entry.path for entry in state.entries.values())
    entries: dict[str, Entry] = {}
    odd: list[str] = []
    for page, entry in state.entries.items():
        if not _is_well_formed(entry) or owners[entry.path] > 1 or not is_ours(entry):
            odd.append(entry.path)
            continue
        files = tuple(path for path in entry.files if _MEDIA.fullmatch(path))
        odd += sorted({*entry.files} - {*files})
        url, last = (one if _URL.fullmatch(one) else "" for one in (entry.url, entry.last))
        former, redirects = (
            tuple(url for url in urls if _URL.fullmatch(url)) for urls in (entry.former, entry.redirects)
        )
        entries[page] = replace(entry, files=files, url=url, last=last, former=former, redirects=redirects)
    media = {
        path: blob for path, blob in state.files.items() if _MEDIA.fullmatch(path) and _BLOB.fullmatch(blob)
    }
    sources = {key: value for key, value in state.sources.items() if _SOURCE.fullmatch(value)}
    odd += [*(state.files.keys() - media.keys()), *(state.sources.keys() - sources.keys())]
    return replace(state, entries=entries, files=media, sources=sources), tuple(sorted({*odd}))


def _is_well_formed(entry: Entry) -> bool:
    place = _POST.fullmatch(entry.path) or _TABLE.fullmatch(entry.path)
    return is_id(entry.page) and None not in (_BLOB.fullmatch(entry.blob), place)


def adopt(
    state: State,
    path: str,
    blob: str,
    front_matter: Mapping[str, Any],
    *,
    url: str = "",
    removed: bool = False,
) -> State:
    """Return `state` with the post at `path`, whose front matter names its page (`notion_id`), as one of ours.

    Used where the state is lost. `url` is its address, as far as the post tells it. Its page is read again, and equal content changes nothing; whether a person edited the
    post is not known, so different content does not replace it (`Entry.recovered`).
    """
    page = normal_id(str(front_matter["notion_id"]))
    if page in state.entries:
        return state
    entry = Entry(
        page=page,
        path=path,
        blob=blob,
        url=url,
        former=_texts(front_matter.get("redirect_from")),
        modified=str(front_matter.get("last_modified_at") or ""),
        title=str(front_matter.get("title") or ""),
        removed=removed,
        recovered=True,
    )
    return replace(state, entries={**state.entries, page: entry})


def _texts(raw: Any) -> tuple[str, ...]:
    """Return a list of texts that may be a single one."""
    items = [raw] if isinstance(raw, str) else raw if isinstance(raw, list) else []
    return tuple(item for item in items if isinstance(item, str) and item)


def minute(moment: datetime) -> str:
    """Return `moment` as entries keep it."""
    return moment.astimezone(UTC).isoformat(timespec="minutes")


def settled(edited: datetime, read: datetime) -> bool:
    """Return whether a page with the edit time `edited`, read at `read`, cannot have been edited again under that time."""
    return read - edited >= SETTLING


def stale(
    page: Page,
    entry: Entry | None,
    *,
    path: str,
    url: str,
    fingerprint: str,
    links: Mapping[str, tuple[str, str]],
    names: Mapping[str, str] | None = None,
    said: str = "",
    wanted: Collection[str] = (),
) -> str | None:
    """Return why the body of `page` must be read, None where the post is as good as it would become.

    `path` and `url` are where the post belongs now; `links` has the present (address, title) of all that `entry` refers to,
    `names` the present titles of pages that it names by a relation, as far as they are known; `said` is what the
    properties say now, as a fingerprint; `wanted` are the blocks of the page that others link to.
    """
    if entry is None:
        return "new"
    if entry.removed:
        return "published again"
    if entry.recovered:
        return "what was written last is not known"
    if entry.edited != minute(page.edited):
        return "edited in Notion"
    if not entry.settled:
        return "edited in the minute of the last run"
    if (entry.path, entry.url) != (path, url):
        return "its address changed"
    if entry.fingerprint != fingerprint:
        return "the version, the options or the site's _config.yml changed"
    if entry.said and entry.said != said:
        return "a property changed"
    for target, used in entry.links.items():
        if links.get(target, ("", "")) != used:
            return (
                "what it links to in another page changed"
                if "#" in target
                else "a page that it links to changed its address or title"
            )
    if names and any(names.get(page_id, used) != used for page_id, used in entry.related.items()):
        return "a page that a relation names changed its title"
    if not entry.anchors.keys() >= set(wanted):
        return "another page links to a block of it"
    return None
