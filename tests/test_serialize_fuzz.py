"""Any tree, written, read by a real engine, is the tree again. A longer run: `HYPOTHESIS_FACTOR=20 pytest …`."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from notion2jekyll.markdown.dialect import Dialect
from notion2jekyll.markdown.nodes import Doc, Heading, Inlines, Item, List, Paragraph, Quote, Table, Text
from notion2jekyll.markdown.serialize import serialize
from oracle import commonmark
from oracle.kramdown import Kramdown
from oracle.page import expected, read
from oracle.strategies import documents, inlines

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

FACTOR = int(os.environ.get("HYPOTHESIS_FACTOR", "1"))


def bounded(examples: int) -> settings:
    """Return settings for a run of about `examples`, the same in every run, without a limit of time."""
    return settings(
        max_examples=examples * FACTOR,
        deadline=None,
        database=None,
        derandomize=FACTOR == 1,
        suppress_health_check=list(HealthCheck),
    )


def lines(hostile: bool) -> st.SearchStrategy[Doc]:
    """Return documents of one line in each construct that holds one."""

    def document(construct: str, line: Inlines) -> Doc:
        paragraph = Paragraph(line)
        match construct:
            case "heading":
                return Doc((Heading(2, line),))
            case "item":
                return Doc((List(False, (Item((paragraph,)),)),))
            case "cell":
                return Doc((Table((((Text("h"),), line), (line, (Text("b"),))), True, False),))
            case "quote":
                return Doc((Quote((paragraph,)),))
        return Doc((paragraph,))

    return st.builds(
        document, st.sampled_from(["paragraph", "heading", "item", "cell", "quote"]), inlines(hostile)
    )


def anything() -> st.SearchStrategy[Doc]:
    return st.one_of(lines(True), lines(False), documents(True), documents(False))


def has_formula(doc: Doc) -> bool:
    """Formulas are for kramdown alone."""
    return "Math" in repr(doc)


def has_box(doc: Doc) -> bool:
    """Only kramdown's GFM parser knows boxes to tick; elsewhere they are characters."""
    return "checked=True" in repr(doc) or "checked=False" in repr(doc)


@bounded(500)
@given(doc=lines(hostile=True))
def test_hostile_lines(kramdown: Kramdown, doc: Doc) -> None:
    assert read(kramdown.render(serialize(doc))) == expected(doc.children)


@bounded(500)
@given(doc=lines(hostile=False))
def test_lines_of_prose(kramdown: Kramdown, doc: Doc) -> None:
    assert read(kramdown.render(serialize(doc))) == expected(doc.children)


@bounded(200)
@given(doc=st.one_of(documents(hostile=True), documents(hostile=False)))
def test_documents(kramdown: Kramdown, doc: Doc) -> None:
    assert read(kramdown.render(serialize(doc))) == expected(doc.children)


@bounded(250)
@given(doc=anything())
def test_commonmark_reads_the_same(doc: Doc) -> None:
    assume(not has_formula(doc))
    written = serialize(doc, Dialect(liquid=False))
    assert read(commonmark.render(written)) == expected(doc.children, baseurl="")


@bounded(150)
@given(doc=anything())
def test_a_commonmark_site(doc: Doc) -> None:
    assume(not has_formula(doc) and not has_box(doc))
    written = serialize(doc, Dialect("commonmark", liquid=False))
    assert read(commonmark.render(written)) == expected(doc.children, baseurl="")


SITES: dict[str, tuple[Dialect, dict[str, Any]]] = {
    "verbatim quotes": (Dialect(typography="verbatim"), {}),
    "no typography": (
        Dialect(typographic_symbols=False, smart_quotes=False),
        {
            "smart_quotes": "apos,apos,quot,quot",
            "typographic_symbols": {
                "hellip": "...", "mdash": "---", "ndash": "--", "laquo": "<<", "raquo": ">>", "laquo_space": "<< ", "raquo_space": " >>",
            },
        },
    ),
    "hard_wrap": (Dialect(hard_wrap=True), {"hard_wrap": True}),
    "parse_block_html": (Dialect(parse_block_html=True), {"parse_block_html": True}),
    "parse_span_html": (Dialect(parse_span_html=False), {"parse_span_html": False}),
    "input: kramdown": (Dialect(gfm=False), {"input": "kramdown"}),
    "no Liquid": (Dialect(liquid=False), {}),
    "formulas between dollars": (Dialect(dollars=True), {}),
    "emoji, mentions": (Dialect(emoji=True, mentions=True), {}),
}  # fmt: skip


@pytest.mark.parametrize("site", SITES)
def test_sites_with_other_options(kramdown: Kramdown, site: str) -> None:
    dialect, options = SITES[site]

    @bounded(60)
    @given(doc=anything())
    def check(doc: Doc) -> None:
        assume(dialect.gfm or not has_box(doc))
        page = read(kramdown.render(serialize(doc, dialect), liquid=dialect.liquid, **options))
        assert page == expected(doc.children, baseurl="/blog" if dialect.liquid else "")

    check()


@bounded(150)
@given(doc=st.one_of(anything(), lines(hostile=True)))
def test_no_formula_begins_at_a_dollar_of_the_text(kramdown: Kramdown, doc: Doc) -> None:
    """MathJax looks for the second dollar sign up to the next tag, and not in code."""
    html = kramdown.render(serialize(doc, Dialect(dollars=True)))
    for text in re.split("<[^>]*>", re.sub(r"(?s)<(code|pre)\b.*?</\1>", "<>", html)):
        assert "$" not in text[:-1] or "\\(" in text or "\\[" in text, text


@bounded(100)
@given(doc=anything())
def test_no_excerpt_fails_a_build(kramdown: Kramdown, doc: Doc) -> None:
    """Jekyll renders what stands before the first blank line by itself, on every build."""
    kramdown.render(serialize(doc).partition("\n\n")[0])
