"""Links to headings and blocks: where they lead, in the tree, in Markdown, and on the page that an engine makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.markdown.anchors import fragments
from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.headings import written
from notion2jekyll.markdown.nodes import (
    Anchor,
    BlockNode,
    Code,
    CodeBlock,
    Container,
    Details,
    Doc,
    Heading,
    Here,
    Item,
    Link,
    List,
    Paragraph,
    Quote,
    Rule,
    SitePath,
    Table,
    Text,
    Toc,
)
from notion2jekyll.markdown.serialize import serialize
from oracle import commonmark
from oracle.kramdown import Kramdown
from oracle.page import Element, expected, parse, read
from oracle.strategies import documents
from test_serialize_fuzz import SITES, bounded

PLACE = Anchor("notion-1")
LEVELS = {f"h{level}" for level in range(1, 7)}


def h(text: str, name: str = "", level: int = 2) -> Heading:
    return Heading(level, (Text(text),), name, linked=bool(name))


def to(name: str, text: str = "there") -> Paragraph:
    return Paragraph((Link(Here(name), (Text(text),)),))


def p(text: str) -> Paragraph:
    return Paragraph((Text(text),))


# Headings ------------------------------------------------------------------------------------------------------------


def test_a_link_leads_to_the_id_that_a_heading_has_anyway() -> None:
    doc = Doc((to("a"), to("b"), h("안녕 하세요!", "a"), h("안녕 하세요!", "b"), h("else")))
    assert serialize(doc) == (
        "[there](#안녕-하세요)\n\n[there](#안녕-하세요-1)\n\n## 안녕 하세요!\n\n## 안녕 하세요!\n\n## else\n"
    )
    assert fragments(doc, Dialect()) == {"a": "안녕-하세요", "b": "안녕-하세요-1"}


HIDDEN = h("inside", "x")
YOUNG = "\u0877"
"""A letter since Unicode 14: Ruby 3.1, and so Debian 12, does not know it; GitHub Pages does."""
UNBORN = "\u0378"
UNRELIABLE: dict[str, tuple[BlockNode, ...]] = {
    "only emoji": (h("🚀", "x"),),
    "only emoji, the second": (h("🚀"), h("🎉", "x")),
    "only signs": (h("---", "x"),),
    "in a box": (Container("aside", (), (HIDDEN,)),),
    "in a toggle": (Details((Text("s"),), (HIDDEN,)),),
    "in a list in HTML": (List(True, (Item((p("a"), HIDDEN)),), 3),),
    "an id that another one got by counting": (h("a"), h("a"), h("a-1", "x")),
    "a letter that older engines do not know": (h(f"a{YOUNG}", "x"),),
    "only such letters": (h(YOUNG, "x"),),
    "what such a letter leaves of the one before": (h(f"a{YOUNG}"), h("a", "x")),
    "a character that no engine knows yet": (h(f"a{UNBORN}", "x"),),
}


@pytest.mark.parametrize("case", UNRELIABLE)
def test_a_heading_without_an_id_to_rely_on_gets_an_anchor(case: str, kramdown: Kramdown) -> None:
    doc = Doc((to("x"), *UNRELIABLE[case]))
    assert '<div id="x"></div>' in serialize(doc)
    assert fragments(doc, Dialect()) == {"x": "x"}
    page = parse(kramdown.render(serialize(doc)))
    (name, heading), *_ = leads(page)
    assert (name, heading.text) == ("x", list(written(doc))[-1].children[0].value)  # type: ignore[union-attr]


def test_contents_of_headings_that_older_engines_give_no_id_are_links(kramdown: Kramdown) -> None:
    doc = Doc((Toc(), h(YOUNG), h("b")))
    page = parse(kramdown.render(serialize(doc)))
    assert [heading.text for _, heading in leads(page)] == [YOUNG, "b"]


def test_only_what_is_linked_to_gets_an_anchor() -> None:
    assert serialize(Doc((Heading(2, (Text("🚀"),), "x"),))) == "## 🚀\n"
    assert fragments(Doc((Heading(2, (Text("🚀"),), "x"),)), Dialect()) == {}


@pytest.mark.parametrize("dialect", [Dialect("commonmark"), Dialect(gfm=False), Dialect(auto_ids=False)])
def test_where_an_engine_gives_no_such_ids_anchors_are_written(dialect: Dialect) -> None:
    doc = Doc((to("x"), h("Words", "x")))
    assert serialize(doc, dialect) == '[there](#x)\n\n<div id="x"></div>\n\n## Words\n'
    assert fragments(doc, dialect) == {"x": "x"}


def leads(page: Element) -> Iterator[tuple[str, Element]]:
    """Yield where each link within `page` leads: its fragment, and the heading that a reader sees there."""
    everything = list(page.descendants())
    for link in everything:
        name = unquote(link.attributes.get("href", ""))
        if link.tag == "a" and name.startswith("#"):
            place = next(n for n, each in enumerate(everything) if each.attributes.get("id") == name[1:])
            yield name[1:], next(each for each in everything[place:] if each.tag in LEVELS)


def _named(value: Any, numbers: Iterator[int]) -> Any:
    """Return a part of a tree with a name for every heading, most of which are linked to."""
    if isinstance(value, Heading):
        number = next(numbers)
        return replace(value, name=f"h{number}", linked=number % 4 > 0)
    if isinstance(value, tuple):
        return tuple(_named(each, numbers) for each in value)
    if isinstance(value, List | Item | Quote | Container | Details):
        field = "items" if isinstance(value, List) else "children"
        return replace(value, **{field: _named(getattr(value, field), numbers)})
    return value


def some_headings() -> st.SearchStrategy[tuple[BlockNode, ...]]:
    """Headings whose texts are often the same, here and there in other blocks."""
    text = st.sampled_from(["a", "a", "a-1", f"a{YOUNG}", "🚀", "한글", "C#", "{{ x }}", "-", "a 1", "`x`"])
    one = st.builds(lambda word, level: Heading(level, (Text(word),)), text, st.integers(2, 4))
    return st.lists(
        st.one_of(
            one,
            one,
            st.builds(lambda each: Quote((each,)), one),
            st.builds(lambda each: Details((Text("s"),), (each,)), one),
            st.builds(lambda each: List(False, (Item((p("i"), each)),)), one),
        ),
        min_size=1,
        max_size=6,
    ).map(tuple)


@pytest.mark.parametrize("site", ["", *SITES])
def test_every_link_leads_to_its_heading(site: str, kramdown: Kramdown) -> None:
    dialect, options = SITES[site] if site else (Dialect(), {})

    @bounded(60)
    @given(st.one_of(documents().map(lambda doc: doc.children), some_headings()))
    def check(blocks: tuple[BlockNode, ...]) -> None:
        body: tuple[BlockNode, ...] = _named(blocks, count())
        headings = [(place, each) for place, each in enumerate(written(Doc(body))) if each.linked]
        doc = Doc((*(to(each.name) for _, each in headings), *body))
        page = parse(kramdown.render(serialize(doc, dialect), liquid=dialect.liquid, **options))
        shown = [each for each in page.descendants() if each.tag in LEVELS]
        order = {id(each): place for place, each in enumerate(shown)}
        found = list(islice(leads(page), len(headings)))
        assert [order[id(heading)] for _, heading in found] == [place for place, _ in headings]
        told = fragments(doc, dialect)
        assert [fragment for fragment, _ in found] == [told[each.name] for _, each in headings]

    check()


# Anchors -------------------------------------------------------------------------------------------------------------


PLACES: dict[str, BlockNode] = {
    "paragraph": Paragraph((PLACE, Text("1. text"))),
    "item": List(False, (Item((Paragraph((PLACE, Text("text"))),)), Item((p("b"),)))),
    "box": List(False, (Item((Paragraph((PLACE, Text("[ ] text"))),), True),)),
    "number": List(True, (Item((Paragraph((PLACE, Text("text"))),)),), 3),
    "item without text": List(False, (Item((Paragraph((PLACE,)), List(False, (Item((p("text"),)),)))),)),
    "cell": Table((((PLACE, Text("text")), (Text("b"),)), ((Text("c"),), (Text("d"),))), True, False),
    "cell in HTML": Table((((PLACE, Text("text")), (Text("b"),)),), False, False),
    "quote": Quote((Paragraph((PLACE, Text("> text"))),)),
    "code in a line": Paragraph((PLACE, Code("text"))),
    "code": Container("div", (("class", "c"),), (PLACE, CodeBlock("text"))),
    "in a list": List(False, (Item((p("a"), PLACE, Rule(), p("text"))),)),
    "in a quote": Quote((p("a"), PLACE, CodeBlock("text"))),
    "between lists": Container(
        "div", (), (List(False, (Item((p("a"),)),)), PLACE, List(False, (Item((p("text"),)),)))
    ),
    "box around": Container("aside", (("id", "notion-1"), ("class", "c")), (p("text"),)),
    "toggle": Details((Text("text"),), (p("b"),), (("id", "notion-1"),)),
}


@pytest.mark.parametrize("case", PLACES)
@pytest.mark.parametrize("site", ["", *SITES])
def test_an_anchor_is_one_wherever_it_is_and_shows_nothing(case: str, site: str, kramdown: Kramdown) -> None:
    dialect, options = SITES[site] if site else (Dialect(), {})
    doc = Doc((p("before"), PLACES[case]))
    html = kramdown.render(serialize(doc, dialect), liquid=dialect.liquid, **options)
    if dialect.gfm or case != "box":
        assert read(html) == expected(doc.children)
    assert html.count('id="notion-1"') == 1
    assert "text" in html.partition('id="notion-1"')[2]
    assert "before" in html.partition('id="notion-1"')[0]


@pytest.mark.parametrize("case", PLACES)
def test_an_anchor_is_one_on_github_as_well(case: str) -> None:
    doc = Doc((p("before"), PLACES[case]))
    assert read(commonmark.render(serialize(doc))) == expected(doc.children)


def test_an_anchor_is_as_short_as_can_be() -> None:
    assert serialize(Doc((PLACES["paragraph"],))) == '<a id="notion-1"></a>1. text\n'
    assert serialize(Doc((PLACE, CodeBlock("x")))) == '<div id="notion-1"></div>\n\n```\nx\n```\n'
    assert serialize(Doc((PLACES["item"],))) == '-   <a id="notion-1"></a>text\n-   b\n'


# Tables of contents --------------------------------------------------------------------------------------------------


def test_contents_lead_to_their_headings_whoever_makes_them(kramdown: Kramdown) -> None:
    doc = Doc((Toc(), h("가 나"), h("b", level=3), Details((Text("s"),), (h("🚀"), h("b"))), Toc()))
    for known in (True, False):
        page = parse(kramdown.render(serialize(doc, Dialect(auto_ids=known)), auto_ids=known))
        texts = [heading.text for _, heading in leads(page)]
        assert texts[-4:] == ["가 나", "b", "🚀", "b"]
        assert texts[:2] == ["가 나", "b"]
    page = parse(commonmark.render(serialize(doc, Dialect("commonmark", liquid=False))))
    assert [heading.text for _, heading in leads(page)] == ["가 나", "b", "🚀", "b"] * 2


def test_an_anchor_is_not_taken_into_the_contents(kramdown: Kramdown) -> None:
    """There it would come first, and links would lead to the contents."""
    doc = Doc((Toc(), Details((Text("s"),), (h("b", "x"),)), to("x")))
    html = kramdown.render(serialize(doc))
    assert html.count('id="x"') == 1
    assert html.index("</ul>") < html.index('id="x"')


def test_a_path_of_the_site_may_have_a_fragment() -> None:
    doc = Doc((Paragraph((Link(SitePath("/a/", "안녕-1"), (Text("x"),)),)),))
    assert serialize(doc) == '[x](<{{ "/a/" | relative_url }}#안녕-1>)\n'
