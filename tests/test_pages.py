"""After the commit: whether the site was built, by whatever builds it, and whether readers see the post."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.github import READ_ONLY, disturbance, refusal
from notion2jekyll.demo.github_server import Answer
from notion2jekyll.progress import Stage
from notion2jekyll.target.github.pages import GRACE, LONGEST_PAUSE, LOOKS
from notion2jekyll.terminal import Terminal
from world import Ran, World, world

MINE = "/2026/11/20/mine.html"
SITE = ".github/workflows/site.yml"
DEPLOY = """\
on: {triggers}
jobs:
  site:
    steps:
      - uses: actions/deploy-pages@v5
"""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        _configure(made)
        yield made


def _configure(here: World, more: str = "  pages: {watch: always}\n") -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"github:\n  repository: me/blog\n  branch: main\n{more}"
    )


def _synced(here: World, title: str = "Mine", **more: Any) -> tuple[Ran, list[tuple[str, str]]]:
    """Sync a new post; return what was printed, and the problems: severity and message with hint."""
    here.row(title, "text", **more)
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert report["result"] == "committed"
    found = [(one["severity"], f"{one['message']} {one['hint']}") for one in report["problems"]]
    return ran, found


def _workflow(here: World, triggers: str, more: str = "") -> None:
    here.hub.rival.push({SITE: (DEPLOY.replace("{triggers}", triggers) + more).encode()})


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_site_from_a_branch_is_built_and_the_post_looked_at(here: World, by_itself: bool) -> None:
    pages = here.hub.open_site(by_itself=by_itself)
    ran, problems = _synced(here)
    assert (ran.code, problems) == (0, [])
    assert f"Live: {here.hub.base_url}/site{MINE}" in ran.said
    # What begins by itself is not started again; what does not, once.
    assert pages.started == (0 if by_itself else 1)
    assert [build.commit for build in pages.builds] == [here.hub.git.branches()["main"]]
    assert pages.visits == [MINE]
    assert (sum(here.slept) >= GRACE) is not by_itself


def test_the_build_is_a_stage_of_the_run(here: World) -> None:
    here.hub.open_site(by_itself=True)
    stages: list[tuple[str, Stage]] = []

    class Seen(Terminal):
        def begin(self, stage: Stage, total: int | None) -> None:
            stages.append(("begin", stage))

        def end(self, stage: Stage) -> None:
            stages.append(("end", stage))

    here.monkeypatch.setattr("notion2jekyll.terminal.Terminal", Seen)
    _synced(here)
    assert stages[-2:] == [("begin", "publishing"), ("end", "publishing")]


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("tells", [True, False])
def test_a_site_by_a_workflow_is_built_and_the_post_looked_at(
    here: World, by_itself: bool, tells: bool
) -> None:
    _workflow(here, "{push: {branches: [main]}, workflow_dispatch: null}")
    pages = here.hub.open_site(built_by="workflow", by_itself=by_itself, tells_runs=tells)
    ran, problems = _synced(here)
    assert (ran.code, problems) == (0, [])
    assert f"Live: {here.hub.base_url}/site{MINE}" in ran.said
    assert pages.started == (0 if by_itself else 1)


def test_nothing_new_asks_for_nothing(here: World) -> None:
    here.hub.open_site()
    _synced(here)
    start = len(here.hub.log)
    _, report = here.report("sync")
    assert (report["result"], report["requests"]["github"]) == ("up-to-date", 4)
    assert not any("pages" in line for line in here.hub.log[start:])


def test_the_record_alone_starts_no_build(here: World) -> None:
    page = here.row("Mine", "text")
    here.pass_time(hours=1)
    here.run("sync")
    pages = here.hub.open_site()
    # An edit that changes nothing in the post is remembered after a day.
    here.workspace.update_page(page, {"Public": True})
    here.pass_time(days=2)
    _, report = here.report("sync")
    assert (report["changes"], report["commit"] is not None) == ([], True)
    assert (pages.started, pages.visits) == (0, [])


@pytest.mark.parametrize(
    ("watch", "actions", "looked"), [("auto", "true", True), ("auto", "", False), ("never", "true", False)]
)
def test_by_default_it_is_done_in_github_actions(here: World, watch: str, actions: str, looked: bool) -> None:
    _configure(here, f"  pages: {{watch: {watch}}}\n")
    here.monkeypatch.setenv("GITHUB_ACTIONS", actions)
    summary = here.directory / "summary.md"
    here.monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    pages = here.hub.open_site()
    _synced(here)
    assert bool(pages.visits) is looked
    assert ("Live" in summary.read_text("utf-8") if actions else summary.exists()) is looked
    assert any("/pages" in line for line in here.hub.log) is looked


def test_a_build_that_fails_is_told_with_its_reason(here: World) -> None:
    here.hub.open_site(outcome="errored", error="Page build failed: the tag `raw` was not closed.")
    ran, ((severity, text),) = _synced(here)
    # The commit is made, so the run did what it was to do.
    assert (ran.code, severity) == (0, "warning")
    assert "The commit is made" in text
    assert "the tag `raw` was not closed." in text


def test_a_workflow_that_fails_is_told_with_the_step(here: World) -> None:
    _workflow(here, "workflow_dispatch")
    here.hub.open_site(built_by="workflow", outcome="failure")
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity) == (0, "warning")
    assert "site.yml ended with “failure”, in build: Build with Jekyll." in text
    assert f"See {here.hub.base_url}/me/blog/actions/runs/1." in text


def test_a_workflow_that_was_cancelled_is_no_error(here: World) -> None:
    _workflow(here, "workflow_dispatch")
    here.hub.open_site(built_by="workflow", outcome="cancelled")
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, "cancelled" in text) == (0, "note", True)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"looks": 1000}, "was still being built after 3 minutes"),
        ({"lag": 1000}, "no build of the site was to be seen after 3 minutes"),
    ],
    ids=["slow", "unseen"],
)
def test_what_takes_too_long_is_left_with_a_note(here: World, facts: dict[str, Any], words: str) -> None:
    _configure(here, "  pages: {watch: always, max_minutes: 3}\n")
    here.hub.open_site(**facts)
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, words in text) == (0, "note", True)
    assert 180 <= sum(here.slept) < 180 + LONGEST_PAUSE


def test_pauses_that_github_asks_for_count_as_waiting(here: World) -> None:
    _configure(here, "  pages: {watch: always, max_minutes: 3}\n")
    here.hub.open_site(looks=1000)
    slow = Answer(429, {"message": "slow down"}, {"Retry-After": "150"})
    here.hub.on("GET", "/pages/builds", None, slow)
    _, ((severity, text),) = _synced(here)
    assert (severity, "still being built" in text) == ("note", True)
    assert 180 <= sum(here.slept) < 180 + LONGEST_PAUSE


def test_a_post_that_is_not_to_be_seen_is_said(here: World) -> None:
    pages = here.hub.open_site(statuses=[404] * 100)
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity) == (0, "warning")
    assert f"{here.hub.base_url}/site{MINE}" in text
    assert "it answers 404" in text
    assert len(pages.visits) == LOOKS


def test_a_post_that_is_there_a_little_later_is_live(here: World) -> None:
    here.hub.open_site(statuses=[404, 502])
    ran, problems = _synced(here)
    assert (problems, "Live: " in ran.said) == ([], True)


def test_only_what_is_removed_leaves_nothing_to_look_at(here: World) -> None:
    page = here.row("Mine", "text")
    here.row("Other", "text")
    here.pass_time(hours=1)
    here.run("sync")
    pages = here.hub.open_site()
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    ran, report = here.report("sync")
    assert [change["action"] for change in report["changes"]] == ["delete"]
    assert (report["problems"], "The site is built" in ran.said) == ([], True)
    assert (pages.started, pages.visits) == (1, [])


def test_a_post_that_was_not_there_before_shows_more_than_one_that_was(here: World) -> None:
    page = here.row("Aaa", "text")
    here.pass_time(hours=1)
    here.run("sync")
    pages = here.hub.open_site()
    here.workspace.update_page(page, {"Tags": ["python"]})
    _, problems = _synced(here)
    assert (problems, pages.visits) == ([], [MINE])


def test_readers_are_sent_on_and_the_token_is_not(here: World) -> None:
    address = here.hub.base_url.replace("127.0.0.1", "localhost")
    pages = here.hub.open_site(moved={MINE: f"{address}/site{MINE}/"})
    ran, problems = _synced(here)
    assert (problems, f"Live: {here.hub.base_url}/site{MINE}" in ran.said) == ([], True)
    assert pages.visits == [MINE, f"{MINE}/"]
    assert not any(here.hub.token in str(headers) or "authorization" in headers for headers in pages.headers)


@pytest.mark.parametrize(
    ("to", "words"),
    [("/site/login?from=post", "/site/login."), ("/site" + MINE, "(TooManyRedirects)")],
    ids=["elsewhere", "in a circle"],
)
def test_who_is_sent_elsewhere_does_not_see_the_post(here: World, to: str, words: str) -> None:
    here.hub.open_site(moved={MINE: to})
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, "Live" in ran.said, words in text) == (0, "warning", False, True)


@pytest.mark.parametrize("kind", ["private", "ahead"])
def test_what_nobody_could_see_is_not_looked_at(here: World, kind: str) -> None:
    pages = here.hub.open_site(public=kind != "private")
    more: dict[str, Any] = (
        {"properties": {"Date": {"date": {"start": "2027-01-01"}}}} if kind == "ahead" else {}
    )
    ran, problems = _synced(here, **more)
    assert ("The site is built" in ran.said, pages.visits) == (True, [])
    assert [severity for severity, _ in problems] == (["note"] if kind == "ahead" else [])


def test_a_later_build_with_the_commit_in_it_counts(here: World) -> None:
    pages = here.hub.open_site(by_itself=True)
    # Somebody pushes right after, and that is what is built.
    here.hub.on("GET", "/pages", here.hub.rival.push)
    ran, problems = _synced(here)
    assert (problems, "Live: " in ran.said, pages.started) == ([], True, 0)
    assert [build.commit for build in pages.builds] == [here.hub.git.branches()["main"]]


def test_a_build_that_github_shows_late_is_asked_for_once(here: World) -> None:
    pages = here.hub.open_site(lag=4)
    ran, problems = _synced(here)
    assert (problems, "Live: " in ran.said, pages.started) == ([], True, 1)


def test_an_earlier_build_does_not_count(here: World) -> None:
    pages = here.hub.open_site(by_itself=True)
    _synced(here)
    pages.by_itself = False
    _synced(here, "Other")
    assert (pages.started, len(pages.builds)) == (1, 2)


# Where it is not GitHub's to build, or may not be started


def test_where_pages_is_off_that_is_said(here: World) -> None:
    ran, problems = _synced(here)
    assert (ran.code, problems, here.slept) == (0, [], [])
    assert "GitHub Pages is off for me/blog" in ran.said


@pytest.mark.parametrize("answer", [READ_ONLY, refusal(404, "Not Found")], ids=["403", "404"])
def test_a_token_that_may_not_look_is_told_what_it_takes(here: World, answer: Answer) -> None:
    here.hub.open_site()
    here.hub.on("GET", "/pages", answer)
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, "pages: write" in text) == (0, "note", True)


def test_a_token_that_may_not_start_a_build_is_told_what_it_takes(here: World) -> None:
    here.hub.open_site()
    here.hub.on("POST", "/pages/builds", READ_ONLY)
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, "pages: write" in text) == (0, "warning", True)


def test_a_token_that_may_not_start_a_workflow_is_told_what_it_takes(here: World) -> None:
    _workflow(here, "[push, workflow_dispatch]")
    here.hub.open_site(built_by="workflow")
    here.hub.on("POST", "/dispatches", READ_ONLY)
    _, ((severity, text),) = _synced(here)
    assert (severity, "actions: write" in text) == ("warning", True)


def test_a_workflow_that_cannot_be_started_is_told_how_to_be(here: World) -> None:
    _workflow(here, "push")
    pages = here.hub.open_site(built_by="workflow")
    _, ((severity, text),) = _synced(here)
    assert (severity, f"“workflow_dispatch:” to the events (`on:`) of {SITE}" in text) == ("warning", True)
    assert pages.started == 0


def test_a_workflow_that_cannot_be_started_for_another_reason_is_told_where_to_look(here: World) -> None:
    _workflow(here, "[push, workflow_dispatch]")
    here.hub.open_site(built_by="workflow")
    here.hub.on("POST", "/dispatches", *[refusal(422, "Workflow is disabled")] * 2)
    _, ((severity, text),) = _synced(here)
    assert (severity, "Workflow is disabled" in text, "The Actions tab" in text) == ("warning", True, True)
    assert "actions: write" not in text


def test_an_older_server_is_not_asked_for_the_run(here: World) -> None:
    _workflow(here, "workflow_dispatch")
    pages = here.hub.open_site(built_by="workflow", knows_details=False, tells_runs=False)
    ran, problems = _synced(here)
    assert (problems, "Live: " in ran.said, pages.started) == ([], True, 1)


SYNC = b"""\
name: Posts
on: {schedule: [{cron: 7 * * * *}], workflow_dispatch: null}
jobs:
  sync:
    steps:
      - run: |
          pip install notion2jekyll
          notion2jekyll sync
"""


@pytest.mark.parametrize(
    ("site", "sync", "words"),
    [
        (
            "on: {workflow_run: {workflows: [Posts]}}",
            SYNC,
            f"{SITE} builds the site once the sync has ended.",
        ),
        (
            "on: workflow_call",
            SYNC + b"  site:\n    needs: sync\n    uses: ./.github/workflows/site.yml\n",
            ".github/workflows/sync.yml builds the site after the sync.",
        ),
        (
            "on: schedule",
            SYNC + b"      - uses: actions/deploy-pages@v5\n",
            ".github/workflows/sync.yml builds the site after the sync.",
        ),
    ],
    ids=["after", "called", "within"],
)
def test_a_workflow_that_builds_afterwards_is_not_waited_for(
    here: World, site: str, sync: bytes, words: str
) -> None:
    text = DEPLOY.replace("on: {triggers}", site).encode()
    here.hub.rival.push({SITE: text, ".github/workflows/sync.yml": sync})
    pages = here.hub.open_site(built_by="workflow")
    ran, problems = _synced(here)
    assert (problems, words in ran.said, pages.started, here.slept) == ([], True, 0, [])


@pytest.mark.parametrize(
    "site",
    [
        "on: {workflow_run: {workflows: [Tests]}, workflow_dispatch: null}",
        "on: {workflow_run: [Posts], workflow_dispatch: null}",
        "# after notion2jekyll\non: workflow_dispatch",
    ],
    ids=["after another", "broken", "says so"],
)
def test_a_workflow_that_has_nothing_to_do_with_the_sync_is_started(here: World, site: str) -> None:
    text = DEPLOY.replace("on: {triggers}", site).encode()
    here.hub.rival.push({SITE: text, ".github/workflows/sync.yml": SYNC})
    pages = here.hub.open_site(built_by="workflow")
    ran, problems = _synced(here)
    assert (problems, "Live: " in ran.said, pages.started) == ([], True, 1)


@pytest.mark.parametrize(
    "text",
    [
        "on: push\n",
        "actions/deploy-pages: [",
        "- actions/deploy-pages\n",
        "on: push\njobs: []\n",
        "on: 7\njobs: {a: 7, b: {steps: 7}, c: {steps: [7, {uses: 7}]}}\n",
        "on: push\njobs: {a: {steps: [run]}}  # actions/deploy-pages\n",
        "on: workflow_call\njobs: {a: {steps: [{uses: actions/deploy-pages@v5}]}}\n",
    ],
)
def test_a_workflow_that_builds_no_site_is_not_taken_for_one(here: World, text: str) -> None:
    here.hub.rival.push({SITE: text.encode()})
    here.hub.open_site(built_by="workflow")
    ran, ((severity, said),) = _synced(here)
    assert (ran.code, severity, "none of those in the repository is known as such" in said) == (
        0,
        "note",
        True,
    )


@pytest.mark.parametrize(
    ("triggers", "builds"),
    [
        ("[push, workflow_dispatch]", True),
        ("{push: {branches: [main, 'post*']}, workflow_dispatch: null}", True),
        ("{push: {branches: [main]}, workflow_dispatch: null}", False),
        ("{push: {branches: ['**', '!posts']}, workflow_dispatch: null}", False),
        ("{push: {branches-ignore: [drafts]}, workflow_dispatch: null}", False),
        ("workflow_dispatch", False),
        ("{workflow_run: {workflows: [Posts]}, workflow_dispatch: null}", False),
    ],
)
def test_a_branch_for_people_to_look_at_is_not_made_the_site(
    here: World, triggers: str, builds: bool
) -> None:
    here.hub.rival.push(
        {SITE: DEPLOY.replace("{triggers}", triggers).encode(), ".github/workflows/sync.yml": SYNC}
    )
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        "github: {repository: me/blog, branch: posts, create_branch: true, pages: {watch: always}}\n"
    )
    pages = here.hub.open_site(built_by="workflow", branch="posts")
    ran, problems = _synced(here)
    assert (pages.started, "Live: " in ran.said) == (int(builds), builds)
    if not builds:
        ((severity, text),) = problems
        assert (severity, f"{SITE} builds the site, and not from posts" in text) == ("note", True)


def test_another_branch_that_is_built_is_said(here: World) -> None:
    pages = here.hub.open_site(source="gh-pages")
    _, ((severity, text),) = _synced(here)
    assert (severity, "from the branch gh-pages" in text, pages.started) == ("note", True, 0)
    assert "github: branch: gh-pages" in text


def test_another_folder_that_is_built_is_said(here: World) -> None:
    pages = here.hub.open_site(folder="/docs")
    _, ((severity, text),) = _synced(here)
    assert (severity, "from the folder /docs" in text, pages.started) == ("warning", True, 0)


def test_a_disturbance_costs_no_more_than_a_note(here: World) -> None:
    here.hub.open_site()
    here.hub.on("GET", "/pages/builds", *[disturbance()] * 20)
    ran, ((severity, text),) = _synced(here)
    assert (ran.code, severity, "could not be found out" in text) == (0, "note", True)
    assert "_posts/2026-11-20-mine.md" in here.site()


def test_a_pull_request_builds_nothing(here: World) -> None:
    _configure(here, "  mode: pull_request\n  pages: {watch: always}\n")
    pages = here.hub.open_site()
    _synced(here)
    assert (pages.started, pages.visits) == (0, [])
