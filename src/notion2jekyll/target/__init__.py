"""Where a plan goes: the port that every target implements, and the values that cross it.

A target is a tree of files with one current version. It is read whole (paths and git blob ids, no contents), single
files are fetched by path, and one `Commit` is applied at a time, on the very version that was read or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Protocol


def blob_id(content: bytes) -> str:
    """Return the id git gives to a file with `content`: equal ids mean equal contents, with nothing downloaded."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a target held when it was read."""

    base: str | None
    """The version that was read (a commit id); None where there is none yet (an empty repository) or none is kept."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → git blob id of every regular file; paths are relative, with `/`."""
    others: frozenset[str] = frozenset()
    """Paths of what is there and is no regular file: symbolic links and submodules."""
    complete: bool = True
    """False where the listing may lack files; then nothing that is missing may be taken for deleted."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The one change that a run makes."""

    base: str | None
    """The version it is built on: `Snapshot.base`."""
    writes: Mapping[str, bytes]
    """Path → new content; parents are made as needed."""
    deletes: frozenset[str]
    """Paths to remove; every one was in the snapshot."""
    message: str
    """Subject line, blank line, body."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a `Commit`."""

    commit: str | None
    """Id of the commit; None where the target keeps no versions."""
    url: str | None
    """Where a person can look at it."""


class Moved(Exception):  # noqa: N818  # says what happened, as the other signals do
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

    def apply(self, commit: Commit) -> Applied:
        """Write `commit`, all of it or nothing. Raises Moved when the target changed since, and as `read`."""
