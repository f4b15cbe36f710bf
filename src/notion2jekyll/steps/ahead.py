"""What is done while Notion wants a pause: files are fetched, and sent to the blog ahead of the commit that will hold them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

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

    def __post_init__(self) -> None:
        self.bench = Bench(media=self.run.bench.media.beside())

    def want(self, output: Output) -> None:
        """Remember which files of `output` are to be fetched."""
        bench = self.run.bench
        for path, file in output.files.items():
            if path not in self.memory.snapshot.files and assets.stem(path) not in bench.copies:
                self.files[path] = file

    def pause(self, seconds: float) -> None:
        """Use a pause of `seconds`. Returns at once."""
        if self.run.job.only_looks or not (self.files or self.to_send):
            return
        if self._thread is not None and self._thread.is_alive():
            return
        # Not one that the end of the program would wait for: whoever interrupts a run wants it to end.
        wanted, self.files = self.files, {}
        self._thread = threading.Thread(target=self._work, args=(wanted, seconds), daemon=True)
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

    def _work(self, wanted: dict[str, File], seconds: float) -> None:
        clock, target = self.run.clock, self.run.target
        until = clock.now() + timedelta(seconds=seconds)
        try:
            aside = replace(self.run, bench=self.bench, progress=_InPassing(self.run.progress))
            got = fetch(aside, wanted).got
            self.to_send += [each.path for each in got.values() if each.path in self.bench.media]
            while self.to_send and clock.now() < until and not self._is_over.is_set():
                target.send_ahead(self.bench.media[self.to_send.pop()])
        except Exception:  # noqa: BLE001  # the commit meets it again, and tells
            self.to_send.clear()
