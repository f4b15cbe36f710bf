"""All cases and the demo's journal as posts of one real Jekyll site with the theme minima."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from notion2jekyll.convert import Address, Article, Copy, Style, convert, style
from notion2jekyll.convert.blocks import LISTS
from notion2jekyll.demo import journal
from notion2jekyll.demo.workspace import Workspace
from notion2jekyll.formats import IMAGES, ending
from notion2jekyll.jekyll import assets, meta, posts
from notion2jekyll.jekyll.site import Site, parse_site
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.media.kinds import size_of
from notion2jekyll.notion.model import Block, File, Page, Tree, parse_block, parse_page
from placed import placed

__all__ = ["LISTS"]

CASES: Final = Path(__file__).parent / "cases"
STYLESHEET: Final = Path(__file__).parent.parent / "src/notion2jekyll/assets/notion2jekyll.css"
LINKED: Final = "354148b8-bdd7-8139-bdf7-c7567b8524e0"
KATEX: Final = Path("/usr/share/javascript/katex")
CONFIG: Final = """\
title: 공부 일지
description: Everything that Notion has, as a reader sees it
theme: minima
plugins: [jekyll-feed, jekyll-seo-tag]
permalink: /:categories/:title/
future: true
sass: {quiet_deps: true, silence_deprecations: [import, global-builtin, color-functions]}
"""
TYPESET: Final = """\
<script src="/katex/katex.min.js"></script>
<script src="/katex/contrib/auto-render.js"></script>
<script>renderMathInElement(document.body, {delimiters: [
  {left: "\\\\[", right: "\\\\]", display: true}, {left: "\\\\(", right: "\\\\)", display: false}]})</script>
"""


@dataclass(frozen=True)
class Blog:
    """Where links of the cases lead: to one post, and to one draft."""

    pages: Mapping[str, Address] = field(
        default_factory=lambda: {
            LINKED: Address("Linear algebra", SitePath("/linear-algebra/")),
            "23f25bec-f71e-8920-bf2b-53794ede44fa": Address("초안", None),
        }
    )

    def page(self, page_id: str) -> Address | None:
        return self.pages.get(page_id)

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        if not file.hosted:
            return None
        size = (320, 180) if ending(file.name) in IMAGES else None
        return Copy(SitePath("/assets/notion/" + file.key.rsplit("/", 1)[-1]), size)


def raw(case: str) -> list[dict[str, Any]]:
    """Return the blocks of a case as Notion gives them, `children` added."""
    blocks: list[dict[str, Any]] = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))
    return blocks


def names() -> list[str]:
    """Return the names of all cases."""
    return sorted(path.stem for path in CASES.glob("*.json"))


def _load(block: Mapping[str, Any]) -> Block:
    return parse_block(block, tuple(map(_load, block.get("children", ()))))


def article(blocks: list[dict[str, Any]], looks: Style | None = None) -> Article:
    """Convert blocks as the body of a page."""
    time = datetime(2026, 11, 20, tzinfo=UTC)
    page = Page("0984278d-d031-85f9-a7ab-4078eaf5200b", "", time, time)
    return convert(Tree(page, tuple(map(_load, blocks))), Blog(), looks)


def markdown(made: Article) -> str:
    """Return the body of a post."""
    return serialize(made.body, Site().dialect("site"))


def wide() -> list[dict[str, Any]]:
    """Return blocks that do not fit on a phone, unless they are asked to."""

    def text(content: str) -> list[dict[str, Any]]:
        return [{"type": "text", "text": {"content": content}, "plain_text": content}]

    def rows(count: int) -> list[dict[str, Any]]:
        cells = [text(f"Measurement {n}") for n in range(8)]
        return [{"type": "table_row", "table_row": {"cells": cells}} for _ in range(count)]

    def table(header_row: bool, header_column: bool) -> dict[str, Any]:
        body = {"has_column_header": header_row, "has_row_header": header_column}
        return {"type": "table", "table": body, "has_children": True, "children": rows(3)}

    long = "https://example.com/" + "a-very-long-path-without-a-break/" * 6
    return [
        {"type": "heading_2", "heading_2": {"rich_text": text("가나다라마바사아자차카타파하" * 5)}},
        table(True, False),
        table(True, True),
        table(False, False),
        {"type": "code", "code": {"rich_text": text("wide = " + " + ".join(["value"] * 40)), "language": "python"}},
        {"type": "bookmark", "bookmark": {"url": long}},
        {"type": "paragraph", "paragraph": {"rich_text": [{**text("x" * 120)[0], "annotations": {"code": True}}]}},
        {"type": "embed", "embed": {"url": "https://soundcloud.com/forss/flickermood"}},
        {"type": "embed", "embed": {"url": "https://www.figma.com/design/LKQ4FJ4b/Sample"}},
        {"type": "callout", "callout": {"rich_text": text(long), "color": "blue_background"}},
        {"type": "equation", "equation": {"expression": " + ".join(f"\\frac{{x_{{{n}}}}}{{{n}}}" for n in range(1, 30))}},
    ]  # fmt: skip


def colors(kind: str = "callout") -> list[dict[str, Any]]:
    """Return a block of each colour, with a text of each colour in it."""
    every = [*style.HUES, *(f"{name}_background" for name in style.HUES)]

    def texts() -> list[dict[str, Any]]:
        return [
            {
                "type": "text", "text": {"content": name + " "}, "plain_text": name + " ",
                "annotations": {"color": name},
            }
            for name in every
        ]  # fmt: skip

    return [{"type": kind, kind: {"rich_text": texts(), "color": name}} for name in ["default", *every]]


def write_site(folder: Path, looks: Style | None = None, *, stylesheet: bool = False) -> list[str]:
    """Write the site's sources into `folder`, with the shipped `stylesheet` or without; returns its pages' addresses."""
    pages = {name: raw(name) for name in names()}
    pages["everything"] = [block for name in names() for block in raw(name)]
    pages["wide"] = wide()
    pages["colors"] = [*colors("callout"), *colors("paragraph")]
    pages["linear-algebra"] = raw("paragraph")
    (folder / "_posts").mkdir(parents=True)
    wanted: dict[str, File] = {}
    for name, blocks in pages.items():
        made = article(blocks, looks)
        wanted |= {place.path: file for place, file in made.files.items()}
        post = f"---\nlayout: post\ntitle: {json.dumps(name.replace('_', ' '))}\n---\n{markdown(made)}"
        (folder / "_posts" / f"2026-11-19-{name.replace('_', '-')}.md").write_text(post, encoding="utf-8")
    journals, more = _journal(folder, looks)
    wanted |= more
    for path, file in wanted.items():
        place = folder / path.removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_content(file))
    (folder / "_config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "index.md").write_text("---\nlayout: home\n---\n", encoding="utf-8")
    _layout(folder)
    if stylesheet:  # as docs/styles.md has it for this theme
        shutil.copyfile(STYLESHEET, folder / "assets/notion2jekyll.css")
        main = '---\n---\n@import url("notion2jekyll.css");\n@import "minima";\n'
        (folder / "assets/main.scss").write_text(main, encoding="utf-8")
    return [*(f"/{name.replace('_', '-')}/" for name in pages), *journals]


def _journal(folder: Path, looks: Style | None) -> tuple[list[str], dict[str, File]]:
    """Write the demo's journal as posts; returns their addresses, and their files by path."""
    workspace = Workspace(clock=lambda: datetime(2026, 3, 23, tzinfo=UTC))
    ids = journal.build(workspace)

    def block(name: str) -> Block:
        return parse_block(workspace.block(name), tuple(map(block, workspace.child_ids(name))))

    (site, _), options = parse_site(CONFIG), meta.Options()
    published = (ids.first_week, ids.second_week, ids.english, ids.japanese)
    pages = [parse_page(workspace.page(page)) for page in published]
    index = placed(pages, options, site)
    wanted: dict[str, File] = {}
    trees = [Tree(page, tuple(map(block, workspace.child_ids(page.id)))) for page in pages]
    shown = [pair for tree in trees for pair in convert(tree, index, looks).files.items()]
    sizes = {assets.stem(place.path[1:]): Copy(place, size_of(_content(file))) for place, file in shown}
    index = replace(index, copies=sizes)
    for tree in trees:
        page, made = tree.page, convert(tree, index, looks)
        post = posts.render(
            made, index.places[page.id], options, site, modified=posts.modified(page, options, site)
        )
        (folder / index.places[page.id].path).write_bytes(post)
        wanted |= {place.path: file for place, file in made.files.items()}
    return [quote(place.url) for place in index.places.values()], wanted


def _content(file: File) -> bytes:
    if file.name.endswith(".png") and "study-time" in file.name:
        return files("notion2jekyll.demo").joinpath("study-time.png").read_bytes()
    return png()


@cache
def png(width: int = 320, height: int = 180) -> bytes:
    """Return a small picture: it stands for every hosted file."""
    rows = b"".join(
        b"\0" + bytes((200 - y // 30 * 15, 215 - y // 30 * 10, 235)) * width for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _layout(folder: Path) -> None:
    """Add formulas to the theme's pages, in the way of the theme: an include of the same name."""
    typeset = '<link rel="stylesheet" href="/katex/katex.min.css">'
    script = TYPESET if KATEX.is_dir() else ""
    gem = subprocess.run(
        ["ruby", "-e", "puts Gem::Specification.find_by_name('minima').gem_dir"],
        capture_output=True, encoding="utf-8", check=True,
    ).stdout.strip()  # fmt: skip
    includes = folder / "_includes"
    includes.mkdir()
    original = (Path(gem) / "_includes/head.html").read_text(encoding="utf-8")
    added = original.replace("</head>", f"{typeset if script else ''}</head>")
    (includes / "head.html").write_text(added, encoding="utf-8")
    footer = (Path(gem) / "_includes/footer.html").read_text(encoding="utf-8")
    (includes / "footer.html").write_text(footer + script, encoding="utf-8")
    if script:
        shutil.copytree(KATEX, folder / "katex", symlinks=False)


def build(folder: Path) -> tuple[Path, str]:
    """Build the site with Jekyll; returns where it is, and everything that Jekyll said. Raises where it fails."""
    out = folder / "_site"
    done = subprocess.run(
        ["jekyll", "build", "--source", str(folder), "--destination", str(out), "--disable-disk-cache"],
        env={**os.environ, "LC_ALL": "C.UTF-8", "RUBYOPT": "-EUTF-8", "JEKYLL_NO_BUNDLER_REQUIRE": "true"},
        cwd=folder, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert not done.returncode, said
    return out, said
