"""Progress on a terminal, as bars, and in a log, as lines."""

from __future__ import annotations

from collections import Counter
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from notion2jekyll.progress import Stage
from notion2jekyll.report import harmless

DOING: dict[Stage, str] = {
    "listing": "Listing rows",
    "fetching": "Fetching pages",
    "media": "Downloading media",
    "committing": "Committing",
}
DONE: dict[Stage, str] = {
    "listing": "Listed {} row{}.",
    "fetching": "Fetched {} page{}.",
    "media": "Downloaded {} file{}.",
    "committing": "",
}


class Terminal:
    """Shows a run's progress on `console`; use as a context manager, so that bars are put away at the end."""

    def __init__(self, console: Console, *, quiet: bool = False, verbose: bool = False) -> None:
        self.console = console
        self.quiet = quiet
        self.verbose = verbose
        self.counts: dict[Stage, int] = {}
        self.tasks: dict[Stage, TaskID] = {}
        self.requests: Counter[str] = Counter()
        """Service (notion, github, files) → requests answered, for the report of a run that does not come to its end."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.bars = (
            Progress(*columns, console=console, transient=True) if console.is_terminal and not quiet else None
        )

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
        if self.bars and stage in self.tasks:
            self.bars.remove_task(self.tasks.pop(stage))
        elif not self.quiet and DONE[stage] and self.counts.get(stage):
            count = self.counts[stage]
            self._say(DONE[stage].format(count, "" if count == 1 else "s"))

    def waiting(self, service: str, seconds: float, why: str) -> None:
        """Say what is being waited for, and why."""
        if not self.quiet and seconds >= 1:
            self._say(f"Waiting {seconds:.0f} s for {service}: {why}.")

    def request(self, service: str, line: str) -> None:
        """Count a request, and show it where everything is to be seen."""
        self.requests[service.lower()] += 1
        if self.verbose:
            self._say(f"{service}: {line}")

    def _say(self, text: str) -> None:
        line = " ".join(harmless(text).split())
        self.console.print(Text(line, "dim"), soft_wrap=True, highlight=False)
