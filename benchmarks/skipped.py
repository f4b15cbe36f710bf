"""Time whose waits are skipped: what makes hours under a budget of requests last minutes, with everything else real.

Requests take their real time, and so does computing. But while a program only waits for a moment to come (the budget's next
window, a `Retry-After`), and nothing is under way on either side, the clock of both sides is moved on to that moment. The
clock is the computer's, plus an offset that all processes read from one small file.

    python -m benchmarks.skipped HOST:PORT OFFSETS MODULE [ARGUMENT ...]

runs a module so: `time.sleep` and `asyncio.sleep` ask the server at HOST:PORT (`benchmarks.servers`) to be woken, and the
functions of `time` add the offset. Nothing but the standard library is used, so that any Python program can be run like this.
"""

from __future__ import annotations

import asyncio
import mmap
import runpy
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

SHORT: Final = 0.05
"""What sleeps less than so many seconds really sleeps."""

_real_monotonic: Final = time.monotonic


class Offset:
    """How far the clock is ahead of the computer's, in seconds, in a file that all processes map."""

    def __init__(self, file: Path) -> None:
        """Map `file`, which is made where there is none."""
        if not file.exists():
            file.write_bytes(struct.pack("d", 0.0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)

    def get(self) -> float:
        """Return it."""
        found: float = struct.unpack("d", self._map[:8])[0]
        return found

    def set(self, seconds: float) -> None:
        """Change it."""
        self._map[:8] = struct.pack("d", seconds)

    def now(self) -> float:
        """Return the seconds of the clock; only differences matter."""
        return _real_monotonic() + self.get()


def install(waker: tuple[str, int], offset: Offset) -> None:
    """Replace what this process knows of time; modules that took `time.sleep` for themselves before keep the real one."""
    real = {name: getattr(time, name) for name in ("sleep", "time", "monotonic")}
    nap = asyncio.sleep

    def sleep(seconds: float) -> None:
        if seconds < SHORT:
            real["sleep"](seconds)
            return
        with socket.create_connection(waker) as connection:
            connection.sendall(f"{seconds}\n".encode())
            connection.recv(1)

    async def async_sleep(seconds: float, result: Any = None) -> Any:
        if seconds < SHORT:
            return await nap(seconds, result)
        reader, writer = await asyncio.open_connection(*waker)
        writer.write(f"{seconds}\n".encode())
        try:
            await reader.read(1)
        finally:
            writer.close()
        return result

    def ahead(name: str) -> Callable[[], float]:
        return lambda: real[name]() + offset.get()

    for module, name, function in (
        (time, "sleep", sleep),
        (time, "time", ahead("time")),
        (time, "monotonic", ahead("monotonic")),
        (asyncio, "sleep", async_sleep),
    ):
        setattr(module, name, function)


def main() -> None:
    """Run a module as the command line says."""
    waker, offsets, module, *arguments = sys.argv[1:]
    host, _, port = waker.rpartition(":")
    install((host, int(port)), Offset(Path(offsets)))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
