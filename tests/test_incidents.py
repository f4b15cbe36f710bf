"""Incidents that people had with jobs of this kind, each by its name, from the command line to the commit."""

from __future__ import annotations

import json

import pytest

from fakes.notion import Cut, Reset, Wrong
from notion2jekyll.demo.notion_server import Response, error
from world import World, lines


def rows(here: World, *pages: str) -> Response:
    """Return an answer to a query that claims that the source holds `pages` and no more."""
    results = [here.workspace.page(page) for page in pages]
    listed = {
        "object": "list",
        "results": results,
        "next_cursor": None,
        "has_more": False,
        "type": "page_or_data_source",
    }
    return Response(200, json.dumps(listed).encode())


# The blog was wiped because one row came back instead of five ----------------------------------------------------------


def test_one_row_came_back_instead_of_five_and_the_other_four_posts_stay(here: World) -> None:
    pages = [here.row(f"Post {number}", "text") for number in range(5)]
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    before = here.hub.files()
    here.notion.fail("POST data_sources/.*/query", rows(here, pages[0]))
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["result"], report["changes"]) == (0, "up-to-date", [])
    assert here.hub.files() == before


def test_one_row_came_back_and_the_others_cannot_be_found_either_so_a_guard_stops_the_run(
    here: World,
) -> None:
    pages = [here.row(f"Post {number}", "text") for number in range(12)]
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    before = here.hub.files()
    for page in pages[1:]:
        here.workspace.unshare(page)
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (3, "stopped")
    assert "11 of 12 posts (92 %) would be removed" in ran.said
    assert here.hub.files() == before
    for page in pages[1:]:
        here.workspace.share(page)
    assert here.report("sync")[1]["result"] == "up-to-date"


# An empty post was committed after a read error ------------------------------------------------------------------------

ERRORS: dict[str, Wrong] = {
    "400": error(400, "validation_error", "no"),
    "403": error(403, "restricted_resource", "no"),
    "404": error(404, "object_not_found", "no"),
    "500": error(500, "internal_server_error", "no"),
    "empty": Response(200, b"{}"),
    "reset": Reset(),
    "cut": Cut(),
    "cut unnoticed": Cut(honest=False),
}


@pytest.mark.parametrize("page_of_results", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("name", ERRORS)
def test_a_read_error_commits_no_empty_and_no_half_post(here: World, name: str, page_of_results: int) -> None:
    page = here.row("Long", *(f"paragraph {number}" for number in range(150)))
    here.row("Other", "text")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    before = here.site()
    here.workspace.add_blocks(page, lines("the end"))
    new = here.row("New", *(f"paragraph {number}" for number in range(150)))
    here.pass_time(hours=1)
    asked = {f"GET blocks/{each}/children": 0 for each in (page, new)}

    def choose(line: str, _: int) -> Wrong | None:
        if line not in asked:
            return None
        asked[line] += 1
        return ERRORS[name] if asked[line] > page_of_results else None

    here.notion.each(choose)
    ran = here.run("sync")
    assert ran.code in (1, 4, 5), ran.said
    assert here.site() == before
    here.notion.each(lambda *_: None)
    assert here.run("sync").code == 0
    assert "the end" in here.site()["_posts/2026-11-20-long.md"]
    assert "paragraph 149" in here.site()["_posts/2026-11-20-new.md"]


# An edit was lost in the minute of a sync ------------------------------------------------------------------------------


def test_an_edit_in_the_minute_of_a_sync_is_not_lost(here: World) -> None:
    page = here.row("Fresh", "one")
    here.pass_time(seconds=10)
    assert here.run("sync").code == 0
    here.pass_time(seconds=20)
    edited = here.workspace.page(page)["last_edited_time"]
    here.workspace.replace_children(page, lines("two"))
    assert here.workspace.page(page)["last_edited_time"] == edited, "Notion gives it the same time"
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    assert "two" in here.site()["_posts/2026-11-20-fresh.md"]


def test_an_edit_while_a_sync_reads_is_not_lost(here: World) -> None:
    page = here.row("Fresh", "one")
    here.pass_time(hours=1)

    def edit(line: str, _: int) -> None:
        if line == f"GET blocks/{page}/children" and not edited:
            edited.append(line)
            here.workspace.add_blocks(page, lines("two"))

    edited: list[str] = []
    here.notion.each(edit)
    assert here.run("sync").code == 0
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    assert edited
    assert "two" in here.site()["_posts/2026-11-20-fresh.md"]


# Posts whose titles had a hyphen were deleted --------------------------------------------------------------------------

HYPHENS = (
    "C++ - a love story",
    "pre-release",
    "2026-01-01-notes",
    "2026-11-20 - 회고",
    "-",
    "a--b",
    "ends with -",
    "en – dash — em",
    "non‑breaking‑hyphen",
)


def test_posts_whose_titles_have_a_hyphen_are_not_deleted(here: World) -> None:
    pages = {title: here.row(title, "text") for title in HYPHENS}
    other = here.row("Plain", "text")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    before = here.site()
    assert len(before) == len(HYPHENS) + 2
    here.workspace.update_page(other, {"Status": "Draft"})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert [change["action"] for change in report["changes"]] == ["delete"]
    assert before.keys() - here.site().keys() == {"_posts/2026-11-20-plain.md"}
    for title, page in pages.items():
        here.workspace.replace_children(page, lines(f"new text of {title}"))
    here.pass_time(hours=1)
    _, report = here.report("sync", "--full")
    assert {change["action"] for change in report["changes"]} == {"update"}
    assert before.keys() - here.site().keys() == {"_posts/2026-11-20-plain.md"}


# A file that somebody wrote by hand was overwritten --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["_posts/2026-11-20-mine.md", "_posts/2026-11-20-Mine.md", "_posts/2026-11-20-MINE.MD"]
)
def test_a_file_that_somebody_wrote_by_hand_is_not_overwritten(here: World, path: str) -> None:
    by_hand = b"---\ntitle: by hand\n---\nhello\n"
    here.hub.rival.push({path: by_hand})
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    for arguments in (["sync"], ["sync", "--full"], ["sync", "--force"]):
        ran, report = here.report(*arguments)
        assert (ran.code, [one["page"] for one in report["conflicts"]]) == (1, [page])
        assert here.hub.files()[path] == by_hand
    here.workspace.trash(page)
    here.pass_time(hours=1)
    assert here.run("sync", "--force").code == 0
    assert here.hub.files()[path] == by_hand


def test_a_file_that_somebody_put_where_a_post_was_is_not_overwritten(here: World) -> None:
    page = here.row("Mine", "text")
    here.row("Other", "text")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    by_hand = b"all my own\n"
    here.hub.rival.push({"_posts/2026-11-20-mine.md": by_hand})
    here.workspace.replace_children(page, lines("changed"))
    here.pass_time(hours=1)
    assert here.run("sync").code == 1
    assert here.hub.files()["_posts/2026-11-20-mine.md"] == by_hand
    here.workspace.trash(page)
    here.pass_time(hours=1)
    assert here.run("sync").code == 1
    assert here.hub.files()["_posts/2026-11-20-mine.md"] == by_hand


# A sync force-pushed over what others had pushed ------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["/git/trees", "/git/commits", "/git/refs"])
def test_what_others_pushed_during_a_sync_stays(here: World, moment: str) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    pushed: list[str] = []

    def push() -> None:
        pushed.append(here.hub.rival.push({f"theirs-{len(pushed)}.md": b"hands off"}))

    method = "PATCH" if moment == "/git/refs" else "POST"
    here.hub.on(method, moment, push, push, push)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (0, "committed"), ran.said
    assert len(pushed) == 3
    for commit in pushed:
        here.git("merge-base", "--is-ancestor", commit, "main")
    assert [here.hub.files()[f"theirs-{number}.md"] for number in range(3)] == [b"hands off"] * 3
    assert "_posts/2026-11-20-mine.md" in here.site()
    bodies = [body for body in here.hub.bodies if isinstance(body, dict)]
    assert not any(body.get("force") for body in bodies)
