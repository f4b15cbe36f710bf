"""Run every benchmark, print what it measured, and write it to docs/performance.md.

python -m benchmarks [--sizes 10,100] [--real 262] [--rivals 10,262] [--latency 0.1] [--keep]
"""

from __future__ import annotations

import argparse
import time

from rich.console import Console

from benchmarks import escapes, linear, performance, rivals, scenarios


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed, memory and needless escapes."
    )
    parser.add_argument(
        "--sizes", type=_numbers, default=[10, 100, 262, 1000, 10_000], help="pages of the journals"
    )
    parser.add_argument(
        "--real", type=_numbers, default=[262], help="pages of first imports in which no wait is skipped"
    )
    parser.add_argument("--rivals", type=_numbers, default=[10, 262], help="pages that other tools convert")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds that each request takes")
    parser.add_argument("--keep", action="store_true", help="leave docs/performance.md as it is")
    options = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    begun = time.monotonic()

    def show(head: tuple[str, ...], row: tuple[str, ...]) -> None:
        console.print(performance.line(head, row))

    results = []
    runs = [(size, True) for size in options.sizes] + [(size, False) for size in options.real]
    for size, skip in runs:
        for result in scenarios.run(size, latency=options.latency, skip=skip, only_first=not skip):
            show(performance.HEAD, performance.row(result))
            results.append(result)
    feats = []
    first = performance.firsts(results)
    if options.rivals:
        rivals.install()
    for size in options.rivals:
        for feat in rivals.run(size, latency=options.latency):
            show(performance.RIVAL_HEAD, performance.rival_row(feat, first))
            feats.append(feat)
    growths = list(linear.growths())
    for growth in growths:
        show(performance.GROWTH_HEAD, performance.growth_row(growth))
    needless = escapes.report()
    console.print(needless, end="")
    if not options.keep:
        performance.write(results, feats, growths, needless, time.monotonic() - begun)


if __name__ == "__main__":
    main()
