"""The port through which a long step tells what it is doing; whoever shows it implements `Progress`."""

from __future__ import annotations

from typing import Literal, Protocol

Stage = Literal["listing", "fetching", "media", "committing", "publishing"]
"""The steps of a sync that take time."""


class Progress(Protocol):
    """Receives counts while a run goes on. Calls come from one thread; `request` and `waiting` from one more beside it."""

    def begin(self, stage: Stage, total: int | None) -> None:
        """Start `stage`; `total` is the number of steps to come, None where it is not known."""

    def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
        """Count `steps` more as done in `stage`; `total` replaces the number of steps expected, where given."""

    def end(self, stage: Stage) -> None:
        """Finish `stage`."""

    def waiting(self, service: str, seconds: float, why: str) -> None:
        """A pause of `seconds` seconds before the next request to `service` is about to be taken; `why`: a clause."""

    def request(self, service: str, line: str) -> None:
        """One request was answered: `line` is its method, path and status, with no secret in it."""


class Silent:
    """A `Progress` that shows nothing."""

    def begin(self, stage: Stage, total: int | None) -> None:
        """Ignore it."""

    def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
        """Ignore it."""

    def end(self, stage: Stage) -> None:
        """Ignore it."""

    def waiting(self, service: str, seconds: float, why: str) -> None:
        """Ignore it."""

    def request(self, service: str, line: str) -> None:
        """Ignore it."""
