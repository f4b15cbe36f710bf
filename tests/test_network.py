"""What may be asked, and what may not: with real sockets on this machine, and names that lead where a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from notion2jekyll.media.network import Private, PublicOnly, is_public, origin


@dataclass
class Asked:
    """A server that says where it was asked."""

    port: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)
    """The address that it was reached at, and the request line."""


@contextmanager
def server(host: str = "0.0.0.0", redirect: str = "") -> Iterator[Asked]:
    asked = Asked()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.lines.append((self.connection.getsockname()[0], self.requestline))
            self.send_response(302 if redirect and "/first" in self.path else 200)
            self.send_header("Location", redirect)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((host, 0), Answer) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        asked.port = http.server_address[1]
        try:
            yield asked
        finally:
            http.shutdown()
            thread.join()


def names(**known: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that knows `a_example` as a.example, and addresses."""

    def look_up(host: str, _: int) -> Sequence[str]:
        found = [host] if host[0].isdigit() else known.get(host.replace(".", "_"))
        if found is None:
            raise socket.gaierror(f"no such name: {host}")
        return found

    return look_up


def get(url: str, transport: PublicOnly) -> httpx.Response:
    with httpx.Client(transport=transport, follow_redirects=True) as client:
        return client.get(url)


NO_PROXIES: Mapping[str, str] = {}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
        "192.0.0.192", "168.63.129.16", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
        "2002:7f00:1::", "2002:c0a8:101::1", "not an address", "",
    ],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.1", "127.1", "0", "localhost", "[::ffff:7f00:1]", "[::1]"]
)
def test_this_machine_is_not_asked_however_it_is_spelled(host: str) -> None:
    with server() as asked:
        with pytest.raises(Private, match="inside a private network"):
            get(f"http://{host}:{asked.port}/", PublicOnly(proxies=NO_PROXIES))
        assert asked.lines == []


def test_a_name_that_leads_inside_is_not_asked() -> None:
    with server() as asked:
        known = names(evil_example=["127.0.0.1", "10.0.0.1", "::1"])
        with pytest.raises(Private):
            get(f"http://evil.example:{asked.port}/", PublicOnly(lookup=known, proxies=NO_PROXIES))
        assert asked.lines == []


def test_of_several_addresses_only_the_public_ones_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def connect(address: object, *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)  # nothing leaves this machine
    known = names(mixed_example=["127.0.0.1", "8.8.8.8", "10.0.0.1", "1.1.1.1"])
    with pytest.raises(httpx.ConnectError):
        get("http://mixed.example/", PublicOnly(lookup=known, proxies=NO_PROXIES))
    assert asked == [("8.8.8.8", 80), ("1.1.1.1", 80)]


def test_a_redirect_is_looked_at_as_well() -> None:
    with server() as inside, server(redirect=f"http://127.0.0.1:{inside.port}/secret") as outside:
        allowed = [("blog.example", outside.port)]
        transport = PublicOnly(allowed, lookup=names(blog_example=["127.0.0.1"]), proxies=NO_PROXIES)
        with pytest.raises(Private):
            get(f"http://blog.example:{outside.port}/first", transport)
        assert [line for _, line in outside.lines] == ["GET /first HTTP/1.1"]
        assert inside.lines == []


def test_what_was_allowed_is_asked_at_its_port_alone() -> None:
    with server() as asked:
        allowed = [origin(f"http://127.0.0.1:{asked.port}/v1")]
        assert get(f"http://127.0.0.1:{asked.port}/x", PublicOnly(allowed, proxies=NO_PROXIES)).text == "ok"
        with pytest.raises(Private):
            get(f"http://127.0.0.1:{asked.port + 1}/x", PublicOnly(allowed, proxies=NO_PROXIES))


def test_a_name_is_looked_up_once_and_what_was_found_is_what_is_asked() -> None:
    answers = [["127.0.0.2"], ["127.0.0.1"]]
    with server() as asked:

        def rebinding(_: str, __: int) -> Sequence[str]:
            return answers.pop(0)

        allowed = [("rebinding.example", asked.port)]
        get(
            f"http://rebinding.example:{asked.port}/",
            PublicOnly(allowed, lookup=rebinding, proxies=NO_PROXIES),
        )
        assert [address for address, _ in asked.lines] == ["127.0.0.2"]
        assert answers == [["127.0.0.1"]]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with server("127.0.0.3") as asked:
        known = names(blog_example=["127.0.0.2", "127.0.0.3"])
        transport = PublicOnly([("blog.example", asked.port)], lookup=known, proxies=NO_PROXIES)
        assert get(f"http://blog.example:{asked.port}/", transport).text == "ok"


@pytest.mark.parametrize("found", [None, []])
def test_a_name_that_nobody_knows_is_trouble_of_the_network(found: list[str] | None) -> None:
    known = names() if found is None else names(blog_example=found)
    error = httpx.ConnectError if found is None else Private
    with pytest.raises(error):
        get("http://blog.example/", PublicOnly(lookup=known, proxies=NO_PROXIES))


def test_a_proxy_is_asked_in_place_of_the_server() -> None:
    with server() as proxy:
        proxies = {"http": f"http://127.0.0.1:{proxy.port}"}
        known = names(blog_example=["8.8.8.8"], evil_example=["10.0.0.1"])
        for host in ("blog.example", "unknown.example"):  # behind a proxy this machine may know no names
            assert get(f"http://{host}/x", PublicOnly(lookup=known, proxies=proxies)).text == "ok"
        for host in ("evil.example", "192.168.1.1", "169.254.169.254"):
            with pytest.raises(Private):
                get(f"http://{host}/x", PublicOnly(lookup=known, proxies=proxies))
        assert [line for _, line in proxy.lines] == [
            "GET http://blog.example/x HTTP/1.1",
            "GET http://unknown.example/x HTTP/1.1",
        ]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://api.notion.com", ("api.notion.com", 443)),
        ("http://127.0.0.1:8080/v1", ("127.0.0.1", 8080)),
        ("http://[::1]/", ("::1", 80)),
    ],
)
def test_an_origin_is_a_host_and_a_port(url: str, place: tuple[str, int]) -> None:
    assert origin(url) == place
