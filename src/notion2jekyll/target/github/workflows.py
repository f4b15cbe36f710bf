"""Workflows of GitHub Actions, as far as one has to know what they do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

from notion2jekyll import foreign_yaml

FOLDER: Final = ".github/workflows/"
DEPLOY: Final = "actions/deploy-pages"
"""The action that publishes to GitHub Pages."""
_NAME: Final = "notion2jekyll"
_SECRET: Final = re.compile(r"secrets\.([A-Za-z_]\w*)|secrets\[\s*['\"](\w+)['\"]\s*\]")
_OWN: Final = "GITHUB_TOKEN"


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of a repository."""

    path: str
    name: str
    events: Mapping[str, Any] = field(default_factory=dict)
    """Event that starts it → its conditions."""
    uses: frozenset[str] = frozenset()
    """Actions and other workflows that it uses, versions left out."""
    runs: str = ""
    """Its commands."""
    secrets: frozenset[str] = frozenset()
    """Names of the secrets that it uses, without the token that every run has."""
    permissions: tuple[Mapping[str, str] | str | None, ...] = ()
    """What each job that syncs may do with the token that every run has; None where the repository's settings decide."""
    names_config: bool = False
    """Whether it says where the configuration is."""
    environments: bool = False
    """Whether a job that syncs has an environment, which may have secrets of its own."""

    @property
    def syncs(self) -> bool:
        """Whether it runs this program."""
        return any(_NAME in text for text in (*self.uses, self.runs))

    @property
    def crons(self) -> tuple[str, ...]:
        """When it starts by the clock."""
        return tuple(str(_section(each).get("cron") or "") for each in _listed(self.events.get("schedule")))

    def follows(self, others: Sequence[Workflow]) -> bool:
        """Whether it starts when one of `others` has ended."""
        names = _listed(_section(self.events.get("workflow_run")).get("workflows"))
        return any(other.name in names for other in others)

    def runs_on(self, branch: str) -> bool:
        """Whether it starts when somebody pushes to `branch`, as far as is known."""
        if "push" not in self.events:
            return False
        push = _section(self.events["push"])
        chosen = not push.keys() & {"branches", "branches-ignore", "tags", "tags-ignore"}
        for pattern in map(str, _listed(push.get("branches"))):
            if fnmatchcase(branch, pattern.removeprefix("!")):
                chosen = not pattern.startswith("!")  # the last that fits decides
        return chosen

    def lacks(self, permission: str) -> bool | None:
        """Return whether a job that syncs may not write `permission`; None where the repository's settings decide."""
        if any(given is None for given in self.permissions):
            return None
        return not all(_grants(given, permission) for given in self.permissions)


def is_one(path: str) -> bool:
    """Return whether GitHub takes the file at `path` for a workflow."""
    return path.startswith(FOLDER) and path.endswith((".yml", ".yaml"))


def deployers(every: Sequence[Workflow]) -> list[Workflow]:
    """Return those of `every` that publish to GitHub Pages, themselves or by calling one that does."""
    found = [each for each in every if DEPLOY in each.uses]
    called = {f"./{each.path}" for each in found}
    return found + [each for each in every if each not in found and called & each.uses]


def read(path: str, content: bytes) -> Workflow | None:
    """Return the workflow in the file at `path`; None for one that is none."""
    try:
        raw = foreign_yaml.load(content.decode("utf-8", "replace"))
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(raw, dict):
        return None
    # To YAML 1.1 the key `on` is a truth value.
    events = raw.get("on", raw.get(True))
    jobs = [_section(job) for job in _section(raw.get("jobs")).values()]
    syncing = [job for job in jobs if any(_NAME in text for part in _parts(job) for text in _texts(part))]
    parts = [part for job in jobs for part in _parts(job)]
    found = _SECRET.findall(yaml.safe_dump(raw, width=10_000, allow_unicode=True))
    return Workflow(
        path,
        str(raw.get("name") or path),
        events if isinstance(events, dict) else dict.fromkeys(map(str, _listed(events))),
        frozenset(str(part["uses"]).partition("@")[0] for part in parts if part.get("uses")),
        "\n".join(str(part["run"]) for part in parts if part.get("run")),
        frozenset(one or other for one, other in found) - {_OWN},
        tuple(job.get("permissions", raw.get("permissions")) for job in syncing),
        any(_section(part.get("with")).get("config") or "--config" in str(part.get("run")) for part in parts),
        any(job.get("environment") for job in syncing),
    )


def _parts(job: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    yield job
    yield from (_section(step) for step in _listed(job.get("steps")))


def _texts(part: Mapping[Any, Any]) -> Iterator[str]:
    yield from (str(part[key]) for key in ("uses", "run") if part.get(key))


def _grants(given: Mapping[str, str] | str | None, permission: str) -> bool:
    if isinstance(given, Mapping):
        return given.get(permission) == "write"
    return given == "write-all"


def _section(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> Sequence[Any]:
    """Return a list where GitHub takes a single name for one, too."""
    return value if isinstance(value, list) else [value] if value else []
