"""Deciding what to read: a listing, the memory of the last run and the configuration → one `Brief`. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from notion2jekyll import __version__, state
from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.jekyll import places
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.site import Site
from notion2jekyll.notion.model import Page
from notion2jekyll.publish import Rule, is_certain, refusal
from notion2jekyll.snapshot import Snapshot
from notion2jekyll.state import Entry, State

CONVERTER: Final = 1
"""Goes up with every change of what is written for the same page, so that posts are rendered again."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The blog as it is, and what was written last."""

    snapshot: Snapshot
    site: Site
    state: State
    problems: tuple[Problem, ...] = ()
    searched: bool = False
    """Whether posts were looked through because there was no state; one is worth writing then, lest that be repeated."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What this run was asked for."""

    rule: Rule | Literal["all"]
    options: Options
    restore: bool = False
    """Whether posts deleted by hand are written again."""
    pages: frozenset[str] = frozenset()
    """Only these; all where empty."""
    full: bool = False
    edited_stay: bool = False
    """Whether posts that a person edited stay where they are, with nothing merged into them."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be read, and what is known without reading."""

    published: tuple[Page, ...]
    index: places.Index
    whys: Mapping[str, str]
    """Page id → why its body is needed."""
    gone: Mapping[str, str]
    """Page id → why it is certainly no longer published, though it is still in the source."""
    vanished: frozenset[str]
    """Ids of pages that have a post and are no longer in the source: what became of them must be asked."""
    fingerprint: str
    problems: tuple[Problem, ...]


def fingerprint(options: Options, site: Site) -> str:
    """Return a short text that changes with everything, beside the page, that a post depends on."""
    dialect = site.dialect(options.typography)
    # Without what no post depends on: a change of that must not make all of them be read again.
    site = replace(site, future=False, plugins=())
    parts = [__version__, CONVERTER, repr(options), repr(site), repr(dialect)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def decide(
    wishes: Wishes,
    memory: Memory,
    listing: Sequence[Page],
    *,
    by_source: Mapping[str, Collection[str]] | None = None,
    elsewhere: Mapping[str, str | None] | None = None,
) -> Brief:
    """Return what is to be read for the pages in `listing`, all rows of all sources.

    `by_source` has the page ids of each source; `elsewhere` what an earlier attempt learned of posts that are not where
    they belong (see `Index.elsewhere`). Raises ConfigError where a page was asked for that is not there.
    """
    entries = memory.state.entries
    refusals = {page.id: refusal(page, wishes.rule) for page in listing}
    published = tuple(page for page in listing if refusals[page.id] is None)
    stay, notes = _deleted_by_hand(published, memory, restore=wishes.restore)
    index = _index(published, listing, wishes, memory, stay)
    index = replace(index, elsewhere={**_elsewhere(published, index, wishes, memory), **(elsewhere or {})})
    mark = fingerprint(wishes.options, memory.site)
    _known(wishes.pages, refusals.keys() | entries.keys())
    whys: dict[str, str] = {}
    for page in published:
        entry = entries.get(page.id)
        if page.id in stay or not _asked(page.id, wishes.pages):
            continue
        path = index.places[page.id].path
        links = index.links(entry.links) if entry else {}
        why = state.stale(page, entry, path=path, fingerprint=mark, links=links)
        if why is None and wishes.full:
            why = "a full run was asked for"
        elif why is None and page.id in wishes.pages:
            why = "it was asked for"
        if why is not None:
            whys[page.id] = why
    own = [entry for entry in entries.values() if _asked(entry.page, wishes.pages)]
    unsure = {
        page.id: why
        for page in listing
        if (why := refusals[page.id]) is not None and not is_certain(page, wishes.rule)
    }
    return Brief(
        published=published,
        index=index,
        whys=whys,
        gone={
            entry.page: why
            for entry in own
            if (why := refusals.get(entry.page)) is not None and entry.page not in unsure
        },
        vanished=frozenset(entry.page for entry in own if entry.page not in refusals and not entry.removed),
        fingerprint=mark,
        problems=(
            *_refused(wishes.pages, refusals),
            *notes,
            *_doubtful(own, unsure),
            *_misnamed(listing, wishes.options),
            *_unmarked(listing, published, wishes.rule, by_source or {}),
            *_untitled(index.places),
            *places.shared(index.places),
        ),
    )


def _index(
    published: Sequence[Page], listing: Sequence[Page], wishes: Wishes, memory: Memory, stay: Collection[str]
) -> places.Index:
    """Return where every page goes; pages in `stay` have no address, for links must not lead there, but keep their place."""
    entries = memory.state.entries.values()
    published = [page for page in published if page.id not in stay]
    ids = {page.id for page in published}
    return places.index(
        published,
        listing,
        wishes.options,
        memory.site,
        held={entry.page: entry.path for entry in entries if not entry.removed},
        paths=memory.snapshot.files,
        reserved={
            entry.path for entry in entries if entry.page in stay or (entry.removed and entry.page not in ids)
        },
    )


def _elsewhere(
    published: Iterable[Page], index: places.Index, wishes: Wishes, memory: Memory
) -> dict[str, str | None]:
    """Return the addresses of posts that will not be where they belong: edited by a person, or not asked for."""
    found: dict[str, str | None] = {}
    for page in published:
        place, entry = index.places.get(page.id), memory.state.entries.get(page.id)
        asked = _asked(page.id, wishes.pages)
        if place is None or (entry is None and asked):
            continue
        if entry is None or entry.removed:
            found[page.id] = None if not asked else place.url
        elif entry.path != place.path:
            edited = wishes.edited_stay and memory.snapshot.files.get(entry.path) not in (None, entry.blob)
            if not asked or edited or entry.recovered:
                found[page.id] = entry.url or places.address(entry.path, place.meta, memory.site)
    return found


def _unmarked(
    listing: Sequence[Page],
    published: Collection[Page],
    rule: Rule | Literal["all"],
    by_source: Mapping[str, Collection[str]],
) -> tuple[Problem, ...]:
    """Return a note where nothing is published, and a warning for every source without the property of the rule."""
    if rule == "all" or not listing:
        return ()
    if not published:
        return (
            Problem("note", f"None of the {len(listing)} rows is published: of none is it true that {rule}."),
        )
    pages = {page.id: page for page in listing}
    return tuple(
        Problem(
            "warning",
            f"Nothing of the source {source} is published: its rows have no property “{rule.property}”.",
            hint="Give that source the property, or take it out of `source:`.",
        )
        for source, ids in by_source.items()
        if ids and not any(rule.property in pages[page].properties for page in ids if page in pages)
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
        if not place.meta.title
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


def _misnamed(listing: Sequence[Page], options: Options) -> tuple[Problem, ...]:
    """Return a warning for every property that the configuration names and no page has."""
    names = {name for page in listing for name in page.properties}
    return tuple(
        Problem(
            "warning",
            f"The configuration takes the {role} from the property “{name}”, which no page has.",
            hint=f"Correct `{role}:` under `notion: properties:`; there are: {', '.join(sorted(names))}.",
        )
        for role, name in options.properties.items()
        if name is not None and listing and name not in names
    )


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
    notes = tuple(
        Problem(
            "note",
            f"{entry.path} was deleted in the repository and stays deleted.",
            page=entry.page,
            hint="To get it back, run once with `restore: true` under `sync:`. To end this note, unpublish the page in Notion.",
        )
        for entry in lost
    )
    return frozenset(entry.page for entry in lost), notes
