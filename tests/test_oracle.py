"""The judges see what they are there to see: without that, a test that passes says nothing."""

from __future__ import annotations

import pytest

from notion2jekyll.markdown.nodes import Item, Link, List, Paragraph, SitePath, Span, Text
from oracle import commonmark
from oracle.kramdown import Kramdown, RenderError
from oracle.page import Malformed, expected, parse, read


def test_kramdown_runs_as_on_github_pages(kramdown: Kramdown) -> None:
    assert kramdown.render('~~a~~ "b" -- $$x$$') == "<p><del>a</del> “b” – \\(x\\)</p>\n"


def test_options_replace_those_of_jekyll(kramdown: Kramdown) -> None:
    assert kramdown.render("a\nb", hard_wrap=True) == "<p>a<br />\nb</p>\n"
    assert kramdown.render("~~a~~", input="kramdown") == "<p>~~a~~</p>\n"


def test_liquid_runs_with_jekylls_filters(kramdown: Kramdown) -> None:
    assert (
        kramdown.render('[a]({{ "/한 b" | relative_url }})') == '<p><a href="/blog/%ED%95%9C%20b">a</a></p>\n'
    )
    assert kramdown.render("{{ x }}", liquid=False) == "<p>{{ x }}</p>\n"


@pytest.mark.parametrize("source", ["{% nope %}", "{{ oops", "{% if x %}", "{% raw %}"])
def test_what_fails_a_build_is_an_error(source: str, kramdown: Kramdown) -> None:
    with pytest.raises(RenderError, match="Liquid"):
        kramdown.render(source)
    assert kramdown.render("still there") == "<p>still there</p>\n"


def test_commonmark_ticks_boxes_but_not_escaped_ones() -> None:
    page = read(commonmark.render("- [x] a\n- \\[ ] b"))
    assert [checked for checked, _ in page[0][3]] == [True, None]


@pytest.mark.parametrize("html", ["<p>a", "<p><b>x</p></b>", "</p>"])
def test_unclosed_elements_are_malformed(html: str) -> None:
    with pytest.raises(Malformed):
        parse(html)


@pytest.mark.parametrize(
    "html",
    ["<dl><dt>a</dt></dl>", "<p><T>x</T></p>", "<p><u>x</u></p>", "<ul>x</ul>", "<details>x</details>"],
)
def test_stray_elements_are_malformed(html: str) -> None:
    with pytest.raises(Malformed):
        read(html)


def test_differences_are_seen() -> None:
    tree = (Paragraph((Text("a "), Span("strong", (Text("b"),)))),)
    assert read("<p>a <strong>b</strong></p>") == expected(tree)
    for html in (
        "<p>a b</p>",
        "<p>a <em>b</em></p>",
        "<p><strong>a b</strong></p>",
        "<p>a <strong>c</strong></p>",
        "<p>a</p><p>b</p>",
    ):
        assert read(html) != expected(tree)


def test_links_are_compared_by_where_they_go() -> None:
    tree = (Paragraph((Link(SitePath("/글", "b"), (Text("x"),)),)),)
    assert read('<p><a href="/blog/%EA%B8%80#b">x</a></p>') == expected(tree)
    assert read('<p><a href="/%EA%B8%80#b">x</a></p>') != expected(tree)


def test_lists_are_compared_by_item_and_box() -> None:
    tree = (List(False, (Item((Paragraph((Text("a"),)),), checked=True),)),)
    assert read('<ul><li><input type="checkbox" checked="checked" />a</li></ul>') == expected(tree)
    for html in (
        '<ul><li><input type="checkbox" />a</li></ul>',
        "<ul><li>a</li></ul>",
        "<ul><li>a</li><li></li></ul>",
        "<p>a</p>",
    ):
        assert read(html) != expected(tree)
