"""Runs that take long: committed in steps, ended in time, gone on with by the next one."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakes.notion import INTERNAL, Seen, rate_limited
from notion2jekyll import state
from notion2jekyll.config import load
from notion2jekyll.demo.notion_server import Response, error
from notion2jekyll.demo.workspace import block, mention
from notion2jekyll.errors import GuardStop, Unreachable
from notion2jekyll.notion.client import NotionSettings, Politeness
from notion2jekyll.plan import Change
from notion2jekyll.progress import Progress, Silent, Stage
from notion2jekyll.report import Report, joined
from notion2jekyll.steps.reading import FRESH
from notion2jekyll.sync import Clock, Job, sync
from notion2jekyll.target import Applied, Commit
from notion2jekyll.target.folder import Folder
from notion2jekyll.target.github import GitHub
from world import SCHEMA, World, lines

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50


def limit(here: World, minutes: float) -> None:
    """Say in the configuration after how many minutes no further page is read."""
    config = here.directory / "notion2jekyll.yaml"
    config.write_text(f"{config.read_text('utf-8')}sync: {{max_minutes: {minutes}}}\n", "utf-8")


def run(
    here: World,
    *,
    checkpoint: int = 5,
    budget: int = 180,
    progress: Progress | None = None,
    folder: Path | None = None,
    hub: Callable[..., GitHub] = GitHub,
    **how: Any,
) -> Report:
    """Sync as the command line does, with checkpoints and a budget that suit small tests."""
    settings = NotionSettings(
        here.notion.token,
        here.notion.url,
        Politeness(budget=budget, in_flight=1),
        clock=here.monotonic,
        sleep=here.nap,
        jitter=lambda: 0.5,
    )
    job = Job(load(here.directory / "notion2jekyll.yaml"), settings, checkpoint=checkpoint, **how)
    clock = Clock(here.clock, here.slept.append)
    target = (
        Folder(folder)
        if folder
        else hub("me/blog", "main", here.hub.token, here.hub.base_url, sleep=here.slept.append)
    )
    return sync(job, target, clock, progress or Silent())


def journal(here: World, count: int) -> list[str]:
    """Add rows that link to each other, in both directions and in a ring, with a picture each."""
    pages = [here.row(f"Post {number:02}") for number in range(count)]
    for number, page in enumerate(pages):
        others = [pages[number - 1], pages[-1 - number], pages[(number + 1) % count]]
        picture = here.workspace.add_file(f"{number}.png", PNG + bytes([number]))
        links = [block("paragraph", mention("page", {"id": other})) for other in others]
        here.workspace.replace_children(page, [*links, block("image", **picture)])
    here.pass_time(hours=1)
    return pages


def bodies(here: World) -> dict[str, int]:
    """Return how often the body of each page was asked for."""
    return {line: count for line, count in here.notion.counts().items() if line.startswith("GET blocks")}


def posts(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if not path.startswith(".notion2jekyll/")}


def seeded(here: World) -> Path:
    """Return a folder that begins as the repository did."""
    site = here.directory / "site"
    site.mkdir()
    (site / "_config.yml").write_bytes(here.hub.files()["_config.yml"])
    return site


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# Checkpoints -----------------------------------------------------------------------------------------------------------


def test_a_big_import_is_committed_in_steps_and_ends_as_in_one(here: World) -> None:
    journal(here, 13)
    site = seeded(here)
    done = run(here, checkpoint=100, folder=site)
    assert (done.result, len(done.changes)) == ("written", 13)
    here.notion.log.clear()
    done = run(here)
    assert done.result == "committed"
    assert [subject.partition(": ")[2][:5] for subject in here.commits()[:3]] == ["3 new", "5 new", "5 new"]
    assert [(change.action, change.path) for change in done.changes] == [
        ("create", f"_posts/2026-11-20-post-{number:02}.md") for number in range(13)
    ]
    assert done.commit == here.hub.history()[0][0]
    assert set(bodies(here).values()) == {1}, "nothing is read twice"
    assert posts(here.hub.files()) == posts(contents(site))
    _, report = here.report("sync")
    assert (report["result"], report["unchanged"], report["requests"]["notion"]) == ("up-to-date", 13, 1)


def test_each_step_is_whole(here: World) -> None:
    journal(here, 13)
    run(here)
    steps = [sha for sha, _, subject in here.hub.history() if subject.startswith("Sync")]
    assert len(steps) == 3
    held = []
    for step in steps:
        files = {path for path in here.git("ls-tree", "-r", "--name-only", "-z", step).split("\0") if path}
        entries = state.parse(here.git("show", f"{step}:{state.PATH}").encode()).entries
        assert {entry.path for entry in entries.values()} == {path for path in files if "_posts/" in path}
        urls = {entry.url for entry in entries.values()}
        for entry in entries.values():
            text = here.git("show", f"{step}:{entry.path}")
            assert set(re.findall(r'\{\{ "(/2026/[^"]+)"', text)) <= urls, (
                "no link leads to a post that is to come"
            )
            assert set(entry.files) <= files
        held.append(len(entries))
    assert held == [13, 10, 5]


def test_a_further_step_asks_github_for_nothing_that_it_wrote_itself(here: World) -> None:
    journal(here, 13)
    run(here)
    reads = [line for line in here.hub.log if line.startswith("GET")]
    assert len(reads) == len(set(reads)) == 4, "branch, tree, configuration, and a state of former times"


def test_steps_of_a_run_and_a_rivals_push_between_them(here: World) -> None:
    journal(here, 13)
    site = seeded(here)
    run(here, checkpoint=100, folder=site)
    here.notion.log.clear()
    here.hub.on("PATCH", "/git/refs", lambda: None, here.hub.rival.push)
    # It comes when the second step is about to be published, which was planned on our own first commit.
    assert run(here).result == "committed"
    assert posts(here.hub.files()).keys() - posts(contents(site)).keys() == {"rival-2.txt"}
    assert set(bodies(here).values()) == {1}
    assert here.report("sync")[1]["result"] == "up-to-date"


def queries(here: World) -> int:
    """Return how many requests for rows there were."""
    return sum(count for line, count in here.notion.counts().items() if line.endswith("/query"))


def spaced(here: World, count: int) -> list[str]:
    """Add rows some minutes apart, and return them."""
    pages = []
    for number in range(count):
        pages.append(here.row(f"Post {number:02}", "text"))
        here.pass_time(minutes=2)
    here.pass_time(hours=1)
    return pages


def grow_old(here: World) -> None:
    """Let so much time pass that what was listed before has to be looked at again."""
    here.pass_time(seconds=FRESH.total_seconds() + 1)


def unpublish(here: World, pages: list[str]) -> None:
    for page in pages:
        here.workspace.update_page(page, {"Status": "Draft"})
    grow_old(here)


def published(here: World) -> list[str]:
    return sorted(path[:-3].rpartition("/")[2][11:] for path in here.site() if "_posts/" in path)


def test_rows_that_are_old_when_they_are_published_are_looked_at_again_and_no_others(here: World) -> None:
    spaced(here, 18)
    here.notion.workspace.page_limit = 3
    here.hub.on("PATCH", "/git/refs", lambda: None, partial(grow_old, here), partial(grow_old, here))
    assert len(run(here).changes) == 18
    # All rows; nothing for the steps that are soon written; the five of the third step and the three of the fourth.
    assert queries(here) == 6 + 2 + 1


def test_what_is_no_longer_published_when_its_step_comes_stays_out(here: World) -> None:
    pages = spaced(here, 18)
    # From the first step to one of the second, which only comes into it as two others leave it.
    here.workspace.replace_children(pages[0], [block("paragraph", mention("page", {"id": pages[11]}))])
    here.pass_time(hours=1)

    def meanwhile() -> None:
        here.workspace.update_page(pages[6], {"Status": "Draft"})
        here.workspace.trash(pages[7])
        here.workspace.replace_children(pages[8], lines("edited"))
        grow_old(here)

    def later() -> None:
        here.workspace.update_page(pages[17], {"Status": "Draft"})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile, later)
    done = run(here)
    assert not [problem.message for problem in done.problems]
    assert published(here) == [f"post-{number:02}" for number in range(18) if number not in (6, 7, 17)]
    site = here.site()
    assert "edited" in site["_posts/2026-11-20-post-08.md"]
    second = [sha for sha, _, subject in here.hub.history() if subject.startswith("Sync")][1]
    assert here.git("show", f"{second}:_posts/2026-11-20-post-11.md")
    assert '"/2026/11/20/post-11.html"' in here.git("show", f"{second}:_posts/2026-11-20-post-00.md")
    assert here.report("sync")[1]["result"] == "up-to-date"


@pytest.mark.parametrize("passed", [FRESH + timedelta(seconds=1), -timedelta(hours=1)])
def test_what_is_unpublished_while_its_step_is_read_stays_out(here: World, passed: timedelta) -> None:
    pages = spaced(here, 4)

    def meanwhile() -> None:
        here.workspace.update_page(pages[2], {"Status": "Draft"})
        here.pass_time(seconds=passed.total_seconds())

    class Watch(Silent):
        def request(self, service: str, line: str) -> None:
            if pages[3] in line:
                meanwhile()

    run(here, progress=Watch())
    assert published(here) == ["post-00", "post-01", "post-03"]


def test_what_is_renamed_before_its_step_comes_has_its_new_name_at_once(here: World) -> None:
    pages = spaced(here, 8)

    def meanwhile() -> None:
        here.workspace.update_page(pages[6], {"Name": "Another title"})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    assert {change.action for change in run(here).changes} == {"create"}
    assert published(here) == ["another-title", *(f"post-{number:02}" for number in range(8) if number != 6)]


def test_nothing_is_said_of_a_page_that_went_before_its_step_came(here: World) -> None:
    pages = spaced(here, 7)

    def meanwhile() -> None:
        here.workspace.update_page(pages[6], {"Status": "Draft"})
        here.notion.always(f"GET blocks/{pages[6]}", error(404, "object_not_found", "no"))
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    assert not run(here).problems
    assert published(here) == [f"post-{number:02}" for number in range(6)]


@pytest.mark.parametrize("hurried", [False, True])
def test_a_run_stops_publishing_when_everything_is_unpublished(here: World, *, hurried: bool) -> None:
    if hurried:
        limit(here, 600)
    pages = spaced(here, 17)

    here.hub.on("PATCH", "/git/refs", partial(unpublish, here, pages))
    done = run(here)
    assert [change.action for change in done.changes] == ["delete"] * 5
    assert published(here) == []
    assert len(bodies(here)) == 10, "of the first two steps"


def test_an_accident_in_notion_between_two_steps_removes_nothing(here: World) -> None:
    pages = spaced(here, 30)
    run(here, checkpoint=100)
    for page in pages[:9]:
        here.workspace.replace_children(page, lines("edited"))
    spaced(here, 6)

    here.hub.on("PATCH", "/git/refs", partial(unpublish, here, pages))
    done = run(here)
    (problem,) = done.problems
    assert "would be removed" in problem.message
    assert len(published(here)) == 30 + 5


TWO_FILTERS = """\
notion:
  sources:
    - {{source: {0}, filter: {{property: Public, checkbox: {{equals: true}}}}, publish: all}}
    - {{source: {0}, filter: {{property: Public, checkbox: {{equals: false}}}}, publish: {1}}}
github: {{repository: me/blog, branch: main}}
"""


def test_a_row_that_comes_under_another_rule_between_two_steps(here: World) -> None:
    here.configure(TWO_FILTERS.format(here.database, "{property: Status, is: [Published]}"))
    pages = spaced(here, 8)
    for page in pages:
        here.workspace.update_page(page, {"Public": True, "Status": "Draft"})
    here.pass_time(hours=1)

    def meanwhile() -> None:
        here.workspace.update_page(pages[6], {"Public": False})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    assert {problem.severity for problem in run(here).problems} == {"note"}
    assert published(here) == [f"post-{number:02}" for number in range(8) if number != 6]


@pytest.mark.parametrize("filtered", [True, False])
def test_a_post_whose_row_goes_to_another_source_between_two_steps_stays(
    here: World, *, filtered: bool
) -> None:
    other = here.workspace.add_database("Other", SCHEMA)
    here.configure(
        TWO_FILTERS.format(here.database, "all")
        if filtered
        else f"notion: {{sources: [{{source: {here.database}, publish: all}}, {{source: {other}, publish: all}}]}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    pages = spaced(here, 8)
    for page in pages:
        here.workspace.update_page(page, {"Public": True})
    here.pass_time(hours=1)
    run(here, checkpoint=100)
    for page in pages:
        here.workspace.replace_children(page, lines("edited"))
    here.pass_time(hours=1)

    def meanwhile() -> None:
        if filtered:
            here.workspace.update_page(pages[6], {"Public": False})
        else:
            here.workspace.move(pages[6], other)
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    done = run(here)
    assert {change.action for change in done.changes} == {"update"}
    assert len(published(here)) == 8


def test_a_post_that_waits_for_its_address_is_looked_at_again_when_it_has_it(here: World) -> None:
    here.database = here.workspace.add_database("Slugs", {**SCHEMA, "Slug": {"rich_text": {}}})
    here.configure()
    old = here.row("Old", "old", properties={"Date": "2026-01-01", "Slug": "hello"})
    here.pass_time(hours=1)
    run(here)
    new = here.row("New", "new", properties={"Date": "2026-01-01", "Slug": "hello"})
    here.workspace.update_page(old, {"Slug": "bye"})
    spaced(here, 4)

    def meanwhile() -> None:
        here.workspace.update_page(new, {"Status": "Draft"})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    run(here)
    assert published(here) == ["bye", *(f"post-{number:02}" for number in range(4))]
    assert len(here.commits()) == 4, "one of its owner's, one of before, and two steps"


@pytest.mark.parametrize("drafted", [False, True])
def test_a_post_that_waits_is_not_published_as_it_was_when_it_was_read(here: World, *, drafted: bool) -> None:
    """It becomes a draft while it waits, which takes reading it once more, and the step is full."""
    here.database = here.workspace.add_database("Slugs", {**SCHEMA, "Slug": {"rich_text": {}}})
    here.configure(
        f"notion: {{source: {here.database}, publish: {{property: Status, is: Published}}, unpublished: draft}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    day = {"Date": "2026-01-01", "Slug": "hello"}
    new = here.row("New", "new", status="Draft", properties=day) if drafted else ""
    others = spaced(here, 4)
    run(here)
    old = here.row("Old", "old", properties=day)
    here.pass_time(hours=1)
    run(here)
    if drafted:
        here.workspace.update_page(new, {"Status": "Published"})
    else:
        new = here.row("New", "new", properties=day)
    here.workspace.update_page(old, {"Slug": "bye"})
    for page in others:
        here.workspace.replace_children(page, lines("edited"))
    for number in range(0 if drafted else 4):
        here.row(f"More {number}", "text")
    here.pass_time(hours=1)

    def meanwhile() -> None:
        here.workspace.update_page(new, {"Status": "Draft"})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    run(here)
    titles = [here.git("grep", "-h", "^title:", sha, "--", "_posts") for sha, *_ in here.hub.history()[:3]]
    assert not any('"New"' in each for each in titles)


def test_a_list_that_takes_longer_than_it_may_be_old_is_as_new_as_can_be(here: World) -> None:
    books = here.workspace.add_database("Books", SCHEMA)
    here.configure(
        f"notion: {{sources: [{{source: {here.database}, publish: all}}, "
        f"{{source: {books}, publish: all, to: _data/books.yml}}]}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    here.row("Post", "text")
    here.workspace.add_page(books, {"Name": "Book"})
    here.pass_time(hours=1)

    class Slow(Silent):
        def end(self, stage: Stage) -> None:
            if stage == "listing":
                grow_old(here)

    run(here, progress=Slow())
    assert "Book" in here.site()["_data/books.yml"]


def test_a_post_that_stays_for_want_of_an_answer_is_not_in_its_own_way_when_its_row_is_back(
    here: World,
) -> None:
    here.configure(TWO_FILTERS.format(here.database, "all").replace("false", "true"))
    pages = spaced(here, 5)
    for page in pages:
        here.workspace.update_page(page, {"Public": True})
    here.pass_time(hours=1)
    run(here)
    there = published(here)
    here.workspace.update_page(pages[0], {"Public": False})
    for page in pages[3:]:
        here.workspace.replace_children(page, lines("edited"))
    here.pass_time(hours=1)
    here.notion.fail(f"GET pages/{pages[0]}", *[INTERNAL] * Politeness().attempts)

    class Watch(Silent):
        lists = 0

        def begin(self, stage: Stage, total: int | None) -> None:
            self.lists += stage == "listing"
            if stage == "listing" and self.lists == 2:
                here.workspace.update_page(pages[0], {"Public": True})
                here.workspace.replace_children(pages[3], lines("edited again"))

        def end(self, stage: Stage) -> None:
            if stage == "fetching" and self.lists == 1:
                grow_old(here)

    run(here, progress=Watch())
    assert published(here) == there


def test_a_data_file_is_not_made_of_rows_that_were_listed_long_ago(here: World) -> None:
    books = here.workspace.add_database("Books", {**SCHEMA, "About": {"relation": {}}})
    rule = "publish: {property: Status, is: Published}"
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, {rule}}}\n"
        f"    - {{source: {books}, {rule}, to: _data/books.yml, properties: {{about: {{property: About, as: links}}}}}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    # The file tells the address of a post that comes in the second step, and is made again then.
    last = spaced(here, 7)[6]
    named = [
        here.workspace.add_page(books, {"Name": f"Book {number}", "Status": "Published", "About": [last]})
        for number in range(3)
    ]
    here.pass_time(hours=1)

    def meanwhile() -> None:
        here.workspace.update_page(named[1], {"Status": "Draft"})
        grow_old(here)

    here.hub.on("PATCH", "/git/refs", meanwhile)
    run(here)
    made = here.site()["_data/books.yml"]
    assert re.findall("Book .", made) == ["Book 0", "Book 2"]
    assert "post-06" in made


def test_a_row_of_a_data_file_that_could_not_be_read_is_tried_again_in_the_next_step(here: World) -> None:
    books = here.workspace.add_database("Books", {**SCHEMA, "About": {"relation": {}}})
    here.configure(
        f"notion:\n  sources:\n    - {{source: {here.database}, publish: all}}\n"
        f"    - {{source: {books}, publish: all, to: _data/books.yml, properties: {{about: About}}}}\n"
        "github: {repository: me/blog, branch: main}\n"
    )
    posts = spaced(here, 30)
    here.workspace.add_page(books, {"Name": "Book", "About": posts})
    here.pass_time(hours=1)
    here.notion.fail("GET pages/.*/properties", *[INTERNAL] * Politeness().attempts)
    run(here, checkpoint=20)
    made = here.site()["_data/books.yml"]
    assert len(re.findall("Post ", made)) == 30


def test_rows_are_looked_at_again_after_a_lost_race_though_the_time_is_over(here: World) -> None:
    limit(here, 0.9)
    pages = spaced(here, 4)

    def meanwhile() -> None:
        here.workspace.update_page(pages[2], {"Status": "Draft"})
        grow_old(here)
        here.hub.rival.push()

    here.hub.on("PATCH", "/git/refs", meanwhile)
    assert not run(here, budget=6).problems
    assert published(here) == ["post-00", "post-01", "post-03"]
    assert here.seconds <= 60 + 60


def run_and_kill(here: World) -> None:
    """Run, and end it when it is about to commit for the second time."""
    pushed = 0

    class Killed(GitHub):
        def apply(self, commit: Commit) -> Applied:
            nonlocal pushed
            pushed += 1
            if pushed == 2:
                raise KeyboardInterrupt
            return super().apply(commit)

    with pytest.raises(KeyboardInterrupt):
        run(here, hub=Killed)


def test_a_run_that_was_killed_is_gone_on_with(here: World) -> None:
    journal(here, 13)
    site = seeded(here)
    run_and_kill(here)
    assert len(here.commits()) == 2
    assert len([path for path in here.site() if "_posts/" in path]) == 5
    here.notion.log.clear()
    done = run(here)
    assert len([change for change in done.changes if change.action == "create"]) == 8
    assert len(bodies(here)) == 8 + 5, "the first five link to the others, and are made again"
    assert run(here).result == "up-to-date"
    run(here, checkpoint=100, folder=site)
    assert posts(here.hub.files()) == posts(contents(site))


def test_pages_that_cannot_be_read_hold_nobody_back_and_are_tried_once(here: World) -> None:
    pages = [here.row(f"Post {number:02}", "text") for number in range(14)]
    here.pass_time(hours=1)
    for page in pages[:6]:
        here.notion.always(f"GET blocks/{page}", error(400, "validation_error", "no"))
    done = run(here)
    assert [change.path[-5:-3] for change in done.changes] == [f"{number:02}" for number in range(6, 14)]
    assert {problem.page for problem in done.problems} == set(pages[:6])
    assert set(bodies(here).values()) == {1}


def test_media_that_cannot_be_had_are_asked_for_in_one_step_and_said_once(here: World) -> None:
    bad = here.row(
        "Bad", children=[block("image", **here.workspace.add_file("a.png", b"<html>no picture</html>"))]
    )
    for number in range(12):
        here.row(f"Post {number:02}", "text")
    here.pass_time(hours=1)
    done = run(here)
    assert len(done.changes) == 12
    assert [problem.page for problem in done.problems if problem.severity == "error"] == [bad]
    assert done.requests["files"] == 1


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [
        (error(500, "internal_server_error", "no"), "status"),
        (error(401, "unauthorized", "API token is invalid."), "NOTION_TOKEN"),
    ],
)
def test_whatever_stops_a_run_between_two_steps_leaves_what_is_done(
    here: World, refusal: Response, hint: str
) -> None:
    for number in range(8):
        here.row(f"Post {number:02}", "text")
    here.pass_time(hours=1)

    class Gone(GitHub):
        def apply(self, commit: Commit) -> Applied:
            here.notion.always("", refusal)
            return super().apply(commit)

    here.hub.open_site()
    done = run(here, hub=partial(Gone, watch=600.0))
    assert (done.result, len(done.changes)) == ("committed", 5)
    assert done.published.startswith("Live: "), "what is committed is seen to, all the same"
    (problem,) = done.problems
    assert "could not go on after it had written a part" in problem.message
    assert hint in problem.hint
    assert done.needs_person(strict=False)


def test_a_service_that_goes_away_before_anything_is_written_is_said_so(here: World) -> None:
    here.row("Post", "text")
    here.notion.always("", error(500, "internal_server_error", "no"))
    with pytest.raises(Unreachable):
        run(here)


def test_a_plan_shows_everything_at_once(here: World) -> None:
    journal(here, 13)
    done = run(here, dry_run=True)
    assert (done.result, len(done.changes)) == ("planned", 13)
    assert len(here.commits()) == 1


def test_a_change_in_two_steps_is_told_once() -> None:
    new = Change("create", "a.md", "p", "A", "new", b"1")
    moved = Change("move", "a.md", "q", "B", "edited", b"1", "old.md")
    before = Report("committed", commit="1", changes=(new, moved))
    later = (
        Change("update", "a.md", "p", "A", "a link", b"2"),
        Change("move", "c.md", "q", "C", "edited", None, "a.md"),
    )
    done = joined(before, Report("up-to-date", changes=later))
    assert (done.result, done.commit) == ("committed", "1")
    assert [(one.action, one.path, one.source, one.content) for one in done.changes] == [
        ("create", "a.md", None, b"2"),
        ("move", "c.md", "old.md", b"1"),
    ]


# Deadlines -------------------------------------------------------------------------------------------------------------


def test_a_run_ends_in_time_and_the_next_ones_go_on(here: World) -> None:
    limit(here, 1.5)
    gone = here.row("Gone", "text")
    here.pass_time(hours=1)
    run(here)
    pages = journal(here, 30)
    here.workspace.trash(gone)
    here.pass_time(hours=1)
    left = []
    for _ in range(4):
        began = here.seconds
        done = run(here, budget=10, checkpoint=1000)
        assert here.seconds - began <= 90
        notes = [problem for problem in done.problems if "still to be read" in problem.message]
        left += [int(note.message.split()[0]) for note in notes]
        assert {problem.severity for problem in done.problems} <= {"note"}
        if notes:
            assert "_posts/2026-11-20-gone.md" in here.site(), "nothing goes because of what was not read"
        here.seconds += 60
        here.pass_time(minutes=5)
    assert left[0] == 30 - 19
    assert left == sorted(left, reverse=True)
    assert len(left) < 4
    for _ in range(2):
        here.run("sync")
    assert len(here.site()) == len(pages) + 1
    assert here.report("sync")[1]["result"] == "up-to-date"


def test_a_deadline_ends_the_steps_too(here: World) -> None:
    limit(here, 1.5)
    journal(here, 30)
    done = run(here, budget=10)
    assert done.result == "committed"
    assert any("still to be read: the 1.5 minutes" in problem.message for problem in done.problems)
    assert here.seconds <= 90
    assert here.hub.files().keys() >= {change.path for change in done.changes}


def test_what_changed_comes_before_what_is_only_read_once_more(here: World) -> None:
    pages = [here.row(f"Post {number:02}", "text") for number in range(20)]
    here.pass_time(hours=1)
    run(here)
    limit(here, 0.5)
    for page in (pages[17], pages[19]):
        here.workspace.add_blocks(page, lines("more"))
    here.pass_time(days=8)
    here.seconds += 60
    done = run(here, budget=8)
    assert [change.path[-5:-3] for change in done.changes] == ["17", "19"]
    assert [problem.message.partition(":")[0] for problem in done.problems] == [
        "13 pages that did not change were not read once more"
    ]
    here.seconds += 60
    here.notion.log.clear()
    assert run(here, budget=8).result == "up-to-date"
    assert bodies(here) == {}, "the others wait for their week"


def test_a_full_run_reads_all_in_steps(here: World) -> None:
    pages = [here.row(f"Post {number:02}", "text") for number in range(13)]
    here.pass_time(hours=1)
    run(here)
    for page in pages:
        here.workspace.replace_children(page, lines("changed in silence"), silent=True)
    here.pass_time(days=8)
    here.notion.log.clear()
    done = run(here)
    assert [change.action for change in done.changes] == ["update"] * 13
    assert list(bodies(here).values()) == [1] * 13
    assert run(here).result == "up-to-date"


def test_a_full_run_that_was_killed_is_not_taken_for_a_whole_one(here: World) -> None:
    pages = [here.row(f"Post {number:02}", "text") for number in range(13)]
    here.pass_time(hours=1)
    run(here)
    for page in pages:
        here.workspace.replace_children(page, lines("changed in silence"), silent=True)
    here.pass_time(days=8)
    run_and_kill(here)
    here.notion.log.clear()
    done = run(here)
    assert [change.action for change in done.changes] == ["update"] * 8
    assert list(bodies(here).values()) == [1] * 13
    assert run(here).result == "up-to-date"


def withdraw(here: World, pages: list[str]) -> None:
    """Say that pages that are not published are drafts, and take `pages` back."""
    config = here.directory / "notion2jekyll.yaml"
    config.write_text(config.read_text("utf-8").replace("notion:", "notion:\n  unpublished: draft"), "utf-8")
    for page in pages:
        here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)


def test_a_mass_removal_does_not_slip_past_the_guard_in_steps(here: World) -> None:
    pages = journal(here, 20)
    run(here)
    before = here.hub.files()
    withdraw(here, pages[1:])
    with pytest.raises(GuardStop, match=r"19 of 20 posts \(95 %\)"):
        run(here, checkpoint=2)
    assert here.hub.files() == before
    done = run(here, checkpoint=2, force=True)
    assert [change.path.partition("/")[0] for change in done.changes].count("_drafts") == 19


def test_a_mass_removal_does_not_slip_past_the_guard_in_several_runs(here: World) -> None:
    pages = journal(here, 20)
    run(here, checkpoint=1000)
    limit(here, 0.5)
    withdraw(here, pages[1:])
    for _ in range(4):
        here.seconds += 60
        with suppress(GuardStop):
            done = run(here, budget=6)
            assert any("still to be read" in problem.message for problem in done.problems)
        assert len([path for path in here.site() if path.startswith("_posts/")]) == 20


@pytest.mark.parametrize("minutes", [None, 5])
def test_a_limit_of_the_workspace_is_waited_for_as_long_as_there_is_time(
    here: World, minutes: float | None
) -> None:
    if minutes:
        limit(here, minutes)
    page = here.row("Slow", "text")
    here.row("Fast", "text")
    here.pass_time(hours=1)
    here.notion.fail(f"GET blocks/{page}", rate_limited(600, "public_api_space_request_rate_limit"))
    seen = Seen()
    done = run(here, progress=seen)
    assert here.seconds == (0 if minutes else 600)
    assert len(done.changes) == (0 if minutes else 2)
    assert [problem.severity for problem in done.problems] == (["note"] if minutes else [])
    assert done.waited == (0 if minutes else 600)


@pytest.mark.parametrize(("minutes", "there"), [(5.5, True), (7, False)])
def test_files_have_a_little_longer_and_what_came_too_late_is_for_the_next_run(
    here: World, minutes: float, there: bool
) -> None:
    limit(here, 5)
    picture = block("image", **here.workspace.add_file("slow.png", PNG))
    elsewhere = block("image", type="external", external={"url": f"{here.notion.url}/never.png"})
    here.row("Pictures", children=[picture, elsewhere])
    here.row("Text", "text")
    here.pass_time(hours=1)

    def dawdle(line: str) -> None:
        here.seconds = 60 * minutes if line.startswith("GET files/") else here.seconds

    here.notion.befall(dawdle)
    done = run(here)
    assert len(done.changes) == (2 if there else 1)
    if not there:
        (late,) = (problem for problem in done.problems if "slow.png" in problem.message)
        assert late.severity == "note"
        assert late.hint == "The next run goes on with it."
        assert "The time was over" in late.message
    here.notion.befall(lambda _: None)
    here.seconds = 0
    assert len(run(here).changes) == (0 if there else 1)
    assert sum(path.endswith(".png") for path in here.hub.files()) == 1


def test_time_that_is_over_before_the_list_is_read_says_so_and_writes_nothing(here: World) -> None:
    limit(here, 5)
    here.row("Post", "text")
    here.notion.always("query", rate_limited(600))
    with pytest.raises(Unreachable, match=r"the time was over \(`max_minutes`\)"):
        run(here)
    assert len(here.commits()) == 1


def test_the_limit_has_to_be_some_time(here: World) -> None:
    limit(here, 0)
    ran = here.run("sync")
    assert ran.code == 2
    assert "max_minutes" in ran.said
