"""What is done while Notion wants a pause: files are fetched, and sent to the blog ahead of the commit that will hold them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notion2jekyll.decide import Memory
from notion2jekyll.jekyll import assets
from notion2jekyll.notion.model import File
from notion2jekyll.plan import Output
from notion2jekyll.progress import Progress, Silent
from notion2jekyll.steps.bench import Bench, Run
from notion2jekyll.steps.files import fetch


class _InPassing(Silent):
    """Tells of requests and of nothing else: what is done in passing is no stage of its own."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def request(self, service: str, line: str) -> None:
        self._progress.request(service, line)


@dataclass(slots=True)
class Ahead:
    """Works in a thread of its own, on a bench of its own: `finish` puts on the run's what came of it.

    Nothing depends on it. What it does not come to, or what fails, is done when the plan asks for it.
    """

    run: Run
    memory: Memory
    bench: Bench = field(init=False)
    """What the thread fetches, and what that turned out to be."""
    files: dict[str, File] = field(default_factory=dict)
    """Path → file that the blog does not have."""
    to_send: list[str] = field(default_factory=list)
    """Paths of what was fetched and is still to be sent."""
    _thread: threading.Thread | None = None
    _is_over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever looks whether the thread goes on, and decides that."""
    _goes_on: bool = False
    _until: datetime = field(init=False)
    """When the last of the pauses ends."""
    _batches: deque[dict[str, File]] = field(default_factory=deque)
    """Files for the thread to fetch."""

    def __post_init__(self) -> None:
        self.bench = Bench(media=self.run.bench.media.beside())
        self._until = self.run.clock.now()

    def want(self, output: Output) -> None:
        """Remember which files of `output` are to be fetched."""
        bench = self.run.bench
        for path, file in output.files.items():
            if path not in self.memory.snapshot.files and assets.stem(path) not in bench.copies:
                self.files[path] = file

    def pause(self, seconds: float) -> None:
        """Use a pause of `seconds`. Returns at once."""
        if self.run.job.only_looks:
            return
        wanted, self.files = self.files, {}
        with self._lock:
            # Short pauses come close on each other while the budget fills up again, and a long one may follow.
            self._until = max(self._until, self.run.clock.now() + timedelta(seconds=seconds))
            if wanted:
                self._batches.append(wanted)
            if self._goes_on or not (self._batches or self.to_send):
                return
            self._goes_on = True
        # Not one that the end of the program would wait for: whoever interrupts a run wants it to end.
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let nothing more begin."""
        self._is_over.set()

    def finish(self) -> set[str]:
        """Wait until nothing is under way any more; return the paths of all that was fetched."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
        bench, mine = self.run.bench, self.bench
        fetched = {*mine.media}
        bench.media.take(mine.media)
        bench.copies.update(mine.copies)
        bench.downloads += mine.downloads
        return fetched

    def _work(self) -> None:
        try:
            while self._has_time():
                if self._batches:
                    aside = replace(self.run, bench=self.bench, progress=_InPassing(self.run.progress))
                    got = fetch(aside, self._batches.popleft()).got
                    self.to_send += [each.path for each in got.values() if each.path in self.bench.media]
                else:
                    self.run.target.send_ahead(self.bench.media[self.to_send.pop()])
        except Exception:  # noqa: BLE001  # the commit meets it again, and tells
            self.to_send.clear()
            with self._lock:
                self._goes_on = False

    def _has_time(self) -> bool:
        """Return whether there is something to be done; what is fetched in a pause may come later than its end."""
        with self._lock:
            waits = bool(self._batches) or (bool(self.to_send) and self.run.clock.now() < self._until)
            self._goes_on = waits and not self._is_over.is_set()
            return self._goes_on
