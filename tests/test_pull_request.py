"""Publishing by pull request: one request, brought up to date, whatever people do to it, its branch and the blog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.github import (
    READ_ONLY,
    TOKEN,
    Dropped,
    FakeGitHub,
    Lost,
    Rival,
    Step,
    disturbance,
    fake_github,
    refusal,
)
from notion2jekyll import state
from notion2jekyll.errors import AccessDenied, ConfigError, Stop
from notion2jekyll.target import Commit, Moved, Snapshot
from notion2jekyll.target.github import PullRequest, Wish
from notion2jekyll.target.github.pull_request import MARK, join
from notion2jekyll.target.github.repository import Entry
from pictures import png
from world import World, lines, world

BRANCH = "notion2jekyll"
MINE = "_posts/2026-11-20-mine.md"
OTHER = "_posts/2026-11-20-other.md"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        _configure(made)
        yield made


def _configure(here: World, more: str = "") -> None:
    here.configure(
        f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: [Published]}}\n"
        f"github:\n  repository: me/blog\n  branch: main\n  mode: pull_request\n{more}"
    )


def _write(here: World, title: str, *texts: str) -> str:
    page = here.row(title, *(texts or ("text",)))
    here.pass_time(hours=1)
    return page


def _synced(here: World, result: str = "committed") -> dict[str, Any]:
    ran, report = here.report("sync")
    assert (ran.code, report["result"]) == (0, result), ran.said
    return report


def _posts(here: World, branch: str = BRANCH) -> set[str]:
    return {path for path in here.hub.files(branch) if path.startswith("_posts/")}


def _untouched(here: World) -> None:
    """Require that a run finds nothing to do and changes nothing."""
    before, pulls = here.hub.git.branches(), _pulls(here)
    start = len(here.hub.log)
    report = _synced(here, "up-to-date")
    assert (report["changes"], report["commit"]) == ([], None)
    assert [line for line in here.hub.log[start:] if not line.startswith("GET")] == []
    assert (here.hub.git.branches(), _pulls(here)) == (before, pulls)


def _pulls(here: World) -> list[str]:
    return [repr(here.hub.pull(one.number)) for one in here.hub.repository.pulls]


# The usual course


def test_the_commit_goes_to_a_branch_of_its_own_with_one_pull_request(here: World) -> None:
    _write(here, "Mine")
    report = _synced(here)
    base = here.hub.history()
    assert [parents for _, parents, _ in here.hub.history(BRANCH)] == [[base[0][0]], []]
    assert _posts(here, "main") == set()
    assert _posts(here) == {MINE}
    pull = here.hub.pull()
    assert (pull.state, pull.title, pull.draft, pull.labels) == (
        "open",
        "Sync from Notion: 1 new",
        False,
        [],
    )
    assert f"- `{MINE}` (new)" in (pull.body or "")
    assert (report["url"], report["commit"]) == (
        f"{here.hub.base_url}/me/blog/pull/1",
        here.hub.git.branches()[BRANCH],
    )


def test_a_second_run_changes_nothing_and_names_the_pull_request(here: World) -> None:
    _write(here, "Mine")
    first = _synced(here)
    _untouched(here)
    report = _synced(here, "up-to-date")
    assert report["url"] == first["url"]
    # Nothing that waits is read again; what the pull request is like takes one request.
    assert report["requests"] == {"notion": 1, "github": 5, "files": 0}


@pytest.mark.parametrize("count", [10, 310])
def test_the_text_tells_of_all_that_waits_however_much_it_is(here: World, count: int) -> None:
    _write(here, "Mine")
    _synced(here)
    Rival(here.hub.git, BRANCH).push({f"notes/{number}.md": b"note\n" for number in range(count)})
    _synced(here, "up-to-date")
    assert here.hub.pull().title == f"Sync from Notion: {count + 1} new"
    _untouched(here)


def test_nothing_waiting_costs_no_more_than_a_branch(here: World) -> None:
    assert _synced(here, "up-to-date")["requests"]["github"] <= 4
    _write(here, "Mine")
    _synced(here)
    here.hub.merge()
    assert _synced(here, "up-to-date")["requests"]["github"] == 4
    here.hub.drop(BRANCH)
    assert _synced(here, "up-to-date")["requests"]["github"] == 4


def test_the_default_branch_need_not_be_named(here: World) -> None:
    text = (here.directory / "notion2jekyll.yaml").read_text(encoding="utf-8")
    here.configure(text.replace("  branch: main\n", ""))
    _write(here, "Mine")
    _synced(here)
    assert here.hub.pull().base == "main"


def test_it_is_brought_up_to_date_in_place(here: World) -> None:
    page = _write(here, "Mine")
    _synced(here)
    here.workspace.replace_children(page, lines("other"))
    _write(here, "Other")
    _synced(here)
    assert len(here.hub.repository.pulls) == 1
    assert here.hub.pull().title == "Sync from Notion: 2 new"
    assert f"- `{OTHER}` (new)" in (here.hub.pull().body or "")
    assert len(here.hub.history(BRANCH)) == 3
    assert not any(body.get("force") for body in here.hub.bodies if isinstance(body, dict))


def test_title_labels_and_draft_are_as_configured(here: World) -> None:
    _configure(
        here,
        "  pull_request: {branch: from/notion, title: 'Blog ({summary})', labels: [blog, bot], draft: true}\n",
    )
    _write(here, "Mine")
    _synced(here)
    pull = here.hub.pull()
    assert (pull.head, pull.title, pull.labels, pull.draft) == (
        "from/notion",
        "Blog (1 new)",
        ["blog", "bot"],
        True,
    )
    _untouched(here)


def test_what_a_person_wrote_into_the_pull_request_stays(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    here.hub.pull().title = "My own title"
    here.hub.pull().body = "My own text"
    _write(here, "Other")
    _synced(here)
    assert (here.hub.pull().title, here.hub.pull().body) == ("My own title", "My own text")


def test_the_text_is_known_again_with_the_line_breaks_of_githubs_site(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    here.hub.pull().body = (here.hub.pull().body or "").replace("\n", "\r\n") + "\r\n\r\nA word more"
    _write(here, "Other")
    _synced(here)
    assert (here.hub.pull().body or "").startswith(MARK + "\n")
    assert f"- `{OTHER}` (new)" in (here.hub.pull().body or "")


def test_it_is_closed_when_there_is_nothing_left_and_opened_anew(here: World) -> None:
    page = _write(here, "Mine")
    _synced(here)
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    report = _synced(here)
    assert (here.hub.pull().state, here.hub.pull().merged, _posts(here)) == ("closed", False, set())
    assert report["url"] != f"{here.hub.base_url}/me/blog/pull/1"
    _untouched(here)
    here.workspace.update_page(page, {"Status": "Published"})
    here.pass_time(hours=1)
    _synced(here)
    assert (here.hub.pull(2).state, _posts(here)) == ("open", {MINE})


def test_a_plan_writes_nothing(here: World) -> None:
    _write(here, "Mine")
    ran = here.run("plan")
    assert (ran.code, MINE in ran.said, f"pull request from {BRANCH} into main" in ran.said) == (
        0,
        True,
        True,
    ), ran.said
    assert [line for line in here.hub.log if not line.startswith("GET")] == []
    assert here.hub.repository.pulls == []


# What people do


@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize("drop", [False, True])
def test_merged_and_the_next_change_gets_a_new_one(here: World, squash: bool, drop: bool) -> None:
    page = _write(here, "Mine")
    _synced(here)
    here.hub.merge(squash=squash)
    if drop:
        here.hub.drop(BRANCH)
    assert _posts(here, "main") == {MINE}
    _untouched(here)
    here.workspace.replace_children(page, lines("other"))
    _write(here, "Other")
    _synced(here)
    assert _posts(here) == {MINE, OTHER}
    assert (here.hub.pull(2).state, here.hub.pull(2).title) == ("open", "Sync from Notion: 1 new, 1 updated")
    here.hub.merge(2, squash=squash)
    _untouched(here)
    assert "other" in here.hub.files()[MINE].decode()


def test_closed_by_a_person_it_stays_closed_until_there_is_something_new(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    here.hub.pull().state = "closed"
    _untouched(here)
    report = _synced(here, "up-to-date")
    assert [
        (problem["severity"], "#1 was closed" in problem["message"]) for problem in report["problems"]
    ] == [("note", True)]
    assert report["url"] is None
    _write(here, "Other")
    report = _synced(here)
    assert (here.hub.pull(2).state, report["problems"]) == ("open", [])
    assert _posts(here) == {MINE, OTHER}


def test_a_branch_that_a_person_deleted_is_made_again(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    here.hub.drop(BRANCH)
    _synced(here)
    assert (here.hub.pull(1).state, here.hub.pull(2).state, _posts(here)) == ("closed", "open", {MINE})


def test_what_a_person_pushes_to_the_branch_stays(here: World) -> None:
    page = _write(here, "Mine", "first", "last")
    _synced(here)
    theirs = Rival(here.hub.git, BRANCH)
    post = here.hub.files(BRANCH)[MINE]
    theirs.push({MINE: post.replace(b"first", b"first, by hand"), "about.md": b"mine\n"})
    _synced(here, "up-to-date")
    assert "- `about.md` (new)" in (here.hub.pull().body or "")
    _untouched(here)
    here.workspace.replace_children(page, lines("first", "last, from Notion"))
    here.pass_time(hours=1)
    report = _synced(here)
    assert [change["action"] for change in report["changes"]] == ["merge"]
    text = here.hub.files(BRANCH)[MINE].decode()
    assert ("first, by hand" in text, "last, from Notion" in text) == (True, True)
    assert here.hub.files(BRANCH)["about.md"] == b"mine\n"
    here.hub.merge()
    _untouched(here)


def test_a_push_to_the_branch_while_a_run_writes_is_built_upon(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    _write(here, "Other")
    here.hub.on("PATCH", "/git/refs", *[Rival(here.hub.git, BRANCH).push] * 3)
    _synced(here)
    assert {"rival-1.txt", "rival-2.txt", "rival-3.txt", MINE, OTHER} <= here.hub.files(BRANCH).keys()


def test_the_branch_made_by_somebody_else_meanwhile_is_built_upon(here: World) -> None:
    def make() -> None:
        here.hub.git.text("update-ref", f"refs/heads/{BRANCH}", "main")
        Rival(here.hub.git, BRANCH).push()

    _write(here, "Mine")
    here.hub.on("POST", "/git/refs", make)
    _synced(here)
    assert {"rival-1.txt", MINE} <= here.hub.files(BRANCH).keys()
    assert len(here.hub.repository.pulls) == 1


def test_a_push_to_the_blog_while_a_run_reads_is_not_undone(here: World) -> None:
    _write(here, "Mine")
    here.hub.on("POST", "/git/trees", here.hub.rival.push)
    here.hub.on("GET", "/branches/main", here.hub.rival.push)
    _synced(here)
    here.hub.merge()
    assert {"rival-2.txt", "rival-3.txt", MINE} <= here.hub.files().keys()


# Where the blog went on


def test_the_blog_went_on_elsewhere(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    here.hub.rival.push({"about.md": b"about\n"})
    _untouched(here)
    _write(here, "Other")
    heads = here.hub.git.branches()
    _synced(here)
    assert here.hub.history(BRANCH)[0][1] == [heads[BRANCH], heads["main"]]
    assert {"about.md", MINE, OTHER} <= here.hub.files(BRANCH).keys()
    here.hub.merge()
    assert {"about.md", MINE, OTHER} <= here.hub.files().keys()
    _untouched(here)


def test_a_post_that_was_changed_in_the_blog_too_is_merged(here: World) -> None:
    page = _write(here, "Mine", "first", "last")
    _synced(here)
    here.hub.merge()
    here.workspace.replace_children(page, lines("first", "last, from Notion"))
    here.pass_time(hours=1)
    _synced(here)
    post = here.hub.files()[MINE]
    here.hub.rival.push({MINE: post.replace(b"first", b"first, by hand")})
    report = _synced(here)
    assert (report["problems"], report["conflicts"]) == ([], [])
    text = here.hub.files(BRANCH)[MINE].decode()
    assert ("first, by hand" in text, "last, from Notion" in text) == (True, True)
    here.hub.merge(2)
    _untouched(here)
    assert here.hub.files()[MINE].decode() == text


def test_where_both_changed_the_same_line_the_blog_s_stands_and_it_is_said(here: World) -> None:
    page = _write(here, "Mine", "first")
    _synced(here)
    here.hub.merge()
    here.workspace.replace_children(page, lines("first, from Notion"))
    here.pass_time(hours=1)
    _synced(here)
    post = here.hub.files()[MINE]
    here.hub.rival.push({MINE: post.replace(b"first", b"first, by hand")})
    report = _synced(here)
    (problem,) = report["problems"]
    assert (problem["severity"], MINE in problem["message"], "main" in problem["message"]) == (
        "warning",
        True,
        True,
    )
    assert b"first, by hand" in here.hub.files(BRANCH)[MINE]
    assert _synced(here, "up-to-date")["problems"] == []


def test_a_post_that_was_deleted_in_the_blog_stays_deleted(here: World) -> None:
    page = _write(here, "Mine")
    _synced(here)
    here.hub.merge()
    here.workspace.replace_children(page, lines("other"))
    here.pass_time(hours=1)
    _synced(here)
    here.hub.rival.push({MINE: None})
    ran, report = here.report("sync")
    assert ran.code == 0
    assert any(MINE in problem["message"] for problem in report["problems"])
    assert MINE not in here.hub.files(BRANCH)


def _edited_by_hand(here: World) -> bytes:
    return here.hub.files()[MINE].replace(b"first", b"first, by hand")


def test_a_post_that_is_to_move_and_was_changed_in_the_blog_is_merged_and_moves(here: World) -> None:
    page = _write(here, "Mine", "first")
    _synced(here)
    here.hub.merge()
    here.workspace.update_page(page, {"Name": "Other"})
    here.pass_time(hours=1)
    _synced(here)
    here.hub.rival.push({MINE: _edited_by_hand(here)})
    report = _synced(here)
    assert [(change["action"], change["from"], change["path"]) for change in report["changes"]] == [
        ("merge", MINE, OTHER)
    ]
    assert (report["problems"], _posts(here)) == ([], {OTHER})
    here.hub.merge(2)
    assert _posts(here, "main") == {OTHER}
    assert b"first, by hand" in here.hub.files()[OTHER]
    _untouched(here)


def test_a_post_that_is_to_move_and_was_changed_in_the_blog_and_in_the_pull_request_stays_both(
    here: World,
) -> None:
    page = _write(here, "Mine", "first")
    _synced(here)
    here.hub.merge()
    here.workspace.update_page(page, {"Name": "Other"})
    here.pass_time(hours=1)
    _synced(here)
    Rival(here.hub.git, BRANCH).push({OTHER: here.hub.files(BRANCH)[OTHER] + b"by another hand"})
    here.hub.rival.push({MINE: _edited_by_hand(here)})
    report = _synced(here)
    assert [MINE in problem["message"] for problem in report["problems"]] == [True]
    assert _posts(here) == {MINE, OTHER}


def test_a_post_that_is_to_go_and_was_changed_in_the_blog_stays_and_that_is_said_each_time(
    here: World,
) -> None:
    picture = here.workspace.add_file("a.png", png(8, 4))
    page = here.row("Mine", children=[{"type": "image", "image": picture}, *lines("first")])
    here.pass_time(hours=1)
    _synced(here)
    here.hub.merge()
    there = here.hub.files().keys()
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    _synced(here)
    here.hub.rival.push({MINE: _edited_by_hand(here)})
    for _ in range(2):
        ran, report = here.report("sync")
        assert (ran.code, [conflict["path"] for conflict in report["conflicts"]]) == (1, [MINE])
        assert here.hub.files(BRANCH).keys() == there
    here.workspace.update_page(page, {"Status": "Published"})
    here.pass_time(hours=1)
    assert _synced(here)["conflicts"] == []
    assert b"first, by hand" in here.hub.files(BRANCH)[MINE]


def test_two_records_of_what_was_written_do_not_stand_in_the_way(here: World) -> None:
    _write(here, "Mine")
    _synced(here)
    # Somebody ran it without pull requests in between.
    here.configure()
    _write(here, "Other")
    _synced(here)
    _configure(here)
    assert _posts(here, "main") == {MINE, OTHER}
    page = _write(here, "Third")
    _synced(here)
    assert [change["page"] for change in _synced(here, "up-to-date")["changes"]] == []
    assert _posts(here) == {MINE, OTHER, "_posts/2026-11-20-third.md"}
    here.hub.merge()
    remembered = state.parse(here.hub.files()[state.PATH])
    assert (len(remembered.entries), page in remembered.entries) == (3, True)
    _untouched(here)


def test_a_file_against_a_folder_is_the_blog_s() -> None:
    def tree(**files: str) -> dict[str, Entry]:
        return {path.replace("_", "/"): Entry("100644", text) for path, text in files.items()}

    for blog, ours in ((tree(a="1"), tree(a_b="2")), (tree(a_b="2"), tree(a="1"))):
        entries, both = join({}, blog, ours)
        assert (entries, both) == (blog, list(ours))


texts = st.dictionaries(st.sampled_from(["a", "b", "c", state.PATH]), st.sampled_from("123"))


@given(old=texts, blog=texts, ours=texts)
def test_of_two_sides_no_change_is_lost(
    old: dict[str, str], blog: dict[str, str], ours: dict[str, str]
) -> None:
    was, theirs, mine = (
        {path: Entry("100644", text) for path, text in side.items()} for side in (old, blog, ours)
    )
    entries, both = join(was, theirs, mine)
    for path in old.keys() | blog.keys() | ours.keys():
        if was.get(path) == theirs.get(path):
            assert entries.get(path) == mine.get(path)
        elif was.get(path) == mine.get(path) or theirs.get(path) == mine.get(path):
            assert entries.get(path) == theirs.get(path)
        else:
            assert path in both
            record = path == state.PATH and path in mine
            assert entries.get(path) == (mine if record else theirs).get(path)
    assert join(was, theirs, was)[0] == theirs
    assert join(was, was, mine)[0] == mine


# What goes wrong


FAULTS: list[Step] = [Lost(), Lost(disturbance()), Dropped(), disturbance()]


def _disturbed(folder: Path, method: str, part: str, *steps: Step) -> int:
    """Run a new branch, an update and a join with `steps`; return how many requests that took."""
    with fake_github(folder) as fake:
        fake.rival.push({"_config.yml": b"title: Blog\n"})
        fake.on(method, part, *steps)
        target = _target(fake, labels=("blog",))
        for turn in range(3):
            _run(target, {f"_posts/2026-01-0{turn + 1}-a.md": b"%d\n" % turn})
            if turn == 1:
                fake.rival.push({"about.md": b"about\n"})
        posts = [path for path in fake.files(BRANCH) if path.startswith("_posts/")]
        assert (len(posts), "about.md" in fake.files(BRANCH)) == (3, True)
        (pull,) = fake.repository.pulls
        assert (pull.state, pull.title) == ("open", "Sync: 3 new")
        assert len(fake.history(BRANCH)) == 1 + 3 + 1
        return len(fake.log)


def test_any_request_may_fail_once(tmp_path: Path) -> None:
    number, last = 0, 1
    while number < last:
        step = FAULTS[number % len(FAULTS)]
        last = _disturbed(tmp_path / f"{number}.git", "*", "", *[None] * number, step)
        number += 1
    assert number > 20


@pytest.mark.parametrize("step", FAULTS, ids=repr)
@pytest.mark.parametrize(
    "moment", ["POST /git/refs", "PATCH /git/refs", "POST /pulls", "PATCH /pulls", "POST /issues"]
)
def test_a_write_may_fail_in_any_way_once(tmp_path: Path, moment: str, step: Step) -> None:
    method, part = moment.split()
    _disturbed(tmp_path / "blog.git", method, part, step)


def _target(fake: FakeGitHub, **wish: Any) -> PullRequest:
    asked = Wish(BRANCH, "Sync: {summary}", **wish)
    return PullRequest(
        "me/blog", "main", TOKEN, fake.base_url, wish=asked, sleep=lambda _: None, clock=lambda: 0.0
    )


def _run(target: PullRequest, writes: dict[str, bytes]) -> Snapshot:
    snapshot = target.read()
    target.apply(Commit(snapshot.base, writes, frozenset(), "Publish\n"))
    target.settle()
    return snapshot


@pytest.mark.parametrize("kill", ["POST /git/refs", "POST /pulls", "POST /issues"])
def test_what_a_killed_run_left_undone_the_next_one_does(here: World, kill: str) -> None:
    method, part = kill.split()
    _configure(here, "  pull_request: {labels: [blog]}\n")
    _write(here, "Mine")
    # A refusal stands for the kill: nothing comes after it.
    here.hub.on(method, part, refusal(404, "Not Found"))
    assert here.run("sync").code == 4
    _synced(here, "committed" if part == "/git/refs" else "up-to-date")
    assert (_posts(here), here.hub.pull().state) == ({MINE}, "open")
    _untouched(here)


def test_an_emptied_one_that_could_not_be_closed_is_closed_by_the_next_run(here: World) -> None:
    page = _write(here, "Mine")
    _synced(here)
    here.workspace.update_page(page, {"Status": "Draft"})
    here.pass_time(hours=1)
    here.hub.on("PATCH", "/pulls", READ_ONLY)
    assert here.run("sync").code == 4
    assert here.hub.pull().state == "open"
    _synced(here, "up-to-date")
    assert here.hub.pull().state == "closed"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (
            refusal(403, "GitHub Actions is not permitted to create or approve pull requests."),
            AccessDenied,
            "Allow GitHub Actions to create",
        ),
        (READ_ONLY, AccessDenied, "pull-requests: write"),
        (refusal(404, "Not Found"), AccessDenied, "Pull requests: Read and write"),
        (
            refusal(422, "Draft pull requests are not supported in this repository."),
            ConfigError,
            "draft: false",
        ),
    ],
    ids=["actions", "token", "classic", "draft"],
)
def test_a_pull_request_that_is_refused_is_explained(
    tmp_path: Path, answer: Any, error: type[Stop], words: str
) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        fake.on("POST", "/pulls", answer)
        with pytest.raises(error) as stopped:
            _run(_target(fake), {MINE: b"x"})
        assert words in stopped.value.hint
        # The posts are on the branch, and the next run goes on from there.
        target = _target(fake)
        target.read()
        assert target.settle().url == f"{fake.base_url}/me/blog/pull/1"


@pytest.mark.parametrize("step", [Lost(), Lost(disturbance())], ids=["nothing", "disturbance"])
def test_labels_are_there_though_the_answer_to_the_opening_was_lost(tmp_path: Path, step: Step) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        fake.on("POST", "/pulls", step)
        _run(_target(fake, labels=("posts",)), {MINE: b"x"})
        (pull,) = fake.repository.pulls
        assert pull.labels == ["posts"]


def test_two_runs_at_once_open_one(tmp_path: Path) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        first, second = _target(fake), _target(fake)
        snapshots = [target.read() for target in (first, second)]
        first.apply(Commit(snapshots[0].base, {MINE: b"x"}, frozenset(), "One\n"))
        with pytest.raises(Moved):
            second.apply(Commit(snapshots[1].base, {OTHER: b"x"}, frozenset(), "Two\n"))
        second.read()
        fake.on("POST", "/pulls", second.settle)
        assert first.settle().url == second.settle().url
        assert len(fake.repository.pulls) == 1


def test_an_empty_repository_has_nothing_to_ask_a_pull_of(tmp_path: Path) -> None:
    with (
        fake_github(tmp_path / "blog.git") as fake,
        pytest.raises(ConfigError, match="repository is empty") as stopped,
    ):
        _target(fake).read()
    assert "mode: commit" in stopped.value.hint


def test_branches_that_are_not_there_or_make_no_sense_are_said(tmp_path: Path) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        with pytest.raises(ConfigError, match="no branch none"):
            PullRequest("me/blog", "none", TOKEN, fake.base_url, wish=Wish(BRANCH, "T")).read()
        with pytest.raises(ConfigError, match="no repository me/none"):
            PullRequest("me/none", None, TOKEN, fake.base_url, wish=Wish(BRANCH, "T")).read()
        with pytest.raises(ConfigError, match="blog's own"):
            PullRequest("me/blog", "main", TOKEN, fake.base_url, wish=Wish("main", "T"))
        Rival(fake.git, BRANCH).push()
        target = _target(fake)
        with pytest.raises(Moved):
            _run(target, {MINE: b"x"})
        with pytest.raises(ConfigError, match="no commit in common"):
            target.read()


def test_a_thousand_files_are_told_of_in_a_few_lines(tmp_path: Path) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        _run(_target(fake), {f"_posts/2026-01-01-{number:04}.md": b"x" for number in range(1000)})
        assert fake.pull().title == "Sync: 1000 new"
        assert (fake.pull().body or "").endswith("- and 900 more")


def test_more_commits_than_github_compares_at_once(tmp_path: Path) -> None:
    with fake_github(tmp_path / "blog.git") as fake:
        fake.rival.push({"index.md": b"x"})
        fake.git.text("update-ref", f"refs/heads/{BRANCH}", "main")
        theirs = Rival(fake.git, BRANCH)
        for _ in range(251):
            theirs.push({"count.txt": b"%d" % (theirs.count + 1)})
        target = _target(fake)
        assert target.read().base == fake.git.branches()[BRANCH]
        assert target.fetch("count.txt") == b"251"
