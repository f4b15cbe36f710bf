"""The ids that the engines give to headings, so that links can point at them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from notion2jekyll.markdown import html
from notion2jekyll.markdown.inline import line
from notion2jekyll.markdown.nodes import (
    Code,
    Container,
    Details,
    Heading,
    Item,
    Link,
    List,
    Quote,
    Span,
    Text,
)
from notion2jekyll.markdown.plain import is_blank, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion2jekyll.markdown.dialect import Dialect
    from notion2jekyll.markdown.nodes import BlockNode, Doc, Inline, Inlines


def heading_id(text: str) -> str:
    """Return the id that kramdown's GFM parser gives to the first heading with this text; empty where it gives none.

    Letters, marks and digits of every script, `_` and `-` are kept in lower case, spaces become `-`; the rest goes.
    github.com does the same.
    """
    lowered = "".join(char.lower() for char in text.strip(" \t"))  # by character: Ruby has no final sigma
    return re.sub(r"[ \t]", "-", "".join(char for char in lowered if char in "- \t" or _is_word(char)))


def _is_word(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LM" or category in {"Nd", "Nl", "Pc"} or "Ⓐ" <= char <= "ⓩ"


def _ascii_id(text: str) -> str:
    """Return the id that kramdown gives outside its GFM parser: ASCII letters and digits, from the first letter on."""
    kept = re.sub(r"[^a-zA-Z0-9 -]", "", re.sub(r"^[^a-zA-Z]+", "", text.strip(" \t")))
    return kept.replace(" ", "-").lower() or "section"


def heading_ids(doc: Doc, dialect: Dialect) -> tuple[str, ...]:
    """Return the ids of the document's headings that are written, in their order; empty where an engine gives none."""
    return tuple(id_ for _, id_ in headings(doc, dialect))


def headings(doc: Doc, dialect: Dialect) -> Iterator[tuple[Heading, str]]:
    """Yield the headings that are written, in their order, with their ids."""
    seen: dict[tuple[bool, str], int] = {}
    for heading, in_html in _headings(doc.children, in_html=False):
        # kramdown's GFM parser does not look into HTML elements: headings there get ids of plain kramdown.
        plain = in_html or not dialect.kramdown or not dialect.gfm
        if dialect.kramdown and not dialect.gfm:  # plain kramdown makes them of the Markdown, escapes and all
            text = line(heading.children, "heading", dialect)
        else:
            written = line(heading.children, "heading", dialect)
            text = "".join(shown(_with_references(heading.children, written), "", pictures=False))
        id_ = _ascii_id(text) if plain else heading_id(text)
        number = seen[plain, id_] = seen.get((plain, id_), -1) + 1
        yield heading, f"{id_}-{number}" if number else id_


def _with_references(children: Inlines, written: str) -> Inlines:
    """Return inlines with code that is `written` as HTML as kramdown sees it: with the digits of its references."""
    out: list[Inline] = []
    for child in children:
        match child:
            case Code(value) if html.code(value) in written:
                out.append(Text(re.sub(r"</?code>|<br>", "", html.code(value))))
            case Span():
                out.append(replace(child, children=_with_references(child.children, written)))
            case Link():
                out.append(replace(child, children=_with_references(child.children, written)))
            case _:
                out.append(child)
    return tuple(out)


def _headings(children: tuple[BlockNode | Item, ...], *, in_html: bool) -> Iterator[tuple[Heading, bool]]:
    for node in children:
        match node:
            case Heading():
                if not is_blank(node.children):
                    yield node, in_html
            case Quote() | Item():
                yield from _headings(node.children, in_html=in_html)
            case List():
                yield from _headings(node.items, in_html=in_html or is_html_list(node))
            case Container() | Details():
                yield from _headings(node.children, in_html=True)
            case _:
                pass


def is_html_list(node: List) -> bool:
    """Whether a list has to be written as HTML: kramdown numbers every list from 1, with digits."""
    return node.ordered and (node.start != 1 or node.style != "decimal")
