"""From what was read to what should be in the repository: posts, data files, and what must never get there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from notion2jekyll import state
from notion2jekyll.convert import convert
from notion2jekyll.decide import Brief, Memory, fingerprint
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import assets, posts, tables
from notion2jekyll.jekyll.extras import extras
from notion2jekyll.jekyll.meta import named
from notion2jekyll.notion.fetch import Reading
from notion2jekyll.notion.model import Page, Tree
from notion2jekyll.plan import Output, check_rows
from notion2jekyll.snapshot import blob_id
from notion2jekyll.state import Entry, State
from notion2jekyll.steps.bench import Bench
from notion2jekyll.steps.job import Job

LEAK: Final = "holds a token that this very run works with, and is not published."
REVOKE: Final = "Take the token out of the page in Notion, and make a new one in its place: whoever sees the page can use it."


def make_post(
    tree: Tree, brief: Brief, memory: Memory, started: datetime, *, whole: bool
) -> tuple[Output, Mapping[str, str], tuple[Problem, ...]]:
    """Convert one page: what it should be in the repository, where its blocks are in it, and what conversion had to say.

    A new post is not written, unless it has to be `whole`, while files that it shows are still to be fetched: its text says
    what they turn out to be, and writing is what takes long.
    """
    page, site = tree.page, memory.site
    place, options = brief.index.places[page.id], brief.feeds[page.id].options
    wanted = brief.wanted.get(page.id, frozenset())
    # The files of a draft leave the blog with its post: a size that is known by then would be gone in the next run.
    index = brief.index if place.live else replace(brief.index, copies={})
    beside, names = extras(page, options, site, index), named(page, options)
    article = convert(replace(tree, page=posts.bare(page, options, beside)), index, options.style, wanted)
    anchors = dict.fromkeys(wanted, "") | posts.anchors(article, options, site)
    previous = memory.state.entries.get(page.id)
    # What only a draft shows is nobody's business yet: Jekyll would publish it with the other files.
    files = posts.files(article, beside) if place.live else {}

    there = memory.snapshot.files
    is_new = previous is None and place.path not in there
    unwritten = (not whole and is_new) and any(
        path not in there and assets.stem(path) not in index.copies for path in files
    )
    content, modified = b"", posts.modified(page, options, site)
    if not unwritten:
        below = posts.body(article, place, options, site)

        def rendered(modified: str) -> bytes:
            return posts.render(article, place, options, site, modified=modified, extras=beside, below=below)

        # `last_modified_at` moves only when something else did: else an edit that changes nothing would be a change.
        content = rendered(previous.modified) if previous else b""
        if previous and blob_id(content) == previous.blob:
            modified = previous.modified
        else:
            content = rendered(modified)
    entry = Entry(
        page=page.id,
        path=place.path,
        blob=blob_id(content),
        url=place.url,
        last="" if place.url else place.last,
        template=place.template,
        source=brief.origins.get(page.id, ""),
        former=place.former,
        redirects=place.redirects,
        edited=state.minute(page.edited),
        # A title that was not to be had this time is asked for again.
        settled=state.settled(page.edited, started) and not names & brief.missing,
        fingerprint=brief.marks[page.id],
        modified=modified,
        title=place.meta.title,
        files=tuple(sorted(files)),
        links=brief.index.links(sorted(article.targets.keys() | beside.targets)),
        related={id_: brief.index.names.get(id_, "") for id_ in sorted(names)},
        said=brief.said[page.id],
        anchors={block: anchors[block] for block in sorted(wanted)},
    )
    return (
        Output.of(entry, content, files, brief.whys[page.id], unwritten=unwritten),
        anchors,
        (*article.problems, *beside.problems),
    )


def make_tables(job: Job, brief: Brief, memory: Memory, reading: Reading, bench: Bench) -> list[Output]:
    """Return the data files that are made anew; none of a list, or with a property, that was not read to its end."""
    made: list[Output] = []
    policy, site = job.config.policy(), memory.site
    for table in brief.tables if reading.listing.complete else ():
        options = table.feed.options
        before = memory.state.entries.get(table.id)
        if table.why is None or any(page.id in reading.listing.unread for page in table.pages):
            continue
        if before and not job.force:
            check_rows(table.path, before.rows, len(table.pages), policy)
        beside = [extras(page, options, site, brief.index) for page in table.pages]
        rows = [
            tables.row(page, options, site, brief.index, more)
            for page, more in zip(table.pages, beside, strict=True)
        ]
        content = tables.content(rows, table.path)
        files = {path: file for more in beside for path, file in more.files.items()}
        names = sorted({id_ for page in table.pages for id_ in named(page, options)})
        entry = Entry(
            page=table.id,
            path=table.path,
            blob=blob_id(content),
            settled=True,
            fingerprint=brief.marks[table.pages[0].id] if table.pages else fingerprint(options, site),
            title=table.path.rsplit("/", 1)[-1],
            files=tuple(sorted(files)),
            links=brief.index.links(sorted({id_ for more in beside for id_ in more.targets})),
            related={id_: brief.index.names.get(id_, "") for id_ in names},
            said=table.said,
            rows=len(table.pages),
        )
        made.append(Output.of(entry, content, files, table.why))
        bench.problems[table.id] = tuple(problem for more in beside for problem in more.problems)
    return made


def is_current(output: Output | None, page: Page, brief: Brief) -> bool:
    """Return whether `output`, made before a race was lost, is still what the page should be."""
    if output is None:
        return False
    entry = replace(output.entry, settled=True)
    place, links, mark = brief.index.places[page.id], brief.index.links(entry.links), brief.marks[page.id]
    if entry.anchors.keys() != brief.wanted.get(page.id, frozenset()):
        return False
    why = state.stale(
        page,
        entry,
        path=place.path,
        url=place.url,
        fingerprint=mark,
        links=links,
        names=brief.index.names,
        said=brief.said[page.id],
    )
    return why is None


def written_of(output: Output) -> bytes:
    """Return all that a commit would say of `output`: the post, and what is remembered of it."""
    return output.content + state.dump(State({output.entry.page: output.entry}))


def leaks(job: Job, content: bytes) -> bool:
    """Return whether `content` would tell everybody a token of this run."""
    return any(secret.encode() in content for secret in job.secrets)


def leak(output: Output) -> Problem:
    """Return what is said of `output` when it would tell a token."""
    what = "data file" if output.entry.path.startswith("_data/") else "page"
    return Problem("error", f"The {what} {LEAK} Its last version stays.", output.entry.page, hint=REVOKE)
