"""The sample in docs/sample.md: a student's week becomes exactly that post, and readers see what the student wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import sample
from blogs import NOW, Blog, Built, build, need_jekyll, publish
from notion2jekyll.demo.workspace import Workspace
from oracle.kramdown import Kramdown
from oracle.page import Element, parse
from test_gallery import AGAIN, script

DOCUMENT = Path(__file__).parent.parent / "docs/sample.md"
PAGE = DOCUMENT.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Done:
    """The sample as a post, and on a site with minima."""

    blog: Blog
    page: str
    built: Built

    @property
    def shown(self) -> Element:
        """What the theme shows of the body."""
        html = self.built.page(self.blog.entries[self.page].url).read_text(encoding="utf-8")
        body = re.search(r'<div class="post-content[^>]*>(.*?)</div><a class="u-url"', html, re.DOTALL)
        assert body
        return parse(body[1])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    need_jekyll()
    site, options = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    folder = tmp_path_factory.mktemp("site")
    (folder / "_config.yml").write_text(site, encoding="utf-8")
    workspace = Workspace(clock=lambda: NOW)
    database, page = sample.build(workspace)
    config = f"notion: {{source: {database}, publish: {sample.RULE}}}\n{options}"
    blog = publish(workspace, folder, config)
    assert blog.report.problems == ()
    return Done(blog, page, build(folder, tmp_path_factory.mktemp("built")))


def test_the_post_is_exactly_the_markdown_in_the_document(done: Done) -> None:
    parts = re.findall(r"````markdown\n(.*?)````", PAGE, re.DOTALL)
    assert done.blog.text(done.page) == "\n".join(parts)


def test_the_document_shows_the_page_as_it_is_now(kramdown: Kramdown, tmp_path: Path) -> None:
    recorded = script()["recorded"](PAGE)
    assert script()["with_sample"](PAGE, recorded, tmp_path) == PAGE, AGAIN
    post = "\n".join(re.findall(r"````markdown\n(.*?)````", PAGE, re.DOTALL)[1:])
    assert script()["looks"](post, kramdown) == recorded["sample"], AGAIN


def test_headings_have_their_levels(done: Done) -> None:
    shown = [(one.tag, one.text) for one in done.shown.descendants() if re.fullmatch("h[1-6]", one.tag)]
    assert [title for level, title in shown if level == "h1"] == ["1주차: 파이썬 첫걸음"]
    assert [title[:4] for level, title in shown if level == "h2"] == ["1일차:", "2일차:", "3일차:", "4일차:"]
    assert {title for level, title in shown if level == "h3"} == {"배운 것", "막힌 것", "한 주를 돌아보면"}


def test_items_are_two_deep_and_keep_their_lines(done: Done) -> None:
    items = [one for one in done.shown.descendants() if one.tag == "li"]
    inner = [one for item in items for one in item.descendants() if one.tag == "li"]
    assert (len(items), len(inner)) == (13, 6)
    broken = [
        item for item in items if any(isinstance(one, Element) and one.tag == "br" for one in item.children)
    ]
    assert len(broken) == 3


def test_particles_stand_behind_bold_words(done: Done) -> None:
    bold = [
        (one.text, after[:1])
        for parent in [done.shown, *done.shown.descendants()]
        for one, after in zip(parent.children, parent.children[1:], strict=False)
        if isinstance(one, Element) and one.tag == "strong" and isinstance(after, str)
    ]
    assert ("요약", "은") in bold
    assert ("식(expression)", "이") in bold
    assert ("다음 주", "에") in bold
    assert len(bold) == 12
    assert "**" not in done.shown.text


def test_code_and_braces_are_as_they_were_typed(done: Done) -> None:
    code = [one.text for one in done.shown.descendants() if one.tag == "code"]
    assert "{{ user.name }}" in code
    assert "{% for %}" in code
    assert "<ul>\n{% for todo in todos %}\n  <li>{{ todo.title }}</li>\n{% endfor %}\n</ul>\n" in code
    assert "올렸더니 {{ 중괄호 }}가 통째로" in done.shown.text


def test_links_lead_where_they_led(done: Done) -> None:
    links = {one.text: one.attributes["href"] for one in done.shown.descendants() if one.tag == "a"}
    assert links == {
        "venv 공식 문서": "https://docs.python.org/ko/3/library/venv.html",
        "VS Code": "https://code.visualstudio.com/",
        "PEP 498": "https://peps.python.org/pep-0498/",
        "Git 책": "https://git-scm.com/book/ko/v2",
    }
