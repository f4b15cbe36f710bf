"""The embedded Notion with faults on demand, a rate limit, a log, and time that costs nothing."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from fakes.faults import Fault, Sent
from notion2jekyll.demo.notion_server import Handler, Headers, NotionServer, Request, Response, error
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.notion.client import NotionSettings, Politeness
from notion2jekyll.progress import Silent, Stage

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Time:
    """Seconds that pass only when somebody sleeps; the same for the client and the server."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now = max(self.now, until)

    def moment(self) -> datetime:
        return START + timedelta(seconds=self.now)


class Seen(Silent):
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.waits: list[float] = []
        self.reasons: list[str] = []
        self.stages: list[tuple[Any, ...]] = []

    def begin(self, stage: Stage, total: int | None) -> None:
        self.stages.append(("begin", stage, total))

    def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
        self.stages.append(("advance", stage))

    def end(self, stage: Stage) -> None:
        self.stages.append(("end", stage))

    def waiting(self, service: str, seconds: float, why: str) -> None:
        assert service == "Notion"
        self.waits.append(seconds)
        self.reasons.append(why)

    def request(self, service: str, line: str) -> None:
        assert service == "Notion"
        self.lines.append(line)


# Faults --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reset:
    """The connection breaks before an answer."""


@dataclass(frozen=True)
class Cut:
    """The right answer, but only half of it arrives."""

    honest: bool = True
    """Whether the announced length gives the cut away; else the half looks like a whole."""


Wrong = Response | Reset | Cut


def rate_limited(
    seconds: float | None = 17, reason: str = "public_api_request_rate_limit", *, header: bool = True
) -> Response:
    more = {} if seconds is None else {"retry_after": f"{seconds:g}"}
    made = error(429, "rate_limited", "You have been rate limited.", rate_limit_reason=reason, **more)
    return Response(429, made.body, {"Retry-After": f"{seconds:g}"} if header and seconds is not None else {})


def html(status: int, **headers: str) -> Response:
    return Response(status, b"<html><body>Sorry</body></html>", headers, "text/html")


CONFLICT = error(409, "conflict_error", "Conflict occurred while saving. Please try again.")
INTERNAL = error(500, "internal_server_error", "Unexpected error occurred.")
BAD_GATEWAY = html(502)
UNAVAILABLE = error(503, "service_unavailable", "Public API data source query is temporarily unavailable.")
DATABASE_DOWN = error(503, "database_connection_unavailable", "Notion's database is unavailable.")
GATEWAY_TIMEOUT = error(504, "gateway_timeout", "The request timed out.")
OVERLOADED = Response(
    529,
    error(529, "service_overload", "Notion is temporarily overloaded.", retry_after="5").body,
    {"Retry-After": "5"},
)
BLOCKED = rate_limited(None, "public_api_request_blocked")
NO_CAPABILITY = error(403, "restricted_resource", "Insufficient permissions for this endpoint.")
EDGE = html(403, **{"cf-ray": "8c1f00d-ICN"})
NOT_JSON = html(200)

PASSING: Mapping[str, Wrong] = {
    "409": CONFLICT,
    "429": rate_limited(),
    "429 of the workspace": rate_limited(180, "public_api_space_request_rate_limit"),
    "429 of an endpoint": rate_limited(3, "public_api_endpoint_rate_limit"),
    "429 for a new reason": rate_limited(2, "mcp_tool_rate_limit"),
    "429 with the wish in the body": rate_limited(4, header=False),
    "429 without a wish": rate_limited(None),
    "500": INTERNAL,
    "502": BAD_GATEWAY,
    "503": UNAVAILABLE,
    "503 database": DATABASE_DOWN,
    "504": GATEWAY_TIMEOUT,
    "529": OVERLOADED,
    "reset": Reset(),
    "cut": Cut(),
    "cut unnoticed": Cut(honest=False),
    "a web page": NOT_JSON,
}
"""Every fault that a later attempt does not meet, by name."""


@dataclass
class _Script:
    pattern: re.Pattern[str]
    answers: Iterator[Wrong]


class FakeNotion(NotionServer):
    """A server whose answers may be wrong. `log` has one line a request: `GET pages/<id>`."""

    def __init__(self, workspace: Workspace, time: Time) -> None:
        super().__init__(workspace)
        self.time = time
        self.log: list[str] = []
        self.bodies: list[Any] = []
        self.crashes: list[BaseException] = []
        self._scripts: list[_Script] = []
        self._mutex = threading.Lock()
        self._limit: int | None = None
        self._arrivals: Counter[int] = Counter()
        self.refused = 0
        """Requests that were over the limit."""

    @property
    def workspace(self) -> Workspace:
        return self.api.workspace

    def settings(self, **changes: Any) -> NotionSettings:
        """Settings that reach this server, with its own time and no chance."""
        made = {"token": self.token, "api_url": self.url, "jitter": lambda: 0.5}
        return NotionSettings(**{**made, "clock": self.time.clock, "sleep": self.time.sleep, **changes})

    def fail(self, pattern: str, *answers: Wrong) -> None:
        """Answer the next requests whose line (`GET pages/<id>`) matches with `answers`, one each."""
        self._scripts.append(_Script(re.compile(pattern), iter(answers)))

    def always(self, pattern: str, answer: Wrong) -> None:
        """Answer every request whose line matches with `answer`."""
        self._scripts.append(_Script(re.compile(pattern), iter(lambda: answer, object())))

    def each(self, choose: Callable[[str, int], Wrong | None]) -> None:
        """Let `choose` decide by a request's line and how often that line was seen before (0, 1, …)."""
        self._choose = choose

    def limit(self, budget: int) -> None:
        """Allow `budget` requests in each minute of the fake time."""
        self._limit = budget

    def counts(self) -> Counter[str]:
        """How often each request arrived."""
        return Counter(self.log)

    def befall(self, choose: Callable[[str], Fault | None]) -> None:
        """Let `choose` say what befalls a request, by its line; of a file that is `GET files/<path>`."""
        self._fate = choose

    def handle_file(self, handler: Handler, path: str, query: str, headers: Headers) -> None:
        def answer(to: Any) -> None:
            super(FakeNotion, self).handle_file(to, path, query, headers)

        if self._fate and (fault := self._fate(f"GET files/{path}")):
            _spoil(handler, fault, answer)
        else:
            answer(handler)

    def handle_api(self, handler: Handler, request: Request) -> None:
        if self._fate and (fault := self._fate(f"{request.method} {request.path}")):
            _spoil(handler, fault, lambda to: to.send(self.api.answer(request)))
            return
        line = f"{request.method} {request.path}"
        with self._mutex:
            seen = self.counts()[line]
            self.log.append(line)
            self.bodies.append(request.body)
            wrong = self._over_limit() or self._wrong(line, seen)
        if wrong is None:
            super().handle_api(handler, request)
        elif isinstance(wrong, Response):
            handler.send(wrong)
        elif isinstance(wrong, Reset):
            handler.close_connection = True
        else:
            self._cut(handler, request, wrong)

    def _over_limit(self) -> Response | None:
        window = int(self.time.now // 60)
        self._arrivals[window] += 1
        if self._limit is None or self._arrivals[window] <= self._limit:
            return None
        self.refused += 1
        return rate_limited((window + 1) * 60 - self.time.now)

    _choose: Callable[[str, int], Wrong | None] | None = None
    _fate: Callable[[str], Fault | None] | None = None

    def _wrong(self, line: str, seen: int) -> Wrong | None:
        for script in self._scripts:
            if script.pattern.search(line):
                answer = next(script.answers, None)
                if answer is not None:
                    return answer
        return self._choose(line, seen) if self._choose else None

    def _cut(self, handler: Handler, request: Request, cut: Cut) -> None:
        whole = self.api.answer(request)
        payload = whole.payload()
        half = payload[: len(payload) // 2]
        if not cut.honest:
            handler.send(Response(whole.status, half))
            return
        handler.send_response(whole.status)
        handler.send_header("Content-Type", whole.content_type)
        handler.send_header("Content-Length", str(len(payload)))
        handler.end_headers()
        handler.wfile.write(half)
        handler.close_connection = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        problem = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
        if problem and not isinstance(problem, ConnectionError):
            self.crashes.append(problem)


class _Caught:
    """Takes an answer in place of a client."""

    whole = Sent(200)

    def send(self, response: Response) -> None:
        kind = {"Content-Type": response.content_type}
        self.whole = Sent(response.status, response.payload(), {**kind, **response.headers})


def _spoil(handler: Handler, fault: Fault, answer: Callable[[Any], None]) -> None:
    caught = _Caught()
    if fault.acts:
        answer(caught)
    sent = fault.spoil(caught.whole)
    if sent is None:
        handler.close_connection = True
        return
    handler.send_response(sent.status)
    for name, text in ({"Content-Length": str(len(sent.body))} | dict(sent.headers)).items():
        handler.send_header(name, text)
    handler.end_headers()
    handler.wfile.write(sent.body)


@contextmanager
def fake_notion(workspace: Workspace | None = None, time: Time | None = None) -> Iterator[FakeNotion]:
    """Serve `workspace` (or an empty one on the fake time) with faults on demand; a crash of the fake itself is raised."""
    time = time or Time()
    server = FakeNotion(workspace or Workspace(clock=time.moment), time)
    with server.running():
        yield server
    assert not server.crashes, server.crashes


@dataclass
class Shuffled(httpx.AsyncBaseTransport):
    """Carries requests over the network and hands out the answers in another order."""

    random: Random
    inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        await response.aread()
        for _ in range(self.random.randrange(30)):
            await asyncio.sleep(0)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


HASTY = Politeness(in_flight=1)
"""One request after the other, for tests about their order."""
