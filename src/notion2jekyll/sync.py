"""The story of a sync, top to bottom: read the blog, read Notion, convert, plan, write once.

Deciding and doing are two things: everything up to the plan only looks; the plan is a value; then one commit is made,
on the very version that was read. If somebody else pushed meanwhile, the target refuses it and the story starts again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from notion2jekyll import report, state
from notion2jekyll.clock import Clock
from notion2jekyll.config import GitHub
from notion2jekyll.decide import Brief, Memory
from notion2jekyll.errors import Problem, Stop, Unreachable
from notion2jekyll.jekyll import assets, posts
from notion2jekyll.jekyll.shelves import Shelf
from notion2jekyll.merge import Merged, merge
from notion2jekyll.notion.fetch import Reading
from notion2jekyll.plan import Output, Plan, make_plan
from notion2jekyll.progress import Progress
from notion2jekyll.recall import recall, reclaim
from notion2jekyll.report import Report
from notion2jekyll.snapshot import blob_id
from notion2jekyll.standing import standing
from notion2jekyll.state import State
from notion2jekyll.steps.bench import Bench, Run
from notion2jekyll.steps.detours import astray, early, in_the_way
from notion2jekyll.steps.files import download, recognize
from notion2jekyll.steps.job import Job, is_overdue, with_deadline
from notion2jekyll.steps.making import leak, leaks, make_tables, written_of
from notion2jekyll.steps.reading import PASSES, Turn, find_gone, is_still_so, read
from notion2jekyll.target import Applied, Moved, Settled, Target

__all__ = ["Clock", "Job", "sync"]

RACES: Final = 64
"""How often a run tries to write while somebody else pushes. Trying again is cheap: what was read is kept."""
LONGEST_PAUSE: Final = 8
"""Seconds between two tries at most; by chance less, so that two runs do not keep in step."""


def sync(job: Job, target: Target, clock: Clock, progress: Progress) -> Report:
    """Bring `target` in step with Notion and return what was done; nothing is done twice.

    Raises ConfigError, GuardStop, AccessDenied or Unreachable where nothing could be done at all; then nothing was
    written. Trouble with single pages is in the report, and those pages keep their last post.
    """
    run = Run(with_deadline(job), target, clock, progress, clock.now())
    with run.bench.media:
        return _steps(run)


def _steps(run: Run) -> Report:
    """Read and write step by step until all is done, or the time is over."""
    job, target, clock, bench = run.job, run.target, run.clock, run.bench
    done, stopped = _step(run), False
    while bench.later and not (bench.late or job.notion.late):
        bench.begin_step()
        try:
            done = report.joined(done, _step(run))
        except Stop as stop:
            done = replace(done, problems=(*done.problems, _cut_short(stop)))
            stopped = True
            break
    late = bench.late or (bench.later and job.notion.late)
    settled = Settled() if job.only_looks else _settle(target, done, bench, stopped=stopped)
    return replace(
        done,
        url=settled.url or done.url,
        problems=(
            *done.problems,
            *settled.problems,
            *(_unfinished(job, bench) if late else ()),
        ),
        published=settled.said,
        requests={"notion": bench.requests, "github": target.requests, "files": bench.downloads},
        waited=bench.waited + target.waited,
        seconds=(clock.now() - run.started).total_seconds(),
    )


def _settle(target: Target, done: Report, bench: Bench, *, stopped: bool) -> Settled:
    """See to what goes with the version that was written: what readers get, also where the run could not go on."""
    try:
        return target.settle(_new_addresses(done, bench))
    except Stop:
        if stopped:  # where it is the target that stopped the run, that is said already
            return Settled()
        raise


def _new_addresses(done: Report, bench: Bench) -> tuple[str, ...] | None:
    """Return where readers find what was written: first what was not there before. None while they see nothing new."""
    if not bench.visible:
        return None
    written = [change for change in done.changes if change.action != "delete"]
    written.sort(key=lambda change: change.action not in ("create", "move"))
    return tuple(filter(None, (done.addresses.get(change.page) for change in written)))


def _unfinished(job: Job, bench: Bench) -> Iterator[Problem]:
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
    what = f"The run could not go on after it had written a part, which is whole: {stop.message}"
    return Problem("error", what, hint=stop.hint or "The next run goes on from there.")


def _step(run: Run) -> Report:
    """Read and write what comes before the next checkpoint: everything, where that is not much."""
    for race in range(RACES):
        try:
            return _attempt(run)
        except Moved:
            pause = Random(f"{run.started}{race}").uniform(0, min(2**race, LONGEST_PAUSE))  # noqa: S311  # jitter guards nothing
            run.progress.waiting(run.target.name, pause, "somebody else was first to write")
            run.clock.sleep(pause)
            run.bench.waited += pause
    raise Unreachable(
        f"Somebody else changed {run.target.name} each of the {RACES} times that this run was about to write. Nothing was written.",
        hint="See whether another workflow commits in a loop, then run again.",
    )


def _attempt(run: Run) -> Report:
    job, target, bench = run.job, run.target, run.bench
    # What the blog holds, and what was written last.
    shelves = tuple(dict.fromkeys(job.config.options(notion).shelf for notion in job.config.feeds))
    memory = recall(target, shelves, job.config.jekyll.theme)

    # What to do. What Notion listed may be long ago by then: where it is no longer so, everything is looked at anew.
    reading, turn, known, plan, outputs, doubts, lost = _planned(run, memory, shelves)
    for _ in range(PASSES):  # a list that takes longer than it may be old is as new as can be
        if job.only_looks or is_still_so(run, turn, reading, plan):
            break
        bench.begin_anew()
        reading, turn, known, plan, outputs, doubts, lost = _planned(run, memory, shelves)

    # One commit, or none.
    brief = turn.brief
    applied = None if job.only_looks else _write(run, plan, known, brief, reading)
    bench.visible |= bool(plan.changes or plan.files or plan.orphans)
    problems = [*memory.problems, *brief.problems, *doubts, *lost.values()]
    for page in (*brief.whys, *(table.id for table in brief.tables)):
        problems += bench.problems.get(page, ())
    there = (entry for entry in plan.state.entries.values() if not entry.removed)
    problems += posts.left_out((path for entry in there for path in (entry.path, *entry.files)), memory.site)
    return Report(
        result=_result(job, target, plan, applied),
        target=target.name,
        commit=applied.commit if applied else None,
        url=applied.url if applied else None,
        # Of a long run's posts nobody asks for the texts once they are written.
        changes=plan.changes
        if job.only_looks
        else tuple(replace(change, content=None) for change in plan.changes),
        conflicts=plan.conflicts,
        problems=(*problems, *posts.ahead(brief.index.places, memory.site, run.started)),
        pages=standing(brief, plan, known, reading.listing.pages, problems, run.started, job.pages)
        if job.dry_run
        else (),
        previews={output.entry.page: output for output in outputs if output.entry.page in job.previews},
        unchanged=plan.unchanged,
        titles=brief.index.titles,
        addresses=_addresses_of(brief, memory, run.started),
        home=memory.site.home,
        diffs=_diffs(target, plan) if job.diff else {},
        properties=brief.properties,
        reads=brief.whys,
        unread=0 if job.pages else len(brief.index.places.keys() - brief.whys.keys()),
    )


class _Planned(NamedTuple):
    """What is to be done, and what that was made of."""

    reading: Reading
    turn: Turn
    known: Memory
    plan: Plan
    outputs: list[Output]
    doubts: list[Problem]
    lost: Mapping[str, Problem]
    """Page id → why its post stays as it is."""


def _planned(run: Run, memory: Memory, shelves: tuple[Shelf, ...]) -> _Planned:
    """Read Notion, convert what is needed, fetch its files, and plan."""
    job, target, bench = run.job, run.target, run.bench
    for _ in range(PASSES):
        # What Notion holds. While the listing is at hand it is decided, purely, which bodies are needed; those are
        # converted as they arrive, so that no more than a few pages are in memory at a time.
        reading, turn = read(run, memory)
        turn.again(recognize(run, memory, turn.brief))
        gone, doubts, strangers = find_gone(job, turn.brief, memory, reading)
        gone = gone if _sees_all(job, bench) else {}

        # What to do about it, and whether that is sane. Then the media that this needs: what shows them is made once more,
        # with what they turned out to be. A post whose media cannot be had this time stays as it is.
        lost: dict[str, Problem] = {}
        while True:
            outputs = _outputs(job, turn.brief, memory, reading, lost, bench)
            known = replace(memory, state=reclaim(target, memory, outputs, strangers, shelves))
            merges = _merges(job, target, known, outputs)
            plan = _plan(job, target, known, outputs, gone, merges)
            missing = plan.files.keys() - bench.media.keys()
            if missing and not job.dry_run:
                lost |= download(run, plan, outputs)
                turn.again(missing)
            # A post does not take an address before the one that has it has left it.
            elif waiting := early(plan, turn.brief, outputs):
                lost |= waiting
            elif unwritten := [output.entry.page for output in outputs if output.unwritten]:
                turn.write_out(unwritten)
            else:
                break

        # Where a post could not go where it belongs, links to it must not lead there, and nothing else may go where a post
        # stays: those posts are made once more.
        if job.previews or not (astray(plan, turn.brief, bench) | in_the_way(plan, turn.brief, bench)):
            break
    return _Planned(reading, turn, known, plan, outputs, doubts, lost)


def _addresses_of(brief: Brief, memory: Memory, started: datetime) -> dict[str, str]:
    """Return, by page id, where readers find the post of each published page; empty where they do not, or not yet."""
    ahead = {problem.page for problem in posts.ahead(brief.index.places, memory.site, started)}
    return {
        page: "" if page in ahead else place.url for page, place in brief.index.places.items() if place.live
    }


def _outputs(
    job: Job, brief: Brief, memory: Memory, reading: Reading, lost: dict[str, Problem], bench: Bench
) -> list[Output]:
    """Return all posts and data files that were made, but those of `lost` pages; what would tell a token joins those."""
    # What was made of a page that has to be read once more is no longer what the page is.
    held = bench.later | bench.late | (frozenset[str]() if _sees_all(job, bench) else bench.leaving)
    made = [bench.outputs[page] for page in brief.whys if page in bench.outputs and page not in held]
    made += make_tables(job, brief, memory, reading, bench)
    lost |= {output.entry.page: leak(output) for output in made if leaks(job, written_of(output))}
    return [output for output in made if output.entry.page not in lost]


def _sees_all(job: Job, bench: Bench) -> bool:
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


def _result(job: Job, target: Target, plan: Plan, applied: Applied | None) -> report.Result:
    if job.only_looks:
        return "planned"
    if applied is None or not (plan.changes or plan.files or plan.orphans or applied.commit):
        return "up-to-date"
    return "committed" if target.versioned else "written"


def _write(run: Run, plan: Plan, memory: Memory, brief: Brief, reading: Reading) -> Applied | None:
    """Carry out `plan`; return None where there was nothing to write."""
    job, target, bench = run.job, run.target, run.bench
    # A run that is killed between two steps has not read everything; one that has to end in time has had its turn.
    goes_on = bench.later and job.notion.deadline is None
    whole = bench.whole and reading.listing.complete and not (job.pages or goes_on)
    blobs = {path: bench.media.blob(path) for path in plan.files}
    files = {**plan.state.files, **blobs}
    remembered = replace(
        plan.state,
        files=files,
        sizes={**plan.state.sizes, **assets.sizes(brief.index.copies.values(), files)},
        sources={**memory.state.sources, **reading.listing.resolved},
        written=run.started,
        reconciled=run.started if whole else memory.state.reconciled,
    )
    visible = plan.changes or plan.files or plan.orphans or plan.bases or memory.snapshot.unwritten
    if not visible and not _worth_alone(job, remembered, memory, target, run.started):
        return None
    contents = {path: target.fetch(source) or b"" for path, source in plan.carried.items()}
    contents[state.PATH] = state.dump(remembered)
    message = report.message(_template(job), plan.changes)
    applied = target.apply(plan.commit(contents, message, media=bench.media, blobs=blobs))
    if bench.listed:
        # The next step may go on with the list that this state was made from.
        found = {page: there for page, there in bench.listed.found.items() if page in remembered.entries}
        bench.listed = replace(bench.listed, found=found, state=blob_id(contents[state.PATH]))
    return None if applied.commit is not None and applied.commit == plan.base else applied


def _template(job: Job) -> str:
    return job.config.github.message if job.config.github else GitHub.model_fields["message"].default


def _worth_alone(job: Job, remembered: State, memory: Memory, target: Target, started: datetime) -> bool:
    """Return whether the state is worth writing when no post changed.

    In a folder it costs nothing. In a repository it is a commit and a build, so it waits for a change of a post, for a
    day at most: that bounds how often a page is read again that was edited to no effect. What concerns all posts at once
    (other options, a state that had to be searched for, that every page was read again because it was time) does not wait: it would cost as
    much in every run.
    """
    before = memory.state
    reread = remembered.reconciled != before.reconciled and is_overdue(job, before, started)
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
    return abs(started - before.written) >= state.ALONE


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
