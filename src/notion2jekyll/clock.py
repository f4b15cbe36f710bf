"""Time, as what tests own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, passed in so that tests own it."""

    now: Callable[[], datetime]
    """Return the present time, UTC."""
    sleep: Callable[[float], None]
    """Wait for so many seconds."""
