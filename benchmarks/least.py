"""The least that a sync can cost: counted from the shape of the workspace, with nothing of the tool that is measured.

What Notion's API makes unavoidable (developers.notion.com/reference): a list comes 100 items at a time, and the children
of a block take a request of their own. What its limits make unavoidable: 180 requests in any 60 seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.journal import Body

IN_ONE_ANSWER: Final = 100
IN_ONE_COMMIT: Final = 500
BUDGET: Final = 180
WINDOW: Final = 60.0
"""Seconds."""


def answers(items: int) -> int:
    """Return in how many requests a list of so many items can be read: an empty one takes one as well."""
    return max(1, (items + IN_ONE_ANSWER - 1) // IN_ONE_ANSWER)


def page_requests(body: Body) -> int:
    """Return the requests that the blocks of a page take."""
    return sum(answers(size) for size in body.sizes.values())


def commits(pages: int) -> list[int]:
    """Return how many of `pages` each commit holds: what takes long is committed in parts, so that little is ever lost."""
    whole, rest = divmod(pages, IN_ONE_COMMIT)
    return [*[IN_ONE_COMMIT] * whole, *([rest] if rest else [])]


def notion_requests(rows: int, bodies: Sequence[Body], *, first: bool) -> int:
    """Return the requests that listing `rows` and reading `bodies` takes; the first time the database has to be resolved.

    Before each further commit its rows are looked at again: some were listed hours ago, and nothing may be published that
    no longer is.
    """
    again = sum(map(answers, commits(len(bodies))[1:]))
    return int(first) + answers(rows) + again + sum(map(page_requests, bodies))


@dataclass(frozen=True, slots=True)
class Writes:
    """What a commit consists of."""

    posts: int
    pictures: int


def github_requests(writes: Writes) -> int:
    """Return the requests that the commits take: each picture is a blob, trees hold 100 files, then commit and branch.

    Before them four are read: the branch, its tree, the site's configuration and what was written last. What is written is
    a file more in each commit.
    """
    parts = commits(writes.posts)
    trees = sum(answers(posts + writes.pictures * posts // writes.posts + 1) for posts in parts)
    return 4 + writes.pictures + trees + 2 * len(parts)


def depth(body: Body) -> int:
    """Return how many requests of a page follow one another at least: a list can be asked for once its block was seen."""
    begin = {0: 0}
    for number, (parent, place) in body.inside.items():
        begin[number] = begin[parent] + place // IN_ONE_ANSWER + 1
    return max(begin[number] + answers(size) for number, size in body.sizes.items())


def seconds(rows: int, bodies: Sequence[Body], writes: Writes, *, first: bool, latency: float) -> float:
    """Return the least time for a sync in which every request takes `latency`.

    The budget of Notion can be spent as a burst, so the last request goes when a window has room for it. Requests that need
    what another one answers follow it: the list of rows, the levels of the deepest page, a file, its blob, the tree, the commit
    and the branch. Everything else can be done beside that.
    """
    waits = (notion_requests(rows, bodies, first=first) - 1) // BUDGET * WINDOW
    before = int(first) + answers(rows) + max(map(depth, bodies), default=0)
    after = (2 if writes.pictures else 0) + (3 if writes.posts else 0)
    return max(waits + latency, before * latency) + after * latency
