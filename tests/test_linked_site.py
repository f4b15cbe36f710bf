"""A whole blog of pages that link into each other everywhere, synced, edited, synced again, and built by the real Jekyll."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest

from notion2jekyll.demo.workspace import block, text
from notion2jekyll.state import PATH
from oracle.page import Element, parse
from oracle.site import build
from seed import SEED
from world import World, world

FORMS = (
    "https://app.notion.com/p/{page}?source=copy_link#{block}",
    "https://www.notion.so/me/%EC%9D%BC%EA%B8%B0-{page}?pvs=4#{block}",
    "https://www.notion.so/0123456789abcdef0123456789abcdef?v=1&p={page}&pm=s#{block}",
    "notion://www.notion.so/{page}#{block}",
    "/{page}#{block}",
)
HEADINGS = ("결과", "결과", "Results & more", "🚀", "다음: 할 일", "-", "C#")
WORD = re.compile(r"\bt\d+\b")
"""What every block says that is no heading: t1, t2 and so on, each a word of its own."""
LINK = "→"
"""The text of every link."""


@dataclass
class Author:
    """Writes pages into the workspace, remembers which word comes first at or after each block, and links them."""

    here: World
    random: Random
    words: Iterator[int] = field(default_factory=count)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Word before a link → page and block that it leads to."""

    def word(self) -> str:
        return f"t{next(self.words)}"

    def children(self, depth: int) -> list[dict[str, Any]]:
        return self.blocks(depth - 1, self.random.randint(0, 3)) if depth else []

    def blocks(self, depth: int, number: int) -> list[dict[str, Any]]:
        return [self.one(depth) for _ in range(number)]

    def one(self, depth: int) -> dict[str, Any]:
        kinds = [
            "heading",
            "heading",
            "code",
            "divider",
            "table",
            "empty",
            "numbered_list_item",
            "table_of_contents",
        ]
        kinds += ["paragraph", "bulleted_list_item", "to_do", "quote", "callout", "toggle", "column_list"]
        kind = self.random.choice(kinds if depth else kinds[:7])
        if kind == "heading":
            level = f"heading_{self.random.randint(1, 3)}"
            return block(level, self.random.choice(HEADINGS), children=self.children(depth))
        if kind == "code":
            return block("code", self.word(), language="python")
        if kind in ("divider", "table_of_contents"):
            return block(kind)
        if kind == "empty":
            return {"type": "paragraph", "paragraph": {"rich_text": []}}
        if kind == "table":
            rows = [block("table_row", cells=[[text(self.word())], [text(self.word())]]) for _ in range(2)]
            looks = {
                "has_column_header": self.random.random() < 0.6,
                "has_row_header": self.random.random() < 0.3,
            }
            return block("table", children=rows, table_width=2, **looks)
        if kind == "column_list":
            columns = [block("column", children=self.blocks(0, 2)) for _ in range(2)]
            return block("column_list", children=columns)
        more: dict[str, Any] = {"list_start_index": 3} if kind == "numbered_list_item" and depth else {}
        return block(kind, self.word(), children=self.children(depth), **more)

    def everything(self, parent: str) -> Iterator[str]:
        """Yield the ids of the blocks in `parent`, in the order of the page."""
        for child in self.here.workspace.child_ids(parent):
            yield child
            yield from self.everything(child)

    def link(self, page: str, target: str, blocks: Sequence[str]) -> None:
        """Put a link to one of `blocks` of `target` somewhere into `page`."""
        chosen, word = self.random.choice(blocks), self.word()
        forms = (*FORMS, "#{block}", "#{block}") if page == target else FORMS
        address = self.random.choice(forms).format(
            page=target.replace("-", ""), block=chosen.replace("-", "")
        )
        holders = [
            each
            for each in self.everything(page)
            if self.here.workspace.block(each)["type"]
            in ("toggle", "quote", "callout", "to_do", "bulleted_list_item")
        ]
        kind = self.random.choice(("paragraph", "bulleted_list_item", "heading_2"))
        holder = self.random.choice([page, *holders])
        self.here.workspace.add_blocks(holder, [block(kind, f"{word} ", text(LINK, link=address))])
        self.links[word] = (target, chosen)

    def meant(self, page: str, target: str) -> str | None:
        """Return the first word at or after a block of `page`, empty for none; None where the block is gone."""
        blocks = list(self.everything(page))
        if target not in blocks:
            return None
        return next(
            (word for each in blocks[blocks.index(target) :] for word in WORD.findall(self.shown(each))),
            "",
        )

    def shown(self, target: str) -> str:
        raw = self.here.workspace.block(target)
        body = raw[raw["type"]]
        cells = [run for cell in body.get("cells", ()) for run in cell]
        return " ".join(run["plain_text"] for run in [*body.get("rich_text", ()), *cells])


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        yield made


@pytest.mark.parametrize(
    "kramdown", ["{}", "{auto_ids: false}", "{input: kramdown, parse_block_html: true, hard_wrap: true}"]
)
def test_every_link_of_a_blog_leads_to_the_block_that_is_meant(
    here: World, tmp_path: Path, kramdown: str
) -> None:
    say = f"seed {SEED}"  # put the number into SEED to see the same again
    random = Random(f"{SEED} {kramdown}")
    author = Author(here, random)
    here.configure(f"notion:\n  source: {here.database}\n  publish: {{property: Status, is: Published}}\n")
    site = here.directory / "site"
    site.mkdir()
    (site / "_config.yml").write_text(f"baseurl: /blog\nfuture: true\nkramdown: {kramdown}\n", "utf-8")

    pages = [here.row(f"일기 {number}", children=author.blocks(2, 5)) for number in range(4)]
    here.pass_time(hours=1)

    for step in ("write", "link", "edit"):
        for page in pages if step == "link" else ():
            for _ in range(8):
                target = random.choice([page, *pages])
                author.link(page, target, list(author.everything(target)))
        for _, target in random.sample(sorted(set(author.links.values())), 8) if step == "edit" else ():
            raw = here.workspace.block(target)
            if raw["type"].startswith("heading"):
                here.workspace.update_block(target, {"rich_text": [text(random.choice(HEADINGS))]})
            elif raw["type"] not in ("column", "table_row"):
                here.workspace.trash(target)
        here.pass_time(hours=1)
        ran = here.run("sync", "--output", "site")
        assert ran.code == 0, (say, ran.said)

    # An anchor that no link leads to any more may stay until its page is made again; nothing else differs.
    before = without_anchors(site)
    here.run("sync", "--output", "site", "--full")
    assert without_anchors(site) == before, say

    files = {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    files.pop(PATH)
    (built,) = build(tmp_path / "build", [{**files, "_layouts/post.html": b"{{ content }}"}])
    posts = {post["url"]: parse(post["html"]) for post in built.posts.values()}
    urls = {}
    for path, post in built.posts.items():
        found = re.search(r'notion_id: "(.*)"', files[path].decode())
        assert found
        urls[found[1]] = post["url"]
    wrong = [
        f"{word} in {url}: {why}"
        for url, body in posts.items()
        for word, href in links(body)
        if (why := mislead(author, word, href, url, posts, urls))
    ]
    assert wrong == [], say
    assert sum("#" in href for body in posts.values() for _, href in links(body)) > 5, say
    there = {word for body in posts.values() for word, _ in links(body)}
    shown = {
        word for page in pages for each in author.everything(page) for word in author.shown(each).split()
    }
    assert there == author.links.keys() & shown, say


def without_anchors(site: Path) -> dict[str, list[str]]:
    """Return the lines of the posts of `site` without anchors and the edit times that move with them."""
    needless = r'<(div|a) id="[^"]*"></\1>| id="[^"]*"|last_modified_at: .*|<!-- -->'
    posts = {path.name: re.sub(needless, "", path.read_text("utf-8")) for path in site.rglob("*.md")}
    return {name: [line for line in post.split("\n") if line.strip(" >")] for name, post in posts.items()}


def links(body: Element) -> Iterator[tuple[str, str]]:
    """Yield the word before each link of ours in a post, and where the link leads."""
    last = ""
    for part in flat(body):
        if isinstance(part, str):
            last = (WORD.findall(part) or [last])[-1]
        elif part.tag == "a" and part.text == LINK:
            yield last, part.attributes["href"]


def flat(body: Element) -> Iterator[Element | str]:
    """Yield the elements and texts of a post in their order, without what tables of contents say."""
    for child in body.children:
        yield child
        if isinstance(child, Element) and (child.tag != "a" or child.text == LINK):
            yield from flat(child)


def mislead(
    author: Author, word: str, href: str, url: str, posts: dict[str, Element], urls: dict[str, str]
) -> str:
    """Return what is wrong with a link; empty for nothing."""
    page, target = author.links[word]
    path, _, fragment = href.partition("#")
    path = unquote(path).removeprefix("/blog") if path else url
    if path != urls[page]:
        return f"leads to {path}, not {urls[page]}"
    meant = author.meant(page, target)
    if not fragment or meant is None:
        there = "gone" if meant is None else "there"
        return "" if not fragment and meant is None else f"{href!r}, but the block is {there}"
    after = iter(flat(posts[path]))
    if not any(
        isinstance(part, Element) and part.attributes.get("id") == unquote(fragment) for part in after
    ):
        return f"nothing is called {fragment}"
    seen = next((word for part in after if isinstance(part, str) for word in WORD.findall(part)), "")
    return "" if seen == meant else f"{href!r} leads to {seen}, not {meant}"
