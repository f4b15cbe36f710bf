"""Every measured hazard of kramdown, Liquid and CommonMark, as text and as a tree, through the writer and both engines.

`data/hazards.jsonl` holds what was typed, what a naive writer makes of it, and Markdown that was found to be right,
with the page it gives. What was typed is written in every construct; the right page is read as a tree and written anew.
"""

from __future__ import annotations

import ast
import json
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.nodes import (
    BlockNode,
    Break,
    Code,
    CodeBlock,
    Container,
    Details,
    Doc,
    Heading,
    Image,
    Inline,
    Inlines,
    Item,
    Link,
    List,
    MathBlock,
    Media,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
    Text,
)
from notion2jekyll.markdown.serialize import serialize
from oracle import commonmark
from oracle.kramdown import Kramdown
from oracle.page import Block, Chars, Malformed, expected, read

ROWS: list[dict[str, Any]] = [
    json.loads(row) for row in (Path(__file__).parent / "data/hazards.jsonl").read_text("utf-8").splitlines()
]
TYPED = {
    row["id"]: row["typed"]
    for row in ROWS
    if row["area"] in {"inline/plain", "inline/liquid", "inline/kramdown", "inline/url"}
}
PAGES = {
    row["id"]: row["safe_html"]
    for row in ROWS
    if not row["area"].startswith("site/") and row["id"] not in TYPED
}

ELSEWHERE = {
    **dict.fromkeys(("H120", "H121", "H125", "H126"), "elements of which the tree has better ones"),
    **dict.fromkeys(("H142", "H244", "H250", "H259"), "an empty page"),
    **dict.fromkeys(("H161", "H162", "H163", "H164", "H165", "H166", "H167", "H168", "H183", "H257"), "PICTURES below"),
    **dict.fromkeys(("H251",), "footnotes, which the tree does not have"),
}  # fmt: skip

PICTURES: dict[str, BlockNode] = {
    "H161": Paragraph((Image("https://e.x/i.png", "a ] b"),)),
    "H162": Paragraph((Image("https://e.x/i.png", "a|b"),)),
    "H163": Paragraph((Image("https://e.x/i.png", 'a "q" *e*'),)),
    "H164": Paragraph((Image("https://e.x/i.png", "a {{x}}"),)),
    "H165": Paragraph((Image("https://e.x/i.png", "a\nb"),)),
    "H166": Paragraph((Image("https://e.x/b c.png", "a"),)),
    "H167": Paragraph((Image("https://e.x/b(1.png", "a"),)),
    "H168": Paragraph((Image("https://e.x/b.png", "a", (("width", "300"),)),)),
    "H183": List(False, (Item((Paragraph((Text("a"),)), Paragraph((Image("https://e.x/y.png", "x"),)))),)),
}


def constructs(text: str) -> tuple[BlockNode, ...]:
    """Return a text in everything that can hold one."""
    words: Inlines = (Text(text),)
    value = " ".join(text.split())
    after: Inlines = (Text("a "), *words, Text(" b"))
    marks: list[Literal["strong", "em", "del", "ins", "span"]] = ["strong", "em", "del", "ins", "span"]
    paragraph = Paragraph(words)
    return (
        paragraph,
        Paragraph(after),
        Heading(2, words),
        Heading(3, after),
        List(False, (Item((paragraph, Paragraph(after), List(True, (Item((paragraph,)),)))),)),
        List(False, (Item((paragraph,), checked=True), Item((Paragraph(after),), checked=False))),
        List(True, (Item((paragraph, CodeBlock(text))),), 3),
        Quote((paragraph, CodeBlock(text))),
        CodeBlock(text, "text"),
        *(Paragraph((Span(mark, words, (("class", value),) if mark == "span" else ()),)) for mark in marks),
        *(Paragraph((Text("가"), Span(mark, words), Text("는"))) for mark in marks),
        Paragraph((Link("https://e.x", words),)),
        Paragraph((Text("a"), Link("https://e.x", words), *words)),
        Paragraph((Code(text),)),
        Paragraph((Code(text), *words)),
        Paragraph((*words, Break(), *words)),
        Paragraph((Image("https://e.x/i.png", text),)),
        Table((((Text("h"),), words), (words, (Code(text), Break(), *words))), True, False),
        Table(((words,), ((Code(text),),)), False, True),
        Details(words, (paragraph,)),
        Container("aside", (("title", value),), (paragraph,)),
    )


@pytest.mark.parametrize("id_", TYPED)
def test_typed_text_stays_text(id_: str, kramdown: Kramdown) -> None:
    for block in constructs(TYPED[id_]):
        doc = Doc((block, Paragraph((Text("end"),))))
        assert read(kramdown.render(serialize(doc))) == expected(doc.children)
        assert read(commonmark.render(serialize(doc, Dialect(liquid=False)))) == expected(
            doc.children, baseurl=""
        )


@pytest.mark.parametrize("id_", sorted(PAGES.keys() - ELSEWHERE.keys()))
def test_right_page_is_written_anew(id_: str, kramdown: Kramdown) -> None:
    page = read(PAGES[id_])
    assert page
    assert read(kramdown.render(serialize(Doc(tree(page))))) == page


@pytest.mark.parametrize("id_", PICTURES)
def test_pictures(id_: str, kramdown: Kramdown) -> None:
    doc = Doc((PICTURES[id_],))
    assert read(kramdown.render(serialize(doc))) == expected(doc.children)
    assert read(commonmark.render(serialize(doc))) == expected(doc.children)


@pytest.mark.parametrize("id_", ELSEWHERE)
def test_what_is_left_out_cannot_be_read(id_: str) -> None:
    """A row is only left out while its page is no tree, empty, or a picture."""
    try:
        page = read(PAGES[id_])
    except Malformed:
        return
    assert not page or "PICTURES" in ELSEWHERE[id_]


# A page as a tree ----------------------------------------------------------------------------------------------------


def tree(blocks: list[Block]) -> tuple[BlockNode, ...]:
    """Return the blocks of a page as nodes."""
    return tuple(map(_node, blocks))


def _node(block: Block) -> BlockNode:
    match block:
        case ("p", inline):
            return Paragraph(_inlines(inline))
        case ("h", level, inline):
            return Heading(level, _inlines(inline))
        case ("ul" | "ol" as tag, start, _, items):
            return List(tag == "ol", tuple(Item(tree(inner), checked) for checked, inner in items), start)
        case ("quote", inner):
            return Quote(tree(inner))
        case ("code", language, text):
            return CodeBlock(text, language)
        case ("math", tex):
            return MathBlock(tex)
        case ("hr",):
            return Rule()
        case ("table", rows):
            cells = tuple(tuple(_inlines(chars) for _, chars in row) for row in rows)
            header_row = all(tag == "th" for tag, _ in rows[0]) and len(rows) > 1
            return Table(cells, header_row, rows[-1][0][0] == "th")
        case ("details", attributes, summary, inner):
            return Details(_inlines(summary), tree(inner), tuple(attributes))
        case ("video" | "audio" | "iframe" as tag, url, attributes, fallback):
            return Media(tag, url, tuple(attributes), _inlines(fallback))
        case (tag, attributes, inner):
            return Container(cast("Literal['div', 'aside']", tag), tuple(attributes), tree(inner))
    raise AssertionError(block)


def _inlines(chars: Chars) -> Inlines:
    return tuple(
        _run(under, "".join(char for char, _ in run)) for under, run in groupby(chars, lambda char: char[1])
    )


def _run(under: frozenset[str], text: str) -> Inline:
    if "code" in under:
        inlines: Inlines = (Code(text.replace("<br>", "\n")),)
    else:
        parts = [(Text(part), Break()) for part in text.split("<br>")]
        inlines = tuple(node for part in parts for node in part)[:-1]
    for name in sorted(under - {"code"}, reverse=True):
        if name.startswith("a "):
            inlines = (Link(name[2:], inlines),)
        elif name.startswith("span "):
            inlines = (Span("span", inlines, tuple(ast.literal_eval(name[5:]))),)
        else:
            inlines = (Span(cast("Literal['strong']", name), inlines),)
    return inlines[0] if len(inlines) == 1 else Span("span", inlines)
