"""Reading a source: its rows, then the bodies that are needed, as trees. The only place where reading is asynchronous.

What may go wrong is kept apart here. A token that is refused or a service that is down ends the run; a page that cannot
be read is `Failed` and disturbs nobody; a list is either complete or said not to be. A page is never returned shorter
than it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, TypeVar

from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Stop
from notion2jekyll.notion.client import (
    Late,
    NotFound,
    Notion,
    NotionSettings,
    Refused,
    Trouble,
    Unanswered,
)
from notion2jekyll.notion.model import (
    CHILDLESS,
    Block,
    Failed,
    Json,
    Page,
    Property,
    Tree,
    normal_id,
    parse_block,
    parse_page,
    parse_text,
    plain,
)
from notion2jekyll.notion.properties import completed
from notion2jekyll.progress import Progress

READERS: Final = 24
"""How many pages are being read at a time; their requests share the gate. Bounds memory, not speed."""
OLDEST_FIRST: Final = {"timestamp": "created_time", "direction": "ascending"}
"""The one order in which rows do not move while they are listed."""
POINTERS: Final = ("summary_block_id", "notes_block_id")
"""The parts of meeting notes that are read; the transcript is not."""
MEETINGS: Final = ("meeting_notes", "transcription")
"""The block type of meeting notes, now and before 2026-03-11."""
SEARCHES: Final = 3
"""How many pages of results of a search are read: what is not found by then has to be named."""
NEVER: Final = datetime.fromtimestamp(0, UTC)
SHARE: Final = (
    "Open it in Notion as a full page, choose ••• → Connections, and add your connection; for a database, do this on the "
    "original database, not on a page that shows a view of it. Then run this again."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source."""

    id: str
    """Dashed id of a database, data source or page, from `parse_id`."""
    resolved: str | None = None
    """What an earlier `Listing.resolved` said of it; saves a request."""
    filter: Json | None = None
    """A filter in the form of Notion's API; databases only."""
    sorts: tuple[Json, ...] = ()
    """Sorts in the form of Notion's API, applied among rows of the same minute."""
    name: str = ""
    """What tells it apart from others with the same id and another filter; the id where empty."""

    @property
    def key(self) -> str:
        """Return the name that a listing has it under."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of all sources."""

    pages: tuple[Page, ...]
    """Each once, in the order of the sources, oldest first."""
    by_source: Mapping[str, tuple[str, ...]]
    """`Source.key` → ids of its pages."""
    complete: bool
    """Whether every page of results of every source was read; only then does a page that is missing mean anything."""
    resolved: Mapping[str, str]
    """Source id → `data_source:<id>` or `page:<id>`, to be remembered."""
    related: Mapping[str, Page | Failed | None] = field(default_factory=dict)
    """For each of `Wanted.related`: the page, None where Notion does not know it, Failed where that could not be found out."""
    unread: Mapping[str, Problem] = field(default_factory=dict)
    """Page id → why one of its properties, which was cut, could not be read whole; its body is not read either."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is needed beyond the listing."""

    bodies: frozenset[str]
    """Ids of pages of the listing whose blocks are needed."""
    lookups: frozenset[str] = frozenset()
    """Ids of pages that vanished from the listing."""
    related: frozenset[str] = frozenset()
    """Ids of pages outside of the listing that are needed themselves, without their bodies."""
    cut: frozenset[tuple[str, str]] = frozenset()
    """(page id, property name) of values that a listing cuts off and that are needed whole."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and what it cost."""

    listing: Listing
    found: Mapping[str, Page | Failed | None]
    """For each look-up: the page as it is now, None where Notion does not know it, Failed (with the id of the page alone)
    where that could not be found out."""
    requests: int
    """Requests sent, repetitions included."""
    waited: float
    """Seconds spent waiting."""
    late: frozenset[str] = frozenset()
    """Ids of pages whose bodies are needed and were not read, since the deadline came first."""


class Relisting(NamedTuple):
    """What became of rows of a listing, and what it cost to find out."""

    listing: Listing | None
    """The listing with those rows as they are now; None where one of them is in other sources now than it was."""
    requests: int
    """Requests sent, repetitions included."""
    waited: float
    """Seconds spent waiting."""


class PropertySchema(NamedTuple):
    """A property of a source: its type, and the names of its options where it has any."""

    type: str
    options: tuple[str, ...] = ()


class Found(NamedTuple):
    """What a source turned out to be."""

    title: str
    resolved: str
    """`data_source:<id>` or `page:<id>`."""
    properties: Mapping[str, PropertySchema]
    """The properties of its rows by name; those of pages in a page are just `title`."""
    trashed: bool = False
    """Whether the database around it is in the trash. Notion shows its rows all the same, until it is deleted there."""


class Shared(NamedTuple):
    """Something that the token shows, and that could be a source."""

    id: str
    """Of the data source or page, dashed."""
    title: str
    kind: Literal["database", "page"]
    database: str = ""
    """Id of the database that the data source is in, dashed."""


class Connection(NamedTuple):
    """Whose token it is."""

    name: str
    workspace: str
    is_personal: bool
    """Whether it acts for a person, and sees what that person sees, not what it was added to."""


def read_source(
    settings: NotionSettings,
    sources: Sequence[Source],
    choose: Callable[[Listing], Wanted],
    deliver: Callable[[Tree | Failed], None],
    more: Callable[[], frozenset[str]] = frozenset,
    pause: Callable[[float], None] | None = None,
    *,
    progress: Progress,
    listing: Listing | None = None,
) -> Reading:
    """List `sources`, ask `choose` what else is needed, read that, and hand each body to `deliver` when it is there.

    With a `listing` that was made before nothing is listed again.
    Related pages and properties that were cut come first, and `choose` is asked again with what they turned out to be,
    until it wants no more of them; each is asked for once. `pause` is called when Notion wants one of so many seconds, for
    something else to begin. `deliver` gets every page of `Wanted.bodies` exactly once, in no
    particular order, but those for which the deadline came first; nor is anything looked up then. Then `more` tells, again and again, of which other pages the bodies are needed after all. All callbacks
    run in this thread and what they raise is passed on. Raises ConfigError (a source is of the wrong kind or ambiguous),
    AccessDenied (token, capability, not shared), Unreachable (Notion is down, or a list could not be read to its end).
    """

    async def work(notion: Notion) -> Reading:
        # What could not be read to its end before is tried again.
        listed = replace(listing, unread={}) if listing else await _list(notion, sources, progress)
        wanted = choose(listed)
        asked = Wanted(frozenset())
        while wanted.related - asked.related or wanted.cut - asked.cut:
            related, cut = wanted.related - asked.related, wanted.cut - asked.cut
            asked = replace(asked, related=asked.related | related, cut=asked.cut | cut)
            listed = await _with(notion, listed, related, cut)
            wanted = choose(listed)
        pages = {page.id: page for page in listed.pages}
        trees = _Trees(notion)
        late: set[str] = set()

        async def read(page: str) -> None:
            unread = listed.unread.get(page)
            try:
                if notion.late:
                    raise Late
                deliver(Failed(pages[page], unread) if unread else await trees.read(pages[page]))
                progress.advance("fetching")
            except Late:
                late.add(page)

        bodies = wanted.bodies
        while True:
            progress.begin("fetching", len(bodies))
            try:
                await _in_parallel(read, [page.id for page in listed.pages if page.id in bodies])
            finally:
                progress.end("fetching")
            if not (bodies := more() - late):
                break
        found: dict[str, Page | Failed | None] = {}

        async def look(page: str) -> None:
            what = "A page that is no longer listed could not be looked up: {}. Its post stays."
            with suppress(Late):
                found[page] = await _look_up(notion, page, what)

        await _in_parallel(look, () if notion.late else sorted(wanted.lookups))
        return Reading(listed, found, notion.requests, notion.waited, frozenset(late))

    return _run(settings, progress, work, pause)


def list_again(
    settings: NotionSettings,
    sources: Sequence[Source],
    listing: Listing,
    rows: AbstractSet[str],
    *,
    progress: Progress,
) -> Relisting:
    """Look at the pages `rows` of a `listing` of `sources` once more, without their bodies.

    Rows are listed by the time of their creation, so those that follow one another there take no more requests than they
    fill: a long run can look at each part of its list again without listing all of it each time. Raises as `read_source`.
    """

    async def work(notion: Notion) -> Relisting:
        progress.begin("listing", None)
        try:
            listed = await _list_again(notion, sources, listing, rows, progress)
        finally:
            progress.end("listing")
        return Relisting(listed, notion.requests, notion.waited)

    return _run(settings, progress, work)


def read_connection(settings: NotionSettings, *, progress: Progress) -> Connection:
    """Return whose token it is: one request, which every token may make (reference/get-self). Raises as `read_source`."""

    async def work(notion: Notion) -> Connection:
        raw = await notion.get("users/me")
        bot = raw.get("bot") or {}
        owner = bot.get("owner") or {}
        return Connection(
            str(raw.get("name") or ""),
            str(bot.get("workspace_name") or ""),
            is_personal=raw.get("type") == "person" or owner.get("type") == "user",
        )

    return _run(settings, progress, work)


def read_page(settings: NotionSettings, page: str, *, progress: Progress) -> Page:
    """Return the page with that id, wherever it is, without its body: one request.

    Raises AccessDenied where Notion shows no such page, ConfigError where it is none, and as `read_source`.
    """

    async def work(notion: Notion) -> Page:
        try:
            return parse_page(await notion.get(f"pages/{page}"))
        except NotFound as missing:
            raise _not_shared(page) from missing
        except Refused as refused:
            raise ConfigError(
                f"{page} is no page: {refused.message}",
                hint="Open the page in Notion, choose ••• → Copy link, and give that.",
            ) from refused

    return _run(settings, progress, work)


def read_shared(settings: NotionSettings, *, progress: Progress) -> tuple[Shared, ...]:
    """Return what the token shows: databases, then pages that are no rows; of each kind what was edited last comes first.

    That is what a search finds: it may lack what was shared a moment ago (reference/search-optimizations-and-limitations).
    Six requests at most. Raises as `read_source`.
    """

    async def work(notion: Notion) -> tuple[Shared, ...]:
        return (*await _search(notion, "data_source"), *await _search(notion, "page"))

    return _run(settings, progress, work)


async def _search(notion: Notion, kind: Literal["data_source", "page"]) -> list[Shared]:
    body = {
        "filter": {"property": "object", "value": kind},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
    }
    found: list[Shared] = []
    count = 0
    async for answer in notion.results("POST", "search", body):
        for raw in answer["results"]:
            parent = str((raw.get("parent") or {}).get("type") or "")
            is_row = kind == "page" and parent in ("data_source_id", "database_id")
            if raw.get("object") == kind and not is_row and not raw.get("in_trash"):
                found.append(_shared(raw, kind))
        count += 1
        if count == SEARCHES:
            break
    return found


def _shared(raw: Json, kind: Literal["data_source", "page"]) -> Shared:
    if kind == "page":
        page = parse_page(raw)
        return Shared(page.id, _title(page), "page")
    database = str((raw.get("parent") or {}).get("database_id") or "")
    title = plain(parse_text(raw.get("title")))
    return Shared(normal_id(raw["id"]), title, "database", normal_id(database) if database else "")


def look_at(settings: NotionSettings, source: Source, *, progress: Progress) -> Found:
    """Return what `source` is: two requests where it is resolved. Raises what `read_source` raises."""

    async def work(notion: Notion) -> Found:
        kind, _, target = (source.resolved or "").partition(":")
        raw: Json | None = None
        if kind == "data_source":
            raw = await _or_none(notion.get(f"data_sources/{target}"))
        if raw is None and kind != "page":
            kind, _, target = (await _resolve(notion, source)).partition(":")
            raw = await notion.get(f"data_sources/{target}") if kind == "data_source" else None
        if raw is None:
            page = await _or_none(notion.get(f"pages/{target}"))
            title = _title(parse_page(page)) if page else ""
            return Found(title, f"page:{target}", {"title": PropertySchema("title")})
        _refuse_trash(raw, "data source", target)
        home = (raw.get("parent") or {}).get("database_id")
        database = await _or_none(notion.get(f"databases/{home}")) if home else None
        return Found(
            plain(parse_text(raw.get("title"))),
            f"data_source:{target}",
            {name: _schema(each) for name, each in raw["properties"].items()},
            database is not None and _is_trashed(database),
        )

    return _run(settings, progress, work)


def read_schema(
    settings: NotionSettings, source: Source, *, progress: Progress
) -> Mapping[str, PropertySchema]:
    """Return the properties of `source` by name, as `look_at` does."""
    return look_at(settings, source, progress=progress).properties


def _schema(raw: Json) -> PropertySchema:
    kind = str(raw.get("type") or "")
    body = raw.get(kind)
    options = body.get("options", ()) if isinstance(body, Mapping) else ()
    return PropertySchema(kind, tuple(str(option["name"]) for option in options))


# Running -------------------------------------------------------------------------------------------------------------


def _run(
    settings: NotionSettings,
    progress: Progress,
    work: Callable[[Notion], Coroutine[Any, Any, T]],
    pause: Callable[[float], None] | None = None,
) -> T:
    """Run `work` with a connection; what it raises comes out as one plain exception."""

    async def connected() -> T:
        async with Notion(settings, progress, pause) as notion:
            try:
                return await work(notion)
            except (Trouble, BaseExceptionGroup) as caught:
                error = _first(caught) if isinstance(caught, BaseExceptionGroup) else caught
                if isinstance(error, Trouble):
                    raise notion.unreachable(_reason(error)) from error
                raise error from None

    return asyncio.run(connected())


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the exception of `group` that a person should hear of: an error that ends a run, else any."""
    plain_ones = list(_flat(group))
    return next((error for error in plain_ones if isinstance(error, Stop)), plain_ones[0])


def _flat(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _flat(error)
        else:
            yield error


async def _in_parallel(work: Callable[[T], Coroutine[Any, Any, None]], ids: Iterable[T]) -> None:
    """Do `work` for every id, READERS of them at a time; the first exception stops all."""
    rest = iter(ids)

    async def worker() -> None:
        for each in rest:
            await work(each)

    async with asyncio.TaskGroup() as group:
        for _ in range(READERS):
            group.create_task(worker())


async def _or_none(request: Coroutine[Any, Any, Json]) -> Json | None:
    """Return the answer, None where there is no such thing or it is of another kind."""
    try:
        return await request
    except (NotFound, Refused):
        return None


def _reason(trouble: Trouble) -> str:
    return trouble.message if isinstance(trouble, Unanswered | Late) else f"it answered “{trouble.message}”"


# Sources -------------------------------------------------------------------------------------------------------------


async def _list(notion: Notion, sources: Sequence[Source], progress: Progress) -> Listing:
    progress.begin("listing", None)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_list_one(notion, source, progress)) for source in sources]
    finally:
        progress.end("listing")
    done = [task.result() for task in tasks]
    pages = {page.id: page for found in done for page in found.pages}
    return Listing(
        pages=tuple(pages.values()),
        by_source={
            source.key: tuple(page.id for page in found.pages)
            for source, found in zip(sources, done, strict=True)
        },
        complete=all(found.complete for found in done),
        resolved={source.id: found.resolved for source, found in zip(sources, done, strict=True)},
    )


class _Rows(NamedTuple):
    pages: list[Page]
    complete: bool
    resolved: str


async def _list_one(notion: Notion, source: Source, progress: Progress) -> _Rows:
    if source.resolved:
        try:
            return await _list_resolved(notion, source, source.resolved, progress)
        except (NotFound, Refused):
            pass  # it was replaced, is no longer shared, or was never right: asking anew tells which
    resolved = await _resolve(notion, source)
    try:
        return await _list_resolved(notion, source, resolved, progress)
    except NotFound as missing:
        raise _not_shared(source.id) from missing


async def _list_resolved(
    notion: Notion, source: Source, resolved: str, progress: Progress, part: Sequence[Page] = ()
) -> _Rows:
    """Return the rows of `source`; with a `part` of them only those need to be among them."""
    kind, _, target = resolved.partition(":")
    if kind == "data_source":
        pages, complete = await _query(notion, target, source, progress, _created_between(part))
    else:
        pages, complete = await _child_pages(
            notion, target, source, progress, frozenset(page.id for page in part)
        )
    return _Rows(pages, complete, resolved)


async def _list_again(
    notion: Notion, sources: Sequence[Source], listing: Listing, rows: AbstractSet[str], progress: Progress
) -> Listing | None:
    pages = {page.id: page for page in listing.pages}
    held = {source.key: rows & set(listing.by_source[source.key]) for source in sources}
    # A row may come into a source that has another filter for the same rows. Elsewhere it cannot be without leaving first.
    parts: dict[str, set[str]] = {}
    for source in sources:
        parts.setdefault(listing.resolved[source.id], set()).update(held[source.key])
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {
                source.key: group.create_task(
                    _list_part(notion, source, resolved, [pages[page] for page in part], progress)
                )
                for source in sources
                if (part := parts[resolved := listing.resolved[source.id]])
            }
    except BaseExceptionGroup as failures:
        raise _first(failures) from failures
    now: dict[str, Page] = {}
    for key, task in tasks.items():
        there = {page.id: page for page in task.result().pages if page.id in rows}
        if there.keys() != held[key]:
            return None
        now |= there
    return replace(
        listing,
        pages=tuple(_as_whole(now[page.id], page) if page.id in now else page for page in listing.pages),
    )


def _as_whole(page: Page, before: Page) -> Page:
    """Return `page` with the properties that are cut as they were before and that were read whole `before`."""
    whole = {
        name: prop
        for name, prop in before.properties.items()
        if prop.listed is not None and name in page.properties and page.properties[name].data == prop.listed
    }
    return replace(page, properties={**page.properties, **whole}) if whole else page


async def _list_part(
    notion: Notion, source: Source, resolved: str, part: Sequence[Page], progress: Progress
) -> _Rows:
    """Return those pages of `part` that are listed now, and maybe others."""
    try:
        return await _list_resolved(notion, source, resolved, progress, part)
    except NotFound as missing:
        raise _not_shared(source.id) from missing


async def _resolve(notion: Notion, source: Source) -> str:
    """Return `data_source:<id>` or `page:<id>` for what the user gave.

    A copied address of a database has the database's id; rows belong to its data source, which has another
    (upgrade guide 2025-09-03).
    """
    try:
        database = await notion.get(f"databases/{source.id}")
    except NotFound:
        database = None
    except Refused as refused:
        if "data source" in refused.message:
            raise _linked_view(source.id) from refused
        database = None  # "… is a page, not a database"
    if database is not None:
        _refuse_trash(database, "database", source.id)
        return f"data_source:{_only_data_source(database, source.id)}"
    if (found := await _or_none(notion.get(f"data_sources/{source.id}"))) is not None:
        _refuse_trash(found, "data source", source.id)
        return f"data_source:{normal_id(found['id'])}"
    if (found := await _or_none(notion.get(f"pages/{source.id}"))) is not None:
        _refuse_trash(found, "page", source.id)
        return f"page:{normal_id(found['id'])}"
    raise _not_shared(source.id)


def _only_data_source(database: Json, given: str) -> str:
    choices = database.get("data_sources") or []
    if not choices:
        raise _linked_view(given)
    if len(choices) > 1:
        listed = "".join(
            f"\n    {normal_id(choice['id'])}   # {choice.get('name') or 'no name'}" for choice in choices
        )
        title = plain(parse_text(database.get("title"))) or given
        raise ConfigError(
            f"The database “{title}” has {len(choices)} data sources, and the configuration does not say which to read.",
            hint=f"Put one of these ids, or a list of them, as `source:` under `notion:` in place of the database:{listed}",
        )
    return normal_id(choices[0]["id"])


def _not_shared(given: str) -> AccessDenied:
    return AccessDenied(
        f"Notion shows this connection nothing with the id {given}: it is not shared with the connection, or it is gone.",
        hint=SHARE
        + " If that is done already, copy the link of the database again: the id may be another one.",
    )


def _linked_view(given: str) -> AccessDenied:
    return AccessDenied(
        f"{given} is a linked view of a database, or a database whose data is not shared with the connection; the rows "
        "cannot be read through it.",
        hint="Open the original database (click its name with the ↗ in the view), copy its link into `source:` under "
        "`notion:`, and add your connection there: ••• → Connections.",
    )


def _is_trashed(found: Json) -> bool:
    return bool(found.get("in_trash", found.get("archived", False)))


def _refuse_trash(found: Json, kind: str, given: str) -> None:
    if _is_trashed(found):
        raise ConfigError(
            f"The {kind} {given} is in Notion's trash, so nothing was read from it.",
            hint="Restore it from the trash in Notion, or put another one as `source:` under `notion:`.",
        )


# Rows ----------------------------------------------------------------------------------------------------------------


async def _query(
    notion: Notion, data_source: str, source: Source, progress: Progress, extra: Json | None = None
) -> tuple[list[Page], bool]:
    """Return all rows and whether they are all; with a filter `extra` it is enough to return those that it lets pass.

    One query ends after 10,000 rows (request_status `incomplete`); the next one goes on from the creation time of the last
    row, whose minute is read again.
    """
    pages: dict[str, Page] = {}
    since: str | None = None
    plainly = False
    while True:
        body: dict[str, Any] = {"sorts": [OLDEST_FIRST, *source.sorts], "result_type": "page"}
        if plainly:
            body = {"sorts": list(source.sorts)} if source.sorts else {}
        narrowed = _and(source.filter, _created_since(since)) if since else source.filter
        if extra and not plainly:
            narrowed = _and(narrowed, extra)
        if narrowed:
            body["filter"] = narrowed
        last, cut = since, False
        try:
            async for answer in notion.results("POST", f"data_sources/{data_source}/query", body):
                for raw in answer["results"]:
                    last = raw.get("created_time", last)
                    page = await _row(notion, raw)
                    if page and page.id not in pages:
                        pages[page.id] = page
                        progress.advance("listing")
                cut |= (answer.get("request_status") or {}).get("type") == "incomplete"
        except Refused as refused:
            if not (plainly or pages):
                plainly = (
                    True  # a server that knows less than Notion: it gets one query with nothing of ours in it
                )
                continue
            raise _bad_query(source, refused) from refused
        if not cut:
            return list(pages.values()), True
        if plainly or last == since:
            return list(pages.values()), False
        since = last


async def _row(notion: Notion, raw: Json) -> Page | None:
    """Return the page of a row; None for what is none: a data source of a wiki, a row that cannot be read."""
    if raw.get("object", "page" if "properties" in raw else None) != "page":
        return None
    whole: Json | None = raw
    if "properties" not in raw or "last_edited_time" not in raw:
        whole = await _or_none(notion.get(f"pages/{raw['id']}"))
    if whole is None:
        return None
    if "last_edited_time" not in whole:
        # Any moment may have been the last edit, so the page is one to be read each time.
        whole = {"created_time": None, **whole, "last_edited_time": datetime.now(UTC).isoformat()}
    try:
        return parse_page(whole)
    except (KeyError, ValueError) as error:
        raise Unanswered(f"a row without what every page has ({error})") from error


def _created_since(moment: str | None) -> Json:
    return {"timestamp": "created_time", "created_time": {"on_or_after": moment}}


def _created_between(pages: Sequence[Page]) -> Json | None:
    """Return a filter for rows that were created when `pages` were; None where there are none.

    Notion tells the minute of a moment whose seconds it may well compare, so the last minute is in it to its end.
    """
    if not pages:
        return None
    first = min(page.created for page in pages)
    last = max(page.created for page in pages) + timedelta(minutes=1)
    return _and(
        _created_since(_moment(first)),
        {"timestamp": "created_time", "created_time": {"on_or_before": _moment(last)}},
    )


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _and(given: Json | None, extra: Json) -> Json:
    """Return `given` and `extra` in one filter, no deeper than before where that can be: Notion takes two levels."""
    if not given:
        return extra
    if isinstance(extra.get("and"), list):
        for part in extra["and"]:
            given = _and(given, part)
        return given
    if isinstance(given.get("and"), list):
        return {"and": [*given["and"], extra]}
    if isinstance(given.get("or"), list) and any("and" in part or "or" in part for part in given["or"]):
        flat = [
            inner
            for part in given["or"]
            for inner in (part["or"] if isinstance(part.get("or"), list) else [part])
        ]
        return {"or": [_and(part, extra) for part in flat]}
    return {"and": [given, extra]}


def _bad_query(source: Source, refused: Refused) -> Stop | Refused:
    if not source.filter and not source.sorts:
        return refused
    return ConfigError(
        f"Notion does not accept the filter or sorts of the configuration: “{refused.message}”",
        hint="Correct `filter:` or `sorts:` under `notion:`, in the form of Notion's API: "
        "https://developers.notion.com/reference/post-database-query-filter",
    )


async def _child_pages(
    notion: Notion, page: str, source: Source, progress: Progress, only: frozenset[str] = frozenset()
) -> tuple[list[Page], bool]:
    """Return the pages that lie in the body of `page`, not those inside other pages, and whether they are all.

    With the ids `only`, just those of them.
    """
    if source.filter:
        raise ConfigError(
            f"The source {source.id} is a page, and Notion filters the rows of databases only.",
            hint="Remove `filter:` under `notion:`, or give a database as `source:`.",
        )
    trees = _Trees(notion)
    blocks = list(_walk(await trees.blocks(page)))
    complete = not any(block.type == "unsupported" and block.has_children for block in blocks)
    ids = list(dict.fromkeys(block.id for block in blocks if block.type == "child_page"))
    databases = [block for block in blocks if block.type == "child_database"]
    if not ids and databases:
        listed = "".join(
            f"\n    {block.id}   # {block.data.get('title') or 'a linked view'}" for block in databases
        )
        raise ConfigError(
            f"The source {source.id} is a page that holds no pages of its own, but a database.",
            hint=f"Put the database as `source:` under `notion:` in place of the page:{listed}",
        )
    pages: dict[str, Page] = {}

    async def read(child: str) -> None:
        raw = await _or_none(notion.get(f"pages/{child}"))
        if raw:
            pages[child] = parse_page(raw)
            progress.advance("listing")

    ids = [child for child in ids if child in only or not only]
    await _in_parallel(read, ids)
    return [pages[child] for child in ids if child in pages], complete


def _walk(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _walk(block.children)


async def _look_up(notion: Notion, page: str, what: str) -> Page | Failed | None:
    """Return the page, None where Notion does not know it, Failed with the message `what` (`{}` is the reason) else."""
    try:
        return parse_page(await notion.get(f"pages/{page}"))
    except NotFound:
        return None
    except Late:
        raise
    except Trouble as trouble:
        await _stop_if_down(notion, trouble)
        reason = _reason(trouble)
    except (KeyError, ValueError) as error:
        reason = f"Notion's answer is none that this version knows ({error})"
    return _failed(page, what.format(reason))


def _failed(page: str, what: str) -> Failed:
    problem = Problem("error", what, page=page, hint="The next run tries again.")
    return Failed(Page(page, "", NEVER, NEVER), problem)


async def _with(
    notion: Notion, listing: Listing, related: Iterable[str], cut: Iterable[tuple[str, str]]
) -> Listing:
    """Return `listing` with the pages `related`, and with the properties `cut` as they are in whole."""
    pages = {page.id: page for page in listing.pages}
    found = dict(listing.related)
    unread = dict(listing.unread)

    async def look(page: str) -> None:
        what = "A page that a relation names could not be looked up: {}."
        try:
            found[page] = await _look_up(notion, page, what)
        except Late as late:
            found[page] = _failed(page, what.format(late.message))

    async def complete(page: str, name: str) -> None:
        prop = pages[page].properties[name]
        try:
            whole = await _whole(notion, page, prop)
        except (NotFound, Refused, ValueError):
            # For good: what the listing has of it is all there is to be had.
            return
        except Trouble as trouble:
            await _stop_if_down(notion, trouble)
            unread[page] = Problem(
                "note" if isinstance(trouble, Late) else "error",
                f"“{name}” of “{_title(pages[page])}” could not be read to its end: {_reason(trouble)}. The last post stays.",
                page=page,
                hint="The next run tries again.",
            )
            return
        pages[page] = replace(pages[page], properties={**pages[page].properties, name: whole})

    await _in_parallel(look, sorted(related))
    await _in_parallel(lambda place: complete(*place), sorted(cut))
    return replace(listing, pages=tuple(pages.values()), related=found, unread=unread)


async def _whole(notion: Notion, page: str, prop: Property) -> Property:
    """Return `prop` of `page` with all its values. Raises Trouble, and ValueError where the answer is of something else."""
    path = f"pages/{page}/properties/{prop.id}"
    return completed(prop, [answer async for answer in notion.results("GET", path)])


# Trees ---------------------------------------------------------------------------------------------------------------


class _Trees:
    """Reads bodies breadth-first: each list of children once, all its pages of results, side by side."""

    def __init__(self, notion: Notion) -> None:
        self._notion = notion
        self._known: dict[str, tuple[Block, ...]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def read(self, page: Page) -> Tree | Failed:
        """Return `page` with its body, whole or Failed. Raises Late."""
        try:
            return Tree(page, await self.blocks(page.id))
        except Late:
            raise
        except Trouble as trouble:
            await _stop_if_down(self._notion, trouble)
            gone = isinstance(trouble, NotFound)
            reason = "it disappeared while it was being read" if gone else _reason(trouble)
        except RecursionError:
            reason = "its blocks are nested too deeply"
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            reason = f"Notion's answer has a form that this version does not know ({type(error).__name__}: {error})"
        message = f"“{_title(page)}” could not be read: {reason}. Its last post stays."
        hint = "The next run tries again. If it fails each time, open the page in Notion and see whether it loads there."
        return Failed(page, Problem("error", message, page=page.id, hint=hint))

    async def blocks(self, page: str) -> tuple[Block, ...]:
        """Return the blocks of `page` with all their children. Raises Trouble; NotFound only for the page itself."""
        lists: dict[str, tuple[Block, ...]] = {page: await self._fetch(page)}
        level = dict(_inside(lists[page], shared=False))
        while level:
            lists |= await self._fetch_all(level)
            level = {
                each: parent
                for name, holder in level.items()
                for each, parent in _inside(lists[name], shared=holder.shared)
                if each not in lists
            }
        return _assemble(page, lists, frozenset())

    async def _fetch_all(self, level: Mapping[str, _Holder]) -> dict[str, tuple[Block, ...]]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = {
                    name: group.create_task(self._children(name, holder)) for name, holder in level.items()
                }
        except BaseExceptionGroup as failures:
            raise _first(failures) from failures
        return {name: task.result() for name, task in tasks.items()}

    async def _children(self, name: str, holder: _Holder) -> tuple[Block, ...]:
        """Return the list of children `name`, which `holder` shows; what nobody can read is said in it."""
        try:
            if not holder.shared:
                return await self._fetch(name)
            async with self._locks.setdefault(name, asyncio.Lock()):
                if name not in self._known:
                    self._known[name] = await self._fetch(name)
                return self._known[name]
        except NotFound as missing:
            # The original of a copy may lie in a page that is not shared; a part of meeting notes may not exist.
            if holder.block.type in ("synced_block", *MEETINGS):
                return ()
            raise Unanswered("a part of it disappeared while it was being read") from missing
        except Refused:
            # 400 "Block type … is not supported via the API": for good, so it is a block that cannot be shown.
            return (Block(name, "unsupported", {"block_type": holder.block.type}, has_children=True),)

    async def _fetch(self, name: str) -> tuple[Block, ...]:
        found: list[Block] = []
        async for answer in self._notion.results("GET", f"blocks/{name}/children"):
            found += [parse_block(raw) for raw in answer["results"]]
        return tuple(found)


class _Holder(NamedTuple):
    block: Block
    """The block whose children a list is."""
    shared: bool
    """Whether the list is, or is in, a synced block, so that it may be met again."""


def _inside(blocks: Iterable[Block], *, shared: bool) -> Iterator[tuple[str, _Holder]]:
    """Yield the names of the lists of children of `blocks`."""
    for block in blocks:
        for name in _lists(block):
            yield name, _Holder(block, shared or block.type == "synced_block")


def _lists(block: Block) -> list[str]:
    """Return the ids under which the children of `block` are listed."""
    if block.type in CHILDLESS:
        return []
    pointers = block.data.get("children")
    if block.type in MEETINGS and isinstance(pointers, Mapping):
        return [normal_id(pointers[part]) for part in POINTERS if isinstance(pointers.get(part), str)]
    return [block.id] if block.has_children else []


def _assemble(name: str, lists: Mapping[str, tuple[Block, ...]], above: frozenset[str]) -> tuple[Block, ...]:
    """Return the blocks of the list `name` with their children; a synced copy inside its own original stays empty."""
    whole = []
    for block in lists[name]:
        origin = (block.data.get("synced_from") or {}).get("block_id") or block.id
        own = {block.id, normal_id(origin)}
        if not own & above:
            children = [child for inner in _lists(block) for child in _assemble(inner, lists, above | own)]
            block = replace(block, children=tuple(children)) if children else block
        whole.append(block)
    return tuple(whole)


def _title(page: Page) -> str:
    for each in page.properties.values():
        if each.type == "title":
            return plain(parse_text(each.data.get("title"))) or page.id
    return page.id


async def _stop_if_down(notion: Notion, trouble: Trouble) -> None:
    """Raise Unreachable where it is not this request alone that fails."""
    if isinstance(trouble, Unanswered) and not await notion.alive():
        raise notion.unreachable(trouble.message) from trouble
