"""A local Jekyll site folder as a target: no versions, no network."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha1
from pathlib import Path

from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError, Stop
from notion2jekyll.target import Applied, Commit, Moved, Snapshot, blob_id, check

_NOT_THE_SITE = frozenset({"_site", ".jekyll-cache", ".sass-cache", "node_modules", "vendor", ".bundle"})
"""Folders at the root that hold what Jekyll, Bundler or npm made: never listed, like what `.gitignore` hides."""
_PENDING = ".notion2jekyll/pending"
"""Folder of files that are whole but not in their places yet; never part of the site."""
_JOURNAL = "journal.json"
"""In it: what is to be done. From the moment it is there, all of it will be."""


class Folder:
    """The folder `path` as a `Target`. It need not exist before the first `apply`.

    A kill at any moment is harmless: all new files are written aside first, then a journal that says where they belong
    and what goes away, and only then is each renamed to its place. `read` finishes what a journal says, so a commit is
    there whole or not at all. Nothing is written through a symbolic link below the root, and no file that a person
    changed meanwhile is touched.
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
        """Return the regular files below the root, after finishing what a killed run had begun to write.

        Raises ConfigError or AccessDenied when the folder cannot be listed.
        """
        files: dict[str, str] = {}
        others: set[str] = set()
        with _explained(self._root, "read"):
            if self._root.exists():
                self._finish()
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

        A full disk is noticed before anything is changed.
        """
        journal = f"{_PENDING}/{_JOURNAL}"
        check(
            Commit(commit.base, {**commit.writes, journal: b""}, commit.deletes, commit.message),
            self._snapshot,
        )
        seen = self._snapshot.files
        writes = {
            path: text for path, text in sorted(commit.writes.items()) if seen.get(path) != blob_id(text)
        }
        for path in (*writes, *commit.deletes):
            with _explained(self._root / path, "read"):
                if self._now(path) != seen.get(path):
                    raise Moved(f"{path} was changed meanwhile")
        if writes or commit.deletes:
            with _explained(self._root, "write"):
                self._stage(writes, commit.deletes)
                self._finish()
        files = {path: blob for path, blob in seen.items() if path not in commit.deletes}
        files |= {path: blob_id(text) for path, text in writes.items()}
        self._snapshot = Snapshot(None, files, self._snapshot.others)
        return Applied(commit=None, url=None)

    def _list(self, folder: Path, prefix: str, files: dict[str, str], others: set[str]) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = prefix + entry.name
                if entry.name == ".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if path in _NOT_THE_SITE or path == _PENDING:
                        continue
                    if (Path(entry.path) / ".git").exists():  # a repository in the repository
                        others.add(path)
                    else:
                        self._list(Path(entry.path), path + "/", files, others)
                elif entry.is_file(follow_symlinks=False) and _is_text(path):
                    files[path] = _blob_id_of(Path(entry.path))
                else:
                    others.add(path)

    def _now(self, path: str) -> str | None:
        """Return the blob id of `path` as it is now: None where nothing is, "" for what is no file of the site's own."""
        place = self._root / path
        if place.is_symlink() or place.is_dir():
            return ""
        if any((self._root / folder).is_symlink() for folder in list(Path(path).parents)[:-1]):
            return ""
        return _blob_id_of(place) if place.exists() else None

    def _stage(self, writes: Mapping[str, bytes], deletes: frozenset[str]) -> None:
        """Write everything aside. The last rename decides: before it nothing has happened, after it all will."""
        pending = self._root / _PENDING
        shutil.rmtree(pending, ignore_errors=True)
        pending.mkdir(parents=True)
        try:
            for number, (path, content) in enumerate(writes.items()):
                (pending / str(number)).write_bytes(content)
                if (self._root / path).exists():
                    shutil.copymode(self._root / path, pending / str(number))
            seen = self._snapshot.files
            journal = {
                "writes": [[path, str(number), seen.get(path)] for number, path in enumerate(writes)],
                "deletes": {path: seen[path] for path in sorted(deletes)},
            }
            (pending / "draft").write_text(json.dumps(journal), "utf-8")
            (pending / "draft").replace(pending / _JOURNAL)
        except OSError:
            with suppress(OSError):
                self._clear()
            raise

    def _finish(self) -> None:
        """Do what the journal says, as far as it is not done; without a journal, forget what was written aside.

        Where the disk refuses, the journal goes too: each file is old or new then, and the next run plans afresh.
        """
        pending = self._root / _PENDING
        try:
            if (pending / _JOURNAL).exists():
                journal = json.loads((pending / _JOURNAL).read_bytes())
                # The state last: it tells anyone who looks meanwhile of nothing that is not there.
                for path, staged, old in sorted(journal["writes"], key=lambda write: write[0] == state.PATH):
                    self._put(pending / staged, path, old)
                self._delete(journal["deletes"], [path for path, _, _ in journal["writes"]])
        except (OSError, Stop):
            with suppress(OSError):
                self._clear()
            raise
        if pending.exists():
            self._clear()

    def _clear(self) -> None:
        pending = self._root / _PENDING
        (pending / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(pending, ignore_errors=True)
        if pending.parent.is_dir() and not any(pending.parent.iterdir()):
            pending.parent.rmdir()

    def _put(self, staged: Path, path: str, old: str | None) -> None:
        if staged.exists() and self._now(path) == old:
            place = self._root / path
            with _explained(place, "write"):
                place.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(place)

    def _delete(self, deletes: Mapping[str, str], written: Sequence[str]) -> None:
        """Remove files and the folders that this empties, but no file that was just written under another spelling.

        Where upper and lower case, or composed and decomposed Hangul, name the same file, a rename from one to the
        other is a write and a delete of one file.
        """
        places = [self._root / path for path in written]
        kept = {(place.stat().st_dev, place.stat().st_ino) for place in places if place.exists()}
        for path, blob in deletes.items():
            place = self._root / path
            with _explained(place, "delete"):
                if self._now(path) != blob or (place.stat().st_dev, place.stat().st_ino) in kept:
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
        return ConfigError(what, hint="Free some space and run again.")
    if error.errno in {errno.ENOTDIR, errno.EISDIR, errno.EEXIST}:
        there, needed = ("a folder", "a file") if place.is_dir() else ("a file", "a folder")
        return ConfigError(
            what, hint=f"There is {there} where {needed} is needed: rename it, or choose another folder."
        )
    if error.errno == errno.ENAMETOOLONG:
        return ConfigError(what, hint="Shorten the page's title or give it a slug of its own.")
    return ConfigError(what, hint="See whether the folder can be read and written, then run again.")
