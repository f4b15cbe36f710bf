"""How GitHub's runner finds commands in what a step prints, as its own source has it (actions/runner, ActionCommand.cs)."""

from __future__ import annotations

import re


def commands(output: str) -> list[str]:
    """Return every line of `output` that the runner would look at as a command, whether or not it knows the name."""
    return [line for line in re.split(r"\r\n|\r|\n", output) if _is_command(line)]


def _is_command(line: str) -> bool:
    # The present form stands at the start of a line, blanks aside; the older one anywhere in it.
    start = line.lstrip()
    if start.startswith("::") and start.find("::", 2) >= 0:
        return True
    bracket = line.find("##[")
    return bracket >= 0 and line.find("]", bracket) >= 0
