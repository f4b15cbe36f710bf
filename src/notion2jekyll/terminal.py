"""Progress for people: bars and countdowns on a terminal, a few plain lines in a log."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from notion2jekyll import layout
from notion2jekyll.progress import Stage
from notion2jekyll.report import harmless

__all__ = ["Terminal"]

DOING: dict[Stage, str] = {
    "listing": "Listing Notion",
    "fetching": "Fetching pages",
    "media": "Downloading media",
    "committing": "Committing",
    "publishing": "Publishing",
}
DONE: dict[Stage, str] = {
    "listing": "Listed {} row{}.",
    "fetching": "Fetched {} page{}.",
    "media": "Downloaded {} file{}.",
    "committing": "",
    "publishing": "",
}
NARROW: Final = 45
"""Cells from which on there is room for the time beside the words."""
ROOMY: Final = 60
"""Cells from which on there is room for a bar, too."""
SHORT: Final = 2
"""Seconds. A shorter pause is not worth a line in a log."""


class _Count(ProgressColumn):
    """How many steps are done, and of how many where that is known."""

    def render(self, task: Task) -> Text:
        """Return `12`, or `12 of 300`."""
        done = f"{task.completed:.0f}"
        return Text(done if task.total is None else f"{done} of {task.total:.0f}")


@dataclass(frozen=True, slots=True)
class _Pause:
    """Something that is being waited for."""

    until: float
    """When it is over, by the clock of the bars."""
    why: str


class _Bars(Progress):
    """Bars, and below them how long each service is still waited for."""

    def __init__(self, *columns: ProgressColumn, **options: Any) -> None:
        self.pauses: dict[str, _Pause] = {}
        """Service → what it is waited for."""
        super().__init__(*columns, **options)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bars, then a line a pause that is not over."""
        yield self.make_tasks_table(self.tasks)
        for service, pause in sorted(self.pauses.copy().items()):
            left = pause.until - self.get_time()
            if left > 0:
                what = f"Waiting for {service}, {_seconds(left)} to go: {harmless(pause.why)}"
                yield Text(what, "yellow")


class Terminal:
    """Shows a run's progress on `console`; use as a context manager, so that bars are put away at the end.

    Bars need a terminal that moves its cursor; elsewhere each stage and each pause of some length is a line. `get_time`
    (seconds) replaces the clock of bars and countdowns.
    """

    def __init__(
        self,
        console: Console,
        *,
        quiet: bool = False,
        verbose: bool = False,
        get_time: Callable[[], float] | None = None,
    ) -> None:
        self.console = console
        self.quiet = quiet
        self.verbose = verbose
        self.counts: dict[Stage, int] = {}
        self.tasks: dict[Stage, TaskID] = {}
        self.requests: Counter[str] = Counter()
        """Service (notion, github, files) → requests answered, for the report of a run that does not come to its end."""
        self.told: tuple[str, str] | None = None
        """Service and reason of the pause that a log was told of last."""
        moves = layout.is_terminal(console) and console.is_interactive
        self.bars = self._made(get_time) if moves and not quiet else None

    def _made(self, get_time: Callable[[], float] | None) -> _Bars:
        plain = self.console.options.ascii_only
        columns: list[ProgressColumn] = [
            SpinnerColumn("line" if plain else "dots"),
            TextColumn("{task.description}", markup=False),
        ]
        if self.console.width >= ROOMY:
            columns.append(BarColumn(bar_width=min(self.console.width - ROOMY + 10, 40)))
        columns.append(_Count())
        if self.console.width >= NARROW:
            columns.append(TimeElapsedColumn())
        return _Bars(*columns, console=self.console, transient=True, get_time=get_time)

    def __enter__(self) -> Self:
        if self.bars:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars:
            self.bars.stop()

    def begin(self, stage: Stage, total: int | None) -> None:
        """Show a bar for `stage`."""
        self.counts[stage] = 0
        if self.bars and total != 0:
            self.tasks[stage] = self.bars.add_task(DOING[stage], total=total)

    def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
        """Move the bar of `stage`."""
        self.counts[stage] = self.counts.get(stage, 0) + steps
        if self.bars and stage in self.tasks:
            self.bars.update(self.tasks[stage], advance=steps, total=total)

    def end(self, stage: Stage) -> None:
        """Put the bar of `stage` away; in a log, say how much was done."""
        self.told = None
        if self.bars:
            self.bars.pauses.clear()
            if stage in self.tasks:
                self.bars.remove_task(self.tasks.pop(stage))
        elif not self.quiet and DONE[stage] and self.counts.get(stage):
            count = self.counts[stage]
            self._say(DONE[stage].format(count, "" if count == 1 else "s"))

    def waiting(self, service: str, seconds: float, why: str) -> None:
        """Count down what is being waited for; in a log, say it: once, when the same is waited for again and again."""
        if self.quiet:
            return
        if self.bars:
            self.bars.pauses[service] = _Pause(self.bars.get_time() + seconds, why)
        if (
            (self.verbose or not self.bars)
            and seconds >= SHORT
            and (self.verbose or self.told != (service, why))
        ):
            self.told = service, why
            self._say(f"Waiting {_seconds(seconds)} for {service}: {why}.")

    def request(self, service: str, line: str) -> None:
        """Count a request, and show it where everything is to be seen."""
        self.requests[service.lower()] += 1
        if self.bars:
            self.bars.pauses.pop(service, None)
        if self.verbose:
            self._say(f"{service}: {line}")

    def _say(self, text: str) -> None:
        line = " ".join(harmless(text).split())
        layout.say(self.console, Text(line, "dim"), indent=2)


def _seconds(seconds: float) -> str:
    """Return a length of time in words: `23 s`, `4 min`, `1 min 30 s`."""
    minutes, rest = divmod(math.ceil(seconds - 0.5), 60)
    parts = [f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest or not minutes)
    return " ".join(parts)
