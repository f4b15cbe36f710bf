"""What can go wrong: exceptions that stop a run, and `Problem`, a note that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "note"]
"""`error`: a page kept its old post and needs a person · `warning`: something is shown differently · `note`: for information."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one page or block that a person should know; it never stops a run."""

    severity: Severity
    """How much it matters."""
    message: str
    """What happened, in one sentence that names the thing."""
    page: str | None = None
    """Id of the Notion page, dashed, where there is one."""
    block: str | None = None
    """Id of the Notion block, dashed, where there is one."""
    hint: str = ""
    """What to do next; empty where nothing is to be done."""


class Stop(Exception):
    """Base of everything that ends a run on purpose: a message, the next step, and an exit code.

    `message` says what is wrong and where; `hint` says what to do next. Both are shown to the user as they are,
    so neither may hold a secret. `problems` lists the single faults where there are several.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = problems


class ConfigError(Stop):
    """The command line, the configuration or the source's schema do not fit together (exit code 2)."""

    exit_code = 2


class GuardStop(Stop):
    """A guard refused to go on: the run looked like an accident, and nothing was written (exit code 3)."""

    exit_code = 3


class AccessDenied(Stop):
    """A service does not know the token, or the token may not do this (exit code 4)."""

    exit_code = 4


class Unreachable(Stop):
    """A service could not be reached or did not recover in time; nothing was written (exit code 5)."""

    exit_code = 5
