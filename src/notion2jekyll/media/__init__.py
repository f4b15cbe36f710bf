"""Downloading the files that a plan asks for: each once, in parallel, checked, with no token in any request."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Collection, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from notion2jekyll.formats import IMAGES, ending
from notion2jekyll.media.kinds import ending_for, is_drawing, size_of
from notion2jekyll.media.network import Private, PublicOnly, origin
from notion2jekyll.media.svg import tame
from notion2jekyll.notion.model import File
from notion2jekyll.progress import Progress
from notion2jekyll.tls import trust

__all__ = ["Failure", "Got", "Media", "download", "examine", "origin"]

WORKERS: Final = 6
ATTEMPTS: Final = 5
ELSEWHERE: Final = 2
"""Attempts for what Notion does not host: there a post does not depend on it."""
REDIRECTS: Final = 5
PATIENCE: Final = 600.0
"""Seconds that one answer may take, however steadily it trickles."""
TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 529})

_PAGES: Final = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html|<\?xml[^>]*>\s*<error>)", re.IGNORECASE)
_TEXTS: Final = frozenset({"html", "htm", "xhtml", "xml", "txt", "php", "js", "py", "css"})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file is not there."""

    message: str
    """A sentence that names the file."""
    hint: str
    expired: bool = False
    """The address has expired: with a fresh one it may work."""
    final: bool = False
    """It is the file itself: no other attempt would end better."""
    late: bool = False
    """The time was over: nothing is wrong with the file."""


@dataclass(frozen=True, slots=True)
class Got:
    """What a file turned out to be."""

    path: str
    """Where it belongs: the path that was asked for, with the ending that its content needs."""
    size: tuple[int, int] | None = None
    """Width and height of a picture as browsers show it, in pixels, where it tells them."""
    note: str = ""
    """What was changed in it, as a sentence; empty for nothing."""


@dataclass(slots=True)
class Media:
    """What was downloaded, and what could not be, by the path that was asked for."""

    got: dict[str, Got] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    requests: int = 0
    """How many requests it took, all attempts counted."""


class _Transient(Exception):
    """Worth another attempt."""


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class _Way:
    """How files are fetched."""

    client: httpx.Client
    max_bytes: int
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    deadline: float
    into: MutableMapping[str, bytes]


def download(
    files: Mapping[str, File],
    into: MutableMapping[str, bytes],
    *,
    max_bytes: int,
    progress: Progress,
    sleep: Callable[[float], None],
    clock: Callable[[], float] = time.monotonic,
    deadline: float = math.inf,
    allowed: Collection[tuple[str, int]] = (),
    transport: httpx.BaseTransport | None = None,
) -> Media:
    """Fetch `files` (path → file), each at most `max_bytes` bytes long, and put their contents `into` a mapping.

    There a content is found under the path where it belongs, `Got.path`; `into` is written by several threads. Nothing is
    raised for a file: what went wrong with it is in `failures`. `sleep` takes seconds, and is called between attempts;
    `clock` counts them; what is not there when it shows `deadline` is given up. Only public addresses are asked, and the
    `allowed` (host, port) pairs; `transport` replaces the network.
    """
    media = Media()
    if not files:
        return media
    progress.begin("media", len(files))
    # A client of its own: the storage refuses requests that carry the API's token, and others must never see it.
    with httpx.Client(
        transport=transport or PublicOnly(allowed),
        verify=trust(),
        timeout=60,
        follow_redirects=True,
        max_redirects=REDIRECTS,
        headers={"User-Agent": "notion2jekyll"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    ) as client:
        way = _Way(client, max_bytes, sleep, clock, deadline, into)
        pool = ThreadPoolExecutor(WORKERS)
        try:
            jobs = {path: pool.submit(_fetch, way, file, path) for path, file in files.items()}
            for path, job in jobs.items():
                result, requests = job.result()
                for _ in range(requests):
                    # Without the address: it is signed, and opens the file to whoever reads the log.
                    progress.request("Files", f"GET {path}")
                media.requests += requests
                if isinstance(result, Failure):
                    media.failures[path] = result
                else:
                    media.got[path] = result
                progress.advance("media")
        finally:
            # After Ctrl-C nothing more is begun, nor is anything waited for.
            pool.shutdown(wait=False, cancel_futures=True)
    progress.end("media")
    return media


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, _Transient) or (
        isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)
    )


def _fetch(way: _Way, file: File, path: str) -> tuple[Got | Failure, int]:
    requests = 0
    name = file.name or path
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_is_transient),
            stop=stop_after_attempt(ATTEMPTS if file.hosted else ELSEWHERE),
            wait=wait_random_exponential(multiplier=1, max=20),
            sleep=way.sleep,
        ):
            with attempt:
                if way.clock() >= way.deadline:
                    return _late(name), requests
                requests += 1
                content = _read(way, file, name)
                if not content:
                    raise _Transient("it came empty")
                found = examine(content, path, name)
                if isinstance(found, Failure):
                    return found, requests
                got, content = found
                if not file.hosted and ending(got.path) not in IMAGES:
                    return _no_picture(name), requests
                way.into[got.path] = content
                return got, requests
    except _Refused as refused:
        return refused.failure, requests
    except Private as private:
        return Failure(
            f"The file {name} is not fetched: {private}.",
            "Add the file itself in Notion.",
            final=True,
        ), requests
    except (RetryError, httpx.HTTPError, httpx.InvalidURL) as error:
        cause = error.last_attempt.exception() if isinstance(error, RetryError) else error
        return Failure(
            f"The file {name} could not be downloaded: {cause or type(cause).__name__}.",
            "The next run tries again.",
        ), requests
    raise AssertionError("unreachable")


def _read(way: _Way, file: File, name: str) -> bytes:
    started = way.clock()
    with way.client.stream("GET", file.url) as answer:
        if answer.status_code in TRANSIENT:
            raise _Transient(f"its server answered {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            gone = (
                "Add the file again in Notion."
                if answer.status_code in (404, 410)
                else "The next run tries again; if it fails each time, add the file again in Notion."
            )
            raise _Refused(
                Failure(
                    f"The file {name} could not be downloaded: its server answered {answer.status_code}.",
                    gone,
                    expired=file.hosted and answer.status_code in (400, 401, 403),
                )
            )
        length = answer.headers.get("content-length", "")
        _limit(int(length) if length.isdecimal() else 0, way.max_bytes, name)
        content = bytearray()
        for chunk in answer.iter_bytes():
            content += chunk
            _limit(len(content), way.max_bytes, name)
            if way.clock() >= way.deadline:
                raise _Refused(_late(name))
            if way.clock() - started > PATIENCE:
                raise _Refused(
                    Failure(
                        f"The file {name} could not be downloaded: after {PATIENCE / 60:g} minutes it was not complete.",
                        "The next run tries again.",
                    )
                )
        return bytes(content)


def _late(name: str) -> Failure:
    return Failure(
        f"The time was over (`max_minutes`) before the file {name} was there.",
        "The next run goes on with it.",
        late=True,
    )


def _limit(size: int, max_bytes: int, name: str) -> None:
    if size > max_bytes:
        raise _Refused(
            Failure(
                f"The file {name} is larger than {max_bytes / 1_000_000:g} MB.",
                "Make it smaller, show it from elsewhere (a video from YouTube or Vimeo, for example), or raise "
                "jekyll.assets.max_megabytes (GitHub takes 100 at most).",
                final=True,
            )
        )


def examine(content: bytes, path: str, name: str) -> tuple[Got, bytes] | Failure:
    """Return what `content` is, which is to be kept at `path` or beside it, and the content to keep.

    A Failure for what is not the file: an error page under a picture's name, something that would break the build.
    """
    named = ending(path)
    if _PAGES.match(content[:1024]) and named and named not in _TEXTS:
        return Failure(
            f"The file {name} came as a web page, whatever its name says.",
            "The next run tries again; if it fails each time, add the file again in Notion.",
        )
    if re.match(rb"---[ \t\v\f]*[\r\n]", content):
        return Failure(
            f"The file {name} starts with a line of three dashes: Jekyll would take it for a page and rewrite it.",
            "Put it into a ZIP file, or start it with an empty line.",
            final=True,
        )
    kind = ending_for(content, named)
    if kind is None:
        return _no_picture(name)
    if kind == "svg" and is_drawing(content):
        return _drawing(content, _with_ending(path, kind), name)
    return Got(_with_ending(path, kind), size_of(content) if kind in IMAGES else None), content


def _no_picture(name: str) -> Failure:
    return Failure(
        f"The file {name} is no picture that browsers show, whatever its name says.",
        "Save it as JPEG or PNG, and add it again in Notion.",
        final=True,
    )


def _drawing(content: bytes, path: str, name: str) -> tuple[Got, bytes] | Failure:
    drawing = tame(content)
    if drawing is None:
        return Failure(
            f"The drawing {name} is damaged: browsers cannot read it.",
            "Save it as SVG once more (or as PNG), and add it again in Notion.",
            final=True,
        )
    note = f"Scripts and addresses of other sites were taken out of the drawing {name}, which stays safe to open."
    return Got(path, drawing.size, note if drawing.changed else ""), drawing.content


def _with_ending(path: str, kind: str) -> str:
    named = ending(path)
    if kind == named:
        return path
    return path.removesuffix(f".{named}") + f".{kind}" if named else f"{path}.{kind}"
