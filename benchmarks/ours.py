"""The command line as it is, on the clock of a benchmark: `python -m benchmarks.skipped … benchmarks.ours sync …`."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from notion2jekyll import cli
from notion2jekyll.clock import Clock

if __name__ == "__main__":
    cli.CLOCK = Clock(now=lambda: datetime.fromtimestamp(time.time(), UTC), sleep=time.sleep)  # type: ignore[misc]
    cli.main()
