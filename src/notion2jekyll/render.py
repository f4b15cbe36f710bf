"""One page's Markdown, as a sync would write it; writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from notion2jekyll import feeds
from notion2jekyll.config import Config, Notion
from notion2jekyll.decide import assigned
from notion2jekyll.errors import ConfigError, Problem, Stop
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import Listing, Source, Wanted, read_page, read_source
from notion2jekyll.progress import Progress
from notion2jekyll.publish import refusal
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target import Target
from notion2jekyll.target.folder import Folder


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a page."""

    content: bytes | None
    """The whole post; None where none could be made, of which `problems` tell why."""
    problems: tuple[Problem, ...]
    """What a person should know of it."""


def render(
    page: str,
    config: Config | None,
    settings: NotionSettings,
    blog: Callable[[Config], Target] | None,
    clock: Clock,
    progress: Progress,
    *,
    secrets: Collection[str] = (),
) -> Rendered:
    """Return the post that a sync would make of `page` (dashed id), published or not.

    Without `config`, and for a page outside of its sources, the defaults decide. `blog` is where the post would go, which
    also decides; it is asked for with the configuration and may raise. Raises AccessDenied, ConfigError (a row of a data
    file has no post), Unreachable for Notion; a post that holds one of `secrets` is not made.
    """
    problems: list[Problem] = []
    if config is None:
        problems.append(Problem("note", "There is no configuration here, so the defaults are taken."))
        config = Config(notion=Notion(source=[page], publish="all"))
        sources: tuple[Source, ...] = ()
    else:
        sources = feeds.sources(config, {})
    listing = _listed(page, sources, settings, progress)
    each = feeds.feeds(config, settings, sources, progress)
    feed = assigned(each, listing.pages, listing.by_source)[page]
    mine = next(one for one in listing.pages if one.id == page)
    why = refusal(mine, feed.rule)
    if feed.options.shelf.kind == "data":
        raise ConfigError(
            f"The page is a row of the data file {feed.options.shelf.folder}, and has no post of its own.",
            hint="`notion2jekyll plan --diff` shows what changes in the file.",
        )
    if sources and not any(page in ids for ids in listing.by_source.values()):
        outside = "The page is not in a source of the configuration: no sync publishes it."
        problems.append(Problem("note", outside))
    elif why is not None:
        problems.append(Problem("note", f"The page is not published: {why}."))
    with tempfile.TemporaryDirectory() as empty:
        target = _target(config, blog, problems) or Folder(Path(empty))
        job = Job(
            config,
            settings,
            frozenset({page}),
            force=True,  # nothing is written that a guard could be asked about
            previews=frozenset({page}),
            listing=listing,
            secrets=frozenset(secrets),
        )
        done = sync(job, target, clock, progress)
    problems += [problem for problem in done.problems if problem.page == page]
    problems += [
        Problem("warning", f"A sync leaves {one.path} as it is: {one.why}.", page) for one in done.conflicts
    ]
    if any(change.action == "merge" for change in done.changes):
        merged = "A person edited the post in the repository: a sync merges that with this."
        problems.append(Problem("note", merged, page))
    made = done.previews.get(page)
    return Rendered(made.content if made else None, tuple(problems))


def _listed(page: str, sources: tuple[Source, ...], settings: NotionSettings, progress: Progress) -> Listing:
    """Return the rows of `sources`, and `page` in any case."""
    listing = read_source(
        settings, sources, lambda _: Wanted(frozenset()), lambda _: None, progress=progress
    ).listing
    if any(one.id == page for one in listing.pages):
        return listing
    return replace(listing, pages=(*listing.pages, read_page(settings, page, progress=progress)))


def _target(
    config: Config, blog: Callable[[Config], Target] | None, problems: list[Problem]
) -> Target | None:
    """Return the blog; None, and a note among `problems`, where there is none or it cannot be read."""
    defaults = "Jekyll's defaults are taken for the blog"
    if blog is None:
        problems.append(Problem("note", f"{defaults}, for the configuration names none."))
        return None
    try:
        target = blog(config)
        target.read()
    except Stop as stop:
        problems.append(
            Problem("note", f"{defaults}, for it could not be read: {stop.message}", hint=stop.hint)
        )
        return None
    return target
