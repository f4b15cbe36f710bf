"""Properties in the front matter, from the command line to the commit: mapped, kept, related, cut and completed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion2jekyll.demo.workspace import mention, text
from world import World, world

SCHEMA: dict[str, Any] = {
    "Name": {"title": {}},
    "Status": {"status": {"options": [{"name": "Draft"}, {"name": "Published"}]}},
    "Mood": {"select": {}},
    "Week": {"number": {}},
    "Done": {"checkbox": {}},
    "When": {"date": {}},
    "Due": {"date": {}},
    "Papers": {"files": {}},
    "Team": {"people": {}},
    "Topics": {"relation": {}},
    "Series": {"relation": {}},
    "Topic names": {
        "rollup": {
            "relation_property_name": "Topics",
            "rollup_property_name": "Name",
            "function": "show_original",
        }
    },
    "Topic count": {
        "rollup": {"relation_property_name": "Topics", "rollup_property_name": "Name", "function": "count"}
    },
    "Count": {"formula": {"expression": 'prop("Topics").length()'}},
    "URL": {"url": {}},
    "읽은 책": {"rich_text": {}},
}


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.database = made.workspace.add_database("Journal", SCHEMA)
        yield made


def configure(here: World, more: str = "", properties: str = "", keep: str = "[]") -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n  keep: {keep}\n"
        f"  properties: {{date: null, {properties}}}\n{more}github: {{repository: me/blog, branch: main}}\n"
    )


def topics(here: World, *names: str) -> list[str]:
    """Make a database of topics beside the journal and return the ids of its rows."""
    database = here.workspace.add_database("Topics", {"Name": {"title": {}}})
    return [here.workspace.add_page(database, {"Name": name}) for name in names]


def front(here: World, ends: str = ".md") -> dict[str, Any]:
    """Return the front matter of the one post whose path ends so."""
    (post,) = (content for path, content in here.site().items() if path.endswith(ends))
    found: dict[str, Any] = yaml.safe_load(post.split("---\n")[1])
    return found


def head(here: World) -> list[str]:
    """Return the lines of the front matter of the one post, without those that each post has."""
    (post,) = (content for path, content in here.site().items() if path.endswith(".md"))
    every = ("layout:", "title:", "date:", "last_modified_at:", "notion_id:")
    return [line for line in post.split("---\n")[1].splitlines() if not line.startswith(every)]


# Mapped and kept ------------------------------------------------------------------------------------------------------


def test_properties_become_keys_in_the_order_of_the_configuration_and_of_notion(here: World) -> None:
    configure(
        here,
        properties='week: {template: "{Week}주차: {Mood}"}, layout: {value: note}, feeling: Mood, tags: Mood, '
        "facts: {value: {a: [1, 2026-01-01]}}, description: 읽은 책, missing: Nowhere",
        keep="[읽은 책, When, Done, Week, Due]",
    )
    here.row(
        "Post",
        "Hello",
        properties={
            "Mood": "yes",
            "Week": 3,
            "Done": True,
            "When": {"start": "2026-11-20", "end": "2026-11-23"},
            "Due": {"start": "2026-11-20T23:30:00.000Z"},
            "읽은 책": " 데미안: “알” ",
        },
    )
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert head(here) == [
        'tags: ["yes"]',
        'description: "데미안: “알”"',
        'week: "3주차: yes"',
        'feeling: "yes"',
        "facts:",
        "  a: [1, 2026-01-01]",
        "done: true",
        "when:",
        "  start: 2026-11-20",
        "  end: 2026-11-23",
        "due: 2026-11-21 08:30:00 +0900",
        '"읽은_책": " 데미안: “알” "',
    ]
    assert front(here)["layout"] == "note"
    assert "takes `missing` from the property “Nowhere”, which no page has" in ran.said


def test_empty_values_write_no_key_and_null_takes_one_away(here: World) -> None:
    configure(
        here,
        properties='layout: null, week: {template: "{Week}: {Mood}"}, feeling: Mood, image: Papers',
        keep="[Done, Week, When, Papers, Team, Topics, Topic names, 읽은 책]",
    )
    here.row("Post", "Hello", properties={"Week": 0})
    here.row("Empty", "Hello", properties={"읽은 책": " "})
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    every = {"title", "date", "last_modified_at", "notion_id"}
    assert front(here, "post.md").keys() == every | {"week", "done"}
    assert front(here, "post.md")["week"] == "0:"
    assert front(here, "empty.md").keys() == every | {"done"}


def test_everything_is_kept_but_what_is_said_already_or_concerns_nobody(here: World) -> None:
    schema = {
        **SCHEMA,
        "Mail": {"email": {}},
        "Edited": {"last_edited_time": {}},
        "Layout": {"select": {}},
        "mood": {"number": {}},
    }
    here.database = here.workspace.add_database("Journal", schema)
    configure(here, properties="feeling: Mood", keep="all")
    here.row(
        "Post",
        "Hello",
        properties={
            "Mood": "good",
            "Week": 3,
            "Mail": "me@example.com",
            "URL": "https://x.y",
            "Layout": "wide",
            "mood": 5,
        },
    )
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    # The count is a formula that a layout could not get at, as the address is.
    assert head(here) == ['feeling: "good"', "week: 3", "done: false", "topic_count: 0", "mood: 5"]
    notes = {problem["message"] for problem in report["problems"]}
    for name in ("URL", "Count", "Layout"):
        assert any(f"The property “{name}” is not kept" in note for note in notes), notes
    assert ran.code == 0


def test_files_are_copied_and_named_by_their_place(here: World) -> None:
    configure(here, properties="image: Papers", keep="[Papers]")
    picture = here.workspace.add_file("사진 1.png", b"\x89PNG\r\n\x1a\nx")
    page = here.row(
        "Post",
        "Hello",
        properties={"Papers": [picture, {"type": "external", "external": {"url": "https://x.y/b.pdf"}}]},
        cover=here.workspace.add_file("cover.png", b"\x89PNG\r\n\x1a\ncover"),
    )
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.said
    assert report["requests"]["files"] == 1
    found = front(here)
    path, other = found["papers"]
    assert other == "https://x.y/b.pdf"
    assert found["image"] == path
    assert here.hub.files()[path.lstrip("/")].endswith(b"\r\n\x1a\nx")
    here.pass_time(hours=1)
    here.workspace.update_page(page, {"Papers": []})
    here.run("sync")
    assert "papers" not in front(here)
    # Without a picture of its own the post shows the cover again.
    media = [name for name in here.hub.files() if name.startswith("assets/")]
    assert ["/" + name for name in media] == [front(here)["image"]] != [path]


def test_a_value_that_changes_without_an_edit_is_noticed(here: World) -> None:
    configure(here, keep="[Mood]")
    page = here.row("Post", "Hello", properties={"Mood": "good"})
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(page, {"Mood": "bad", "Week": 5}, silent=True)
    _, report = here.report("sync")
    assert [change["why"] for change in report["changes"]] == ["a property changed"]
    assert front(here)["mood"] == "bad"
    here.workspace.update_page(page, {"Week": 6}, silent=True)
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_what_was_detected_is_shown(here: World) -> None:
    configure(here, properties="series: {property: Series, as: links}", keep="[Week]")
    here.row("Post", "Hello", properties={"Week": 1})
    said = here.run("plan", "--verbose").said
    assert (
        "Properties: title ← Name, series ← Series (links), week ← Week; not used: Mood, Done, When," in said
    )
    assert "Status" not in said.partition("not used:")[2].partition("Requests")[0].partition(" + ")[0]
    assert "Properties:" not in here.run("plan", "--quiet").said
    assert "Properties:" not in here.run("plan").said
    assert "Properties:" not in here.run("sync").said
    assert "Properties:" in here.run("sync", "--verbose").said


# Relations ------------------------------------------------------------------------------------------------------------


def test_pages_outside_the_source_are_asked_for_once_and_only_for_posts_that_are_made(here: World) -> None:
    first, second, third = topics(here, "Python", "선형대수", "")
    configure(here, properties="tags: Topics")
    here.row("One", "x", properties={"Topics": [first, second]})
    other = here.row("Two", "x", properties={"Topics": [second, third, first]})
    here.row("Secret", "x", status="Draft", properties={"Topics": topics(here, "Unseen")})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert report["requests"]["notion"] == 2 + 2 + 3  # the source and its rows, two bodies, three topics
    assert front(here, "one.md")["tags"] == ["Python", "선형대수"]
    assert front(here, "two.md")["tags"] == ["선형대수", "Python"]
    assert here.report("sync")[1]["requests"]["notion"] == 1

    # A title that changed is found out with the next post that names it, for all that do.
    here.workspace.update_page(first, {"Name": "Python 3"})
    assert here.report("sync")[1]["requests"]["notion"] == 1
    here.workspace.update_page(other, {"Mood": "good"})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    whys = {change["path"][-6:]: change["why"] for change in report["changes"]}
    assert whys == {"one.md": "a page that a relation names changed its title", "two.md": "edited in Notion"}
    assert front(here, "one.md")["tags"] == ["Python 3", "선형대수"]
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_categories_that_are_related_pages_make_the_address(here: World) -> None:
    (topic,) = topics(here, "Deep Learning")
    configure(here, properties="categories: Topics")
    here.row("One", "x", properties={"Topics": [topic]})
    here.pass_time(hours=1)
    here.run("sync")
    state = yaml.safe_load(here.hub.files()[".notion2jekyll/state.json"])
    (entry,) = state["pages"].values()
    assert entry["url"] == "/deep%20learning/2026/11/20/one.html".replace("%20", " ")
    # Nothing is asked for to know it again.
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_links_lead_to_posts_and_follow_them(here: World) -> None:
    configure(here, properties="series: {property: Series, as: links}", keep="[Series]")
    target = here.row("Part one", "x")
    hidden = here.row("Part two", "x", status="Draft")
    (outside,) = topics(here, "Book")
    here.row("Reader", "x", properties={"Series": [target, hidden, outside]})
    here.pass_time(hours=1)
    here.run("sync")
    assert front(here, "reader.md")["series"] == [
        {"title": "Part one", "url": "/2026/11/20/part-one.html"},
        {"title": "Part two"},
        {"title": "Book"},
    ]
    here.workspace.update_page(hidden, {"Status": "Published"})
    here.workspace.update_page(target, {"Name": "Part 1"})
    here.pass_time(hours=1)
    here.run("sync")
    assert front(here, "reader.md")["series"][:2] == [
        {"title": "Part 1", "url": "/2026/11/20/part-one.html"},
        {"title": "Part two", "url": "/2026/11/20/part-two.html"},
    ]
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_the_title_of_an_unpublished_row_follows_too(here: World) -> None:
    configure(here, keep="[Series]")
    hidden = here.row("Part two", "x", status="Draft")
    here.row("Reader", "x", properties={"Series": [hidden]})
    here.pass_time(hours=1)
    here.run("sync")
    assert front(here)["series"] == ["Part two"]
    here.workspace.update_page(hidden, {"Name": "Part 2"})
    here.pass_time(hours=1)
    here.run("sync")
    assert front(here)["series"] == ["Part 2"]


def test_what_cannot_be_seen_or_lies_in_the_trash_is_left_out(here: World) -> None:
    seen, unseen, trashed = topics(here, "Seen", "Unseen", "Trashed")
    here.workspace.unshare(unseen)
    here.workspace.trash(trashed)
    configure(here, properties="tags: Topics")
    here.row("Post", "x", properties={"Topics": [unseen, seen, trashed]})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert front(here)["tags"] == ["Seen"]
    (note,) = report["problems"]
    assert note["severity"] == "note"
    assert "“Topics” names a page that the connection cannot see" in note["message"]
    assert ran.code == 0
    assert here.report("sync")[1]["requests"]["notion"] == 1


def test_a_race_that_is_lost_asks_for_nothing_twice(here: World) -> None:
    many = topics(here, *(f"Topic {number}" for number in range(27)))
    configure(here, properties="tags: Topics")
    here.row("One", "x", properties={"Topics": many})
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", lambda: here.hub.rival.push({"theirs.md": b"hands off"}))
    _, report = here.report("sync")
    assert len(front(here, "one.md")["tags"]) == 27
    # The source, its rows, the pages that the relation names, the rest of the relation, the body: each once.
    assert report["requests"]["notion"] == 2 + 27 + 1 + 1


# What Notion cuts off -------------------------------------------------------------------------------------------------


def test_what_is_cut_is_read_to_its_end_where_it_is_used(here: World) -> None:
    names = [f"Topic {number}" for number in range(30)]
    many = topics(here, *names)
    person = {"object": "user", "id": here.workspace.person, "name": "Ada"}
    configure(here, keep="[Topics, Topic names, Topic count, n, Team]", properties="n: Count")
    page = here.row("Many", "x", properties={"Topics": many, "Team": [person] * 26})
    here.row("Few", "x", properties={"Topics": many[:2], "Team": [person] * 3})
    here.row("Secret", "x", status="Draft", properties={"Topics": many})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    found = front(here, "many.md")
    assert found["topics"] == names
    assert found["topic_names"] == names
    assert (found["topic_count"], found["n"], len(found["team"])) == (30, 30, 26)
    assert front(here, "few.md")["topics"] == names[:2]
    # The source and its rows, two bodies, thirty topics; relation, two rollups, formula and people of the one page.
    assert report["requests"]["notion"] == 2 + 2 + 30 + 5
    assert not [problem for problem in report["problems"] if problem["severity"] != "warning"]
    assert here.report("sync")[1]["requests"]["notion"] == 1

    here.workspace.update_page(page, {"Topics": [*many, *topics(here, "Topic 30")]})
    here.pass_time(hours=1)
    here.run("sync")
    assert len(front(here, "many.md")["topics"]) == 31


def test_what_is_cut_and_not_used_costs_nothing(here: World) -> None:
    configure(here, keep="[Mood]")
    here.row("Many", "x", properties={"Topics": topics(here, *map(str, range(30))), "Mood": "good"})
    here.pass_time(hours=1)
    assert here.report("sync")[1]["requests"]["notion"] == 3


def test_a_title_with_many_mentions_is_whole_and_keeps_its_address(here: World) -> None:
    configure(here)
    others = topics(here, *(f"t{number}" for number in range(27)))
    title = [text("All "), *(mention("page", other) for other in others)]
    here.row("x", "x", properties={"Name": title})
    here.pass_time(hours=1)
    here.run("sync")
    assert front(here)["title"] == "All " + "".join(f"t{number}" for number in range(27))
    # Where it is has to be known in each run, at a request for the title.
    _, report = here.report("sync")
    assert (report["result"], report["requests"]["notion"]) == ("up-to-date", 2)


# People's own keys ----------------------------------------------------------------------------------------------------


def test_keys_and_notes_of_a_person_survive_when_other_keys_are_mapped(here: World) -> None:
    configure(here, keep="[Mood, Week]")
    page = here.row("Post", "Hello", properties={"Mood": "good", "Week": 3})
    here.pass_time(hours=1)
    here.run("sync")
    (path,) = (name for name in here.site() if name.endswith(".md"))
    post = here.site()[path]
    edited = post.replace("week: 3\n", "week: 3  # the third\nseries: mine  # by hand\n# a note of mine\n")
    assert edited != post
    here.hub.rival.push({path: edited.encode()})

    configure(here, properties='feeling: Mood, what: {template: "{Week}!"}', keep="[Done]")
    here.workspace.update_page(page, {"Mood": "bad"})
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 0, ran.said
    lines = here.site()[path].split("---\n")[1].splitlines()
    assert 'feeling: "bad"' in lines
    assert 'what: "3!"' in lines
    assert "done: false" in lines
    assert not [line for line in lines if line.startswith(("mood:", "week:"))]
    at = lines.index("# the third")
    assert lines[at : at + 3] == ["# the third", "series: mine  # by hand", "# a note of mine"]
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_key_that_a_person_wrote_first_stays_theirs(here: World) -> None:
    configure(here)
    page = here.row("Post", "Hello", properties={"Mood": "good"})
    here.pass_time(hours=1)
    here.run("sync")
    (path,) = (name for name in here.site() if name.endswith(".md"))
    here.hub.rival.push({path: here.site()[path].replace("notion_id:", "mood: mine\nnotion_id:").encode()})
    configure(here, keep="[Mood]")
    here.workspace.update_page(page, {"Week": 1})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert front(here)["mood"] == "mine"
    assert ["mood" in conflict["why"] for conflict in report["conflicts"]] == [True]
