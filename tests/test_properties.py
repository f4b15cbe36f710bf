"""Every property value of the API's reference, read; and everything else, survived."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangle import mangled
from notion2jekyll.notion.model import File, Property
from notion2jekyll.notion.properties import READERS, UNKNOWN, PageIds, Period, Value, value

EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data/notion/properties.json").read_text(encoding="utf-8")
)
PARIS = timezone(timedelta(hours=1))
DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=PARIS)

EXPECTED: dict[str, Value] = {
    "Name (empty)": "",
    "Excerpt (empty)": "",
    "Rating": 4.5,
    "Rating (empty)": None,
    "Link": "https://example.com/a?b=c",
    "Link (empty)": None,
    "Category": "Travel: Europe",
    "Category (empty)": None,
    "Tags (empty)": (),
    "Status": "Published",
    "Status (empty)": None,
    "Date": Period(DAY),
    "Date (range)": Period(DAY, date(2026, 11, 23)),
    "Date (time)": Period(MORNING),
    "Date (time range)": Period(MORNING, MORNING.replace(hour=11, minute=0)),
    "Date (named zone)": Period(datetime(2026, 11, 20, 9, 30), None, "Europe/Paris"),  # noqa: DTZ001
    "Date (empty)": None,
    "Email": "hola@example.com",
    "Email (empty)": None,
    "Phone": "+33 1 23 45 67 89",
    "Phone (empty)": None,
    "Published": True,
    "Draft": False,
    "Attachments (empty)": (),
    "Created by": None,
    "Created by (full)": "Ada Example",
    "Created time": datetime(2026, 11, 20, 18, 30, tzinfo=UTC),
    "Last edited by": "notion2jekyll",
    "Last edited time": datetime(2026, 11, 20, 18, 41, tzinfo=UTC),
    "Formula string": "ready",
    "Formula number": 16,
    "Formula boolean": True,
    "Formula date": Period(DAY),
    "Formula string (null)": None,
    "Formula number (null)": None,
    "Formula boolean (null)": None,
    "Formula date (null)": None,
    "Formula unsupported": UNKNOWN,
    "Button": None,
    "ID": "JRN-42",
    "ID (no prefix)": "7",
    "Verification (null)": None,
    "Verification (unverified)": "unverified",
    "Verification (verified)": "verified",
    "Verification (expired)": "expired",
    "Place": "Paris",
    "Place (empty)": None,
    "People (empty)": (),
    "Related": PageIds(("354148b8-bdd7-8139-bdf7-c7567b8524e0",), complete=True),
    "Rollup number": 8,
    "Rollup date": Period(date(2026, 9, 15)),
    "Rollup unsupported": UNKNOWN,
    "Rollup number (null)": None,
}
SHAPES = {"Name", "Excerpt", "Tags", "Attachments", "People", "Related (>25)", "Rollup array"}
"""Examples that a test of their own looks at."""


def read(name: str) -> Value:
    raw = EXAMPLES[name]
    return value(Property(raw["id"], name, raw["type"], raw))


def test_every_example_is_looked_at() -> None:
    assert EXPECTED.keys() | SHAPES == EXAMPLES.keys()
    assert {raw["type"] for raw in EXAMPLES.values()} == READERS.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_property_has_the_value_that_notion_shows(name: str) -> None:
    assert read(name) == EXPECTED[name]
    assert type(read(name)) is type(EXPECTED[name])  # True == 1


def test_texts_are_whole() -> None:
    assert str(read("Name")).startswith("A walk: “quotes” & <tags> — ")
    assert str(read("Excerpt")).startswith("This is a ")


def test_people_are_names_and_never_addresses() -> None:
    assert read("People") == ("Ada Example", "Editors")
    assert "@" not in repr([read(name) for name in EXAMPLES if "by" in name])


def test_tags_keep_their_order() -> None:
    assert read("Tags") == tuple(option["name"] for option in EXAMPLES["Tags"]["multi_select"])


def test_files_know_who_hosts_them() -> None:
    files = read("Attachments")
    assert isinstance(files, tuple)
    assert all(isinstance(file, File) for file in files)
    first = files[0]
    assert isinstance(first, File)
    assert (first.name, first.hosted) == ("photo.jpeg", True)
    assert "?" not in first.key
    assert first.key.endswith("photo.jpeg")


def test_a_relation_says_when_it_is_cut() -> None:
    related = read("Related (>25)")
    assert isinstance(related, PageIds)
    assert (len(related.ids), related.complete) == (25, False)


def test_a_rollup_holds_values() -> None:
    held = read("Rollup array")
    assert isinstance(held, tuple)
    assert held[0] == "Another entry"


def test_an_unknown_type_says_so() -> None:
    assert value(Property("x", "Mood", "mood_ring", {"type": "mood_ring", "mood_ring": "blue"})) is UNKNOWN


@pytest.mark.parametrize("start", ["soon", 5, ["2026-11-20"], "2026-13-01", "2026-11-20T25:00"])
def test_a_date_that_is_none_is_unknown(start: Any) -> None:
    raw = {"type": "date", "date": {"start": start}}
    assert value(Property("d", "Date", "date", raw)) is UNKNOWN


def test_half_an_emoji_cannot_stop_a_commit() -> None:
    raw = {"type": "select", "select": {"name": "cut \ud83d"}}
    assert value(Property("s", "Mood", "select", raw)) == "cut \ufffd"
    raw = {"type": "select", "select": {"name": "\ud83d\ude00"}}
    assert value(Property("s", "Mood", "select", raw)) == "😀"


@given(st.sampled_from(sorted(EXAMPLES)).flatmap(lambda name: mangled(EXAMPLES[name])))
def test_no_json_makes_reading_fail(raw: Any) -> None:
    if isinstance(raw, dict):
        kind = raw.get("type")
        value(Property("x", "X", kind if isinstance(kind, str) else "", raw))
