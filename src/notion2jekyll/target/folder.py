"""A local Jekyll site folder as a target: no versions, no network."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha1
from pathlib import Path
from typing import Any

from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError, Problem, Stop, Unreachable
from notion2jekyll.target import Applied, Commit, Moved, Settled, Snapshot, check, is_inside

try:
    import fcntl

    _CAN_LOCK = True
except ImportError:  # Windows
    _CAN_LOCK = False

_NOT_THE_SITE = frozenset({"_site", ".jekyll-cache", ".sass-cache", "node_modules", "vendor", ".bundle"})
"""Folders at the root that hold what Jekyll, Bundler or npm made: never listed, like what `.gitignore` hides."""
_PENDING = ".notion2jekyll/pending"
"""Folder of files that are whole but not in their places yet; never part of the site."""
_JOURNAL = "journal.json"
"""In it: what is to be done. From the moment it is there, all of it will be."""
_LOCK = ".notion2jekyll/lock"
"""Says that a run is writing, where the system cannot lock a folder itself."""
_LOCK_AGE = 3600
"""Seconds after which such a file was left by a run that was killed: writing takes seconds."""


@dataclass(frozen=True, slots=True)
class _Write:
    """One file that a journal says is to be written."""

    staged: str
    """Its name in the pending folder."""
    old: str | None
    """Blob id of what it replaces; None for nothing."""
    new: str
    """Blob id of what it will hold."""


@dataclass(frozen=True, slots=True)
class _Journal:
    """What a run had decided to do, and may not have lived to finish."""

    writes: Mapping[str, _Write] = field(default_factory=dict)
    deletes: Mapping[str, str] = field(default_factory=dict)
    """Path → blob id of what goes."""

    def dump(self) -> str:
        writes = {path: [write.staged, write.old, write.new] for path, write in self.writes.items()}
        return json.dumps({"writes": writes, "deletes": dict(self.deletes)})

    @staticmethod
    def load(place: Path) -> _Journal | None:
        """Return the journal in the file `place`, None where there is none.

        One that makes no sense (a disk that lost its power) counts as none: each file is old or new, and the next run
        plans from there. So does one that reaches out of the folder: it came with somebody else's repository.
        """
        if any(part.is_symlink() for part in (place.parent.parent, place.parent, place)):
            return None
        try:
            raw: Any = json.loads(place.read_bytes())
            found = _Journal(
                {path: _Write(*write) for path, write in raw["writes"].items()}, dict(raw["deletes"])
            )
            inside = all(is_inside(path) for path in (*found.writes, *found.deletes))
            staged = all(re.fullmatch("[0-9]+", write.staged) for write in found.writes.values())
        except (
            FileNotFoundError,
            NotADirectoryError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            RecursionError,
        ):
            return None
        return found if inside and staged else None


class Folder:
    """The folder `path` as a `Target`. It need not exist before the first `apply`.

    A kill at any moment is harmless: all new files are written aside first, then a journal that says where they belong
    and what goes away, and only then is each renamed to its place. `read` shows the folder as a journal that is there
    will leave it and changes nothing; `finish` and `apply` carry it out; so a commit is there whole or not at all. One
    run at a time writes. Nothing is written through a symbolic link below the root, and no file that a person changed
    meanwhile is touched: then the rest of the journal is dropped.
    """

    versioned = False
    requests = 0
    waited = 0.0

    def __init__(self, path: Path) -> None:
        self._root = path
        self._snapshot = Snapshot(base=None)
        self._pending: dict[str, Path] = {}
        """Path → where its content is, for files that a journal has not put into their places yet."""

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._root)

    def read(self) -> Snapshot:
        """Return the regular files below the root, as they are once a run that was killed has been finished.

        Writes nothing. Raises ConfigError or AccessDenied when the folder cannot be listed.
        """
        _require_unicode_names()
        files: dict[str, str] = {}
        others: set[str] = set()
        self._pending = {}
        with _explained(self._root, "read"):
            if self._root.exists():
                journal = _Journal.load(self._root / _PENDING / _JOURNAL) or _Journal()
                self._list(self._root, "", files, others)
                self._foresee(journal, files)
        self._snapshot = Snapshot(None, files, frozenset(others))
        return self._snapshot

    def _foresee(self, journal: _Journal, files: dict[str, str]) -> None:
        """Change `files` as `_finish` is going to change the folder."""
        if not self._is_due(journal):
            return
        for path, blob in journal.deletes.items():
            if files.get(path) == blob:
                del files[path]
        for path, write in journal.writes.items():
            if self._now(path) == write.old and not (self._root / _PENDING / write.staged).is_symlink():
                files[path] = write.new
                self._pending[path] = self._root / _PENDING / write.staged

    def fetch(self, path: str) -> bytes | None:
        """Return the content of `path`, None where it was not there when the folder was read."""
        if path not in self._snapshot.files:
            return None
        with _explained(self._root / path, "read"):
            if path in self._pending:
                # Whoever finishes the journal moves the file to its place.
                with suppress(FileNotFoundError):
                    return self._pending[path].read_bytes()
            return (self._root / path).read_bytes()

    def fetch_blob(self, blob: str) -> bytes | None:
        """Return the content of the file with that id, None where none had it when the folder was read."""
        found = next((path for path, there in self._snapshot.files.items() if there == blob), None)
        return self.fetch(found) if found is not None else None

    def finish(self) -> None:
        """Do what is left of a run that was killed while it wrote; nothing where there is no such thing.

        Raises Unreachable while another run is writing, ConfigError or AccessDenied.
        """
        pending = self._root / _PENDING
        with _explained(self._root, "write"):
            if pending.exists() and not (pending.is_symlink() or pending.parent.is_symlink()):
                with self._locked():
                    self._finish()

    def history(self, path: str) -> Iterator[bytes]:  # noqa: ARG002  # the port's
        """Yield nothing: a folder keeps no earlier versions."""
        yield from ()

    def obstacle(self) -> Problem | None:
        """Return None. Raises AccessDenied or ConfigError where there is no folder that could be written into."""
        place = next(place for place in (self._root, *self._root.absolute().parents) if place.exists())
        number = 0 if os.access(place, os.W_OK | os.X_OK) else errno.EACCES
        if number := number if place.is_dir() else errno.ENOTDIR:
            raise _stop(place, "write", OSError(number, os.strerror(number)))
        return None

    def settle(self, addresses: Sequence[str] | None = None) -> Settled:  # noqa: ARG002  # the port's
        """Do nothing: the files are all there is."""
        return Settled()

    def send_ahead(self, content: bytes) -> None:
        """Do nothing: writing takes no time."""

    def apply(self, commit: Commit) -> Applied:
        """Write `commit`, after what a run that was killed had begun to write.

        Raises Moved when a file it touches changed since `read`, Unreachable while another run is writing, ConfigError
        or AccessDenied. A full disk is noticed before anything is changed.
        """
        journal = f"{_PENDING}/{_JOURNAL}"
        check(replace(commit, writes=dict.fromkeys((*commit.writes, journal), b"")), self._snapshot)
        seen = self._snapshot.files
        blobs = {path: commit.blob(path) for path in sorted(commit.writes)}
        writes = {path: blob for path, blob in blobs.items() if seen.get(path) != blob}
        if not writes and not commit.deletes:
            self.finish()
        else:
            with _explained(self._root, "write"):
                self._root.mkdir(parents=True, exist_ok=True)
                with self._locked():
                    self._finish()
                    self._refuse_changes((*writes, *commit.deletes))
                    self._stage(commit, writes)
                    if not self._finish():
                        raise Moved(f"something in {self.name} was changed meanwhile")
        self._pending = {}
        files = {path: blob for path, blob in seen.items() if path not in commit.deletes}
        files |= writes
        self._snapshot = Snapshot(None, files, self._snapshot.others)
        return Applied(commit=None, url=None)

    def _refuse_changes(self, paths: Sequence[str]) -> None:
        """Raise Moved where one of `paths` is not what was read."""
        for path in paths:
            with _explained(self._root / path, "read"):
                if self._now(path) != self._snapshot.files.get(path):
                    raise Moved(f"{path} was changed meanwhile")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other run from writing. Raises Unreachable where one is: like a service that is busy, later it works."""
        # The folder itself is locked: nothing is left behind, and a run that is killed lets go.
        descriptor = os.open(self._root, os.O_RDONLY) if _CAN_LOCK else None
        try:
            if descriptor is not None and _flock(descriptor, self.name):
                yield
            else:
                with self._locked_by_a_file():
                    yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    @contextmanager
    def _locked_by_a_file(self) -> Iterator[None]:
        """Do what `_locked` does where the system cannot: Windows, some network drives."""
        lock = self._root / _LOCK
        with suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > _LOCK_AGE:
                lock.unlink()
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.open("x").close()
        except FileExistsError:
            raise _busy(self.name, f" If no run is, delete {lock}.") from None
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                lock.parent.rmdir()

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
                elif path == _LOCK:
                    continue
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

    def _stage(self, commit: Commit, writes: Mapping[str, str]) -> None:
        """Write aside what `commit` has for the paths of `writes` (path → blob id), one file at a time. The last rename decides: before it nothing has happened, after it all will."""
        pending = self._root / _PENDING
        shutil.rmtree(pending, ignore_errors=True)
        pending.mkdir(parents=True)
        try:
            for number, path in enumerate(writes):
                (pending / str(number)).write_bytes(commit.writes[path])
                if (self._root / path).exists():
                    shutil.copymode(self._root / path, pending / str(number))
            seen = self._snapshot.files
            journal = _Journal(
                {
                    path: _Write(str(number), seen.get(path), blob)
                    for number, (path, blob) in enumerate(writes.items())
                },
                {path: seen[path] for path in sorted(commit.deletes)},
            )
            (pending / "draft").write_text(journal.dump(), "utf-8")
            (pending / "draft").replace(pending / _JOURNAL)
        except OSError:
            with suppress(OSError):
                self._clear()
            raise

    def _is_due(self, journal: _Journal) -> bool:
        """Return whether nobody changed what `journal` is about since it was written: each place is as it was, or as it will be.

        Else nothing of it is to be done. Its state would tell of posts that are not there, and what Notion has would be
        taken for known; without it the next run plans from what there is, and merges.
        """
        return all(
            self._now(path) in (write.old, write.new) for path, write in journal.writes.items()
        ) and all(self._now(path) in (blob, None) for path, blob in journal.deletes.items())

    def _finish(self) -> bool:
        """Do what the journal says, as far as it is not done; without a journal, forget what was written aside.

        Return False where it is forgotten, too, since somebody changed what it is about. Where the disk refuses, the
        journal goes as well: each file is old or new then, and the next run plans afresh.
        """
        pending = self._root / _PENDING
        due = True
        try:
            journal = _Journal.load(pending / _JOURNAL)
            if journal and (due := self._is_due(journal)):
                # What is remembered comes last, the state at the very end: it tells of nothing that is not there.
                records = state.PATH.partition("/")[0] + "/"
                for path in sorted(
                    journal.writes, key=lambda path: (path.startswith(records), path == state.PATH)
                ):
                    self._put(path, journal.writes[path])
                self._delete(journal.deletes, list(journal.writes))
        except (OSError, Stop):
            with suppress(OSError):
                self._clear()
            raise
        if pending.exists():
            self._clear()
        return due

    def _clear(self) -> None:
        pending = self._root / _PENDING
        (pending / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(pending, ignore_errors=True)
        if pending.parent.is_dir() and not any(pending.parent.iterdir()):
            pending.parent.rmdir()

    def _put(self, path: str, write: _Write) -> None:
        """Rename a file to its place, unless that was done before or a person changed the place meanwhile.

        Raises where the file is gone although its place still waits for it: a state must not tell of it then.
        """
        staged = self._root / _PENDING / write.staged
        if self._now(path) == write.old and not staged.is_symlink():
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


def _require_unicode_names() -> None:
    """Raise ConfigError where Python cannot name files in Korean: it would misread names, and take posts for missing."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise ConfigError(
            f"This environment's file names are {encoding}, in which most titles cannot be written.",
            hint="Run it with PYTHONUTF8=1 in the environment, or with a UTF-8 locale (LC_ALL=C.UTF-8).",
        )


def _flock(descriptor: int, name: str) -> bool:
    """Lock the open folder; return False where its file system cannot. Raises Unreachable where another run has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _busy(name) from None
    except OSError:
        return False
    return True


def _busy(name: str, more: str = "") -> Unreachable:
    return Unreachable(
        f"Another run is writing into {name}, so this one wrote nothing.",
        hint=f"Run it again when that one is done.{more}",
    )


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
