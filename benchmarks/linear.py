"""Whether reading, converting and writing a page takes time in proportion to its size: many blocks, a long paragraph."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from benchmarks.escapes import PROSE
from benchmarks.journal import page_blocks
from notion2jekyll.convert import Address, Copy, convert
from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.notion.model import Block, File, Page, Tree, parse_block, parse_time

BLOCKS: Final = (1_000, 10_000, 100_000)
CHARACTERS: Final = (10_000, 100_000, 1_000_000)
PIECE: Final = 200
"""So many characters of a long paragraph have one look."""

_SOME_DAY: Final = parse_time("2026-01-01T08:00:00Z")
_PAGE: Final = Page("00000000-0000-4000-8000-000000000000", "", _SOME_DAY, _SOME_DAY)


@dataclass(frozen=True, slots=True)
class Growth:
    """What it takes to read, convert and write something of several sizes."""

    what: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    """Of computing, for each size."""


class _NoLinks:
    """A blog in which nothing is linked to anything."""

    def page(self, page_id: str) -> Address | None:  # noqa: ARG002
        return None

    def file(self, file: File, *, picture: bool = False) -> Copy | None:  # noqa: ARG002
        return Copy(SitePath("/assets/photo.png"))


def growths(blocks: tuple[int, ...] = BLOCKS, characters: tuple[int, ...] = CHARACTERS) -> Iterator[Growth]:
    """Yield how long it takes to make Markdown of pages of so many `blocks`, and of paragraphs of so many `characters`."""
    yield _measured("blocks of a page", blocks, _page)
    yield _measured(
        "characters of a paragraph in one look", characters, lambda size: [_paragraph(size, marked=False)]
    )
    yield _measured(
        "characters of a paragraph with marks", characters, lambda size: [_paragraph(size, marked=True)]
    )


def _measured(what: str, sizes: tuple[int, ...], make: Callable[[int], list[Any]]) -> Growth:
    seconds = []
    for size in sizes:
        raw = json.dumps(make(size))
        begun = time.process_time()
        tree = Tree(_PAGE, tuple(_with_children(block) for block in json.loads(raw)))
        serialize(convert(tree, _NoLinks()).body, Dialect())
        seconds.append(time.process_time() - begun)
    return Growth(what, sizes, tuple(seconds))


def _with_children(raw: Any) -> Block:
    return parse_block(raw, tuple(_with_children(child) for child in raw.get("children", ())))


def _page(size: int) -> list[Any]:
    """Return `size` blocks as Notion's API has them, each with its children in it."""
    random = Random(size)  # always the same
    made: list[Any] = []
    count = 0
    while count < size:
        for block, inside in page_blocks(random):
            made.append(block)
            count += inside
    return made


def _paragraph(size: int, *, marked: bool) -> Any:
    prose = " ".join(PROSE["English"] + PROSE["Korean"]) + " "
    whole = prose * (size // len(prose) + 1)
    pieces = [whole[start : start + PIECE] for start in range(0, size, PIECE)]
    looks = [
        {"bold": marked and number % 3 == 1, "italic": marked and number % 5 == 2}
        for number in range(len(pieces))
    ]
    runs = [
        {"type": "text", "plain_text": text, "annotations": look}
        for text, look in zip(pieces, looks, strict=True)
    ]
    return {
        "id": "00000000-0000-4000-8000-000000000001",
        "type": "paragraph",
        "paragraph": {"rich_text": runs},
    }
