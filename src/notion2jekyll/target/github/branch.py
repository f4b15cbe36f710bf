"""A branch on GitHub as a target: every run is one commit, swapped in on the head it was built on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from notion2jekyll.errors import Problem
from notion2jekyll.progress import Progress, Silent
from notion2jekyll.target import Applied, Commit, Moved, Settled, Snapshot, blob_id, check
from notion2jekyll.target.github.pages import publish
from notion2jekyll.target.github.repository import (
    SEED,
    SEED_TEXT,
    Change,
    Head,
    Kept,
    NoBranch,
    Repository,
    Version,
)
from notion2jekyll.target.github.wire import API, Wire


class GitHub:
    """A branch of a repository on GitHub as a `Target`.

    `repository` is `owner/name`, `branch` a branch (None: the repository's default branch), `token` what GITHUB_TOKEN
    holds. `author` is a name and a mail address; without one GitHub names whoever the token belongs to, and only then
    signs a bot's commits. `max_wait` bounds one pause that GitHub asks for, in seconds. `sleep` and `clock` (seconds
    since the epoch) are passed in by tests. `watch` is for how many seconds the site's build is watched after a commit (None:
    not at all). With `create` the first commit makes the branch where there is none, from the
    default branch. Raises ConfigError for a repository that is none, AccessDenied for a token
    that cannot be one. No request is sent before `read`.
    """

    versioned = True

    def __init__(
        self,
        repository: str,
        branch: str | None,
        token: str,
        api_url: str = API,
        *,
        author: tuple[str, str] | None = None,
        create: bool = False,
        watch: float | None = None,
        progress: Progress | None = None,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._branch = branch
        self._create = create
        self._watch = watch
        self._made = False
        """Whether there is a commit of this run that nobody looked after yet."""
        self._exists = True
        """Whether the branch was there when it was read."""
        self._wire = Wire(
            repository,
            token,
            api_url,
            name=f"{repository} ({self._where(branch)})",
            progress=progress or Silent(),
            max_wait=max_wait,
            sleep=sleep,
            clock=clock,
        )
        self._repository = Repository(self._wire, author)
        self._version: Version | None = None
        self._is_ours = False
        """Whether that version is a commit of our own, which was not gone on from yet."""

    def _where(self, branch: str | None) -> str:
        return f"branch {branch}" if branch else "default branch"

    @property
    def name(self) -> str:
        """Repository and branch: `me/me.github.io (branch main)`."""
        return self._wire.name

    @property
    def requests(self) -> int:
        """How many requests were sent, repeated ones included."""
        return self._wire.requests

    @property
    def waited(self) -> float:
        """Seconds spent in pauses that GitHub's limits or disturbances made necessary."""
        return self._wire.waited

    def read(self) -> Snapshot:
        """Return the files at the branch's head: two requests, as long as the tree comes in one piece.

        None after a commit of our own, which is the head until `apply` finds another one there. Raises ConfigError when there is no such repository or branch, AccessDenied, Unreachable.
        """
        if self._is_ours and self._version is not None:
            self._is_ours = False
            return self._version.snapshot()
        head = self._head()
        self._version = self._repository.version(head) if head else Version()
        return self._version.snapshot()

    def _head(self) -> Head | None:
        self._exists = True
        try:
            return self._repository.head(self._branch)
        except NoBranch:
            if not self._create:
                raise
        self._exists = False
        return self._repository.head(None)

    def fetch(self, path: str) -> bytes | None:
        """Return the content of `path` in the version last read: one request for each, and for a text once.

        None where it was not there. Raises as `read`.
        """
        entry = self._version.entries.get(path) if self._version else None
        return self._repository.blob(entry.id) if entry and entry.is_file else None

    def fetch_blob(self, blob: str) -> bytes | None:
        """Return the content with that id, None where the repository does not have it (its history was rewritten).

        One request for each, and for a text once. Raises as `read`.
        """
        return self._repository.find_blob(blob)

    def history(self, path: str) -> Iterator[bytes]:
        """Yield what `path` held in its latest versions, newest first: one request, and two for each that is taken."""
        if self._version and self._version.head:
            yield from self._repository.history(self._version.head.commit, path)

    def obstacle(self) -> Problem | None:
        """Return what may keep the branch from being written to: one request. Raises AccessDenied, and as `read`."""
        return self._repository.obstacle()

    def send_ahead(self, content: bytes) -> None:
        """Store `content` as a blob, which no version holds yet. Raises what `apply` raises."""
        if self._version is not None:
            self._repository.send_ahead(content, self._version)

    def apply(self, commit: Commit) -> Applied:
        """Make `commit` on the head that was read, which becomes the new base; raises Moved when the branch went on.

        A repository without any commit gets two: git's objects cannot be stored in it before a first one, which adds
        `SEED` alone. A rival that was first makes Moved; at worst `SEED` stays until the next commit, which removes it.

        Raises AccessDenied for a token that may not write and for a protected branch, ConfigError for a file that
        GitHub does not take, Unreachable.
        """
        version = self._version
        if version is None or version.snapshot().base != commit.base:
            raise Moved(f"{self.name} was not read at {commit.base}")
        snapshot = version.snapshot()
        changes = changes_of(commit, snapshot)
        if not changes:
            return Applied(commit.base, version.head.url if version.head else None)
        if version.head is None:
            # Without a base tree the commit holds what it writes and nothing else, so the seed goes.
            version = Version(self._repository.seed(self._branch))
        elif snapshot.files.get(SEED) == blob_id(SEED_TEXT):
            changes.setdefault(SEED, None)
        start = version.head
        assert start is not None  # noqa: S101  # a repository without a commit has one now
        self._version = self._repository.commit(
            version, changes, commit.message, [start.commit], lambda new: self._swap(start.commit, new)
        )
        made = self._version.head or start
        self._made = self._is_ours = made.commit != commit.base
        return Applied(made.commit, made.url)

    def settle(self, addresses: Sequence[str] | None = None) -> Settled:
        """After a commit, watch the site being built, and start that where it does not begin by itself; if so asked.

        Raises nothing: the commit is made, whatever comes of it.
        """
        if self._version is None or self._watch is None or not self._made or addresses is None:
            return Settled()
        self._made = False
        assert self._branch is not None  # noqa: S101  # `apply` found out its name
        return publish(self._repository, self._version, self._branch, addresses, seconds=self._watch)

    def _swap(self, start: str, new: str) -> None:
        if self._branch is None:
            self._branch = self._repository.default_branch()
        self._repository.swap(self._branch, start if self._exists else None, new)
        self._exists = True


def changes_of(commit: Commit, snapshot: Snapshot) -> dict[str, Change]:
    """Return what `commit` really changes in `snapshot`. Raises as `check`."""
    check(commit, snapshot)
    writes = commit.writes
    changes: dict[str, Change] = {
        path: Kept(commit.blobs[path], partial(writes.__getitem__, path))
        if path in commit.blobs
        else writes[path]
        for path in writes
        if snapshot.files.get(path) != commit.blob(path)
    }
    return changes | dict.fromkeys(commit.deletes)
