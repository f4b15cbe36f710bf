"""Others write into the same repository at the same time: people who push, and another sync. Nobody loses anything."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from notion2jekyll import state
from notion2jekyll.config import load
from notion2jekyll.notion.client import NotionSettings
from notion2jekyll.progress import Progress, Silent, Stage
from notion2jekyll.report import Report
from notion2jekyll.steps.reading import FRESH
from notion2jekyll.sync import LONGEST_PAUSE, RACES, Clock, Job, sync
from notion2jekyll.target.github import GitHub
from world import World, lines

MINE = "_posts/2026-11-20-mine.md"


def test_fifty_pushes_in_a_row_are_outlasted_and_all_built_upon(here: World) -> None:
    here.row("Before", "text")
    here.pass_time(hours=1)
    here.run("sync")
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", *[here.hub.rival.push] * 50)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (0, "committed")
    pushed = {f"rival-{number}.txt": "by someone else\n" for number in range(2, 52)}
    assert pushed.items() <= here.site().items()
    assert MINE in here.site()
    assert here.commits()[0] == "Sync from Notion: 1 new"
    assert len(here.commits()) == 2 + 50 + 1
    # Nothing of Notion is read again; of GitHub head and tree, and a tree, a commit and the branch are written.
    assert report["requests"] == {"notion": 2, "github": 2 + 51 * 5, "files": 0}
    assert 50 < report["waited_seconds"] < 50 * LONGEST_PAUSE


def test_a_run_that_always_loses_says_so_and_leaves_everything_as_the_others_want_it(here: World) -> None:
    here.row("Mine", "text")
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", *[here.hub.rival.push] * RACES)
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (5, "failed")
    assert f"each of the {RACES} times" in ran.said
    assert len(here.commits()) == 1 + RACES
    assert MINE not in here.site()
    assert here.report("sync")[1]["result"] == "committed"


def test_fifty_edits_of_the_very_post_are_all_merged(here: World) -> None:
    page = here.row("Mine", "first", "last")
    here.pass_time(hours=1)
    here.run("sync")
    here.workspace.replace_children(page, lines("first", "last, from Notion"))
    here.pass_time(hours=1)
    edits = iter(range(50))

    def edit() -> None:
        post = here.hub.files()[MINE]
        here.hub.rival.push({MINE: post.replace(b"\nfirst", b"\nedit %d\n\nfirst" % next(edits), 1)})

    here.hub.on("PATCH", "/git/refs", *[edit] * 50)
    ran, report = here.report("sync")
    assert (ran.code, [change["action"] for change in report["changes"]]) == (0, ["merge"])
    body = here.site()[MINE].split("---\n\n")[1].split()
    assert body == [
        *" ".join(f"edit {number}" for number in range(50)).split(),
        "first",
        *["last,", "from", "Notion"],
    ]
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_an_old_list_is_not_planned_with_again(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)

    def unpublish() -> None:
        here.workspace.update_page(page, {"Status": "Draft"})
        here.pass_time(seconds=FRESH.total_seconds() + 1)
        here.hub.rival.push()

    here.hub.on("PATCH", "/git/refs", unpublish)
    assert here.report("sync")[1]["changes"] == []
    assert MINE not in here.site()


def test_a_page_that_cannot_be_read_is_not_asked_for_again_for_each_push(here: World) -> None:
    page = here.row("Lost", "text")
    here.row("Mine", "text")
    here.pass_time(hours=1)

    class Unsharing(Silent):
        def end(self, stage: Stage) -> None:
            if stage == "listing":
                here.workspace.unshare(page)

    here.hub.on("PATCH", "/git/refs", *[here.hub.rival.push] * 3)
    report = _Syncs(here).one(Unsharing())
    assert [problem.page for problem in report.problems if problem.severity == "error"] == [page]
    assert MINE in here.site()
    # The source, its list, and a body each.
    assert report.requests["notion"] == 1 + 1 + 2


class _Syncs:
    """Two runs of the program at once, each with connections of its own."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.config = load(here.directory / "notion2jekyll.yaml")

    def run(self, number: int) -> list[Report]:
        with ThreadPoolExecutor(number) as pool:
            return [
                each.result(60) for each in [pool.submit(self.one, Silent(), late) for late in range(number)]
            ]

    def one(self, progress: Progress, late: int = 0) -> Report:
        """Run once; seconds `late`, so that two runs never make the very same commit."""
        here = self.here
        notion = NotionSettings(here.notion.token, here.notion.url, clock=here.monotonic, sleep=here.nap)
        target = GitHub("me/blog", "main", here.hub.token, here.hub.base_url, sleep=lambda _: None)
        return sync(
            Job(self.config, notion),
            target,
            Clock(lambda: here.clock() + timedelta(seconds=late), lambda _: None),
            progress,
        )


def _meet(here: World, runs: int, method: str, part: str) -> None:
    """Let the next requests of as many `runs` wait for each other."""
    gate = threading.Barrier(runs)
    waits: list[Any] = [lambda: gate.wait(30)] * runs
    here.hub.on(method, part, *waits)


@pytest.mark.parametrize("moment", [("GET", "/git/trees"), ("POST", "/git/trees"), ("PATCH", "/git/refs")])
@pytest.mark.parametrize("runs", [2, 3])
def test_syncs_at_once_end_as_one_would_have(here: World, runs: int, moment: tuple[str, str]) -> None:
    pages = [here.row(f"Post {number}", "text") for number in range(4)]
    here.pass_time(hours=1)
    syncs = _Syncs(here)
    for title, commits in (("first", 2), ("second", 3)):
        if title == "second":
            here.workspace.update_page(pages[0], {"Name": "Renamed"})
            here.workspace.update_page(pages[1], {"Status": "Draft"})
            here.workspace.replace_children(pages[2], lines("other"))
            here.pass_time(hours=1)
        _meet(here, runs, *moment)
        reports = syncs.run(runs)
        assert sorted(report.result for report in reports) == ["committed"] + ["up-to-date"] * (runs - 1)
        assert all(not report.problems and not report.conflicts for report in reports)
        # No post twice, none lost, none written by both.
        assert len(here.commits()) == commits
    assert set(here.site()) == {
        "_config.yml",
        *(f"_posts/2026-11-20-{name}.md" for name in ("renamed", "post-2", "post-3")),
    }
    remembered = state.parse(here.hub.files()[state.PATH])
    assert {entry.path for entry in remembered.entries.values()} == set(here.site()) - {"_config.yml"}
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_two_syncs_and_fifty_pushes_at_once(here: World) -> None:
    for number in range(3):
        here.row(f"Post {number}", "text")
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/git/refs", *[here.hub.rival.push] * 50)
    results = [report.result for report in _Syncs(here).run(2)]
    assert sorted(results) == ["committed", "up-to-date"]
    assert len(here.site()) == 1 + 50 + 3
    assert here.commits().count("Sync from Notion: 3 new") == 1
