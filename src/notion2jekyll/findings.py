"""What a check found: one value for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sign = Literal["well", "doubt", "fault"]
"""`fault`: a sync cannot work, or would publish nothing that anybody sees · `doubt`: worth a look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check."""

    sign: Sign
    message: str
    hint: str = ""
    """What to do about it."""
    exit_code: int = 0
    """That of a fault."""
