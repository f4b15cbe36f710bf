"""A real browser: pages are asked questions and photographed, at the width of a desktop and of a phone.

Chromium is driven through its DevTools protocol over a pair of pipes, so nothing but Chromium is needed. It cannot reach
the network: what a page wants from elsewhere is answered here, with a picture or a short page that names the host.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import urlsplit

DESKTOP: Final = 1280
PHONE: Final = 390
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Frames of other sites stay in the page's process, where their requests can be answered.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=en-US",
    "--remote-debugging-pipe",
    "about:blank",
)
# Chromium speaks on the descriptors 3 and 4; a child of its own puts them there.
_ON_PIPES: Final = "import os,sys; a,b=map(int,sys.argv[1:3]); os.dup2(a,3); os.dup2(b,4); os.execv(sys.argv[3],sys.argv[3:])"
_PICTURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270" viewBox="0 0 480 270">'
    '<rect width="480" height="270" fill="#cfe3ee"/><circle cx="375" cy="75" r="34" fill="#f6d36b"/>'
    '<path d="M0 270 130 120 220 215 300 150 480 270z" fill="#6f9a7c"/></svg>'
)
_PATIENCE: Final = 60.0
"""Seconds after which a silent browser counts as broken."""


def chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


class BrowserError(Exception):
    """The browser refused, or a script in the page failed."""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, "": "text/html"}  # noqa: RUF012

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve `folder` on a loopback port while the context lasts; gives the address, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


class Browser:
    """One headless Chromium with one page. A context manager."""

    def __enter__(self) -> Self:
        program = chromium()
        assert program, "Chromium is not installed"
        self._folder = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_in, theirs_out)]
        os.close(theirs_in)
        os.close(theirs_out)
        command = [sys.executable, "-S", "-c", _ON_PIPES, *map(str, high), program]
        self._process = subprocess.Popen(
            [*command, f"--user-data-dir={self._folder.name}", *FLAGS],
            pass_fds=high,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in high:
            os.close(end)
        self._in, self._out = ours_in, ours_out
        self._number, self._buffer, self._session = 0, b"", ""
        self._events: set[str] = set()
        target = self._call("Target.getTargets")["targetInfos"]
        page = next(one for one in target if one["type"] == "page")
        attached = self._call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self._call("Page.enable")
        self._call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._out)
        os.close(self._in)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def open(self, url: str, width: int = DESKTOP, *, dark: bool = False) -> None:
        """Show the page at `url`, and wait until everything in it is there."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._events.clear()
        self._call("Page.navigate", url=url)
        self._arrive("Page.loadEventFired")

    def click(self, element: str) -> None:
        """Click on what the script `element` gives, a link, and wait until the page is where it leads."""
        self._events.clear()
        self.ask(f"void {element}.click()")
        self._arrive("Page.loadEventFired", "Page.navigatedWithinDocument")

    def _arrive(self, *events: str) -> None:
        while not self._events & set(events):
            self._take()
        # What is loaded only when it is seen counts as seen.
        self.ask(
            "Promise.all([...document.querySelectorAll('iframe[loading=lazy]')].map(one => new Promise(done => {"
            "  one.onload = done; one.loading = 'eager'; one.src = one.src })))"
            ".then(() => document.fonts.ready)"
            ".then(() => Promise.all([...document.images].map(one => one.decode().catch(() => 0))))"
            ".then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1)))))"
        )

    def ask(self, script: str) -> Any:
        """Return what `script`, an expression or a promise, comes to in the page, as JSON would carry it."""
        answer = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def photograph(self, selector: str = "html", margin: int = 0, scale: float = 1) -> bytes:
        """Return a PNG of the first element that `selector` finds, as large as it is, with `margin` pixels around it.

        `scale` is how many pixels the picture has for one of the page.
        """
        size = self.ask("[innerWidth, document.documentElement.scrollHeight]")
        self._resize(size[0], max(900, size[1]))  # frames outside the window are not painted
        self.ask("new Promise(done => setTimeout(done, 100))")
        box = self.ask(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            "return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height} })()"
        )
        left, top = max(0, box["x"] - margin), max(0, box["y"] - margin)
        clip = {
            "x": left,
            "y": top,
            "width": box["x"] + box["width"] + margin - left,
            "height": max(1, box["y"] + box["height"] + margin - top),
            "scale": scale,
        }
        shot = self._call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def _resize(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", **metrics)

    # Protocol --------------------------------------------------------------------------------------------------------

    def _send(self, method: str, **parameters: Any) -> int:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        return self._number

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = self._send(method, **parameters)
        while True:
            message = self._take()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def _take(self) -> dict[str, Any]:
        """Return the next message, and answer it where it is a request of the page."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], _PATIENCE)
            more = os.read(self._in, 1 << 16) if ready else b""
            if not more:
                raise BrowserError("Chromium ended" if ready else "Chromium is silent")
            self._buffer += more
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        if message.get("method") == "Fetch.requestPaused":
            self._answer(message["params"])
        elif "method" in message:
            self._events.add(message["method"])
        return message

    def _answer(self, request: dict[str, Any]) -> None:
        number, url = request["requestId"], request["request"]["url"]
        parts = urlsplit(url)
        if parts.hostname == "127.0.0.1" or parts.scheme == "data":
            self._send("Fetch.continueRequest", requestId=number)
            return
        kind = request["resourceType"]
        if kind == "Image":
            content, mime = _PICTURE, "image/svg+xml"
        elif kind == "Document":
            content, mime = _frame(parts.hostname or ""), "text/html; charset=utf-8"
        else:
            self._send("Fetch.failRequest", requestId=number, errorReason="InternetDisconnected")
            return
        self._send(
            "Fetch.fulfillRequest",
            requestId=number,
            responseCode=200,
            responseHeaders=[{"name": "Content-Type", "value": mime}],
            body=base64.b64encode(content.encode()).decode(),
        )


def _frame(host: str) -> str:
    """Return a page that stands for a player."""
    look = "margin:0; height:100vh; display:grid; place-items:center; background:#2b2b2b; color:#ddd; font:16px sans-serif"
    return f"<body style='{look}'>▶ {escape(host.removeprefix('www.'))}</body>"
