"""Where downloaded files wait for the commit that holds them: on disk, since all of them together may not fit in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

from notion2jekyll.errors import ConfigError
from notion2jekyll.snapshot import blob_id


@dataclass(slots=True)
class _Folder:
    """A temporary folder, which is there from the first content on until it is closed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: TemporaryDirectory[str] | None = None
    number: int = 0
    """How many files were written. They are named by it, so nothing that somebody else chose is ever a path here."""
    closed: bool = False

    def write(self, content: bytes) -> Path:
        """Write a new file. Raises ConfigError where it cannot be, ValueError once the folder is closed."""
        with self.lock:
            if self.closed:
                raise ValueError("the run is over")
            try:
                if self.made is None:
                    self.made = TemporaryDirectory(prefix="notion2jekyll-", ignore_cleanup_errors=True)
                file = Path(self.made.name, str(self.number))
                self.number += 1
                file.write_bytes(content)
            except OSError as error:
                raise ConfigError(
                    f"Downloaded files cannot be kept in the temporary folder: {(error.strerror or str(error)).lower()}.",
                    hint="Free some space there, or let TMPDIR name a folder with more room, and run again.",
                ) from error
            return file

    def close(self) -> None:
        """Remove the folder. A thread that still writes is waited for, and no other begins."""
        with self.lock:
            self.closed = True
            if self.made is not None:
                self.made.cleanup()
                self.made = None


class _Kept(NamedTuple):
    """A content on disk."""

    file: Path
    blob: str
    """Its git blob id."""


class Spool(MutableMapping[str, bytes]):
    """Contents by path, as in a dict, but each in a file of a temporary folder and read whenever it is asked for.

    There is no folder before the first content. Used as a context manager it is gone at the end, whatever ends it; after
    that nothing can be put in. Only a program that is killed leaves it to the system. Several threads may put contents in.
    """

    def __init__(self) -> None:
        self._folder = _Folder()
        self._kept: dict[str, _Kept] = {}

    def beside(self) -> Spool:
        """Return another one, empty, whose contents are in the same folder and go with it."""
        other = Spool()
        other._folder = self._folder
        return other

    def take(self, other: Spool) -> None:
        """Move everything here from `other`, which is one `beside` this; nothing is read or written."""
        for path in other:
            self._drop(path)
        self._kept.update(other._kept)
        other._kept.clear()

    def blob(self, path: str) -> str:
        """Return the git blob id of the content at `path`, which is not read for it. Raises KeyError."""
        return self._kept[path].blob

    def __setitem__(self, path: str, content: bytes) -> None:
        kept = _Kept(self._folder.write(content), blob_id(content))
        self._drop(path)
        self._kept[path] = kept

    def __getitem__(self, path: str) -> bytes:
        return self._kept[path].file.read_bytes()

    def __delitem__(self, path: str) -> None:
        if not self._drop(path):
            raise KeyError(path)

    def _drop(self, path: str) -> bool:
        """Remove the content at `path` unread; return whether there was one."""
        kept = self._kept.pop(path, None)
        if kept is not None:
            with suppress(OSError):
                kept.file.unlink(missing_ok=True)
        return kept is not None

    def __contains__(self, path: object) -> bool:
        return path in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """Remove everything, unread."""
        for path in [*self._kept]:
            del self[path]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.close()
        self._kept.clear()
