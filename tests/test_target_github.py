"""What can happen on the way to GitHub: other people, limits, lost answers, protected branches, empty repositories."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.github import (
    ARCHIVED,
    EDGE,
    NOW,
    PROTECTED,
    READ_ONLY,
    READ_ONLY_PERSONAL,
    RULESET,
    TOKEN,
    TREE_TIMED_OUT,
    Dropped,
    FakeGitHub,
    Lost,
    Rival,
    Step,
    disturbance,
    fake_github,
    primary_limit,
    refusal,
    secondary_limit,
)
from notion2jekyll import __version__
from notion2jekyll.demo.github_server import Answer, GitHubServer, Request, running
from notion2jekyll.errors import AccessDenied, ConfigError, Stop, Unreachable
from notion2jekyll.progress import Silent, Stage
from notion2jekyll.state import PATH as STATE
from notion2jekyll.target import Commit, Moved, Snapshot, blob_id
from notion2jekyll.target.github import SEED, GitHub

FIRST = {"_config.yml": b"title: Blog\n", "_posts/2026-01-01-old.md": b"old\n", "index.md": b"by hand\n"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[FakeGitHub]:
    with fake_github(tmp_path / "blog.git") as fake:
        yield fake


@pytest.fixture
def fake(empty: FakeGitHub) -> FakeGitHub:
    empty.rival.push(FIRST)
    return empty


class Clock:
    """Time that passes only while someone sleeps, and `step` seconds at each look."""

    def __init__(self, step: float = 1.0) -> None:
        self.now = NOW.timestamp()
        self.step = step
        self.slept: list[float] = []

    def time(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Told(Silent):
    """A `Progress` that keeps what it was told."""

    def __init__(self) -> None:
        self.waits: list[tuple[str, float, str]] = []
        self.lines: list[str] = []
        self.stages: list[Any] = []

    def begin(self, stage: Stage, total: int | None) -> None:
        self.stages.append([stage, total, 0, False])

    def advance(self, stage: Stage, steps: int = 1, *, total: int | None = None) -> None:
        self.stages[-1][2] += steps

    def end(self, stage: Stage) -> None:
        self.stages[-1][3] = True

    def waiting(self, service: str, seconds: float, why: str) -> None:
        self.waits.append((service, seconds, why))

    def request(self, service: str, line: str) -> None:
        self.lines.append(line)


def _target(
    fake: FakeGitHub,
    branch: str | None = "main",
    *,
    token: str = TOKEN,
    clock: Clock | None = None,
    **more: Any,
) -> GitHub:
    clock = clock or Clock()
    return GitHub(
        more.pop("repository", "me/blog"),
        branch,
        token,
        fake.base_url,
        sleep=clock.sleep,
        clock=clock.time,
        **more,
    )


def _commit(base: Snapshot | str | None, writes: dict[str, bytes], *deletes: str) -> Commit:
    base = base.base if isinstance(base, Snapshot) else base
    return Commit(base, writes, frozenset(deletes), "Publish 1 post\n\n- new: 안녕")


POST = {
    "_posts/2026-02-03-새글.md": "안녕\n".encode(),
    "assets/a.png": b"\x89PNG\0",
    ".notion2jekyll/state.json": b"{}\n",
}


# Requests


def test_reading_takes_two_requests_and_a_run_without_changes_four(fake: FakeGitHub) -> None:
    target = _target(fake)
    snapshot = target.read()
    assert target.requests == len(fake.log) == 2
    assert target.fetch("_config.yml") == target.fetch("_config.yml") == b"title: Blog\n"
    target.fetch("_posts/2026-01-01-old.md")
    assert target.apply(_commit(snapshot, {"index.md": b"by hand\n"})).commit == snapshot.base
    assert target.requests == len(fake.log) == 4
    assert len(fake.history()) == 1


@pytest.mark.parametrize("branch", [None, "main"])
def test_the_default_branch_costs_no_request_to_read(fake: FakeGitHub, branch: str | None) -> None:
    target = _target(fake, branch)
    assert target.read().base == fake.history()[0][0]
    assert target.requests == 2


def test_a_commit_sends_text_in_the_tree_and_only_the_rest_as_blobs(fake: FakeGitHub) -> None:
    target = _target(fake)
    applied = target.apply(_commit(target.read(), POST, "_posts/2026-01-01-old.md"))
    assert fake.log[2:] == [
        "POST /git/blobs",
        "POST /git/trees",
        "POST /git/commits",
        "PATCH /git/refs/heads/main",
    ]
    assert fake.files() == {"_config.yml": b"title: Blog\n", "index.md": b"by hand\n", **POST}
    (head, parents, subject), (first, _, _) = fake.history()
    assert (applied.commit, parents, subject) == (head, [first], "Publish 1 post")
    assert applied.url == f"{fake.base_url}/me/blog/commit/{head}"
    assert fake.git.commit(head)["message"] == "Publish 1 post\n\n- new: 안녕"


def test_what_the_repository_has_already_is_not_sent_again(fake: FakeGitHub) -> None:
    fake.rival.push({"assets/a.png": b"\x89PNG\0", "long.md": b"x" * 10_000})
    target = _target(fake)
    target.apply(_commit(target.read(), {"assets/b.png": b"\x89PNG\0", "moved.md": b"x" * 10_000}, "long.md"))
    assert [line for line in fake.log if "POST" in line] == ["POST /git/trees", "POST /git/commits"]
    assert len(str(fake.bodies[2])) < 1000
    assert fake.files()["moved.md"] == b"x" * 10_000


def test_each_content_is_uploaded_once_even_when_planned_again(fake: FakeGitHub) -> None:
    target = _target(fake)
    writes = {"assets/a.png": b"\0\1", "assets/b.png": b"\0\1", "assets/c.png": b"\0\2"}
    fake.on("PATCH", "", fake.rival.push)
    with pytest.raises(Moved):
        target.apply(_commit(target.read(), writes))
    target.apply(_commit(target.read(), writes))
    assert fake.log.count("POST /git/blobs") == 2
    assert fake.files() == {**FIRST, **writes, "rival-2.txt": b"by someone else\n"}


def test_1500_files_are_one_commit_in_small_requests(fake: FakeGitHub) -> None:
    target = _target(fake)
    posts = {f"_posts/2026-01-01-글-{number}.md": f"{number} 번째\n".encode() * 50 for number in range(1_500)}
    before = target.read()
    target.apply(_commit(before, posts))
    assert fake.files() == {**FIRST, **posts}
    assert [parents for _, parents, _ in fake.history()] == [[before.base], []]
    trees = [
        body["tree"] for line, body in zip(fake.log, fake.bodies, strict=True) if line == "POST /git/trees"
    ]
    assert all(len(tree) <= 100 for tree in trees)
    assert sum(map(len, trees)) == 1_500
    target.apply(_commit(target.read(), {}, *posts))
    assert fake.files() == FIRST


def test_no_request_for_a_tree_is_larger_than_github_takes(fake: FakeGitHub) -> None:
    target = _target(fake)
    texts = {
        f"{number}.md": (f"{number}" + "가" * 60_000).encode() for number in range(7)
    }  # 360 kB each as JSON
    texts["huge.md"] = ("나" * 200_000).encode()
    target.apply(_commit(target.read(), texts))
    assert fake.files() == {**FIRST, **texts}
    trees = [body for line, body in zip(fake.log, fake.bodies, strict=True) if line == "POST /git/trees"]
    assert len(trees) == 2
    assert all(len(json.dumps(tree)) < 2_100_000 for tree in trees)
    assert fake.log.count("POST /git/blobs") == 1


def test_texts_and_pictures_share_requests_evenly(fake: FakeGitHub) -> None:
    target = _target(fake)
    posts = {f"_posts/{number}.md": (f"{number}" + "x" * 20_000).encode() for number in range(120)}
    pictures = {f"assets/{number}.png": b"\0%d" % number for number in range(80)}
    target.apply(_commit(target.read(), posts | pictures))
    assert fake.files() == {**FIRST, **posts, **pictures}
    assert fake.log.count("POST /git/trees") == 2, (
        "200 files are two requests, though 100 of the texts are too large"
    )


def test_a_version_of_our_own_is_not_asked_for_again(fake: FakeGitHub) -> None:
    target = _target(fake)
    target.apply(_commit(target.read(), {"a.md": b"1", STATE: b"remembered"}))
    fake.log.clear()
    again = target.read()
    assert target.fetch(STATE) == b"remembered"
    assert fake.log == []
    target.apply(_commit(again, {"a.md": b"2", STATE: b"more"}))
    again = target.read()
    fake.rival.push()
    with pytest.raises(Moved):
        target.apply(_commit(again, {"b.md": b"3"}))
    again = target.read()
    assert again.base == fake.history()[0][0]
    assert again.files == _target(fake).read().files
    target.apply(_commit(again, {"b.md": b"3"}))
    assert fake.files() == {
        **FIRST,
        "a.md": b"2",
        "b.md": b"3",
        STATE: b"more",
        "rival-2.txt": b"by someone else\n",
    }


def test_a_handful_of_writes_is_not_slowed_and_many_keep_githubs_pace(fake: FakeGitHub) -> None:
    clock = Clock(step=0.1)
    target = _target(fake, clock=clock)
    images = {f"assets/{number}.png": b"\0%d" % number for number in range(10)}
    target.apply(_commit(target.read(), images))
    assert clock.slept == []
    target.apply(
        _commit(target.read(), {f"assets/more-{number}.png": b"\0m%d" % number for number in range(30)})
    )
    writes, passed = 13 + 33, clock.now - NOW.timestamp()
    assert writes - 20 <= passed <= writes - 20 + 5
    assert all(0 < seconds <= 1 for seconds in clock.slept)
    assert target.waited == 0
    clock.now += 60
    slept = len(clock.slept)
    target.apply(
        _commit(target.read(), {f"assets/late-{number}.png": b"\0l%d" % number for number in range(10)})
    )
    assert len(clock.slept) == slept


def test_it_says_who_asks_and_never_shows_the_token(
    fake: FakeGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told()
    target = _target(fake, progress=told)
    with caplog.at_level(logging.DEBUG):
        target.apply(_commit(target.read(), POST))
    assert {fields["user-agent"] for fields in fake.headers} == {f"notion2jekyll/{__version__}"}
    assert {fields["authorization"] for fields in fake.headers} == {f"token {TOKEN}"}
    assert TOKEN not in caplog.text + "".join(told.lines)
    assert told.lines[-1] == "PATCH /repos/me/blog/git/refs/heads/main ok"
    assert told.stages == [["committing", 4, 4, True]]
    assert logging.getLogger("github").handlers == []


@pytest.mark.parametrize("author", [None, ("Kim 지수", "kim@example.com")])
def test_an_author_is_sent_only_where_one_is_set(fake: FakeGitHub, author: tuple[str, str] | None) -> None:
    target = _target(fake, author=author)
    target.apply(_commit(target.read(), POST))
    body = fake.bodies[fake.log.index("POST /git/commits")]
    if author is None:
        assert body.keys() == {"message", "tree", "parents"}
    else:
        assert body["author"] == {"name": author[0], "email": author[1]}
        assert fake.git.text("log", "-1", "--format=%an %ae", "main") == "Kim 지수 kim@example.com"


# What is not ours


def test_modes_links_and_submodules_stay_as_they_are(fake: FakeGitHub) -> None:
    tool, link = fake.git.write_blobs([b"#!/bin/sh\n", b"index.md"])
    module = "1" * 40
    fake.rival.commit(
        [
            ("100755", tool, "bin/tool"),
            ("100755", tool, "bin/other"),
            ("120000", link, "link"),
            ("160000", module, "theme"),
        ]
    )
    target = _target(fake)
    snapshot = target.read()
    assert snapshot.others == {"link", "theme"}
    assert set(snapshot.files) == {*FIRST, "bin/tool", "bin/other"}
    target.apply(_commit(snapshot, {"bin/tool": b"#!/bin/sh\nnew\n", "new.md": b"x"}, "bin/other"))
    assert fake.modes() == {
        **dict.fromkeys([*FIRST, "new.md"], "100644"),
        "bin/tool": "100755",
        "link": "120000",
        "theme": "160000",
    }
    target.apply(_commit(fake.history()[0][0], {"bin/tool": b"#!/bin/sh\nnewer\n"}))
    assert fake.modes()["bin/tool"] == "100755"
    for path in ("link", "theme", "theme/x.md"):
        with pytest.raises(ConfigError):
            target.apply(_commit(target.read(), {path: b"x"}))


def test_a_tree_too_large_for_one_answer_is_walked(tmp_path: Path) -> None:
    files = {f"d{number % 3}/e{number % 7}/한글-{number}.md": b"%d" % number for number in range(60)}
    for limit in (100_000, 40, 20):
        with fake_github(tmp_path / f"{limit}.git", tree_limit=limit) as fake:
            fake.rival.push({**files, "top.md": b"x"})
            target = _target(fake)
            snapshot = target.read()
            assert snapshot.files == {path: blob_id(text) for path, text in {**files, "top.md": b"x"}.items()}
            assert snapshot.complete
            assert (target.requests > 2) is (limit < 100_000)


def test_a_folder_too_large_for_any_answer_is_said(fake: FakeGitHub) -> None:
    tree = fake.git.resolve("main", "tree")
    body: dict[str, Any] = {"sha": tree, "url": "https://api.github.com/", "tree": [], "truncated": True}
    fake.on("GET", f"/git/trees/{tree}", Answer(200, body), Answer(200, body))
    target = _target(fake)
    snapshot = target.read()
    assert not snapshot.complete
    # What was not listed may be there already: then the tree does not change, and no commit is made.
    assert target.apply(_commit(snapshot, {"index.md": b"by hand\n"})).commit == snapshot.base
    assert "POST /git/commits" not in fake.log


# Other people


@pytest.mark.parametrize(
    "moment", ["POST /git/blobs", "POST /git/trees", "POST /git/commits", "PATCH /git/refs"]
)
def test_a_rival_at_any_moment_is_never_overwritten(fake: FakeGitHub, moment: str) -> None:
    method, part = moment.split()
    target = _target(fake)
    fake.on(method, part, lambda: fake.rival.push({"index.md": b"rival\n"}))
    with pytest.raises(Moved):
        target.apply(_commit(target.read(), {**POST, "index.md": b"ours\n"}))
    assert fake.files() == {**FIRST, "index.md": b"rival\n"}
    target.apply(_commit(target.read(), POST))
    assert fake.files() == {**FIRST, **POST, "index.md": b"rival\n"}
    assert [len(parents) for _, parents, _ in fake.history()] == [1, 1, 0]
    assert not any(body.get("force") for body in fake.bodies if body)


def test_a_branch_that_goes_away_is_said_at_the_next_reading(fake: FakeGitHub) -> None:
    fake.git.text("update-ref", "refs/heads/other", "main")
    target = _target(fake, "other")
    snapshot = target.read()
    fake.git.text("update-ref", "-d", "refs/heads/other")
    with pytest.raises(Moved):
        target.apply(_commit(snapshot, POST))
    with pytest.raises(ConfigError, match="no branch other"):
        target.read()


def test_a_commit_for_another_version_than_the_one_read_is_refused(fake: FakeGitHub) -> None:
    target = _target(fake)
    with pytest.raises(Moved):
        target.apply(_commit("0" * 40, POST))
    target.read()
    with pytest.raises(Moved):
        target.apply(_commit("0" * 40, POST))
    assert fake.files() == FIRST


# Lost answers and disturbances

STEPS: list[Step] = [
    EDGE,
    Dropped(),
    Lost(),
    Lost(disturbance(502)),
    disturbance(500),
    disturbance(503),
    secondary_limit(7),
]


@pytest.mark.parametrize("step", STEPS, ids=repr)
@pytest.mark.parametrize("number", range(6))
def test_any_request_may_fail_in_any_way_once(fake: FakeGitHub, number: int, step: Step) -> None:
    target = _target(fake)
    fake.on("*", "", *[None] * number, step)
    applied = target.apply(_commit(target.read(), POST, "_posts/2026-01-01-old.md"))
    (head, parents, _), (first, _, _) = fake.history()
    assert applied.commit == head
    assert parents == [first]
    assert fake.files() == {"_config.yml": b"title: Blog\n", "index.md": b"by hand\n", **POST}
    assert target.requests == len(fake.log) >= 7
    assert target.waited > 0
    assert _target(fake).read().base == head


@pytest.mark.parametrize(
    ("method", "part"), [("GET", "/git/trees"), ("POST", "/git/trees"), ("POST", "/git/commits")]
)
def test_a_repository_that_is_unavailable_for_a_moment_is_waited_for(
    fake: FakeGitHub, method: str, part: str
) -> None:
    fake.on(method, part, refusal(409, "Git Repository is unavailable."))
    target = _target(fake)
    target.apply(_commit(target.read(), POST))
    assert fake.files() == FIRST | POST
    assert target.waited > 0


@pytest.mark.parametrize("step", [Dropped(), Lost(), Lost(disturbance())], ids=repr)
def test_a_lost_update_of_the_branch_with_a_rival_behind_it_is_told_from_a_lost_race(
    fake: FakeGitHub, step: Step
) -> None:
    target = _target(fake)
    snapshot = target.read()
    fake.on("PATCH", "", step)
    fake.on("GET", "/git/ref/", fake.rival.push)
    if isinstance(step, Lost):
        # Ours is there, the rival's commit is on top of it: everything was published.
        applied = target.apply(_commit(snapshot, POST))
        assert fake.history()[0][1] == [applied.commit]
    else:
        with pytest.raises(Moved):
            target.apply(_commit(snapshot, POST))
        assert not POST.keys() & fake.files().keys()


def test_a_repeated_update_that_is_refused_may_still_have_landed_the_first_time(fake: FakeGitHub) -> None:
    target = _target(fake)
    snapshot = target.read()
    fake.on("PATCH", "", Lost(), fake.rival.push)
    fake.on("GET", "/git/ref/", Answer(200, _ref_at(str(snapshot.base))))
    applied = target.apply(_commit(snapshot, POST))
    assert fake.history()[0][1] == [applied.commit]


def _ref_at(sha: str) -> dict[str, object]:
    link = "https://api.github.com/x"
    return {
        "ref": "refs/heads/main",
        "node_id": "x",
        "url": link,
        "object": {"type": "commit", "sha": sha, "url": link},
    }


def test_a_branch_that_seems_not_to_have_moved_yet_is_asked_again(fake: FakeGitHub) -> None:
    """GitHub's reads may lag behind its writes: the repeated update of a branch to where it already is changes nothing."""
    target = _target(fake)
    snapshot = target.read()
    head = fake.history()[0][0]
    fake.on("PATCH", "", Lost())
    fake.on("GET", "/git/ref/", Answer(200, _ref_at(head)))
    applied = target.apply(_commit(snapshot, POST))
    assert [sha for sha, _, _ in fake.history()] == [applied.commit, head]


def test_a_disturbance_that_stays_ends_the_run_with_nothing_visible(fake: FakeGitHub) -> None:
    for method, part in (("GET", "/branches"), ("POST", "/git/trees"), ("PATCH", "/git/refs")):
        clock = Clock()
        target = _target(fake, clock=clock)
        fake.on(method, part, *[disturbance()] * 6)
        with pytest.raises(Unreachable) as stopped:
            target.apply(_commit(target.read(), POST))
        assert stopped.value.exit_code == 5
        assert "GitHub" in stopped.value.message
        assert clock.slept[:5] == [1, 2, 4, 8, 16]
        assert fake.files() == FIRST
    assert len(fake.history()) == 1


def test_a_lost_answer_with_nobody_there_afterwards_is_not_called_a_failure(fake: FakeGitHub) -> None:
    target = _target(fake)
    snapshot = target.read()
    fake.on("PATCH", "", Lost())
    fake.on("GET", "/git/ref/", *[Dropped()] * 6)
    with pytest.raises(Unreachable, match="may be on GitHub, or not"):
        target.apply(_commit(snapshot, POST))
    again = _target(fake)
    assert again.apply(_commit(again.read(), POST)).commit == fake.history()[0][0]
    assert len(fake.history()) == 2


def test_nobody_there_is_said_without_a_traceback() -> None:
    clock, told = Clock(), Told()
    target = GitHub(
        "me/blog", "main", TOKEN, "http://127.0.0.1:9", sleep=clock.sleep, clock=clock.time, progress=told
    )
    with pytest.raises(Unreachable) as stopped:
        target.read()
    assert "GITHUB_API_URL" in stopped.value.hint
    assert TOKEN not in str(stopped.value)
    assert target.requests == 5
    assert sum(clock.slept) == 15
    assert [why for _, _, why in told.waits] == ["there is no connection"] * 4


class _LeanGitHub(FakeGitHub):
    """A server of GitHub's language that leaves out all that a client can do without."""

    spared = frozenset(
        {"url", "html_url", "truncated", "parents", "default_branch", "author", "committer", "size"}
    )

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        return dataclasses.replace(answer, body=self._lean(answer.body))

    def _lean(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self._lean(each) for each in body]
        if isinstance(body, dict):
            return {key: self._lean(value) for key, value in body.items() if key not in self.spared}
        return body


@pytest.mark.parametrize("spared", [(), ("tree",)], ids=["pages", "trees of commits"])
@pytest.mark.parametrize("branch", ["main", None])
@pytest.mark.parametrize("empty", [False, True])
def test_a_server_that_says_less_than_github(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, branch: str | None, empty: bool, spared: tuple[str, ...]
) -> None:
    lean = _LeanGitHub(tmp_path / "blog.git")
    if not empty:
        lean.rival.push(FIRST)
    inner = _LeanGitHub._lean

    def barer(self: _LeanGitHub, body: Any) -> Any:
        found = inner(self, body)
        if isinstance(found, dict) and "commit" in found and isinstance(found["commit"], dict):
            found["commit"].get("commit", found["commit"]).pop("tree", None)
        return found

    if spared:
        monkeypatch.setattr(_LeanGitHub, "_lean", barer)
    clock = Clock()
    with running(lean):
        target = GitHub("me/blog", branch, TOKEN, lean.base_url, sleep=clock.sleep, clock=clock.time)
        target.apply(_commit(target.read(), POST))
        assert lean.files() == ({} if empty else FIRST) | POST
        wrong = GitHub("me/blog", "mian", TOKEN, lean.base_url, sleep=clock.sleep, clock=clock.time)
        with pytest.raises(ConfigError, match="has no branch mian"):
            wrong.read()


def test_a_branch_that_only_git_references_know(fake: FakeGitHub) -> None:
    fake.on("GET", "/branches/main", refusal(404, "Branch not found"))
    target = _target(fake)
    target.apply(_commit(target.read(), POST))
    assert fake.files() == {**FIRST, **POST}


class Portal(GitHubServer):
    """The page that a hotel's network shows instead of everything."""

    def answer(self, request: Request) -> Answer:
        return Answer(200, b"<html>Please log in</html>")


def test_something_else_that_answers_is_not_taken_for_github() -> None:
    clock = Clock()
    with running(Portal([], token="")) as portal:
        target = GitHub("me/blog", "main", TOKEN, portal.base_url, sleep=clock.sleep, clock=clock.time)
        with pytest.raises(Unreachable, match="not GitHub's API"):
            target.read()


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from([*STEPS, None, None, None, "rival"]), max_size=14))
def test_any_run_of_faults_and_rivals_ends_in_the_same_files(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """A caller that reads and plans again whenever it is told to publishes everything once, and nobody loses a file."""
    with fake_github(tmp_path_factory.mktemp("run") / "blog.git") as fake:
        fake.rival.push(FIRST)
        fake.on("*", "", *[fake.rival.push if step == "rival" else step for step in steps])
        target = _target(fake)
        for _ in range(20):
            try:
                snapshot = target.read()
                deletes = {"_posts/2026-01-01-old.md"} & snapshot.files.keys()
                target.apply(_commit(snapshot, POST, *deletes))
                break
            except Moved:
                continue
            except Unreachable:  # the next scheduled run
                target = _target(fake)
        rivals = {f"rival-{number + 2}.txt": b"by someone else\n" for number in range(fake.rival.count - 1)}
        assert fake.files() == {"_config.yml": b"title: Blog\n", "index.md": b"by hand\n", **POST, **rivals}
        history = fake.history()
        assert [subject for _, _, subject in history].count("Publish 1 post") == 1
        assert [len(parents) for _, parents, _ in history] == [1] * (len(history) - 1) + [0]


@pytest.mark.parametrize("kill", ["/git/blobs", "/git/trees", "/git/commits"])
def test_a_kill_between_two_steps_leaves_nothing_to_be_seen(fake: FakeGitHub, kill: str) -> None:
    class Killed(BaseException):
        pass

    class Watch(Told):
        def request(self, service: str, line: str) -> None:
            if kill in line and line.startswith("POST"):
                raise Killed

    target = _target(fake, progress=Watch())
    snapshot = target.read()
    with pytest.raises(Killed):
        target.apply(_commit(snapshot, POST))
    assert fake.files() == FIRST
    again = _target(fake)
    again.apply(_commit(again.read(), POST))
    assert fake.files() == {**FIRST, **POST}
    assert len(fake.history()) == 2


# Limits

RESET = int(NOW.timestamp()) + 300


@pytest.mark.parametrize(
    ("step", "least", "most"),
    [
        (primary_limit(RESET), 280, 302),
        (primary_limit(RESET, status=429), 280, 302),
        (secondary_limit(7), 7, 7),
        (secondary_limit(7, status=429), 7, 7),
        (secondary_limit(), 60, 60),
        (secondary_limit(status=429), 60, 60),
        (refusal(429, "Too many requests"), 60, 60),
    ],
    ids=repr,
)
@pytest.mark.parametrize("moment", ["GET /branches", "POST /git/trees", "PATCH /git/refs"])
def test_a_limit_is_waited_for_and_shown(
    fake: FakeGitHub, moment: str, step: Answer, least: float, most: float
) -> None:
    clock, told = Clock(), Told()
    target = _target(fake, clock=clock, progress=told)
    method, part = moment.split()
    fake.on(method, part, step)
    target.apply(_commit(target.read(), POST))
    assert len(clock.slept) == 1
    assert least <= clock.slept[0] <= most
    ((service, seconds, why),) = told.waits
    assert (service, seconds) == ("GitHub", clock.slept[0])
    assert why.startswith("its limit was reached")
    assert target.waited == clock.slept[0]
    assert fake.files() == {**FIRST, **POST}


def test_a_tree_that_took_github_too_long_is_sent_again(fake: FakeGitHub) -> None:
    target = _target(fake)
    fake.on("POST", "/git/trees", TREE_TIMED_OUT)
    target.apply(_commit(target.read(), POST))
    assert fake.log.count("POST /git/trees") == 2


def test_a_limit_that_lasts_too_long_ends_the_run_and_says_until_when(fake: FakeGitHub) -> None:
    clock = Clock()
    target = _target(fake, clock=clock, max_wait=600)
    fake.on("GET", "", primary_limit(int(NOW.timestamp()) + 3000))
    with pytest.raises(Unreachable, match="10:20 UTC"):
        target.read()
    assert clock.slept == []


def test_a_limit_that_comes_back_each_time_grows_and_ends(fake: FakeGitHub) -> None:
    clock = Clock()
    target = _target(fake, clock=clock)
    fake.on("GET", "", *[secondary_limit()] * 9)
    with pytest.raises(Unreachable, match="limit"):
        target.read()
    assert clock.slept == [60, 120, 240, 480]


def test_each_complaint_of_too_many_writes_slows_the_later_ones(fake: FakeGitHub) -> None:
    clock = Clock(step=0.1)
    target = _target(fake, clock=clock)
    limits: list[Step] = [secondary_limit(30), secondary_limit(30), primary_limit(RESET)]
    fake.on("POST", "/git/blobs", *[None] * 20, limits[0], None, limits[1], None, limits[2])
    images = {f"assets/{number:02}.png": b"\0%d" % number for number in range(24)}
    target.apply(_commit(target.read(), images))
    # The limit of blob 21; 22, its limit; 23, the hour's limit; 24, a tree, a commit, the branch.
    pauses = [round(seconds) for seconds in clock.slept]
    assert pauses[:4] == [30, 2, 30, 4]
    assert 200 < pauses[4] < 300
    assert pauses[5:] == [4, 4, 4, 4]
    assert fake.log.count("POST /git/blobs") == 24 + 3


@pytest.mark.parametrize("moment", ["GET /branches", "POST /git/trees", "PATCH /git/refs"])
def test_a_page_of_a_network_before_github_is_no_missing_permission(fake: FakeGitHub, moment: str) -> None:
    told = Told()
    target = _target(fake, progress=told)
    method, part = moment.split()
    fake.on(method, part, EDGE)
    target.apply(_commit(target.read(), POST))
    assert [why for _, _, why in told.waits] == ["something in front of it refused the request (403)"]
    fake.on("GET", "/branches", *[EDGE] * 6)
    with pytest.raises(Unreachable, match="in front of it") as stopped:
        _target(fake).read()
    assert "<" not in stopped.value.message


def test_a_missing_permission_is_told_from_a_limit_even_with_the_last_request_of_an_hour(
    fake: FakeGitHub,
) -> None:
    clock = Clock()
    target = _target(fake, clock=clock)
    left = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(RESET)}
    fake.on("POST", "/git/trees", refusal(403, "Resource not accessible by integration", **left))
    with pytest.raises(AccessDenied, match="not accessible"):
        target.apply(_commit(target.read(), POST))
    assert clock.slept == []


# What GitHub refuses

UNAUTHORIZED = (
    "You're not authorized to push to this branch. Visit "
    "https://docs.github.com/articles/about-protected-branches/ for more information."
)
# Only the page that it points to tells what it is about.
CHECKS = Answer(
    422,
    {
        "message": "2 of 2 checks have not succeeded: 1 expected.",
        "documentation_url": "https://help.github.com/articles/about-protected-branches",
    },
)


@pytest.mark.parametrize(
    ("step", "moment", "words"),
    [
        (READ_ONLY, "POST /git/blobs", "contents: write"),
        (READ_ONLY_PERSONAL, "POST /git/trees", "Read and write"),
        (refusal(404, "Not Found"), "POST /git/trees", "scope “repo”"),
        (ARCHIVED, "PATCH /git/refs", "unarchive"),
        (PROTECTED, "PATCH /git/refs", "bypass"),
        (RULESET, "PATCH /git/refs", "bypass"),
        (refusal(409, "Repository rule violations found"), "PATCH /git/refs", "bypass"),
        (refusal(403, "Cannot update this protected ref."), "PATCH /git/refs", "bypass"),
        (refusal(403, UNAUTHORIZED), "PATCH /git/refs", "bypass"),
        (refusal(422, UNAUTHORIZED), "PATCH /git/refs", "bypass"),
        (refusal(422, "At least 1 approving review is required."), "PATCH /git/refs", "pull_request"),
        (refusal(422, "Commits must have verified signatures."), "PATCH /git/refs", "author"),
        (CHECKS, "PATCH /git/refs", "bypass"),
        (refusal(422, "Nobody knows this sentence"), "PATCH /git/refs", "bypass"),
        (
            refusal(422, "Repository rule violations found\n\nSecret detected in content\n"),
            "POST /git/blobs",
            "Notion",
        ),
    ],
    ids=repr,
)
def test_a_token_or_branch_that_may_not_be_written_is_explained(
    fake: FakeGitHub, step: Answer, moment: str, words: str
) -> None:
    method, part = moment.split()
    fake.on(method, part, step)
    target = _target(fake)
    with pytest.raises(AccessDenied) as stopped:
        target.apply(_commit(target.read(), POST))
    assert stopped.value.exit_code == 4
    assert words in stopped.value.hint
    assert "me/blog (branch main)" in stopped.value.message
    assert "\n" not in stopped.value.message
    assert fake.files() == FIRST


def test_a_refusal_in_words_that_nobody_knows_is_a_lost_race_where_there_was_one(fake: FakeGitHub) -> None:
    def push_first() -> None:
        fake.rival.push()

    fake.on("POST", "/git/commits", push_first)
    fake.on("PATCH", "/git/refs", refusal(422, "Nobody knows this sentence"))
    target = _target(fake)
    with pytest.raises(Moved):
        target.apply(_commit(target.read(), POST))
    target.apply(_commit(target.read(), POST))
    assert fake.files() == {**FIRST, **POST, "rival-2.txt": b"by someone else\n"}


def test_a_bad_token_is_said(fake: FakeGitHub) -> None:
    with pytest.raises(AccessDenied, match="does not accept GITHUB_TOKEN: Bad credentials"):
        _target(fake, token="worn-out").read()


@pytest.mark.parametrize("token", ["", "two words", "ghp_abc\n", "토큰"])
def test_a_token_that_cannot_be_one_is_refused_before_any_request_and_not_shown(token: str) -> None:
    with pytest.raises(AccessDenied) as stopped:
        GitHub("me/blog", "main", token)
    assert not token or token not in stopped.value.message


@pytest.mark.parametrize("branch", ["main", None])
def test_a_repository_that_is_not_there_or_not_to_be_seen_is_said(
    fake: FakeGitHub, branch: str | None
) -> None:
    with pytest.raises(ConfigError, match="no repository me/other, or this token may not see it"):
        _target(fake, branch, repository="me/other").read()


def test_a_branch_that_is_not_there_is_said_with_those_that_are(fake: FakeGitHub) -> None:
    fake.git.text("update-ref", "refs/heads/gh-pages", "main")
    with pytest.raises(ConfigError, match="no branch master") as stopped:
        _target(fake, "master").read()
    assert "default branch is main" in stopped.value.hint
    assert "gh-pages" in stopped.value.hint


def test_a_branch_is_made_on_request_by_the_commit_and_from_the_default_branch(fake: FakeGitHub) -> None:
    target = _target(fake, "posts/new", create=True)
    snapshot = target.read()
    assert snapshot.files == {path: blob_id(text) for path, text in FIRST.items()}
    assert target.fetch("index.md") == FIRST["index.md"]
    assert set(fake.git.branches()) == {"main"}
    for number in range(2):
        target.apply(_commit(target.read() if number else snapshot, {**POST, "n.md": b"%d" % number}))
    assert fake.files("posts/new") == {**FIRST, **POST, "n.md": b"1"}
    assert fake.files() == FIRST
    assert [parents for _, parents, _ in fake.history("posts/new")][1:] == [[snapshot.base], []]


@pytest.mark.parametrize("step", [Lost(), Lost(disturbance()), Dropped(), disturbance()], ids=repr)
def test_making_a_branch_may_fail_in_any_way_once(fake: FakeGitHub, step: Step) -> None:
    fake.on("POST", "/git/refs", step)
    target = _target(fake, "new", create=True)
    made = target.apply(_commit(target.read(), POST))
    assert fake.files("new") == {**FIRST, **POST}
    assert fake.git.branches()["new"] == made.commit


@pytest.mark.parametrize("answer", [None, Lost(), disturbance()], ids=repr)
def test_a_branch_that_somebody_else_makes_meanwhile_is_not_overwritten(
    fake: FakeGitHub, answer: Step
) -> None:
    def make() -> None:
        fake.git.text("update-ref", "refs/heads/new", "main")
        Rival(fake.git, "new").push()

    fake.on("POST", "/git/trees", make)
    fake.on("POST", "/git/refs", answer)
    target = _target(fake, "new", create=True)
    with pytest.raises(Moved):
        target.apply(_commit(target.read(), POST))
    target.apply(_commit(target.read(), POST))
    assert fake.files("new") == {**FIRST, **POST, "rival-1.txt": b"by someone else\n"}


def test_a_rule_against_new_branches_is_explained(fake: FakeGitHub) -> None:
    fake.on("POST", "/git/refs", refusal(422, "Reference update failed"))
    target = _target(fake, "new", create=True)
    with pytest.raises(AccessDenied, match="protected"):
        target.apply(_commit(target.read(), POST))


@pytest.mark.parametrize(
    "repository", ["blog", "https://github.com/me/blog", "me/blog/x", "me/", "나/블로그", "me/bl og"]
)
def test_a_repository_is_owner_and_name(repository: str) -> None:
    with pytest.raises(ConfigError, match="not a repository"):
        GitHub(repository, "main", TOKEN)


@pytest.mark.parametrize("url", ["", "api.github.com", "ftp://api.github.com", "https://", "https://a b"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="not an address"):
        GitHub("me/blog", "main", TOKEN, url)


@pytest.mark.parametrize("status", [413, 422])
def test_a_file_that_github_does_not_take_is_named(fake: FakeGitHub, status: int) -> None:
    fake.on("POST", "/git/blobs", refusal(status, "Sorry, this file is too large"))
    target = _target(fake)
    with pytest.raises(ConfigError, match=r"assets/a\.png"):
        target.apply(_commit(target.read(), POST))
    assert fake.files() == FIRST


def test_an_answer_that_nobody_foresaw_asks_for_a_report(fake: FakeGitHub) -> None:
    fake.on("POST", "/git/commits", refusal(422, "Something new"))
    target = _target(fake)
    with pytest.raises(Stop) as stopped:
        target.apply(_commit(target.read(), POST))
    assert stopped.value.exit_code == 70
    assert "Something new" in stopped.value.message


# Empty and renamed repositories, branches with odd names


@pytest.mark.parametrize("branch", ["main", None])
def test_an_empty_repository_gets_its_first_post(empty: FakeGitHub, branch: str | None) -> None:
    target = _target(empty, branch)
    snapshot = target.read()
    assert snapshot == Snapshot(base=None)
    applied = target.apply(_commit(snapshot, POST))
    assert empty.files() == POST
    (head, parents, _), (seed, none, subject) = empty.history()
    assert (applied.commit, parents, none) == (head, [seed], [])
    assert subject == "Prepare the empty repository"
    assert _target(empty).read().files.keys() == POST.keys()


def test_a_kill_after_the_first_commit_leaves_only_what_the_next_removes(empty: FakeGitHub) -> None:
    target = _target(empty)
    empty.on("POST", "", *[disturbance()] * 6)
    with pytest.raises(Unreachable):
        target.apply(_commit(target.read(), POST))
    assert set(empty.files()) == {SEED}
    again = _target(empty)
    again.apply(_commit(again.read(), POST))
    assert empty.files() == POST


@pytest.mark.parametrize("step", [Lost(), Lost(disturbance()), Dropped()], ids=repr)
def test_the_lost_answer_to_the_first_commit_of_all_is_harmless(empty: FakeGitHub, step: Step) -> None:
    empty.on("PUT", "", step)
    target = _target(empty)
    try:
        target.apply(_commit(target.read(), POST))
    except Moved:
        target.apply(_commit(target.read(), POST))
    assert empty.files() == POST
    assert len(empty.history()) == 2


@pytest.mark.parametrize("moment", ["PUT /contents", "POST /git/trees", "PATCH /git/refs"])
def test_a_rival_in_an_empty_repository_keeps_what_it_pushed(empty: FakeGitHub, moment: str) -> None:
    target = _target(empty)
    method, part = moment.split()
    empty.on(method, part, lambda: empty.rival.push({"index.md": b"rival\n"}))
    with pytest.raises(Moved):
        target.apply(_commit(target.read(), POST))
    target.apply(_commit(target.read(), POST))
    assert empty.files() == {"index.md": b"rival\n", **POST}


def test_two_that_begin_an_empty_repository_at_once_make_one_history(empty: FakeGitHub) -> None:
    first, second = _target(empty), _target(empty)
    base = first.read()
    second.read()
    empty.on("PUT", "", lambda: second.apply(_commit(base, {"second.md": b"2"})))
    with pytest.raises(Moved):
        first.apply(_commit(base, POST))
    first.apply(_commit(first.read(), POST))
    assert empty.files() == {"second.md": b"2", **POST}
    assert [len(parents) for _, parents, _ in empty.history()][-1] == 0


@pytest.mark.parametrize("branch", ["feature/블로그", "release-1.0", "a#b%c"])
def test_a_branch_may_have_any_name_that_git_allows(fake: FakeGitHub, branch: str) -> None:
    fake.git.text("update-ref", f"refs/heads/{branch}", "main")
    target = _target(fake, branch)
    fake.on("PATCH", "", Lost())
    fake.on("GET", "/git/ref/", lambda: None)
    target.apply(_commit(target.read(), POST))
    assert fake.files(branch) == {**FIRST, **POST}
    assert fake.files("main") == FIRST


def test_a_renamed_repository_is_followed_once_and_then_addressed_by_its_new_name(fake: FakeGitHub) -> None:
    moved: Callable[[str], Answer] = lambda path: Answer(  # noqa: E731
        301,
        {
            "message": "Moved Permanently",
            "url": f"{fake.base_url}{path}",
            "documentation_url": "https://docs.github.com",
        },
        {"Location": f"{fake.base_url}{path}"},
    )
    fake.on("GET", "/repos/me/old-name/branches", moved("/repos/me/blog/branches/main"))
    target = _target(fake, repository="me/old-name")
    target.apply(_commit(target.read(), POST))
    assert [line for line in fake.log if "old-name" in line] == ["GET /repos/me/old-name/branches/main"]
    assert fake.files() == {**FIRST, **POST}
