"""The embedded Notion answers like the real one: the same fields with the same kinds of values, errors included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from fakes.notion import FakeNotion, Time, fake_notion
from notion2jekyll.demo.notion_server import CONNECTION, TOKEN, VERSION
from notion2jekyll.demo.workspace import Workspace, block, equation, mention, rich, text
from notion2jekyll.notion.model import parse_block, parse_file

DATA = Path(__file__).parent / "data" / "notion"
BLOCKS: list[dict[str, Any]] = json.loads((DATA / "blocks.json").read_text("utf-8"))
OBJECTS: dict[str, Any] = json.loads((DATA / "objects.json").read_text("utf-8"))
PROPERTIES: dict[str, Any] = json.loads((DATA / "properties.json").read_text("utf-8"))
RUNS: list[dict[str, Any]] = json.loads((DATA / "richtext.json").read_text("utf-8"))

ONLY_OLDER = {"archived"}
"""Fields that the examples have and Notion-Version 2026-03-11 has not (upgrade guide)."""


def differences(expected: Any, actual: Any, where: str = "") -> Iterator[str]:
    """Yield where `actual` has other fields than `expected`, or a value of another kind."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        wanted = expected.keys() - ONLY_OLDER
        yield from (f"{where}.{name} is missing" for name in wanted - actual.keys())
        yield from (f"{where}.{name} is too much" for name in actual.keys() - wanted)
        for name in wanted & actual.keys():
            yield from differences(expected[name], actual[name], f"{where}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list):
        for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(left, right, f"{where}[{index}]")
        if bool(expected) != bool(actual):
            yield f"{where} has {len(actual)} items, not {len(expected)}"
    elif type(expected) is not type(actual):
        yield f"{where} is {actual!r}, not like {expected!r}"


def alike(expected: Any, actual: Any) -> None:
    assert sorted(differences(expected, actual)) == []


def create_form(value: Any) -> Any:
    """Return `value` as one would send it: without what Notion fills in."""
    if isinstance(value, list):
        return [create_form(item) for item in value]
    if not isinstance(value, dict):
        return value
    filled = ("plain_text", "href") if "plain_text" in value else ()
    sent = {name: create_form(item) for name, item in value.items() if name not in filled}
    if "annotations" in sent:
        marks = {name: mark for name, mark in sent["annotations"].items() if mark not in (False, "default")}
        sent = (
            {**sent, "annotations": marks} if marks else {k: v for k, v in sent.items() if k != "annotations"}
        )
    if sent.get("type") == "text" and sent["text"]["link"] is None:
        del sent["text"]["link"]
    if sent.get("color") == "default":
        del sent["color"]
    if isinstance(sent.get("date"), dict):
        sent["date"] = {name: item for name, item in sent["date"].items() if item is not None}
    return {name: item for name, item in sent.items() if not (name == "icon" and item is None)}


@pytest.fixture
def fake() -> Iterator[FakeNotion]:
    with fake_notion() as server:
        yield server


def ask(fake: FakeNotion, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "Notion-Version": VERSION, **more.pop("headers", {})}
    headers = {name: value for name, value in headers.items() if value is not None}
    with httpx.Client(trust_env=False, verify=False) as client:
        return client.request(method, f"{fake.url}/v1/{path}", headers=headers, **more)


def got(fake: FakeNotion, path: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    response = ask(fake, path, method, **more)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    if answer["object"] != "list":
        assert answer.pop("request_id") == response.headers["x-notion-request-id"]
    return answer


# Shapes --------------------------------------------------------------------------------------------------------------


def test_the_comparison_notices() -> None:
    page = {name: value for name, value in OBJECTS["page"].items() if name not in ONLY_OLDER}
    assert list(differences(OBJECTS["page"], page)) == []
    changes: list[dict[str, Any]] = [{"url": None}, {"new": 1}, {"properties": {}}, {"in_trash": 0}]
    for change in changes:
        assert list(differences(page, {**page, **change}))
    assert list(differences(page, {name: page[name] for name in page if name != "cover"}))


@pytest.mark.parametrize("example", BLOCKS, ids=lambda example: example["type"])
def test_blocks_come_out_as_notion_returns_them(fake: FakeNotion, example: dict[str, Any]) -> None:
    kind = example["type"]
    page = fake.workspace.add_page(None, {"title": "Page"})
    if kind == "child_page":
        made = fake.workspace.add_page(page, {"title": example[kind]["title"]})
    elif kind == "child_database":
        made = fake.workspace.add_database(example[kind]["title"], {"Name": {"title": {}}}, parent=page)
    else:
        sent: dict[str, Any] = {"type": kind, kind: create_form(deepcopy(example[kind]))}
        [made] = fake.workspace.add_blocks(page, [sent])
    answer = got(fake, f"blocks/{made}")
    expected = deepcopy(example)
    if example["parent"]["type"] == "block_id":  # rows, columns and tab items; here they lie on the page
        expected["parent"] = {"type": "page_id", "page_id": page}
    alike(expected, answer)
    if kind != "synced_block" and "page" not in json.dumps(example[kind]):
        assert answer[kind] == example[kind]


@pytest.mark.parametrize(
    "example", RUNS, ids=lambda example: f"{example['type']}-{example['plain_text'][:20]}"
)
def test_rich_text_comes_out_as_notion_returns_it(fake: FakeNotion, example: dict[str, Any]) -> None:
    page = fake.workspace.add_page(None, {"title": "Page"}, [block("paragraph", create_form(example))])
    [run] = got(fake, f"blocks/{page}/children")["results"][0]["paragraph"]["rich_text"]
    inner = example.get("mention", {})
    if inner.get("type") in ("page", "database"):
        # Notion shows a page that is not shared, as this one is not here, without its title.
        assert run == {**example, "plain_text": "Untitled"}
    else:
        name = (
            {"plain_text": "@Ada Example"}
            if inner.get("type") == "user" and "name" not in inner["user"]
            else {}
        )
        assert run == {**example, **name}


@pytest.mark.parametrize("name", PROPERTIES)
def test_properties_come_out_as_notion_returns_them(fake: FakeNotion, name: str) -> None:
    example = PROPERTIES[name]
    kind = example["type"]
    computed = kind in ("formula", "rollup", "verification")  # by Notion itself, which nobody sends
    given = example[kind] if computed else create_form(example[kind])
    schema: dict[str, Any] = (
        {"P": {kind: {}}} if kind == "title" else {"Name": {"title": {}}, "P": {kind: {}}}
    )
    if kind == "unique_id":
        schema["P"][kind] = {"prefix": example[kind]["prefix"]}
    database = fake.workspace.add_database("Journal", schema)
    page = fake.workspace.add_page(database, {} if given is None else {"P": given})
    answer = got(fake, f"pages/{page}")["properties"]["P"]
    if kind in ("created_by", "last_edited_by"):
        example = {**example, kind: {"object": "user", "id": ""}}
    alike(example, answer)
    if kind in ("title", "rich_text", "number", "date", "formula", "rollup", "url", "checkbox", "place"):
        assert answer[kind] == example[kind]


def test_pages_come_out_as_notion_returns_them(fake: FakeNotion) -> None:
    names: dict[str, Any] = {
        "Name": {"title": {}},
        "Date": {"date": {}},
        "Tags": {"multi_select": {}},
        "Published": {"checkbox": {}},
    }
    database = fake.workspace.add_database("Journal", names)
    for example, picture in (
        (OBJECTS["page"], None),
        (OBJECTS["page_2"], fake.workspace.add_file("cover.jpg", b"x")),
    ):
        page = fake.workspace.add_page(
            database,
            {name: create_form(value) for name, value in example["properties"].items()},
            icon=example["icon"],
            cover=picture or example["cover"],
            public_url=example["public_url"],
        )
        answer = got(fake, f"pages/{page}")
        alike(example, answer)
        assert answer["url"].startswith("https://app.notion.com/p/A")


def test_databases_and_data_sources_come_out_as_notion_returns_them(fake: FakeNotion) -> None:
    home = fake.workspace.add_page(None, {"title": "Home"})
    schema = create_form(deepcopy(OBJECTS["data_source"]["properties"]))
    database = fake.workspace.add_database("Journal", schema, parent=home)
    answer = got(fake, f"databases/{database}")
    alike(OBJECTS["database"], answer)
    source = got(fake, f"data_sources/{answer['data_sources'][0]['id']}")
    alike(OBJECTS["data_source"], source)
    assert datetime.fromisoformat(answer["created_time"]).tzinfo is not None


def test_lists_come_out_as_notion_returns_them(fake: FakeNotion) -> None:
    fake.workspace.page_limit = 1
    page = fake.workspace.add_page(None, {"title": "Page"}, [block("divider"), block("divider")])
    answer = got(fake, f"blocks/{page}/children")
    alike({**OBJECTS["list_block_children"], "results": answer["results"]}, answer)
    database = fake.workspace.add_database("Journal", {"Name": {"title": {}}})
    source = fake.workspace.data_source(database)
    fake.workspace.add_page(database, {"Name": "A"})
    answer = got(fake, f"data_sources/{source}/query", "POST", json={})
    alike({**OBJECTS["query_data_source"], "results": answer["results"]}, answer)
    fake.workspace.add_page(database, {"Name": "B"})
    fake.workspace.query_limit = 1
    answer = got(fake, f"data_sources/{source}/query", "POST", json={})
    alike({**OBJECTS["query_data_source_incomplete"], "results": answer["results"]}, answer)
    assert answer["request_status"] == OBJECTS["query_data_source_incomplete"]["request_status"]


def test_errors_come_out_as_notion_returns_them(fake: FakeNotion) -> None:
    page = fake.workspace.add_page(None, {"title": "Secret"})
    fake.workspace.unshare(page)
    examples = {(each["status"], each["code"]): each for each in OBJECTS["errors"]}
    cases = [
        (ask(fake, "nonsense"), 400, "invalid_request_url"),
        (ask(fake, "pages/page"), 400, "validation_error"),
        (ask(fake, "users/me", headers={"Notion-Version": None}), 400, "missing_version"),
        (ask(fake, "users/me", headers={"Authorization": "Bearer no"}), 401, "unauthorized"),
        (ask(fake, f"pages/{page}"), 404, "object_not_found"),
    ]
    for response, status, code in cases:
        example = examples[status, code]
        assert response.status_code == status
        alike(example, response.json())
        start = example["message"].split("Make sure")[0].split("with ID")[0]
        assert response.json()["message"].startswith(start)
    assert CONNECTION in cases[-1][0].json()["message"]
    assert ask(fake, "users/me", headers={"Notion-Version": "2025-09-03"}).status_code == 400


# Behaviour -----------------------------------------------------------------------------------------------------------


def test_ids_follow_from_the_calls() -> None:
    def build() -> list[str]:
        workspace = Workspace()
        database = workspace.add_database("Journal", {"Name": {"title": {}}})
        return [database, workspace.add_page(database, {"Name": "A"}, [block("paragraph", "x")])]

    assert build() == build()
    assert Workspace(seed="other").space != Workspace().space


def test_edit_times_are_rounded_down_and_move_with_edits(fake: FakeNotion) -> None:
    workspace, time = fake.workspace, fake.time
    time.now = 59.9
    page = workspace.add_page(
        None, {"title": "Page"}, [block("toggle", "x", children=[block("paragraph", "y")])]
    )
    assert workspace.page(page)["last_edited_time"] == "2026-11-20T09:30:00.000Z"
    toggle = workspace.child_ids(page)[0]
    inner = workspace.child_ids(toggle)[0]
    time.now = 125
    workspace.update_block(inner, {"rich_text": rich("silently")}, silent=True)
    assert workspace.page(page)["last_edited_time"] == "2026-11-20T09:30:00.000Z"
    workspace.update_block(inner, {"rich_text": rich("z")})
    assert workspace.page(page)["last_edited_time"] == "2026-11-20T09:32:00.000Z"
    assert (
        workspace.block(toggle)["last_edited_time"] == "2026-11-20T09:30:00.000Z"
    )  # as recorded: not its own
    time.now = 185
    workspace.update_page(page, {"title": "New"})
    assert workspace.page(page)["last_edited_time"] == "2026-11-20T09:33:00.000Z"
    assert workspace.page(page)["url"].startswith("https://app.notion.com/p/New-")


def test_disappearing(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database = workspace.add_database("Journal", {"Name": {"title": {}}, "Public": {"checkbox": {}}})
    source = workspace.data_source(database)
    names = ("stays", "trashed", "archived", "moved", "hidden", "deleted")
    pages = {name: workspace.add_page(database, {"Name": name, "Public": True}) for name in names}
    home = workspace.add_page(None, {"title": "Home"})
    workspace.trash(pages["trashed"])
    workspace.archive(pages["archived"])
    workspace.move(pages["moved"], home)
    workspace.unshare(pages["hidden"])
    workspace.delete(pages["deleted"])
    rows = got(fake, f"data_sources/{source}/query", "POST", json={})["results"]
    assert [row["id"] for row in rows] == [pages["stays"]]
    assert got(fake, f"pages/{pages['trashed']}")["in_trash"] is True
    assert got(fake, f"pages/{pages['archived']}")["is_archived"] is True
    moved = got(fake, f"pages/{pages['moved']}")
    assert moved["parent"] == {"type": "page_id", "page_id": home}
    assert list(moved["properties"]) == ["title"]
    for name in ("hidden", "deleted"):
        assert ask(fake, f"pages/{pages[name]}").status_code == 404
    archived = got(fake, f"data_sources/{source}/query", "POST", json={"is_archived": True})["results"]
    assert [row["id"] for row in archived] == [pages["archived"]]
    workspace.restore(pages["trashed"])
    workspace.share(pages["hidden"])
    rows = got(fake, f"data_sources/{source}/query", "POST", json={})["results"]
    assert {row["id"] for row in rows} == {pages[name] for name in ("stays", "trashed", "hidden")}


def test_filters_and_sorts(fake: FakeNotion) -> None:
    workspace = fake.workspace
    schema: dict[str, Any] = {
        "Name": {"title": {}},
        "Public": {"checkbox": {}},
        "State": {"status": {"options": [{"name": "Draft"}, {"name": "Done"}]}},
        "Kind": {"select": {}},
        "Tags": {"multi_select": {}},
        "Day": {"date": {}},
    }
    database = workspace.add_database("Journal", schema)
    source = workspace.data_source(database)
    for number, name in enumerate("abc"):
        fake.time.now = 60 * number
        values = {
            "Public": name != "b",
            "State": "Done" if name == "a" else "Draft",
            "Kind": name,
            "Tags": [name, "x"],
        }
        workspace.add_page(database, {"Name": name, **values, "Day": f"2026-11-2{number}"})

    def names(**body: Any) -> str:
        rows = got(fake, f"data_sources/{source}/query", "POST", json=body)["results"]
        return "".join(row["properties"]["Name"]["title"][0]["plain_text"] for row in rows)

    public = {"property": "Public", "checkbox": {"equals": True}}
    done = {"property": "State", "status": {"equals": "Done"}}
    assert names(filter=public) == "ac"
    assert names(filter=done) == "a"
    assert names(filter={"property": "State", "status": {"equals": ["Done", "Draft"]}}) == "abc"
    assert names(filter={"property": "Kind", "select": {"does_not_equal": "a"}}) == "bc"
    assert names(filter={"property": "Tags", "multi_select": {"contains": "b"}}) == "b"
    assert names(filter={"property": "Day", "date": {"on_or_after": "2026-11-21"}}) == "bc"
    assert (
        names(filter={"and": [public, {"or": [done, {"property": "Kind", "select": {"equals": "b"}}]}]})
        == "a"
    )
    window = {"timestamp": "created_time", "created_time": {"on_or_after": "2026-11-20T09:31:00.000Z"}}
    assert names(filter=window) == "bc"
    assert names(sorts=[{"timestamp": "created_time", "direction": "descending"}]) == "cba"
    assert names(sorts=[{"property": "Name", "direction": "descending"}]) == "cba"
    assert names(
        sorts=[
            {"property": "Public", "direction": "ascending"},
            {"property": "Name", "direction": "descending"},
        ]
    )
    for wrong in (
        {"property": "Nope", "checkbox": {"equals": True}},
        {"property": "Public", "status": {"equals": "x"}},
        {"property": "Public", "checkbox": {"resembles": True}},
        {"and": [{"or": [{"and": [public]}]}]},
    ):
        response = ask(fake, f"data_sources/{source}/query", "POST", json={"filter": wrong})
        assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_pages_of_results_go_on_where_they_stopped(fake: FakeNotion) -> None:
    fake.workspace.page_limit = 2
    page = fake.workspace.add_page(
        None, {"title": "P"}, [block("paragraph", str(number)) for number in range(5)]
    )
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = got(fake, f"blocks/{page}/children", params=cursor)
        seen += [item["id"] for item in answer["results"]]
        if not answer["has_more"]:
            break
        cursor = {"start_cursor": answer["next_cursor"]}
    assert seen == fake.workspace.child_ids(page)
    assert answer["next_cursor"] is None
    assert ask(fake, f"blocks/{page}/children", params={"start_cursor": "nonsense"}).status_code == 400
    assert ask(fake, f"blocks/{page}/children", params={"page_size": 101}).status_code == 400


def test_kinds_are_not_confused(fake: FakeNotion) -> None:
    workspace = fake.workspace
    page = workspace.add_page(None, {"title": "Page"}, [block("unsupported", block_type="button")])
    database = workspace.add_database("Journal", {"Name": {"title": {}}})
    linked = workspace.add_database("", {}, data_sources=[""])
    assert "is a page, not a database" in ask(fake, f"databases/{page}").json()["message"]
    assert ask(fake, f"data_sources/{database}").status_code == 404
    assert ask(fake, f"databases/{workspace.data_source(database)}").status_code == 404
    assert "does not contain any data sources" in ask(fake, f"databases/{linked}").json()["message"]
    button = workspace.child_ids(page)[0]
    assert "Block type button is not supported" in ask(fake, f"blocks/{button}/children").json()["message"]
    assert got(fake, f"pages/{page.replace('-', '')}")["id"] == page


def test_synced_blocks_and_meeting_notes(fake: FakeNotion) -> None:
    workspace = fake.workspace
    home = workspace.add_page(
        None, {"title": "Home"}, [block("synced_block", children=[block("paragraph", "same")])]
    )
    original = workspace.child_ids(home)[0]
    copy = block("synced_block", synced_from={"block_id": original})
    notes = block(
        "meeting_notes",
        title=rich("Talk"),
        status="notes_ready",
        children={
            "summary": [block("paragraph", "short")],
            "notes": [],
            "transcript": [block("paragraph", "long")],
        },
    )
    page = workspace.add_page(None, {"title": "Page"}, [copy, notes])
    first, second = got(fake, f"blocks/{page}/children")["results"]
    assert first["has_children"] is True
    assert got(fake, f"blocks/{first['id']}/children")["results"][0]["id"] == workspace.child_ids(original)[0]
    pointers = second["meeting_notes"]["children"]
    assert sorted(pointers) == ["notes_block_id", "summary_block_id", "transcript_block_id"]
    shown = got(fake, f"blocks/{pointers['summary_block_id']}/children")["results"]
    assert [parse_block(item).text[0].text for item in shown] == ["short"]
    workspace.unshare(home)
    assert ask(fake, f"blocks/{first['id']}/children").status_code == 404


def test_mentions_follow_titles_and_sharing(fake: FakeNotion) -> None:
    workspace = fake.workspace
    other = workspace.add_page(None, {"title": "Old"})
    page = workspace.add_page(
        None, {"title": "Page"}, [block("paragraph", mention("page", other), equation("x"))]
    )

    def shown() -> str:
        run: str = got(fake, f"blocks/{page}/children")["results"][0]["paragraph"]["rich_text"][0][
            "plain_text"
        ]
        return run

    assert shown() == "Old"
    workspace.update_page(other, {"title": "New"})
    assert shown() == "New"
    workspace.unshare(other)
    assert shown() == "Untitled"


def test_hosted_files_expire(fake: FakeNotion) -> None:
    workspace = fake.workspace
    file = workspace.add_file("내 그림 1.png", b"picture")
    page = workspace.add_page(
        None, {"title": "Page"}, [{"type": "image", "image": {**file, "caption": rich("c")}}]
    )

    def address() -> str:
        url: str = got(fake, f"blocks/{page}/children")["results"][0]["image"]["file"]["url"]
        return url

    first, second = address(), address()
    assert first != second
    assert urlsplit(first).path == urlsplit(second).path
    read = parse_file({"type": "file", "file": {"url": first}})
    assert read is not None
    assert read.key.startswith(workspace.space + "/")
    assert read.key.endswith("/내 그림 1.png")
    example = parse_file(OBJECTS["page_2"]["cover"])
    assert example is not None
    assert {part.split("=")[0] for part in urlsplit(example.url).query.split("&")} == {
        part.split("=")[0] for part in urlsplit(first).query.split("&")
    }
    with httpx.Client(trust_env=False, verify=False) as client:
        assert client.get(first).content == b"picture"
        assert client.get(first.replace("X-Amz-Signature=", "X-Amz-Signature=0")).status_code == 403
        assert client.get(first, headers={"Authorization": "Bearer x"}).status_code == 403
        fake.time.now += 3600
        expired = client.get(first)
        assert (expired.status_code, expired.headers["content-type"]) == (403, "application/xml")
        assert b"AccessDenied" in expired.content
        assert client.get(address()).content == b"picture"


def test_long_properties_are_cut_and_can_be_read_whole(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database = workspace.add_database("Journal", {"Name": {"title": {}}, "Related": {"relation": {}}})
    others = [workspace.add_page(database, {"Name": str(number)}) for number in range(30)]
    page = workspace.add_page(database, {"Name": "All", "Related": others})
    cut = got(fake, f"pages/{page}")["properties"]["Related"]
    assert (len(cut["relation"]), cut["has_more"]) == (25, True)
    workspace.page_limit = 20
    path = f"pages/{page}/properties/{cut['id'].replace('%', '%25')}"
    first = got(fake, path)
    second = got(fake, path, params={"start_cursor": first["next_cursor"]})
    items = [item["relation"]["id"] for item in [*first["results"], *second["results"]]]
    assert items == others
    # What is copied from the guide: metadata without values, and where to go on.
    assert first["property_item"]["relation"] == {}
    assert first["property_item"]["next_url"].endswith(
        f"/v1/{path.replace('%25', '%')}?start_cursor={first['next_cursor']}"
    )
    assert second["property_item"]["next_url"] is None
    name = got(fake, f"pages/{page}/properties/title")
    assert name["results"][0]["title"]["plain_text"] == "All"


def test_what_is_computed_takes_25_pages_into_account_or_all_where_asked(fake: FakeNotion) -> None:
    workspace = fake.workspace
    rolled = {"relation_property_name": "Related", "rollup_property_name": "Name"}
    schema: dict[str, Any] = {
        "Name": {"title": {}},
        "Related": {"relation": {}},
        "Names": {"rollup": {**rolled, "function": "show_original"}},
        "Number": {"rollup": {**rolled, "function": "count"}},
        "Sum": {"rollup": {**rolled, "rollup_property_name": "Worth", "function": "sum"}},
        "Worth": {"number": {}},
        "Length": {"formula": {"expression": 'prop("Related").length()'}},
    }
    database = workspace.add_database("Journal", schema)
    others = [workspace.add_page(database, {"Name": str(number), "Worth": 2}) for number in range(30)]
    page = workspace.add_page(database, {"Name": "All", "Related": others})
    held = got(fake, f"pages/{page}")["properties"]
    example = deepcopy(PROPERTIES["Rollup array"])
    example["rollup"]["array"] = example["rollup"]["array"][:1]  # which shows a title
    alike(example, held["Names"])
    alike(PROPERTIES["Rollup number"], held["Number"])
    alike(PROPERTIES["Formula number"], held["Length"])
    assert len(held["Names"]["rollup"]["array"]) == 25
    assert (held["Number"]["rollup"]["number"], held["Sum"]["rollup"]["number"]) == (25, 50)
    assert held["Length"]["formula"]["number"] == 25

    def whole(name: str, **params: str) -> dict[str, Any]:
        return got(fake, f"pages/{page}/properties/{held[name]['id']}", params=params)

    workspace.page_limit = 20
    first = whole("Sum")
    assert first["property_item"]["rollup"] == {"type": "incomplete", "incomplete": {}, "function": "sum"}
    second = whole("Sum", start_cursor=first["next_cursor"])
    assert second["property_item"]["rollup"] == {"type": "number", "number": 60, "function": "sum"}
    assert [item["relation"]["id"] for item in (*first["results"], *second["results"])] == others
    shown = whole("Names")
    assert shown["property_item"]["rollup"] == {"type": "array", "array": [], "function": "show_original"}
    assert [item["title"]["plain_text"] for item in shown["results"]] == [str(number) for number in range(20)]
    length = {"id": held["Length"]["id"], "type": "formula", "formula": {"type": "number", "number": 30}}
    assert whole("Length") == {"object": "property_item", **length}


def test_a_page_object_shows_25_mentions_and_the_property_all(fake: FakeNotion) -> None:
    workspace = fake.workspace
    others = [workspace.add_page(None, {"title": f"Page {number}"}) for number in range(26)]
    mentions = [mention("page", other) for other in others] + [mention("user", workspace.person)]
    page = workspace.add_page(None, {"title": mentions})
    texts = [run["plain_text"] for run in got(fake, f"pages/{page}")["properties"]["title"]["title"]]
    assert texts[24:] == ["Page 24", "Untitled", "@Anonymous"]
    whole = got(fake, f"pages/{page}/properties/title")["results"]
    assert [item["title"]["plain_text"] for item in whole[24:]] == ["Page 24", "Page 25", "@Ada Example"]


def test_search_finds_what_is_shared(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database = workspace.add_database("학습 일지", {"Name": {"title": {}}})
    workspace.add_page(database, {"Name": "A walk"})
    hidden = workspace.add_database("Salaries", {"Name": {"title": {}}})
    workspace.unshare(hidden)
    found = got(fake, "search", "POST", json={"filter": {"property": "object", "value": "data_source"}})[
        "results"
    ]
    assert [item["title"][0]["plain_text"] for item in found] == ["학습 일지"]
    found = got(fake, "search", "POST", json={"query": "WALK"})["results"]
    assert [item["object"] for item in found] == ["page"]
    assert got(fake, "users/me")["type"] == "bot"


def test_wrong_property_names_are_noticed() -> None:
    workspace = Workspace(clock=lambda: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=1))
    with pytest.raises(ValueError, match="'Titel' is no property; there are 'title'"):
        workspace.add_page(None, {"Titel": "x"})
    page = workspace.add_page(None, {"title": [text("x", bold=True)]})
    assert workspace.page(page)["properties"]["title"]["title"][0]["annotations"]["bold"] is True


def test_time_stands_still_until_somebody_sleeps() -> None:
    time = Time()
    assert time.moment() == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert time.clock() == time.clock()
