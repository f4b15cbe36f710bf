"""The port to the person who sets up, and how a question is asked until its answer can be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from rich.cells import cell_len, set_cell_size

from notion2jekyll.errors import AccessDenied, ConfigError
from notion2jekyll.progress import Progress

Sign = Literal["✓", "!", "✗", ""]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person is asked."""

    text: str
    flag: str
    """The option that answers it, with its value: `--source URL_OR_ID`."""
    default: str = ""
    """What Enter alone answers; empty where there is no such thing."""
    unattended: str | None = None
    """The answer where nobody can be asked; None: the option is needed then."""


class Talk(Protocol):
    """A person, or nobody. What is told may come from Notion; whoever shows it makes it harmless."""

    @property
    def attended(self) -> bool:
        """Whether somebody is there."""

    def say(self, text: str, *, sign: Sign = "", hint: str = "") -> None:
        """Tell `text`, and what to do about it."""

    def ask(self, question: Question) -> str:
        """Return the answer. Raises ConfigError where nobody can be asked and there is no answer without."""

    def working(self) -> AbstractContextManager[Progress]:
        """Show that something is being waited for, until the block ends."""


def settled(talk: Talk, question: Question, flag: str | None, read: Callable[[str], T]) -> T:
    """Return what `read` makes of `flag`, where it was given, else of the answer, asking again until it can be used.

    `read` raises ValueError (a text for the user), ConfigError or AccessDenied for what cannot be used. Raises those that
    asking again does not help against.
    """
    while True:
        asked = flag is None and talk.attended
        answer = talk.ask(question) if flag is None else flag
        try:
            return read(answer.strip())
        except ValueError as error:
            if not asked:
                raise ConfigError(f"{question.flag.split()[0]}: {error}") from None
            talk.say(str(error), sign="✗")
        except (ConfigError, AccessDenied) as stop:
            if not asked:
                raise
            talk.say(stop.message, sign="✗", hint=stop.hint)


def agreed(talk: Talk, text: str, flag: str, wish: bool | None, *, default: bool) -> bool:
    """Return whether `text` is agreed to: `wish`, where it was given. Where nobody can be asked, it is not."""
    if wish is not None:
        return wish
    question = Question(text, flag, "Y/n" if default else "y/N", unattended="n")

    def read(answer: str) -> bool:
        if answer == question.default:
            return default
        if answer.lower() in ("y", "yes", "n", "no"):
            return answer.lower().startswith("y")
        raise ValueError("Answer y or n.")

    return settled(talk, question, None, read)


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return numbered lines with columns, for letters of any width; nothing in them breaks a line."""
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        f"{number:>4}  "
        + "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for number, row in enumerate(cells, 1)
    )
