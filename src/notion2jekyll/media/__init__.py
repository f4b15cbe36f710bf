"""Downloading the files that a plan asks for: each once, in parallel, checked, with no token in any request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import filetype  # type: ignore[import-untyped]
import httpx
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from notion2jekyll.notion.model import File
from notion2jekyll.progress import Progress

WORKERS: Final = 6
ATTEMPTS: Final = 5
TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 529})

_PAGES: Final = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html|<\?xml[^>]*>\s*<error>)", re.IGNORECASE)
_TEXTS: Final = frozenset({"html", "htm", "xhtml", "xml", "svg", "txt", "php", "js", "py", "css"})
_IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp", "avif", "heic", "bmp", "ico", "tif", "tiff"})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file is not there."""

    message: str
    hint: str
    expired: bool = False
    """The address has expired: with a fresh one it may work."""


@dataclass(slots=True)
class Media:
    """What was downloaded, by path, and what could not be."""

    contents: dict[str, bytes] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    requests: int = 0
    """How many requests it took, all attempts counted."""


class _Transient(Exception):
    """Worth another attempt."""


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def download(
    files: Mapping[str, File],
    *,
    max_bytes: int,
    progress: Progress,
    sleep: Callable[[float], None],
    transport: httpx.BaseTransport | None = None,
) -> Media:
    """Return the contents of `files` (path → file), each at most `max_bytes` bytes long.

    Nothing is raised for a file: what went wrong with it is in `failures`. `sleep` takes seconds, and is called between
    attempts; `transport` replaces the network.
    """
    media = Media()
    if not files:
        return media
    progress.begin("media", len(files))
    # A client of its own: the storage refuses requests that carry the API's token, and others must never see it.
    with httpx.Client(
        transport=transport, timeout=60, follow_redirects=True, headers={"User-Agent": "notion2jekyll"}
    ) as client:
        pool = ThreadPoolExecutor(WORKERS)
        try:
            jobs = {
                path: pool.submit(_fetch, client, file, path, max_bytes, sleep)
                for path, file in files.items()
            }
            for path, job in jobs.items():
                result, requests = job.result()
                for _ in range(requests):
                    # Without the address: it is signed, and opens the file to whoever reads the log.
                    progress.request("Files", f"GET {path}")
                media.requests += requests
                if isinstance(result, Failure):
                    media.failures[path] = result
                else:
                    media.contents[path] = result
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


def _fetch(
    client: httpx.Client, file: File, path: str, max_bytes: int, sleep: Callable[[float], None]
) -> tuple[bytes | Failure, int]:
    requests = 0
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_is_transient),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=1, max=20),
            sleep=sleep,
        ):
            with attempt:
                requests += 1
                content = _read(client, file, max_bytes)
                _check(content, path, file)
                return content, requests
    except _Refused as refused:
        return refused.failure, requests
    except (RetryError, httpx.HTTPError, httpx.InvalidURL) as error:
        cause = error.last_attempt.exception() if isinstance(error, RetryError) else error
        return Failure(
            f"The file {file.name or path} could not be downloaded: {cause or type(cause).__name__}.",
            "The next run tries again.",
        ), requests
    raise AssertionError("unreachable")


def _read(client: httpx.Client, file: File, max_bytes: int) -> bytes:
    with client.stream("GET", file.url) as answer:
        if answer.status_code in TRANSIENT:
            raise _Transient(f"the storage answered {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            gone = (
                "Add the file again in Notion."
                if answer.status_code in (404, 410)
                else "The next run tries again; if it fails each time, add the file again in Notion."
            )
            raise _Refused(
                Failure(
                    f"The file {file.name} could not be downloaded: the storage answered {answer.status_code}.",
                    gone,
                    expired=answer.status_code in (400, 401, 403),
                )
            )
        length = answer.headers.get("content-length", "")
        _limit(int(length) if length.isdecimal() else 0, max_bytes, file)
        content = bytearray()
        for chunk in answer.iter_bytes():
            content += chunk
            _limit(len(content), max_bytes, file)
        return bytes(content)


def _limit(size: int, max_bytes: int, file: File) -> None:
    if size > max_bytes:
        raise _Refused(
            Failure(
                f"The file {file.name} is larger than {max_bytes / 1_000_000:g} MB and is not copied.",
                "Make it smaller, link to it elsewhere, or raise jekyll.assets.max_megabytes (GitHub takes 100 at most).",
            )
        )


def _check(content: bytes, path: str, file: File) -> None:
    """Refuse what is not the file: nothing, an error page under a picture's name, or what would break the build."""
    if not content:
        raise _Transient("it came empty")
    extension = path.rsplit(".", 1)[-1] if "." in path else ""
    if extension in _IMAGES and filetype.guess(content) is None and not _is_svg(content):
        raise _Refused(
            Failure(f"The file {file.name} is no picture, whatever its name says.", "Add it again in Notion.")
        )
    if extension and extension not in _TEXTS and _PAGES.match(content[:1024]):
        raise _Refused(
            Failure(
                f"The file {file.name} came as a web page, whatever its name says.",
                "Add it again in Notion.",
            )
        )
    if re.match(rb"---[ \t\v\f]*[\r\n]", content):
        raise _Refused(
            Failure(
                f"The file {file.name} starts with a line of three dashes: Jekyll would take it for a page and rewrite it.",
                "Put it into a ZIP file, or start it with an empty line.",
            )
        )


def _is_svg(content: bytes) -> bool:
    return b"<svg" in content[:4096]
