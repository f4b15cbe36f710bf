"""A local Jekyll site folder as a target: no versions, no network."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path

from notion2jekyll.errors import AccessDenied, ConfigError, Stop
from notion2jekyll.target import STATE, Applied, Commit, Moved, Snapshot, blob_id, check

_NOT_THE_SITE = frozenset({"_site", ".jekyll-cache", ".sass-cache", "node_modules", "vendor", ".bundle"})
"""Folders at the root that hold what Jekyll, Bundler or npm made: never listed, like what `.gitignore` hides."""
_TEMPORARY = ".notion2jekyll-tmp-"
"""How a file that is being written is called until it is whole; one that was left by a kill is not part of the site."""


class Folder:
    """The folder `path` as a `Target`. It need not exist before the first `apply`.

    A file is written under a temporary name beside its place and renamed, so no reader ever sees half of one. The order
    makes a kill harmless: new and changed files, then deletions, and the state file last, so that until everything is
    there the state describes what was there before. Nothing is written through a symbolic link below the root.
    """

    versioned = False
    requests = 0
    waited = 0.0

    def __init__(self, path: Path) -> None:
        self._root = path
        self._snapshot = Snapshot(base=None)

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._root)

    def read(self) -> Snapshot:
        """Return the regular files below the root. Raises ConfigError or AccessDenied when it cannot be listed."""
        files: dict[str, str] = {}
        others: set[str] = set()
        with _explained(self._root, "read"):
            if self._root.exists():
                self._list(self._root, "", files, others)
        self._snapshot = Snapshot(None, files, frozenset(others))
        return self._snapshot

    def fetch(self, path: str) -> bytes | None:
        """Return the content of `path`, None where it was not there when the folder was read."""
        if path not in self._snapshot.files:
            return None
        with _explained(self._root / path, "read"):
            return (self._root / path).read_bytes()

    def apply(self, commit: Commit) -> Applied:
        """Write `commit`. Raises Moved when a file it touches changed since `read`, ConfigError or AccessDenied.

        A write that fails half-way (a full disk) leaves complete files and the old state file: the next run goes on.
        """
        check(commit, self._snapshot)
        seen = self._snapshot.files
        writes = {
            path: text for path, text in sorted(commit.writes.items()) if seen.get(path) != blob_id(text)
        }
        for path in (*writes, *commit.deletes):
            self._require_unchanged(path)
        written: set[tuple[int, int]] = set()
        for path in sorted(writes, key=lambda path: path == STATE):
            if path == STATE:
                self._delete(commit.deletes, written)
            with _explained(self._root / path, "write"):
                written.add(self._write(path, writes[path]))
        if STATE not in writes:
            self._delete(commit.deletes, written)
        files = {path: blob for path, blob in seen.items() if path not in commit.deletes}
        files |= {path: blob_id(text) for path, text in writes.items()}
        self._snapshot = Snapshot(None, files, self._snapshot.others)
        return Applied(commit=None, url=None)

    def _list(self, folder: Path, prefix: str, files: dict[str, str], others: set[str]) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = prefix + entry.name
                if entry.name == ".git" or entry.name.startswith(_TEMPORARY):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if path in _NOT_THE_SITE:
                        continue
                    if (Path(entry.path) / ".git").exists():  # a repository in the repository
                        others.add(path)
                    else:
                        self._list(Path(entry.path), path + "/", files, others)
                elif entry.is_file(follow_symlinks=False) and _is_text(path):
                    files[path] = _blob_id_of(Path(entry.path))
                else:
                    others.add(path)

    def _require_unchanged(self, path: str) -> None:
        place = self._root / path
        with _explained(place, "read"):
            for folder in place.relative_to(self._root).parents:
                if (self._root / folder).is_symlink() and folder != Path():
                    raise Moved(f"{folder} became a symbolic link")
            if place.is_symlink() or place.is_dir():
                raise Moved(f"{path} is no longer a file")
            now = _blob_id_of(place) if place.exists() else None
            if now != self._snapshot.files.get(path):
                raise Moved(f"{path} was changed meanwhile")

    def _write(self, path: str, content: bytes) -> tuple[int, int]:
        """Put `content` at `path` at once; return what tells the file from every other one."""
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        # The name is the same every time, so what a kill left behind is used up by the next run.
        temporary = place.with_name(
            _TEMPORARY + sha1(place.name.encode(), usedforsecurity=False).hexdigest()[:16]
        )
        temporary.unlink(missing_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(content)
            if place.exists():
                shutil.copymode(place, temporary)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        status = place.stat()
        return status.st_dev, status.st_ino

    def _delete(self, paths: frozenset[str], written: set[tuple[int, int]]) -> None:
        """Remove `paths` and the folders that this empties, but no file that was just written under another spelling.

        Where upper and lower case, or composed and decomposed Hangul, name the same file, a rename from one to the
        other is a write and a delete of one file.
        """
        for path in sorted(paths):
            place = self._root / path
            with _explained(place, "delete"):
                status = place.lstat()
                if (status.st_dev, status.st_ino) in written:
                    continue
                place.unlink()
                for folder in place.parents:
                    if folder == self._root or any(folder.iterdir()):
                        break
                    folder.rmdir()


def _is_text(path: str) -> bool:
    """Whether the file system's name is valid UTF-8 (Python keeps other bytes as lone surrogates)."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _blob_id_of(place: Path) -> str:
    """Return git's id of a file's content, a piece at a time: sites hold videos."""
    digest = sha1(usedforsecurity=False)
    with place.open("rb") as file:
        digest.update(b"blob %d\0" % os.fstat(file.fileno()).st_size)
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _explained(place: Path, verb: str) -> Iterator[None]:
    """Turn the operating system's refusal to `verb` a file into a message with a next step."""
    try:
        yield
    except OSError as error:
        raise _stop(Path(os.fsdecode(error.filename)) if error.filename else place, verb, error) from error


def _stop(place: Path, verb: str, error: OSError) -> Stop:
    what = f"Cannot {verb} {place}: {(error.strerror or str(error)).lower()}."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return AccessDenied(
            what, hint="Give your user the right to read and write there, or choose another folder."
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ConfigError(what, hint="Free some space and run again: it goes on where it stopped.")
    if error.errno in {errno.ENOTDIR, errno.EISDIR, errno.EEXIST}:
        there, needed = ("a folder", "a file") if place.is_dir() else ("a file", "a folder")
        return ConfigError(
            what, hint=f"There is {there} where {needed} is needed: rename it, or choose another folder."
        )
    if error.errno == errno.ENAMETOOLONG:
        return ConfigError(what, hint="Shorten the page's title or give it a slug of its own.")
    return ConfigError(what, hint="See whether the folder can be read and written, then run again.")
