"""What can befall one request, at whichever server: a name, whether the server still does what it was asked, what is sent.

Where a client would wait for nothing (no answer in time), the server says so in a header field instead, and `impatient`
lets the libraries raise what they raise after that wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests
import urllib3

MARK = "X-Fault"
"""Header field of an answer that is none: `timeout` or `reset`."""


@dataclass(frozen=True)
class Sent:
    """An answer as it goes over the wire."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    spoil: Callable[[Sent], Sent | None]
    """Turns the right answer into what is sent; None ends the connection without a word."""
    acts: bool = False
    """Whether the server does what it was asked before that; what it answers is not looked at otherwise."""

    def after_acting(self) -> Fault:
        """Return the same for a server that did what it was asked."""
        return Fault(f"{self.name} after it acted", self.spoil, acts=True)


def _says(status: int, body: Any, **headers: str) -> Callable[[Sent], Sent]:
    fields = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return lambda _: Sent(status, json.dumps(body).encode(), fields)


def _page(status: int) -> Callable[[Sent], Sent]:
    body = b"<html><body><h1>Sorry</h1></body></html>"
    return lambda _: Sent(status, body, {"Content-Type": "text/html"})


def _nothing(kind: str) -> Callable[[Sent], Sent]:
    return lambda _: Sent(200, b"{}", {MARK: kind})


def _cut(whole: Sent) -> Sent:
    """Announce the whole and send a half."""
    length = {"Content-Length": str(len(whole.body)), "Connection": "close"}
    return Sent(whole.status, whole.body[: len(whole.body) // 2], {**whole.headers, **length})


def _broken(whole: Sent) -> Sent:
    """Send half of some JSON as if it were all; a file cannot be told from its half then, and is lost for a web page."""
    if "json" in whole.headers.get("Content-Type", ""):
        return Sent(whole.status, whole.body[: len(whole.body) // 2], whole.headers)
    return _page(200)(whole)


def _limited(seconds: int) -> Callable[[Sent], Sent]:
    return _says(
        429,
        {
            "code": "rate_limited",
            "message": "You have exceeded a secondary rate limit.",
            "status": "429",
            "additional_data": {
                "rate_limit_reason": "public_api_request_rate_limit",
                "retry_after": str(seconds),
            },
        },
        Retry_After=str(seconds),
    )


def _error(status: int, code: str) -> Callable[[Sent], Sent]:
    return _says(status, {"code": code, "message": f"Sorry: {code}.", "status": str(status)})


SHORT, LONG = 17, 3600
"""Seconds that a limit asks for: what a run waits for, and what the next one is for."""

FAULTS = (
    Fault("429, short", _limited(SHORT)),
    Fault("429, long", _limited(LONG)),
    Fault("500", _error(500, "internal_server_error")),
    Fault("502, a web page", _page(502)),
    Fault("503", _error(503, "service_unavailable")),
    Fault("504", _error(504, "gateway_timeout")),
    Fault("529", _error(529, "service_overload")),
    Fault("409", _error(409, "conflict_error")),
    Fault("reset", _nothing("reset")),
    Fault("hung up", lambda _: None),
    Fault("timeout", _nothing("timeout")),
    Fault("cut", _cut, acts=True),
    Fault("broken JSON", _broken, acts=True),
    Fault("a web page", _page(200)),
)
"""Every fault; those that say nothing of what the server did (`LOST`) also come after it acted (`AFTER`)."""

REFUSED = next(fault for fault in FAULTS if fault.name == "409")
"""The one that is an answer about what was asked, and no word on the server or on how often it was asked."""

LOST = tuple(
    fault
    for fault in FAULTS
    if fault.name in {"500", "502, a web page", "503", "504", "reset", "hung up", "timeout", "a web page"}
)
"""Those after which nobody knows what the server did: here it did nothing."""

AFTER = tuple(fault.after_acting() for fault in LOST)
"""The same where the server did what it was asked before it failed."""


def impatient(patch: pytest.MonkeyPatch) -> None:
    """Let the HTTP libraries raise at once what they raise when an answer does not come or the connection is reset."""
    plain, plain_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request
    plain_send = requests.adapters.HTTPAdapter.send

    def trouble(response: httpx.Response, request: httpx.Request) -> httpx.TransportError | None:
        kind = response.headers.get(MARK)
        if kind == "timeout":
            return httpx.ReadTimeout("", request=request)
        return httpx.ReadError("", request=request) if kind == "reset" else None

    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        response = plain(self, request)
        if error := trouble(response, request):
            response.close()
            raise error
        return response

    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        response = await plain_async(self, request)
        if error := trouble(response, request):
            await response.aclose()
            raise error
        return response

    def send(self: requests.adapters.HTTPAdapter, request: Any, **how: Any) -> requests.Response:
        response = plain_send(self, request, **how)
        kind = response.headers.get(MARK)
        if kind == "timeout":
            raise requests.exceptions.ReadTimeout(request=request)
        if kind == "reset":
            broken = urllib3.exceptions.ProtocolError(
                "Connection aborted.", ConnectionResetError(104, "reset by peer")
            )
            raise requests.exceptions.ConnectionError(broken, request=request)
        return response

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)
    patch.setattr(requests.adapters.HTTPAdapter, "send", send)
