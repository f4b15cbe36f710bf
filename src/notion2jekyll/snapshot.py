"""A repository as a value: what it holds, and the one change that a run makes to it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1

from notion2jekyll.errors import Problem


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
    unwritten: bool = False
    """Whether it was put together in a way that nobody else would find: worth a commit of its own."""
    problems: tuple[Problem, ...] = ()
    """What a person should know of how it was put together."""

    def whereabouts(self, blob: str) -> str | None:
        """Return the first path with the content of that id, None where none has it: where a post went that is not in its place."""
        return min((path for path, there in self.files.items() if there == blob), default=None)


class Contents(Mapping[str, bytes]):
    """Contents by path: those that are `held`, and those at the paths `aside`, which `kept` reads whenever one is asked for.

    So what is large need not be in memory all at once.
    """

    def __init__(self, held: Mapping[str, bytes], kept: Mapping[str, bytes], aside: Collection[str]) -> None:
        self._held = held
        self._kept = kept
        self._aside = frozenset(aside) - held.keys()

    def __getitem__(self, path: str) -> bytes:
        return self._kept[path] if path in self._aside else self._held[path]

    def __contains__(self, path: object) -> bool:
        return path in self._held or path in self._aside

    def __iter__(self) -> Iterator[str]:
        yield from self._held
        yield from sorted(self._aside)

    def __len__(self) -> int:
        return len(self._held) + len(self._aside)


@dataclass(frozen=True, slots=True)
class Commit:
    """The one change that a run makes."""

    base: str | None
    """The version it is built on: `Snapshot.base`."""
    writes: Mapping[str, bytes]
    """Path → new content; parents are made as needed. What is in `blobs` is best asked for one by one, when it is written."""
    deletes: frozenset[str]
    """Paths to remove; every one was in the snapshot."""
    message: str
    """Subject line, blank line, body."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """Path → git blob id of contents that `writes` reads whenever one is asked for."""

    def blob(self, path: str) -> str:
        """Return the git blob id of what is written to `path`; what is not in memory is not read for it."""
        return self.blobs[path] if path in self.blobs else blob_id(self.writes[path])
