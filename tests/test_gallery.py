"""The gallery shows what is: its words, blocks and Markdown are made anew, its pictures compared by what they show."""

from __future__ import annotations

import json
import runpy
import struct
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import rendered
from notion2jekyll.convert.blocks import BLOCKS, LISTS
from oracle.kramdown import Kramdown

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/blocks.md"
PICTURES = ROOT / "docs/blocks"
AGAIN = "Run 'python scripts/gallery.py' and look at the pictures that changed."


@cache
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts/gallery.py"))


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert script()["with_gallery"](page, script()["recorded"](page)) == page, AGAIN


def test_every_type_of_block_is_shown() -> None:
    shown = [case for cases in script()["SECTIONS"].values() for case in cases]
    assert len(shown) == len(set(shown))
    assert {*shown, "rich_text"} == set(rendered.names())
    examples = json.loads((ROOT / "tests/data/notion/blocks.json").read_text(encoding="utf-8"))
    assert {raw["type"] for raw in examples} == set(shown) - {"unknown"}
    assert BLOCKS.keys() | LISTS <= set(shown)


def test_every_type_says_what_becomes_of_it() -> None:
    for case in rendered.names():
        if case != "rich_text":
            said = script()["says"](case)
            assert said.endswith("."), case


def test_pictures_show_what_is_rendered_now(kramdown: Kramdown) -> None:
    recorded = script()["recorded"](PAGE.read_text(encoding="utf-8"))
    assert recorded.keys() == set(rendered.names())
    changed = [case for case, digest in recorded.items() if script()["digest"](case, kramdown) != digest]
    assert not changed, AGAIN


@pytest.mark.parametrize("case", rendered.names())
def test_every_case_has_a_small_picture(case: str) -> None:
    picture = (PICTURES / f"{case}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 25 * 1024
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    assert (depth, kind) == (8, 3)
    assert 30 < width <= 740
    assert 30 < height <= 1500


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in PICTURES.iterdir()} == set(rendered.names())


def test_a_change_is_noticed(kramdown: Kramdown, monkeypatch: pytest.MonkeyPatch) -> None:
    before = script()["digest"]("divider", kramdown)
    monkeypatch.setattr(rendered, "markdown", lambda made: "***bold***")
    assert script()["digest"]("divider", kramdown) != before
