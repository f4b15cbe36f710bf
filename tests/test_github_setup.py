"""What set-up needs of a repository: its two files in one commit, and a secret that only GitHub can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.github import ARCHIVED, READ_ONLY_PERSONAL, FakeGitHub, disturbance, fake_github, refusal
from notion2jekyll.errors import AccessDenied, ConfigError, Unreachable
from notion2jekyll.target.github import Premises

FILES = {"notion2jekyll.yaml": b"a: 1\n", ".github/workflows/notion-sync.yml": b"b: 2\n"}
SECRET = "ntn_secret_서울"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeGitHub]:
    with fake_github(tmp_path / "blog.git") as running:
        yield running


def premises(fake: FakeGitHub, repository: str = "me/blog") -> Premises:
    return Premises(repository, fake.token, fake.base_url, sleep=lambda _: None, clock=lambda: 0.0)


def test_the_files_come_in_one_commit_beside_what_is_there(fake: FakeGitHub) -> None:
    fake.rival.push({"_config.yml": b"title: Blog\n"})
    here = premises(fake)
    assert here.files(*FILES, "_config.yml", "_config") == {"_config.yml": b"title: Blog\n"}
    made = here.commit(FILES, "Set up\n")
    assert fake.files() == {"_config.yml": b"title: Blog\n", **FILES}
    newest, *_ = fake.history()
    assert (newest[0], newest[2]) == (made.commit, "Set up")
    assert premises(fake).files(*FILES) == FILES


def test_an_empty_repository_gets_them_too(fake: FakeGitHub) -> None:
    premises(fake).commit(FILES, "Set up\n")
    assert fake.files() == FILES


def test_they_go_where_schedules_run_from(fake: FakeGitHub) -> None:
    fake.rival.push({"a": b"a"})
    fake.git.text("branch", "gh-pages", "main")
    assert premises(fake).default_branch() == "main"
    premises(fake).commit(FILES, "Set up\n")
    assert fake.files("gh-pages") == {"a": b"a"}


@pytest.mark.parametrize("status", [404, 403])
def test_a_token_that_may_not_write_workflows_is_told_apart(fake: FakeGitHub, status: int) -> None:
    fake.rival.push({"a": b"a"})
    refused = refusal(404, "Not Found") if status == 404 else READ_ONLY_PERSONAL
    fake.on("POST", "/git/trees", refused)
    with pytest.raises(AccessDenied) as caught:
        premises(fake).commit(FILES, "Set up\n")
    assert "“Workflows”" in caught.value.hint
    assert fake.files() == {"a": b"a"}


def test_a_secret_is_stored_encrypted_and_replaced(fake: FakeGitHub) -> None:
    here = premises(fake)
    assert not here.has_secret("NOTION_TOKEN")
    here.put_secret("NOTION_TOKEN", "ntn_old")
    here.put_secret("NOTION_TOKEN", SECRET)
    assert here.has_secret("NOTION_TOKEN")
    assert fake.repository.secrets == {"NOTION_TOKEN": SECRET}
    sent = json.dumps([fake.bodies, fake.log], ensure_ascii=False)
    assert SECRET not in sent
    assert "ntn_old" not in sent


def test_a_disturbance_while_storing_is_outlasted(fake: FakeGitHub) -> None:
    fake.on("PUT", "/actions/secrets", disturbance(), disturbance(503))
    premises(fake).put_secret("NOTION_TOKEN", SECRET)
    assert fake.repository.secrets == {"NOTION_TOKEN": SECRET}


def test_a_server_that_says_nothing_to_a_question_is_not_believed(fake: FakeGitHub) -> None:
    fake.on("GET", "/actions/secrets", *[disturbance()] * 6)
    with pytest.raises(Unreachable):
        premises(fake).put_secret("NOTION_TOKEN", SECRET)


@pytest.mark.parametrize(
    "act",
    [lambda here: here.has_secret("NOTION_TOKEN"), lambda here: here.put_secret("NOTION_TOKEN", SECRET)],
    ids=["has", "put"],
)
def test_a_token_without_the_permission_is_told_which(
    fake: FakeGitHub, act: Callable[[Premises], object]
) -> None:
    fake.on("GET", "/actions/secrets", READ_ONLY_PERSONAL)
    with pytest.raises(AccessDenied) as caught:
        act(premises(fake))
    assert "me/blog" in caught.value.message
    assert "“Secrets” to “Read and write”" in caught.value.hint
    assert SECRET not in caught.value.message + caught.value.hint


def test_what_cannot_be_written_to_is_told(fake: FakeGitHub) -> None:
    fake.rival.push({"a": b"a"})
    fake.on("POST", "/git/trees", ARCHIVED)
    with pytest.raises(AccessDenied):
        premises(fake).commit({"a": b"b"}, "x\n")
    with pytest.raises(ConfigError, match="There is no repository me/none"):
        premises(fake, "me/none").default_branch()
