"""Read the source, decide, and make posts of bodies as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from notion2jekyll import feeds, state
from notion2jekyll.decide import Brief, Memory, Wishes, decide, learn, needed_whole
from notion2jekyll.errors import Problem
from notion2jekyll.jekyll import assets, places
from notion2jekyll.notion.fetch import (
    Listing,
    Reading,
    Wanted,
    list_again,
    read_source,
)
from notion2jekyll.notion.model import Failed, Page, Tree
from notion2jekyll.plan import Plan, check_listing
from notion2jekyll.publish import whereabouts
from notion2jekyll.steps.ahead import Ahead
from notion2jekyll.steps.bench import Bench, Listed, Packed, Run
from notion2jekyll.steps.job import Job, why_full
from notion2jekyll.steps.making import is_current, make_post

PASSES: Final = 3
"""How often posts are made in one attempt, so that their links lead to where other posts really are."""
FRESH: Final = timedelta(minutes=15)
"""How old the list of rows may be when something is published: what was unpublished meanwhile must stay out."""


def read(run: Run, memory: Memory) -> tuple[Reading, Turn]:
    """List the source, decide, and turn the bodies that are needed into outputs on the bench."""
    job, bench = run.job, run.bench
    now, written = run.clock.now(), memory.snapshot.files.get(state.PATH)
    kept = bench.listed
    if kept and kept.state != written:
        kept = None
    found = kept.found if kept else {}
    sources = feeds.sources(job.config, {**memory.state.sources, **bench.resolved})
    if bench.full is None:
        bench.full = why_full(job, memory, run.started)
        bench.whole = bool(bench.full) or not memory.state.entries
    wishes = Wishes(
        feeds.feeds(job.config, job.notion, sources, run.progress),
        job.config.sync.restore,
        job.pages,
        bench.full,
        edited_stay=job.config.sync.on_conflict in ("keep", "stop"),
        removed=job.config.sync.removed,
        previews=job.previews,
    )

    def choose(listing: Listing) -> Brief:
        brief = decide(
            wishes,
            memory,
            listing.pages,
            by_source=listing.by_source,
            elsewhere=bench.elsewhere,
            outside={**listing.related, **bench.related},
            staying=bench.staying.values(),
            learned=bench.copies,
        )
        if not job.force:
            check_listing(feeds.rows(sources, listing), memory.state, len(brief.vanished))
        return brief

    # What is only looked at is looked at as a whole.
    room = None if job.only_looks else job.checkpoint
    hurried = room is not None and job.notion.deadline is not None
    ahead = Ahead(run, memory)
    turn = Turn(
        wishes,
        memory,
        run.started,
        bench,
        choose,
        found,
        room,
        hurried,
        ahead,
        strict=job.config.sync.strict,
        fetches=not job.only_looks,
    )
    listing = kept.listing if kept else job.listing
    try:
        reading = read_source(
            job.notion,
            sources,
            turn.choose,
            turn.deliver,
            turn.more,
            ahead.pause,
            progress=run.progress,
            listing=listing,
        )
    except BaseException:
        ahead.stop()
        raise
    turn.again(ahead.finish())
    reading = replace(reading, found={**found, **reading.found})
    bench.listed = Listed(reading.listing, reading.found, kept.at if kept else now, written)
    bench.requests += reading.requests
    bench.waited += reading.waited
    bench.late |= reading.late
    bench.resolved.update(reading.listing.resolved)
    bench.related.update(
        {id_: page for id_, page in reading.listing.related.items() if not isinstance(page, Failed)}
    )
    brief = turn.brief
    for feed in wishes.feeds:
        pages = [page.id for page in reading.listing.pages if brief.feeds[page.id] is feed]
        live = {page.id for page in brief.published}
        if feed.rule != "all" and pages and not live & set(pages):
            listed = [each for each in sources if each.key in feed.sources]
            feeds.check_rule(feed.rule, feeds.schema(job.notion, listed, run.progress))
    return reading, turn


@dataclass(slots=True)
class Turn:
    """Turns bodies into outputs on the bench as they arrive, and once more where that shows where their links lead."""

    wishes: Wishes
    memory: Memory
    started: datetime
    bench: Bench
    decide: Callable[[Listing], Brief]
    found: Mapping[str, Page | Failed | None]
    """Pages that vanished from the list and that were asked for already."""
    room: int | None
    """How many pages may be read before the next commit; None for all."""
    hurried: bool
    """Whether the run has to end in time: then what is only read once more waits for what changed."""
    ahead: Ahead
    strict: bool
    fetches: bool
    """Whether files will be fetched that are not there."""
    brief: Brief = field(init=False)
    """What is known by now; there is none before the listing."""
    rows: dict[str, Page] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)

    def choose(self, listing: Listing) -> Wanted:
        """Return which bodies are needed, beside those that an earlier attempt read."""
        brief = self.decide(listing)
        self.rows = {page.id: page for page in listing.pages}
        made = {page: out.why for page, out in self.bench.outputs.items() if page in brief.index.places}
        self.brief = self._learned(replace(brief, whys={**brief.whys, **made}), self.rows.values())
        bodies = frozenset(
            page
            for page in self.brief.whys
            if not (self._is_made(page) or self._is_kept(page) or self._is_unreadable(page))
            and page not in self.bench.late
        )
        if self._puts_off(bodies):
            return self.choose(listing)
        bodies -= self.bench.later
        lookups = brief.vanished - self.found.keys() if listing.complete else frozenset()
        # Of a post that is made already nothing more has to be known.
        cut = frozenset(each for each in brief.cut if each[0] in bodies or each[0] not in self.brief.whys)
        return Wanted(bodies, lookups, related=brief.related - self.bench.related.keys(), cut=cut)

    def _puts_off(self, bodies: frozenset[str]) -> bool:
        """Leave those of `bodies` that come after the next commit for later; return whether that changes what is to be made.

        No post may link to one that is not there yet.
        """
        step, entries = self.bench.step, self.memory.state.entries
        self.bench.leaving = frozenset(
            page
            for page, place in self.brief.index.places.items()
            if not place.live and page in entries and entries[page].url
        )
        # What readers would lose is not put off: it is weighed as a whole.
        mine = bodies - step.keys() - self.bench.leaving
        ahead = [page for page in self.rows if page in mine]
        only_again = {page for page in ahead if self.brief.whys[page] == self.bench.full}
        self.bench.unchanged |= only_again
        if self.hurried:
            # By chance, so that each gets its turn in one of these runs.
            Random(f"{self.started}").shuffle(ahead)  # noqa: S311  # it guards nothing
        # What is new comes first: posts that only get their links to it come after it.
        ahead.sort(key=lambda page: (page in only_again, page in entries))
        room = len(ahead) if self.room is None else max(0, self.room - len(step))
        if self.hurried and len(only_again) < len(ahead):
            room = min(room, len(ahead) - len(only_again))
        self.bench.later = frozenset(ahead[room:])
        new = self.bench.later - entries.keys() - self.bench.elsewhere.keys()
        self.bench.elsewhere.update(dict.fromkeys(new))
        return bool(new)

    def deliver(self, tree: Tree | Failed) -> None:
        """Make a post of a page that was read."""
        page = tree.page.id
        self.delivered.add(page)
        self.bench.step[page] = tree.page.edited
        self.bench.forget(page)
        if isinstance(tree, Failed):
            self.bench.problems[page] = (tree.problem,)
            self.bench.unreadable[page] = tree.page.edited
        else:
            self._make(tree)

    def more(self) -> frozenset[str]:
        """Make the posts again that link to what is known only now; return the pages whose bodies that takes."""
        # A post needs an anchor before another one can link to it: two rounds, and one that finds nothing to do.
        for _ in range(PASSES):
            self.brief = self._learned(self.brief, self.rows.values())
            again = [page for page in self.brief.whys if self._is_kept(page) and not self._is_made(page)]
            if not again:
                break
            for page in again:
                self._make_again(page)
        return frozenset(
            page
            for page in self.brief.whys
            if not (self._is_made(page) or self._is_unreadable(page))
            and page not in self.delivered
            and page not in self.bench.later | self.bench.late
            and self._is_whole(page)
        )

    def again(self, files: Iterable[str]) -> None:
        """Make the posts again that show one of `files` (paths), with what is known of those by now."""
        index = self.brief.index
        self.brief = replace(self.brief, index=replace(index, copies={**index.copies, **self.bench.copies}))
        stems = set(map(assets.stem, files))
        for page in self.brief.whys:
            output = self.bench.outputs.get(page)
            if output is not None and stems & set(map(assets.stem, output.files)):
                self._make_again(page)

    def write_out(self, pages: Iterable[str]) -> None:
        """Write the posts of `pages`, whatever is known of their files."""
        for page in pages:
            self._make_again(page, whole=True)

    def _make_again(self, page: str, *, whole: bool = False) -> None:
        packed = self.bench.trees[page]
        self.bench.forget(page)
        self._make(packed.tree(), packed, whole=whole)

    def holds(self, pages: Iterable[str], listing: Listing) -> bool:
        """Return whether what was made of `pages` is what would be made of them with the rows of a later `listing`."""
        rows = {page.id: page for page in listing.pages}
        brief = self._learned(replace(self.decide(listing), whys=self.brief.whys), rows.values())
        places = brief.index.places
        made = {page: self.bench.outputs.get(page) for page in pages if page in self.brief.index.places}
        return all(
            page in places and (output is None or is_current(output, rows[page], brief))
            for page, output in made.items()
        )

    def _learned(self, brief: Brief, rows: Iterable[Page]) -> Brief:
        made = {page: output.entry for page, output in self.bench.outputs.items()}
        anchors = {**self.bench.anchors, **self.bench.stuck}
        return learn(brief, self.wishes, self.memory, rows, made, anchors)

    def _is_made(self, page: str) -> bool:
        return is_current(self.bench.outputs.get(page), self.rows[page], self.brief)

    def _is_whole(self, page: str) -> bool:
        # Properties that were cut are completed before bodies are read; the next run does that for this page.
        written = places.Written(self.rows[page], self.brief.feeds[page].options)
        return not needed_whole([written], {page})

    def _is_kept(self, page: str) -> bool:
        return page in self.bench.trees and self.bench.trees[page].edited == self.rows[page].edited

    def _is_unreadable(self, page: str) -> bool:
        return self.bench.unreadable.get(page) == self.rows[page].edited

    def _make(self, tree: Tree, packed: Packed | None = None, *, whole: bool = False) -> None:
        page = tree.page.id
        whole = whole or not self.fetches
        try:
            output, anchors, problems = make_post(tree, self.brief, self.memory, self.started, whole=whole)
            if self.strict and any(problem.severity != "note" for problem in problems):
                # The post would show less than the page does: its owner wants none rather than that.
                problems = tuple(_as_error(problem) for problem in problems)
            else:
                self.bench.trees[page] = packed or Packed.of(tree)
                self.bench.outputs[page], self.bench.anchors[page] = output, anchors
                self.ahead.want(output)
            self.bench.problems[page] = problems
        except Exception as error:  # noqa: BLE001  # one page's trouble must not cost the others theirs
            trouble = (
                f"The page could not be converted ({type(error).__name__}: {error}); its last post stays."
            )
            hint = "This is a mistake in notion2jekyll: please report it, with the kinds of block that the page holds."
            self.bench.forget(page)
            self.bench.problems[page] = (Problem("error", trouble, page=page, hint=hint),)


def is_still_so(run: Run, turn: Turn, reading: Reading, plan: Plan) -> bool:
    """Return whether what `plan` publishes is to be published now: what the list says may be long ago."""
    job, bench, kept = run.job, run.bench, run.bench.listed
    if kept is None or timedelta() <= run.clock.now() - kept.at <= FRESH:
        return True
    made = {change.page for change in plan.changes if change.action != "delete"}
    if made & {table.id for table in turn.brief.tables}:
        return False  # it shows all rows, and so all would have to be looked at
    entries = turn.memory.state.entries
    seen = {page for page, entry in entries.items() if entry.url and not entry.removed}
    pages = (made - seen | bench.step.keys()) & turn.rows.keys()
    if not pages:
        return True
    sources = feeds.sources(job.config, bench.resolved)
    # It takes few requests, and without them what was read is of no use: so it may take a little longer than the run.
    again = list_again(
        replace(job.notion, deadline=None), sources, reading.listing, pages, progress=run.progress
    )
    bench.requests += again.requests
    bench.waited += again.waited
    return again.listing is not None and turn.holds(pages, again.listing)


def _as_error(problem: Problem) -> Problem:
    return replace(problem, severity="error") if problem.severity == "warning" else problem


def find_gone(
    job: Job, brief: Brief, memory: Memory, reading: Reading
) -> tuple[dict[str, str], list[Problem], set[str]]:
    """Return, by page id, why pages are certainly no longer published; what is not certain; and what never was ours.

    Never ours: posts that only claim to be (their front matter names a page, and no record of ours does) while the page is
    in none of our sources. Somebody else wrote them.
    """
    gone = dict(brief.gone)
    doubts: list[Problem] = []
    strangers: set[str] = set()
    if not reading.listing.complete:
        hint = "The next run tries again."
        doubts.append(
            Problem("warning", "Notion did not return the whole list, so no post was removed.", hint=hint)
        )
    rows = {page.id for table in brief.tables for page in table.pages}
    doubts += [problem for page, problem in reading.listing.unread.items() if page in rows]
    sources = {_id(resolved) for resolved in reading.listing.resolved.values()}
    dropped = {_id(resolved) for resolved in memory.state.sources.values()} - sources
    filtered = {
        _id(reading.listing.resolved[given])
        for notion in job.config.feeds
        for given in notion.ids()
        if notion.filter is not None
    }
    for page, found in sorted(reading.found.items()):
        entry = memory.state.entries[page]
        if isinstance(found, Failed):
            doubts.append(found.problem)
        elif entry.recovered and (found is None or found.parent not in sources):
            strangers.add(page)
            what = f"{entry.path} names a page of Notion that is not in the source; it is taken for somebody else's."
            doubts.append(Problem("warning", what, page=page, hint="Delete the file if it is not wanted."))
        elif found is not None and found.parent in dropped and not job.force:
            what = f"{entry.path} stays: its source is no longer in the configuration."
            hint = "Put the source back, or run once with --force to remove its posts."
            doubts.append(Problem("warning", what, page=page, hint=hint))
        elif why := whereabouts(found, sources, filtered=found is not None and found.parent in filtered):
            gone[page] = why
    return gone, doubts, strangers


def _id(resolved: str) -> str:
    """Return the id in what a source turned out to be (`data_source:<id>`)."""
    return resolved.partition(":")[2]
