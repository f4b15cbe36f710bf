"""Where a plan goes: the port that every target implements, and the values that cross it.

A target is a tree of files with one current version. It is read whole (paths and git blob ids, no contents), single
files are fetched by path, and one `Commit` is applied at a time, on the very version that was read or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from notion2jekyll.errors import ConfigError, Problem
from notion2jekyll.snapshot import Commit, Snapshot, blob_id

__all__ = ["Applied", "Commit", "Moved", "Settled", "Snapshot", "Target", "blob_id", "check", "is_inside"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a `Commit`."""

    commit: str | None
    """Id of the commit; None where the target keeps no versions."""
    url: str | None
    """Where a person can look at it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of what goes with a version, beside its files."""

    url: str | None = None
    """Where a person can look at what waits for them; None where nothing does."""
    said: str = ""
    """What became of it, in a sentence, where all is well."""
    problems: tuple[Problem, ...] = ()


class Moved(Exception):
    """The target is no longer at the version that the commit was built on; nothing was written. Read and plan again."""


class Target(Protocol):
    """A place that a blog's files live in."""

    @property
    def name(self) -> str:
        """What to call it in messages: `me/me.github.io (branch main)`, or a folder's path."""

    @property
    def versioned(self) -> bool:
        """Whether each `apply` leaves a commit (and starts a build), so that writes should be rare."""

    @property
    def requests(self) -> int:
        """How many requests were sent so far; 0 for a target without a network."""

    @property
    def waited(self) -> float:
        """Seconds spent waiting because the service asked for it."""

    def read(self) -> Snapshot:
        """Return what is there now. Raises AccessDenied, Unreachable or ConfigError (no such repository or branch)."""

    def fetch(self, path: str) -> bytes | None:
        """Return the content of `path` in the version last read, None where it was not there. Raises as `read`."""

    def fetch_blob(self, blob: str) -> bytes | None:
        """Return the content with the git blob id `blob`, None where it is not kept. Raises as `read`.

        Whatever is in the version last read is found, and what was in earlier ones where those are kept.
        """

    def history(self, path: str) -> Iterator[bytes]:
        """Yield what `path` held in its latest versions, newest first; nothing where none are kept. Raises as `read`."""

    def obstacle(self) -> Problem | None:
        """Return what may keep this from being written to, None for nothing, as far as can be told without writing.

        Raises AccessDenied or ConfigError where it certainly cannot be written to, and as `read`.
        """

    def send_ahead(self, content: bytes) -> None:
        """Send what a commit will probably hold, where that shortens it; nobody sees it before. Raises as `read`.

        It may be called from another thread than the rest, but never beside the rest.
        """

    def apply(self, commit: Commit) -> Applied:
        """Write `commit`, all of it or nothing. Raises Moved when the target changed since, and as `read`.

        Files that already have the content wanted are left alone; where nothing is left to write there is no new
        version, and `Applied.commit` is the base. Afterwards the target stands at the new version, as if read again.
        """

    def settle(self, addresses: Sequence[str] | None = None) -> Settled:
        """Bring in order what goes with the version that the target stands at: a pull request, the site's build.

        Also where `apply` had nothing to do: an earlier run may not have come so far. `addresses` are those of new and
        changed posts, within the site; None where the site is as it was. Raises as `read`.
        """


def check(commit: Commit, snapshot: Snapshot) -> None:
    """Raise unless `commit` can be applied to `snapshot` by any target, with every stranger's file left alone.

    ValueError for what no caller should ask for: a path that is absolute, leaves the tree, enters `.git`, or is
    deleted without being there. ConfigError where the site itself is in the way: a symbolic link or submodule at or
    above a path, a folder at a path, or a file where a folder is needed.
    """
    for path in (*commit.writes, *commit.deletes):
        if not is_inside(path):
            raise ValueError(f"not a path inside a site: {path!r}")
        for place in (path, *_folders(path)):
            if place in snapshot.others:
                raise ConfigError(
                    f"{path} cannot be written: {place} is a symbolic link or a submodule in the site.",
                    hint="Only real folders and files are written to: replace it, or choose other folders.",
                )
    missing = commit.deletes - snapshot.files.keys()
    if missing or commit.deletes & commit.writes.keys():
        raise ValueError(f"cannot delete: {sorted(missing or commit.deletes & commit.writes.keys())}")
    folders = {folder for path in (*snapshot.files, *commit.writes) for folder in _folders(path)}
    for path in commit.writes:
        for place in _folders(path):
            if place in snapshot.files or place in commit.writes:
                raise ConfigError(
                    f"{path} cannot be written: {place} is a file, and a folder is needed there.",
                    hint=f"Rename or remove {place} in the site, or choose other folders.",
                )
        if path in folders:
            raise ConfigError(
                f"{path} cannot be written: there is a folder of that name.",
                hint=f"Rename or remove the folder {path} in the site.",
            )


def is_inside(path: str) -> bool:
    """Return whether `path` is one below the root of a site: not absolute, not leaving it, not git's own."""
    return not ("\0" in path or "\\" in path) and all(
        part.lower() not in {"", ".", "..", ".git"} for part in path.split("/")
    )


def _folders(path: str) -> Iterator[str]:
    """Yield every folder above `path`: `a/b/c` gives `a/b`, then `a`."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
