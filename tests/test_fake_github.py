"""The embedded GitHub is only worth something if it is like GitHub: its refusals, its races, its descriptions."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import github
import pytest
from github.PublicKey import encrypt

from fakes.github import TOKEN, FakeGitHub, fake_github
from fakes.github_api import description
from notion2jekyll.demo.github_server import Answer, Git, serve


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeGitHub]:
    with fake_github(tmp_path / "blog.git") as running:
        yield running


@pytest.fixture
def filled(fake: FakeGitHub) -> FakeGitHub:
    fake.rival.push({"a.md": b"a\n", "dir/b.png": b"\0\1", "dir/한글.md": "가\n".encode()})
    return fake


def _ask(
    fake: FakeGitHub,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = TOKEN,
    root: str = "/repos/me/blog",
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(fake.base_url.removeprefix("http://"), timeout=10)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    data = None if body is None else json.dumps(body)
    connection.request(method, root + quote(path, safe="/?=&%"), data, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None


def _head(fake: FakeGitHub) -> str:
    return fake.git.branches()["main"]


# Everything that is served, once: the fixture fails for whatever GitHub's description does not allow.


def test_everything_it_reads_out_is_as_described(filled: FakeGitHub) -> None:
    head = _head(filled)
    tree = filled.git.resolve(head, "tree")
    second = filled.rival.push()
    for path in (
        "",
        "/branches",
        "/branches/main",
        "/git/ref/heads/main",
        "/git/matching-refs/heads/ma",
        f"/git/commits/{head}",
        f"/git/trees/{tree}",
        f"/git/trees/{tree}?recursive=1",
        "/git/trees/main",
        "/commits?per_page=1",
        "/commits/main",
        f"/compare/{head}...{second}",
        f"/compare/{second}...{head}",
        "/contents/a.md",
        "/contents/dir/한글.md",
        "/contents/dir",
        "/contents/",
    ):
        status, answer = _ask(filled, "GET", path)
        assert status == 200, (path, answer)
    _, blob = _ask(
        filled,
        "GET",
        f"/git/blobs/{_blob(filled, 'dir/b.png')}",
    )
    assert base64.b64decode(blob["content"]) == b"\0\1"
    assert _ask(filled, "GET", "/rate_limit", root="")[0] == 200
    assert _ask(filled, "GET", "/user", root="")[1]["login"] == "me"


def _blob(fake: FakeGitHub, path: str) -> str:
    return next(sha for _, _, sha, _, at in fake.git.tree(_head(fake), recursive=True) if at == path)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/branches/none", None, 404),
        ("GET", "/git/ref/heads/none", None, 404),
        ("GET", "/git/ref/tags/v1", None, 404),
        ("GET", "/git/commits/" + "0" * 40, None, 404),
        ("GET", "/git/trees/" + "0" * 40, None, 404),
        ("GET", "/git/blobs/" + "0" * 40, None, 404),
        ("GET", "/git/blobs/main", None, 404),
        ("GET", "/commits/none", None, 422),
        ("GET", "/compare/main...none", None, 404),
        ("GET", "/contents/none.md", None, 404),
        ("POST", "/git/blobs", {"content": "!", "encoding": "base64"}, 422),
        ("POST", "/git/blobs", {}, 422),
        ("POST", "/git/trees", {}, 422),
        ("POST", "/git/trees", {"base_tree": "0" * 40, "tree": []}, 422),
        ("POST", "/git/trees", {"tree": [{"path": "../x", "mode": "100644", "content": "x"}]}, 422),
        ("POST", "/git/trees", {"tree": [{"path": "/x", "mode": "100644", "content": "x"}]}, 422),
        ("POST", "/git/trees", {"tree": [{"path": "x", "mode": "100600", "content": "x"}]}, 422),
        (
            "POST",
            "/git/trees",
            {"tree": [{"path": "x", "mode": "100644", "content": "x", "sha": "0" * 40}]},
            422,
        ),
        ("POST", "/git/trees", {"tree": [{"path": "x", "mode": "100644", "sha": "0" * 40}]}, 422),
        ("POST", "/git/trees", {"tree": [{"path": "x", "mode": "100644", "sha": "main"}]}, 422),
        ("POST", "/git/trees", {"tree": [{"path": "x", "mode": "100644"}]}, 422),
        (
            "POST",
            "/git/trees",
            {"base_tree": "main", "tree": [{"path": "gone.md", "mode": "100644", "sha": None}]},
            422,
        ),
        ("POST", "/git/commits", {"message": "m"}, 422),
        ("POST", "/git/commits", {"message": "m", "tree": "0" * 40}, 422),
        ("POST", "/git/commits", {"message": "m", "tree": "main", "parents": ["0" * 40]}, 422),
        (
            "POST",
            "/git/commits",
            {"message": "m", "tree": "main", "author": {"name": "a>b", "email": "c"}},
            422,
        ),
        ("POST", "/git/refs", {"ref": "refs/heads/x", "sha": "0" * 40}, 422),
        ("PATCH", "/git/refs/heads/main", {"sha": "0" * 40}, 422),
        ("PATCH", "/git/refs/heads/main", {}, 422),
        ("PUT", "/contents/a.md", {"message": "m", "content": ""}, 422),
        ("PUT", "/contents/a.md", {"message": "m", "content": "", "sha": "0" * 40}, 409),
        ("PUT", "/contents/new.md", {"message": "m", "content": "", "branch": "none"}, 404),
        ("DELETE", "/contents/a.md", {"message": "m", "sha": "0" * 40}, 409),
    ],
)
def test_what_github_refuses_is_refused(
    filled: FakeGitHub, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    before = filled.git.branches()
    answer = _ask(filled, method, path, body)
    assert answer[0] == status, answer
    assert answer[1]["message"]
    assert filled.git.branches() == before


def test_an_empty_repository_takes_nothing_but_a_first_file(fake: FakeGitHub) -> None:
    for method, path, body in (
        ("POST", "/git/blobs", {"content": "x"}),
        ("POST", "/git/trees", {"tree": [{"path": "a", "mode": "100644", "content": "x"}]}),
        ("GET", "/git/ref/heads/main", None),
        ("GET", "/commits", None),
    ):
        assert _ask(fake, method, path, body) == (409, _said(fake, 409, "Git Repository is empty."))
    assert _ask(fake, "GET", "/branches/main")[0] == 404
    assert _ask(fake, "GET", "/branches")[1] == []
    assert _ask(fake, "PUT", "/contents/a.md", {"message": "First", "content": "YQ=="})[0] == 201
    assert fake.files() == {"a.md": b"a"}


def _said(fake: FakeGitHub, status: int, message: str) -> dict[str, str]:
    return {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}


def test_the_contents_of_one_file_are_made_changed_and_deleted(filled: FakeGitHub) -> None:
    _, made = _ask(filled, "PUT", "/contents/x/y.md", {"message": "Make", "content": "MQ=="})
    sha = made["content"]["sha"]
    status, _ = _ask(filled, "PUT", "/contents/x/y.md", {"message": "Change", "content": "Mg==", "sha": sha})
    assert status == 200
    assert filled.files()["x/y.md"] == b"2"
    status, gone = _ask(
        filled, "DELETE", "/contents/x/y.md", {"message": "Delete", "sha": _blob(filled, "x/y.md")}
    )
    assert (status, gone["content"]) == (200, None)
    assert "x/y.md" not in filled.files()
    assert [subject for _, _, subject in filled.history()] == ["Delete", "Change", "Make", "By hand 1"]


def test_a_pull_request_is_opened_edited_labelled_and_closed(filled: FakeGitHub) -> None:
    head = _head(filled)
    filled.git.text("update-ref", "refs/heads/new", _new_commit(filled, head, "new"))
    wish = {"title": "T", "head": "new", "base": "main", "body": "B", "draft": True}
    status, made = _ask(filled, "POST", "/pulls", wish)
    assert (status, made["number"], made["draft"], made["head"]["sha"]) == (
        201,
        1,
        True,
        filled.git.branches()["new"],
    )
    assert _ask(filled, "POST", "/issues/1/labels", {"labels": ["a", "b"]})[1][1]["name"] == "b"
    assert _ask(filled, "PATCH", "/pulls/1", {"title": "U"})[0] == 200
    (found,) = _ask(filled, "GET", "/pulls?state=all&head=me:new&base=main&sort=created&direction=desc")[1]
    assert (found["title"], found["body"], [label["name"] for label in found["labels"]]) == (
        "U",
        "B",
        ["a", "b"],
    )
    for query in ("head=me:other", "head=you:new", "base=other", "state=closed"):
        assert _ask(filled, "GET", f"/pulls?{query}")[1] == []
    status, again = _ask(filled, "POST", "/pulls", wish)
    assert (status, again["errors"][0]["message"]) == (422, "A pull request already exists for me:new.")
    assert _ask(filled, "PATCH", "/pulls/1", {"state": "closed"})[1]["closed_at"]
    closed = filled.git.branches()["new"]
    filled.git.text("update-ref", "refs/heads/new", _new_commit(filled, closed, "newer"))
    assert _ask(filled, "GET", "/pulls/1")[1]["head"]["sha"] == closed
    assert _ask(filled, "POST", "/pulls", wish)[0] == 201


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"head": "none", "base": "main"}, "invalid"),
        ({"head": "main", "base": "none"}, "invalid"),
        ({"head": "old", "base": "main"}, "No commits between main and old"),
    ],
)
def test_a_pull_request_that_makes_no_sense_is_refused(
    filled: FakeGitHub, wish: dict[str, str], words: str
) -> None:
    filled.git.text("update-ref", "refs/heads/old", "main")
    status, answer = _ask(filled, "POST", "/pulls", {"title": "T", **wish})
    assert (status, words in json.dumps(answer)) == (422, True)


@pytest.mark.parametrize("how", ["merge", "squash", "push", "drop"])
def test_a_pull_request_ends_with_what_becomes_of_its_branch(filled: FakeGitHub, how: str) -> None:
    new = _new_commit(filled, _head(filled), "new")
    filled.git.text("update-ref", "refs/heads/new", new)
    _ask(filled, "POST", "/pulls", {"title": "T", "head": "new", "base": "main"})
    if how == "push":
        assert _ask(filled, "PATCH", "/git/refs/heads/main", {"sha": new})[0] == 200
    elif how == "drop":
        filled.drop("new")
    else:
        filled.merge(squash=how == "squash")
    found = _ask(filled, "GET", "/pulls/1")[1]
    assert (found["state"], bool(found["merged_at"])) == ("closed", how != "drop")
    assert ("race.md" in filled.files()) is (how != "drop")
    status, again = _ask(filled, "PATCH", "/pulls/1", {"state": "open"})
    assert status == 422, again


def test_a_secret_is_kept_and_never_told(filled: FakeGitHub) -> None:
    place = "/actions/secrets"
    assert _ask(filled, "GET", f"{place}/NOTION_TOKEN")[0] == 404
    _, key = _ask(filled, "GET", f"{place}/public-key")
    for number, value in enumerate(("ntn_one", "ntn_두")):
        # PyGithub's own way to encrypt.
        body = {"encrypted_value": encrypt(key["key"], value), "key_id": key["key_id"]}
        # The first makes it, the next replaces it; names have no case.
        assert _ask(filled, "PUT", f"{place}/Notion_Token", body)[0] == (204 if number else 201)
        assert filled.repository.secrets == {"NOTION_TOKEN": value}
    assert value not in json.dumps(_ask(filled, "GET", f"{place}/NOTION_TOKEN"))
    for wrong in ({"encrypted_value": "AAAA"}, {"key_id": "1"}):
        assert _ask(filled, "PUT", f"{place}/OTHER", body | wrong)[0] == 400
    assert _ask(filled, "GET", f"{place}/public-key", token=None)[0] == 401
    assert _ask(filled, "PUT", f"{place}/OTHER", body, token=None)[0] == 404
    assert list(filled.repository.secrets) == ["NOTION_TOKEN"]


def test_a_comparison_names_the_files(filled: FakeGitHub) -> None:
    old = _head(filled)
    filled.rival.push({"a.md": None, "dir/b.png": b"\0\2", "dir/c.md": b"c"})
    found = _ask(filled, "GET", f"/compare/{old}...main")[1]["files"]
    assert {(one["filename"], one["status"]) for one in found} == {
        ("a.md", "removed"),
        ("dir/b.png", "modified"),
        ("dir/c.md", "added"),
    }


def test_who_has_no_good_token_sees_what_github_shows_them(tmp_path: Path, filled: FakeGitHub) -> None:
    assert _ask(filled, "GET", "", token="bad")[0] == 401
    assert _ask(filled, "GET", "", token=None)[0] == 200
    assert _ask(filled, "POST", "/git/blobs", {"content": "x"}, token=None)[0] == 404
    assert _ask(filled, "GET", "/user", token=None, root="")[0] == 401
    assert _ask(filled, "GET", "", root="/repos/me/none")[0] == 404
    with fake_github(tmp_path / "private.git", private=True) as hidden:
        assert _ask(hidden, "GET", "", token=None)[0] == 404
        assert _ask(hidden, "GET", "")[0] == 200


def _new_commit(fake: FakeGitHub, parent: str, text: str) -> str:
    tree = {"base_tree": parent, "tree": [{"path": "race.md", "mode": "100644", "content": text}]}
    _, made = _ask(fake, "POST", "/git/trees", tree)
    _, commit = _ask(
        fake, "POST", "/git/commits", {"message": text, "tree": made["sha"], "parents": [parent]}
    )
    return str(commit["sha"])


def test_a_branch_only_moves_forward_unless_forced(filled: FakeGitHub) -> None:
    head = _head(filled)
    one, two = (_new_commit(filled, head, text) for text in ("one", "two"))
    assert _ask(filled, "PATCH", "/git/refs/heads/main", {"sha": one})[0] == 200
    status, answer = _ask(filled, "PATCH", "/git/refs/heads/main", {"sha": two, "force": False})
    assert (status, answer["message"]) == (422, "Update is not a fast forward")
    assert (
        _ask(filled, "PATCH", "/git/refs/heads/none", {"sha": two})[1]["message"]
        == "Reference does not exist"
    )
    assert _ask(filled, "PATCH", "/git/refs/heads/main", {"sha": one})[0] == 200
    assert _ask(filled, "PATCH", "/git/refs/heads/main", {"sha": two, "force": True})[0] == 200
    assert _ask(filled, "POST", "/git/refs", {"ref": "refs/heads/main", "sha": one})[0] == 422
    assert _ask(filled, "POST", "/git/refs", {"ref": "refs/heads/a..b", "sha": one})[0] == 422
    assert _ask(filled, "POST", "/git/refs", {"ref": "refs/heads/feature/x", "sha": one})[0] == 201
    assert filled.git.branches() == {"main": two, "feature/x": one}


def test_of_many_at_once_one_wins(filled: FakeGitHub) -> None:
    head = _head(filled)
    commits = [_new_commit(filled, head, f"{number}") for number in range(6)]
    statuses: list[int] = []

    def push(commit: str) -> None:
        statuses.append(_ask(filled, "PATCH", "/git/refs/heads/main", {"sha": commit, "force": False})[0])

    threads = [threading.Thread(target=push, args=(commit,)) for commit in commits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422, 422, 422, 422, 422]
    assert filled.history()[0][1] == [head]


def test_pygithubs_own_objects_are_at_home_in_it(filled: FakeGitHub) -> None:
    api = github.Github(
        auth=github.Auth.Token(TOKEN),
        base_url=filled.base_url,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    repository = api.get_repo("me/blog")
    assert (repository.default_branch, repository.owner.login, repository.private) == ("main", "me", False)
    branch = repository.get_branch("main")
    tree = repository.get_git_tree(branch.commit.sha, recursive=True)
    assert {entry.path for entry in tree.tree if entry.type == "blob"} == set(filled.files())
    assert repository.get_contents("dir/한글.md").decoded_content == "가\n".encode()  # type: ignore[union-attr]
    blob = repository.create_git_blob(base64.b64encode(b"\0").decode(), "base64")
    entries = [
        github.InputGitTreeElement("x.bin", "100644", "blob", sha=blob.sha),
        github.InputGitTreeElement("a.md", "100644", "blob", sha=None),
    ]
    made = repository.create_git_tree(entries, tree)
    commit = repository.create_git_commit("By PyGithub", made, [repository.get_git_commit(branch.commit.sha)])
    repository.get_git_ref("heads/main").edit(commit.sha)
    assert filled.files() == {"dir/b.png": b"\0\1", "dir/한글.md": "가\n".encode(), "x.bin": b"\0"}
    assert [found.sha for found in repository.get_commits()] == [sha for sha, _, _ in filled.history()]
    assert repository.compare(branch.commit.sha, "main").ahead_by == 1
    assert api.get_user().login == "me"


# The judge itself


def test_the_description_finds_what_is_wrong() -> None:
    judge = description()
    repo = "/repos/me/blog"
    sha = "0" * 40
    link = "https://api.github.com/x"
    ref = {
        "ref": "refs/heads/main",
        "node_id": "x",
        "url": link,
        "object": {"type": "commit", "sha": sha, "url": link},
    }
    good = ("GET", f"{repo}/git/ref/heads/a/b", None, 200, ref)
    assert judge.complaints(*good) == []
    for wrong, word in (
        (("GET", f"{repo}/git/refs", None, 200, []), "not in GitHub's description"),
        (("PUT", f"{repo}/git/blobs", {}, 200, {}), "not in GitHub's description"),
        (("GET", f"{repo}/git/ref/heads/main", None, 418, {}), "never answers"),
        (("GET", f"{repo}/git/ref/heads/main", None, 422, {}), "never answers"),
        (("GET", f"{repo}/git/ref/heads/main", None, 200, {**ref, "object": {"sha": sha}}), "object"),
        (("GET", f"{repo}/git/ref/heads/main", None, 200, {**ref, "url": None}), "url"),
        (("GET", f"{repo}/git/ref/heads/main", None, 404, {"message": 1}), "message"),
        (("PATCH", f"{repo}/git/refs/heads/main", {"force": True}, 200, ref), "request"),
        (
            (
                "POST",
                f"{repo}/git/trees",
                {"tree": [{"mode": "644"}]},
                201,
                {"sha": sha, "tree": [], "truncated": False},
            ),
            "request",
        ),
        (
            ("GET", f"{repo}/git/trees/{sha}", None, 200, {"sha": sha, "tree": [{}], "truncated": False}),
            "required",
        ),
        (("GET", f"{repo}/git/ref/heads/main", None, 200, b"<html>"), "answer"),
    ):
        complaints = judge.complaints(*wrong)
        assert complaints, wrong
        assert word in complaints[0]


def test_a_wrong_answer_fails_the_test_that_got_it(tmp_path: Path) -> None:
    def test() -> None:
        with fake_github(tmp_path / "blog.git") as fake:
            fake.on("GET", "/branches", Answer(200, [{"name": "main"}]))
            assert _ask(fake, "GET", "/branches")[0] == 200

    with pytest.raises(AssertionError, match="'commit' is a required property"):
        test()


def test_an_unsound_repository_fails_the_test_that_made_it(tmp_path: Path) -> None:
    def test() -> None:
        with fake_github(tmp_path / "blog.git") as fake:
            fake.rival.push()
            blob = _blob(fake, "rival-1.txt")
            (fake.git.folder / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(subprocess.CalledProcessError):
        test()


# As the demo uses it


def test_the_demo_serves_a_repository_that_a_person_can_open(tmp_path: Path) -> None:
    work = tmp_path / "site"
    git = ["git", "-C", str(work), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", "init", "-q", "-b", "main", str(work)], check=True)
    (work / "index.md").write_text("hello\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Start"], check=True)
    with serve(work, owner="someone", name="journal") as served:
        api = github.Github(auth=github.Auth.Token(served.token), base_url=served.url, retry=None)
        (found,) = api.get_repo("someone/journal").get_branches()
        assert found.name == "main"
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection(served.url.removeprefix("http://")).connect()


def test_it_does_not_serve_the_repository_around_a_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/file.txt").write_text("x")
    with pytest.raises(ValueError, match="neither empty nor a git repository"):
        Git(tmp_path / "inside")
