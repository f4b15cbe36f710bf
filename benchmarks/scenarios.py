"""A first import, a run that finds nothing, one changed page, and 5 % of them: what each costs, and the least it could."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import least
from benchmarks.journal import Body, Journal
from benchmarks.measure import Cost, Servers, servers

CONFIG = """\
notion:
  source: {database}
  publish: {{property: Status, is: [Published]}}
github:
  repository: {repository}
  branch: main
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario cost, beside what it could not have cost less than."""

    pages: int
    scenario: str
    cost: Cost
    requests: int
    """The least number of requests to Notion."""
    github: int
    """The least number of requests to GitHub, with one commit."""
    seconds: float
    """The least time."""
    real: bool = False
    """Whether no wait was skipped."""


def run(pages: int, *, latency: float, skip: bool = True, only_first: bool = False) -> Iterator[Result]:
    """Yield the results for a journal of `pages` pages, one scenario after the other on the same blog."""
    shape = Journal(pages, lambda: datetime.now(UTC))
    with servers(pages, latency=latency, skip=skip) as hosts:
        for name, changed in _scenarios(pages):
            for number in changed:
                if name != FIRST:
                    shape.edit(number)
            if name not in (FIRST, NOTHING):
                hosts.tell("edit " + " ".join(map(str, changed)))
            hosts.tell("wait 300")
            bodies = [shape.body(number) for number in changed]
            cost = sync(hosts)
            yield _result(pages, name, cost, bodies, latency, real=not skip)
            if only_first:
                return


FIRST, NOTHING, ONE, SOME = "first import", "no change", "one page changed", "5 % changed"


def _scenarios(pages: int) -> Iterator[tuple[str, list[int]]]:
    yield FIRST, list(range(1, pages + 1))
    yield NOTHING, []
    yield ONE, [pages // 2]
    yield SOME, list(range(1, pages + 1, 20))


def _result(pages: int, name: str, cost: Cost, bodies: list[Body], latency: float, *, real: bool) -> Result:
    first = name == FIRST
    writes = least.Writes(len(bodies), sum(body.pictures for body in bodies))
    return Result(
        pages,
        name,
        cost,
        least.notion_requests(pages, bodies, first=first),
        least.github_requests(writes),
        least.seconds(pages, bodies, writes, first=first, latency=latency),
        real,
    )


def sync(hosts: Servers, wrap: Callable[[list[str]], list[str]] = lambda arguments: arguments) -> Cost:
    """Run `notion2jekyll sync` and return what it cost."""
    config = hosts.folder / "notion2jekyll.yaml"
    config.write_text(CONFIG.format(**hosts.where))
    environment = {
        "NOTION_TOKEN": hosts.where["notion_token"],
        "NOTION_API_URL": hosts.where["notion"],
        "GITHUB_TOKEN": hosts.where["github_token"],
        "GITHUB_API_URL": hosts.where["github"],
    }
    arguments = ["sync", "--config", str(config), "--json", str(Path(hosts.folder) / "report.json")]
    module = "benchmarks.ours" if hosts.skip else "notion2jekyll"
    return hosts.run(sys.executable, module, wrap(arguments), environment)
