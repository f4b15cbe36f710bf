"""A target in memory: the least that keeps the contract, for tests of everything above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1

from notion2jekyll.errors import Problem
from notion2jekyll.target import Applied, Commit, Moved, Settled, Snapshot, blob_id, check


@dataclass
class Site:
    """The repository itself: what every `Memory` on it sees."""

    files: dict[str, bytes] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    history: list[Commit] = field(default_factory=list)
    """The commits that were applied, oldest first."""
    version: int = 0
    """0: nothing was ever committed."""
    objects: dict[str, bytes] = field(default_factory=dict)
    """Git blob id → content of everything that was ever there."""

    def __post_init__(self) -> None:
        self.objects |= {blob_id(content): content for content in self.files.values()}
        if self.files and not self.version:
            self.version = 1

    @property
    def head(self) -> str | None:
        """The id of the current version."""
        return sha1(b"%d" % self.version, usedforsecurity=False).hexdigest() if self.version else None

    def edit(self, files: Mapping[str, bytes | None]) -> None:
        """Be someone else who pushes: put `files` (None deletes)."""
        for path, content in files.items():
            if content is None:
                del self.files[path]
            else:
                self.files[path] = content
                self.objects[blob_id(content)] = content
        self.version += 1

    def target(
        self, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
    ) -> Memory:
        """Return a target on it, that calls these around the instant at which a commit takes effect."""
        made = Memory(self)
        made.before, made.after = before, after
        return made


class Memory:
    """A `Target` on `site`. `before` and `after` are called around the one instant at which a commit takes effect."""

    name = "memory"
    versioned = True
    waited = 0.0

    def __init__(self, site: Site) -> None:
        self.site = site
        self.requests = 0
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None
        self._read: Snapshot = Snapshot(base=None)
        self._contents: dict[str, bytes] = {}
        self.ahead: list[bytes] = []
        """What was sent ahead of commits."""

    def read(self) -> Snapshot:
        self.requests += 1
        files = {path: blob_id(content) for path, content in self.site.files.items()}
        self._read = Snapshot(self.site.head, files, self.site.others)
        self._contents = dict(self.site.files)
        return self._read

    def fetch(self, path: str) -> bytes | None:
        return self._contents.get(path)

    def fetch_blob(self, blob: str) -> bytes | None:
        return self.site.objects.get(blob)

    def history(self, path: str) -> Iterator[bytes]:
        yield from ()

    def obstacle(self) -> Problem | None:
        return None

    def send_ahead(self, content: bytes) -> None:
        self.ahead.append(content)

    def settle(self, addresses: Sequence[str] | None = None) -> Settled:
        return Settled()

    def apply(self, commit: Commit) -> Applied:
        if commit.base != self._read.base:
            raise Moved
        check(commit, self._read)
        changed = {
            path: text for path, text in commit.writes.items() if self._read.files.get(path) != blob_id(text)
        }
        if not changed and not commit.deletes:
            return Applied(self.site.head, None)
        self.before()
        if commit.base != self.site.head:
            raise Moved
        self.site.edit({**changed, **dict.fromkeys(commit.deletes)})
        self.site.history.append(commit)
        self.after()
        self.read()
        return Applied(self.site.head, None)
