"""Deciding what to read: a listing, the memory of the last run and the configuration → one `Brief`. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

from notion2jekyll import __version__, state
from notion2jekyll.convert import Copy
from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.jekyll import places, review
from notion2jekyll.jekyll.assets import copies
from notion2jekyll.jekyll.extras import told
from notion2jekyll.jekyll.meta import ADDRESS, Options, meta, named, roles, said, used
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.model import Failed, Page
from notion2jekyll.notion.properties import is_cut
from notion2jekyll.publish import Rule, is_certain, refusal
from notion2jekyll.snapshot import Snapshot
from notion2jekyll.state import Entry, State

CONVERTER: Final = 3
"""Goes up with every change of what is written for the same page, so that posts are rendered again."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The blog as it is, and what was written last."""

    snapshot: Snapshot
    site: Site
    state: State
    problems: tuple[Problem, ...] = ()
    searched: bool = False
    """Whether the state had to be searched for, or mended: one is worth writing then, lest that be repeated."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of the configuration: which of its pages are published, and what becomes of them."""

    rule: Rule | Literal["all"]
    options: Options
    sources: tuple[str, ...] = ()
    """Names of the listed sources that it takes its pages from (`Listing.by_source`); all where empty."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What this run was asked for."""

    feeds: tuple[Feed, ...]
    """At least one. A page that several could take is of the first that publishes it, else of the first."""
    restore: bool = False
    """Whether posts deleted by hand are written again."""
    pages: frozenset[str] = frozenset()
    """Only these; all where empty."""
    full: str = ""
    """Why every page is read, whatever its edit time; empty where that is not asked for."""
    edited_stay: bool = False
    """Whether posts that a person edited stay where they are, with nothing merged into them."""
    removed: Literal["delete", "draft", "keep"] = "delete"
    """What becomes of the post of a page that is no longer published."""
    previews: frozenset[str] = frozenset()
    """Pages that are made as if they were published, to be looked at and not to be written."""


@dataclass(frozen=True, slots=True)
class Table:
    """A data file with the published rows of a source."""

    id: str
    """What it has in place of a page id, see `table_id`."""
    path: str
    feed: Feed
    pages: tuple[Page, ...]
    """The published rows, oldest first."""
    said: str
    """Fingerprint of what they say."""
    why: str | None
    """Why it is made anew; None where it is as good as it would become."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be read, and what is known without reading."""

    published: tuple[Page, ...]
    feeds: Mapping[str, Feed]
    """Page id → the feed that takes the page, for all pages that are listed."""
    index: places.Index
    whys: Mapping[str, str]
    """Page id → why its body is needed."""
    gone: Mapping[str, str]
    """Page id → why it is certainly no longer published, though it is still in the source."""
    vanished: frozenset[str]
    """Ids of pages that have a post and are no longer in the source: what became of them must be asked."""
    marks: Mapping[str, str]
    """Page id → fingerprint of all that its post depends on beside the page, for all pages that are listed."""
    origins: Mapping[str, str]
    """Page id → the listed source (`Listing.by_source`) that the page was found in, for all pages that are listed."""
    problems: tuple[Problem, ...]
    said: Mapping[str, str]
    """Page id → fingerprint of what its properties say, for the pages that are written."""
    related: frozenset[str]
    """Ids of pages outside of the sources that relations of the pages to be read name."""
    missing: frozenset[str]
    """Ids of those that could not be looked up this time."""
    cut: frozenset[tuple[str, str]]
    """(page id, property name) of what Notion cut off and the posts need."""
    properties: tuple[str, ...]
    """Which property becomes what, for a person: a line for each kind of row."""
    tables: tuple[Table, ...] = ()
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Page id → ids of its blocks that other pages link to."""


def fingerprint(options: Options, site: Site) -> str:
    """Return a short text that changes with everything, beside the page, that a post depends on."""
    dialect = site.dialect(options.typography)
    # Without what no post depends on: a change of that must not make all of them be read again.
    plain = replace(site, future=False, excluded=(), plugins=())
    options = options if options.keep == "all" else replace(options, marker="")
    parts = [__version__, CONVERTER, repr(options), repr(plain), repr(dialect), site.redirects]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def decide(
    wishes: Wishes,
    memory: Memory,
    listing: Sequence[Page],
    *,
    by_source: Mapping[str, Collection[str]] | None = None,
    elsewhere: Mapping[str, str | None] | None = None,
    outside: Mapping[str, Page | Failed | None] | None = None,
    staying: Collection[Entry] = (),
    learned: Mapping[str, Copy] | None = None,
) -> Brief:
    """Return what is to be read for the pages in `listing`, all rows of all sources.

    `by_source` has the page ids of each source; `elsewhere` what an earlier attempt learned of posts that are not where
    they belong (see `Index.elsewhere`), and `learned` of media (see `Index.copies`); `outside` the pages that
    `Brief.related` asked for, and `staying` what an earlier attempt learned of posts that stay though their page is not
    written. Raises ConfigError where a page was asked for that is not there.
    """
    entries, outside = memory.state.entries, outside or {}
    feeds = assigned(wishes.feeds, listing, by_source or {})
    refusals = {page.id: refusal(page, feeds[page.id].rule) for page in listing}
    drafts = tuple(
        page for page in listing if _is_draft(page, refusals[page.id], feeds[page.id], wishes, memory)
    )
    refusals.update(dict.fromkeys(wishes.previews - {page.id for page in drafts}))
    published = tuple(page for page in listing if refusals[page.id] is None)
    in_tables = {page.id for page in listing if feeds[page.id].options.shelf.kind == "data"}
    posted = [page for page in (*published, *drafts) if page.id not in in_tables]
    drafts = tuple(page for page in drafts if page.id not in in_tables)
    stay, notes = _deleted_by_hand(posted, memory, restore=wishes.restore or bool(wishes.previews))
    written = [
        places.Written(page, feeds[page.id].options)
        for page in published
        if page.id not in stay and page.id not in in_tables
    ]
    written += [
        places.Written(page, feeds[page.id].options, live=False) for page in drafts if page.id not in stay
    ]
    named_outside = {id_: _name(page) for id_, page in outside.items() if not isinstance(page, Failed)}
    index = _index(written, listing, feeds, memory, stay, named_outside, staying)
    there, before = memory.snapshot.files, memory.state
    index = replace(
        index,
        external=any(feed.options.external for feed in wishes.feeds),
        elsewhere={**_elsewhere(published, index, wishes, memory), **(elsewhere or {})},
        copies={**copies(there, before.files, before.sizes, index.assets), **(learned or {})},
    )
    each = {id(feed): fingerprint(feed.options, memory.site) for feed in wishes.feeds}
    marks = {page: each[id(feed)] for page, feed in feeds.items()}
    _known(wishes.pages, refusals.keys() | entries.keys())
    says = {one.page.id: said(one.page, one.options) for one in written}
    own = [entry for entry in entries.values() if _asked(entry.page, wishes.pages) and not _is_table(entry)]
    unsure = {
        page.id: why
        for page in listing
        if (why := refusals[page.id]) is not None and not is_certain(page, feeds[page.id].rule)
    }
    brief = Brief(
        published=published,
        feeds=feeds,
        index=index,
        whys={},
        gone={
            entry.page: why
            for entry in own
            if (why := refusals.get(entry.page)) is not None
            and entry.page not in unsure
            and entry.page not in index.places
        }
        | {
            entry.page: "it is a row of a data file now"
            for entry in own
            if entry.page in in_tables and refusals[entry.page] is None
        },
        vanished=frozenset(entry.page for entry in own if entry.page not in refusals and not entry.removed),
        marks=marks,
        origins=_origins(feeds, by_source or {}),
        problems=(
            *_refused(
                wishes.pages, {page: why for page, why in refusals.items() if page not in index.places}
            ),
            *_rows_asked_for(wishes.pages & in_tables),
            *notes,
            *_doubtful(own, unsure),
            *_about_feeds(wishes.feeds, listing, feeds, published, by_source or {}),
            *_untitled(index.places),
            *places.shared(index.places),
            *_left_behind(index.places, entries, memory.site),
            *_forgotten(wishes, memory),
            *_unseen(wishes.feeds, memory.site),
            *_other_days(index.places, memory.site),
        ),
        said=says,
        related=frozenset(),
        missing=frozenset(id_ for id_, found in outside.items() if isinstance(found, Failed)),
        cut=frozenset(),
        properties=_told(listing, feeds),
    )
    brief = learn(brief, wishes, memory, listing, {}, {})
    tables = tuple(_tables(wishes, published, feeds, brief, memory, each))
    rows = [places.Written(page, table.feed.options) for table in tables if table.why for page in table.pages]
    read = [*(one for one in written if one.page.id in brief.whys), *rows]
    return replace(
        brief,
        tables=tables,
        related=frozenset(
            id_ for one in read for id_ in named(one.page, one.options) if id_ not in index.titles
        ),
        cut=needed_whole(written, brief.whys) | needed_whole(rows, {one.page.id for one in rows}),
        problems=(*brief.problems, *_about_properties(wishes.feeds, read, outside)),
    )


def _is_table(entry: Entry) -> bool:
    return entry.path.startswith("_data/")


def table_id(path: str) -> str:
    """Return what a data file has in place of a page id: it stands for its path, whatever sources go there."""
    return str(uuid5(NAMESPACE_URL, f"notion2jekyll:{path}"))


def _origins(feeds: Mapping[str, Feed], by_source: Mapping[str, Collection[str]]) -> dict[str, str]:
    origins: dict[str, str] = {}
    for source, pages in by_source.items():
        for page in pages:
            if not feeds[page].sources or source in feeds[page].sources:
                origins.setdefault(page, source)
    return origins


def _tables(
    wishes: Wishes,
    published: Sequence[Page],
    of: Mapping[str, Feed],
    brief: Brief,
    memory: Memory,
    marks: Mapping[int, str],
) -> Iterator[Table]:
    """Yield the data files, each with why it is made anew; none in a run for single pages."""
    for feed in wishes.feeds:
        if feed.options.shelf.kind != "data" or wishes.pages:
            continue
        path = feed.options.shelf.folder
        own = table_id(path)
        pages = tuple(page for page in published if of[page.id] is feed)
        parts = [(page.id, said(page, feed.options), named(page, feed.options)) for page in pages]
        names = {id_: brief.index.names.get(id_, "") for _, _, ids in parts for id_ in sorted(ids)}
        mark = hashlib.sha256(repr([part[:2] for part in parts]).encode()).hexdigest()[:16]
        entry = memory.state.entries.get(own)
        why = None
        if entry is None or entry.recovered:
            why = "new"
        elif path not in memory.snapshot.files and memory.snapshot.complete:
            why = "it was deleted, and is restored" if wishes.restore else None
        elif entry.fingerprint != marks[id(feed)]:
            why = "the version, the options or the site's _config.yml changed"
        elif entry.said != mark:
            why = "its rows changed"
        elif any(names.get(id_, used_) != used_ for id_, used_ in entry.related.items() if names.get(id_)):
            why = "a page that a relation names changed its title"
        elif brief.index.links(entry.links) != entry.links:
            why = "a page that it links to changed its address or title"
        elif wishes.full:
            why = wishes.full
        yield Table(own, path, feed, pages, mark, why)


def _forgotten(wishes: Wishes, memory: Memory) -> Iterator[Problem]:
    """Yield a note for data files of ours that no source goes to any more, and for those that a person deleted."""
    paths = {feed.options.shelf.folder for feed in wishes.feeds if feed.options.shelf.kind == "data"}
    tables = {entry.path for entry in memory.state.entries.values() if _is_table(entry)}
    for path in sorted(tables):
        there = path in memory.snapshot.files
        if there and path not in paths:
            what = f"{path} stays as it is: no source of the configuration goes there any more."
            yield Problem("note", what, hint="Delete the file if it is not wanted.")
        elif not there and path in paths and memory.snapshot.complete and not wishes.restore:
            what = f"{path} was deleted in the repository and stays deleted."
            yield Problem("note", what, hint="To get it back, run once with `restore: true` under `sync:`.")


def _unseen(feeds: Iterable[Feed], site: Site) -> Iterator[Problem]:
    """Yield a warning for every collection that the site does not know, and a note for those without pages of their own."""
    for shelf in dict.fromkeys(feed.options.shelf for feed in feeds):
        if shelf.kind != "collection":
            continue
        if shelf.label not in site.collections:
            yield Problem(
                "warning",
                f"The site's _config.yml names no collection “{shelf.label}”: Jekyll leaves {shelf.folder} out.",
                hint=f"Add to _config.yml: collections: {{{shelf.label}: {{output: true}}}}",
            )
        elif not site.collections[shelf.label].output:
            yield Problem(
                "note",
                f"The collection “{shelf.label}” has no pages of its own, so links to it are shown as text.",
                hint=f"If it is to have some, write `output: true` for {shelf.label} under `collections:` in _config.yml.",
            )


def _rows_asked_for(pages: Iterable[str]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "note",
            "A page that was asked for is a row of a data file, which is written as a whole.",
            page=page,
            hint="Run without --page.",
        )
        for page in sorted(pages)
    )


def learn(
    brief: Brief,
    wishes: Wishes,
    memory: Memory,
    listing: Iterable[Page],
    made: Mapping[str, Entry],
    anchors: Mapping[str, Mapping[str, str]],
) -> Brief:
    """Return `brief` with what is known by now of links to blocks of other pages, and with the pages that need it.

    `made` are the entries of posts that were made in this run, by page id; `anchors` are the places of their blocks (see
    `Index.anchors`). Where a page links to is known only when it was read, and where that leads when the other page was.
    """
    before = memory.state.entries
    entries = {page: made.get(page) or before.get(page) for page in brief.index.places}
    there = [entry for entry in entries.values() if entry is not None]
    index = replace(brief.index, anchors={**{entry.page: entry.anchors for entry in there}, **anchors})
    # A post that stays as a person left it gets no anchors.
    stay = {page for page in before if wishes.edited_stay and _is_edited(before[page], memory)}
    wanted = {page: blocks for page, blocks in state.wanted(there).items() if page not in stay}
    brief = replace(brief, index=index, wanted=wanted)
    whys = {page: why for page, why in brief.whys.items() if page in entries}
    for page in listing:
        # A post that somebody looks at links to blocks of others as it would if those were written too.
        needed = _asked(page.id, wishes.pages) or (wishes.previews and brief.wanted.get(page.id))
        if page.id in entries and page.id not in whys and needed:
            why = _why(page, brief, wishes, memory)
            whys |= {page.id: why} if why else {}
    return replace(brief, whys=whys)


def assigned(
    feeds: Sequence[Feed], listing: Iterable[Page], by_source: Mapping[str, Collection[str]]
) -> dict[str, Feed]:
    """Return the feed of each page: the first that publishes it, else the first that it is in."""
    inside = [
        (feed, {page for source in feed.sources for page in by_source.get(source, ())}) for feed in feeds
    ]
    found: dict[str, Feed] = {}
    for page in listing:
        choices = [feed for feed, pages in inside if not feed.sources or page.id in pages] or [feeds[0]]
        found[page.id] = next((feed for feed in choices if refusal(page, feed.rule) is None), choices[0])
    return found


def _is_draft(page: Page, refused: str | None, feed: Feed, wishes: Wishes, memory: Memory) -> bool:
    """Return whether `page`, which is not published, is written all the same, as a draft or hidden."""
    if refused is None or feed.options.unpublished == "skip" or page.trashed or page.archived:
        return False
    entry = memory.state.entries.get(page.id)
    # What becomes of a post that was published is said by another option; `keep` means that it stays as it is.
    was_live = entry is not None and bool(entry.url) and wishes.removed == "keep"
    return is_certain(page, feed.rule) and not was_live


def _name(page: Page | None) -> str:
    """Return the title of a page outside of the sources; empty where it cannot be seen, or is in the trash."""
    return meta(page, Options(), Site()).title if page is not None and not page.trashed else ""


def needed_whole(written: Iterable[places.Written], whys: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return (page id, property name) of what was cut off and is needed.

    That is all that pages in `whys` say, and what settles the addresses of the others.
    """
    found: set[tuple[str, str]] = set()
    for one in written:
        props = one.page.properties
        playing = roles(props, one.options)
        names = used(props, one.options) if one.page.id in whys else [playing.get(role) for role in ADDRESS]
        found |= {(one.page.id, name) for name in names if name is not None and is_cut(props, name)}
    return frozenset(found)


def _told(listing: Iterable[Page], feeds: Mapping[str, Feed]) -> tuple[str, ...]:
    """Return which property becomes what, once for all rows of a feed that have the same ones."""
    kinds = {(id(feeds[page.id]), tuple(page.properties)): page for page in listing}
    return tuple(dict.fromkeys(told(page.properties, feeds[page.id].options) for page in kinds.values()))


def _why(page: Page, brief: Brief, wishes: Wishes, memory: Memory) -> str | None:
    """Return why the body of `page` is to be read, None where it is not."""
    entry, place = memory.state.entries.get(page.id), brief.index.places[page.id]
    why = state.stale(
        page,
        entry,
        path=place.path,
        url=place.url,
        fingerprint=brief.marks[page.id],
        links=brief.index.links(entry.links) if entry else {},
        names=brief.index.names,
        said=brief.said[page.id],
        wanted=brief.wanted.get(page.id, ()),
    )
    if why is None and entry is not None and set(entry.redirects) != set(place.redirects):
        why = "its former addresses changed"
    if why is None and wishes.full:
        why = wishes.full
    elif why is None and page.id in wishes.pages:
        why = "it was asked for"
    return why


def _index(
    written: Sequence[places.Written],
    listing: Sequence[Page],
    feeds: Mapping[str, Feed],
    memory: Memory,
    stay: Collection[str],
    named_outside: Mapping[str, str],
    staying: Collection[Entry],
) -> places.Index:
    """Return where every page goes; pages in `stay` have no address, for links must not lead there, but keep their place."""
    entries = memory.state.entries.values()
    ids = {one.page.id for one in written}
    own = {entry.path for entry in entries}
    remembered = {id_: title for entry in entries for id_, title in entry.related.items() if title}
    return places.index(
        written,
        _titles(listing, feeds, memory.site),
        memory.site,
        held={
            entry.page: places.Held(entry.path, entry.url or entry.last, entry.former, entry.template)
            for entry in entries
        },
        paths=memory.snapshot.files.keys() - own,
        # A post that is not there may be one that a person deleted, whose page is not known to be gone.
        reserved={
            entry.path
            for entry in entries
            if entry.page in stay
            or (entry.page not in ids and (entry.removed or entry.path not in memory.snapshot.files))
        }
        | {entry.path for entry in staying},
        occupied={entry.url for entry in staying},
        assets=next(iter(feeds.values())).options.assets if feeds else "",
        related={**remembered, **named_outside},
    )


def _titles(listing: Sequence[Page], feeds: Mapping[str, Feed], site: Site) -> dict[str, str]:
    """Return the title of every page that is listed."""
    titles = {page.id: meta(page, feeds[page.id].options, site).title for page in listing}
    for page in listing:
        options = feeds[page.id].options
        if options.properties.get("title"):
            # It may be a relation, which names other pages.
            titles[page.id] = meta(page, options, site, titles).title
    return titles


def _elsewhere(
    published: Iterable[Page], index: places.Index, wishes: Wishes, memory: Memory
) -> dict[str, str | None]:
    """Return the addresses of posts that will not be where they belong: edited by a person, or not asked for."""
    found: dict[str, str | None] = {}
    for page in published:
        place, entry = index.places.get(page.id), memory.state.entries.get(page.id)
        asked = bool(wishes.previews) or _asked(page.id, wishes.pages)
        if place is None or (entry is None and asked):
            continue
        if entry is None or entry.removed:
            found[page.id] = None if not asked else place.url
        elif entry.path != place.path:
            edited = wishes.edited_stay and _is_edited(entry, memory)
            if not asked or edited or entry.recovered:
                found[page.id] = entry.url or places.address(entry.path, place.meta, memory.site, place.shelf)
    return found


def _is_edited(entry: Entry, memory: Memory) -> bool:
    return memory.snapshot.files.get(entry.path) not in (None, entry.blob)


def _about_feeds(
    feeds: Iterable[Feed],
    listing: Sequence[Page],
    of: Mapping[str, Feed],
    published: Iterable[Page],
    by_source: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """Yield what there is to say of each feed as a whole."""
    live = {page.id for page in published}
    for feed in feeds:
        pages = [page for page in listing if of[page.id] is feed]
        own = {source: ids for source, ids in by_source.items() if not feed.sources or source in feed.sources}
        if feed.options.unpublished == "skip":
            yield from unmarked(pages, live, feed.rule, own)
        types = {name: prop.type for page in pages for name, prop in page.properties.items()}
        yield from review.misnamed(types, feed.options)


def unmarked(
    listing: Sequence[Page],
    published: Collection[str],
    rule: Rule | Literal["all"],
    by_source: Mapping[str, Collection[str]],
) -> tuple[Problem, ...]:
    """Return a note where nothing is published, and a warning for every source without the property of the rule."""
    if rule == "all" or not listing:
        return ()
    if not any(page.id in published for page in listing):
        return (
            Problem(
                "note",
                f"None of the {len(listing)} rows is published: the rule is “{rule}”, and none meets it.",
                hint="Set that in Notion for a page that is to be published, or change `publish:` in the configuration.",
            ),
        )
    pages = {page.id: page for page in listing}
    return tuple(
        Problem(
            "warning",
            f"Nothing of the source {source} is published: its rows have no property “{rule.property}”.",
            hint="Give that source the property, or take it out of `source:`.",
        )
        for source, ids in by_source.items()
        if (mine := [pages[page] for page in ids if page in pages])
        and not any(rule.property in page.properties for page in mine)
    )


def _untitled(found: Mapping[str, places.Place]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "warning",
            f"The page that becomes {place.path} has no title: lists of posts show nothing to click on.",
            page=page,
            hint="Give the page a title in Notion.",
        )
        for page, place in sorted(found.items())
        if place.live and not place.meta.title
    )


def _left_behind(
    found: Mapping[str, places.Place], entries: Mapping[str, Entry], site: Site
) -> Iterator[Problem]:
    """Yield a note where addresses change and the old ones lead nowhere."""
    moved = [
        (entries[page], place)
        for page, place in sorted(found.items())
        if page in entries and place.url and entries[page].url not in ("", place.url)
    ]
    if moved and not site.redirects:
        entry, place = moved[0]
        others = f" (and {len(moved) - 1} more like it)" if len(moved) > 1 else ""
        yield Problem(
            "note",
            f"The address {entry.url} becomes {place.url}{others}: links to the old one lead nowhere.",
            page=entry.page,
            hint="Add jekyll-redirect-from to `plugins:` in _config.yml; then old addresses lead to the new ones.",
        )


def _other_days(found: Mapping[str, places.Place], site: Site) -> Iterator[Problem]:
    """Yield a note where posts are on another day for the site than for their author."""
    days = [place.meta.date for place in found.values() if place.shelf.kind != "pages"]
    other = [day for day in days if day.date() != day.astimezone(site.zone).date()]
    if other:
        yield Problem(
            "note",
            f"{len(other)} of the posts are dated in {other[0].tzinfo}, but the site is built in {site.zone.key}, where that is "
            "another day: their addresses have the day that you mean, a theme may show the other one.",
            hint=f"Set `timezone: {other[0].tzinfo}` in the site's _config.yml.",
        )


def _doubtful(own: Iterable[Entry], unsure: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return a warning for every post that is neither confirmed nor removed."""
    return tuple(
        Problem(
            "warning",
            f"The post stays as it is, because it is not known whether its page is published: {unsure[entry.page]}.",
            page=entry.page,
            hint="See whether the property was renamed or its formula changed, and correct `publish:` in the configuration.",
        )
        for entry in own
        if entry.page in unsure and not entry.removed
    )


def _about_properties(
    feeds: Iterable[Feed], wanted: Sequence[places.Written], outside: Mapping[str, Page | Failed | None]
) -> Iterator[Problem]:
    """Yield what cannot be written of the properties of the pages that are to be read."""
    for feed in feeds:
        pages = [one.page for one in wanted if one.options is feed.options]
        yield from review.unanswered(pages, feed.options, outside)


def _asked(page: str, pages: Collection[str]) -> bool:
    return not pages or page in pages


def _known(pages: Iterable[str], known: Collection[str]) -> None:
    strangers = [page for page in pages if page not in known]
    if strangers:
        raise ConfigError(
            f"The page {strangers[0]} that was asked for is not in the source.",
            hint="Give the address of a row of your database (open it, ••• → Copy link). Pages outside the source are never published.",
        )


def _refused(pages: Iterable[str], refusals: Mapping[str, str | None]) -> tuple[Problem, ...]:
    return tuple(
        Problem("warning", f"A page that was asked for is not published: {why}.", page=page)
        for page in sorted(pages)
        if (why := refusals.get(page)) is not None
    )


def _deleted_by_hand(
    published: Iterable[Page], memory: Memory, *, restore: bool
) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """Return the pages whose post a person deleted in the repository and that stay without one, with a note for each."""
    if restore or not memory.snapshot.complete:
        return frozenset(), ()
    lost: list[Entry] = []
    for page in published:
        entry = memory.state.entries.get(page.id)
        if entry is not None and not entry.removed and entry.path not in memory.snapshot.files:
            lost.append(entry)
    notes = tuple(_not_in_its_place(entry, memory.snapshot) for entry in lost)
    return frozenset(entry.page for entry in lost), notes


def _not_in_its_place(entry: Entry, snapshot: Snapshot) -> Problem:
    if there := snapshot.whereabouts(entry.blob):
        return Problem(
            "note",
            f"{entry.path} was moved to {there} in the repository; there it stays as it is, whatever becomes of its page.",
            page=entry.page,
            hint="To let it follow its page again, move it back. To end this note, unpublish the page in Notion.",
        )
    return Problem(
        "note",
        f"{entry.path} was deleted in the repository and stays deleted.",
        page=entry.page,
        hint="To get it back, run once with `restore: true` under `sync:`. To end this note, unpublish the page in Notion.",
    )
