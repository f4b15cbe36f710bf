"""`make fuzz N=10000 SEED=…`: publish random pages and properties, and hold every post against what Notion shows."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from fuzz import properties
from fuzz.judge import Case, Judge
from fuzz.pages import Pages
from fuzz.shrink import shrink
from fuzz.site import build
from oracle.front_matter import Jekyll
from oracle.kramdown import Kramdown

BATCH = 1000
"""How many posts a real site of them has."""


def cases(seed: int, kind: str) -> Iterator[Case]:
    """Yield random cases without end, the same for the same seed: `trees` of blocks, or `texts` of one paragraph."""
    number = 0
    while True:
        random = Random(f"{kind} {seed} {number}")
        yield case(random, kind)
        number += 1


def case(random: Random, kind: str) -> Case:
    """Return one random case."""
    formulas = random.random() < 0.5
    pages = Pages(random, formulas=formulas)
    if kind == "texts":
        blocks = [pages.of("paragraph", pages.body())]
    elif random.random() < 0.08:
        blocks = pages.deep()
    else:
        blocks = pages.blocks(random.choice((0, 1, 2, 3)), random.randint(1, 5))
    return Case(
        pages.page(),
        blocks,
        typography=random.choice(("site", "site", "site", "verbatim")),
        colors=random.choice(("inline", "inline", "class", "off")),
        notices=random.random() < 0.2,
        formulas=formulas,
        site=random.choice(("usual", "usual", "usual", "hard wrap", "no typography", "plugins")),
    )


def run(judge: Judge, seed: int, kind: str, number: int, start: int = 0) -> list[tuple[int, str, Case]]:
    """Return what goes wrong among `number` cases of `kind`: its number, what is wrong, and the case."""
    wrong = []
    for place, each in enumerate(islice(cases(seed, kind), start, start + number), start):
        verdict = judge.verdict(each)
        if verdict:
            wrong.append((place, verdict, each))
    return wrong


def main(arguments: list[str]) -> int:
    """Run it and print what was found; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument(
        "-n", "--number", type=int, default=1000, help="block trees, and as many paragraphs and pages"
    )
    parser.add_argument("-s", "--seed", type=int, default=None, help="to see the same again")
    parser.add_argument("--start", type=int, default=0, help="the first case to look at")
    parser.add_argument("--kind", choices=("trees", "texts", "properties"), default=None)
    parser.add_argument("--show", type=int, default=5, help="how many failures to show, made small")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(10**9) if options.seed is None else options.seed
    _say(f"seed {seed}")
    counts: Counter[str] = Counter()
    with Kramdown() as kramdown, Jekyll() as jekyll:
        judge = Judge(kramdown, jekyll)
        for kind in (options.kind,) if options.kind else ("trees", "texts", "properties"):
            if kind == "properties":
                counts.update(_properties(jekyll, seed, options))
                continue
            wrong = run(judge, seed, kind, options.number, options.start)
            counts.update(verdict.partition(":")[0] for _, verdict, _ in wrong)
            _say(f"{kind}: {options.number} judged, {len(wrong)} wrong")
            for place, verdict, each in wrong[: options.show]:
                name = verdict.partition(":")[0]
                small = shrink(each, partial(_goes_wrong, judge, name))
                _say(
                    f"\n--- {kind} {place} ({each.site}, {each.typography}, {each.colors}): {judge.verdict(small)}"
                )
                _say(json.dumps(_bare(small.blocks), ensure_ascii=False))
            for first in range(options.start, options.start + options.number, BATCH):
                size = min(BATCH, options.start + options.number - first)
                with TemporaryDirectory() as folder:
                    said = build(islice(cases(seed, kind), first, first + size), Path(folder))
                counts["broken build"] += bool(said)
                _say(
                    f"{kind}: a site of {size} "
                    + (f"does not build: {said}" if said else "builds without a word")
                )
    for name in ("difference", "CommonMark", "front matter", "silent loss", "exception", "broken build"):
        _say(f"{name}: {counts[name]}")
    return 1 if counts.total() else 0


def _properties(jekyll: Jekyll, seed: int, options: argparse.Namespace) -> Iterator[str]:
    """Hold pages with random properties against their front matter; yield the name of each thing that is wrong."""
    wrong = properties.run(jekyll, seed, options.number, options.start)
    _say(f"properties: {options.number} pages read by {' and '.join(jekyll.loaders)}, {len(wrong)} wrong")
    for place, verdict in wrong[: options.show]:
        _say(f"\n--- properties {place}: {verdict}")
    yield from (verdict.partition(":")[0] for _, verdict in wrong)


def _goes_wrong(judge: Judge, how: str, trial: Case) -> bool:
    return judge.verdict(trial).startswith(how)


def _bare(value: Any) -> Any:
    """Return JSON without what says nothing."""
    if isinstance(value, dict):
        dull = {"id", "object", "has_children", "text"}
        return {
            key: _bare(item)
            for key, item in value.items()
            if key not in dull and item not in (False, None, "default")
        }
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _say(line: str) -> None:
    sys.stdout.buffer.write((line + "\n").encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
