"""What every test runs under: Hypothesis profiles, and a network that ends at this machine."""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from oracle.fixtures import kramdown
from world import World, world

__all__ = ["kramdown"]

settings.register_profile(
    "dev", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases",
        action="store_true",
        help="write the Markdown of tests/cases anew; read the diff before you commit it",
    )
    parser.addoption("--whole", action="store_true", help="try every fault at every request (`make sweep`)")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show how many cases the sweep had (`test_sweep`), whichever process ran them."""
    reports = [report for each in ("passed", "failed") for report in terminalreporter.getreports(each)]
    swept = [value for report in reports for name, value in report.user_properties if name == "swept"]
    if swept:
        terminalreporter.section("sweep")
        for line, _, _ in swept:
            terminalreporter.write_line(line)
        cases, wrong = sum(each[1] for each in swept), sum(each[2] for each in swept)
        terminalreporter.write_line(f"{cases} cases, {wrong} differences")


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    """Notion, GitHub and the command line, configured for a blog."""
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        yield made


LONGEST: tuple[str, ...] = (
    "test_sweep.py",
    "test_security.py",
    "test_serialize_fuzz.py",
    "test_machine.py",
    "test_pull_request.py",
)
"""They come first, so that no core waits for another one in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


class _Forbidden(AssertionError):
    """A test tried to reach the world."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_in_digits(host: str) -> bool:
    """Whether nobody is asked for the address of `host`, because it is one, however it is spelled (`0x7f.1`)."""
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return bool(socket.inet_aton(host))
    except OSError:
        return False


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Any:
    """Let sockets connect to this machine only: a test that needs the world would fail on another day."""
    patch = pytest.MonkeyPatch()
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_lookup = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise _Forbidden(f"a test opens a connection to {address!r}")
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(address):
            raise _Forbidden(f"a test opens a connection to {address!r}")
        return real_connect_ex(self, address)

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not (_is_local((name,)) or _is_in_digits(name)):
            raise _Forbidden(f"a test looks up {host!r}")
        return real_lookup(host, *rest, **named)

    # No test has certificates; to read the usual ones anew for each connection costs more than most tests.
    patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()
