"""Mentioned dates, in the way of the blog's language."""

from __future__ import annotations

import pytest

from notion2jekyll.convert.context import Context, Links, Style
from notion2jekyll.convert.dates import locale, written
from notion2jekyll.convert.richtext import inlines
from notion2jekyll.markdown.plain import visible
from notion2jekyll.notion.model import parse_run


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2026-11-20", "ko", "2026년 11월 20일"),
        ("2026-11-20", "ja", "2026年11月20日"),
        ("2026-11-20", "zh-Hant", "2026年11月20日"),
        ("2026-11-20", "en-GB", "20 November 2026"),
        ("2026-11-20T09:30:00.000+01:00", "ko", "2026년 11월 20일 09:30 +01:00"),
        ("2026-11-20T09:30:00.000", "en", "November 20, 2026 09:30"),
        ("someday", "en", "someday"),
    ],
)
def test_written(text: str, language: str, expected: str) -> None:
    assert written(text, language) == expected


@pytest.mark.parametrize("name", ["", "xx", "korean", "ko_XX_1", "../ko"])
def test_a_language_that_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="no language tag"):
        locale(name)


@pytest.mark.parametrize(
    ("language", "expected"),
    [(None, "2026-11-20 → 2026-11-23"), ("ko", "2026년 11월 20일 → 2026년 11월 23일")],
)
def test_a_mention(language: str | None, expected: str, links: Links) -> None:
    body = {"type": "date", "date": {"start": "2026-11-20", "end": "2026-11-23", "time_zone": None}}
    run = parse_run({"type": "mention", "mention": body, "plain_text": "2026-11-20 → 2026-11-23"})
    assert visible(inlines((run,), Context("page", links, Style(language=language)))) == expected


@pytest.fixture
def links() -> Links:
    class Nowhere:
        def page(self, page_id: str) -> None:
            raise AssertionError(page_id)

        def file(self, file: object) -> None:
            raise AssertionError(file)

    return Nowhere()  # type: ignore[return-value]
