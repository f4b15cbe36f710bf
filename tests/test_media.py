"""Downloading, against a real server on this machine."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from notion2jekyll.media import ATTEMPTS, WORKERS, Failure, Media, download, origin
from notion2jekyll.notion.model import File
from notion2jekyll.progress import Silent, Stage

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"
Handler = BaseHTTPRequestHandler


@dataclass
class Server:
    """A storage: path → what it does when asked for the n-th time."""

    answers: dict[str, Callable[[Handler, int], None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_once: int = 0
    most_at_once: int = 0

    def times(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            with state.lock:
                state.asked.append((path, {name.lower(): value for name, value in self.headers.items()}))
                state.at_once += 1
                state.most_at_once = max(state.most_at_once, state.at_once)
            try:
                state.answers[path](self, state.times(path))
            finally:
                with state.lock:
                    state.at_once -= 1

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{http.server_address[1]}"
        yield state
        http.shutdown()
        thread.join()


def gives(content: bytes, status: int = 200, **headers: str) -> Callable[[Handler, int], None]:
    def answer(handler: Handler, _: int) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):
            handler.wfile.write(content)

    return answer


def resets(handler: Handler, _: int) -> None:
    # Closing with nothing to linger for makes it a reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def after(failures: int, bad: Callable[[Handler, int], None], good: Callable[[Handler, int], None]) -> Any:
    return lambda handler, times: (bad if times <= failures else good)(handler, times)


@dataclass
class Shop:
    server: Server
    slept: list[float] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)

    def fetch(
        self, path: str, answer: Any, *, name: str = "", hosted: bool = True, **more: Any
    ) -> tuple[bytes | Failure, Media]:
        self.server.answers["/file"] = answer
        file = File(
            self.server.url + "/file?X-Amz-Signature=secret", hosted=hosted, name=name or path, key=path
        )
        usual = {"max_bytes": 1_000_000, "allowed": [origin(self.server.url)]}
        media = download(
            {path: file}, self.stored, progress=Silent(), sleep=self.slept.append, **{**usual, **more}
        )
        failure = media.failures.get(path)
        return failure or self.stored[media.got[path].path], media


@pytest.fixture
def shop(server: Server) -> Shop:
    return Shop(server)


def test_nothing_is_asked_for_nothing() -> None:
    media = download({}, {}, max_bytes=1, progress=Silent(), sleep=lambda _: pytest.fail("slept"))
    assert (media.got, media.failures, media.requests) == ({}, {}, 0)


def test_a_file_is_fetched_once_and_without_any_token(shop: Shop) -> None:
    got, media = shop.fetch("a.png", gives(PNG))
    assert got == PNG
    assert (media.requests, shop.slept) == (1, [])
    ((_, headers),) = shop.server.asked
    assert not {"authorization", "notion-version", "cookie"} & headers.keys()
    assert headers["user-agent"] == "notion2jekyll"


def test_many_files_are_fetched_side_by_side(server: Server) -> None:
    arrived = threading.Barrier(WORKERS, timeout=10)

    def wait(handler: Handler, times: int) -> None:
        arrived.wait()
        gives(handler.path.encode())(handler, times)

    names = [f"{number}.bin" for number in range(WORKERS * 2)]
    server.answers = {f"/{name}": wait for name in names}
    seen: list[tuple[str, Any]] = []

    class Counting(Silent):
        def begin(self, stage: Stage, total: int | None) -> None:
            seen.append((stage, total))

        def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
            seen.append((stage, steps))

    files = {name: File(f"{server.url}/{name}", hosted=True, name=name) for name in names}
    stored: dict[str, bytes] = {}
    allowed = [origin(server.url)]
    download(files, stored, max_bytes=100, progress=Counting(), sleep=lambda _: None, allowed=allowed)
    assert stored == {name: f"/{name}".encode() for name in names}
    assert server.most_at_once == WORKERS
    assert seen == [("media", len(names)), *[("media", 1)] * len(names)]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 529])
def test_trouble_that_passes_is_waited_out(shop: Shop, status: int) -> None:
    got, media = shop.fetch("a.png", after(2, gives(b"busy", status), gives(PNG)))
    assert (got, media.requests, len(shop.slept)) == (PNG, 3, 2)
    assert all(0 <= pause <= 20 for pause in shop.slept)


@pytest.mark.parametrize(
    "bad", [resets, gives(b""), gives(PNG[:9], Content_Length="49")], ids=["reset", "empty", "cut short"]
)
def test_a_broken_answer_is_asked_for_again(shop: Shop, bad: Any) -> None:
    got, media = shop.fetch("a.png", after(1, bad, gives(PNG)))
    assert (got, media.requests) == (PNG, 2)


@pytest.mark.parametrize(
    ("bad", "says"), [(gives(b"", 503), "503"), (resets, "could not be downloaded"), (gives(b""), "empty")]
)
def test_trouble_that_stays_is_said(shop: Shop, bad: Any, says: str) -> None:
    got, media = shop.fetch("a.png", bad)
    assert isinstance(got, Failure)
    assert says in got.message
    assert "a.png" in got.message
    assert not got.expired
    assert (media.requests, len(shop.slept)) == (ATTEMPTS, ATTEMPTS - 1)


@pytest.mark.parametrize(
    ("status", "expired", "hint"),
    [
        (400, True, "again"),
        (401, True, "again"),
        (403, True, "again"),
        (404, False, "Notion"),
        (410, False, "Notion"),
        (418, False, "run"),
    ],
)
def test_a_refusal_is_final(shop: Shop, status: int, expired: bool, hint: str) -> None:
    got, media = shop.fetch("a.png", gives(b"<Error>", status))
    assert isinstance(got, Failure)
    assert str(status) in got.message
    assert "secret" not in got.message
    assert (got.expired, media.requests, shop.slept) == (expired, 1, [])
    assert hint in got.hint


def test_a_redirect_is_followed(shop: Shop) -> None:
    shop.server.answers["/moved"] = gives(PNG)
    got, _ = shop.fetch("a.png", gives(b"", 302, Location="/moved"))
    assert got == PNG


@pytest.mark.parametrize("place", ["/file", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_a_redirect_to_nowhere_is_said(shop: Shop, place: str) -> None:
    got, _ = shop.fetch("a.png", gives(b"", 302, Location=place))
    assert isinstance(got, Failure)
    assert shop.slept == []


@pytest.mark.parametrize(
    "url", ["", "not an address", "http://", "ftp://127.0.0.1/a", "http://127.0.0.1:99999/", "http://\x00/"]
)
def test_an_address_that_is_none_is_said(url: str) -> None:
    files = {"a.png": File(url, hosted=True, name="a.png")}
    media = download(files, {}, max_bytes=1, progress=Silent(), sleep=lambda _: None)
    assert "a.png" in media.failures["a.png"].message


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_that_is_too_large_is_not_copied(shop: Shop, announced: bool) -> None:
    def answer(handler: Handler, times: int) -> None:
        if announced:
            gives(b"x" * 2001)(handler, times)
            return
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):
            handler.wfile.write(b"x" * 2001)

    got, media = shop.fetch("a.bin", answer, max_bytes=2000)
    assert isinstance(got, Failure)
    assert "larger than 0.002 MB" in got.message
    assert "max_megabytes" in got.hint
    assert media.requests == 1
    got, _ = shop.fetch("a.bin", gives(b"x" * 2000), max_bytes=2000)
    assert got == b"x" * 2000


def test_an_odd_length_is_no_reason_to_stop(shop: Shop) -> None:
    def answer(handler: Handler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(PNG), PNG))

    assert shop.fetch("a.png", answer)[0] == PNG


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("a.png", PAGE, "web page"),
        ("a.jpg", b"plain words", "no picture"),
        ("a.pdf", b"\xef\xbb\xbf  " + PAGE, "web page"),
        ("a.mp4", b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "web page"),
        ("a.txt", b"---\ntitle: x\n---\n", "three dashes"),
        ("a.html", b"--- \t\r\nx", "three dashes"),
        ("a", b"---\nx", "three dashes"),
    ],
)
def test_what_is_not_the_file_is_refused(shop: Shop, path: str, content: bytes, says: str) -> None:
    got, media = shop.fetch(path, gives(content))
    assert isinstance(got, Failure)
    assert says in got.message
    assert media.requests == 1


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.html", PAGE),
        ("a.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.gif", b"GIF89a" + b"\0" * 20),
        ("a.jpg", PNG),
        ("a.txt", b"--- not front matter"),
        ("a.txt", b"----\n"),
        ("a", b"anything"),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 20),
    ],
)
def test_what_is_the_file_is_taken(shop: Shop, path: str, content: bytes) -> None:
    assert shop.fetch(path, gives(content))[0] == content
