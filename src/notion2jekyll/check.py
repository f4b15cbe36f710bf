"""The doctor: every precondition of a sync in turn, and what to do where one is not met. Writes nothing.

What fails is told in the words that `sync` would use, and keeps only those checks from being made that depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from notion2jekyll import feeds, state
from notion2jekyll.config import Config, NotionSource, load
from notion2jekyll.decide import Feed, Memory, assigned, unmarked
from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Stop, Unreachable
from notion2jekyll.findings import Finding
from notion2jekyll.hosting import about_host
from notion2jekyll.jekyll import posts, review
from notion2jekyll.jekyll.extras import told, unkept
from notion2jekyll.jekyll.meta import Options, meta
from notion2jekyll.jekyll.shelves import Shelf
from notion2jekyll.jekyll.site import CONFIG, Site
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import (
    Connection,
    Found,
    PropertySchema,
    Source,
    Wanted,
    look_at,
    read_connection,
    read_source,
)
from notion2jekyll.notion.model import Page, Property
from notion2jekyll.progress import Progress
from notion2jekyll.publish import refusal
from notion2jekyll.recall import recall
from notion2jekyll.target import Target
from notion2jekyll.target.github import Host

_CODES: Final = (AccessDenied.exit_code, ConfigError.exit_code)
"""The exit codes that tell what kind of fault there is, the one that matters most first."""
_OTHER: Final = 1


@dataclass(frozen=True, slots=True)
class Setup:
    """Where to look; each raises what a sync would."""

    file: Callable[[], Path]
    """Return the configuration file."""
    notion: Callable[[], NotionSettings]
    target: Callable[[Config], Target]
    host: Callable[[Config], Host | None]
    """Return what GitHub tells of the repository beside its files; None for a local folder."""
    now: Callable[[], datetime]


@dataclass(slots=True)
class _Seen:
    """What Notion shows of the sources."""

    sources: dict[str, Found] = field(default_factory=dict)
    """`Source.key` → what it is."""
    rows: dict[str, tuple[Page, ...]] = field(default_factory=dict)
    """`Source.key` → its rows, as far as they could be listed."""


def check(setup: Setup, progress: Progress) -> Iterator[Finding]:
    """Yield what there is to say of each precondition, in the order in which a sync meets them."""
    config = yield from _configuration(setup)
    seen = yield from _notion(setup, config, progress)
    if config is not None:
        yield from about_feeds(config, seen.sources, seen.rows)
        site = yield from _blog(setup, config)
        if site is not None:
            yield from _host(setup, config, site)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 where there is no fault, else what kind there is: 4 access, 2 configuration, 1 anything else."""
    codes = {finding.exit_code for finding in findings if finding.sign == "fault"}
    return next((code for code in _CODES if code in codes), _OTHER if codes else 0)


def summary(findings: Sequence[Finding]) -> str:
    """Return what all findings come to, in one sentence."""
    faults = sum(finding.sign == "fault" for finding in findings)
    doubts = sum(finding.sign == "doubt" for finding in findings)
    if faults:
        return f"{faults} {'thing has' if faults == 1 else 'things have'} to be put right (✗)."
    if doubts:
        return f"A sync can work; {doubts} {'thing is' if doubts == 1 else 'things are'} worth a look (!)."
    return "All is well. `notion2jekyll plan` shows what a sync would do."


def _faults(stop: Stop) -> Iterator[Finding]:
    # Where there are several mistakes, the message only counts them.
    for each in stop.problems or (stop,):
        yield Finding("fault", each.message, each.hint, stop.exit_code)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _doubt(problem: Problem) -> Finding:
    return Finding("doubt", problem.message, problem.hint)


# The configuration ---------------------------------------------------------------------------------------------------


def _configuration(setup: Setup) -> Generator[Finding, None, Config | None]:
    try:
        file = setup.file()
        config = load(file)
    except Stop as stop:
        yield from _faults(stop)
        return None
    yield Finding("well", f"{file.name} is a valid configuration.")
    return config


# Notion --------------------------------------------------------------------------------------------------------------


def _notion(setup: Setup, config: Config | None, progress: Progress) -> Generator[Finding, None, _Seen]:
    seen = _Seen()
    try:
        settings = setup.notion()
        yield _connected(read_connection(settings, progress=progress))
    except Stop as stop:
        yield from _faults(stop)
        return seen
    for source in feeds.sources(config, {}) if config is not None else ():
        try:
            found = look_at(settings, source, progress=progress)
            seen.sources[source.key] = found
            yield _reached(source, found)
            yield from _list(settings, replace(source, resolved=found.resolved), seen, progress)
        except Stop as stop:
            yield from _faults(stop)
            if isinstance(stop, Unreachable):
                break  # the others would wait as long to say the same
    return seen


def _connected(connection: Connection) -> Finding:
    name = f" “{connection.name}”" if connection.name else ""
    where = f" in the workspace “{connection.workspace}”" if connection.workspace else ""
    if connection.is_personal:
        return Finding(
            "doubt",
            f"Notion knows the token{where}: it acts for a person{name}.",
            "It works while that person has access, and for a year at most; Notion does not tell until when. For a job that runs by itself, make an internal "
            "connection in Notion (Settings → Connections → Develop or manage integrations).",
        )
    return Finding("well", f"Notion knows the token: it is that of the connection{name}{where}.")


def _reached(source: Source, found: Found) -> Finding:
    if found.trashed:
        return Finding(
            "doubt",
            f"“{found.title}”, the source {source.id}, is in Notion's trash. Its rows are still shown, until it is deleted there.",
            "Restore the database from the trash in Notion, or put another one as `source:` under `notion:`.",
        )
    kind = "a page" if found.resolved.startswith("page:") else "a database"
    return Finding("well", f"The source {source.id} can be read: “{found.title}”, {kind}.")


def _list(settings: NotionSettings, source: Source, seen: _Seen, progress: Progress) -> Iterator[Finding]:
    nothing = Wanted(frozenset())
    listing = read_source(settings, [source], lambda _: nothing, lambda _: None, progress=progress).listing
    seen.rows[source.key] = listing.pages
    if not listing.complete:
        yield Finding(
            "doubt",
            f"Notion did not return the whole list of {source.id}.",
            "While that is so, no post is removed. Run this again.",
        )


# What is published ---------------------------------------------------------------------------------------------------


def about_feeds(
    config: Config, sources: Mapping[str, Found], rows: Mapping[str, tuple[Page, ...]]
) -> Iterator[Finding]:
    """Yield what there is to say of each source of `config`: what its properties become, and what is published of it.

    `sources` and `rows` have, by `Source.key`, what could be read. Pure.
    """
    parts = []
    for notion in config.feeds:
        if names := tuple(name for name in feeds.keys(notion) if name in sources):
            schema = feeds.merged(sources[name].properties for name in names)
            parts.append((notion, schema, _feed(config, notion, names, schema)))
    live = [feed for _, _, feed in parts if isinstance(feed, Feed)]
    listing = {page.id: page for feed in live for name in feed.sources for page in rows.get(name, ())}
    of = assigned(live, listing.values(), {name: [page.id for page in pages] for name, pages in rows.items()})
    for notion, schema, feed in parts:
        title = " and ".join(f"“{sources[name].title}”" for name in feeds.keys(notion) if name in sources)
        yield from _about_properties(title, config.options(notion), schema)
        if isinstance(feed, ConfigError):
            yield from _faults(feed)
        elif any(name in rows for name in feed.sources):
            mine = [page for page in listing.values() if of[page.id] is feed]
            yield from _about_rows(title, feed, mine, rows, narrowed=notion.filter is not None)


def _feed(
    config: Config, notion: NotionSource, names: tuple[str, ...], schema: Mapping[str, PropertySchema]
) -> Feed | ConfigError:
    """Return the feed, or why it cannot publish anything."""
    if notion.publish is None:
        return feeds.unruled(schema)
    rule = feeds.rule(notion.publish)
    try:
        if rule != "all":
            feeds.check_rule(rule, schema)
    except ConfigError as error:
        return error
    return Feed(rule, config.options(notion), names)


def _about_properties(
    title: str, options: Options, schema: Mapping[str, PropertySchema]
) -> Iterator[Finding]:
    properties = {name: Property("", name, each.type, {}) for name, each in schema.items()}
    yield Finding("well", f"Properties of {title}: {told(properties, options)}.")
    types = {name: each.type for name, each in schema.items()}
    yield from map(_doubt, review.misnamed(types, options))
    yield from map(_doubt, review.not_kept(unkept(properties, options)))


def _about_rows(
    title: str, feed: Feed, pages: Sequence[Page], rows: Mapping[str, Sequence[Page]], *, narrowed: bool
) -> Iterator[Finding]:
    """`pages` are those of `rows` (`Source.key` → rows) that this feed takes."""
    if not pages:
        why = "has no rows that pass the filter" if narrowed else "has no rows"
        yield Finding(
            "doubt", f"Nothing is published: {title} {why}.", "Add a page there, or take another source."
        )
        return
    out = [page for page in pages if refusal(page, feed.rule) is None]
    if out:
        name = meta(out[-1], feed.options, Site()).title
        example = f", such as “{name}”" if name else ""
        why = "" if feed.rule == "all" else f" ({feed.rule})"
        place = feed.options.shelf.folder or "/"
        count = _count(len(pages), "row")
        yield Finding("well", f"Published into {place}: {len(out)} of {count} of {title}{why}{example}.")
    own = {name: [page.id for page in rows[name]] for name in feed.sources if name in rows}
    yield from map(_doubt, unmarked(pages, {page.id for page in out}, feed.rule, own))


# The blog ------------------------------------------------------------------------------------------------------------


def _blog(setup: Setup, config: Config) -> Generator[Finding, None, Site | None]:
    """Yield what there is to say of the blog, and return its options; None where it could not be read."""
    try:
        target = setup.target(config)
        snapshot = target.read()
    except Stop as stop:
        yield from _faults(stop)
        return None
    if snapshot.files:
        yield Finding("well", f"{target.name} can be read: {_count(len(snapshot.files), 'file')}.")
    else:
        yield Finding(
            "doubt",
            f"{target.name} has no files yet.",
            f"The first sync makes it. If your site is elsewhere, correct that: it has a {CONFIG} at its root.",
        )
    try:
        obstacle = target.obstacle()
        message = f"{target.name} can be written to, as far as that can be told without writing."
        yield _doubt(obstacle) if obstacle else Finding("well", message)
    except Stop as stop:
        yield from _faults(stop)
    shelves = tuple(dict.fromkeys(config.options(notion).shelf for notion in config.feeds))
    try:
        memory = recall(target, shelves, config.jekyll.theme)
    except Stop as stop:
        yield from _faults(stop)
        return Site()
    if snapshot.files:
        yield from about_site(config, memory, shelves)
    yield from _about_state(memory)
    return memory.site


def _host(setup: Setup, config: Config, site: Site) -> Iterator[Finding]:
    try:
        host = setup.host(config)
    except Stop as stop:
        yield from _faults(stop)
        return
    if host is not None and config.github is not None:
        yield from about_host(host, config.github, site.plugins, setup.now())


def about_site(config: Config, memory: Memory, shelves: Iterable[Shelf]) -> Iterator[Finding]:
    """Yield what the site's own configuration means for what is published on `shelves`. Pure."""
    site = memory.site
    if CONFIG not in memory.snapshot.files:
        others = sorted(path for path in memory.snapshot.files if path.endswith(f"/{CONFIG}"))
        there = f" There is {others[0]}, but a site is looked for at the root." if others else ""
        yield Finding(
            "doubt",
            f"There is no {CONFIG}.{there}",
            "If this is not a Jekyll site, choose another repository, branch or folder. If it is, "
            "Jekyll's defaults are taken for it.",
        )
    yield from _about_dates(config, site)
    yield from _about_addresses(config, site)
    yield from _about_secrecy(config, site)
    for shelf in shelves:
        yield from _about_shelf(shelf, site)
    samples = [shelf.path("2026-11-20-title.md", site.collections_dir) for shelf in shelves]
    for path in (*samples, f"{config.jekyll.assets.folder}/0a1b2c3d4e5f.png"):
        for one in posts.left_out([path], site):
            yield Finding("fault", one.message, one.hint, ConfigError.exit_code)


def _about_dates(config: Config, site: Site) -> Iterator[Finding]:
    zone = config.jekyll.timezone or site.zone.key
    if zone != site.zone.key:
        yield Finding(
            "doubt",
            f"Posts are dated in {zone}, but the site is built in {site.zone.key}: themes may show another day.",
            f"Set `timezone: {zone}` in the site's {CONFIG}.",
        )
    elif zone == "UTC":
        yield Finding(
            "doubt",
            "Posts are dated in UTC.",
            f"If you live by another clock, say so in the site's {CONFIG}, for example `timezone: Asia/Seoul`.",
        )
    else:
        yield Finding("well", f"Posts are dated in {zone}, the `timezone` of {CONFIG}.")
    ahead = "at once" if site.future else "by the first build after that"
    yield Finding(
        "well", f"Posts with a date in the future are shown {ahead} (`future: {str(site.future).lower()}`)."
    )


def _about_addresses(config: Config, site: Site) -> Iterator[Finding]:
    if site.redirects:
        yield Finding("well", "Former addresses lead to new ones: the site has jekyll-redirect-from.")
    elif config.jekyll.addresses == "follow":
        yield Finding(
            "doubt",
            "Addresses follow titles and dates, and former ones lead nowhere: the site has no jekyll-redirect-from.",
            f"Add jekyll-redirect-from to `plugins:` in {CONFIG}, or take `addresses: follow` away.",
        )
    else:
        yield Finding("well", "Addresses of posts stay when titles and dates change.")


def _about_secrecy(config: Config, site: Site) -> Iterator[Finding]:
    """Yield what the site shows that is not meant to be seen."""
    drafts = config.sync.removed == "draft" or any(one.unpublished == "draft" for one in config.feeds)
    hidden = any(one.unpublished == "hidden" for one in config.feeds)
    for option, is_set, is_used in (
        ("show_drafts", site.shows_drafts, drafts),
        ("unpublished", site.shows_unpublished, hidden),
    ):
        if is_set and is_used:
            yield Finding(
                "fault",
                f"`{option}: true` in {CONFIG} shows everybody what is kept as a draft or hidden.",
                f"Take `{option}: true` out of {CONFIG}; for a look at drafts there is `jekyll serve --{option.replace('_', '-').removeprefix('show-')}`.",
                ConfigError.exit_code,
            )
    if item := site.includer(state.PATH.partition("/")[0]):
        yield Finding(
            "doubt",
            f"`include:` in {CONFIG} has “{item}”: the state of notion2jekyll becomes part of the site.",
            f"Take “{item}” out of `include:`.",
        )


def _about_shelf(shelf: Shelf, site: Site) -> Iterator[Finding]:
    if shelf.kind != "collection":
        return
    found = site.collections.get(shelf.label)
    if found is None:
        yield Finding(
            "fault",
            f"`to: {shelf.folder}` names a collection that the site does not have: Jekyll does not read that folder.",
            f"Add to {CONFIG}:\n    collections:\n      {shelf.label}:\n        output: true",
            ConfigError.exit_code,
        )
    elif not found.output:
        yield Finding(
            "doubt",
            f"Pages in {shelf.folder} have no address of their own: the site's collection `{shelf.label}` has no `output: true`.",
            f"If each is to be a page of the site, set `output: true` under `collections: {shelf.label}:` in {CONFIG}.",
        )
    else:
        yield Finding("well", f"The site has the collection `{shelf.label}`, with pages of its own.")


def _about_state(memory: Memory) -> Iterator[Finding]:
    yield from map(_doubt, memory.problems)
    written = memory.state.written
    when = f", last on {written.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if written else ""
    if memory.state.entries:
        yield Finding("well", f"Published here before: {_count(len(memory.state.entries), 'page')}{when}.")
    elif state.PATH not in memory.snapshot.files:
        yield Finding("well", "Nothing was published here before.")
