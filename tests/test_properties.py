"""Every property value of the API's reference, read; and everything else, survived."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangle import mangled
from notion2jekyll.notion.model import File, Property
from notion2jekyll.notion.properties import (
    READERS,
    UNKNOWN,
    Location,
    PageIds,
    Period,
    Value,
    completed,
    is_cut,
    related,
    value,
)

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
    "Place": Location("Paris", "Paris, France", 48.8566, 2.3522),
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
        prop = Property("x", "X", kind if isinstance(kind, str) else "", raw)
        tuple(related(value(prop)))
        is_cut({"X": prop}, "X")


def prop(kind: str, body: Any, **more: Any) -> Property:
    return Property("x", "X", kind, {"type": kind, kind: body, **more})


def test_pages_that_are_named_are_found_inside_rollups_too() -> None:
    assert list(related(read("Related"))) == ["354148b8-bdd7-8139-bdf7-c7567b8524e0"]
    assert list(related(read("Rollup array"))) == ["354148b8-bdd7-8139-bdf7-c7567b8524e0"]
    assert list(related(read("Attachments"))) == list(related(read("Tags"))) == []


# What Notion cuts off -------------------------------------------------------------------------------------------------

PERSON = {"object": "user", "name": "Ada"}
PAGE_MENTION = {"type": "mention", "mention": {"type": "page", "page": {"id": "x"}}, "plain_text": "Untitled"}
USER_MENTION = {"type": "mention", "mention": {"type": "user", "user": {"id": "x"}}, "plain_text": "@Ada"}
DATE_MENTION = {
    "type": "mention",
    "mention": {"type": "date", "date": {"start": "2026-11-20"}},
    "plain_text": "x",
}
FEW, MANY = prop("relation", [{"id": "x"}], has_more=False), prop("relation", [{"id": "x"}], has_more=True)
SUM = prop("rollup", {"type": "number", "number": 25, "function": "sum"})
SHOWN = {"type": "array", "array": [{"type": "number", "number": 1}] * 25, "function": "show_original"}


@pytest.mark.parametrize(
    ("held", "cut"),
    [
        ({"X": MANY}, True),
        ({"X": FEW}, False),
        ({"X": replace(MANY, listed={})}, False),
        ({"X": prop("people", [PERSON] * 25)}, True),
        ({"X": prop("people", [PERSON] * 24)}, False),
        ({"X": prop("rich_text", [PAGE_MENTION, USER_MENTION] * 13)}, True),
        ({"X": prop("title", [PAGE_MENTION] * 25)}, True),
        ({"X": prop("title", [PAGE_MENTION, DATE_MENTION] * 24)}, False),
        ({"X": prop("multi_select", [{"name": "a"}] * 100)}, False),
        ({"X": prop("rollup", SHOWN)}, True),
        ({"X": prop("rollup", {"type": "incomplete", "incomplete": {}, "function": "sum"})}, True),
        ({"X": SUM}, False),
        ({"X": SUM, "R": FEW}, False),
        ({"X": SUM, "R": MANY}, True),
        ({"X": SUM, "R": prop("people", [PERSON] * 25)}, False),
        ({"X": prop("formula", {"type": "number", "number": 25}), "R": prop("people", [PERSON] * 25)}, True),
        ({"X": prop("formula", {"type": "number", "number": 25}), "R": SUM}, False),
        ({"X": prop("number", 25), "R": MANY}, False),
    ],
)
def test_what_is_cut_or_may_be(held: dict[str, Property], cut: bool) -> None:
    assert is_cut(held, "X") is cut


def items(kind: str, *bodies: Any, more: bool = False, **about: Any) -> dict[str, Any]:
    """Return a page of results of the endpoint for one property."""
    return {
        "object": "list",
        "results": [{"object": "property_item", "id": "x", "type": kind, kind: body} for body in bodies],
        "has_more": more,
        "property_item": {"id": "x", "next_url": None, **about},
    }


def test_what_was_cut_is_put_together() -> None:
    answers = [
        items("relation", {"id": "a"}, {"id": "b"}, more=True, type="relation", relation={}),
        items("relation", {"id": "c"}, type="relation", relation={}),
    ]
    whole = completed(MANY, answers)
    assert value(whole) == PageIds(("a", "b", "c"), complete=True)
    assert whole.listed == MANY.data
    people = completed(
        prop("people", [PERSON] * 25), [items("people", *[PERSON] * 26, type="people", people={})]
    )
    assert value(people) == ("Ada",) * 26
    title = completed(
        prop("title", [PAGE_MENTION] * 25), [items("title", {"plain_text": "a"}, {"plain_text": "b"})]
    )
    assert value(title) == "ab"


def test_the_result_of_a_rollup_comes_with_the_last_answer() -> None:
    incomplete = {"type": "incomplete", "incomplete": {}, "function": "sum"}
    done = {"type": "number", "number": 30, "function": "sum"}
    answers = [
        items("relation", {"id": "a"}, more=True, type="rollup", rollup=incomplete),
        items("relation", {"id": "b"}, type="rollup", rollup=done),
    ]
    assert value(completed(SUM, answers)) == 30
    empty = {"type": "array", "array": [], "function": "show_original"}
    shown = [items("title", {"plain_text": str(number)}, type="rollup", rollup=empty) for number in range(30)]
    assert value(completed(prop("rollup", SHOWN), shown)) == tuple(map(str, range(30)))
    single = {
        "object": "property_item",
        "id": "x",
        "type": "formula",
        "formula": {"type": "number", "number": 30},
    }
    assert value(completed(prop("formula", {"type": "number", "number": 25}), [single])) == 30


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [{}],
        [{"object": "list", "results": []}],
        [{"object": "property_item", "type": "number", "number": 1}],
    ],
)
def test_an_answer_about_something_else_is_none(answers: list[Any]) -> None:
    with pytest.raises(ValueError, match="answer"):
        completed(SUM, answers)
