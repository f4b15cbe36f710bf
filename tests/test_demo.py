"""The demo's blog and the whole demo: real git, real Jekyll."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notion2jekyll.demo.blog import Blog, BuildFailed
from notion2jekyll.errors import ConfigError

MOMENT = datetime(2026, 3, 23, 0, 0, tzinfo=UTC)
SETTINGS = {"DATABASE": "0123456789abcdef", "OWNER/NAME": "me/blog"}


def make(folder: Path, **more: str) -> Blog:
    return Blog.create(folder, {**os.environ, **more}, MOMENT, SETTINGS)


@pytest.fixture
def jekyll() -> None:
    if shutil.which("jekyll") is None:
        if os.environ.get("CI"):
            pytest.fail("jekyll is not installed, and CI must not skip this")
        pytest.skip("jekyll is not installed: run 'make system'")


def test_blog_starts_with_one_commit_of_its_owner(tmp_path: Path) -> None:
    blog = make(tmp_path / "새 블로그")
    assert blog.git("log", "--format=%an|%aI|%cI|%s") == (
        "Blog Owner|2026-03-23T00:00:00+00:00|2026-03-23T00:00:00+00:00|Start the blog\n"
    )
    assert blog.git("status", "--porcelain") == ""
    assert "_posts/2026-03-08-hello.md\n" in blog.git("ls-files")
    config = (blog.folder / "notion2jekyll.yaml").read_text(encoding="utf-8")
    assert "source: 0123456789abcdef" in config
    assert "repository: me/blog" in config


def test_same_start_is_the_same_commit(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a"), make(tmp_path / "b")
    assert first.git("rev-parse", "HEAD") == second.git("rev-parse", "HEAD")


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    blog = make(tmp_path)
    (tmp_path / "_posts" / "2026-03-09-old.md").write_text("old")
    (tmp_path / "_site").mkdir()
    blog.git("add", "--all")
    blog.git("commit", "--message", "Something of the last time")
    again = make(tmp_path)
    assert again.git("log", "--format=%s") == "Start the blog\n"
    assert not (tmp_path / "_posts" / "2026-03-09-old.md").exists()
    assert not (tmp_path / "_site").exists()


def test_a_strangers_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    (tmp_path / ".git").mkdir()
    with pytest.raises(ConfigError, match="not the folder of an earlier demo") as stop:
        make(tmp_path)
    assert stop.value.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "thesis.txt"]


def test_a_file_in_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.write_text("precious")
    with pytest.raises(ConfigError, match="left alone"):
        make(place)
    with pytest.raises(ConfigError, match=r"could not write to .*: Not a directory"):
        make(place / "inside")
    assert place.read_text() == "precious"


def test_missing_git_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no 'git'") as stop:
        make(tmp_path / "demo", PATH=str(tmp_path))
    assert "https://git-scm.com" in stop.value.hint
    assert not (tmp_path / "demo").exists()


def test_git_settings_of_the_caller_do_not_reach_the_blog(tmp_path: Path) -> None:
    other = make(tmp_path / "other")
    before = other.git("rev-parse", "HEAD")
    blog = make(
        tmp_path / "demo",
        GIT_DIR=str(other.folder / ".git"),
        GIT_WORK_TREE=str(other.folder),
        GIT_INDEX_FILE=str(other.folder / ".git" / "index"),
        GIT_AUTHOR_NAME="Somebody Else",
    )
    assert blog.git("log", "--format=%an") == "Blog Owner\n"
    assert other.git("rev-parse", "HEAD") == before
    assert other.git("status", "--porcelain") == ""


@pytest.mark.usefixtures("jekyll")
@pytest.mark.parametrize("locale", ["C", "tlh_QO.UTF-8"])
def test_built_pages_open_from_the_disk(tmp_path: Path, locale: str) -> None:
    blog = make(tmp_path / "블로그", LC_ALL=locale, LANG=locale, BUNDLE_GEMFILE=str(tmp_path / "Gemfile"))
    (tmp_path / "Gemfile").write_text("gem 'no-such-gem'\n")
    post = blog.folder / "_posts" / "2026-03-10-첫-글.md"
    post.write_text(
        '---\ntitle: 첫 글\n---\n[홈]({{ "/" | relative_url }}) ![그림]({{ "/assets/그림 1.png" | relative_url }})'
        ' [밖](//example.com/x) `<a href="/x">`\n',
        encoding="utf-8",
    )
    index = blog.build()
    assert 'href="2026/03/10/%EC%B2%AB-%EA%B8%80.html"' in index.read_text(encoding="utf-8")
    built = (index.parent / "2026" / "03" / "10" / "첫-글.html").read_text(encoding="utf-8")
    assert '<a href="../../../index.html">홈</a>' in built
    assert 'src="../../../assets/%EA%B7%B8%EB%A6%BC%201.png"' in built
    assert 'href="//example.com/x"' in built
    assert '&lt;a href="/x"&gt;' in built
    assert not (index.parent / "notion2jekyll.yaml").exists()


@pytest.mark.usefixtures("jekyll")
def test_a_build_that_fails_says_why(tmp_path: Path) -> None:
    blog = make(tmp_path / "demo")
    (blog.folder / "broken.html").write_text("---\n---\n{% if %}")
    with pytest.raises(BuildFailed, match=r"(?s)broken\.html") as stop:
        blog.build()
    assert stop.value.hint
