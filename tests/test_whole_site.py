"""Two hundred pages in four languages, synced and built into a whole site: no warning, no broken link, all where it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

import crowd
from blogs import NOW, Blog, Built, build, need_jekyll, publish
from linkcheck import check
from notion2jekyll.demo.workspace import Workspace

POSTS = 200
URL = "https://me.github.io"
CONFIG = f"""\
title: 공부 일지
url: {URL}
timezone: Asia/Seoul
theme: minima
plugins: [jekyll-feed, jekyll-seo-tag]
sass: {{quiet_deps: true, silence_deprecations: [import, global-builtin, color-functions]}}
"""
OWN = {"about.md": "/about/", "404.html": "/404.html", "tags.md": "/tags/"}
"""Pages of the owner, and their addresses, which titles of posts must not take."""


@dataclass(frozen=True)
class Whole:
    """A blog, and the site that was built of it."""

    blog: Blog
    built: Built
    baseurl: str


def _blog(folder: Path, config: str, count: int) -> Blog:
    need_jekyll()
    pages = {name: f"---\nlayout: page\npermalink: {url}\n---\nMine\n" for name, url in OWN.items()}
    for name, text in {"_config.yml": config, "index.md": "---\nlayout: home\n---\n", **pages}.items():
        (folder / name).write_text(text, encoding="utf-8")
    workspace = Workspace(clock=lambda: NOW)
    made = crowd.gather(workspace, count)
    source = f"{{source: {made.database}, publish: {{property: Status, is: [Published]}}}}"
    return publish(workspace, folder, f"notion: {source}\n")


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """All pages, at addresses with a category and a date, as Jekyll gives them."""
    return _blog(tmp_path_factory.mktemp("dated"), CONFIG, POSTS)


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """The pages with odd titles, at addresses that are nothing but the title."""
    return _blog(tmp_path_factory.mktemp("titled"), f"{CONFIG}permalink: /:title/\n", len(crowd.TITLES))


@pytest.fixture(scope="module", params=[("dated", ""), ("dated", "/blog"), ("titled", "/blog")], ids=" ".join)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    name, baseurl = request.param
    blog: Blog = request.getfixturevalue(name)
    return Whole(blog, build(blog.folder, tmp_path_factory.mktemp("built"), baseurl=baseurl), baseurl)


def test_every_page_has_a_post_and_an_address_of_its_own(dated: Blog) -> None:
    assert dated.report.result == "written"
    assert dated.report.conflicts == ()
    assert {problem.severity for problem in dated.report.problems} == {"note"}  # of links to drafts
    entries = dated.entries.values()
    for one in ("page", "path", "url"):
        assert len({getattr(entry, one) for entry in entries}) == POSTS, one


def test_jekyll_has_nothing_to_say(whole: Whole) -> None:
    assert whole.built.complaints == []
    assert "done in" in whole.built.log


def test_no_link_and_no_picture_is_broken(whole: Whole) -> None:
    checked = check(whole.built.folder, baseurl=whole.baseurl, url=URL)
    assert checked.broken == ()
    assert checked.links > 10 * len(whole.blog.entries)


def test_every_picture_of_ours_says_how_large_it_is(whole: Whole) -> None:
    shown = [
        picture
        for entry in whole.blog.entries.values()
        for picture in re.findall(r"<img [^>]*>", whole.built.page(entry.url).read_text(encoding="utf-8"))
        if "/assets/notion/" in picture and "notion-icon" not in picture
    ]
    assert shown
    for picture in shown:
        (place,) = re.findall(r'src="([^"]*)"', picture)
        content = (whole.built.folder / place.removeprefix(f"{whole.baseurl}/")).read_bytes()
        width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        assert f'width="{width}" height="{height}"' in picture


def test_every_post_is_where_the_state_says(whole: Whole) -> None:
    for entry in whole.blog.entries.values():
        html = whole.built.page(entry.url).read_text(encoding="utf-8")
        (shown,) = re.findall(r'<h1 class="post-title[^>]*>(.*?)</h1>', html, re.DOTALL)
        assert unescape(shown) == entry.title, entry.url


def test_pages_of_the_owner_are_still_there(whole: Whole) -> None:
    for url in OWN.values():
        assert "Mine" in whole.built.page(url).read_text(encoding="utf-8")


def test_links_to_pages_of_notion_lead_to_posts(whole: Whole) -> None:
    published = {page.replace("-", "") for page in whole.blog.entries}
    for address in _addresses(whole.built.folder):
        assert not published & set(re.findall(r"[0-9a-f]{32}", address.replace("-", ""))), address


def _addresses(folder: Path) -> Iterator[str]:
    for page in folder.rglob("*.html"):
        yield from re.findall(r'(?:href|src)="([^"]*)"', page.read_text(encoding="utf-8"))
