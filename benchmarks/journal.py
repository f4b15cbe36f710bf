"""A journal of any length: what a benchmark reads in place of somebody's Notion.

A page has 30 to 150 blocks: prose with marks in four languages, nested lists, code, tables, a picture in every second page.
There are a few dozen bodies; each page has one of them under ids of its own, so that 10,000 pages need no more memory than
their rows do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from benchmarks.escapes import PROSE
from notion2jekyll.demo.workspace import Workspace, block, iso, text

Json = dict[str, Any]

BODIES: Final = 40
FEWEST_BLOCKS: Final = 30
MOST_BLOCKS: Final = 150
PICTURE_BYTES: Final = 150_000
FILE_LIFE: Final = 3600.0
"""Seconds for which the address of a file works, as Notion's does."""
BEGINNING: Final = datetime(2010, 1, 1, 8, 0, tzinfo=UTC)
"""When the first page was made; the others follow every seven hours."""
STATUS: Final = ("Draft", "Published")
TAGS: Final = ("reading", "work", "공부", "日記", "Garten", "travel")

_PAGE: Final = "bbbbbbbb"
"""Stands in a body for the number of the page, in the ids of its blocks."""
_ID: Final = re.compile(r"([0-9a-f]{8})-?0000-?4000-?8000-?([0-9a-f]{12})\Z")
_FILE: Final = re.compile(r"@@FILE([0-9]+)@@")


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks that some of the pages have."""

    lists: dict[int, list[str]]
    """Number of a block (0: the page itself) → its children, as JSON with `_PAGE` in their ids."""
    inside: dict[int, tuple[int, int]]
    """Number of each list but the page's own → the list that its block is in, and the place there (from 0)."""
    pictures: int
    """How many pictures it shows."""

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return sum(map(len, self.lists.values()))

    @property
    def sizes(self) -> dict[int, int]:
        """Number of each list → how many blocks are in it."""
        return {number: len(blocks) for number, blocks in self.lists.items()}


class Journal:
    """A database of `pages` pages; `clock` gives the present time."""

    def __init__(self, pages: int, clock: Callable[[], datetime], *, seed: int = 7) -> None:
        self.moment = clock
        self.workspace = Workspace(clock=clock)
        self.bodies = [_body(Random(f"{seed}/{number}")) for number in range(BODIES)]
        options = [{"name": name} for name in STATUS]
        schema: dict[str, Json] = {
            "Name": {"title": {}},
            "Date": {"date": {}},
            "Tags": {"multi_select": {"options": [{"name": name} for name in TAGS]}},
            "Status": {"select": {"options": options}},
        }
        self.database = self.workspace.add_database("Journal", schema)
        self.data_source = self.workspace.data_source(self.database)
        self.rows = [self._row(number) for number in range(1, pages + 1)]
        self._numbers = {row: number for number, row in enumerate(self.rows, 1)}
        self._editions = [0] * (pages + 1)

    def _row(self, number: int) -> str:
        created = BEGINNING + timedelta(hours=7 * number)
        properties = {
            "Name": f"{_SUBJECTS[number % len(_SUBJECTS)]} {number}",
            "Date": {"date": {"start": created.date().isoformat()}},
            "Tags": [TAGS[number % len(TAGS)], TAGS[(number // 7) % len(TAGS)]],
            "Status": "Published",
        }
        return self.workspace.add_page(self.data_source, properties, created=created)

    def edit(self, number: int) -> None:
        """Write the page `number` (from 1) anew, now."""
        self._editions[number] += 1
        self.workspace.update_page(self.rows[number - 1], {"Status": "Published"})

    def body(self, number: int) -> Body:
        """Return what the page `number` (from 1) holds now."""
        return self.bodies[(7 * number + 3 * self._editions[number]) % BODIES]

    def children(self, target: str) -> tuple[list[str], int] | None:
        """Return the children of a page or block, as JSON, and the number of the page; None for an id that is neither."""
        if target in self._numbers:
            number, block_number = self._numbers[target], 0
        elif found := _ID.match(target):
            number, block_number = int(found[1], 16), int(found[2], 16)
        else:
            return None
        if not 0 < number < len(self._editions):
            return None
        return self.body(number).lists.get(block_number, []), number

    def present(self, blocks: list[str], number: int, files: str) -> str:
        """Return `blocks` of the page `number` as a JSON array, with addresses of files that work for an hour from now."""
        now = self.moment()
        date, expires = now.strftime("%Y%m%dT%H%M%SZ"), iso(now + timedelta(seconds=FILE_LIFE))

        def address(match: re.Match[str]) -> str:
            file = f"{number:08x}-0000-4000-8000-{int(match[1]):08d}{self._editions[number]:04d}"
            query = f"X-Amz-Date={date}&X-Amz-Expires=3600&X-Amz-Signature=0&X-Amz-SignedHeaders=host&x-id=GetObject"
            return f"{files}/{self.workspace.space}/{file}/photo.png?{query}"

        joined = "[" + ",".join(blocks) + "]"
        joined = joined.replace(_PAGE, f"{number:08x}").replace("@@EXPIRES@@", expires)
        joined = joined.replace("@@PARENT@@", self.rows[number - 1])
        return _FILE.sub(address, joined)


_SUBJECTS: Final = (
    "A day in the garden",
    "오늘의 공부",
    "本を読んだ日",
    "Im Zug nach Norden",
    "Notes on parsing",
    "주간 회고",
)


def _body(random: Random) -> Body:
    """Return a body of a random size, made of blocks as Notion's API returns them."""
    workspace = Workspace(clock=lambda: BEGINNING, seed="body")
    page = workspace.add_page(None, {"title": "Body"}, _blocks(random))
    pictures = 0
    numbers: dict[str, int] = {page: 0}
    lists: dict[int, list[str]] = {}
    inside: dict[int, tuple[int, int]] = {}
    waiting = [page]
    while waiting:
        parent = waiting.pop(0)
        children = workspace.child_ids(parent)
        for child in children:
            numbers[child] = len(numbers)
        written = []
        for place, child in enumerate(children):
            made = workspace.block(child)
            made["id"] = _id(numbers[child])
            made["parent"] = (
                {"type": "block_id", "block_id": _id(numbers[parent])}
                if numbers[parent]
                else {"type": "page_id", "page_id": "@@PARENT@@"}
            )
            if made["type"] == "image":
                pictures += 1
                made["image"] = {
                    "caption": made["image"]["caption"],
                    "type": "file",
                    "file": {"url": f"@@FILE{numbers[child]}@@", "expiry_time": "@@EXPIRES@@"},
                }
            if made["has_children"]:
                waiting.append(child)
                inside[numbers[child]] = numbers[parent], place
            written.append(json.dumps(made, ensure_ascii=False))
        lists[numbers[parent]] = written
    return Body(lists, inside, pictures)


def page_blocks(random: Random) -> Iterator[tuple[Json, int]]:
    """Yield the blocks of a random page as the API returns them, each with its `children` in it and how many blocks that are."""
    workspace = Workspace(clock=lambda: BEGINNING, seed=str(random.random()))
    page = workspace.add_page(None, {"title": "Page"}, _blocks(random))

    def whole(target: str) -> tuple[Json, int]:
        inner = [whole(child) for child in workspace.child_ids(target)]
        children = [block for block, _ in inner]
        return {**workspace.block(target), "children": children}, 1 + sum(count for _, count in inner)

    for child in workspace.child_ids(page):
        yield whole(child)


def _id(number: int) -> str:
    return f"{_PAGE}-0000-4000-8000-{number:012x}"


def _blocks(random: Random) -> list[Json]:
    """Return a page's blocks in create form: a little of everything that people use every day."""
    language = random.choice(list(PROSE))
    wanted = random.randint(FEWEST_BLOCKS, MOST_BLOCKS)
    # Few lists, as people have them: each is a request of its own.
    nested = random.randint(0, 3)
    rich = [_list(random, language) for _ in range(nested)]
    if random.random() < 0.3:
        rich.append(_table(random, language))
    rich += [
        block("image", external={"url": "https://example.org/x.png"})
        for _ in range(random.choice((0, 0, 1, 1)))
    ]
    size = sum(1 + _count(each) for each in rich)
    made = [_simple(random, language) for _ in range(max(8, wanted - size))]
    for each in rich:
        made.insert(random.randrange(len(made)), each)
    return made


def _count(made: Json) -> int:
    return sum(1 + _count(child) for child in made.get("children", ()))


def _simple(random: Random, language: str) -> Json:
    kind = random.choices(
        (
            "paragraph",
            "heading_2",
            "heading_3",
            "bulleted_list_item",
            "numbered_list_item",
            "to_do",
            "quote",
            "code",
            "divider",
            "callout",
        ),
        (45, 5, 3, 20, 8, 6, 4, 4, 2, 3),
    )[0]
    if kind == "divider":
        return block("divider")
    if kind == "code":
        return block("code", _CODE, language="python")
    if kind.startswith("heading"):
        return block(kind, random.choice(PROSE[language])[:40])
    if kind == "to_do":
        return block("to_do", *_prose(random, language), checked=random.random() < 0.5)
    if kind == "callout":
        return block("callout", *_prose(random, language), icon={"type": "emoji", "emoji": "💡"})
    return block(kind, *_prose(random, language))


def _prose(random: Random, language: str) -> list[str | Json]:
    """Return one to three sentences, some with a mark or a link in them."""
    parts: list[str | Json] = []
    for _ in range(random.randint(1, 3)):
        sentence = random.choice(PROSE[language])
        middle = len(sentence) // 2
        chance = random.random()
        if chance < 0.3:
            mark = random.choice(("bold", "italic", "code"))
            parts += [
                sentence[:middle],
                text(
                    sentence[middle : middle + 6],
                    bold=mark == "bold",
                    italic=mark == "italic",
                    code=mark == "code",
                ),
                sentence[middle + 6 :] + " ",
            ]
        elif chance < 0.4:
            parts += [
                sentence[:middle],
                text("a link", link="https://example.org/a_b?c=1"),
                sentence[middle:] + " ",
            ]
        else:
            parts.append(sentence + " ")
    return parts


def _list(random: Random, language: str) -> Json:
    """Return a list item with items in it, one of which may have some more."""
    inner = [block("bulleted_list_item", *_prose(random, language)) for _ in range(random.randint(2, 5))]
    if random.random() < 0.4:
        deeper = [block("bulleted_list_item", *_prose(random, language)) for _ in range(random.randint(2, 4))]
        inner.append(block("bulleted_list_item", *_prose(random, language), children=deeper))
    return block("bulleted_list_item", *_prose(random, language), children=inner)


def _table(random: Random, language: str) -> Json:
    rows = [
        {
            "type": "table_row",
            "table_row": {"cells": [[text(random.choice(PROSE[language])[:20])] for _ in range(3)]},
        }
        for _ in range(random.randint(3, 8))
    ]
    return {
        "type": "table",
        "table": {"table_width": 3, "has_column_header": True, "has_row_header": False},
        "children": rows,
    }


_CODE: Final = '''def mean(values):
    """Return the mean, or 0 for nothing."""
    return sum(values) / len(values) if values else 0

print(f"{mean([1, 2, 3]):.2f}")'''
