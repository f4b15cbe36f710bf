"""From Notion's blocks to Markdown: one pair of files a block type, and what holds for every text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mangle import mangled
from notion2jekyll.convert import Address, Article, Copy, Style, convert
from notion2jekyll.convert.blocks import BLOCKS, LISTS
from notion2jekyll.convert.languages import ROUGE, rouge
from notion2jekyll.errors import Problem
from notion2jekyll.formats import IMAGES, ending
from notion2jekyll.jekyll.site import Site
from notion2jekyll.markdown.nodes import (
    BlockNode,
    Break,
    Code,
    Container,
    Doc,
    Heading,
    Image,
    Inline,
    Inlines,
    Link,
    List,
    Math,
    Paragraph,
    SitePath,
    Span,
    Text,
)
from notion2jekyll.markdown.plain import visible
from notion2jekyll.markdown.serialize import serialize
from notion2jekyll.notion.model import Block, File, Page, Tree, parse_block
from oracle import page as reader
from oracle.kramdown import Kramdown

CASES = Path(__file__).parent / "cases"
DATA = Path(__file__).parent / "data/notion"
EXAMPLES: list[dict[str, Any]] = json.loads((DATA / "blocks.json").read_text(encoding="utf-8"))
TEXTS: list[dict[str, Any]] = json.loads((DATA / "richtext.json").read_text(encoding="utf-8"))

PUBLISHED = "354148b8-bdd7-8139-bdf7-c7567b8524e0"
DRAFT = "23f25bec-f71e-8920-bf2b-53794ede44fa"
OUTSIDE = "6deb0c75-33d2-87ae-9d3b-cbe1eae1c715"
THIS = "0984278d-d031-85f9-a7ab-4078eaf5200b"
PLACE = SitePath("/2026/11/19/linear-algebra/")
SIGNED = "https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b/my%20notes.pdf?X-Amz-Signature=0a1b"


@dataclass(frozen=True)
class Blog:
    """A blog with one post and one draft."""

    pages: Mapping[str, Address] = field(
        default_factory=lambda: {PUBLISHED: Address("Linear algebra", PLACE), DRAFT: Address("초안", None)}
    )

    def page(self, page_id: str) -> Address | None:
        return self.pages.get(page_id)

    def file(self, file: File, *, picture: bool = False) -> Copy | None:
        if not file.hosted:
            return None
        size = (320, 180) if ending(file.name) in IMAGES else None
        return Copy(SitePath("/assets/notion/" + file.key.rsplit("/", 1)[-1]), size)


def load(raw: Mapping[str, Any]) -> Block:
    return parse_block(raw, tuple(load(child) for child in raw.get("children", ())))


def article(*blocks: Block, style: Style | None = None) -> Article:
    time = datetime(2026, 11, 20, tzinfo=UTC)
    return convert(Tree(Page(THIS, "", time, time), blocks), Blog(), style)


def of(kind: str, **body: Any) -> Block:
    return parse_block({"id": OUTSIDE, "type": kind, kind: body})


def run(text: str, *marks: str, href: str | None = None, **annotations: Any) -> dict[str, Any]:
    on = dict.fromkeys(marks, True)
    return {
        "type": "text", "text": {"content": text}, "plain_text": text, "href": href, "annotations": {**on, **annotations},
    }  # fmt: skip


def mention(kind: str, text: str, href: str | None = None, **body: Any) -> dict[str, Any]:
    return {"type": "mention", "mention": {"type": kind, kind: body}, "plain_text": text, "href": href}


def inline(*items: dict[str, Any]) -> tuple[Inlines, tuple[Problem, ...]]:
    made = article(of("paragraph", rich_text=list(items)))
    (node,) = made.body.children
    assert isinstance(node, Paragraph)
    return node.children, made.problems


def written(made: Article) -> str:
    return serialize(made.body, Site().dialect("site"))


# One pair a block type -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.json")))
def test_a_block_is_written_as_its_case_says(case: str, request: pytest.FixtureRequest) -> None:
    blocks = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))
    made = article(*map(load, blocks))
    expected = CASES / f"{case}.md"
    if request.config.getoption("--update-cases"):
        expected.write_text(written(made), encoding="utf-8")
    assert written(made) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.json")))
def test_the_page_of_a_case_says_what_the_case_says(case: str, kramdown: Kramdown) -> None:
    made = article(*map(load, json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))))
    html = kramdown.render((CASES / f"{case}.md").read_text(encoding="utf-8"))
    blocks = reader.read(html)
    if case == "table_of_contents":
        assert "하나" in html.partition("</ul>")[0]
        blocks = blocks[1:]  # the judge knows nothing of it
    assert blocks == reader.expected(made.body.children)


def test_every_block_type_has_a_case() -> None:
    known = {raw["type"] for raw in EXAMPLES}
    assert len(known) == 37
    assert known | {"unknown", "rich_text"} == {path.stem for path in CASES.glob("*.json")}
    assert known - BLOCKS.keys() - LISTS == {"table_row", "template", "unsupported"}


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.json")))
def test_no_case_holds_an_address_that_expires(case: str) -> None:
    text = (CASES / f"{case}.md").read_text(encoding="utf-8")
    assert "X-Amz" not in text
    assert "notion.so" not in text
    assert "app.notion.com" not in text
    assert "@example.com" not in text


# Texts ---------------------------------------------------------------------------------------------------------------

Told = tuple[str, frozenset[str], str | None]


def told(nodes: Inlines, marks: frozenset[str] = frozenset(), link: str | None = None) -> list[Told]:
    """Return what a reader is told, a character at a time: the character, its marks and colour, its link."""
    out: list[Told] = []
    for node in nodes:
        match node:
            case Text(text):
                out += [(char, marks, link) for char in text]
            case Code(text):
                out += [(char, marks | {"code"}, link) for char in text]
            case Break():
                out.append(("\n", marks, link))
            case Math(tex):
                out.append((tex, marks | {"math"}, link))
            case Span("span", children, attributes):
                out += told(children, marks | {dict(attributes)["style"]}, link)
            case Span(mark, children):
                assert mark not in marks, "a mark within itself"
                out += told(children, marks | {mark}, link)
            case Link(url, children):
                assert link is None, "a link within a link"
                out += told(children, marks, str(url))
            case Image():
                raise AssertionError("no pictures here")
    return out


NAMES = {"bold": "strong", "italic": "em", "strikethrough": "del", "underline": "ins", "code": "code"}
COLORS = {"red": "color: #b93c37", "blue_background": "background-color: #337ea926"}

runs = st.builds(
    lambda text, marks, href, color: run(text, *marks, href=href, color=color),
    st.text("ab 한글*_`\n{", min_size=1, max_size=4),
    st.sets(st.sampled_from(sorted(NAMES))),
    st.sampled_from([None, None, "https://a.example", "https://b.example"]),
    st.sampled_from(["default", "default", *COLORS]),
)


@given(st.lists(runs, min_size=1, max_size=8))
def test_nesting_loses_and_adds_nothing(items: list[dict[str, Any]]) -> None:
    expected: list[Told] = []
    for item in items:
        looks = item["annotations"]
        marks = frozenset(name for mark, name in NAMES.items() if looks.get(mark))
        marks |= {COLORS[looks["color"]]} if looks["color"] in COLORS else frozenset()
        expected += [(char, marks, item["href"]) for char in item["plain_text"]]
    nodes, problems = inline(*items)
    assert told(nodes) == expected
    assert not problems


def _neighbours(nodes: Inlines) -> list[tuple[Inline, Inline]]:
    return list(pairwise(nodes))


@given(st.lists(runs, min_size=1, max_size=8))
def test_what_belongs_together_is_one(items: list[dict[str, Any]]) -> None:
    nodes, _ = inline(*items)
    for left, right in _neighbours(nodes):
        assert not (isinstance(left, Text) and isinstance(right, Text))
        assert not (isinstance(left, Link) and isinstance(right, Link) and left.url == right.url)


def test_marks_nest_as_a_person_would_nest_them() -> None:
    nodes, _ = inline(run("a ", "bold"), run("b", "bold", "italic"), run(" c", "bold"))
    assert nodes == (Span("strong", (Text("a "), Span("em", (Text("b"),)), Text(" c"))),)


def test_a_link_with_marks_inside_is_one_link() -> None:
    url = "https://a.example"
    nodes, _ = inline(run("a", "bold", href=url), run("b", href=url))
    assert nodes == (Link(url, (Span("strong", (Text("a"),)), Text("b"))),)


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
        "http://[", "about:blank",
    ],
)  # fmt: skip
def test_a_link_that_a_blog_cannot_have_is_text(href: str) -> None:
    nodes, problems = inline(run("click", href=href))
    assert nodes == (Text("click"),)
    assert [problem.severity for problem in problems] == ["warning"]
    assert problems[0].block == OUTSIDE


@pytest.mark.parametrize(
    "href", [SIGNED, "https://file.notion.so/f/f/a/b/x.png?id=1&expirationTimestamp=17&signature=xyz"]
)
def test_an_address_that_expires_is_never_written(href: str) -> None:
    nodes, problems = inline(
        run("the notes", href=href), run(" or "), run(href, href=href), run(href, "code")
    )
    assert "".join(char for char, _, _ in told(nodes)).startswith("the notes or https://")
    assert not any("ignature" in char for char, _, link in told(nodes) for char in (char, link or ""))
    assert "ignature" not in repr(nodes)
    assert "within the hour" in problems[0].message
    for kind in ("bookmark", "embed", "link_preview"):
        made = article(of(kind, url=href))
        assert "ignature" not in repr(made.body)
        assert made.problems


def test_an_external_file_with_an_address_that_expires_is_copied() -> None:
    made = article(of("pdf", type="external", external={"url": SIGNED}))
    link = Link(SitePath("/assets/notion/my notes.pdf"), (Text("my notes.pdf"),))
    assert made.body == Doc((Paragraph((link,)),))
    assert [file.url for file in made.files.values()] == [SIGNED]


def test_links_to_pages_lead_to_posts() -> None:
    hex_ = PUBLISHED.replace("-", "")
    for item in (
        mention("page", "Old title", f"https://app.notion.com/p/{hex_}", id=PUBLISHED),
        run("Linear algebra", href=f"https://www.notion.so/ws/Linear-algebra-{hex_}?pvs=4"),
        run("Linear algebra", href=f"/{hex_}#{OUTSIDE.replace('-', '')}"),
        mention("link_mention", "Linear algebra", href=f"https://app.notion.com/p/{hex_}"),
    ):
        nodes, problems = inline(item)
        assert nodes == (Link(PLACE, (Text("Linear algebra"),)),)
        assert not problems


@pytest.mark.parametrize("target", [DRAFT, OUTSIDE])
def test_links_to_pages_that_are_not_published_are_text(target: str) -> None:
    hex_ = target.replace("-", "")
    for item in (
        mention("page", "초안", f"https://app.notion.com/p/{hex_}", id=target),
        run("초안", href=f"https://www.notion.so/{hex_}"),
        run("초안", href=f"/{hex_}"),
        mention("link_mention", "초안", href=f"https://app.notion.com/p/{hex_}"),
    ):
        nodes, problems = inline(item)
        assert nodes == (Text("초안"),)
        assert [problem.severity for problem in problems] == ["note"]


def test_what_a_page_refers_to_is_remembered_even_where_it_is_nothing_yet() -> None:
    made = article(
        of(
            "paragraph",
            rich_text=[mention("page", "a", id=DRAFT), run("b", href=f"/{PUBLISHED.replace('-', '')}")],
        ),
        of("link_to_page", type="page_id", page_id=OUTSIDE),
    )
    assert made.targets == {
        DRAFT: Address("초안", None),
        PUBLISHED: Address("Linear algebra", PLACE),
        OUTSIDE: None,
    }


def test_a_page_on_the_web_may_be_linked() -> None:
    url = f"https://someone.notion.site/Public-{OUTSIDE.replace('-', '')}"
    assert inline(run("public", href=url)) == ((Link(url, (Text("public"),)),), ())


def test_nobodys_address_is_published() -> None:
    person = mention(
        "user", "@Ada", object="user", id=OUTSIDE, name="Ada", person={"email": "ada@example.com"}
    )
    assert inline(person) == ((Text("@Ada"),), ())
    assert inline(mention("user", "Ada", object="user", id=OUTSIDE)) == ((Text("@Ada"),), ())


def test_an_unknown_mention_keeps_its_text_and_link() -> None:
    assert inline(mention("agent", "@Helper", "https://e.example")) == (
        (Link("https://e.example", (Text("@Helper"),)),),
        (),
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20 → 2026-11-23", "2026-11-20 → 2026-11-23"),
        ("2026-11-20T09:30:00.000+09:00", "2026-11-20 09:30 +09:00"),
        ("2026-11-20T09:30:00.000+01:00 → 2026-11-20T11:00:00.000+01:00", "2026-11-20 09:30 +01:00 → 2026-11-20 11:00 +01:00"),
        ("Today", "Today"),
    ],
)  # fmt: skip
def test_dates_read_like_dates(text: str, shown: str) -> None:
    assert inline(mention("date", text, start="x")) == ((Text(shown),), ())


@pytest.mark.parametrize(
    "item", [item for item in TEXTS if item["plain_text"]], ids=lambda item: item["plain_text"][:20]
)
def test_every_example_of_rich_text_is_shown(item: dict[str, Any]) -> None:
    nodes, _ = inline(item)
    assert nodes
    assert "@example.com" not in repr(nodes)


# Blocks --------------------------------------------------------------------------------------------------------------


def kinds(made: Article) -> list[type[BlockNode]]:
    return [type(node) for node in made.body.children]


def test_neighbours_of_one_kind_make_one_list() -> None:
    text = {"rich_text": [run("x")]}
    made = article(
        of("bulleted_list_item", **text),
        of("bulleted_list_item", **text),
        of("numbered_list_item", **text),
        of("to_do", **text, checked=True),
        of("to_do", **text),
        of("paragraph", **text),
        of("to_do", **text),
    )
    lists = [node for node in made.body.children if isinstance(node, List)]
    assert [(node.ordered, [item.checked for item in node.items]) for node in lists] == [
        (False, [None, None]),
        (True, [None]),
        (False, [True, False]),
        (False, [False]),
    ]


def test_a_number_that_starts_anew_starts_a_list() -> None:
    text = {"rich_text": [run("x")]}
    made = article(
        of("numbered_list_item", **text),
        of("numbered_list_item", **text, list_start_index=5, list_format="letters"),
        of("numbered_list_item", **text, list_format="letters"),
        of("numbered_list_item", **text),
        of("numbered_list_item", **text, list_format="numbers"),
    )
    lists = [node for node in made.body.children if isinstance(node, List)]
    assert [(node.start, node.style, len(node.items)) for node in lists] == [
        (1, "decimal", 1),
        (5, "alpha", 3),
        (1, "decimal", 1),
    ]


def test_headings_leave_room_for_the_title() -> None:
    made = article(*(of(f"heading_{level}", rich_text=[run("x")]) for level in (1, 2, 3, 4)))
    assert [node.level for node in made.body.children if isinstance(node, Heading)] == [2, 3, 4, 5]


def test_headings_keep_their_levels_where_that_is_asked_for() -> None:
    blocks = [of(f"heading_{level}", rich_text=[run("x")]) for level in (1, 2, 3, 4)]
    made = article(*blocks, of("table_of_contents"), style=Style(top_heading=1))
    assert [node.level for node in made.body.children if isinstance(node, Heading)] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["hologram", "template", "table_row", "unsupported"])
def test_what_cannot_be_shown_is_said(kind: str) -> None:
    made = article(of(kind, rich_text=[run("x")], block_type="form"))
    assert made.body == Doc(())
    (problem,) = made.problems
    assert (problem.severity, problem.page, problem.block) == ("warning", THIS, OUTSIDE)
    assert "form" in problem.message
    visible = article(of(kind, block_type="form"), style=Style(unsupported="visible"))
    assert "form: only in Notion" in written(visible)


def test_a_copy_whose_original_is_not_shared_is_said() -> None:
    copy = of("synced_block", synced_from={"type": "block_id", "block_id": DRAFT})
    (problem,) = article(copy).problems
    assert "not shared" in problem.message
    assert not article(of("synced_block", synced_from=None)).problems


@pytest.mark.parametrize("kind", ["image", "video", "audio", "pdf", "file"])
@pytest.mark.parametrize(
    "file",
    [{}, {"type": "external", "external": {"url": "data:image/png;base64,AA"}}, {"type": "file_upload", "file_upload": {"id": "x"}}],
)  # fmt: skip
def test_a_file_that_cannot_be_shown_is_said_and_its_caption_stays(kind: str, file: dict[str, Any]) -> None:
    made = article(of(kind, caption=[run("What it was")], **file))
    assert [problem.severity for problem in made.problems] == ["warning"]
    assert "What it was" in written(made)


def test_the_description_of_a_picture_is_its_caption_on_one_line() -> None:
    picture = {"type": "external", "external": {"url": "https://e.x/a.png"}}
    made = written(article(of("image", **picture, caption=[run("\x7f a\n b")])))
    assert 'alt="a b"' in made


def test_a_bookmark_that_leads_nowhere_keeps_address_and_caption() -> None:
    made = article(of("bookmark", url="ftp://example.com/x", caption=[run("An old server")]))
    assert "ftp" in written(made)
    assert "An old server" in written(made)
    assert made.problems


def test_colours_are_carried_over_as_asked() -> None:
    block = of(
        "paragraph", rich_text=[run("x", color="red"), run("y", color="sparkling")], color="blue_background"
    )
    look = {name: written(article(block, style=Style(colors=name))) for name in ("inline", "class", "off")}
    assert "color: #b93c37" in look["inline"]
    assert "background-color: #337ea926" in look["inline"]
    assert 'class="notion-red"' in look["class"]
    assert 'class="notion-blue-background"' in look["class"]
    assert look["off"] == "xy\n"


def test_a_language_is_one_word_that_rouge_knows() -> None:
    assert rouge("plain text") == ""
    assert rouge("Visual Basic") == "vb"
    assert rouge("mermaid") == "mermaid"
    assert rouge("some new thing") == ""
    assert all(" " not in name for name in ROUGE.values())


def test_blocks_under_a_paragraph_are_indented() -> None:
    child = of("paragraph", rich_text=[run("below")])
    made = article(parse_block({"type": "paragraph", "paragraph": {"rich_text": [run("above")]}}, (child,)))
    assert kinds(made) == [Paragraph, Container]


# Nothing makes conversion fail ---------------------------------------------------------------------------------------


def _whole(raw: Any) -> Block:
    children = raw.get("children")
    return parse_block(
        raw,
        tuple(_whole(child) for child in children if isinstance(child, dict))
        if isinstance(children, list)
        else (),
    )


ALL = [
    *EXAMPLES,
    *(
        block
        for path in sorted(CASES.glob("*.json"))
        for block in json.loads(path.read_text(encoding="utf-8"))
    ),
]


@given(
    st.lists(st.sampled_from(range(len(ALL))).flatmap(lambda at: mangled(ALL[at])), min_size=1, max_size=3)
)
def test_no_json_makes_conversion_fail(blocks: list[Any]) -> None:
    made = article(*(_whole(raw) for raw in blocks))
    text = written(made)
    assert "X-Amz-Signature" not in text
    assert "](javascript:" not in text


@pytest.mark.parametrize("raw", EXAMPLES, ids=lambda raw: raw["type"])
def test_every_example_is_converted(raw: dict[str, Any]) -> None:
    made = article(_whole(raw))
    assert made.page.id == THIS
    assert all(file.hosted for file in made.files.values())


def test_a_strike_goes_on_over_a_space_where_another_mark_crosses_it() -> None:
    """Found by the fuzzer: the space between two struck words was not struck."""
    made = article(
        of(
            "paragraph",
            rich_text=[
                run("a", italic=True, strikethrough=True),
                run(" ", strikethrough=True),
                run("b", italic=True, strikethrough=True),
                run("c", italic=True),
            ],
        )
    )
    (only,) = made.body.children
    assert isinstance(only, Paragraph)
    struck = only.children[0]
    assert isinstance(struck, Span)
    assert (struck.mark, visible(struck.children)) == ("del", "a b")
