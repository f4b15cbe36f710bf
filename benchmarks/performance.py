"""What was measured, as text for a terminal and as `docs/performance.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.linear import Growth
from benchmarks.rivals import Feat
from benchmarks.scenarios import FIRST, Result

PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN: Final = "<!-- measured: written by make bench -->"

HEAD: Final = (
    "pages",
    "scenario",
    "requests to Notion",
    "to GitHub",
    "429s",
    "time",
    "least time",
    "CPU",
    "memory",
)


def row(result: Result) -> tuple[str, ...]:
    """Return what a table says of one result."""
    stats = result.cost.stats
    return (
        f"{result.pages:,}",
        result.scenario + (" (real time)" if result.real else ""),
        _of(stats["notion"], result.requests),
        _of(stats["github"], result.github),
        str(stats["refused"] + stats["github_refused"]),
        _time(result.cost.seconds),
        _time(result.seconds),
        f"{result.cost.cpu:.1f} s",
        f"{result.cost.memory / 1e6:.0f} MB",
    )


RIVAL_HEAD: Final = (
    "tool",
    "pages",
    "written",
    "requests to Notion",
    "429s",
    "time",
    "CPU",
    "memory",
    "CPU of ours",
)


def rival_row(feat: Feat, ours: Mapping[int, Result]) -> tuple[str, ...]:
    """Return what a table says of another tool; `ours` has our first imports by number of pages."""
    mine = ours.get(feat.pages)
    if feat.cost is None:
        return (feat.name, f"{feat.pages:,}", f"{feat.written:,}", "failed", "", "", "", "", "")
    return (
        feat.name,
        f"{feat.pages:,}",
        f"{feat.written:,}",
        _of(feat.cost.stats["notion"], mine.requests) if mine else str(feat.cost.stats["notion"]),
        str(feat.cost.stats["refused"]),
        _time(feat.cost.seconds),
        f"{feat.cost.cpu:.1f} s",
        f"{feat.cost.memory / 1e6:.0f} MB",
        f"{mine.cost.cpu:.1f} s, {mine.cost.cpu / feat.cost.cpu:.1f} times as much" if mine else "",
    )


GROWTH_HEAD: Final = ("", "sizes", "computing", "a piece of the largest takes")


def growth_row(growth: Growth) -> tuple[str, ...]:
    """Return what a table says of how computing grows with size."""
    sizes = ", ".join(f"{size:,}" for size in growth.sizes)
    seconds = ", ".join(f"{seconds:.2f} s" for seconds in growth.seconds)
    each = [seconds / size for size, seconds in zip(growth.sizes, growth.seconds, strict=True)]
    return growth.what, sizes, seconds, f"{each[-1] / each[0]:.2f} times as long as one of the smallest"


def firsts(results: Iterable[Result]) -> dict[int, Result]:
    """Return our first imports, by number of pages."""
    return {result.pages: result for result in results if result.scenario == FIRST and not result.real}


def line(head: Sequence[str], row: Sequence[str]) -> str:
    """Return one row of a table as a line that is read by itself."""
    return " · ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=True) if cell
    )


def _of(count: int, least: int) -> str:
    return f"{count:,}" if count == least else f"{count:,} (least: {least:,})"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as they need to be, so that it reads on a terminal as well."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    made = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    made.insert(1, " | ".join("-" * width for width in widths))
    return "".join(f"| {line} |\n" for line in made)


def write(
    results: Sequence[Result], feats: Sequence[Feat], growths: Sequence[Growth], escapes: str, took: float
) -> None:
    """Write `docs/performance.md`: the prose that is there, and below the mark what was measured."""
    prose = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    first = firsts(results)
    parts = [
        prose + BEGIN,
        f"Measured on {_machine()}; `make bench` took {_time(took)}.",
        "## notion2jekyll",
        table(HEAD, map(row, results)),
        "## Beside other tools",
        table(RIVAL_HEAD, (rival_row(feat, first) for feat in feats))
        if feats
        else "Not measured in this run.\n",
        "## Large pages",
        table(GROWTH_HEAD, map(growth_row, growths)),
        "## Needless escapes",
        "```text\n" + escapes + "```",
    ]
    PAGE.write_text("\n\n".join(part.rstrip("\n") for part in parts) + "\n", encoding="utf-8")


def _machine() -> str:
    """Return what this computer is, as far as it matters."""
    name = ""
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        names = [
            line.partition(":")[2].strip()
            for line in cpus.read_text().splitlines()
            if line.startswith("model name")
        ]
        name = f" ({names[0]})" if names else ""
    return f"{platform.system()} with {os.cpu_count()} processors{name}, Python {platform.python_version()}"
