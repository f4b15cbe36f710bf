"""Who gets published, and what is known of those who do not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
import yaml

from notion2jekyll.notion.model import Page, Property
from notion2jekyll.publish import Rule, could_serve, is_certain, refusal, whereabouts

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STATUS = Rule("Status", ("Published", "게시"))
TICK = Rule("Public", (True,))


def page(kind: str = "", body: Any = None, name: str = "Status", **more: Any) -> Page:
    held = {name: Property("x", name, kind, {"type": kind, kind: body})} if kind else {}
    return Page("p", "", NOON, NOON, held, **more)


def option(name: str) -> dict[str, str]:
    return {"name": name}


def formula(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, kind: value}


@pytest.mark.parametrize(
    ("held", "rule", "why"),
    [
        (page("status", option("Published")), STATUS, None),
        (page("select", option("게시")), STATUS, None),
        (page("multi_select", [option("x"), option("Published")]), STATUS, None),
        (page("formula", formula("string", "Published")), STATUS, None),
        (page("status", option("Draft")), STATUS, "Status is Draft"),
        (page("status", option("published")), STATUS, "Status is published"),
        (page("status", None), STATUS, "Status is empty"),
        (page("multi_select", []), STATUS, "Status is empty"),
        (page("multi_select", [option("a"), option("b")]), STATUS, "Status is a, b"),
        (page("checkbox", True), STATUS, "Status is yes"),
        (page("checkbox", True, "Public"), TICK, None),
        (page("checkbox", False, "Public"), TICK, "Public is no"),
        (page("formula", formula("boolean", True), "Public"), TICK, None),
        (page("formula", formula("boolean", None), "Public"), TICK, "Public is empty"),
        (page("number", 1, "Public"), TICK, "Public is 1"),
        (page("checkbox", False, "Public"), Rule("Public", (False,)), None),
        (page("number", 0, "Public"), Rule("Public", (False,)), "Public is 0"),
        (page(), "all", None),
        (page(), STATUS, "it has no property Status"),
        (page("formula", formula("unsupported", {})), STATUS, "Notion does not say what Status is"),
        (page("mood_ring", "x"), STATUS, "Notion does not say what Status is"),
        (page("status", option("Published"), trashed=True), STATUS, "it is in Notion's trash"),
        (page("status", option("Published"), archived=True), STATUS, "it is archived in Notion"),
        (page(trashed=True), "all", "it is in Notion's trash"),
    ],
)
def test_only_what_was_marked_is_published(held: Page, rule: Rule | Literal["all"], why: str | None) -> None:
    assert refusal(held, rule) == why


def test_a_renamed_property_is_no_reason_to_remove_a_post() -> None:
    assert is_certain(page("status", option("Draft")), STATUS)
    assert is_certain(page("status", None), STATUS)
    assert is_certain(page(trashed=True), STATUS)
    assert is_certain(page(), "all")
    assert not is_certain(page(), STATUS)
    assert not is_certain(page("formula", formula("unsupported", {})), STATUS)


def test_a_rule_can_be_read() -> None:
    assert str(STATUS) == "Status is Published or 게시"
    assert str(TICK) == "Public is yes"
    assert str(Rule("Private", (False,))) == "Private is no"


@pytest.mark.parametrize(
    ("found", "filtered", "why"),
    [
        (None, False, "it is no longer shared with the connection, or deleted for good"),
        (page(trashed=True, parent="s"), False, "it is in Notion's trash"),
        (page(archived=True, parent="s"), False, "it is archived in Notion"),
        (page(parent="elsewhere"), False, "it was moved out of the source"),
        (page(parent="s"), True, "it no longer matches the filter"),
        # It is there, in the source, and was not listed: something is wrong, and it is not the page.
        (page(parent="s"), False, None),
    ],
)
def test_what_became_of_a_page_is_told_apart(found: Page | None, filtered: bool, why: str | None) -> None:
    assert whereabouts(found, {"s"}, filtered=filtered) == why


def test_what_could_serve_is_offered() -> None:
    assert could_serve(
        {
            "Name": ("title", ()),
            "Topic": ("multi_select", ("git",)),
            "Public": ("checkbox", ()),
            "Tags": ("multi_select", ()),
            "Status": ("status", ("Idea", "Published")),
        }
    ) == [
        "publish: {property: Status, is: [Published]}   # options: Idea, Published",
        "publish: {property: Public, is: true}",
        "publish: {property: Topic, is: [git]}   # options: git",
    ]


@pytest.mark.parametrize(
    "name",
    ["Yes", "no", "2024", "St: a", "Ready?", "on", "~", "a b", "상태", "#1", "'", '"', "- x", "null", "1e3"],
)
def test_what_is_offered_can_be_pasted(name: str) -> None:
    (line,) = could_serve({name: ("select", ("Draft", name))})
    assert yaml.safe_load(line)["publish"] == {"property": name, "is": [name]}
