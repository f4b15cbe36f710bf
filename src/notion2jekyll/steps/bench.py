"""What survives within a run when its story starts again."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notion2jekyll.clock import Clock
from notion2jekyll.convert import Copy
from notion2jekyll.errors import Problem
from notion2jekyll.media import Failure
from notion2jekyll.media.spool import Spool
from notion2jekyll.notion.fetch import Listing
from notion2jekyll.notion.model import Failed, Page, Tree
from notion2jekyll.plan import Output
from notion2jekyll.progress import Progress
from notion2jekyll.state import Entry
from notion2jekyll.steps.job import Job
from notion2jekyll.target import Target


@dataclass(frozen=True, slots=True)
class Packed:
    """A page with its body, a tenth as large as the tree."""

    edited: datetime
    """Notion's edit time of what was read."""
    content: bytes

    @classmethod
    def of(cls, tree: Tree) -> Packed:
        """Return `tree`, packed."""
        return cls(tree.page.edited, zlib.compress(pickle.dumps(tree), 1))

    def tree(self) -> Tree:
        """Return the tree again."""
        tree: Tree = pickle.loads(zlib.decompress(self.content))  # noqa: S301  # what this run packed itself
        return tree


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of rows, what was found out beside it, and where that may be used again."""

    listing: Listing
    found: Mapping[str, Page | Failed | None]
    at: datetime
    state: str | None
    """Blob id of the state file then: once another one is there, a run with a newer list may have written it."""


@dataclass(slots=True)
class Bench:
    """What survives when the story starts again: nothing is read, converted or downloaded twice for a lost race."""

    outputs: dict[str, Output] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """Page id → what conversion had to say."""
    trees: dict[str, Packed] = field(default_factory=dict)
    """What was read of each page, for posts that have to be made again: no page is read twice for that."""
    anchors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Page id → the places of its blocks in the post that was made (see `Index.anchors`)."""
    stuck: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The same of posts that stay as they were, against what was made."""
    media: Spool = field(default_factory=Spool)
    """Path → content of what was downloaded for the step; on disk, until the run is over."""
    staying: dict[str, Entry] = field(default_factory=dict)
    """Page id → entry of posts that stay though their page is not written: it was not found, or its post is kept."""
    copies: dict[str, Copy] = field(default_factory=dict)
    """Stem of a path → what was found out about the file there."""
    failures: dict[str, Failure] = field(default_factory=dict)
    """Path → why a file could not be had; the next run tries again, not the next attempt of this one."""
    resolved: dict[str, str] = field(default_factory=dict)
    """What the configured sources turned out to be."""
    listed: Listed | None = None
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
    visible: bool = False
    """Whether readers of the site see something new."""
    requests: int = 0
    downloads: int = 0
    waited: float = 0.0

    def begin_step(self) -> None:
        """Forget what held for the step that was committed only; what failed in it is left to the next run."""
        self.unreadable.update({page: at for page, at in self.step.items() if page not in self.outputs})
        for held in (self.step, self.media, self.elsewhere, self.stuck, self.staying):
            held.clear()

    def begin_anew(self) -> None:
        """Forget the list, and what followed from it for the places of posts; what was read and made stays."""
        self.listed = None
        for held in (self.elsewhere, self.stuck, self.staying):
            held.clear()

    def forget(self, page: str) -> None:
        """Forget what was made of `page`."""
        for held in (self.outputs, self.trees, self.anchors):
            held.pop(page, None)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it is to do, where to, by which clock, and what it has found so far."""

    job: Job
    target: Target
    clock: Clock
    progress: Progress
    started: datetime
    bench: Bench = field(default_factory=Bench)
