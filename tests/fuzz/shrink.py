"""Makes a page that goes wrong as small as it can be while it still goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fuzz.judge import Case

Json = dict[str, Any]

_WHOLES = ("table", "column_list", "tab")
"""Types whose children are of one type."""


def shrink(case: Case, goes_wrong: Callable[[Case], bool], patience: int = 600) -> Case:
    """Return the smallest case that still goes wrong, as far as `patience` trials lead."""
    again = True
    while again and patience > 0:
        again = False
        for smaller in _smaller(case.blocks):
            patience -= 1
            trial = replace(case, blocks=smaller)
            if goes_wrong(trial):
                case, again = trial, True
                break
            if patience <= 0:
                break
    return case


def _smaller(blocks: list[Json], *, fixed: bool = False) -> Iterator[list[Json]]:
    """Yield `blocks` with one thing less in them, the biggest things first; `fixed` says that they are parts of a whole."""
    for number, block in enumerate(blocks):
        if len(blocks) > 1:
            yield blocks[:number] + blocks[number + 1 :]
        if block.get("children") and not fixed and block["type"] not in _WHOLES:
            yield blocks[:number] + block["children"] + blocks[number + 1 :]
    for number, block in enumerate(blocks):
        if block.get("children"):
            if block["type"] != "table":
                yield [
                    *blocks[:number],
                    {key: value for key, value in block.items() if key != "children"},
                    *blocks[number + 1 :],
                ]
            for inside in _smaller(block["children"], fixed=block["type"] in _WHOLES):
                yield [*blocks[:number], {**block, "children": inside}, *blocks[number + 1 :]]
        for body in _smaller_body(block[block["type"]]):
            yield [*blocks[:number], {**block, block["type"]: body}, *blocks[number + 1 :]]


def _smaller_body(body: Json) -> Iterator[Json]:
    for key in ("rich_text", "caption", "title"):
        if isinstance(body.get(key), list) and body[key]:
            yield from ({**body, key: runs} for runs in _smaller_text(body[key]))
    if body.get("cells"):
        for number, cell in enumerate(body["cells"]):
            yield from (
                {**body, "cells": [*body["cells"][:number], runs, *body["cells"][number + 1 :]]}
                for runs in _smaller_text(cell)
            )
    if body.get("color", "default") != "default":
        yield {**body, "color": "default"}


def _smaller_text(runs: list[Json]) -> Iterator[list[Json]]:
    if len(runs) > 1:
        for number in range(len(runs)):
            yield runs[:number] + runs[number + 1 :]
    for number, run in enumerate(runs):
        for less in _smaller_run(run):
            yield [*runs[:number], less, *runs[number + 1 :]]


def _smaller_run(run: Json) -> Iterator[Json]:
    if run["type"] == "mention":
        yield {"type": "text", "plain_text": run["plain_text"], "annotations": run["annotations"]}
    for name, value in (run.get("annotations") or {}).items():
        if value and value != "default":
            yield {
                **run,
                "annotations": {**run["annotations"], name: "default" if name == "color" else False},
            }
    if run.get("href") and run["type"] == "text":
        yield {**run, "href": None}
    words = run["equation"]["expression"] if run["type"] == "equation" else run["plain_text"]
    if run["type"] == "mention":
        return
    for size in (len(words) // 2, len(words) // 4, 1):
        for start in range(0, len(words) if size else 0, max(size, 1)):
            less = deepcopy(run)
            less["plain_text"] = words[:start] + words[start + size :]
            if run["type"] == "equation":
                less["equation"]["expression"] = less["plain_text"]
            yield less
