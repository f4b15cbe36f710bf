"""How each page stands, a line each: every case once, in an order that ends with what needs a person."""

from __future__ import annotations

from typing import Any

from fakes.notion import INTERNAL
from world import World, lines


def status(here: World, *arguments: str) -> tuple[int, list[str]]:
    """Return exit code and lines of `status`; require that it wrote nothing and asked no more than `plan` does."""
    commits, files = here.commits(), sorted(here.directory.rglob("*"))
    here.hub.log.clear()
    ran = here.run("status", *arguments)
    assert "Traceback" not in ran.err
    assert here.commits() == commits
    assert sorted(here.directory.rglob("*")) == files
    asked = list(here.hub.log)
    assert [line for line in asked if not line.startswith("GET ")] == []
    here.hub.log.clear()
    here.run("plan", *arguments)
    assert here.hub.log == asked
    return ran.code, ran.out.splitlines()


def test_each_page_once_and_last_what_needs_a_person(here: World) -> None:
    here.row("Fine", "text")
    here.row("Ahead", "text", properties={"Date": "2027-01-01"})
    here.row("Edited", "one", "two")
    conflicting = here.row("Conflicting", "one", "two")
    renamed, broken, gone = here.row("Renamed", "text"), here.row("Broken", "text"), here.row("Gone", "text")
    here.row("Deleted", "text")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    here.row("Secret", "text", status="Draft")
    here.row("New", "text")
    here.workspace.update_page(renamed, {"Name": "Other name"})
    here.workspace.update_page(gone, {"Status": "Draft"})
    here.workspace.replace_children(conflicting, lines("one", "three"))
    here.workspace.replace_children(broken, lines("other"))
    here.notion.always(f"GET blocks/{broken}/children", INTERNAL)
    site = here.site()
    here.hub.rival.push(
        {
            "_posts/2026-11-20-edited.md": site["_posts/2026-11-20-edited.md"].replace("one", "ONE").encode(),
            "_posts/2026-11-20-conflicting.md": site["_posts/2026-11-20-conflicting.md"]
            .replace("two", "TWO")
            .encode(),
            "_posts/2026-11-20-deleted.md": None,
        }
    )
    here.pass_time(hours=1)
    code, told = status(here)
    assert code == 1
    assert told == [
        "✓ published    Fine  /2026/11/20/fine.html",
        "✓ published    Ahead  /2027/01/01/ahead.html  it is dated ahead, and shown by the first build after that",
        "✓ published    Edited  /2026/11/20/edited.html  its post was edited in the repository",
        "- unpublished  Deleted  its post was deleted in the repository, and stays deleted",
        "- unpublished  Secret  Status is Draft",
        "~ changed      Other name  /2026/11/20/renamed.html  its post will move: edited in Notion",
        "~ changed      Gone  _posts/2026-11-20-gone.md  its post will be removed: Status is Draft",
        "~ changed      New  /2026/11/20/new.html  its post will be written: new",
        "! conflicting  Conflicting  _posts/2026-11-20-conflicting.md  both changed line 11: “TWO” stays, Notion has “three”",
        (
            "✗ failing      Broken  /2026/11/20/broken.html  “Broken” could not be read: 500 internal_server_error (8 times). "
            "Its last post stays."
        ),
        "  → The next run tries again. If it fails each time, open the page in Notion and see whether it loads there.",
        "me/blog (branch main): 3 published, 2 unpublished, 3 changed, 1 conflicting, 1 failing.",
    ]
    assert status(here, "--page", renamed)[1] == [told[5], "me/blog (branch main): 1 changed."]


def test_a_blog_without_pages(here: World) -> None:
    assert status(here) == (0, ["me/blog (branch main): no pages."])


def test_what_a_policy_keeps_and_what_is_no_longer_listed(here: World) -> None:
    kept, trashed = here.row("Kept", "text"), here.row("Trashed", "text")
    here.row("Other", "text")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    here.workspace.update_page(kept, {"Status": "Draft"})
    here.workspace.trash(trashed)
    here.pass_time(hours=1)
    removed = "its post will be removed: it is in Notion's trash"
    assert (
        status(here)[1][2]
        == "~ changed      Kept  _posts/2026-11-20-kept.md  its post will be removed: Status is Draft"
    )
    assert status(here)[1][1] == f"~ changed      Trashed  _posts/2026-11-20-trashed.md  {removed}"
    here.configure(
        f"notion: {{source: {here.database}, publish: {{property: Status, is: Published}}}}\n"
        "github: {repository: me/blog, branch: main}\nsync: {removed: keep}\n"
    )
    assert here.run("sync").code == 0
    kept_file = "it is no longer published, and a file of it is kept"
    assert status(here) == (
        0,
        [
            "✓ published    Other  /2026/11/20/other.html",
            f"- unpublished  Trashed  _posts/2026-11-20-trashed.md  {kept_file}",
            "- unpublished  Kept  _posts/2026-11-20-kept.md  Status is Draft",
            "me/blog (branch main): 1 published, 2 unpublished.",
        ],
    )


def test_a_data_file_stands_for_its_rows(here: World) -> None:
    schema: dict[str, dict[str, Any]] = {
        "Name": {"title": {}},
        "Status": {"status": {"options": [{"name": "Published"}]}},
    }
    other = here.workspace.add_database("Links", schema)
    here.workspace.add_page(other, {"Name": "A link", "Status": "Published"})
    here.workspace.add_page(other, {"Name": "No link"})
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: {{property: Status, is: Published}}}}\n"
        f"    - {{source: {other}, publish: {{property: Status, is: Published}}, to: _data/links.yml}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    here.row("Mine", "text")
    here.pass_time(hours=1)
    assert "~ changed      links.yml  _data/links.yml  its post will be written: new" in status(here)[1]
    assert here.run("sync").code == 0
    assert status(here) == (
        0,
        [
            "✓ published    links.yml  _data/links.yml",
            "✓ published    Mine  /2026/11/20/mine.html",
            "- unpublished  No link  Status is empty",
            "me/blog (branch main): 2 published, 1 unpublished.",
        ],
    )


def test_a_page_of_which_it_is_not_known_whether_it_is_published(here: World) -> None:
    other = here.workspace.add_database("Other", {"Name": {"title": {}}})
    here.workspace.add_page(other, {"Name": "Theirs"})
    here.row("Mine", "text")
    one = "publish: {property: Status, is: Published}"
    github = "github: {repository: me/blog, branch: main}\n"
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, {one}}}\n    - {{source: {other}, publish: all}}\n{github}"
    )
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    here.configure(f"notion: {{source: [{here.database}, {other}], {one}}}\n{github}")
    _, told = status(here)
    assert told[1:3] == [
        (
            "✗ failing      Theirs  /2026/11/20/theirs.html  its post stays, because it is not known whether it is published: "
            "it has no property Status"
        ),
        "  → See whether the property was renamed or its formula changed, and correct `publish:` in the configuration.",
    ]
