"""Several sources with a rule and a place of their own each, and pages that are not published, through the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from notion2jekyll import state
from notion2jekyll.jekyll import front_matter
from world import SCHEMA, World, world

SITE = b"""title: Blog
timezone: Asia/Seoul
plugins: [jekyll-redirect-from]
collections: {notes: {output: true}}
"""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.hub.rival.push({"_config.yml": SITE})
        yield made


def configure(here: World, *sources: str, more: str = "") -> None:
    """Configure the sources, each as the inside of a flow mapping."""
    listed = "".join(f"    - {{{source}}}\n" for source in sources)
    here.configure(f"notion:\n  sources:\n{listed}github: {{repository: me/blog, branch: main}}\n{more}")


PUBLISHED = "publish: {property: Status, is: [Published]}"


def mention(page: str) -> list[dict[str, object]]:
    run = {"type": "mention", "mention": {"type": "page", "page": {"id": page}}}
    return [{"type": "paragraph", "paragraph": {"rich_text": [run]}}]


def head(here: World, path: str) -> dict[str, object]:
    return dict(front_matter.load(here.site()[path]) or {})


def test_each_source_has_its_rule_place_and_defaults_and_links_cross(here: World) -> None:
    notes = here.workspace.add_database("Notes", SCHEMA)
    post = here.row("Post", "text")
    note = here.workspace.add_page(notes, {"Name": "Note", "Public": True}, mention(post))
    here.workspace.add_page(notes, {"Name": "Private", "Public": False}, [])
    here.row("About", children=mention(note))
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}",
        f"source: {notes}, publish: {{property: Public, is: true}}, to: _notes, front_matter: {{layout: note}}",
        more="jekyll: {front_matter: {comments: true}}\n",
    )
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert set(here.site()) == {
        "_config.yml",
        "_posts/2026-11-20-post.md",
        "_posts/2026-11-20-about.md",
        "_notes/note.md",
    }
    assert head(here, "_notes/note.md")["layout"] == "note"
    assert head(here, "_posts/2026-11-20-post.md")["layout"] == "post"
    assert all(head(here, path)["comments"] is True for path in here.site() if path.endswith(".md"))
    assert '"/2026/11/20/post.html"' in here.site()["_notes/note.md"]
    assert '"/notes/note.html"' in here.site()["_posts/2026-11-20-about.md"]
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (report["result"], report["unchanged"], report["requests"]["notion"]) == ("up-to-date", 3, 2)


def test_two_feeds_of_one_database_list_it_once_or_as_their_filters_say(here: World) -> None:
    post = here.row("Post", "x", properties={"Tags": ["python"]})
    here.row("Guide", "x", properties={"Tags": ["일기"]})
    here.row("Idea", "x", status="Draft", properties={"Tags": ["일기"]})
    configure(
        here,
        f"source: {here.database}, publish: {{property: Tags, is: [python]}}",
        f"source: {here.database}, {PUBLISHED}, to: guides",
    )
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md", "guides/guide.md"}
    assert report["requests"]["notion"] == 1 + 1 + 2
    # A row that another feed publishes now moves there, and its old address leads there.
    configure(
        here,
        f"source: {here.database}, publish: {{property: Tags, is: [python]}}, "
        "filter: {property: Tags, multi_select: {contains: python}}",
        f"source: {here.database}, {PUBLISHED}, to: guides, filter: {{property: Tags, multi_select: {{contains: 일기}}}}",
    )
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert [change["action"] for change in report["changes"]] == []
    assert report["requests"]["notion"] == 2
    here.workspace.update_page(post, {"Tags": ["일기"]})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert [(change["action"], change["from"], change["path"]) for change in report["changes"]] == [
        ("move", "_posts/2026-11-20-post.md", "guides/post.md")
    ]
    assert head(here, "guides/post.md")["permalink"] == "/2026/11/20/post.html"
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_an_empty_source_beside_a_full_one_stops_the_run(here: World) -> None:
    notes = here.workspace.add_database("Notes", SCHEMA)
    here.row("Post", "x")
    rows = [here.workspace.add_page(notes, {"Name": f"Note {n}", "Public": True}, []) for n in range(2)]
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}",
        f"source: {notes}, publish: all, to: _notes",
    )
    here.pass_time(hours=1)
    here.run("sync")
    before = here.site()
    for row in rows:
        here.workspace.trash(row)
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 3
    assert f"no rows for the source {notes}" in ran.said
    assert here.site() == before
    assert here.run("sync", "--force").code == 0
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md"}


def test_a_lost_state_is_found_again_on_all_shelves(here: World) -> None:
    configure(here, f"source: {here.database}, {PUBLISHED}, to: guides")
    page = here.row("Guide", "x")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(page, {"Name": "Handbook"})
    here.pass_time(hours=1)
    here.run("sync")
    assert head(here, "guides/handbook.md")["permalink"] == "/guides/guide.html"
    output = here.directory / "site"
    output.mkdir()
    for path, content in here.site().items():
        (output / path).parent.mkdir(exist_ok=True)
        (output / path).write_text(content, "utf-8")
    ran, report = here.report("sync", "--output", str(output))
    assert ran.code == 0, ran.err
    # Nothing is written but the state: the post is ours, and says itself what its address is.
    assert report["changes"] == []
    assert (output / state.PATH).is_file()
    assert (output / "guides/handbook.md").read_text("utf-8") == here.site()["guides/handbook.md"]


# Pages that are not published ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unpublished", "path"), [("draft", "_drafts/idea.md"), ("hidden", "_posts/2026-11-20-idea.md")]
)
def test_unpublished_pages_are_kept_as_asked(here: World, unpublished: str, path: str) -> None:
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}, unpublished: {unpublished}",
        more="jekyll: {draft_key: true}\n",
    )
    idea = here.row("Idea", "text", status="Draft")
    here.row("Post", children=mention(idea))
    here.workspace.trash(here.row("Rubbish", "x", status="Draft"))
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 0, ran.err
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md", path}
    assert head(here, path)["draft"] is True
    assert head(here, path).get("published", True) == (unpublished == "draft")
    assert "relative_url" not in here.site()["_posts/2026-11-20-post.md"]
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"

    # It is published: it gets its address, and the post links to it.
    here.workspace.update_page(idea, {"Status": "Published"})
    here.pass_time(hours=1)
    here.run("sync")
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md", "_posts/2026-11-20-idea.md"}
    assert head(here, "_posts/2026-11-20-idea.md")["draft"] is False
    assert "published" not in head(here, "_posts/2026-11-20-idea.md")
    assert "/2026/11/20/idea.html" in here.site()["_posts/2026-11-20-post.md"]

    # And no longer: it goes back, edits come through, and the link is text again.
    here.workspace.update_page(idea, {"Status": "Draft", "Name": "Idea"})
    here.pass_time(hours=1)
    here.run("sync")
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md", path}
    assert "relative_url" not in here.site()["_posts/2026-11-20-post.md"]
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_keep_means_that_a_post_stays_whatever_becomes_of_drafts(here: World) -> None:
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}, unpublished: draft",
        more="sync: {removed: keep}\n",
    )
    page = here.row("Post", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    here.run("sync")
    assert set(here.site()) == {"_config.yml", "_posts/2026-11-20-post.md"}
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_many_posts_that_become_drafts_at_once_look_like_an_accident(here: World) -> None:
    configure(here, f"source: {here.database}, {PUBLISHED}, unpublished: draft")
    pages = [here.row(f"Post {number}", "x") for number in range(9)]
    here.row("Stays", "x")
    here.pass_time(hours=1)
    here.run("sync")
    for page in pages:
        here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 3
    assert "9 of 10 posts" in ran.said


# Addresses -----------------------------------------------------------------------------------------------------------


def test_rename_redate_reslug_and_swap(here: World) -> None:
    """After each, addresses follow the policy, redirects are there, and a second run is empty."""
    here.database = here.workspace.add_database("Journal", {**SCHEMA, "Slug": {"rich_text": {}}})
    here.configure()
    one, two = here.row("One", "x"), here.row("Two", "y")
    here.row("Three", children=mention(one))

    def turn() -> None:
        here.pass_time(hours=1)
        assert here.run("sync").code == 0
        here.pass_time(hours=1)
        assert here.report("sync")[1]["result"] == "up-to-date"

    turn()
    linking = here.site()["_posts/2026-11-20-three.md"]
    here.workspace.update_page(one, {"Name": "Uno", "Date": {"start": "2026-11-02"}})
    turn()
    assert head(here, "_posts/2026-11-02-uno.md")["permalink"] == "/2026/11/20/one.html"
    assert here.site()["_posts/2026-11-20-three.md"] == linking.replace("[One]", "[Uno]")
    here.workspace.update_page(one, {"Slug": "first"})
    turn()
    made = head(here, "_posts/2026-11-02-first.md")
    assert "permalink" not in made
    assert made["redirect_from"] == ["/2026/11/20/one.html"]
    assert "/2026/11/02/first.html" in here.site()["_posts/2026-11-20-three.md"]
    here.workspace.update_page(one, {"Slug": "", "Name": "Two", "Date": {"start": "2026-11-20"}})
    here.workspace.update_page(two, {"Name": "One"})
    turn()
    assert head(here, "_posts/2026-11-20-two.md")["permalink"] == "/2026/11/02/first.html"
    # The second post has the path that the first address was made of, and keeps its own address.
    assert head(here, "_posts/2026-11-20-one.md")["permalink"] == "/2026/11/20/two.html"


def test_an_address_that_changes_without_redirects_is_said_once(here: World) -> None:
    here.hub.rival.push({"_config.yml": b"timezone: Asia/Seoul\n"})
    here.configure()
    page = here.row("One", "x")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push({"_config.yml": b"timezone: Asia/Seoul\npermalink: pretty\n"})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    (note,) = report["problems"]
    assert note["page"] == page
    assert (
        "/2026/11/20/one.html becomes /2026/11/20/one/: links to the old one lead nowhere" in note["message"]
    )
    assert "jekyll-redirect-from" in note["hint"]
    here.pass_time(hours=1)
    assert here.report("sync")[1]["problems"] == []


def test_a_site_in_another_zone_than_its_author_is_said(here: World) -> None:
    here.hub.rival.push({"_config.yml": b"title: Blog\n"})
    here.configure(
        f"notion: {{source: {here.database}, {PUBLISHED}}}\n"
        "github: {repository: me/blog, branch: main}\njekyll: {timezone: America/Los_Angeles}\n"
    )
    here.now = here.now.replace(hour=3)
    here.row("Late", "x")
    here.pass_time(minutes=30)
    ran, report = here.report("sync")
    assert ran.code == 0
    made = head(here, "_posts/2026-11-19-late.md")
    assert made["permalink"] == "/2026/11/19/late.html"
    (note,) = report["problems"]
    assert "1 of the posts are dated in America/Los_Angeles, but the site is built in UTC" in note["message"]
    assert "`timezone: America/Los_Angeles`" in note["hint"]


@pytest.mark.parametrize("to", ["_notes", "guides"])
@pytest.mark.parametrize("unpublished", ["draft", "hidden"])
def test_what_is_not_published_is_never_shown(here: World, to: str, unpublished: str) -> None:
    """Jekyll has drafts of posts alone, so other pages are hidden."""
    configure(here, f"source: {here.database}, {PUBLISHED}, to: {to}, unpublished: {unpublished}")
    note = here.row("Idea", "text", status="Draft")
    here.pass_time(hours=1)
    here.run("sync")
    assert head(here, f"{to}/idea.md")["published"] is False
    for status in ("Published", "Draft"):
        here.workspace.update_page(note, {"Status": status})
        here.pass_time(hours=1)
        here.run("sync")
        assert head(here, f"{to}/idea.md").get("published", True) == (status == "Published")


@pytest.mark.parametrize("unpublished", ["draft", "hidden"])
def test_many_posts_that_readers_would_lose_look_like_an_accident(here: World, unpublished: str) -> None:
    configure(here, f"source: {here.database}, {PUBLISHED}, unpublished: {unpublished}")
    pages = [here.row(f"Post {number}", "x") for number in range(10)]
    here.pass_time(hours=1)
    here.run("sync")
    for page in pages[1:]:
        here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 3
    assert "9 of 10 posts" in ran.said


def test_pictures_of_drafts_are_copied_when_they_are_published(here: World) -> None:
    configure(here, f"source: {here.database}, {PUBLISHED}, unpublished: draft")
    pdf = here.workspace.add_file("secret.pdf", b"%PDF-1.4 secret")
    page = here.row("Idea", children=[{"type": "pdf", "pdf": pdf}], status="Draft")
    here.pass_time(hours=1)
    here.run("sync")
    assert not [path for path in here.hub.files() if path.startswith("assets/")]
    here.workspace.update_page(page, {"Status": "Published"})
    here.pass_time(hours=1)
    here.run("sync")
    assert [path for path in here.hub.files() if path.startswith("assets/")]


def test_an_address_of_a_post_that_stays_is_not_given_away(here: World) -> None:
    here.hub.rival.push({"_config.yml": b"timezone: Asia/Seoul\npermalink: /:title/\n"})
    configure(here, f"source: {here.database}, {PUBLISHED}", more="sync: {removed: keep}\n")
    old = here.row("Hello", "old", properties={"Date": {"start": "2026-11-01"}})
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.trash(old)
    here.row("Hello", "new", properties={"Date": {"start": "2026-11-10"}})
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    urls = [entry.url for entry in remembered(here).values()]
    assert "/hello/" in urls
    assert len(set(urls)) == 2
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def remembered(here: World) -> Mapping[str, state.Entry]:
    return state.parse(here.hub.files()[state.PATH]).entries


def test_a_post_waits_for_an_address_that_another_has_not_left(here: World) -> None:
    here.hub.rival.push({"_config.yml": b"timezone: Asia/Seoul\npermalink: /:title/\n"})
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}",
        more="jekyll: {addresses: follow}\n",
    )
    one = here.row("A", "x", properties={"Date": {"start": "2026-11-01"}})
    two = here.row("B", "y", properties={"Date": {"start": "2026-11-02"}})
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(one, {"Name": "B"})
    here.workspace.update_page(two, {"Name": "C"})
    here.pass_time(hours=1)
    ran = here.run("sync", "--page", one)
    assert "waits where it is: its new address /b/ is still that of “B”" in ran.said
    assert {entry.url for entry in remembered(here).values()} == {"/a/", "/b/"}
    here.run("sync")
    assert {entry.url for entry in remembered(here).values()} == {"/b/", "/c/"}


def test_a_filter_that_matches_nothing_any_more_stops_the_run(here: World) -> None:
    tags = "filter: {{property: Tags, multi_select: {{contains: {}}}}}"
    configure(
        here,
        f"source: {here.database}, {PUBLISHED}, {tags.format('python')}",
        f"source: {here.database}, {PUBLISHED}, to: _notes, {tags.format('일기')}",
    )
    pages = [here.row(f"Post {n}", "x", properties={"Tags": ["python"]}) for n in range(4)]
    here.row("Note", "x", properties={"Tags": ["일기"]})
    here.pass_time(hours=1)
    here.run("sync")
    for page in pages:
        here.workspace.update_page(page, {"Tags": []})
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 3
    assert f"no rows for the source {here.database}, but 4 of 5 posts" in ran.said


def test_a_collection_that_the_site_does_not_know_is_said(here: World) -> None:
    configure(here, f"source: {here.database}, {PUBLISHED}, to: _projects")
    here.row("Project", "x")
    here.pass_time(hours=1)
    assert "names no collection “projects”: Jekyll leaves _projects out" in here.run("sync").said


def test_a_page_that_fails_while_the_site_changes_its_addresses_follows_later(here: World) -> None:
    here.configure()
    one, _ = here.row("One", "x"), here.row("Two", "y")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push({"_config.yml": SITE + b"permalink: /:title/\n"})
    here.pass_time(hours=1)
    here.run("sync", "--page", one)
    assert {entry.url for entry in remembered(here).values()} == {"/one/", "/2026/11/20/two.html"}
    here.run("sync")
    assert {entry.url for entry in remembered(here).values()} == {"/one/", "/two/"}
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_draft_that_is_thrown_away_keeps_its_name(here: World) -> None:
    configure(
        here, f"source: {here.database}, {PUBLISHED}, unpublished: draft", more="sync: {removed: draft}\n"
    )
    page = here.row("Idea", "x", status="Draft")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.trash(page)
    here.pass_time(hours=1)
    assert here.report("sync")[1]["changes"] == []
    assert "_drafts/idea.md" in here.site()
