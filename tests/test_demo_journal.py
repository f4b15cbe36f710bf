"""The sample journal: everything that it promises a newcomer is there, as Notion would hand it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notion2jekyll.demo import journal
from notion2jekyll.demo.journal import Ids
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.notion.model import Block, parse_block, parse_page, plain
from notion2jekyll.notion.properties import value

MOMENT = datetime(2026, 3, 23, 0, 0, tzinfo=UTC)
Json = dict[str, Any]


class Sample:
    """The workspace as it stands, read through the model."""

    def __init__(self) -> None:
        self.now = MOMENT
        self.workspace = Workspace(clock=lambda: self.now)
        self.ids: Ids = journal.build(self.workspace)

    def blocks(self, page: str) -> tuple[Block, ...]:
        return tuple(
            parse_block(self.workspace.block(child), self.blocks(child))
            for child in self.workspace.child_ids(page)
        )

    def rows(self) -> list[str]:
        return self.workspace.rows(self.workspace.data_source(self.ids.database))

    def text(self, page: str) -> str:
        return "\n".join(plain(block.text) for block in walk(self.blocks(page)))


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from walk(block.children)


def depth(blocks: tuple[Block, ...]) -> int:
    return max((1 + depth(each.children) for each in blocks if each.type == "bulleted_list_item"), default=0)


@pytest.fixture
def sample() -> Sample:
    return Sample()


def test_only_the_draft_is_not_published(sample: Sample) -> None:
    status = {}
    for row in sample.rows():
        page = parse_page(sample.workspace.page(row))
        status[row] = value(page.properties["상태"])
    assert status.pop(sample.ids.draft) == "작성 중"
    assert list(status.values()) == ["공개"] * 4


def test_rows_have_their_properties(sample: Sample) -> None:
    page = parse_page(sample.workspace.page(sample.ids.first_week))
    assert {name: prop.type for name, prop in page.properties.items()} == {
        "이름": "title",
        "날짜": "date",
        "태그": "multi_select",
        "상태": "status",
        "요약": "rich_text",
    }
    assert value(page.properties["이름"]) == '1주차: "왜?"라고 묻는 한 주'
    assert value(page.properties["태그"]) == ("부트캠프", "파이썬", "Q&A")
    assert page.icon
    assert page.icon.emoji == "🌱"
    assert page.created == page.edited == datetime(2026, 3, 13, 13, 20, tzinfo=UTC)


def test_first_week_shows_what_notion_can_hold(sample: Sample) -> None:
    blocks = sample.blocks(sample.ids.first_week)
    kinds = {block.type for block in walk(blocks)}
    assert kinds == {
        "paragraph", "heading_1", "heading_2", "bulleted_list_item", "numbered_list_item", "to_do", "quote", "callout", "toggle",
        "code", "equation", "divider", "table", "table_row", "image",
    }  # fmt: skip
    assert [plain(block.text)[:2] for block in blocks if block.type == "heading_1"] == [
        *("월요", "화요", "수요", "목요", "금요"),
        "회고",
    ]
    assert depth(blocks) == 3
    runs = [run for block in walk(blocks) for run in (*block.text, *block.caption, *sum(block.cells, ()))]
    assert {run.kind for run in runs} == {"text", "equation", "page"}
    assert {mark for run in runs for mark in run.marks} == {
        *("bold", "italic", "code", "strikethrough", "underline")
    }
    assert any(run.href and "bold" in run.marks for run in runs)
    assert any(run.color == "red" for run in runs)


def test_particles_stand_right_behind_bold_words(sample: Sample) -> None:
    pairs = [
        (before.text, after.text[:1])
        for page in (sample.ids.first_week, sample.ids.second_week)
        for block in walk(sample.blocks(page))
        for before, after in zip(block.text, block.text[1:], strict=False)
        if "bold" in before.marks and re.match("[가-힣]", after.text)
    ]
    assert ("파이썬(Python)", "을") in pairs
    assert ('"환경이 반"', "이") in pairs
    assert ("굵게", "는") in pairs
    assert len(pairs) > 8


@pytest.mark.parametrize("words", [journal.HOSTILE, journal.HOSTILE_TOO])
def test_hostile_text_is_plain_text(sample: Sample, words: str) -> None:
    (found,) = (block for block in walk(sample.blocks(sample.ids.first_week)) if plain(block.text) == words)
    (run,) = found.text
    assert (found.type, run.kind, run.marks, run.href) == ("paragraph", "text", frozenset(), None)


def test_programs_hold_liquid_and_a_fence(sample: Sample) -> None:
    programs = [
        plain(each.text) for each in walk(sample.blocks(sample.ids.first_week)) if each.type == "code"
    ]
    assert any("{{ user.name }}" in text and "{% endfor %}" in text for text in programs)
    assert any("\n```\n" in text and "{% raw %}" in text for text in programs)


def test_pages_are_mentioned_by_their_titles(sample: Sample) -> None:
    def mentions() -> list[tuple[str | None, str]]:
        blocks = walk(sample.blocks(sample.ids.first_week))
        return [(run.target, run.text) for block in blocks for run in block.text if run.kind == "page"]

    assert mentions() == [
        (sample.ids.second_week, "2주차: 테스트가 지켜 준 것"),
        (sample.ids.english, journal.ENGLISH_TITLE),
    ]
    journal.edit(sample.workspace, sample.ids)
    assert mentions()[1] == (sample.ids.english, journal.NEW_ENGLISH_TITLE)


def test_screenshot_is_a_small_picture_that_notion_hosts(sample: Sample) -> None:
    (image,) = (each for each in walk(sample.blocks(sample.ids.first_week)) if each.type == "image")
    assert image.file
    assert image.file.hosted
    assert image.file.key.endswith("/study-time.png")
    assert plain(image.caption).startswith("하루에 공부한 시간.")
    (stored,) = sample.workspace._files.values()
    assert stored.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(stored.content) < 20_000


def test_edit_changes_one_paragraph_and_one_title(sample: Sample) -> None:
    before = {row: sample.text(row) for row in sample.rows()}
    titles = {row: value(parse_page(sample.workspace.page(row)).properties["이름"]) for row in sample.rows()}
    sample.now += timedelta(minutes=5)
    journal.edit(sample.workspace, sample.ids)
    changed = [row for row in before if sample.text(row) != before[row]]
    # The first week mentions the page that was renamed, so its words change without an edit of its own.
    assert sorted(changed) == sorted([sample.ids.first_week, sample.ids.second_week])
    assert journal.BEFORE in before[sample.ids.second_week]
    assert journal.BEFORE not in sample.text(sample.ids.second_week)
    now = {row: parse_page(sample.workspace.page(row)) for row in sample.rows()}
    assert [row for row, page in now.items() if value(page.properties["이름"]) != titles[row]] == [
        sample.ids.english
    ]
    edited = {row for row, page in now.items() if page.edited == sample.now}
    assert edited == {sample.ids.english, sample.ids.second_week}
    with pytest.raises(KeyError):
        journal.edit(sample.workspace, sample.ids)


def test_the_same_sample_every_time(sample: Sample) -> None:
    again = Sample()
    assert again.ids == sample.ids
    assert again.blocks(again.ids.english) == sample.blocks(sample.ids.english)
