"""What a run is to do, and its time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from notion2jekyll.config import Config
from notion2jekyll.decide import Memory
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.notion.fetch import Listing
from notion2jekyll.state import State

CHECKPOINT: Final = 500
"""How many pages are read between two commits: a job that is killed loses the work of some minutes, no more."""


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


def with_deadline(job: Job) -> Job:
    """Return `job` with the moment at which it is to end, where the configuration limits its time."""
    minutes = job.config.sync.max_minutes
    if minutes is None:
        return job
    return replace(job, notion=replace(job.notion, deadline=job.notion.clock() + 60 * minutes))


def files_deadline(job: Job) -> float:
    """Return when to give up files that are not there, on Notion's clock: some time after the last page was read.

    Were it the same moment, a run whose reading takes all of its time would never come to any file.
    """
    minutes, deadline = job.config.sync.max_minutes, job.notion.deadline
    return math.inf if minutes is None or deadline is None else deadline + max(60, 6 * minutes)


def why_full(job: Job, memory: Memory, started: datetime) -> str:
    """Return why every page is to be read, whatever its edit time; empty where it is not."""
    if job.full:
        return "a full run was asked for"
    if job.pages or not memory.state.entries or not is_overdue(job, memory.state, started):
        return ""
    return f"every page is read again after {job.config.sync.full_every_days} days"


def is_overdue(job: Job, before: State, started: datetime) -> bool:
    """Return whether it is so long ago that every page was read that it is to be done again."""
    days, last = job.config.sync.full_every_days, before.reconciled
    # A time that is long to come is from a clock that was wrong.
    return bool(days) and (last is None or abs(started - last) >= timedelta(days=days))
