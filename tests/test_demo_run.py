"""The whole demo: real client, embedded Notion and GitHub, real git, real Jekyll."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from io import StringIO
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from rich.console import Console

from notion2jekyll.demo import journal
from notion2jekyll.demo.run import run_demo
from notion2jekyll.report import Report

FIRST = "_posts/2026-03-13-1주차-왜-라고-묻는-한-주.md"
ENGLISH = "_posts/2026-03-15-reading-other-people-s-code.md"
RENAMED = "_posts/2026-03-15-how-i-read-other-people-s-code.md"
JAPANESE = "_posts/2026-03-18-はじめてのコードレビュー.md"
SECOND = "_posts/2026-03-20-2주차-테스트가-지켜-준-것.md"


@dataclass
class Done:
    folder: Path
    reports: tuple[Report, ...]
    said: str

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments], capture_output=True, check=True, encoding="utf-8"
        )
        return done.stdout


def demo(folder: Path, **more: str) -> Done:
    out = StringIO()
    ticks = count(step=2)
    reports = run_demo(
        folder,
        Console(file=out, width=80),
        environment={**os.environ, **more},
        sleep=lambda _: pytest.fail("nothing is to be waited for"),
        timer=lambda: float(next(ticks)),
    )
    return Done(folder, reports, out.getvalue())


def without_jekyll(folder: Path) -> str:
    folder.mkdir()
    git = shutil.which("git")
    assert git
    (folder / "git").symlink_to(git)
    return str(folder)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    base = tmp_path_factory.mktemp("demo")
    return demo(base / "내 블로그", PATH=without_jekyll(base / "bin"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Done:
    if shutil.which("jekyll") is None:
        if os.environ.get("CI"):
            pytest.fail("jekyll is not installed, and CI must not skip this")
        pytest.skip("jekyll is not installed: run 'make system'")
    return demo(tmp_path_factory.mktemp("demo") / "내 블로그")


def test_three_syncs_create_change_and_rest(done: Done) -> None:
    first, second, third = done.reports
    assert [(change.action, change.path) for change in first.changes] == [
        ("create", FIRST),
        ("create", ENGLISH),
        ("create", JAPANESE),
        ("create", SECOND),
    ]
    assert [(change.action, change.path, change.source) for change in second.changes] == [
        ("update", FIRST, None),
        ("move", RENAMED, ENGLISH),
        ("update", SECOND, None),
    ]
    assert [report.result for report in done.reports] == ["committed", "committed", "up-to-date"]
    assert third.changes == ()
    assert third.unchanged == 4
    assert [report.problems for report in done.reports] == [(), (), ()]
    assert [report.conflicts for report in done.reports] == [(), (), ()]


def test_a_sync_with_nothing_to_do_asks_little(done: Done) -> None:
    requests = done.reports[2].requests
    assert requests["notion"] == 1
    assert requests["github"] <= 4
    assert requests["files"] == 0
    assert [report.requests["files"] for report in done.reports] == [1, 0, 0]


def test_each_sync_is_one_commit_and_the_folder_shows_the_last(done: Done) -> None:
    assert done.git("log", "--reverse", "--format=%cI %s").splitlines() == [
        "2026-03-23T09:00:00+09:00 Start the blog",
        "2026-03-23T00:00:00+00:00 Sync from Notion: 4 new",
        "2026-03-23T00:05:00+00:00 Sync from Notion: 2 updated, 1 moved",
    ]
    assert done.git("status", "--porcelain") == ""
    done.git("fsck", "--strict")
    posts = sorted(f"_posts/{path.name}" for path in (done.folder / "_posts").iterdir())
    assert posts == ["_posts/2026-03-08-hello.md", FIRST, RENAMED, JAPANESE, SECOND]


def test_files_of_the_owner_stay_untouched(done: Done) -> None:
    start = done.git("rev-list", "--max-parents=0", "HEAD").strip()
    own = done.git("ls-tree", "-r", "-z", "--name-only", start).split("\0")[:-1]
    assert "_posts/2026-03-08-hello.md" in own
    assert done.git("diff", "--stat", start, "HEAD", "--", *own) == ""


def test_the_draft_is_nowhere(done: Done) -> None:
    history = done.git("log", "--patch", "--all")
    assert "금요일 발표는 다음 주로" in history
    assert journal.DRAFT_TITLE not in history
    assert "팀을 바꾸고 싶다고" not in history
    assert journal.DRAFT_TITLE not in done.said


def test_the_edit_arrives(done: Done) -> None:
    second = (done.folder / SECOND).read_text(encoding="utf-8")
    assert journal.BEFORE not in second
    assert "</strong>이 나왔고, 셋 다 대답했다!" in second
    assert journal.NEW_ENGLISH_TITLE in (done.folder / FIRST).read_text(encoding="utf-8")


def test_output_is_plain_and_says_where_to_look(done: Done) -> None:
    assert "\x1b" not in done.said
    assert "\r" not in done.said
    assert f"The posts: {done.folder / '_posts'}\n" in done.said
    assert f"git -C '{done.folder}' log --stat\n" in done.said
    assert "127.0.0.1" not in done.said
    assert "Jekyll is not installed. https://jekyllrb.com/docs/installation/" in done.said
    assert not (done.folder / "_site").exists()
    assert [report.seconds for report in done.reports] == [2.0, 2.0, 2.0]


def test_another_demo_starts_afresh_and_ends_the_same(done: Done, tmp_path: Path) -> None:
    path = without_jekyll(tmp_path / "bin")
    demo(tmp_path / "blog", PATH=path)
    (tmp_path / "blog" / SECOND).unlink()
    again = demo(tmp_path / "blog", PATH=path)
    assert again.git("rev-parse", "HEAD") == done.git("rev-parse", "HEAD")
    assert again.git("status", "--porcelain") == ""


class Page(HTMLParser):
    """What a reader gets of a page: the text of its paragraphs, and where its links and pictures lead."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.paragraphs: list[str] = []
        self.all = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in ("href", "src") and value]
        if tag == "p":
            self.paragraphs.append("")

    def handle_data(self, data: str) -> None:
        self.all += data
        if self.paragraphs:
            self.paragraphs[-1] += data


def built(site: Done) -> Iterator[Path]:
    return (site.folder / "_site").rglob("*.html")


def test_every_post_is_on_the_site(site: Done) -> None:
    index = Page(site.folder / "_site" / "index.html")
    for title in (
        '1주차: "왜?"라고 묻는 한 주',
        journal.NEW_ENGLISH_TITLE,
        "はじめてのコードレビュー",
        "블로그를 시작하며",
    ):
        assert title in index.all
    assert "가상 환경에서 {{ 템플릿 }}까지" in index.all
    assert f"The site: {site.folder / '_site' / 'index.html'} (a double click opens it)\n" in site.said


def test_hostile_text_reads_as_it_was_written(site: Done) -> None:
    page = Page(site.folder / "_site/2026/03/13/1주차-왜-라고-묻는-한-주.html")
    words = [text.strip() for text in page.paragraphs]
    # The site curls quotes, as its owner's settings have it; all else is as typed.
    assert journal.HOSTILE.replace('"ok"', "“ok”") in words
    assert journal.HOSTILE_TOO in words
    assert (
        "{% for todo in todos if not todo.done %}\n  <li>{{ loop.index }}. {{ todo.title | escape }}</li>"
        in page.all
    )
    assert '```python\nprint("{{ 여기 있으면 안전하다 }}")\n```' in page.all
    assert "강사님이 “환경이 반”이라고" in page.all


def test_every_address_leads_somewhere_from_the_disk(site: Done) -> None:
    seen = 0
    for path in built(site):
        for address in Page(path).addresses:
            if urlsplit(address).scheme in ("http", "https"):
                continue
            assert not address.startswith("/"), address
            if not re.match("#", address):
                assert (path.parent / unquote(urlsplit(address).path)).is_file(), f"{path.name}: {address}"
                seen += 1
    assert seen > 15
    assert any("study-time.png" in address for path in built(site) for address in Page(path).addresses)
