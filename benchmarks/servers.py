"""Notion and GitHub of a benchmark, in a process of their own: with the latency and the limits that the real ones have.

    python -m benchmarks.servers PAGES FOLDER [--latency SECONDS] [--no-skip]

keeps a git repository and the clock's offset in FOLDER, prints a line of JSON that says where everything is, and then answers
commands, one a line on standard input, each with a line of JSON: `edit 3`, `wait 300`, `stats`, `reset`.
"""

from __future__ import annotations

import argparse
import json
import math
import socketserver
import struct
import sys
import threading
import time
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs

from benchmarks.journal import FILE_LIFE, PICTURE_BYTES, Journal
from benchmarks.least import BUDGET, WINDOW
from benchmarks.skipped import Offset
from notion2jekyll.demo import github_server
from notion2jekyll.demo.notion_server import (
    VERSION,
    Handler,
    Headers,
    NotionServer,
    Request,
    Response,
    error,
)

CONTENT_BUDGET: Final = 80
"""Writes that GitHub takes in 60 seconds (docs.github.com: “Rate limits for the REST API”, content creation)."""
OWNER: Final = "bench"
NAME: Final = "bench.github.io"
TICK: Final = 0.004
STILL: Final = 6
"""For so many looks in a row nothing may move before time is skipped."""
SITE: Final = "title: Bench\nmarkdown: kramdown\ntimezone: Asia/Seoul\n"
BLOB: Final = Random(1).randbytes(PICTURE_BYTES)


class Activity:
    """What is under way, and who waits for a moment to come."""

    def __init__(self, offset: Offset, *, skip: bool) -> None:
        self.offset = offset
        self.skip = skip
        self.client: int | None = None
        """The process that is measured."""
        self._under_way = 0
        self._seen = 0
        self._sleepers: dict[int, tuple[float, threading.Event]] = {}
        self._next = 0
        self._lock = threading.Lock()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count something as under way."""
        with self._lock:
            self._under_way += 1
            self._seen += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def wait(self, seconds: float) -> None:
        """Return when the clock is so many seconds on."""
        until = self.offset.now() + seconds
        event = threading.Event()
        with self._lock:
            self._next += 1
            number = self._next
            self._sleepers[number] = until, event
        event.wait()

    def run(self) -> None:
        """Wake whoever is to be woken, and skip the time in which nothing moves."""
        still, before = 0, (0, 0)
        while True:
            time.sleep(TICK)
            now = self.offset.now()
            with self._lock:
                due = [number for number, (until, _) in self._sleepers.items() if until <= now]
                events = [self._sleepers.pop(number)[1] for number in due]
                wakes = [until for until, _ in self._sleepers.values()]
                under_way, seen = self._under_way, self._seen
            for event in events:
                event.set()
            if events or under_way or not wakes or not self.skip:
                still = 0
                continue
            runs, computed = _running(self.client)
            still = 0 if runs or (seen, computed) != before else still + 1
            before = seen, computed
            if still >= STILL:
                self.offset.set(self.offset.get() + max(0.0, min(wakes) - now))
                still = 0


def _running(process: int | None) -> tuple[bool, int]:
    """Return whether a thread of `process` runs or could run, and how long all of them ran so far (nanoseconds)."""
    if process is None:
        return False, 0
    runs, computed = False, 0
    with suppress(OSError, IndexError):  # it may have ended meanwhile
        for thread in Path(f"/proc/{process}/task").iterdir():
            runs |= (thread / "stat").read_text().rpartition(")")[2].split()[0] in "RD"
            computed += int((thread / "schedstat").read_text().split()[0])
    return runs, computed


class Waker(socketserver.ThreadingTCPServer):
    """Answers `<seconds>` with a byte when so many seconds have passed."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, activity: Activity) -> None:
        class Wait(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                activity.wait(float(self.rfile.readline()))
                with suppress(OSError):  # who waited may be gone
                    self.wfile.write(b".")

        super().__init__(("127.0.0.1", 0), Wait)


@dataclass
class Budget:
    """So many requests in any 60 seconds, and not one more."""

    limit: int
    offset: Offset
    taken: deque[float] = field(default_factory=deque)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> int:
        """Take a place and return 0; where there is none return the seconds after which there is."""
        with self.lock:
            now = self.offset.now()
            while self.taken and self.taken[0] <= now - WINDOW:
                self.taken.popleft()
            if len(self.taken) < self.limit:
                self.taken.append(now)
                return 0
            self.refused += 1
            return max(1, math.ceil(self.taken[0] + WINDOW - now))


class Notion(NotionServer):
    """A journal, 100 ms away, with the budget that Notion gives a connection.

    An older `Notion-Version` is served as well: the blocks that a journal has look the same, but for the icons of paragraphs.
    """

    def __init__(self, journal: Journal, activity: Activity, latency: float) -> None:
        super().__init__(journal.workspace)
        self.journal = journal
        self.activity = activity
        self.latency = latency
        self.budget = Budget(BUDGET, activity.offset)
        self.requests: Counter[str] = Counter()
        self.files = 0
        self.expired = 0
        self._lock = threading.Lock()

    def handle_api(self, handler: Handler, request: Request) -> None:
        """Answer within the budget, after a while."""
        with self.activity.busy():
            begun = time.monotonic()
            with self._lock:
                cursor = request.query.get("start_cursor") or request.body.get("start_cursor")
                self.requests[f"{request.method} {request.path} {cursor}"] += 1
            wait = self.budget.take()
            response = _turned_away(wait) if wait else self._answer(request)
            _rest(begun, self.latency)
            handler.send(response)

    def _answer(self, request: Request) -> Response:
        parts = request.path.split("/")
        if request.method == "GET" and parts[0] == "blocks" and parts[2:] == ["children"]:
            old = request.headers.get("notion-version", "") < VERSION
            return self._children(parts[1], request.query, old=old)
        headers = {**request.headers, "notion-version": VERSION}
        with self._lock:
            return self.api.answer(
                Request(request.method, request.path, request.query, headers, request.body)
            )

    def _children(self, target: str, query: Mapping[str, str], *, old: bool) -> Response:
        found = self.journal.children(target)
        if found is None:
            return error(404, "object_not_found", f"Could not find block with ID: {target}.")
        blocks, number = found
        start, size = int(query.get("start_cursor", 0)), int(query.get("page_size", 100))
        more = start + size < len(blocks)
        results = self.journal.present(blocks[start : start + size], number, self.url)
        results = results.replace('"icon": null', '"color": "default"') if old else results
        following = f'"{start + size}"' if more else "null"
        body = (
            f'{{"object":"list","results":{results},"next_cursor":{following},"has_more":{str(more).lower()},'
            f'"type":"block","block":{{}},"request_id":"00000000-0000-4000-8000-000000000000"}}'
        )
        return Response(200, body.encode())

    def handle_file(self, handler: Handler, path: str, query: str, headers: Headers) -> None:
        """Answer with a picture of its own for each address, unless that has expired."""
        with self.activity.busy():
            begun = time.monotonic()
            signed = datetime.strptime(parse_qs(query)["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            late = (self.journal.moment() - signed).total_seconds() > FILE_LIFE
            with self._lock:
                self.files += 1
                self.expired += late
            response = Response(200, picture(path), content_type="binary/octet-stream")
            if late or "authorization" in headers:
                response = Response(
                    403, b"<Error><Code>AccessDenied</Code></Error>", content_type="application/xml"
                )
            _rest(begun, self.latency)
            handler.send(response)


def _turned_away(seconds: int) -> Response:
    body = error(
        429, "rate_limited", "You have been rate limited.", rate_limit_reason="public_api_request_rate_limit"
    ).body
    return Response(429, body, {"Retry-After": str(seconds)})


def _rest(begun: float, latency: float) -> None:
    """Wait until `latency` seconds have passed since `begun`: what the answer took to make is part of it."""
    left = begun + latency - time.monotonic()
    if left > 0:
        time.sleep(left)


def picture(name: str) -> bytes:
    """Return a PNG that is none other's, as large as a photo on a blog; nobody looks at what it shows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1200, 800, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", name.encode() + BLOB) + chunk(b"IEND", b"")


class GitHub(github_server.GitHubServer):
    """A repository, 100 ms away, that takes 80 new contents a minute."""

    def __init__(self, folder: Path, activity: Activity, latency: float) -> None:
        git = github_server.Git(folder)
        super().__init__(
            [github_server.Repository(OWNER, NAME, git)],
            token="bench",
            now=lambda: datetime.now(UTC),
            login=OWNER,
        )
        self.activity = activity
        self.latency = latency
        self.budget = Budget(CONTENT_BUDGET, activity.offset)
        self.requests: Counter[str] = Counter()
        self._mutex = threading.Lock()

    def answer(self, request: github_server.Request) -> github_server.Answer:
        """Answer within the budget, after a while."""
        with self.activity.busy():
            begun = time.monotonic()
            with self._mutex:
                kind = request.path.partition(f"/{NAME}/")[2].split("/")
                self.requests[f"{request.method} {'/'.join(kind[:2])}"] += 1
            wait = 0 if request.method == "GET" else self.budget.take()
            if wait:
                message = "You have exceeded a secondary rate limit."
                answer = github_server.Answer(403, {"message": message}, {"Retry-After": str(wait)})
            else:
                answer = super().answer(request)
            _rest(begun, self.latency)
            return answer


def prepare(folder: Path) -> None:
    """Put a Jekyll site into a new repository."""
    git = github_server.Git(folder)
    (blob,) = git.write_blobs([SITE.encode()])
    tree = git.write_tree(None, [("100644", blob, "_config.yml")])
    person = "Owner <owner@users.noreply.github.com> 1700000000 +0000"
    git.move("main", git.write_commit(tree, [], "Start the blog", person, person), None)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--no-skip", action="store_true")
    options = parser.parse_args()
    sys.setswitchinterval(0.001)
    offsets = options.folder / "offset"
    activity = Activity(Offset(offsets), skip=not options.no_skip)

    def moment() -> datetime:
        return datetime.fromtimestamp(time.time() + activity.offset.get(), UTC)

    journal = Journal(options.pages, moment)
    prepare(options.folder / "blog.git")
    waker = Waker(activity)
    hub = GitHub(options.folder / "blog.git", activity, options.latency)

    for work in (activity.run, waker.serve_forever):
        threading.Thread(target=work, daemon=True).start()
    notion = Notion(journal, activity, options.latency)
    with notion.running(), github_server.running(hub):
        said = {
            "notion": notion.url,
            "notion_token": notion.token,
            "github": hub.base_url,
            "github_token": "bench",
            "repository": f"{OWNER}/{NAME}",
            "database": journal.database,
            "data_source": journal.data_source,
            "waker": f"127.0.0.1:{waker.server_address[1]}",
            "offset": str(offsets),
        }
        print(json.dumps(said), flush=True)  # noqa: T201
        for line in sys.stdin:
            command, *arguments = line.split()
            answer: Any = True
            match command:
                case "edit":
                    for number in arguments:
                        journal.edit(int(number))
                case "wait":
                    activity.offset.set(activity.offset.get() + float(arguments[0]))
                    time.sleep(2 * TICK)
                case "client":
                    activity.client = int(arguments[0]) or None
                case "ready":
                    # A query's first answer sorts all rows; that is our work and not what Notion takes.
                    body = {
                        "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
                        "result_type": "page",
                    }
                    headers = {"authorization": f"Bearer {notion.token}", "notion-version": VERSION}
                    for asked in (body, {}):
                        path = f"data_sources/{journal.data_source}/query"
                        notion.api.answer(Request("POST", path, {}, headers, asked))
                case "stats":
                    answer = {
                        "notion": sum(notion.requests.values()),
                        "twice": sum(count - 1 for count in notion.requests.values()),
                        "refused": notion.budget.refused,
                        "files": notion.files,
                        "expired": notion.expired,
                        "github": sum(hub.requests.values()),
                        "github_refused": hub.budget.refused,
                        "github_kinds": dict(hub.requests),
                    }
                case "reset":
                    notion.requests.clear()
                    hub.requests.clear()
                    notion.files = notion.expired = notion.budget.refused = hub.budget.refused = 0
            print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
