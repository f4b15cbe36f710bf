"""How each page stands: on the blog, on its way there, not published, or waiting for a person, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from notion2jekyll.decide import Brief, Memory
from notion2jekyll.errors import Problem
from notion2jekyll.notion.model import Page
from notion2jekyll.plan import Action, Change, Conflict, Plan
from notion2jekyll.publish import is_certain, refusal
from notion2jekyll.state import Entry

Stand = Literal["published", "unpublished", "changed", "conflicting", "failing"]
"""`published`: its post is as it should be · `unpublished`: it has none that readers find · `changed`: the next sync does
something about it · `conflicting`: a person's work is in the way · `failing`: it could not be read or made."""

ORDER: Final[tuple[Stand, ...]] = get_args(Stand)
"""What needs a person comes last: that is where a terminal leaves one."""

_COMING: Final[Mapping[Action, str]] = {
    "create": "its post will be written",
    "update": "its post will be updated",
    "move": "its post will move",
    "merge": "its post will be merged",
    "delete": "its post will be removed",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one page stands, or one data file."""

    page: str
    """Page id."""
    stand: Stand
    title: str
    place: str = ""
    """The address of its post; where it has none, its path; empty where there is no post."""
    why: str = ""
    """Why that is so; empty where there is nothing to say."""
    hint: str = ""
    """What to do, where something is to be done."""


def standing(
    brief: Brief,
    plan: Plan,
    memory: Memory,
    listing: Iterable[Page],
    problems: Iterable[Problem],
    now: datetime,
    only: Collection[str] = (),
) -> tuple[Standing, ...]:
    """Return how the pages in `listing` stand, and those that have a post and are not in it; `only` those, where given.

    A row of a data file that is published stands nowhere by itself: the file does. `problems` are those of this run.
    """
    pages = {page.id: page for page in listing}
    view = _View(
        brief,
        plan,
        memory,
        pages,
        changes={change.page: change for change in plan.changes},
        conflicts={conflict.page: conflict for conflict in reversed(plan.conflicts)},
        problems=_by_page(problems),
        now=now,
    )
    in_files = {page.id for table in brief.tables for page in table.pages}
    ids = dict.fromkeys([*memory.state.entries, *plan.state.entries, *pages])
    shown = [page for page in ids if page not in in_files and (not only or page in only)]
    places = {page: number for number, page in enumerate(pages)}
    shown.sort(key=lambda page: places.get(page, -1))  # as listed, after what is listed no more
    found = [one for page in shown for one in view.of(page)]
    return tuple(sorted(found, key=lambda one: ORDER.index(one.stand)))


def _by_page(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.page or "", []).append(problem)
    return found


@dataclass(frozen=True, slots=True)
class _View:
    brief: Brief
    plan: Plan
    memory: Memory
    pages: Mapping[str, Page]
    changes: Mapping[str, Change]
    conflicts: Mapping[str, Conflict]
    problems: Mapping[str, Sequence[Problem]]
    now: datetime

    def of(self, page: str) -> Iterator[Standing]:
        """Yield how `page` stands; nothing for a record of which nothing is left."""
        entry = self.plan.state.entries.get(page) or self.memory.state.entries.get(page)
        title = self.brief.index.titles.get(page) or (entry.title if entry else "")
        place = (entry.url or entry.path) if entry else ""
        change, conflict, problems = (
            self.changes.get(page),
            self.conflicts.get(page),
            self.problems.get(page, ()),
        )
        error = next((one for one in problems if one.severity == "error"), None)
        refused = self._refusal(page)
        if error is not None:
            yield Standing(page, "failing", title, place, error.message, error.hint)
        elif conflict is not None:
            yield Standing(page, "conflicting", title, conflict.path, conflict.why)
        elif change is not None:
            at = place if change.action != "delete" else change.path
            yield Standing(page, "changed", title, at, f"{_COMING[change.action]}: {change.why}")
        elif refused and entry and not entry.removed and not self._is_certain(page):
            why = f"its post stays, because it is not known whether it is published: {refused}"
            hint = next((one.hint for one in problems if one.hint), "")
            yield Standing(page, "failing", title, place, why, hint)
        elif refused:
            yield Standing(page, "unpublished", title, entry.path if entry else "", refused)
        elif entry is not None:
            yield self._with_post(entry, title, place)
        elif page in self.pages:
            # It is published, and nothing is written this time: the run says why.
            why = next((one.message for one in problems), "it waits")
            yield Standing(page, "changed", title, "", why)

    def _with_post(self, entry: Entry, title: str, place: str) -> Standing:
        """Return how a page stands that is published, or not listed, and for which nothing is to be done."""
        page, there = entry.page, self.memory.snapshot.files.get(entry.path)
        if entry.removed:
            return Standing(
                page, "unpublished", title, entry.path, "it is no longer published, and a file of it is kept"
            )
        if there is None and self.memory.snapshot.complete and page in self.pages:
            why = "its post was deleted in the repository, and stays deleted"
            return Standing(page, "unpublished", title, "", why)
        meta = self.brief.index.places[page].meta if page in self.brief.index.places else None
        if meta and entry.url and meta.date > self.now and not self.memory.site.future:
            why = "it is dated ahead, and shown by the first build after that"
        elif there not in (None, entry.blob):
            why = "its post was edited in the repository"
        else:
            why = ""
        return Standing(page, "published", title, place, why)

    def _refusal(self, page: str) -> str | None:
        """Return why `page` is not published; None where it is, or is not listed."""
        return refusal(self.pages[page], self.brief.feeds[page].rule) if page in self.pages else None

    def _is_certain(self, page: str) -> bool:
        return is_certain(self.pages[page], self.brief.feeds[page].rule)
