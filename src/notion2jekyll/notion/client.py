"""Requests to Notion: polite, repeated where that helps, and with errors that say what to do.

One httpx transport lies around the official client and does all waiting: it counts requests per window, lets one
`Retry-After` hold back every task, and repeats what may pass. The client's own retries are off: they leave out POST (a
query is one), 502, 504, 529 and broken connections. Everything here only reads, so everything may be repeated.

Limits: developers.notion.com/reference/request-limits (180 requests in 60 seconds, in a burst if one likes).
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import httpx
from notion_client import AsyncClient
from notion_client.errors import HTTPResponseError, RequestTimeoutError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from notion2jekyll.errors import AccessDenied, ConfigError, Stop, Unreachable
from notion2jekyll.notion.model import Json
from notion2jekyll.progress import Progress
from notion2jekyll.tls import trust

API_URL: Final = "https://api.notion.com"
VERSION: Final = "2026-03-11"
"""The API version that `model` reads."""
SERVICE: Final = "Notion"
STATUS_PAGE: Final = "https://www.notion-status.com"
CONNECTIONS: Final = "https://www.notion.so/profile/integrations"
PASSING: Final = frozenset({409, 429, 500, 502, 503, 504, 529})
"""Statuses that a later attempt may not meet."""
THROTTLING: Final = frozenset({429, 529})
"""Statuses that ask all of us to slow down."""
SMALLEST_PAGE: Final = 10
"""A query that times out is asked for fewer rows, but never for fewer than this."""
TIMEOUT: Final = httpx.Timeout(65.0, connect=10.0, pool=None)
"""Notion ends every request after 60 seconds itself (reference/status-codes)."""
NEVER_AGAIN: Final = "public_api_request_blocked"
"""The one reason of a 429 that waiting does not help against."""


@dataclass(frozen=True, slots=True)
class Politeness:
    """How hard Notion may be asked, and for how long. Times are in seconds."""

    budget: int = 180
    """Requests in one window; Notion allows 600 on Business and Enterprise plans, and no header tells the plan."""
    window: float = 60.0
    in_flight: int = 12
    """Requests under way at the same time."""
    attempts: int = 8
    """How often one request is tried before it counts as failed."""
    throttled_attempts: int = 12
    """How often one request may be turned away for being one too many."""
    patience: float = 120.0
    """A request that got no answer at all counts as failed after this long and two attempts."""
    unreached_patience: float = 20.0
    """The same where there was not even a connection: a wrong address does not come right by waiting."""
    first_pause: float = 1.0
    """The pause after a first failure, doubled each time."""
    longest_pause: float = 30.0
    longest_wish: float = 900.0
    """A `Retry-After` beyond this ends the run: the next one is sooner."""


@dataclass(frozen=True, slots=True)
class NotionSettings:
    """Whom to ask and how; the hooks for time and chance are for tests."""

    token: str = field(repr=False)
    api_url: str = API_URL
    """With or without a `/` or `/v1` at the end."""
    politeness: Politeness = Politeness()
    clock: Callable[[], float] = time.monotonic
    """Seconds; only differences matter."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    """A number from 0 to 1."""
    transport: httpx.AsyncBaseTransport | None = None
    """What carries requests in place of the network."""
    deadline: float | None = None
    """When, by `clock`, the run is to end: no pause goes on beyond it."""
    answered: deque[float] = field(default_factory=deque, repr=False, compare=False)
    """When, by `clock`, requests were answered, oldest first: one connection goes on with the window of the one before."""

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and self.clock() >= self.deadline


class Trouble(Exception):
    """A request failed for a reason that concerns what it asked for, not the whole run."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Trouble):
    """404: it is not there, or not shared with the connection."""


class Refused(Trouble):
    """400: Notion cannot answer this request, now or later."""


class Unanswered(Trouble):
    """No good answer came, however often the request was tried."""


class Late(Trouble):
    """The deadline is before the end of a pause that the request would have to wait for."""

    def __init__(self) -> None:
        super().__init__("the time was over (`max_minutes`)")


class _Failure(Exception):
    """One attempt failed in a way that may pass."""

    def __init__(
        self, what: str, status: int | None = None, pause: float | None = None, *, unreached: bool = False
    ) -> None:
        super().__init__(what)
        self.what = what
        self.status = status
        self.pause = pause
        self.took = 0.0
        self.unreached = unreached
        """Whether there was not even a connection."""

    @property
    def throttled(self) -> bool:
        return self.status in THROTTLING or self.pause is not None


# Waiting -------------------------------------------------------------------------------------------------------------


class Gate:
    """Lets requests through within the budget, and none while Notion wants a pause.

    A place in the window is free again one window after its request was *answered*, so Notion cannot see more than
    the budget in any window, wherever its windows begin. After a pause one request goes first; the others follow when
    that one was let in.
    """

    def __init__(
        self,
        settings: NotionSettings,
        progress: Progress,
        meanwhile: Callable[[float], None] | None = None,
    ) -> None:
        """Take the rules, the clock and the sleep of `settings`; `meanwhile` is told of each pause, in seconds, when it begins."""
        self._meanwhile = meanwhile
        self._rules = settings.politeness
        self._clock, self._sleep = settings.clock, settings.sleep
        self._deadline = settings.deadline
        self._progress = progress
        self._places = asyncio.Semaphore(self._rules.in_flight)
        self._answered = settings.answered
        self._under_way = 0
        self._closed_until = float("-inf")
        self._counted_until = float("-inf")
        self._announced_until = float("-inf")
        self._wary = False
        self._scout: asyncio.Event | None = None
        self.requests = 0
        """Requests sent, repetitions included."""
        self.waited = 0.0
        """Seconds in which something waited; times when several did count once."""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and keep it for the time of one request."""
        async with self._places:
            first = await self._admission()
            self._under_way += 1
            self.requests += 1
            throttled = False
            try:
                yield
            except _Failure as failure:
                throttled = failure.throttled
                raise
            finally:
                self._under_way -= 1
                self._answered.append(self._clock())
                if first:
                    self._wary = throttled
                    first.set()
                    self._scout = None

    def close(self, seconds: float) -> None:
        """Let nobody through for `seconds`, and then one before the others."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)
        self._wary = True
        self._announce(self._closed_until, "it asks for fewer requests")

    async def pause(self, seconds: float) -> None:
        """Sleep, and count it. Raises Late where that would take longer than the run may."""
        now = self._clock()
        if self._deadline is not None and now + seconds > self._deadline:
            raise Late
        self.waited += max(0.0, now + seconds - max(now, self._counted_until))
        self._counted_until = max(self._counted_until, now + seconds)
        await self._sleep(seconds)

    async def _admission(self) -> asyncio.Event | None:
        """Return when a request may go; with an event where it is the first after a pause."""
        while True:
            now = self._clock()
            if now < self._closed_until:
                await self.pause(self._closed_until - now)
            elif self._scout:
                await self._scout.wait()
            elif (wait := self._until_free(now)) > 0:
                self._announce(now + wait, f"it takes {self._rules.budget} requests a minute")
                await self.pause(wait)
            elif self._wary:
                self._scout = asyncio.Event()
                return self._scout
            else:
                return None

    def _until_free(self, now: float) -> float:
        while self._answered and self._answered[0] + self._rules.window <= now:
            self._answered.popleft()
        if len(self._answered) + self._under_way < self._rules.budget:
            return 0.0
        return self._answered[0] + self._rules.window - now if self._answered else self._rules.window

    def _announce(self, until: float, why: str) -> None:
        """Tell of a pause once, however many wait for its end."""
        if until > self._announced_until + 1:
            self._progress.waiting(SERVICE, until - self._clock(), why)
            if self._meanwhile:
                self._meanwhile(until - self._clock())
            self._announced_until = until


# Repeating -----------------------------------------------------------------------------------------------------------


class PoliteTransport(httpx.AsyncBaseTransport):
    """Sends each request when the gate lets it, again where that may help, and never lies about what came back."""

    def __init__(
        self, carrier: httpx.AsyncClient, gate: Gate, settings: NotionSettings, progress: Progress
    ) -> None:
        """`carrier` does the sending, with the proxies and certificates of the environment."""
        self._carrier = carrier
        self._gate = gate
        self._settings = settings
        self._rules = settings.politeness
        self._progress = progress

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return a complete response. Raises Unanswered where every attempt failed in a way that might have passed.

        The extension `attempts` of a request lowers how often it is tried.
        """
        failures: list[_Failure] = []
        rested = 0.0
        attempts = int(request.extensions.get("attempts", self._rules.attempts))

        def give_up(_: RetryCallState) -> bool:
            throttled = sum(failure.throttled for failure in failures)
            silent = all(failure.status is None for failure in failures)
            # Only its own time counts: what it waited at the gate is no sign of a dead host.
            tried = rested + sum(failure.took for failure in failures)
            unreached = all(failure.unreached for failure in failures)
            patience = self._rules.unreached_patience if unreached else self._rules.patience
            late = silent and len(failures) > 1 and tried > patience
            endless = (failures[-1].pause or 0.0) > self._rules.longest_wish
            spent = len(failures) - throttled >= attempts or throttled >= self._rules.throttled_attempts
            return late or endless or spent

        def own_pause(_: RetryCallState) -> float:
            # Where all are to wait, the gate is closed, and this request waits there with the others.
            nonlocal rested
            pause = 0.0 if failures[-1].throttled else self._backoff(failures)
            rested += pause
            return pause

        retrier = AsyncRetrying(
            sleep=self._gate.pause,
            stop=give_up,
            wait=own_pause,
            retry=retry_if_exception_type(_Failure),
            reraise=True,
        )

        async def attempt() -> httpx.Response:
            return await self._once(_lighter(request, failures), failures)

        try:
            return await retrier(attempt)
        except _Failure as last:
            raise Unanswered(_history(failures)) from last

    async def aclose(self) -> None:
        """Close the connections."""
        await self._carrier.aclose()

    def _backoff(self, failures: list[_Failure]) -> float:
        alike = sum(failure.throttled == failures[-1].throttled for failure in failures)
        pause = min(self._rules.first_pause * 2 ** (alike - 1), self._rules.longest_pause)
        return float(pause * (0.75 + self._settings.jitter() / 2))

    async def _once(self, request: httpx.Request, failures: list[_Failure]) -> httpx.Response:
        """Return a good or final response; else raise a _Failure, which is among `failures` then."""
        async with self._gate.turn():
            began = self._settings.clock()
            try:
                response = await self._carrier.send(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                unreached = isinstance(error, httpx.ConnectError | httpx.ProxyError)
                failure: _Failure | None = _Failure(_what(error), unreached=unreached)
            else:
                body = _body(response)
                failure = _failure(response, body)
                # It is read once: the client asks the response for it.
                response.json = lambda **_: body  # type: ignore[method-assign]
            outcome = failure.what if failure else str(response.status_code)
            self._progress.request(SERVICE, f"{request.method} {request.url.path} → {outcome}")
            if failure is None:
                return response
            failure.took = self._settings.clock() - began
            failures.append(failure)
            if failure.throttled:
                pause = failure.pause if failure.pause is not None else self._backoff(failures)
                self._gate.close(0.0 if pause > self._rules.longest_wish else pause)
            raise failure


def _failure(response: httpx.Response, body: Json | None) -> _Failure | None:
    """Return what failed in a way that may pass; None for a good answer and for one that will stay the same."""
    status = response.status_code
    if status == httpx.codes.OK:
        return None if body is not None else _Failure("an answer that is not JSON or was cut short", status)
    if status not in PASSING:
        return None
    extra = (body or {}).get("additional_data")
    extra = extra if isinstance(extra, Mapping) else {}
    if extra.get("rate_limit_reason") == NEVER_AGAIN:
        return None
    code = (body or {}).get("code")
    pause = _retry_after(
        response.headers.get("retry-after") or extra.get("retry_after"), response.headers.get("date")
    )
    return _Failure(f"{status} {code}" if code else f"{status}", status, pause)


def _retry_after(wish: Any, date: str | None) -> float | None:
    """Return the seconds of a `Retry-After`: a number, or (RFC 9110) a moment; None where it is neither."""
    try:
        return max(0.0, float(wish))
    except (TypeError, ValueError):
        pass
    try:
        pause = parsedate_to_datetime(str(wish)) - parsedate_to_datetime(str(date))
        return max(0.0, pause.total_seconds())
    except (TypeError, ValueError):
        return None


def _lighter(request: httpx.Request, failures: list[_Failure]) -> httpx.Request:
    """Return a query for half as many rows for each time that it took too long (airbytehq/airbyte#32004)."""
    slow = sum(failure.status in (503, 504) for failure in failures)
    if not slow or request.method != "POST":
        return request
    body = json.loads(request.content)
    if "page_size" in body:
        body["page_size"] = max(SMALLEST_PAGE, body["page_size"] // 2**slow)
    headers = {name: text for name, text in request.headers.items() if name != "content-length"}
    return httpx.Request(
        request.method, request.url, headers=headers, json=body, extensions=request.extensions
    )


def _what(error: httpx.TransportError | httpx.DecodingError) -> str:
    if isinstance(error, httpx.DecodingError):
        return "an answer that was cut short"
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within 10 seconds"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})" if str(error) else "no connection"
    return "a connection that broke"


def _history(failures: list[_Failure]) -> str:
    """Return what came back, for a person: `503 service_unavailable (5 times), a connection that broke (3 times)`."""
    counts: dict[str, int] = {}
    for failure in failures:
        counts[failure.what] = counts.get(failure.what, 0) + 1
    pause = failures[-1].pause
    wish = f"; it asks to wait for {pause / 60:.0f} minutes" if pause and pause >= 120 else ""
    return ", ".join(f"{what} ({_times(count)})" for what, count in counts.items()) + wish


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


def _body(response: httpx.Response) -> Json | None:
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


# Asking --------------------------------------------------------------------------------------------------------------


def host(api_url: str) -> str:
    """Return the host and port of `api_url`, for messages: a password may stand before them."""
    return urlsplit(api_url).netloc.rpartition("@")[2]


def without_password(address: str) -> str:
    """Return `address`, whatever it is, for messages: without what stands before an @."""
    return f"…@{address.rpartition('@')[2]}" if "@" in address else address


def _address(api_url: str) -> str:
    """Return `api_url` as the client wants it. Raises ConfigError where it is no http(s) address."""
    address = api_url.strip().rstrip("/").removesuffix("/v1").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"“{without_password(api_url)}” is not an address that Notion's API could have.",
            hint=f"Remove NOTION_API_URL from the environment, or set it to something like {API_URL}.",
        )
    return address


def _token(token: str) -> str:
    """Return `token` without blanks around it. Raises AccessDenied where it cannot be one."""
    token = token.strip()
    if not token:
        raise AccessDenied(
            "There is no Notion token.",
            hint=f"Put the token of your connection ({CONNECTIONS}) into the environment variable NOTION_TOKEN.",
        )
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise AccessDenied(
            "The Notion token holds a character that no token has; something else was pasted with it, or in its place.",
            hint=f"Copy it again with its Copy button ({CONNECTIONS}) and set NOTION_TOKEN, or the repository's secret "
            "of that name, to it.",
        )
    return token


class Notion:
    """A connection to Notion, as an async context manager. Every answer is a JSON object.

    Raises AccessDenied and Unreachable, which end a run; NotFound, Refused, Unanswered and Late, which concern one request.
    """

    def __init__(
        self,
        settings: NotionSettings,
        progress: Progress,
        meanwhile: Callable[[float], None] | None = None,
    ) -> None:
        """`meanwhile` is told of each pause. Raises ConfigError and AccessDenied for an address and a token that cannot be right."""
        self._settings = settings
        self._url = _address(settings.api_url)
        self._gate = Gate(settings, progress, meanwhile)
        loopback = urlsplit(self._url).hostname in ("127.0.0.1", "localhost", "::1")
        carrier = httpx.AsyncClient(
            transport=settings.transport,
            verify=trust(),
            trust_env=not loopback,
            limits=httpx.Limits(max_connections=settings.politeness.in_flight),
        )
        self._client = httpx.AsyncClient(transport=PoliteTransport(carrier, self._gate, settings, progress))
        quiet = logging.getLogger("notion2jekyll.notion")
        self._api = AsyncClient(
            client=self._client,
            auth=_token(settings.token),
            base_url=self._url,
            notion_version=VERSION,
            retry=False,
            logger=quiet,
            log_level=logging.CRITICAL,
        )
        self._client.timeout = TIMEOUT

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self._settings.late

    @property
    def requests(self) -> int:
        """Requests sent so far, repetitions included."""
        return self._gate.requests

    @property
    def waited(self) -> float:
        """Seconds spent waiting so far."""
        return self._gate.waited

    async def get(self, path: str, **query: str | int) -> Json:
        """Return the answer to `GET /v1/<path>`."""
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Return the answer to `POST /v1/<path>`: a query or search, which changes nothing."""
        return await self._ask("POST", path, body=dict(body))

    async def results(
        self, method: Literal["GET", "POST"], path: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Json]:
        """Yield every page of results of a list endpoint, 100 items each."""
        cursor: dict[str, str] = {}
        while True:
            asked: dict[str, Any] = {**(body or {}), "page_size": 100, **cursor}
            answer = await (self.get(path, **asked) if method == "GET" else self.post(path, asked))
            yield answer
            following = answer.get("next_cursor")
            if not answer.get("has_more"):
                return
            if not following or {"start_cursor": following} == cursor:
                raise Unanswered("a list that says it goes on, but not where")
            cursor = {"start_cursor": str(following)}

    async def alive(self) -> bool:
        """Return whether Notion answers at all: tells one request that fails from a service that is down."""
        try:
            await self._client.get("users/me", extensions={"attempts": 3})
        except Trouble:
            return False
        return True

    def unreachable(self, what: str) -> Unreachable:
        """Return the error that ends a run because of `what` came back."""
        own = "" if self._url == API_URL else " NOTION_API_URL points to another address than Notion's own."
        return Unreachable(
            f"Notion ({host(self._url)}) could not be read: {what}.",
            hint="Nothing was written, so just run it again later. If it stays like this, look at Notion's status "
            f"({STATUS_PAGE}) and at your network.{own}",
        )

    async def _ask(self, method: str, path: str, **more: Any) -> Json:
        try:
            answer = await self._api.request(path, method, **more)
        except RequestTimeoutError as error:
            raise Unanswered("no answer in time") from error
        except HTTPResponseError as error:
            raise self._translated(error) from error
        except httpx.HTTPError as error:
            raise Unanswered(str(error) or type(error).__name__) from error
        result: Json = answer
        return result

    def _translated(self, error: HTTPResponseError) -> Stop | Trouble:
        """Return what a status other than 200 means: once, here, for everybody."""
        try:
            body = json.loads(error.body)
        except ValueError:
            body = {}
        message = str(body.get("message") or "") if isinstance(body, dict) else ""
        if error.status == 401:
            return AccessDenied(
                "Notion does not know the token: it was mistyped, revoked, or has expired.",
                hint=f"Open {CONNECTIONS}, choose your connection, copy its token and set NOTION_TOKEN (on GitHub: the "
                "repository's Settings → Secrets and variables → Actions) to it.",
            )
        if error.status == 403 and not message:
            ray = error.headers.get("cf-ray")
            return self.unreachable(
                "something in front of Notion turned the request away before Notion saw it (403 with a web page"
                + (f", Ray ID {ray})" if ray else ")")
            )
        if error.status == 429:
            return AccessDenied(
                f"Notion has blocked this connection: “{message.rstrip('.')}” ({NEVER_AGAIN}). Waiting does not help.",
                hint=f"Ask an owner of the Notion workspace what happened to the connection ({CONNECTIONS}), or ask "
                "Notion's support (team@makenotion.com).",
            )
        if error.status == 403:
            return AccessDenied(
                f"Notion knows the token, but it may not do this: “{message.rstrip('.')}”.",
                hint=f"Open {CONNECTIONS}, choose your connection, and under Capabilities tick “Read content”. If it is "
                "ticked, ask an owner of the Notion workspace whether connections are restricted.",
            )
        if error.status == 404 and message:
            return NotFound(message)
        if error.status == 400 and message:
            return Refused(message)
        return Unanswered(f"{error.status} {message}".rstrip())
