"""The READMEs: one picture, made of what is, and the same commands, keys and links in both languages."""

from __future__ import annotations

import re
import runpy
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN = (ROOT / "README.ko.md").read_text(encoding="utf-8")
AGAIN = "Run 'python scripts/picture.py' and look at docs/demo.png."


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts/picture.py"))


# The two languages ---------------------------------------------------------------------------------------------------


def links(readme: str) -> Counter[str]:
    return Counter(re.findall(r"\]\(([^)\s]+)\)", readme))


def test_both_have_the_same_commands_and_configurations() -> None:
    blocks = [re.findall(r"^```.*?^```", readme, re.MULTILINE | re.DOTALL) for readme in (ENGLISH, KOREAN)]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) >= 4


def test_both_name_the_same_files_options_and_secrets() -> None:
    """In code in a sentence; what the Korean text says in code beyond that is an example of text."""
    english, korean = (set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", readme)) for readme in (ENGLISH, KOREAN))
    assert english
    assert korean - english <= {"{{ }}"}
    assert english <= korean


def test_both_link_to_the_same_and_to_each_other() -> None:
    english, korean = links(ENGLISH), links(KOREAN)
    assert english.pop("README.ko.md") == korean.pop("README.md") == 1
    assert english == korean


def test_both_have_the_same_parts() -> None:
    for mark in (r"^## ", r"^- \*\*", r"^\*\*\d\.", r"^\|"):
        counts = [len(re.findall(mark, readme, re.MULTILINE)) for readme in (ENGLISH, KOREAN)]
        assert counts[0] == counts[1] > 0, mark


def test_the_korean_one_is_korean_and_of_one_style() -> None:
    prose = re.sub(r"```.*?```|`[^`]*`|\([^)]*\)|<!--.*?-->", "", KOREAN, flags=re.DOTALL)
    ends = re.findall(r"([가-힣]+)\.(?=\s|\*)", prose)
    assert len(ends) > 25
    assert [end for end in ends if not re.search(r"(니다|세요|기)$", end)] == []


# The picture ---------------------------------------------------------------------------------------------------------


def test_the_picture_is_small_enough_for_a_front_page() -> None:
    picture = (ROOT / "docs/demo.png").read_bytes()
    width, height = struct.unpack(">II", picture[16:24])
    assert len(picture) < 400 * 1024
    assert 1200 <= width <= 2560
    assert 600 <= height <= width


def test_the_picture_shows_what_the_demo_makes_now(script: dict[str, Any], tmp_path: Path) -> None:
    now = script["digest"](tmp_path)
    assert script["recorded"](ENGLISH) == script["recorded"](KOREAN) == now, AGAIN
