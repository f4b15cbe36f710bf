"""Publishes a page as the program does, reads the post as the blog's readers do, and compares that with Notion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fuzz.pages import DRAFT, GONE, HEADING, POST, TEXT, THIS
from notion2jekyll.convert import Address, Article, Copy, Style, convert
from notion2jekyll.jekyll import meta, posts
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import SitePath
from notion2jekyll.notion.model import Block, File, Tree, parse_block, parse_page
from oracle import commonmark
from oracle.front_matter import Jekyll
from oracle.kramdown import Kramdown, RenderError
from oracle.notion import World, clean, expected
from oracle.page import Malformed
from oracle.reader import read
from placed import placed

Json = dict[str, Any]

WORLD = World(
    this=THIS,
    anchors={HEADING: "안녕-세계-1", TEXT: f"notion-{TEXT.replace('-', '')}", GONE: ""},
    published={
        THIS: ("This *very* page", "/blog/2026/11/20/this.html"),
        POST: ("Linear {{ algebra }} | 선형대수 <T> [1]", "/blog/2026/11/19/linear-algebra.html"),
    },
    drafts={DRAFT: "초안 *draft* $$"},
)


@dataclass
class Blog:
    """The blog that links lead into."""

    used: set[str] = field(default_factory=set)

    def page(self, page_id: str) -> Address | None:
        if page_id in WORLD.published:
            title, url = WORLD.published[page_id]
            anchors = WORLD.anchors if page_id == POST else {}
            return Address(title, SitePath(url.removeprefix("/blog")), anchors)
        return Address(WORLD.drafts[page_id], None) if page_id in WORLD.drafts else None

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        place = SitePath("/assets/" + file.key.rpartition("/")[2])
        return Copy(place, (len(file.key), 1)) if file.hosted else None


@dataclass(frozen=True)
class Case:
    """A page to publish, and the options of the blog."""

    page: Json
    blocks: list[Json]
    typography: Literal["site", "verbatim"] = "site"
    colors: Literal["inline", "class", "off"] = "inline"
    notices: bool = False
    formulas: bool = True
    site: Literal["usual", "hard wrap", "no typography", "plugins"] = "usual"


SITES: dict[str, tuple[Site, Json]] = {
    "usual": (Site(), {}),
    "hard wrap": (Site(hard_wrap=True), {"hard_wrap": True}),
    "no typography": (
        Site(smart_quotes=False, typographic_symbols=False),
        {
            "smart_quotes": "apos,apos,quot,quot",
            "typographic_symbols": {
                "hellip": "...", "mdash": "---", "ndash": "--", "laquo": "<<", "raquo": ">>", "laquo_space": "<< ", "raquo_space": " >>",
            },
        },
    ),
    "plugins": (Site(plugins=("jemoji", "jekyll-mentions")), {}),
}  # fmt: skip
"""What a site's `_config.yml` may say, and the options of kramdown that Jekyll makes of it."""


def load(raw: Json) -> Block:
    """Return a block with its children."""
    return parse_block(raw, tuple(load(child) for child in raw.get("children", ())))


def publish(case: Case) -> tuple[Article, str]:
    """Return the article and the text of the post."""
    page = parse_page(case.page)
    style = Style(colors=case.colors, unsupported="visible" if case.notices else "hidden")
    article = convert(Tree(page, tuple(map(load, case.blocks))), Blog(), style)
    options = meta.Options(typography=case.typography, style=style)
    site = replace(SITES[case.site][0], zone=ZoneInfo("Asia/Seoul"))
    place = placed([page], options, site).places[page.id]
    post = posts.render(article, place, options, site, modified="")
    return article, post.decode()


class Judge:
    """Compares what is seen in Notion with what is seen on the blog."""

    def __init__(self, kramdown: Kramdown, jekyll: Jekyll) -> None:
        self.kramdown = kramdown
        self.jekyll = jekyll

    def verdict(self, case: Case) -> str:
        """Return what is wrong with the post of `case`, in words; empty for nothing.

        Starts with `exception`, `broken build`, `difference`, `front matter`, `silent loss` or `CommonMark`.
        """
        try:
            article, post = publish(case)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is what we look for)
            return f"exception: {type(error).__name__}: {error}"
        world = replace(
            WORLD,
            exact_quotes=case.typography == "verbatim" or case.site == "no typography",
            notices=case.notices,
            colors=case.colors != "off",
            ratios=case.colors == "inline",
        )
        try:
            front, body = self.jekyll.read(post)
        except ValueError as error:
            return f"broken build: front matter: {error}"
        wrong = _front(case.page, front)
        if wrong:
            return f"front matter: {wrong}"
        wanted, lost = expected(case.blocks, world)
        if bool(lost) > bool(article.problems):
            return f"silent loss: {lost}"
        wrong = self._kramdown(body, wanted, world, SITES[case.site][1])
        if wrong:
            return wrong
        return "" if case.formulas else _commonmark(body, wanted, world)

    def _kramdown(self, body: str, wanted: Any, world: World, options: Json) -> str:
        try:
            html = self.kramdown.render(body, **options)
            self.kramdown.render(body.partition("\n\n")[0], **options)  # what Jekyll makes the excerpt of
        except RenderError as error:
            return f"broken build: {error}"
        try:
            seen = read(html, exact_quotes=world.exact_quotes)
        except (Malformed, KeyError) as error:
            return f"difference: {error!r}"
        return "" if seen == wanted else f"difference: {first_difference(wanted, seen)}"


def _commonmark(body: str, wanted: Any, world: World) -> str:
    """Compare with the other reading, in which the list of contents is a line that says so."""
    try:
        html = commonmark.render(body)
        html = re.sub(r"<ul>\n<li>TOC\n\{:toc\}</li>\n</ul>", "<hr class='toc' />", html)
        seen = read(html, exact_quotes=world.exact_quotes, liquid=False)
    except (Malformed, KeyError) as error:
        return f"CommonMark: {error!r}"
    wanted, seen = _without_contents(wanted), _without_contents(seen)
    wanted, seen = _without_edges(wanted), _without_edges(seen)
    return "" if seen == wanted else f"CommonMark: {first_difference(wanted, seen)}"


def _without_contents(seen: Any) -> Any:
    if isinstance(seen, list):
        return [_without_contents(item) for item in seen if item[:1] not in (("toc",), ("rule",))]
    return tuple(map(_without_contents, seen)) if isinstance(seen, tuple) else seen


def _without_edges(seen: Any) -> Any:
    """Leave out wide and no-break spaces at the edges of lines: this engine takes them for spaces, CommonMark does not."""
    if _is_chars(seen):
        words = "".join(char if len(char) == 1 else "\ufffc" for char, _, _ in seen)
        kept = {place for found in re.finditer(r"\S(?:.*\S)?|\n", words) for place in range(*found.span())}
        return [char for place, char in enumerate(seen) if place in kept or "code" in char[1]]
    if isinstance(seen, list):
        return [_without_edges(item) for item in seen]
    return tuple(map(_without_edges, seen)) if isinstance(seen, tuple) else seen


def first_difference(wanted: Any, seen: Any, path: str = "") -> str:
    """Return where two structures first differ, and how."""
    alike = isinstance(wanted, list | tuple) and type(wanted) is type(seen)
    if alike and _is_chars(wanted) and _is_chars(seen):
        place = next(
            (n for n, pair in enumerate(zip(wanted, seen, strict=False)) if pair[0] != pair[1]), None
        )
        place = min(len(wanted), len(seen)) if place is None else place
        a, b = (("".join(c[0] for c in chars), chars[place : place + 3]) for chars in (wanted, seen))
        return f"{path}[{place}]\n  wanted {a[0]!r} {_told(a[1])}\n  seen   {b[0]!r} {_told(b[1])}"
    if alike:
        for number, (a, b) in enumerate(zip(wanted, seen, strict=False)):
            if a != b:
                return first_difference(a, b, f"{path}/{a[0] if isinstance(a, tuple) and a else ''}{number}")
    return f"{path}\n  wanted {str(wanted)[:600]}\n  seen   {str(seen)[:600]}"


def _is_chars(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(c, tuple) and len(c) == 3 and isinstance(c[1], frozenset) for c in value
    )


def _told(chars: Any) -> list[tuple[str, ...]]:
    return [(char, *sorted(marks), link) for char, marks, link in chars]


def _front(page: Json, front: Any) -> str:
    """Return what is wrong with the front matter that Ruby read."""
    properties = page["properties"]

    def plain(name: str) -> str:
        words = "".join(run["plain_text"] for run in properties[name][properties[name]["type"]])
        words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return re.sub(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", words).strip()

    tags = [option["name"] for option in properties["Tags"]["multi_select"]]
    tags = [tag.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for tag in tags if tag.strip()]
    wanted = {"title": plain("이름"), "description": plain("요약"), "tags": tags, "notion_id": page["id"]}
    for key, value in wanted.items():
        if front.get(key, type(value)()) != value:
            return f"{key}: wanted {value!r}, Ruby reads {front.get(key)!r}"
    start = properties["날짜"]["date"]["start"]
    day = (
        datetime.fromisoformat(start)
        if "T" in start
        else datetime.combine(date.fromisoformat(start), datetime.min.time())
    )
    moment = day if day.tzinfo else day.replace(tzinfo=ZoneInfo("Asia/Seoul"))
    return "" if front.get("date") == moment else f"date: wanted {moment}, Ruby reads {front.get('date')}"


__all__ = ["Blog", "Case", "Judge", "clean", "first_difference", "load", "publish"]
