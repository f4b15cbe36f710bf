"""A state that somebody had in hands, and data files, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notion2jekyll import state
from notion2jekyll.snapshot import blob_id
from world import World, world

NAVIGATION = "_data/navigation.yml"
THEIRS = {NAVIGATION: b"- title: Home\n  url: /\n"}


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.hub.rival.push(THEIRS)
        yield made


def tamper(here: World, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the state in the repository as anybody could who may write there."""
    raw = json.loads(here.hub.files()[state.PATH])
    change(raw)
    here.hub.rival.push({state.PATH: json.dumps(raw).encode()})


def untouched(here: World) -> bool:
    files = here.hub.files()
    return all(files.get(path) == content for path, content in THEIRS.items())


def configure(here: World, path: str) -> None:
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: all, to: {path}}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )


@pytest.mark.parametrize("extension", ["yml", "json"])
def test_data_files_are_ours_also_when_their_source_goes_elsewhere(here: World, extension: str) -> None:
    here.row("Dune", "text")
    old, new = f"_data/books.{extension}", f"_data/read/books.{extension}"
    configure(here, old)
    assert here.run("sync").code == 0
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert (ran.code, report["result"], report["problems"]) == (0, "up-to-date", [])
    configure(here, new)
    ran, report = here.report("sync")
    assert ran.code == 0
    # A data file stands for its path: the old one is the owner's to delete, and nobody's trick.
    assert [problem["message"] for problem in report["problems"]] == [
        f"{old} stays as it is: no source of the configuration goes there any more."
    ]
    assert "Dune" in here.site()[new]


def test_a_state_that_calls_a_foreign_data_file_ours_does_not_move_it_away(here: World) -> None:
    row = here.row("Dune", "text")
    configure(here, "_data/books.yml")
    assert here.run("sync").code == 0

    def name_it(raw: dict[str, Any]) -> None:
        (source,) = raw["pages"]
        raw["pages"][source] |= {"path": NAVIGATION, "blob": blob_id(THEIRS[NAVIGATION])}

    tamper(here, name_it)
    here.pass_time(hours=1)
    here.run("sync")
    assert untouched(here)
    assert row in here.site()["_data/books.yml"]


def test_a_state_that_gives_a_data_file_to_a_row_does_not_remove_it(here: World) -> None:
    row = here.row("Draft", "text", status="Draft")
    here.row("Dune", "text")
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: {{property: Status, is: [Published]}}, "
        "to: _data/books.yml}\ngithub: {repository: me/blog, branch: main}\n"
    )
    assert here.run("sync").code == 0

    def give(raw: dict[str, Any]) -> None:
        (source,) = raw["pages"]
        raw["pages"] = {row: raw["pages"][source]}

    tamper(here, give)
    here.pass_time(hours=1)
    assert here.run("sync").code in (0, 1)
    assert "Dune" in here.site()["_data/books.yml"]
