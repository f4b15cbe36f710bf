"""A repository on the fake GitHub with the looks of one in memory (`Site`), for tests that run on either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from fakes.github import FakeGitHub
from notion2jekyll.target import Applied, Commit
from notion2jekyll.target.github import GitHub


class Hub:
    """What `fake` has on its branch, which begins with `files`."""

    def __init__(self, fake: FakeGitHub, files: Mapping[str, bytes]) -> None:
        self.fake = fake
        self.history: list[Commit] = []
        """The commits that were applied, oldest first."""
        self.version = 0
        self.files: Mapping[str, bytes] = {}
        """What the branch holds."""
        self.edit(files)

    def edit(self, files: Mapping[str, bytes | None]) -> None:
        """Be someone else who pushes: put `files` (None deletes)."""
        self.fake.rival.push(files)
        self.look()

    def look(self) -> None:
        """See what the branch holds by now."""
        self.files = self.fake.files()
        self.version += 1

    @property
    def objects(self) -> Collection[str]:
        """The ids of all contents that were ever there."""
        return _Objects(self.fake)

    def target(
        self, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
    ) -> GitHub:
        """Return a target on it, that calls these around the instant at which a commit takes effect."""
        return _Target(self, before, after)


class _Objects(Collection[str]):
    def __init__(self, fake: FakeGitHub) -> None:
        self._git = fake.git

    def __contains__(self, sha: object) -> bool:
        return self._git.are_blobs([str(sha)])

    def __iter__(self) -> Iterator[str]:
        return iter(self._git.text("rev-list", "--all", "--objects", "--no-object-names").splitlines())

    def __len__(self) -> int:
        return len(list(iter(self)))


class _Target(GitHub):
    def __init__(self, hub: Hub, before: Callable[[], object], after: Callable[[], object]) -> None:
        fake = hub.fake
        super().__init__("me/blog", "main", fake.token, fake.base_url, sleep=lambda _: None)
        self._hub, self._before, self._after = hub, before, after
        self._commit: Commit | None = None

    def apply(self, commit: Commit) -> Applied:
        self._commit = commit
        return super().apply(commit)

    def _swap(self, start: str, new: str) -> None:
        self._before()
        super()._swap(start, new)
        assert self._commit
        self._hub.history.append(self._commit)
        self._hub.look()
        self._after()
