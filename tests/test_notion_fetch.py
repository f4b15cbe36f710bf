"""Reading a source: what is asked, how often, and what comes of it when something fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import notion as fakes
from fakes.notion import HASTY, FakeNotion, Seen, Shuffled, Wrong, fake_notion
from notion2jekyll.demo.notion_server import Request, Response, error
from notion2jekyll.demo.workspace import Workspace, block, rich
from notion2jekyll.errors import AccessDenied, ConfigError, Unreachable
from notion2jekyll.notion.client import NotionSettings, Politeness
from notion2jekyll.notion.fetch import (
    Listing,
    PropertySchema,
    Reading,
    Relisting,
    Source,
    Wanted,
    list_again,
    read_schema,
    read_source,
)
from notion2jekyll.notion.model import Block, Failed, Page, Tree, parse_text, plain
from notion2jekyll.notion.properties import is_cut, related, value
from notion2jekyll.progress import Silent

SCHEMA: dict[str, Any] = {
    "Name": {"title": {}},
    "Public": {"checkbox": {}},
    "State": {"status": {"options": [{"name": "Draft"}, {"name": "Done"}]}},
}
Choose = Callable[[Listing], Wanted]


@pytest.fixture
def fake() -> Iterator[FakeNotion]:
    with fake_notion() as server:
        yield server


def everything(listing: Listing) -> Wanted:
    return Wanted(frozenset(page.id for page in listing.pages))


def nothing(_: Listing) -> Wanted:
    return Wanted(frozenset())


def journal(
    fake: FakeNotion, rows: int, body: Callable[[int], Sequence[Any]] = lambda _: ()
) -> tuple[str, list[str]]:
    database = fake.workspace.add_database("Journal", SCHEMA)
    return database, [
        fake.workspace.add_page(database, {"Name": f"Page {row}", "Public": row % 2 == 0}, body(row))
        for row in range(rows)
    ]


def read(
    with_: NotionSettings, *sources: Source | str, choose: Choose = everything, seen: Seen | None = None
) -> tuple[Reading, dict[str, Tree | Failed]]:
    got: dict[str, Tree | Failed] = {}

    def deliver(tree: Tree | Failed) -> None:
        assert tree.page.id not in got
        got[tree.page.id] = tree

    asked = [Source(source) if isinstance(source, str) else source for source in sources]
    return read_source(with_, asked, choose, deliver, progress=seen or Silent()), got


def outline(blocks: Sequence[Block]) -> list[Any]:
    """Return the texts of `blocks`, each followed by the outline of its children."""
    out: list[Any] = []
    for each in blocks:
        out.append(plain(each.text) or each.type)
        if each.children:
            out.append(outline(each.children))
    return out


def shown(tree: Tree | Failed) -> list[Any]:
    assert isinstance(tree, Tree), tree
    return outline(tree.blocks)


def paragraphs(count: int) -> list[Any]:
    return [block("paragraph", f"p{number}") for number in range(count)]


# What it costs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_run_with_nothing_to_read_costs_one_request_per_hundred_rows(
    fake: FakeNotion, rows: int, pages: int
) -> None:
    database, ids = journal(fake, rows, lambda _: paragraphs(1))
    first, _ = read(fake.settings(), database, choose=nothing)
    assert first.requests == len(fake.log) == pages + 1  # once more, to find the data source
    fake.log.clear()
    again, _ = read(fake.settings(), Source(database, first.listing.resolved[database]), choose=nothing)
    assert again.requests == pages
    assert set(fake.counts()) == {f"POST data_sources/{fake.workspace.data_source(database)}/query"}
    assert [page.id for page in again.listing.pages] == ids
    assert again.listing.complete
    assert again.listing.by_source == {database: tuple(ids)}


def test_only_what_is_wanted_is_read(fake: FakeNotion) -> None:
    database, ids = journal(fake, 20, lambda _: [block("toggle", "t", children=paragraphs(1))])
    for page in ids[1:]:
        fake.always(page, fakes.INTERNAL)  # would fail the page if it were asked for
        for child in fake.workspace.child_ids(page):
            fake.always(child, fakes.INTERNAL)
    reading, trees = read(fake.settings(), database, choose=lambda _: Wanted(frozenset(ids[:1])))
    assert list(trees) == ids[:1]
    assert reading.requests == 4


def test_each_list_of_children_is_asked_for_once(fake: FakeNotion) -> None:
    body = [
        *paragraphs(150),
        block("bulleted_list_item", "a", children=[block("bulleted_list_item", "b", children=paragraphs(2))]),
        block("table", table_width=1, children=[block("table_row", cells=[rich("x")]) for _ in range(120)]),
        block(
            "column_list",
            children=[block("column", children=paragraphs(1)), block("column", children=paragraphs(1))],
        ),
    ]
    database, [page] = journal(fake, 1, lambda _: body)
    reading, trees = read(fake.settings(), database)
    assert set(fake.counts().values()) == {1, 2}
    twice = [line for line, count in fake.counts().items() if count == 2]
    table = fake.workspace.child_ids(page)[151]
    assert twice == [f"GET blocks/{page}/children", f"GET blocks/{table}/children"]  # longer than a hundred
    assert reading.requests == 2 + 2 + 1 + 1 + 2 + 1 + 2
    assert shown(trees[page]) == [
        *[f"p{number}" for number in range(150)],
        "a",
        ["b", ["p0", "p1"]],
        "table",
        ["table_row"] * 120,
        "column_list",
        ["column", ["p0"], "column", ["p0"]],
    ]


def test_other_pages_are_not_entered(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database, [page] = journal(fake, 1)
    child = workspace.add_page(page, {"title": "Child"}, paragraphs(3))
    inner = workspace.add_database("Inner", SCHEMA, parent=page)
    workspace.add_blocks(
        page, [block("unsupported", block_type="button"), block("link_to_page", page_id=child)]
    )
    reading, trees = read(fake.settings(), database)
    assert shown(trees[page]) == ["child_page", "child_database", "unsupported", "link_to_page"]
    assert reading.requests == 3
    assert not any(each in line for line in fake.log for each in (child, inner) if "children" in line)


def test_the_sources_are_listed_once_each_and_in_their_order(fake: FakeNotion) -> None:
    one, first = journal(fake, 3)
    two, second = journal(fake, 2)
    reading, _ = read(fake.settings(), two, one, two, choose=nothing)
    assert [page.id for page in reading.listing.pages] == [*second, *first]
    assert reading.listing.by_source == {one: tuple(first), two: tuple(second)}


def test_progress_is_told(fake: FakeNotion) -> None:
    database, ids = journal(fake, 3, lambda _: paragraphs(1))
    seen = Seen()
    read(fake.settings(), database, choose=lambda _: Wanted(frozenset(ids[:2])), seen=seen)
    listing, fetching = [("advance", "listing")] * 3, [("advance", "fetching")] * 2
    assert seen.stages == [
        ("begin", "listing", None),
        *listing,
        ("end", "listing"),
        ("begin", "fetching", 2),
        *fetching,
        ("end", "fetching"),
    ]
    assert len(seen.lines) == 4


# Rows ----------------------------------------------------------------------------------------------------------------


def minutes_apart(fake: FakeNotion, rows: int, per_minute: int = 1) -> tuple[str, list[str]]:
    database = fake.workspace.add_database("Journal", SCHEMA)
    ids = []
    for row in range(rows):
        fake.time.now = 60.0 * (row // per_minute)
        ids.append(fake.workspace.add_page(database, {"Name": str(row), "Public": row % 2 == 0}))
    return database, ids


@pytest.mark.parametrize(
    ("rows", "cap", "per_minute"), [(10, 10, 1), (11, 10, 1), (37, 10, 1), (37, 10, 4), (9, 4, 3)]
)
def test_more_rows_than_one_query_returns(fake: FakeNotion, rows: int, cap: int, per_minute: int) -> None:
    fake.workspace.page_limit = 3
    fake.workspace.query_limit = cap
    database, ids = minutes_apart(fake, rows, per_minute)
    reading, _ = read(fake.settings(), database, choose=nothing)
    assert [page.id for page in reading.listing.pages] == ids
    assert reading.listing.complete


def test_the_configurations_filter_holds_beyond_the_cap(fake: FakeNotion) -> None:
    fake.workspace.query_limit = 4
    database, ids = minutes_apart(fake, 20)
    public = {"property": "Public", "checkbox": {"equals": True}}
    named = {"property": "State", "status": {"is_empty": True}}
    for given_ in (
        public,
        {"and": [public, named]},
        {"or": [public, {"property": "State", "status": {"equals": "Done"}}]},
        {"or": [{"and": [public, named]}, {"and": [public, {"property": "Name", "title": {"equals": "2"}}]}]},
        {"or": [{"or": [public]}, {"and": [public]}]},
        {"and": [{"or": [public]}]},
    ):
        reading, _ = read(fake.settings(), Source(database, filter=given_), choose=nothing)
        assert [page.id for page in reading.listing.pages] == ids[::2]
        assert reading.listing.complete


def test_the_configurations_sorts_do_not_lose_rows(fake: FakeNotion) -> None:
    fake.workspace.query_limit = 4
    database, ids = minutes_apart(fake, 20)
    sorts = (
        {"property": "Name", "direction": "descending"},
        {"timestamp": "created_time", "direction": "descending"},
    )
    reading, _ = read(fake.settings(), Source(database, sorts=sorts), choose=nothing)
    assert {page.id for page in reading.listing.pages} == set(ids)


def test_a_list_that_cannot_be_complete_says_so(fake: FakeNotion) -> None:
    fake.workspace.query_limit = 4
    database, ids = minutes_apart(fake, 10, per_minute=10)  # an import: all in one minute
    reading, _ = read(fake.settings(), database, choose=nothing)
    assert not reading.listing.complete
    assert [page.id for page in reading.listing.pages] == ids[:4]


def test_rows_that_are_no_pages_and_rows_without_fields(fake: FakeNotion) -> None:
    database, [first, second, third] = journal(fake, 3)
    source = fake.workspace.data_source(database)
    rows = [
        fake.workspace.source(source),  # in wikis
        fake.workspace.page(first),
        {"object": "page", "id": second},
        {"object": "page", "id": third},
    ]
    fake.workspace.unshare(third)
    listing = {"object": "list", "results": rows, "has_more": False, "next_cursor": None}
    fake.always("query", Response(200, listing))
    reading, _ = read(fake.settings(), database, choose=nothing)
    assert [page.id for page in reading.listing.pages] == [first, second]
    assert reading.listing.complete


def test_a_filter_that_notion_refuses(fake: FakeNotion) -> None:
    database, _ = journal(fake, 1)
    wrong = Source(database, filter={"property": "Pubic", "checkbox": {"equals": True}})
    with pytest.raises(ConfigError, match="“Could not find property with name or id: Pubic”") as caught:
        read(fake.settings(), wrong)
    assert "`filter:`" in caught.value.hint


# Rows listed again ---------------------------------------------------------------------------------------------------


def once_more(fake: FakeNotion, listing: Listing, rows: Iterable[str], *sources: Source) -> Relisting:
    """List those `rows` of an old listing again."""
    return list_again(fake.settings(), sources, listing, set(rows), progress=Silent())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    created=st.lists(st.integers(0, 12), min_size=1, max_size=14).map(sorted),
    asked=st.sets(st.integers(0, 13), min_size=1),
    public=st.sets(st.integers(0, 13)),
    trashed=st.sets(st.integers(0, 13), max_size=2),
    flipped=st.sets(st.integers(0, 13), max_size=2),
    renamed=st.sets(st.integers(0, 13)),
    cap=st.integers(2, 20),
)
def test_rows_that_are_listed_again_are_as_they_are_now(
    created: list[int],
    asked: set[int],
    public: set[int],
    trashed: set[int],
    flipped: set[int],
    renamed: set[int],
    cap: int,
) -> None:
    with fake_notion() as fake:
        workspace = fake.workspace
        workspace.page_limit = 3
        database = workspace.add_database("Journal", SCHEMA)
        start = workspace.clock()
        rows = [
            workspace.add_page(
                database,
                {"Name": f"{row}", "Public": row in public},
                created=start + timedelta(minutes=minute),
            )
            for row, minute in enumerate(created)
        ]
        sources = [
            Source(database, filter={"property": "Public", "checkbox": {"equals": shown}}, name=f"{shown}")
            for shown in (True, False)
        ]
        before, _ = read(fake.settings(), *sources, choose=nothing)
        for row, page in enumerate(rows):
            if row in renamed:
                workspace.update_page(page, {"Name": "renamed"})
            if row in flipped:
                workspace.update_page(page, {"Public": row not in public})
            if row in trashed:
                workspace.trash(page)
        after, _ = read(fake.settings(), *sources, choose=nothing)
        workspace.query_limit = cap if len(set(created)) == len(created) else workspace.query_limit
        part = {page for row, page in enumerate(rows) if row in asked}
        again = once_more(fake, before.listing, part, *sources)
        held, holds = (
            {key: part & set(ids) for key, ids in each.listing.by_source.items()} for each in (before, after)
        )
        if held != holds:
            assert again.listing is None
            return
        new = {page.id: page for page in after.listing.pages if page.id in part}
        assert again.listing == replace(
            before.listing, pages=tuple(new.get(page.id, page) for page in before.listing.pages)
        )


def test_neighbours_are_listed_again_in_as_few_requests_as_they_fill(fake: FakeNotion) -> None:
    fake.workspace.page_limit = 5
    database, ids = minutes_apart(fake, 60)
    other, _ = journal(fake, 20)
    sources = Source(database), Source(other)
    before, _ = read(fake.settings(), *sources, choose=nothing)
    again = once_more(fake, before.listing, ids[20:40], *sources)
    assert again.requests == 5, (
        "those of 20 rows, and the minute after the last one; nothing of the other source"
    )
    assert again.listing == before.listing


def test_what_was_read_whole_before_need_not_be_when_its_row_is_listed_again(fake: FakeNotion) -> None:
    database, rows, _ = related_journal(fake, 30)
    before, _ = read(fake.settings(), database, choose=asking(rows, []))
    again = once_more(fake, before.listing, rows, Source(database))
    assert (again.listing, again.requests) == (before.listing, 1)
    fake.workspace.update_page(rows[0], {"Topics": []})
    changed = once_more(fake, before.listing, rows, Source(database)).listing
    assert changed is not None
    assert [len(page.properties["Topics"].data["relation"]) for page in changed.pages] == [0, 30]


def test_rows_are_listed_again_where_a_server_knows_no_filter_of_ours(fake: FakeNotion) -> None:
    database, [first, second] = journal(fake, 2)
    before, _ = read(fake.settings(), database, choose=nothing)
    fake.workspace.trash(first)
    for rows, stays in (([first, second], False), ([second], True)):
        fake.fail("query", error(400, "validation_error", "body failed validation: sorts is not known."))
        again = once_more(fake, before.listing, rows, Source(database))
        assert (again.listing is not None) is stays
        assert "filter" not in fake.bodies[-1]


def test_a_source_that_is_no_longer_shared_when_its_rows_are_listed_again(fake: FakeNotion) -> None:
    database, [page] = journal(fake, 1)
    before, _ = read(fake.settings(), database, choose=nothing)
    fake.workspace.unshare(fake.workspace.data_source(database))
    with pytest.raises(AccessDenied, match=database):
        once_more(fake, before.listing, [page], Source(database))


def test_pages_inside_a_page_are_listed_again(fake: FakeNotion) -> None:
    home = fake.workspace.add_page(None, {"title": "Home"})
    pages = [fake.workspace.add_page(home, {"title": f"{number}"}) for number in range(4)]
    before, _ = read(fake.settings(), home, choose=nothing)
    fake.workspace.update_page(pages[1], {"title": "renamed"})
    fake.workspace.update_page(pages[3], {"title": "renamed"})
    again = once_more(fake, before.listing, pages[1:3], Source(home))
    assert again.listing is not None
    same = zip(before.listing.pages, again.listing.pages, strict=True)
    assert [old == new for old, new in same] == [True, False, True, True]
    assert again.requests == 3, "the list, and the two"
    fake.workspace.trash(pages[2])
    assert once_more(fake, before.listing, pages[1:3], Source(home)).listing is None


# A page as source ----------------------------------------------------------------------------------------------------


def test_the_pages_inside_a_page(fake: FakeNotion) -> None:
    workspace = fake.workspace
    home = workspace.add_page(
        None, {"title": "Home"}, [block("toggle", "2025", children=paragraphs(1)), *paragraphs(1)]
    )
    toggle = workspace.child_ids(home)[0]
    old = workspace.add_page(toggle, {"title": "Old"})
    new = workspace.add_page(home, {"title": "New"}, paragraphs(1))
    workspace.add_page(new, {"title": "Too deep"})
    reading, trees = read(fake.settings(), home)
    assert {page.id for page in reading.listing.pages} == {old, new}
    assert reading.listing.resolved == {home: f"page:{home}"}
    assert reading.listing.complete
    assert shown(trees[new]) == ["p0", "child_page"]
    fake.log.clear()
    again, _ = read(fake.settings(), Source(home, f"page:{home}"), choose=nothing)
    assert again.requests == 4  # two lists, two pages
    with pytest.raises(ConfigError, match="filters the rows of databases only"):
        read(fake.settings(), Source(home, filter={"property": "x"}))


def test_a_page_that_holds_a_database(fake: FakeNotion) -> None:
    home = fake.workspace.add_page(None, {"title": "Home"}, paragraphs(1))
    database = fake.workspace.add_database("Journal", SCHEMA, parent=home)
    with pytest.raises(ConfigError, match="holds no pages of its own, but a database") as caught:
        read(fake.settings(), home)
    assert f"{database}   # Journal" in caught.value.hint


def test_a_list_of_child_pages_that_fails_is_no_shorter_list(fake: FakeNotion) -> None:
    home = fake.workspace.add_page(None, {"title": "Home"}, [block("toggle", "t", children=paragraphs(1))])
    fake.workspace.add_page(home, {"title": "Child"})
    fake.always(f"blocks/{fake.workspace.child_ids(home)[0]}/children", fakes.INTERNAL)
    with pytest.raises(Unreachable, match="500 internal_server_error"):
        read(fake.settings(), home)


# Sources -------------------------------------------------------------------------------------------------------------


def test_a_data_source_may_be_given_itself(fake: FakeNotion) -> None:
    database, ids = journal(fake, 1)
    source = fake.workspace.data_source(database)
    reading, _ = read(fake.settings(), source, choose=nothing)
    assert reading.listing.resolved == {source: f"data_source:{source}"}
    assert [page.id for page in reading.listing.pages] == ids


def test_several_data_sources_are_named(fake: FakeNotion) -> None:
    database = fake.workspace.add_database("Home", SCHEMA, data_sources=["일기", "Recipes"])
    with pytest.raises(ConfigError, match="“Home” has 2 data sources") as caught:
        read(fake.settings(), database)
    for name in ("일기", "Recipes"):
        assert f"{fake.workspace.data_source(database, name)}   # {name}" in caught.value.hint


def test_what_is_not_shared(fake: FakeNotion) -> None:
    database, _ = journal(fake, 1)
    fake.workspace.unshare(database)
    with pytest.raises(AccessDenied, match=f"nothing with the id {database}") as caught:
        read(fake.settings(), database)
    assert "••• → Connections" in caught.value.hint
    assert caught.value.exit_code == 4


def test_a_linked_view(fake: FakeNotion) -> None:
    linked = fake.workspace.add_database("", {}, data_sources=[""])
    with pytest.raises(AccessDenied, match="is a linked view") as caught:
        read(fake.settings(), linked)
    assert "original database" in caught.value.hint


@pytest.mark.parametrize("kind", ["database", "page"])
def test_what_is_in_the_trash(fake: FakeNotion, kind: str) -> None:
    database, _ = journal(fake, 1)
    target = database if kind == "database" else fake.workspace.add_page(None, {"title": "Home"})
    fake.workspace.trash(target)
    with pytest.raises(ConfigError, match=f"The {kind} {target} is in Notion's trash"):
        read(fake.settings(), target)


def test_what_was_remembered_and_is_wrong_is_found_anew(fake: FakeNotion) -> None:
    database, ids = journal(fake, 1)
    other, _ = journal(fake, 1)
    gone = fake.workspace.data_source(other)
    fake.workspace.delete(other)
    reading, _ = read(fake.settings(), Source(database, f"data_source:{gone}"), choose=nothing)
    assert [page.id for page in reading.listing.pages] == ids
    assert reading.listing.resolved == {database: f"data_source:{fake.workspace.data_source(database)}"}


def test_the_properties_of_a_source(fake: FakeNotion) -> None:
    database, _ = journal(fake, 1)
    expected = {
        "Name": PropertySchema("title"),
        "Public": PropertySchema("checkbox"),
        "State": PropertySchema("status", ("Draft", "Done")),
    }
    assert read_schema(fake.settings(), Source(database), progress=Silent()) == expected
    fake.log.clear()
    resolved = f"data_source:{fake.workspace.data_source(database)}"
    assert read_schema(fake.settings(), Source(database, resolved), progress=Silent()) == expected
    assert len(fake.log) == 2  # also whether the database is in the trash
    home = fake.workspace.add_page(None, {"title": "Home"})
    assert read_schema(fake.settings(), Source(home), progress=Silent()) == {"title": PropertySchema("title")}
    fake.workspace.delete(database)
    with pytest.raises(AccessDenied):
        read_schema(fake.settings(), Source(database, resolved), progress=Silent())


# Trees ---------------------------------------------------------------------------------------------------------------


def test_synced_blocks_are_read_where_they_are_shown(fake: FakeNotion) -> None:
    workspace = fake.workspace
    nested = block("toggle", "t", children=paragraphs(1))
    database, [first] = journal(fake, 1, lambda _: [block("synced_block", children=[nested])])
    original = workspace.child_ids(first)[0]
    copy = block("synced_block", synced_from={"block_id": original})
    second = workspace.add_page(database, {"Name": "Copies"}, [copy, copy])
    _, trees = read(fake.settings(), database)
    assert shown(trees[first]) == ["synced_block", ["t", ["p0"]]]
    assert shown(trees[second]) == ["synced_block", ["t", ["p0"]]] * 2
    assert set(fake.counts().values()) == {1}


def test_a_copy_inside_its_original_ends(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database, [page] = journal(fake, 1, lambda _: [block("synced_block", children=paragraphs(1))])
    original = workspace.child_ids(page)[0]
    workspace.add_blocks(original, [block("synced_block", synced_from={"block_id": original})])
    _, trees = read(fake.settings(), database)
    assert shown(trees[page]) == ["synced_block", ["p0", "synced_block"]]


def test_a_copy_whose_original_is_not_shared_is_empty(fake: FakeNotion) -> None:
    workspace = fake.workspace
    other = workspace.add_page(None, {"title": "Other"}, [block("synced_block", children=paragraphs(1))])
    copy = block("synced_block", synced_from={"block_id": workspace.child_ids(other)[0]})
    database, [page] = journal(fake, 1, lambda _: [copy, *paragraphs(1)])
    [made, _] = workspace.child_ids(page)
    fake.always(f"blocks/{page}/children", listing_with_children(workspace, page))
    workspace.unshare(other)
    _, trees = read(fake.settings(), database)
    tree = trees[page]
    assert shown(tree) == ["synced_block", "p0"]
    assert isinstance(tree, Tree)
    assert tree.blocks[0].has_children
    assert f"GET blocks/{made}/children" in fake.log


def listing_with_children(workspace: Workspace, page: str) -> Response:
    """Return the list of a page's children as it is now; for things that change under a reader's feet."""
    results = [workspace.block(child) for child in workspace.child_ids(page)]
    return Response(200, {"object": "list", "results": results, "has_more": False, "next_cursor": None})


def test_of_meeting_notes_summary_and_notes_are_read(fake: FakeNotion) -> None:
    parts = {
        "summary": [block("bulleted_list_item", "short", children=paragraphs(1))],
        "notes": [block("paragraph", "notes")],
        "transcript": [block("paragraph", "every word")],
    }
    database, [page] = journal(
        fake, 1, lambda _: [block("meeting_notes", title=rich("Talk"), children=parts)]
    )
    _, trees = read(fake.settings(), database)
    assert shown(trees[page]) == ["meeting_notes", ["short", ["p0"], "notes"]]
    pointers = fake.workspace.block(fake.workspace.child_ids(page)[0])["meeting_notes"]["children"]
    assert not any(pointers["transcript_block_id"] in line for line in fake.log)
    fake.workspace.delete(pointers["notes_block_id"])
    _, trees = read(fake.settings(), database)
    assert shown(trees[page]) == ["meeting_notes", ["short", ["p0"]]]


def test_children_that_notion_never_shows_become_a_block_that_says_so(fake: FakeNotion) -> None:
    database, [page] = journal(
        fake, 1, lambda _: [block("toggle", "t", children=paragraphs(1)), *paragraphs(1)]
    )
    toggle = fake.workspace.child_ids(page)[0]
    fake.always(
        f"blocks/{toggle}/children",
        error(400, "validation_error", "Block type form is not supported via the API."),
    )
    _, trees = read(fake.settings(), database)
    assert shown(trees[page]) == ["t", ["unsupported"], "p0"]


def test_deep_nesting(fake: FakeNotion) -> None:
    body = block("toggle", "0")
    for depth in range(1, 120):
        body = block("toggle", str(depth), children=[body])
    database, [page] = journal(fake, 1, lambda _: [body])
    _, trees = read(fake.settings(politeness=Politeness(budget=500)), database)
    tree = trees[page]
    assert isinstance(tree, Tree)
    at, depth = tree.blocks, 0
    while at:
        at, depth = at[0].children, depth + 1
    assert depth == 120


blocks = st.recursive(
    st.sampled_from(["paragraph", "toggle", "quote"]).map(lambda kind: block(kind, kind[0])),
    lambda inner: st.builds(
        lambda kind, children: block(kind, kind[0], children=children),
        st.sampled_from(["toggle", "bulleted_list_item"]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=12,
)


def expected_outline(children: Sequence[Any]) -> list[Any]:
    out: list[Any] = []
    for each in children:
        out.append(each["type"][0])
        if each.get("children"):
            out.append(expected_outline(each["children"]))
    return out


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.lists(blocks, max_size=5), min_size=1, max_size=4),
    st.integers(1, 3),
    st.integers(0, 2**32),
)
def test_any_pages_come_out_whole_in_whatever_order_answers_arrive(
    bodies: list[list[Any]], page_limit: int, seed: int
) -> None:
    random = Random(seed)
    with fake_notion() as fake:
        fake.workspace.page_limit = page_limit
        database, ids = journal(fake, len(bodies), lambda row: bodies[row])
        faults = list(fakes.PASSING.values())

        def choose(_: str, seen: int) -> Wrong | None:
            return random.choice(faults) if seen < 3 and random.random() < 0.2 else None

        fake.each(choose)
        reading, trees = read(
            fake.settings(transport=Shuffled(random), politeness=Politeness(budget=100_000, patience=1e9)),
            database,
        )
        assert [page.id for page in reading.listing.pages] == ids
        assert [shown(trees[page]) for page in ids] == [expected_outline(body) for body in bodies]


# Failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [fakes.INTERNAL, fakes.BAD_GATEWAY, fakes.Reset(), fakes.Cut(), fakes.NOT_JSON]
)
def test_a_page_that_cannot_be_read_disturbs_nobody(fake: FakeNotion, wrong: Wrong) -> None:
    database, ids = journal(fake, 5, lambda _: [block("toggle", "t", children=paragraphs(1))])
    fake.always(f"blocks/{fake.workspace.child_ids(ids[2])[0]}/children", wrong)
    _, trees = read(fake.settings(), database)
    assert [type(trees[page]) for page in ids] == [Tree, Tree, Failed, Tree, Tree]
    failed = trees[ids[2]]
    assert isinstance(failed, Failed)
    problem = failed.problem
    assert (problem.severity, problem.page) == ("error", ids[2])
    assert re.fullmatch(
        r"“Page 2” could not be read: .+ \(8 times\)\. Its last post stays\.", problem.message
    )
    assert "next run tries again" in problem.hint


def test_a_list_that_fails_in_the_middle_is_no_shorter_page(fake: FakeNotion) -> None:
    fake.workspace.page_limit = 2
    database, [page] = journal(fake, 1, lambda _: paragraphs(5))
    seen = 0

    def choose(line: str, _: int) -> Wrong | None:
        nonlocal seen
        seen += "children" in line
        return fakes.INTERNAL if "children" in line and seen > 1 else None

    fake.each(choose)
    _, trees = read(fake.settings(politeness=HASTY), database)
    assert isinstance(trees[page], Failed)


def test_what_disappears_while_it_is_read(fake: FakeNotion) -> None:
    database, [whole, page, row] = journal(fake, 3, lambda _: [block("toggle", "t", children=paragraphs(1))])
    missing = error(404, "object_not_found", "Could not find block.")
    fake.always(f"blocks/{fake.workspace.child_ids(page)[0]}/children", missing)
    fake.always(f"blocks/{row}/children", missing)
    _, trees = read(fake.settings(), database)
    assert isinstance(trees[whole], Tree)
    messages = [tree.problem.message for tree in (trees[page], trees[row]) if isinstance(tree, Failed)]
    assert messages == [
        "“Page 1” could not be read: a part of it disappeared while it was being read. Its last post stays.",
        "“Page 2” could not be read: it disappeared while it was being read. Its last post stays.",
    ]


def test_an_answer_that_makes_no_sense_fails_its_page_only(fake: FakeNotion) -> None:
    database, ids = journal(fake, 2, lambda _: paragraphs(1))
    fake.always(f"blocks/{ids[0]}/children", Response(200, {"object": "list", "results": ["text"]}))
    fake.always(f"blocks/{ids[1]}/children", Response(200, {"object": "list"}))
    _, trees = read(fake.settings(), database)
    for page in ids:
        tree = trees[page]
        assert isinstance(tree, Failed)
        assert "has a form that this version does not know" in tree.problem.message


# Beside the bodies ----------------------------------------------------------------------------------------------------


def related_journal(fake: FakeNotion, count: int) -> tuple[str, list[str], list[str]]:
    """Make a journal of two rows that are related to `count` topics, and return it, its rows and the topics."""
    topics = fake.workspace.add_database("Topics", {"Name": {"title": {}}})
    others = [fake.workspace.add_page(topics, {"Name": f"Topic {number}"}) for number in range(count)]
    database = fake.workspace.add_database("Journal", {**SCHEMA, "Topics": {"relation": {}}})
    rows = [fake.workspace.add_page(database, {"Name": name, "Topics": others}) for name in ("One", "Two")]
    return database, rows, others


def asking(rows: Sequence[str], seen: list[Listing]) -> Choose:
    """Want all of `rows` whole, the pages that they name, and their bodies."""

    def choose(listing: Listing) -> Wanted:
        seen.append(listing)
        named = {id_ for page in listing.pages for id_ in related(value(page.properties["Topics"]))}
        cut = {(page.id, "Topics") for page in listing.pages if is_cut(page.properties, "Topics")}
        return Wanted(frozenset(rows), related=frozenset(named), cut=frozenset(cut))

    return choose


def test_what_is_named_and_cut_is_read_before_the_bodies_and_once(fake: FakeNotion) -> None:
    database, rows, others = related_journal(fake, 30)
    seen: list[Listing] = []
    reading, trees = read(fake.settings(), database, choose=asking(rows, seen))
    assert trees.keys() == set(rows)
    # First 25 of them are known, then all.
    assert [len(listing.related) for listing in seen] == [0, 25, 30]
    titles = {
        id_: plain(parse_text(page.properties["Name"].data["title"]))
        for id_, page in reading.listing.related.items()
        if isinstance(page, Page)
    }
    assert titles == {other: f"Topic {number}" for number, other in enumerate(others)}
    for tree in trees.values():
        assert list(related(value(tree.page.properties["Topics"]))) == others
        assert tree.page.properties["Topics"].listed is not None
    counts = fake.counts()
    assert max(count for line, count in counts.items() if "pages/" in line) == 1
    assert reading.requests == 2 + 30 + 2 + 2
    first_body = next(number for number, line in enumerate(fake.log) if "children" in line)
    assert all("children" in line for line in fake.log[first_body:])


def test_a_related_page_that_cannot_be_had_costs_nobody_anything(fake: FakeNotion) -> None:
    database, rows, others = related_journal(fake, 3)
    fake.workspace.unshare(others[0])
    fake.always(f"pages/{others[1]}", fakes.INTERNAL)
    reading, trees = read(fake.settings(politeness=HASTY), database, choose=asking(rows, []))
    found = reading.listing.related
    assert found[others[0]] is None
    failed = found[others[1]]
    assert isinstance(failed, Failed)
    assert "could not be looked up: 500 internal_server_error" in failed.problem.message
    assert isinstance(found[others[2]], Page)
    assert all(isinstance(tree, Tree) for tree in trees.values())


def test_a_page_whose_property_cannot_be_read_whole_is_not_read_shorter(fake: FakeNotion) -> None:
    database, rows, _ = related_journal(fake, 26)
    fake.always(f"pages/{rows[0]}/properties/", fakes.INTERNAL)
    reading, trees = read(fake.settings(politeness=HASTY), database, choose=asking(rows, []))
    failed = trees[rows[0]]
    assert isinstance(failed, Failed)
    assert "“Topics” of “One” could not be read to its end: 500" in failed.problem.message
    assert isinstance(trees[rows[1]], Tree)
    assert f"GET blocks/{rows[0]}/children" not in fake.counts()
    assert set(reading.listing.unread) == {rows[0]}


def test_a_property_that_notion_refuses_for_good_stays_as_it_was(fake: FakeNotion) -> None:
    database, rows, _ = related_journal(fake, 26)
    fake.always(f"pages/{rows[0]}/properties/", error(404, "object_not_found", "Could not find property."))
    fake.always(
        f"pages/{rows[1]}/properties/",
        Response(200, {"object": "property_item", "type": "number", "number": 1}),
    )
    _, trees = read(fake.settings(), database, choose=asking(rows, []))
    for tree in trees.values():
        assert isinstance(tree, Tree)
        assert is_cut(tree.page.properties, "Topics")
    assert sum("properties/" in line for line in fake.log) == 2


def test_a_service_that_goes_down_meanwhile_stops_the_run(fake: FakeNotion) -> None:
    database, rows, _ = related_journal(fake, 1)
    fake.each(lambda line, _: None if "query" in line or "databases" in line else fakes.Reset())
    with pytest.raises(Unreachable):
        read(fake.settings(politeness=HASTY), database, choose=asking(rows, []))


def test_a_refused_token_stops_the_run(fake: FakeNotion) -> None:
    database, ids = journal(fake, 5, lambda _: paragraphs(1))
    fake.always(f"blocks/{ids[3]}/children", error(401, "unauthorized", "API token is invalid."))
    with pytest.raises(AccessDenied, match="does not know the token"):
        read(fake.settings(), database)


def test_a_service_that_goes_down_stops_the_run(fake: FakeNotion) -> None:
    database, _ = journal(fake, 5, lambda _: paragraphs(1))
    fake.always("children|users/me", fakes.UNAVAILABLE)
    with pytest.raises(
        Unreachable, match=r"could not be read: 503 service_unavailable \(8 times\)\.$"
    ) as caught:
        read(fake.settings(), database)
    assert fake.url.removeprefix("http://") in caught.value.message
    assert "Nothing was written" in caught.value.hint
    assert caught.value.exit_code == 5


def test_a_list_of_rows_that_fails_stops_the_run(fake: FakeNotion) -> None:
    fake.workspace.page_limit = 2
    database, _ = journal(fake, 5)
    seen = 0

    def choose(line: str, _: int) -> Wrong | None:
        nonlocal seen
        seen += "query" in line
        return fakes.INTERNAL if "query" in line and seen > 1 else None

    fake.each(choose)
    with pytest.raises(Unreachable):
        read(fake.settings(), database)


def test_what_the_callbacks_raise_is_passed_on(fake: FakeNotion) -> None:
    database, _ = journal(fake, 3)

    def choose(_: Listing) -> Wanted:
        raise ConfigError("no")

    with pytest.raises(ConfigError, match="no"):
        read(fake.settings(), database, choose=choose)

    def deliver(_: Tree | Failed) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_source(fake.settings(), [Source(database)], everything, deliver, progress=Silent())


# Look-ups ------------------------------------------------------------------------------------------------------------


def test_what_became_of_pages_that_vanished(fake: FakeNotion) -> None:
    workspace = fake.workspace
    database, ids = journal(fake, 7)
    home = workspace.add_page(None, {"title": "Home"})
    _, trashed, archived, moved, hidden, deleted, failing = ids
    workspace.trash(trashed)
    workspace.archive(archived)
    workspace.move(moved, home)
    workspace.unshare(hidden)
    workspace.delete(deleted)
    workspace.trash(failing)
    fake.always(f"pages/{failing}", fakes.INTERNAL)
    vanished = frozenset(ids[1:])
    reading, _ = read(fake.settings(), database, choose=lambda _: Wanted(frozenset(), vanished))
    found = reading.found
    assert found.keys() == vanished
    pages = {name: found[name] for name in (trashed, archived, moved)}
    assert all(isinstance(page, Page) for page in pages.values())
    assert [getattr(pages[trashed], "trashed", None), getattr(pages[archived], "archived", None)] == [
        True,
        True,
    ]
    assert getattr(pages[moved], "parent", None) == home
    assert found[hidden] is None
    assert found[deleted] is None
    failed = found[failing]
    assert isinstance(failed, Failed)
    assert failed.problem.page == failing
    assert "could not be looked up: 500 internal_server_error (8 times)" in failed.problem.message


# Servers that know less than Notion ----------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", ["object", "created_time", "last_edited_time", "url", "parent", "in_trash"])
def test_rows_may_lack_what_a_post_can_do_without(
    fake: FakeNotion, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    database, ids = journal(fake, 2, lambda _: paragraphs(1))
    whole = fake.api.answer

    def lean(request: Request) -> Response:
        answer = whole(request)
        body = json.loads(answer.payload())
        for page in [body, *body.get("results", [])]:
            if page.get("object") == "page":
                del page[gone]
        return Response(answer.status, body)

    monkeypatch.setattr(fake.api, "answer", lean)
    reading, trees = read(fake.settings(), database)
    assert [page.id for page in reading.listing.pages] == ids
    assert all(isinstance(trees[page], Tree) for page in ids)
    if gone == "last_edited_time":
        # Nobody knows when it was edited, so no run may take it for unchanged.
        assert all(page.edited > page.created for page in reading.listing.pages)


@pytest.mark.parametrize("unknown", ["result_type", "sorts"])
def test_a_server_that_refuses_what_we_add_to_a_query_is_asked_without(
    fake: FakeNotion, monkeypatch: pytest.MonkeyPatch, unknown: str
) -> None:
    database, ids = journal(fake, 120, lambda _: [])
    whole = fake.api.answer
    bodies: list[Any] = []

    def strict(request: Request) -> Response:
        if request.path.endswith("/query"):
            bodies.append(request.body)
            if unknown in request.body:
                return error(400, "validation_error", f"body.{unknown} should be not present.")
        return whole(request)

    monkeypatch.setattr(fake.api, "answer", strict)
    reading, _ = read(fake.settings(), database)
    assert {page.id for page in reading.listing.pages} == set(ids)
    assert reading.listing.complete
    assert [unknown in body for body in bodies] == [True, False, False]


@pytest.mark.parametrize("remembered", ["junk:zzz", "page:zzz", "data_source:zzz", "zzz"])
def test_what_a_state_remembers_wrongly_is_asked_anew(fake: FakeNotion, remembered: str) -> None:
    database, ids = journal(fake, 1, lambda _: [])
    source = Source(database, resolved=remembered)
    reading = read_source(fake.settings(), [source], nothing, unexpected, progress=Silent())
    assert [page.id for page in reading.listing.pages] == ids
    assert reading.listing.resolved[database].startswith("data_source:")


def unexpected(tree: Tree | Failed) -> None:
    raise AssertionError(tree)


# Speed ---------------------------------------------------------------------------------------------------------------


def test_a_first_import_uses_the_budget_and_never_overdraws_it(fake: FakeNotion) -> None:
    fake.limit(180)
    database, ids = journal(
        fake, 100, lambda _: [block("toggle", "t", children=paragraphs(1)), *paragraphs(1)]
    )
    fake.time.now = 17.0
    reading, trees = read(fake.settings(), database)
    assert all(isinstance(trees[page], Tree) for page in ids)
    assert (reading.requests, fake.refused) == (202, 0)
    assert reading.waited == pytest.approx(60)
