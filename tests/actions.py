"""How GitHub's runner finds commands in what a step prints, as its own source has it (actions/runner, ActionCommand.cs)."""

from __future__ import annotations

import re
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Issue:
    """An annotation as the runner makes it of a command."""

    name: str
    title: str
    message: str


def obeyed(output: str) -> list[Issue]:
    """Return the annotations that the runner makes of `output` (ActionCommand.TryParseV2, IssueCommandExtension)."""
    issues = []
    for line in re.split(r"\r\n|\r|\n", output):
        if found := re.match(r"\s*::(error|warning|notice)(?: ([^:]*))?::(.*)", line):
            pairs = [pair.split("=", 1) for pair in (found[2] or "").split(",") if "=" in pair]
            properties = {name.strip(): _plain(value, {":": "%3A", ",": "%2C"}) for name, value in pairs}
            issues.append(Issue(found[1], properties.get("title", ""), _plain(found[3], {})))
    return issues


def _plain(text: str, more: dict[str, str]) -> str:
    for sign, escape in {"\r": "%0D", "\n": "%0A", **more, "%": "%25"}.items():
        text = text.replace(escape, sign)
    return text


def outputs(content: str) -> dict[str, str]:
    """Return what the runner reads from the file `GITHUB_OUTPUT` (FileCommandManager): each line `name=value`, or a here document."""
    values: dict[str, str] = {}
    lines = iter(content.splitlines())
    for line in lines:
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            values[line[:equals]] = line[equals + 1 :]
        elif here >= 0:
            delimiter = line[here + 2 :]
            values[line[:here]] = "\n".join(iter(lambda: next(lines), delimiter))
        elif line:
            raise AssertionError(f"the runner refuses {line!r}")
    return values
