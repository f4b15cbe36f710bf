"""Notion's own examples, and Notion's own surprises, as this program sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.notion.model import (
    MARKS,
    File,
    Tree,
    hosted_files,
    normal_id,
    parse_block,
    parse_file,
    parse_icon,
    parse_page,
    parse_run,
    parse_text,
    parse_time,
    plain,
)
from notion2jekyll.steps.bench import Packed

DATA = Path(__file__).parent / "data" / "notion"
BLOCKS: list[dict[str, Any]] = json.loads((DATA / "blocks.json").read_text("utf-8"))
OBJECTS: dict[str, Any] = json.loads((DATA / "objects.json").read_text("utf-8"))
RUNS: list[dict[str, Any]] = json.loads((DATA / "richtext.json").read_text("utf-8"))


@pytest.mark.parametrize("raw", BLOCKS, ids=lambda raw: raw["type"])
def test_every_example_of_a_block(raw: dict[str, Any]) -> None:
    block, body = parse_block(raw), raw[raw["type"]]
    assert (block.id, block.type, block.has_children) == (raw["id"], raw["type"], raw["has_children"])
    assert block.edited == datetime(2026, 11, 20, 18, 41, tzinfo=UTC)
    assert plain(block.text) == "".join(
        run["equation"]["expression"] if run["type"] == "equation" else run["plain_text"]
        for run in body.get("rich_text", [])
    )
    assert len(block.caption) == len(body.get("caption", []))
    assert len(block.cells) == len(body.get("cells", []))
    assert bool(block.icon) == bool(body.get("icon"))
    assert bool(block.file) == (body.get("type") in ("file", "external"))
    read = {"rich_text", "caption", "cells", "icon", "color", "file", "external"}
    assert block.data == {name: value for name, value in body.items() if name not in read}


@pytest.mark.parametrize("raw", RUNS, ids=lambda raw: f"{raw['type']}-{raw['plain_text'][:20]}")
def test_every_example_of_a_run(raw: dict[str, Any]) -> None:
    run = parse_run(raw)
    kind = raw["mention"]["type"] if raw["type"] == "mention" else raw["type"]
    assert (run.kind, run.href, run.color) == (kind, raw["href"], raw["annotations"]["color"])
    assert run.marks == {mark for mark in MARKS if raw["annotations"][mark]}
    assert run.text == (raw["equation"]["expression"] if kind == "equation" else raw["plain_text"])
    if kind in ("page", "database"):
        assert run.target == raw["mention"][kind]["id"]


def test_a_page() -> None:
    page = parse_page(OBJECTS["page"])
    assert (page.id, page.parent) == (OBJECTS["page"]["id"], OBJECTS["page"]["parent"]["data_source_id"])
    assert (page.created.minute, page.edited.minute, page.trashed, page.archived) == (30, 41, False, False)
    assert list(page.properties) == ["Name", "Date", "Tags", "Published"]
    assert page.icon is not None
    assert page.icon.emoji == "🥾"
    assert page.cover == File(
        OBJECTS["page"]["cover"]["external"]["url"], hosted=False, name="photo-1525310072745-f49212b5ac6d"
    )


def test_files_of_properties_are_hosted_files_too() -> None:
    def file(name: str) -> dict[str, Any]:
        return {
            "type": "file",
            "name": name,
            "file": {"url": f"https://files.example/s/{name}?X-Amz-Signature=1"},
        }

    external = {"type": "external", "name": "x", "external": {"url": "https://x.y/x.pdf"}}
    rollup = {
        "type": "array",
        "array": [{"type": "files", "files": [file("b.png")]}, {"type": "number", "number": 1}, None],
    }
    properties = {
        "Papers": {"type": "files", "files": [file("a.png"), external]},
        "Theirs": {"type": "rollup", "rollup": rollup},
        "Sum": {"type": "rollup", "rollup": {"type": "number", "number": 5}},
        "Odd": {"type": "files", "files": None},
    }
    page = parse_page({"id": "x", "created_time": "2026-11-20T18:30:00.000Z", "properties": properties})
    assert [file.name for file in hosted_files(Tree(page, ()))] == ["a.png", "b.png"]


def test_hosted_files_keep_their_key_when_they_are_signed_anew() -> None:
    raw = OBJECTS["page_2"]["cover"]
    again = {**raw, "file": {**raw["file"], "url": raw["file"]["url"].replace("Signature=0", "Signature=f")}}
    one, two = parse_file(raw), parse_file(again)
    assert one is not None
    assert two is not None
    assert one.url != two.url
    assert (
        one.key
        == two.key
        == "ff2364a0-be3d-80e4-acc6-9efb36afe9a5/3c47120c-2c07-8169-9cea-3f7d91ab0aef/cover.jpg"
    )
    assert one.expires == datetime(2026, 11, 20, 19, 42, 11, 385000, tzinfo=UTC)
    page = parse_page(OBJECTS["page_2"])
    picture = next(parse_block(raw) for raw in BLOCKS if raw["type"] == "image")
    assert list(hosted_files(Tree(page, (picture,)))) == [page.cover, picture.file]


def test_older_versions_are_read_too() -> None:
    page = {name: value for name, value in OBJECTS["page"].items() if name != "in_trash"}
    assert parse_page({**page, "archived": True}).trashed is True
    assert (
        parse_block({**BLOCKS[0], "type": "transcription", "transcription": {"title": []}}).type
        == "transcription"
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T18:41:00.000Z", datetime(2026, 11, 20, 18, 41, tzinfo=UTC)),
        ("2026-07-04T09:08:57.778+00:00", datetime(2026, 7, 4, 9, 8, 57, 778000, tzinfo=UTC)),
        ("2026-11-20T09:30:00.000+09:00", datetime(2026, 11, 20, 0, 30, tzinfo=UTC)),
        ("2026-11-20T09:30:00", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment
    assert parse_time(text).tzinfo is UTC


def test_ids_are_compared_dashed_and_in_lower_case() -> None:
    dashed = "2c96a001-f6da-8022-b643-904859808667"
    assert {normal_id(text) for text in (dashed, dashed.upper(), dashed.replace("-", ""))} == {dashed}
    assert normal_id("not an id") == "not an id"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(BLOCKS), st.data())
def test_a_block_with_anything_in_it_can_be_read(raw: dict[str, Any], data: st.DataObject) -> None:
    """Notion adds fields and kinds at any time, on every version."""
    body = {name: data.draw(anything | st.just(value)) for name, value in raw[raw["type"]].items()}
    block = parse_block({**raw, raw["type"]: body, "new": data.draw(anything)})
    assert block.id == raw["id"]


@given(anything)
def test_anything_can_be_read_as_text_file_or_icon(raw: Any) -> None:
    assert isinstance(parse_text(raw), tuple)
    file = parse_file(raw)
    parse_icon(raw)
    assert file is None or file.url


def test_a_tree_is_the_same_after_it_was_packed() -> None:
    run = {
        "type": "mention",
        "plain_text": "Week",
        "annotations": {"bold": True, "color": "red"},
        "href": "/x",
    }
    run |= {"mention": {"type": "page", "page": {"id": "0" * 32}}}
    picture = {
        "type": "file",
        "file": {"url": "https://x.test/a/b.png", "expiry_time": "2026-01-01T00:00:00Z"},
    }
    body = {
        **picture,
        "caption": [run],
        "icon": {"type": "emoji", "emoji": "🧵"},
        "color": "blue",
        "other": [1],
    }
    inner = parse_block({"id": "1" * 32, "type": "paragraph", "paragraph": {"rich_text": [run, run]}})
    row = parse_block({"id": "2" * 32, "type": "table_row", "table_row": {"cells": [[run], []]}})
    moment = "2026-01-01T00:00:00.000Z"
    outer = {"id": "3" * 32, "type": "image", "image": body, "has_children": True, "last_edited_time": moment}
    page = parse_page({"id": "4" * 32, "created_time": moment, "last_edited_time": moment, "properties": {}})
    tree = Tree(page, (parse_block(outer, (inner, row)), inner))
    assert Packed.of(tree).tree() == tree
