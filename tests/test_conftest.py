"""The guard of the network is itself a promise of the tests."""

from __future__ import annotations

import socket

import httpx
import pytest


def test_nothing_beyond_this_machine_can_be_reached() -> None:
    with socket.socket() as plug, pytest.raises(AssertionError, match="a test opens a connection"):
        plug.connect(("192.0.2.1", 80))
    with pytest.raises(AssertionError, match="a test looks up"):
        httpx.get("https://example.com/")


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
