"""A source as a data file: what is in it, when it is written, and that the real Jekyll reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from notion2jekyll import config
from notion2jekyll.errors import ConfigError
from notion2jekyll.jekyll.tables import content
from oracle.site import build
from world import SCHEMA, World, world

BOOKS = {**SCHEMA, "Pages": {"number": {}}, "Read": {"checkbox": {}}, "Link": {"url": {}}}


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.database = made.workspace.add_database("Books", BOOKS)
        configure(made)
        yield made


def configure(here: World, to: str = "_data/books.yml", more: str = "") -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"  to: {to}\n  keep: all\ngithub: {{repository: me/blog, branch: main}}\n{more}"
    )


def book(here: World, title: str, **properties: Any) -> str:
    return here.row(title, "A text that is nobody's business.", properties=properties)


def listed(here: World, path: str = "_data/books.yml") -> list[dict[str, Any]]:
    text = here.site()[path]
    return list(json.loads(text) if path.endswith(".json") else yaml.safe_load(text))


def test_published_rows_are_a_list_and_their_texts_are_not_read(here: World) -> None:
    book(here, "첫 번째: yes", Pages=300, Tags=["python", "일기"], Date={"start": "2026-11-02"}, Read=True)
    book(here, "Second", Link="https://example.com/?a=1")
    here.row("Secret", "x", status="Draft")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 0, ran.err
    assert [(change["action"], change["path"]) for change in report["changes"]] == [
        ("create", "_data/books.yml")
    ]
    assert report["requests"]["notion"] == 2
    assert set(here.site()) == {"_config.yml", "_data/books.yml"}
    first, second = listed(here)
    assert (first["title"], first["pages"], first["read"]) == ("첫 번째: yes", 300, True)
    assert first["tags"] == ["python", "일기"]
    assert "2026-11-02 00:00:00 +0900" in here.site()["_data/books.yml"]
    assert "date" not in second
    assert second["link"] == "https://example.com/?a=1"
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert (report["result"], report["requests"]) == ("up-to-date", {"notion": 1, "github": 4, "files": 0})


def test_a_change_of_a_row_is_a_change_of_the_file_and_nothing_else(here: World) -> None:
    page = book(here, "First", Pages=1)
    book(here, "Second", Pages=2)
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.update_page(page, {"Pages": 3})
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert [(change["action"], change["why"]) for change in report["changes"]] == [
        ("update", "its rows changed")
    ]
    here.workspace.trash(page)
    here.pass_time(hours=1)
    here.run("sync")
    assert [row["title"] for row in listed(here)] == ["Second"]
    assert "no longer" not in here.run("sync").said


def test_many_rows_that_are_gone_at_once_look_like_an_accident(here: World) -> None:
    pages = [book(here, f"Book {number}") for number in range(10)]
    here.pass_time(hours=1)
    here.run("sync")
    before = here.site()
    for gone in (pages[:7], pages[7:]):
        for page in gone:
            here.workspace.trash(page)
        here.pass_time(hours=1)
        ran = here.run("sync")
        assert ran.code == 3
        assert "instead of 10" in ran.said
        assert here.site() == before
    assert here.run("sync", "--force").code == 0
    assert listed(here) == []


def test_json_another_place_and_a_file_that_a_person_edited(here: World) -> None:
    book(here, "First", Pages=1)
    here.pass_time(hours=1)
    here.run("sync")
    configure(here, "_data/shelf/read.json")
    _, report = here.report("sync")
    assert [(change["action"], change["path"]) for change in report["changes"]] == [
        ("create", "_data/shelf/read.json")
    ]
    # The file stands for itself: the other one is the owner's to delete.
    assert any("_data/books.yml stays as it is" in problem["message"] for problem in report["problems"])
    assert listed(here, "_data/shelf/read.json")[0]["pages"] == 1
    here.hub.rival.push({"_data/shelf/read.json": b"[]\n"})
    book(here, "Second")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert ran.code == 1
    assert report["conflicts"][0]["path"] == "_data/shelf/read.json"
    assert listed(here, "_data/shelf/read.json") == []


def test_a_file_that_no_source_goes_to_any_more_stays_and_is_said(here: World) -> None:
    book(here, "First")
    here.pass_time(hours=1)
    here.run("sync")
    configure(here, "_posts")
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert set(here.site()) == {"_config.yml", "_data/books.yml", "_posts/2026-11-20-first.md"}
    assert any("_data/books.yml stays as it is" in problem["message"] for problem in report["problems"]), (
        ran.said
    )
    # And back: what is a row now is a post no longer.
    configure(here)
    here.pass_time(hours=1)
    here.run("sync")
    assert set(here.site()) == {"_config.yml", "_data/books.yml"}
    here.pass_time(hours=1)
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_stranger_s_data_file_is_left_alone(here: World) -> None:
    here.hub.rival.push({"_data/books.yml": b"- mine\n"})
    book(here, "First")
    here.pass_time(hours=1)
    ran = here.run("sync")
    assert ran.code == 1
    assert here.site()["_data/books.yml"] == "- mine\n"


def test_two_sources_cannot_share_a_data_file() -> None:
    source = "{source: 0123456789abcdef0123456789abcdef, publish: all, to: _data/a.yml}"
    with pytest.raises(ConfigError) as caught:
        config.parse(f"notion: {{sources: [{source}, {source}]}}", "x")
    assert "two sources that go into one data file: _data/a.yml" in caught.value.problems[0].message


def test_json_has_no_number_that_is_none() -> None:
    assert json.loads(content([{"n": float("inf"), "m": [float("nan"), 1]}], "_data/a.json")) == [
        {"n": None, "m": [None, 1]}
    ]


def test_jekyll_reads_both_kinds(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"title": "yes", "n": 1.5, "none": [], "말": "1,000"},
        {"title": ": #\u2028{{ x }}"},
    ]
    page = (
        b'---\n---\n{% for row in site.data.a %}[{{ row.title | jsonify }} {{ row.n | jsonify }} {{ row["\xeb\xa7\x90"] | jsonify }}]'
        b'{% endfor %}{% for row in site.data.b %}[{{ row.title | jsonify }} {{ row.n | jsonify }} {{ row["\xeb\xa7\x90"] | jsonify }}]{% endfor %}'
    )
    site = {
        "_config.yml": b"title: x\n",
        "index.txt": page,
        "_data/a.yml": content(rows, "_data/a.yml"),
        "_data/b.json": content(rows, "_data/b.json"),
    }
    build(tmp_path, [site])
    made = (tmp_path / "0.out/index.txt").read_text("utf-8")
    half = len(made) // 2
    assert made[:half] == made[half:]
    assert made.startswith('["yes" 1.5 "1,000"][')


def test_sources_may_change_places_and_databases(here: World) -> None:
    """A data file stands for its path: what goes there may be another source tomorrow."""
    book(here, "Read")
    here.row("Unread", status="Draft")
    other = here.workspace.add_database("Others", BOOKS)
    here.workspace.add_page(other, {"Name": "Other"}, [])

    def sources(*listed: str) -> None:
        text = "".join(f"    - {{{one}}}\n" for one in listed)
        here.configure(f"notion:\n  sources:\n{text}github: {{repository: me/blog, branch: main}}\n")
        here.pass_time(hours=1)
        assert here.run("sync").code == 0

    one = f"source: {here.database}, publish: {{property: Status, is: [Published]}}, to: _data/a.yml"
    two = f"source: {here.database}, publish: {{property: Status, is: [Draft]}}, to: _data/b.yml"
    sources(one, two)
    before = here.site()
    assert [row["title"] for row in listed(here, "_data/b.yml")] == ["Unread"]
    sources(two, one)
    assert here.site() == before
    sources(f"source: {other}, publish: all, to: _data/a.yml", two)
    assert [row["title"] for row in listed(here, "_data/a.yml")] == ["Other"]


def test_a_data_file_that_was_deleted_stays_away_or_is_restored(here: World) -> None:
    book(here, "First")
    here.pass_time(hours=1)
    here.run("sync")
    here.hub.rival.push({"_data/books.yml": None})
    book(here, "Second")
    here.pass_time(hours=1)
    _, report = here.report("sync")
    assert "_data/books.yml" not in here.site()
    assert any(
        "was deleted in the repository and stays deleted" in one["message"] for one in report["problems"]
    )
    configure(here, more="sync: {restore: true}\n")
    here.run("sync")
    assert [row["title"] for row in listed(here)] == ["First", "Second"]
