"""The files that a plan needs and the blog does not have, and what they turn out to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from notion2jekyll import feeds, media
from notion2jekyll.convert import Copy, Trouble
from notion2jekyll.decide import Brief, Memory
from notion2jekyll.errors import Problem, Severity
from notion2jekyll.jekyll import assets
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.media import Failure
from notion2jekyll.notion.fetch import Listing, Wanted, read_source
from notion2jekyll.notion.model import Failed, File, Tree, hosted_files
from notion2jekyll.plan import Output, Plan
from notion2jekyll.steps.bench import Bench, Run
from notion2jekyll.steps.job import files_deadline
from notion2jekyll.steps.making import LEAK, REVOKE, leaks


def recognize(run: Run, memory: Memory, brief: Brief) -> set[str]:
    """Look into the pictures that are on the blog while nobody remembers their size, where a post is to say it; return their paths.

    That is so where a person put another picture in the place of ours, or the state was lost and no post says the size.
    """
    bench = run.bench
    looked: set[str] = set()
    for page in brief.whys.keys() & bench.outputs.keys():
        is_said = brief.feeds[page].options.style.dimensions
        for path in bench.outputs[page].files if is_said else ():
            stem = assets.stem(path)
            copy = brief.index.copies.get(stem)
            if path in memory.snapshot.files and copy and not copy.known and stem not in bench.copies:
                found = media.examine(run.target.fetch(path) or b"", path, path)
                size = None if isinstance(found, Failure) else found[0].size
                bench.copies[stem] = replace(copy, size=size, known=True)
                looked.add(path)
    return looked


def download(run: Run, plan: Plan, outputs: list[Output]) -> dict[str, Problem]:
    """Put the media of `plan` on the bench, and what they turned out to be; return, by page id, what could not be had.

    An address that expired while the run was busy is asked for anew, once. A file that could never be had is none of
    that: its page goes on without it. Nor is one that Notion does not host: it stays where it is.
    """
    bench = run.bench
    wanted = {
        path: file
        for path, file in plan.files.items()
        if path not in bench.media and path not in bench.failures
    }
    failures = fetch(run, wanted).failures
    expired = {path for path, failure in failures.items() if failure.expired}
    if expired:
        owners = {output.entry.page: output for output in outputs if expired & output.files.keys()}
        fresh = _fresh(run, owners)
        files = {path: fresh[assets.stem(path)] for path in expired if assets.stem(path) in fresh}
        failures = {path: failure for path, failure in failures.items() if path not in files}
        failures |= fetch(run, files).failures
    for path, failure in failures.items():
        if failure.final or not (wanted[path].hosted or failure.late):
            trouble = Trouble(failure.message, failure.hint)
            bench.copies[assets.stem(path)] = Copy(SitePath(f"/{path}"), trouble=trouble)
    bench.failures |= failures
    return _lost(outputs, bench)


def fetch(run: Run, files: Mapping[str, File]) -> media.Media:
    """Put `files` on the bench, and what they turned out to be; return that, and what could not be had."""
    job, bench = run.job, run.bench
    done = media.download(
        files,
        bench.media,
        max_bytes=job.config.jekyll.assets.max_bytes,
        progress=run.progress,
        sleep=run.clock.sleep,
        clock=job.notion.clock,
        deadline=files_deadline(job),
        allowed=(media.origin(job.notion.api_url),),
    )
    for path, got in done.got.items():
        if leaks(job, bench.media[got.path]):
            del bench.media[got.path]
            done.failures[path] = Failure(f"The file {files[path].name} {LEAK}", REVOKE)
        else:
            bench.copies[assets.stem(path)] = Copy(SitePath(f"/{got.path}"), got.size, note=got.note)
    bench.downloads += done.requests
    return done


def _lost(outputs: Iterable[Output], bench: Bench) -> dict[str, Problem]:
    """Return, by page id, why the post of a page cannot be written: nothing stands in for its media."""
    lost: dict[str, Problem] = {}
    for output in outputs:
        for path in output.files.keys() & bench.failures.keys():
            if assets.stem(path) not in bench.copies:
                page, failure = output.entry.page, bench.failures[path]
                trouble = f"{failure.message} Its page keeps its last post."
                severity: Severity = "note" if failure.late else "error"
                lost[page] = Problem(severity, trouble, page=page, hint=failure.hint)
    return lost


def _fresh(run: Run, pages: Collection[str]) -> dict[str, File]:
    """Read `pages` again; return what they show, by the stem of its path, under addresses that work for another hour."""
    job, bench = run.job, run.bench
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
    reading = read_source(job.notion, sources, choose, deliver, progress=run.progress)
    bench.requests += reading.requests
    bench.waited += reading.waited
    return fresh
