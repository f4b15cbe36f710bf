"""Runs a program against the servers of a benchmark, and measures what that cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.skipped import Offset

ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    seconds: float
    """Wall time: what really passed and what was skipped of it."""
    cpu: float
    """Seconds of computing, user and system."""
    memory: int
    """The most memory that it had at a time, in bytes (resident set)."""
    stats: Mapping[str, Any]
    """What the servers counted."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Notion and GitHub in a process of their own."""

    process: subprocess.Popen[str]
    where: Mapping[str, str]
    """What the process said of where everything is."""
    folder: Path
    """A folder of its own for what belongs to it."""
    skip: bool
    """Whether waits are skipped."""

    def tell(self, command: str) -> Any:
        """Give a command and return the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the servers ended over {command!r}")
        return json.loads(line)

    def run(self, python: str, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
        """Run `python -m module arguments` and return what it cost; skips waits where the servers do."""
        waker = ["benchmarks.skipped", self.where["waker"], self.where["offset"]] if self.skip else []
        return self.run_command([python, "-m", *waker, module, *arguments], environment)

    def run_command(self, command: Sequence[str], environment: Mapping[str, str]) -> Cost:
        """Run `command` and return what it cost. Raises RuntimeError where it fails."""
        offset = Offset(Path(self.where["offset"]))
        self.tell("ready")
        self.tell("reset")
        with (self.folder / "log").open("w+") as log:
            begun = offset.now()
            child = subprocess.Popen(
                command,
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            self.tell(f"client {child.pid}")
            _, status, usage = os.wait4(child.pid, 0)
            seconds = offset.now() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
            self.tell("client 0")
            if child.returncode:
                log.seek(0)
                raise RuntimeError(
                    f"{' '.join(command)} ended with {child.returncode}:\n{log.read()[-3000:]}"
                )
        return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, self.tell("stats"))


@contextmanager
def servers(pages: int, *, latency: float, skip: bool = True) -> Iterator[Servers]:
    """Serve a journal of `pages` pages and an empty blog while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="notion2jekyll-bench-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "benchmarks.servers", str(pages), name, "--latency", str(latency)]
        command += [] if skip else ["--no-skip"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
            try:
                assert process.stdout
                yield Servers(process, json.loads(process.stdout.readline()), folder, skip)
            finally:
                process.terminate()
