"""The story of a sync, top to bottom: read the blog, read Notion, convert, plan, write once.

Deciding and doing are two things: everything up to the plan only looks; the plan is a value; then one commit is made,
on the very version that was read. If somebody else pushed meanwhile, the target refuses it and the story starts again.
"""

from __future__ import annotations

import difflib
import pickle
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from notion2jekyll import feeds, media, report, state
from notion2jekyll.config import Config, GitHub
from notion2jekyll.convert import Copy, Trouble, convert
from notion2jekyll.decide import Brief, Memory, Wishes, decide, fingerprint, learn, needed_whole
from notion2jekyll.errors import Problem, Stop, Unreachable
from notion2jekyll.jekyll import assets, places, posts, tables
from notion2jekyll.jekyll.extras import extras
from notion2jekyll.jekyll.meta import named
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.media import Failure
from notion2jekyll.merge import Merged, merge
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import (
    Listing,
    Reading,
    Wanted,
    read_source,
)
from notion2jekyll.notion.model import Failed, File, Page, Tree, hosted_files
from notion2jekyll.plan import Output, Plan, check_listing, check_rows, make_plan
from notion2jekyll.progress import Progress
from notion2jekyll.publish import whereabouts
from notion2jekyll.recall import recall, reclaim
from notion2jekyll.report import Report
from notion2jekyll.snapshot import blob_id
from notion2jekyll.standing import standing
from notion2jekyll.state import Entry, State
from notion2jekyll.target import Applied, Moved, Settled, Target

PASSES: Final = 3
"""How often posts are made in one attempt, so that their links lead to where other posts really are."""
RACES: Final = 64
"""How often a run tries to write while somebody else pushes. Trying again is cheap: what was read is kept."""
LONGEST_PAUSE: Final = 8
"""Seconds between two tries at most; by chance less, so that two runs do not keep in step."""
FRESH: Final = timedelta(minutes=5)
"""How old a list of rows may be when it is planned with again: an unpublished page must not come back."""
CHECKPOINT: Final = 500
"""How many pages are read between two commits: a job that is killed loses the work of some minutes, no more."""
LEAK: Final = "holds a token that this very run works with, and is not published."
REVOKE: Final = "Take the token out of the page in Notion, and make a new one in its place: whoever sees the page can use it."


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done."""

    config: Config
    notion: NotionSettings
    pages: frozenset[str] = frozenset()
    """Only these pages (dashed ids); all where empty."""
    full: bool = False
    """Read every page, whatever its edit time."""
    force: bool = False
    """Let a guard pass."""
    dry_run: bool = False
    """Plan, and write nothing."""
    diff: bool = False
    """Say what changes in each post."""
    checkpoint: int = CHECKPOINT
    """What is done is committed each time that so many pages were read."""
    previews: frozenset[str] = frozenset()
    """Pages that are made, published or not, and told in `Report.previews`; then nothing is written."""
    listing: Listing | None = None
    """A list of rows that was made a moment ago; None where it is still to be made."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Tokens of this run: what holds one is not published."""

    @property
    def only_looks(self) -> bool:
        """Whether nothing is to be written."""
        return self.dry_run or bool(self.previews)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, passed in so that tests own it."""

    now: Callable[[], datetime]
    """Return the present time, UTC."""
    sleep: Callable[[float], None]
    """Wait for so many seconds."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A page with its body, a tenth as large as the tree."""

    edited: datetime
    """Notion's edit time of what was read."""
    content: bytes

    @classmethod
    def of(cls, tree: Tree) -> _Packed:
        """Return `tree`, packed."""
        return cls(tree.page.edited, zlib.compress(pickle.dumps(tree), 1))

    def tree(self) -> Tree:
        """Return the tree again."""
        tree: Tree = pickle.loads(zlib.decompress(self.content))  # noqa: S301  # what this run packed itself
        return tree


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list of rows, what was found out beside it, and when that may be used again."""

    listing: Listing
    found: Mapping[str, Page | Failed | None]
    at: datetime
    state: str | None
    """Blob id of the state file then: once another one is there, a run with a newer list may have written it."""


@dataclass(slots=True)
class _Bench:
    """What survives when the story starts again: nothing is read, converted or downloaded twice for a lost race."""

    outputs: dict[str, Output] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """Page id → what conversion had to say."""
    trees: dict[str, _Packed] = field(default_factory=dict)
    """What was read of each page, for posts that have to be made again: no page is read twice for that."""
    anchors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Page id → the places of its blocks in the post that was made (see `Index.anchors`)."""
    stuck: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The same of posts that stay as they were, against what was made."""
    media: dict[str, bytes] = field(default_factory=dict)
    staying: dict[str, Entry] = field(default_factory=dict)
    """Page id → entry of posts that stay though their page is not written: it was not found, or its post is kept."""
    copies: dict[str, Copy] = field(default_factory=dict)
    """Stem of a path → what was found out about the file there."""
    failures: dict[str, Failure] = field(default_factory=dict)
    """Path → why a file could not be had; the next run tries again, not the next attempt of this one."""
    resolved: dict[str, str] = field(default_factory=dict)
    """What the configured sources turned out to be."""
    listed: _Listed | None = None
    """The list of rows that was read last."""
    unreadable: dict[str, datetime] = field(default_factory=dict)
    """Page id → edit time of what could not be read; the next run tries again, not the next attempt of this one."""
    elsewhere: dict[str, str | None] = field(default_factory=dict)
    """Page id → address of posts that turned out not to be where they belong; None for those that are not there at all."""
    related: dict[str, Page | None] = field(default_factory=dict)
    """Pages outside of the sources that relations name, by id; None for those that cannot be seen."""
    full: str | None = None
    """Why every page is read in this run, empty where it is not; None before that is known."""
    whole: bool = False
    """Whether every page is read in this run."""
    step: dict[str, datetime] = field(default_factory=dict)
    """Page id → edit time of what was read since the last commit."""
    later: frozenset[str] = frozenset()
    """Pages whose bodies are needed and come after that."""
    leaving: frozenset[str] = frozenset()
    """Pages that readers see and that become drafts, or hidden."""
    late: frozenset[str] = frozenset()
    """Pages that were not read, since the time was over."""
    unchanged: frozenset[str] = frozenset()
    """Those that are only read since every page is, as far as they are not read yet."""
    requests: int = 0
    downloads: int = 0
    waited: float = 0.0

    def begin_step(self) -> None:
        """Forget what held for the step that was committed only; what failed in it is left to the next run."""
        self.unreadable.update({page: at for page, at in self.step.items() if page not in self.outputs})
        for held in (self.step, self.media, self.elsewhere, self.stuck, self.staying):
            held.clear()

    def forget(self, page: str) -> None:
        """Forget what was made of `page`."""
        for held in (self.outputs, self.trees, self.anchors):
            held.pop(page, None)


def sync(job: Job, target: Target, clock: Clock, progress: Progress) -> Report:
    """Bring `target` in step with Notion and return what was done; nothing is done twice.

    Raises ConfigError, GuardStop, AccessDenied or Unreachable where nothing could be done at all; then nothing was
    written. Trouble with single pages is in the report, and those pages keep their last post.
    """
    started = clock.now()
    job = _with_deadline(job)
    bench = _Bench()
    cut_short = False
    done = _step(job, target, started, clock, progress, bench)
    while bench.later and not (bench.late or job.notion.late):
        bench.begin_step()
        try:
            done = report.joined(done, _step(job, target, started, clock, progress, bench))
        except Unreachable as stop:
            done = replace(done, problems=(*done.problems, _cut_short(stop)))
            cut_short = True
            break
    late = bench.late or (bench.later and job.notion.late)
    settled = Settled() if job.only_looks or cut_short else target.settle()
    return replace(
        done,
        url=settled.url or done.url,
        problems=(
            *done.problems,
            *settled.problems,
            *(_unfinished(job, bench) if late else ()),
        ),
        requests={"notion": bench.requests, "github": target.requests, "files": bench.downloads},
        waited=bench.waited + target.waited,
        seconds=(clock.now() - started).total_seconds(),
    )


def _with_deadline(job: Job) -> Job:
    minutes = job.config.sync.max_minutes
    if minutes is None:
        return job
    return replace(job, notion=replace(job.notion, deadline=job.notion.clock() + 60 * minutes))


def _unfinished(job: Job, bench: _Bench) -> Iterator[Problem]:
    """Yield a note for pages that are left because the time was over: of those that changed, and of those that did not."""
    left = bench.later | bench.late
    over = f"the {job.config.sync.max_minutes:g} minutes of `max_minutes` were over."
    if changed := len(left - bench.unchanged):
        pages = "1 page is" if changed == 1 else f"{changed} pages are"
        yield Problem("note", f"{pages} still to be read: {over}", hint="The next run goes on with them.")
    if same := len(left & bench.unchanged):
        pages = "1 page that did not change was" if same == 1 else f"{same} pages that did not change were"
        yield Problem("note", f"{pages} not read once more: {over}", hint="Another full run comes to them.")


def _cut_short(stop: Stop) -> Problem:
    what = f"The run could not go on after it had written a part: {stop.message}"
    return Problem("error", what, hint="What is written is whole. The next run goes on from there.")


def _step(
    job: Job, target: Target, started: datetime, clock: Clock, progress: Progress, bench: _Bench
) -> Report:
    """Read and write what comes before the next checkpoint: everything, where that is not much."""
    for race in range(RACES):
        try:
            return _attempt(job, target, started, clock, progress, bench)
        except Moved:
            pause = Random(f"{started}{race}").uniform(0, min(2**race, LONGEST_PAUSE))  # noqa: S311  # jitter guards nothing
            progress.waiting(target.name, pause, "somebody else was first to write")
            clock.sleep(pause)
            bench.waited += pause
    raise Unreachable(
        f"Somebody else changed {target.name} each of the {RACES} times that this run was about to write. Nothing was written.",
        hint="See whether another workflow commits in a loop, then run again.",
    )


def _attempt(
    job: Job, target: Target, started: datetime, clock: Clock, progress: Progress, bench: _Bench
) -> Report:
    # What the blog holds, and what was written last.
    shelves = tuple(dict.fromkeys(job.config.options(notion).shelf for notion in job.config.feeds))
    memory = recall(target, shelves, job.config.jekyll.theme)

    for _ in range(PASSES):
        # What Notion holds. While the listing is at hand it is decided, purely, which bodies are needed; those are
        # converted as they arrive, so that no more than a few pages are in memory at a time.
        reading, turn = _read(job, memory, started, clock, progress, bench)
        _recognize(target, memory, turn, bench)
        gone, doubts, strangers = _gone(job, turn.brief, memory, reading)
        gone = gone if _sees_all(job, bench) else {}

        # What to do about it, and whether that is sane. Then the media that this needs: what shows them is made once more,
        # with what they turned out to be. A post whose media cannot be had this time stays as it is.
        lost: dict[str, Problem] = {}
        while True:
            outputs = _outputs(job, turn.brief, memory, reading, lost, bench)
            known = replace(memory, state=reclaim(target, memory, outputs, strangers, shelves))
            merges = _merges(job, target, known, outputs)
            plan = _plan(job, target, known, outputs, gone, merges)
            if not job.dry_run and not plan.files.keys() <= bench.media.keys():
                lost |= _download(job, plan, outputs, clock, progress, bench)
                turn.again(plan.files)
            # A post does not take an address before the one that has it has left it.
            elif early := _early(plan, turn.brief, outputs):
                lost |= early
            else:
                break

        # Where a post could not go where it belongs, links to it must not lead there, and nothing else may go where a post
        # stays: those posts are made once more.
        if job.previews or not (_astray(plan, turn.brief, bench) | _in_the_way(plan, turn.brief, bench)):
            break

    # One commit, or none.
    brief = turn.brief
    applied = None if job.only_looks else _write(job, target, plan, known, brief, reading, started, bench)
    problems = [*memory.problems, *brief.problems, *doubts, *lost.values()]
    for page in (*brief.whys, *(table.id for table in brief.tables)):
        problems += bench.problems.get(page, ())
    return Report(
        result=_result(job, target, plan, applied),
        target=target.name,
        commit=applied.commit if applied else None,
        url=applied.url if applied else None,
        changes=plan.changes,
        conflicts=plan.conflicts,
        problems=(*problems, *posts.ahead(brief.index.places, memory.site, started)),
        pages=standing(brief, plan, known, reading.listing.pages, problems, started, job.pages)
        if job.dry_run
        else (),
        previews={output.entry.page: output for output in outputs if output.entry.page in job.previews},
        unchanged=plan.unchanged,
        titles=brief.index.titles,
        diffs=_diffs(target, plan) if job.diff else {},
        properties=brief.properties,
    )


def _outputs(
    job: Job, brief: Brief, memory: Memory, reading: Reading, lost: dict[str, Problem], bench: _Bench
) -> list[Output]:
    """Return all posts and data files that were made, but those of `lost` pages; what would tell a token joins those."""
    held = frozenset[str]() if _sees_all(job, bench) else bench.leaving
    made = [bench.outputs[page] for page in brief.whys if page in bench.outputs and page not in held]
    made += _tables(job, brief, memory, reading, bench)
    lost |= {output.entry.page: _leak(output) for output in made if _leaks(job, _written(output))}
    return [output for output in made if output.entry.page not in lost]


def _sees_all(job: Job, bench: _Bench) -> bool:
    """Return whether all is read that readers would lose: it is weighed as a whole, so it waits for a run that sees all."""
    return job.force or not bench.leaving & bench.late


def _plan(
    job: Job,
    target: Target,
    memory: Memory,
    outputs: Iterable[Output],
    gone: Mapping[str, str],
    merges: Mapping[str, Merged],
) -> Plan:
    """Return the plan, which no guard refuses."""
    policy = replace(job.config.policy(), force=job.force)
    plan = make_plan(
        outputs,
        gone=gone,
        snapshot=memory.snapshot,
        state=memory.state,
        policy=policy,
        merges=merges,
        forgetful=not target.versioned,
    )
    if not job.force:
        plan.check(policy)
    return plan


def _merges(job: Job, target: Target, memory: Memory, outputs: Iterable[Output]) -> dict[str, Merged]:
    """Return, by page id, what becomes of posts that a person edited together with `outputs`.

    A post is missing of which nobody knows any more what was written last.
    """
    merges: dict[str, Merged] = {}
    if job.config.sync.on_conflict != "merge":
        return merges
    for output in outputs:
        before = memory.state.entries.get(output.entry.page)
        there = memory.snapshot.files.get(before.path) if before else None
        if before is None or before.recovered or there in (None, before.blob):
            continue
        if not before.path.endswith(".md"):
            continue  # of a data file a person's version stays whole
        if (before.blob, before.path) == (output.entry.blob, output.entry.path):
            continue
        base = output.content if before.blob == output.entry.blob else target.fetch_blob(before.blob)
        theirs = target.fetch(before.path)
        if base is not None and theirs is not None:
            merges[before.page] = merge(
                base, theirs, output.content, automatic=posts.AUTOMATIC, identity=posts.IDENTITY
            )
    return merges


def _astray(plan: Plan, brief: Brief, bench: _Bench) -> bool:
    """Put on the bench which posts will not be where `brief` has them; return whether any post links to one of those."""
    news: dict[str, str | None] = {}
    for page, place in brief.index.places.items():
        entry = plan.state.entries.get(page)
        url = entry.url if entry and not entry.removed else None
        away = entry is None or entry.path != place.path or page in brief.index.elsewhere
        if away and brief.index.elsewhere.get(page, place.url) != url:
            news[page] = url
    bench.elsewhere.update(news)
    stuck: dict[str, Mapping[str, str]] = {}
    for page, output in bench.outputs.items():
        kept = plan.state.entries.get(page, output.entry).anchors
        if kept not in (output.entry.anchors, bench.stuck.get(page)):
            stuck[page] = kept
    bench.stuck.update(stuck)
    linked = {target.partition("#")[0] for entry in plan.state.entries.values() for target in entry.links}
    return bool(linked & (news.keys() | stuck.keys()))


def _early(plan: Plan, brief: Brief, outputs: Iterable[Output]) -> dict[str, Problem]:
    """Return, by page id, which `outputs` have to wait: another post that is to go elsewhere is still at their address."""
    places_ = brief.index.places
    stay = {
        entry.url: entry
        for page, entry in plan.state.entries.items()
        if entry.url and page in places_ and places_[page].url != entry.url
    }
    return {
        output.entry.page: Problem(
            "warning",
            f"The post waits where it is: its new address {output.entry.url} is still that of “{stay[output.entry.url].title}”.",
            page=output.entry.page,
            hint="Nothing is to be done, unless it goes on: then see what holds the other post back.",
        )
        for output in outputs
        if output.entry.url in stay and stay[output.entry.url].page != output.entry.page
    }


def _in_the_way(plan: Plan, brief: Brief, bench: _Bench) -> bool:
    """Put on the bench the posts that stay while their page is not written; return whether another one goes there."""
    stay = {
        page: entry
        for page, entry in plan.state.entries.items()
        if page not in brief.index.places and page not in bench.staying and entry.url
    }
    taken = {entry.url for entry in stay.values()} | {entry.path for entry in stay.values()}
    bench.staying.update(stay)
    return any(place.url in taken or place.path in taken for place in brief.index.places.values())


def _result(job: Job, target: Target, plan: Plan, applied: Applied | None) -> report.Result:
    if job.only_looks:
        return "planned"
    if applied is None or not (plan.changes or plan.files or plan.orphans or applied.commit):
        return "up-to-date"
    return "committed" if target.versioned else "written"


# What Notion holds ---------------------------------------------------------------------------------------------------


def _read(
    job: Job, memory: Memory, started: datetime, clock: Clock, progress: Progress, bench: _Bench
) -> tuple[Reading, _Turn]:
    """List the source, decide, and turn the bodies that are needed into outputs on the bench."""
    now, written = clock.now(), memory.snapshot.files.get(state.PATH)
    kept = bench.listed
    if kept and (kept.state != written or now - kept.at > FRESH):
        kept = None
    found = kept.found if kept else {}
    sources = feeds.sources(job.config, {**memory.state.sources, **bench.resolved})
    if bench.full is None:
        bench.full = _full(job, memory, started)
        bench.whole = bool(bench.full) or not memory.state.entries
    wishes = Wishes(
        feeds.feeds(job.config, job.notion, sources, progress),
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
    turn = _Turn(wishes, memory, started, bench, choose, found, room, hurried, strict=job.config.sync.strict)
    listing = kept.listing if kept else job.listing
    reading = read_source(
        job.notion, sources, turn.choose, turn.deliver, turn.more, progress=progress, listing=listing
    )
    reading = replace(reading, found={**found, **reading.found})
    bench.listed = _Listed(reading.listing, reading.found, kept.at if kept else now, written)
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
            feeds.check_rule(feed.rule, feeds.schema(job.notion, listed, progress))
    return reading, turn


@dataclass(slots=True)
class _Turn:
    """Turns bodies into outputs on the bench as they arrive, and once more where that shows where their links lead."""

    wishes: Wishes
    memory: Memory
    started: datetime
    bench: _Bench
    decide: Callable[[Listing], Brief]
    found: Mapping[str, Page | Failed | None]
    """Pages that vanished from the list and that were asked for already."""
    room: int | None
    """How many pages may be read before the next commit; None for all."""
    hurried: bool
    """Whether the run has to end in time: then what is only read once more waits for what changed."""
    strict: bool
    brief: Brief = field(init=False)
    """What is known by now; there is none before the listing."""
    rows: dict[str, Page] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)

    def choose(self, listing: Listing) -> Wanted:
        """Return which bodies are needed, beside those that an earlier attempt read."""
        brief = self.decide(listing)
        self.rows = {page.id: page for page in listing.pages}
        made = {page: out.why for page, out in self.bench.outputs.items() if page in brief.index.places}
        self.brief = self._learned(replace(brief, whys={**brief.whys, **made}))
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
        ahead = [page for page in self.rows if page in bodies - step.keys() - self.bench.leaving]
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
            self.brief = self._learned(self.brief)
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

    def _make_again(self, page: str) -> None:
        tree = self.bench.trees[page].tree()
        self.bench.forget(page)
        self._make(tree)

    def _learned(self, brief: Brief) -> Brief:
        made = {page: output.entry for page, output in self.bench.outputs.items()}
        anchors = {**self.bench.anchors, **self.bench.stuck}
        return learn(brief, self.wishes, self.memory, self.rows.values(), made, anchors)

    def _is_made(self, page: str) -> bool:
        return _made(self.bench.outputs.get(page), self.rows[page], self.brief)

    def _is_whole(self, page: str) -> bool:
        # Properties that were cut are completed before bodies are read; the next run does that for this page.
        written = places.Written(self.rows[page], self.brief.feeds[page].options)
        return not needed_whole([written], {page})

    def _is_kept(self, page: str) -> bool:
        return page in self.bench.trees and self.bench.trees[page].edited == self.rows[page].edited

    def _is_unreadable(self, page: str) -> bool:
        return self.bench.unreadable.get(page) == self.rows[page].edited

    def _make(self, tree: Tree) -> None:
        page = tree.page.id
        try:
            output, anchors, problems = _post(tree, self.brief, self.memory, self.started)
            if self.strict and any(problem.severity != "note" for problem in problems):
                # The post would show less than the page does: its owner wants none rather than that.
                problems = tuple(_as_error(problem) for problem in problems)
            else:
                self.bench.trees[page] = _Packed.of(tree)
                self.bench.outputs[page], self.bench.anchors[page] = output, anchors
            self.bench.problems[page] = problems
        except Exception as error:  # noqa: BLE001  # one page's trouble must not cost the others theirs
            trouble = (
                f"The page could not be converted ({type(error).__name__}: {error}); its last post stays."
            )
            hint = "This is a mistake in notion2jekyll: please report it, with the kinds of block that the page holds."
            self.bench.forget(page)
            self.bench.problems[page] = (Problem("error", trouble, page=page, hint=hint),)


def _written(output: Output) -> bytes:
    """Return all that a commit would say of `output`: the post, and what is remembered of it."""
    return output.content + state.dump(State({output.entry.page: output.entry}))


def _leaks(job: Job, content: bytes) -> bool:
    """Return whether `content` would tell everybody a token of this run."""
    return any(secret.encode() in content for secret in job.secrets)


def _leak(output: Output) -> Problem:
    what = "data file" if output.entry.path.startswith("_data/") else "page"
    return Problem("error", f"The {what} {LEAK} Its last version stays.", output.entry.page, hint=REVOKE)


def _as_error(problem: Problem) -> Problem:
    return replace(problem, severity="error") if problem.severity == "warning" else problem


def _made(output: Output | None, page: Page, brief: Brief) -> bool:
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


def _gone(
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


# Posts ---------------------------------------------------------------------------------------------------------------


def _post(
    tree: Tree, brief: Brief, memory: Memory, started: datetime
) -> tuple[Output, Mapping[str, str], tuple[Problem, ...]]:
    """Convert one page: what it should be in the repository, where its blocks are in it, and what conversion had to say."""
    page, site = tree.page, memory.site
    place, options = brief.index.places[page.id], brief.feeds[page.id].options
    wanted = brief.wanted.get(page.id, frozenset())
    beside, names = extras(page, options, site, brief.index), named(page, options)
    article = convert(
        replace(tree, page=posts.bare(page, options, beside)), brief.index, options.style, wanted
    )
    anchors = dict.fromkeys(wanted, "") | posts.anchors(article, options, site)
    previous = memory.state.entries.get(page.id)
    # What only a draft shows is nobody's business yet: Jekyll would publish it with the other files.
    files = posts.files(article, beside) if place.live else {}

    def rendered(modified: str) -> tuple[bytes, str]:
        return posts.render(article, place, options, site, modified=modified, extras=beside), modified

    # `last_modified_at` moves only when something else did: else an edit that changes nothing would be a change.
    content, modified = rendered(previous.modified) if previous else (b"", "")
    if previous is None or blob_id(content) != previous.blob:
        content, modified = rendered(posts.modified(page, options, site))
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
    return Output(entry, content, files, brief.whys[page.id]), anchors, (*article.problems, *beside.problems)


def _tables(job: Job, brief: Brief, memory: Memory, reading: Reading, bench: _Bench) -> list[Output]:
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
        made.append(Output(entry, content, files, table.why))
        bench.problems[table.id] = tuple(problem for more in beside for problem in more.problems)
    return made


# Media ---------------------------------------------------------------------------------------------------------------


def _recognize(target: Target, memory: Memory, turn: _Turn, bench: _Bench) -> None:
    """Look into the pictures that are on the blog while nobody remembers their size, where a post is to say it.

    That is so where a person put another picture in the place of ours, or the state was lost and no post says the size.
    """
    looked: set[str] = set()
    for page in turn.brief.whys.keys() & bench.outputs.keys():
        is_said = turn.brief.feeds[page].options.style.dimensions
        for path in bench.outputs[page].files if is_said else ():
            stem = assets.stem(path)
            copy = turn.brief.index.copies.get(stem)
            if path in memory.snapshot.files and copy and not copy.known and stem not in bench.copies:
                found = media.examine(target.fetch(path) or b"", path, path)
                size = None if isinstance(found, Failure) else found[0].size
                bench.copies[stem] = replace(copy, size=size, known=True)
                looked.add(path)
    turn.again(looked)


def _download(
    job: Job, plan: Plan, outputs: list[Output], clock: Clock, progress: Progress, bench: _Bench
) -> dict[str, Problem]:
    """Put the media of `plan` on the bench, and what they turned out to be; return, by page id, what could not be had.

    An address that expired while the run was busy is asked for anew, once. A file that could never be had is none of
    that: its page goes on without it. Nor is one that Notion does not host: it stays where it is.
    """
    wanted = {
        path: file
        for path, file in plan.files.items()
        if path not in bench.media and path not in bench.failures
    }
    allowed = (media.origin(job.notion.api_url),)

    def fetch(files: Mapping[str, File]) -> dict[str, Failure]:
        done = media.download(
            files,
            bench.media,
            max_bytes=job.config.jekyll.assets.max_bytes,
            progress=progress,
            sleep=clock.sleep,
            allowed=allowed,
        )
        for path, got in done.got.items():
            if _leaks(job, bench.media[got.path]):
                del bench.media[got.path]
                done.failures[path] = Failure(f"The file {files[path].name} {LEAK}", REVOKE)
            else:
                bench.copies[assets.stem(path)] = Copy(SitePath(f"/{got.path}"), got.size, note=got.note)
        bench.downloads += done.requests
        return done.failures

    failures = fetch(wanted)
    expired = {path for path, failure in failures.items() if failure.expired}
    if expired:
        owners = {output.entry.page: output for output in outputs if expired & output.files.keys()}
        fresh = _fresh(job, owners, progress, bench)
        files = {path: fresh[assets.stem(path)] for path in expired if assets.stem(path) in fresh}
        failures = {path: failure for path, failure in failures.items() if path not in files} | fetch(files)
    for path, failure in failures.items():
        if failure.final or not wanted[path].hosted:
            trouble = Trouble(failure.message, failure.hint)
            bench.copies[assets.stem(path)] = Copy(SitePath(f"/{path}"), trouble=trouble)
    bench.failures |= failures
    return _lost(outputs, bench)


def _lost(outputs: Iterable[Output], bench: _Bench) -> dict[str, Problem]:
    """Return, by page id, why the post of a page cannot be written: nothing stands in for its media."""
    lost: dict[str, Problem] = {}
    for output in outputs:
        for path in output.files.keys() & bench.failures.keys():
            if assets.stem(path) not in bench.copies:
                page, failure = output.entry.page, bench.failures[path]
                trouble = f"{failure.message} Its page keeps its last post."
                lost[page] = Problem("error", trouble, page=page, hint=failure.hint)
    return lost


def _fresh(job: Job, pages: Collection[str], progress: Progress, bench: _Bench) -> dict[str, File]:
    """Read `pages` again; return what they show, by the stem of its path, under addresses that work for another hour."""
    fresh: dict[str, File] = {}
    folder = job.config.jekyll.assets.folder

    def learn(tree: Tree) -> None:
        fresh.update({assets.stem(assets.asset_path(file, folder)): file for file in hosted_files(tree)})

    def choose(listing: Listing) -> Wanted:
        for page in listing.pages:
            learn(Tree(page, ()))  # what data files show is in the properties of rows
        return Wanted(frozenset(pages))

    def deliver(tree: Tree | Failed) -> None:
        if isinstance(tree, Tree):
            learn(tree)

    sources = feeds.sources(job.config, bench.resolved)
    reading = read_source(job.notion, sources, choose, deliver, progress=progress)
    bench.requests += reading.requests
    bench.waited += reading.waited
    return fresh


# The one commit ------------------------------------------------------------------------------------------------------


def _write(
    job: Job,
    target: Target,
    plan: Plan,
    memory: Memory,
    brief: Brief,
    reading: Reading,
    started: datetime,
    bench: _Bench,
) -> Applied | None:
    """Carry out `plan`; return None where there was nothing to write."""
    # A run that is killed between two steps has not read everything; one that has to end in time has had its turn.
    goes_on = bench.later and job.notion.deadline is None
    whole = bench.whole and reading.listing.complete and not (job.pages or goes_on)
    files = {**plan.state.files, **{path: blob_id(bench.media[path]) for path in plan.files}}
    remembered = replace(
        plan.state,
        files=files,
        sizes={**plan.state.sizes, **assets.sizes(brief.index.copies.values(), files)},
        sources={**memory.state.sources, **reading.listing.resolved},
        written=started,
        reconciled=started if whole else memory.state.reconciled,
    )
    visible = plan.changes or plan.files or plan.orphans or plan.bases or memory.snapshot.unwritten
    if not visible and not _worth_alone(job, remembered, memory, target, started):
        return None
    contents = {path: bench.media[path] for path in plan.files}
    for path, source in plan.carried.items():
        contents[path] = target.fetch(source) or b""
    contents[state.PATH] = state.dump(remembered)
    applied = target.apply(plan.commit(contents, report.message(_template(job), plan.changes)))
    if bench.listed:
        # The next step may go on with the list that this state was made from.
        found = {page: there for page, there in bench.listed.found.items() if page in remembered.entries}
        bench.listed = replace(bench.listed, found=found, state=blob_id(contents[state.PATH]))
    return None if applied.commit is not None and applied.commit == plan.base else applied


def _template(job: Job) -> str:
    return job.config.github.message if job.config.github else GitHub.model_fields["message"].default


def _full(job: Job, memory: Memory, started: datetime) -> str:
    """Return why every page is to be read, whatever its edit time; empty where it is not."""
    if job.full:
        return "a full run was asked for"
    if job.pages or not memory.state.entries or not _overdue(job, memory.state, started):
        return ""
    return f"every page is read again after {job.config.sync.full_every_days} days"


def _overdue(job: Job, before: State, started: datetime) -> bool:
    """Return whether it is so long ago that every page was read that it is to be done again."""
    days, last = job.config.sync.full_every_days, before.reconciled
    return bool(days) and (last is None or started - last >= timedelta(days=days))


def _worth_alone(job: Job, remembered: State, memory: Memory, target: Target, started: datetime) -> bool:
    """Return whether the state is worth writing when no post changed.

    In a folder it costs nothing. In a repository it is a commit and a build, so it waits for a change of a post, for a
    day at most: that bounds how often a page is read again that was edited to no effect. What concerns all posts at once
    (other options, a state that had to be searched for, that every page was read again because it was time) does not wait: it would cost as
    much in every run.
    """
    before = memory.state
    reread = remembered.reconciled != before.reconciled and _overdue(job, before, started)
    if memory.searched or (before.entries and reread):
        return True
    if (remembered.entries, remembered.files) == (
        before.entries,
        before.files,
    ) and before.written is not None:
        return not target.versioned and remembered.sources != before.sources
    if not target.versioned or before.written is None:
        return bool(remembered.entries or before.entries)
    marks = {page: entry.fingerprint for page, entry in remembered.entries.items()}
    if any(entry.fingerprint != marks.get(page, entry.fingerprint) for page, entry in before.entries.items()):
        return True
    return started - before.written >= state.ALONE


def _diffs(target: Target, plan: Plan) -> dict[str, str]:
    """Return path → unified diff of every post that changes."""
    diffs: dict[str, str] = {}
    for change in plan.changes:
        old = (
            ""
            if change.action == "create"
            else (target.fetch(change.source or change.path) or b"").decode("utf-8", "replace")
        )
        new = change.content.decode() if change.content is not None else old if change.source else ""
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), change.source or change.path, change.path, lineterm="", n=2
        )
        diffs[change.path] = "\n".join(lines)
    return diffs
