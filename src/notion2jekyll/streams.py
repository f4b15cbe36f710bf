"""Standard output and error: they show what they can, tell no token, and end quietly when nobody reads them any more.

The only writer to them; everything else takes a `Console`.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final, TextIO, cast

from rich.console import Console

from notion2jekyll.environment import without_tokens
from notion2jekyll.errors import ConfigError

PLAIN: Final = {
    "→": "->",
    "“": '"',
    "”": '"',
    "’": "'",
    "…": "...",
    "│": "|",
    "✓": "+",
    "✗": "x",
    "•": "*",
    "—": "-",
}
"""Our own signs → what stands for them where a stream does not know them; any other letter becomes an escape."""
PLAIN_ERRORS: Final = "notion2jekyll.plain"
"""The name of that, for Python's streams."""


def make_lenient() -> None:
    """Let a terminal or log that cannot show Korean show escapes: no run ends because of that."""
    codecs.register_error(PLAIN_ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=PLAIN_ERRORS)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for letters that a stream does not know (see `codecs.register_error`)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(each) or f"{each!a}"[1:-1] for each in letters), error.end


class _Console(Console):
    """A console whose reader may leave early (`| head`): the run goes on in silence, and its exit code tells the rest."""

    def on_broken_pipe(self) -> None:
        """Write nothing more."""
        self.quiet = True
        mute(self.file)


class _Discreet:
    """A stream that the tokens do not get into, wherever a message has them from."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write `text` without tokens."""
        return self._stream.write(without_tokens(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def console(*, stderr: bool = False) -> Console:
    """Return a console that writes to standard output, or error."""
    return _Console(file=cast("TextIO", _Discreet(sys.stderr if stderr else sys.stdout)))


def mute(stream: IO[str]) -> None:
    """Let what is still to be written into `stream` go nowhere, so that Python does not fail over it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_bytes(content: bytes) -> None:
    """Write `content` to standard output as it is, whatever letters the terminal knows."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        mute(sys.stdout)


def write_error(text: str) -> None:
    """Write `text` to standard error, without tokens. Where that fails, nothing is said."""
    with suppress(OSError):
        _Discreet(sys.stderr).write(text)
        sys.stderr.flush()


def flush() -> None:
    """Let out what was written."""
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()


@contextmanager
def opened(name: str | None) -> Iterator[TextIO | None]:
    """Open what `--json` names, before anything is done, and empty: an old report is never taken for this run's.

    `-` is standard output. Raises ConfigError where nothing can be written.
    """
    if name is None:
        yield None
    elif name == "-":
        yield sys.stdout
    else:
        try:
            file = Path(name).open("w", encoding="utf-8")  # noqa: SIM115  # closing may fail, too, and must not matter
        except OSError as error:
            raise ConfigError(
                f"The report cannot be written to {name}: {error.strerror}.",
                hint="Name a file in a folder that exists.",
            ) from None
        try:
            yield file
        finally:
            with suppress(OSError):
                file.close()


def name(stream: TextIO) -> str:
    """Return what messages call `stream`."""
    return "standard output" if stream is sys.stdout else stream.name


def is_attended() -> bool:
    """Return whether a person at a terminal can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
