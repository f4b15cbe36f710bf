"""How lines are laid out: on a terminal by its width, in a file or log each as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP: Final = 2
"""Cells between two columns."""

_WORD = re.compile(r"(?:^\s*(?:\S )?)?\S+\s*")
"""A word; the first with a sign before it."""


def is_terminal(console: Console) -> bool:
    """Return whether `console` is a terminal that somebody looks at; colours alone can be forced upon a log, too."""
    return console.is_terminal and console.file.isatty()


def say(console: Console, text: Text, *, indent: int = 4, lead: str = "") -> None:
    """Print `text`; on a terminal no word is cut in two, and what a line has no room for goes on `indent` cells in.

    `lead` stands before each line.
    """
    lines = list(text.split("\n", allow_blank=True))
    if is_terminal(console):
        lines = [part for line in lines for part in _wrapped(line, console, indent, lead)]
    whole = Text("\n").join(Text.assemble(lead, line) for line in lines)
    console.print(whole, soft_wrap=True, highlight=False)


def _wrapped(line: Text, console: Console, indent: int, lead: str) -> list[Text]:
    first, *more = line.divide(_breaks(line.plain, console.width - cell_len(lead), indent))
    parts = [first, *(Text.assemble(" " * indent, part) for part in more)]
    # A blank beyond the last cell of a line would be a line of its own.
    for part in parts[:-1]:
        part.rstrip()
    return parts


def _breaks(line: str, width: int, indent: int) -> list[int]:
    """Return where `line` is to be broken, so that lines are `width` cells wide and begin `indent` cells in but for the first.

    What has no blanks, an address for example, is left for the terminal to break: so it can be copied as one.
    """
    breaks: list[int] = []
    used = 0
    for word in _WORD.finditer(line):
        if used and used + cell_len(word[0].rstrip()) > width:
            breaks.append(word.start())
            used = indent
        used += cell_len(word[0])
    return breaks


def fits(rows: Sequence[Sequence[Text]], console: Console) -> bool:
    """Return whether `rows` find room as columns."""
    widths = _widths(rows)
    return sum(widths) + GAP * max(len(widths) - 1, 0) <= console.width


def columns(rows: Sequence[Sequence[Text]]) -> list[Text]:
    """Return a line for each of `rows`, with the cells below each other; a Korean letter takes two cells."""
    widths = _widths(rows)
    return [
        Text(" " * GAP).join(
            [*(_padded(cell, width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        )
        for row in rows
    ]


def _widths(rows: Sequence[Sequence[Text]]) -> list[int]:
    return [max(cell_len(cell.plain) for cell in column) for column in zip(*rows, strict=True)]


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.append(" " * (width - cell_len(cell.plain)))
    return padded
