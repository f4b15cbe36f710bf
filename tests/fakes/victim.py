"""The program in a process of its own that a test kills, at a request or in the middle of its own files.

The process is a fork of a server that imported the program already (`multiprocessing`'s `forkserver`): a start costs
milliseconds instead of a second, and nothing of the test's own threads and locks is in it.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from notion2jekyll import cli
from notion2jekyll.clock import Clock
from notion2jekyll.notion.client import NotionSettings, Politeness
from notion2jekyll.sync import Job

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        f"notion2jekyll.{name}"
        for name in ("cli", "report", "sync", "target.folder", "target.github", "terminal")
    ]
)
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
"""What Python's audit events call the changes that a run makes to files, beside opening them for writing."""


def program(moment: Callable[[], datetime], checkpoint: int) -> dict[str, Any]:
    """Return what to put where for a run that takes its time from `moment`, and always sends the same requests in turn."""
    passed = 0.0

    async def nap(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        await asyncio.sleep(0)

    return {
        "notion2jekyll.cli.CLOCK": Clock(moment, lambda _: None),
        "notion2jekyll.notion.client.NotionSettings": partial(
            NotionSettings,
            politeness=Politeness(in_flight=1),
            clock=lambda: passed,
            sleep=nap,
            jitter=lambda: 0.5,
        ),
        "notion2jekyll.sync.Job": partial(Job, checkpoint=checkpoint),
        "notion2jekyll.media.WORKERS": 1,
        # Nothing is encrypted here, and to read all certificates takes as long as the rest of a start.
        "ssl.create_default_context": lambda **_: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    }


@dataclass(frozen=True)
class Start:
    """How to run the program."""

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    moment: datetime
    checkpoint: int
    dies_at: int | None = None
    """At which of the changes that it makes to files it dies, counted from 0: before it."""
    torn: bool = False
    """Whether only writing a file counts, and it dies when some bytes of it are written."""


def run(start: Start) -> None:
    """Run the program, in this process; end with its exit code."""
    os.environ.clear()
    os.environ.update(start.environment)
    os.chdir(start.directory)
    with Path("said.txt").open("w", encoding="utf-8") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.dont_write_bytecode = True
    for place, replaced in program(lambda: start.moment, start.checkpoint).items():
        module, _, name = place.rpartition(".")
        vars(importlib.import_module(module))[name] = replaced
    if start.dies_at is not None:
        _die_at(start.dies_at, torn=start.torn)
    sys.exit(cli.run(start.arguments))


def _die_at(number: int, *, torn: bool) -> None:
    changes = count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        opens = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (opens or (event in _CHANGES and not torn)) and next(changes) == number:
            if torn:
                # This opens a file, too, and comes here again.
                os.write(os.open(arguments[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), b"torn")
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


@dataclass
class Victim:
    """One run of the program that can be killed."""

    start: Start
    _process: ForkServerProcess = field(init=False)
    _started: threading.Event = field(default_factory=threading.Event)

    def kill(self) -> None:
        """End it as a machine does that goes away."""
        self._started.wait(30)
        assert self._process.pid
        os.kill(self._process.pid, signal.SIGKILL)

    def ended(self) -> int:
        """Run it to its end; return its exit code, negative where a signal ended it."""
        self._process = _CONTEXT.Process(target=run, args=(self.start,))
        self._process.start()
        self._started.set()
        self._process.join(60)
        code = self._process.exitcode
        assert code is not None, "the run does not end"
        self._process.close()
        return code
